"""psd-tools through its layer API, with its own renderer. (Our writer uses the structures below that API.)"""

from __future__ import annotations

import importlib.metadata
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from mattework.arrays import AnyArray, Samples
from mattework.geometry import Rect, Size
from readers.reading import Reading, SeenLayer, SeenMask, Unreadable


def read_files(paths: list[Path], work: Path) -> list[Reading | Unreadable]:
    """Open every file."""
    return [_read_file(path) for path in paths]


def program_version() -> str:
    return importlib.metadata.version("psd-tools")


def _read_file(path: Path) -> Reading | Unreadable:
    from psd_tools import PSDImage
    from psd_tools.constants import Resource

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            psd = PSDImage.open(path)
            merged = _to_samples(_as_ink(psd, psd.numpy()), psd.depth)
            rendered = _render(psd)
            layers = tuple(_walk_layers(psd, 0, psd.depth))
    except (OSError, ValueError) as error:
        return Unreadable(str(error))
    resources = psd.image_resources
    resolution = resources.get_data(Resource.RESOLUTION_INFO)
    return Reading(
        size=Size(psd.width, psd.height),
        depth=psd.depth,
        layers=layers,
        merged=merged,
        rendered=rendered,
        icc=resources.get_data(Resource.ICC_PROFILE),
        xmp=resources.get_data(Resource.XMP_METADATA),
        dpi=resolution.horizontal / 65536 if resolution is not None else None,
    )


def _walk_layers(parent: Any, level: int, depth: int) -> list[SeenLayer]:
    found = []
    for layer in parent:
        found.append(_describe(layer, level, depth))
        if layer.is_group():
            found += _walk_layers(layer, level + 1, depth)
    return found


def _describe(layer: Any, level: int, depth: int) -> SeenLayer:
    group = layer.is_group()
    pixels = None if group else layer.numpy("color")
    alpha = None if group else layer.numpy("shape")
    mask = None
    if layer.has_mask():
        mask = SeenMask(
            rect=Rect(*layer.mask.bbox),
            pixels=_to_samples(layer.numpy("mask", real_mask=False), depth)[:, :, 0],
            enabled=not layer.mask.disabled,
        )
    return SeenLayer(
        name=layer.name,
        level=level,
        group=group,
        rect=None if group else Rect(*layer.bbox),
        visible=layer.visible,
        opacity=layer.opacity / 255,
        blend=layer.blend_mode.name.lower().replace("_", " "),
        pixels=None if pixels is None else _to_samples(_as_ink(layer._psd, pixels), depth),
        alpha=None if alpha is None else _to_samples(alpha, depth)[:, :, 0],
        mask=mask,
    )


def _render(psd: Any) -> AnyArray | None:
    """psd-tools' own rendering of the layers, straight alpha last."""
    from psd_tools.composite import composite

    colour, _, alpha = composite(psd, force=True)
    return _to_samples(np.concatenate([_as_ink(psd, colour), alpha], axis=2), psd.depth)


def _as_ink(psd: Any, colour: AnyArray) -> AnyArray:
    """psd-tools gives CMYK as Photoshop stores it, 0 = full ink; alpha stays."""
    if psd.color_mode.name != "CMYK":
        return colour
    return np.concatenate([1 - colour[:, :, :4], colour[:, :, 4:]], axis=2)


def _to_samples(array: AnyArray, depth: int) -> Samples:
    """psd-tools gives floats from 0 to 1 for every depth."""
    if depth == 32:
        return array.astype(np.float32)
    levels = np.rint(np.clip(array.astype(np.float64), 0, 1) * (255 if depth == 8 else 65535))
    return levels.astype(np.uint8) if depth == 8 else levels.astype(np.uint16)
