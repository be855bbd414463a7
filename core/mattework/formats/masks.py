"""Alphas, masks and trimaps as pictures of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import Bytes, Floats, Samples, check_soft_mask
from mattework.document.model import ColorMode, Depth, Document, Metadata, array_depth, depth_white
from mattework.errors import UsageError
from mattework.formats.straight import change_depth
from mattework.formats.streams import Source, Target, write_target
from mattework.geometry import Size

TRIMAP_MARGIN = 0.1
"""How far from 0 and 1 a trimap's value may lie and still mean background or foreground."""
_TWO_SHADES = 0.98
"""The part of a painted mask's pixels that are black or white; each of the two has more than the rest."""
_LARGEST_LABEL = 2.5 / 255


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
        UsageError: another format, depth, shape or type of array, or values that are not of 0 to 1.
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
    check_soft_mask(alpha)
    container = _choose_mask_format(target, format)
    depth: Depth = 8 if bits == 8 else 16
    gray = change_depth(alpha.astype(np.float32, copy=False)[..., None], depth)
    kept = replace(metadata or Metadata(), icc=None, xmp=None)

    def write(stream: BinaryIO) -> tuple[str, ...]:
        if container == "png":
            from mattework.formats.png import write_png

            write_png(stream, gray, None, kept)
            return ()
        from mattework.formats.tiff_write import write_tiff

        return write_tiff(stream, gray, None, ColorMode.GRAY, kept)

    write_target(target, write, overwrite=overwrite)


_COLOURED, _COLOURED_SHARE = 0.15, 0.01
"""A mask has colours where the channels of more than this share of its pixels lie farther apart than this."""


def read_mask(
    source: Source,
    size: Size | None = None,
    *,
    word: str = "mask",
    tell: Callable[[str], None] | None = None,
    take_colours: bool = True,
) -> Floats:
    """Any picture as a mask (H, W), float32 0..1, 1 for the subject.

    A picture of which something is more transparent than not gives its alpha, any other its brightness, as stored. What was
    painted on a transparent layer gives its brightness over black: a mask in black and white, and any trimap. `word` is
    what messages call it; `tell` is given notes about the file. Without `take_colours` the brightness of a colour picture,
    such as a photo or a map of labels, is none.

    Raises:
        UsageError: the mask's size is not `size`, its floats run far beyond 0 and 1, or it has colours that are not taken.
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
    if tell is not None:
        for note in document.notes:
            tell(f"The {word}: {note}")
    from mattework.document.composite import flatten_document

    colour, alpha = flatten_document(document)
    opacity = None if alpha is None else _as_unit_floats(alpha)
    is_opaque = opacity is None or float(opacity.min()) > 0.5
    takes_alpha = word != "trimap" and not is_opaque
    if opacity is not None and takes_alpha and not _is_painted(colour, opacity, document.mode):
        return opacity
    if _has_colours(document, colour):
        if not take_colours:
            raise UsageError(
                f"The {word} has colours, as a photo or a map of labels has. Give one in black, white and gray."
            )
        if tell is not None:
            tell(f"The {word} has colours; how bright they are was taken.")
    brightness = _take_brightness(document, colour, word)
    return brightness if opacity is None or is_opaque else brightness * opacity


def read_trimap(
    source: Source, size: Size | None = None, *, tell: Callable[[str], None] | None = None
) -> Bytes:
    """A trimap picture as uint8 (H, W): 0 background, 128 unknown, 255 foreground.

    Values within a tenth of black and white count as background and foreground, so that JPEG trimaps work.

    Raises:
        UsageError: all but black, as with labels of 0, 1 and 2; else as `read_mask`.
        InputError: as `read_mask`.
    """
    values = read_mask(source, size, word="trimap", tell=tell)
    refuse_labels(float(values.max()), "trimap")
    trimap = np.full(values.shape, 128, np.uint8)
    trimap[values <= TRIMAP_MARGIN] = 0
    trimap[values >= 1 - TRIMAP_MARGIN] = 255
    return trimap


def refuse_labels(largest: float, word: str) -> None:
    """Refuse a mask that holds labels such as 0, 1 and 2 in place of shades: it would be all but black.

    `largest` is the largest of its values, as 0..1.

    Raises:
        UsageError: that is more than 0 and no more than 2 of 255.
    """
    if 0 < largest <= _LARGEST_LABEL:
        scale = "128" if word == "trimap" else "255"
        raise UsageError(
            f"The {word} is all but black, as one of labels 0, 1 or 2 is. Multiply it by {scale}: white is the subject."
        )


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


def _is_painted(colour: Samples, opacity: Floats, mode: ColorMode) -> bool:
    """Whether visible pixels are black and white alone, and both: a mask, and no cut-out whose alpha is meant."""
    if mode not in (ColorMode.GRAY, ColorMode.RGB):
        return False
    shown = _as_unit_floats(colour)[opacity > 0]
    if shown.size == 0 or float(np.ptp(shown, axis=1).max()) > TRIMAP_MARGIN:
        return False
    black, white = float((shown < TRIMAP_MARGIN).mean()), float((shown > 1 - TRIMAP_MARGIN).mean())
    return black + white > _TWO_SHADES and min(black, white) > 1 - _TWO_SHADES


def _as_unit_floats(samples: Samples) -> Floats:
    values = samples.astype(np.float32) / np.float32(depth_white(array_depth(samples)))
    return cast("Floats", np.clip(values, 0.0, 1.0))


def _has_colours(document: Document, colour: Samples) -> bool:
    """Whether more of a mask is coloured than scanners and JPEG make so."""
    if document.mode is not ColorMode.RGB or document.depth == 32:
        return False
    apart = colour.max(axis=2) - colour.min(axis=2)
    return float((apart > _COLOURED * (2**document.depth - 1)).mean()) > _COLOURED_SHARE


def _take_brightness(document: Document, colour: Samples, word: str) -> Floats:
    if document.depth == 32 and (float(colour.max()) > 1.5 or float(colour.min()) < -0.5):
        raise UsageError(
            f"A {word} of floats runs from 0 to 1; this one from {colour.min():g} to {colour.max():g}. Scale it first."
        )
    if document.mode in (ColorMode.CMYK, ColorMode.LAB):
        from mattework.document.colour import convert_to_srgb8

        colour = convert_to_srgb8(colour, document.mode, document.metadata.icc)
    if colour.shape[2] == 1 or bool((colour == colour[..., :1]).all()):
        return _as_unit_floats(colour[..., 0])
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    return _as_unit_floats(colour) @ weights
