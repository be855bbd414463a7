"""Pillow: the merged picture, as thumbnailers and web services see it."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import numpy as np

from mattework.geometry import Size
from readers.reading import Reading, Unreadable


def read_files(paths: list[Path], work: Path) -> list[Reading | Unreadable]:
    """Open every file."""
    return [_read_file(path) for path in paths]


def program_version() -> str:
    return importlib.metadata.version("pillow")


def _read_file(path: Path) -> Reading | Unreadable:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            image.load()
            merged = np.asarray(image)
            info = dict(image.info)
            size = Size(*image.size)
            exif = {"Make": str(image.getexif().get(0x010F, ""))}
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        return Unreadable(str(error).replace(str(path), "the file"))
    merged = merged.reshape(*merged.shape[:2], -1)
    dpi = info.get("dpi")
    return Reading(
        size=size,
        depth=merged.dtype.itemsize * 8,
        shows_layers=False,
        merged=merged,
        merged_matted=path.suffix in (".psd", ".psb"),
        icc=info.get("icc_profile"),
        xmp=info.get("xmp"),
        exif=exif if any(exif.values()) else None,
        dpi=float(dpi[0]) if dpi else None,
    )
