"""Runs in the readers' own environment: what psdtags sees in layered TIFF files."""

from __future__ import annotations

import importlib
from typing import Any

from readers.array_dump import Dump, dump_files

psdtags: Any = importlib.import_module("psdtags")
tifffile: Any = importlib.import_module("tifffile")


def describe_layer(dump: Dump, layer: Any, name: str, level: int, group: bool) -> dict[str, Any]:
    top, left, bottom, right = layer.rectangle
    planes = {channel.channelid: channel.data for channel in layer.channels}
    colours = sorted(key for key in planes if key >= 0)
    seen: dict[str, Any] = {
        "name": name,
        "level": level,
        "group": group,
        "visible": not layer.flags & psdtags.PsdLayerFlag.VISIBLE,  # the bit means hidden
        "opacity": layer.opacity / 255,
        "blend": layer.blendmode.name.lower().replace("_", " "),
    }
    if not group:
        seen["rect"] = [left, top, right, bottom]
        seen["alpha"] = psdtags.PsdChannelId.TRANSPARENCY_MASK in planes
        wanted = [*colours, psdtags.PsdChannelId.TRANSPARENCY_MASK] if seen["alpha"] else colours
        seen["pixels"] = dump.array([planes[key] for key in wanted])
    if psdtags.PsdChannelId.USER_LAYER_MASK in planes:
        top, left, bottom, right = layer.mask.rectangle
        seen["mask"] = {
            "rect": [left, top, right, bottom],
            "pixels": dump.array([planes[psdtags.PsdChannelId.USER_LAYER_MASK]]),
            "enabled": not layer.mask.flags & psdtags.PsdLayerMaskFlag.DISABLED,
        }
    return seen


def walk_layers(dump: Dump, layers: list[Any]) -> list[dict[str, Any]]:
    """The flat list with dividers, as nested records: a group before its children, bottom to top."""
    stack: list[list[dict[str, Any]]] = [[]]
    for layer in layers:
        names = [str(item.value) for item in layer.info if item.key == psdtags.PsdKey.UNICODE_LAYER_NAME]
        kinds = [item.kind for item in layer.info if item.key == psdtags.PsdKey.SECTION_DIVIDER_SETTING]
        blends = [item.blendmode for item in layer.info if item.key == psdtags.PsdKey.SECTION_DIVIDER_SETTING]
        kind = kinds[0] if kinds else psdtags.PsdSectionDividerType.OTHER
        name = names[0] if names else layer.name
        if kind == psdtags.PsdSectionDividerType.BOUNDING_SECTION_DIVIDER:
            stack.append([])
        elif kind in (psdtags.PsdSectionDividerType.OPEN_FOLDER, psdtags.PsdSectionDividerType.CLOSED_FOLDER):
            children = stack.pop()
            for child in children:
                child["level"] += 1
            seen = describe_layer(dump, layer, name, 0, True)
            if blends[0] is not None:
                seen["blend"] = blends[0].name.lower().replace("_", " ")
            stack[-1] += [seen, *children]
        else:
            stack[-1].append(describe_layer(dump, layer, name, 0, False))
    return stack[0]


def read(path: str, dump: Dump) -> dict[str, Any]:
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        merged = page.asarray()
        icc = page.iccprofile
        blob = page.tags.valueof(37724)
    if blob is None:
        raise ValueError("no layers (tag 37724) in this TIFF")
    layers = psdtags.TiffImageSourceData.frombytes(blob).layers
    merged = merged.reshape(*merged.shape[:2], -1)
    return {
        "size": [merged.shape[1], merged.shape[0]],
        "depth": merged.dtype.itemsize * 8,
        "merged": dump.array([merged[:, :, channel] for channel in range(merged.shape[2])]),
        "icc": dump.keep(bytes(icc)) if icc else None,
        "layers": walk_layers(dump, list(layers)),
    }


dump_files(read)
