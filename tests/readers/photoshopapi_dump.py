"""Runs in the readers' own environment: what PhotoshopAPI sees."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from readers.array_dump import Dump, dump_files

photoshopapi: Any = importlib.import_module("photoshopapi")


def describe_layer(dump: Dump, layer: Any, level: int) -> dict[str, Any]:
    group = hasattr(layer, "layers")
    seen: dict[str, Any] = {
        "name": layer.name,
        "level": level,
        "group": group,
        "visible": layer.is_visible,
        "opacity": float(layer.opacity),
        "blend": layer.blend_mode.name,
    }
    if hasattr(layer, "get_image_data"):
        channels = layer.get_image_data()
        left = round(layer.center_x - layer.width / 2)
        top = round(layer.center_y - layer.height / 2)
        seen["rect"] = [left, top, left + int(layer.width), top + int(layer.height)]
        seen["alpha"] = -1 in channels
        colours = sorted(index for index in channels if index >= 0)
        if len(colours) == 4:  # ink as Photoshop stores it, 0 = full
            channels |= {index: ~channels[index] for index in colours}
        seen["pixels"] = dump.array([channels[index] for index in colours + [-1] * seen["alpha"]])
    if layer.has_mask():
        pixels = np.asarray(layer.mask)
        centre = layer.mask_position
        left, top = round(centre.x - pixels.shape[1] / 2), round(centre.y - pixels.shape[0] / 2)
        seen["mask"] = {
            "rect": [left, top, left + pixels.shape[1], top + pixels.shape[0]],
            "pixels": dump.array([pixels]),
            "enabled": not layer.mask_disabled,
        }
    return seen


def walk_layers(dump: Dump, layers: Any, level: int) -> list[dict[str, Any]]:
    found = []
    for layer in reversed(list(layers)):
        found.append(describe_layer(dump, layer, level))
        if found[-1]["group"]:
            found += walk_layers(dump, layer.layers, level + 1)
    return found


def read(path: str, dump: Dump) -> dict[str, Any]:
    file = photoshopapi.LayeredFile.read(path)
    icc = file.icc
    return {
        "size": [int(file.width), int(file.height)],
        "depth": int(file.bit_depth.name.removeprefix("bd_")),
        "dpi": float(file.dpi),
        "icc": dump.keep(np.asarray(icc).tobytes()) if icc is not None and len(icc) else None,
        "layers": walk_layers(dump, file.layers, 0),
    }


dump_files(read)
