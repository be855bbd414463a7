"""Alphas, masks and trimaps as pictures of their own."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import Bytes, Floats, Samples
from mattework.document.model import ColorMode, Depth, Document, Metadata, array_depth, depth_white
from mattework.errors import UsageError
from mattework.formats.straight import change_depth
from mattework.formats.streams import Source, Target, write_target
from mattework.geometry import Size

TRIMAP_MARGIN = 0.1
"""How far from 0 and 1 a trimap's value may lie and still mean background or foreground."""


def save_mask(
    alpha: Floats,
    target: Target,
    *,
    bits: int = 16,
    format: str | None = None,
    overwrite: bool = False,
    metadata: Metadata | None = None,
) -> None:
    """Write an alpha (H, W), float32 0..1, as a gray PNG or TIFF of 8 or 16 `bits`.

    `format` is "png" or "tiff"; told by the target's name by default, and needed for streams. Of `metadata` the
    resolution and EXIF are kept; a colour profile would change what the values mean.

    Raises:
        UsageError: another format, depth, shape or type of array.
        OutputError: as `save_document`.
    """
    if alpha.ndim != 2 or alpha.size == 0:
        raise UsageError(f"A mask has one channel and at least one pixel, not the shape {alpha.shape}.")
    if alpha.dtype.kind != "f":  # bytes would all but the blacks come out white
        raise UsageError(
            f"A mask is written from floats of 0 to 1, not {alpha.dtype}. Divide it by its white."
        )
    if bits not in (8, 16):
        raise UsageError(f"A mask is written with 8 or 16 bits, not {bits}.")
    container = _choose_mask_format(target, format)
    depth: Depth = 8 if bits == 8 else 16
    gray = change_depth(np.nan_to_num(alpha.astype(np.float32, copy=False))[..., None], depth)
    kept = replace(metadata or Metadata(), icc=None, xmp=None)

    def write(stream: BinaryIO) -> tuple[str, ...]:
        if container == "png":
            from mattework.formats.png import write_png

            write_png(stream, gray, None, kept)
            return ()
        from mattework.formats.tiff_write import write_tiff

        return write_tiff(stream, gray, None, ColorMode.GRAY, kept)

    write_target(target, write, overwrite=overwrite)


def read_mask(source: Source, size: Size | None = None, *, word: str = "mask") -> Floats:
    """Any picture as a mask (H, W), float32 0..1, 1 for the subject.

    A picture with transparency gives its alpha; an opaque one its brightness, as stored. `word` is what messages call it.

    Raises:
        UsageError: the mask's size is not `size`.
        InputError: the file cannot be read.
    """
    from mattework.formats.files import open_document

    document = open_document(source)
    if size is not None and document.size != size:
        named = f" {os.fspath(source)}" if isinstance(source, (str, os.PathLike)) else ""
        if (document.size.width, document.size.height) == (size.height, size.width):
            advice = f"cameras save photos lying, and they are turned when read: turn the {word} too."
        else:
            advice = f"scale the {word} first."
        raise UsageError(
            f"The {word}{named} has {document.size} pixels and the photo {size}. Both must be of one size; {advice}"
        )
    from mattework.document.composite import flatten_document

    colour, alpha = flatten_document(document)
    if alpha is not None:
        opacity = _as_unit_floats(alpha)
        if float(opacity.min()) < 1.0:
            return opacity
    return _take_brightness(document, colour)


def read_trimap(source: Source, size: Size | None = None) -> Bytes:
    """A trimap picture as uint8 (H, W): 0 background, 128 unknown, 255 foreground.

    Values within a tenth of black and white count as background and foreground, so that JPEG trimaps work.

    Raises:
        UsageError, InputError: as `read_mask`.
    """
    values = read_mask(source, size, word="trimap")
    trimap = np.full(values.shape, 128, np.uint8)
    trimap[values <= TRIMAP_MARGIN] = 0
    trimap[values >= 1 - TRIMAP_MARGIN] = 255
    return trimap


def check_mask_name(target: Target) -> None:
    """Refuse a name that a mask cannot be written under.

    Raises:
        UsageError: neither PNG nor TIFF.
    """
    _choose_mask_format(target, None)


def _choose_mask_format(target: Target, format: str | None) -> str:
    named = format
    if named is None and isinstance(target, (str, os.PathLike)):
        named = PurePath(target).suffix.lstrip(".")
    chosen = {"png": "png", "tif": "tiff", "tiff": "tiff"}.get((named or "").lower())
    if chosen is not None:
        return chosen
    if named is None:
        raise UsageError("A stream has no name to tell the format of a mask by. Name it: PNG or TIFF.")
    what = f"not as {format!r}" if format is not None else f"and {target} does not say so"
    raise UsageError(f"A mask is written as PNG or TIFF, {what}. End its name in .png or .tif.")


def _as_unit_floats(samples: Samples) -> Floats:
    values = samples.astype(np.float32) / np.float32(depth_white(array_depth(samples)))
    return cast("Floats", np.clip(values, 0.0, 1.0))


def _take_brightness(document: Document, colour: Samples) -> Floats:
    if document.mode in (ColorMode.CMYK, ColorMode.LAB):
        from mattework.document.colour import convert_to_srgb8

        colour = convert_to_srgb8(colour, document.mode, document.metadata.icc)
    if colour.shape[2] == 1 or bool((colour == colour[..., :1]).all()):
        return _as_unit_floats(colour[..., 0])
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    return _as_unit_floats(colour) @ weights
