"""Backgrounds that people ask for behind a cut-out: a colour, or a picture."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np

from mattework.arrays import Samples
from mattework.document.model import ColorMode, Document, Layer
from mattework.errors import UsageError
from mattework.formats.flat import BACKGROUND_LAYER, make_colour_layer
from mattework.geometry import Size
from mattework.photo import Photo, take_photo


def parse_colour(text: str) -> tuple[float, float, float] | None:
    """A colour as people write it ("white", "#ff8800", "rgb(255, 0, 0)") as sRGB of 0 to 1; None if it is no colour."""
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(text.strip())[:3]
    except ValueError:
        return None
    return red / 255, green / 255, blue / 255


def parse_key(text: str) -> tuple[float, float, float]:
    """The colour of a screen behind a subject, as `parse_colour`.

    Raises:
        UsageError: no colour, or one without a hue.
    """
    key = parse_colour(text)
    if key is None or max(key) - min(key) < 0.05:
        raise UsageError(
            f"The screen {text!r} is not a colour with a hue. Write green, blue, or as in #00b140."
        )
    return key


def check_background(text: str) -> None:
    """Refuse, before any work is done, what is neither a colour nor a picture file.

    Raises:
        UsageError: it is neither.
    """
    if parse_colour(text) is None and not Path(text).expanduser().is_file():
        raise UsageError(
            f"The background {text!r} is neither a colour nor a picture file. Write a colour such as white or #f4f4f4, "
            "or the path of a picture."
        )


def make_background(text: str, document: Document) -> tuple[Layer, tuple[str, ...]]:
    """A layer that fills the document's canvas with a colour, or with a picture scaled to cover it; notes for people.

    Args:
        text: a colour, or the path of a picture file.

    Raises:
        UsageError: neither a colour nor a file.
        InputError: the picture cannot be read.
    """
    check_background(text)
    colour = parse_colour(text)
    if colour is not None:
        layer, coloured = make_colour_layer(document, colour), len(set(colour)) > 1
    else:
        from mattework.formats.files import open_document

        picture = take_photo(open_document(Path(text).expanduser()))
        layer, coloured = _picture_layer(picture, document), picture.mode is not ColorMode.GRAY
    if coloured and document.mode is ColorMode.GRAY:
        return layer, (
            "The photo is gray and so is its background. For colours behind it, save it as RGB first.",
        )
    return layer, ()


def _picture_layer(picture: Photo, document: Document) -> Layer:
    """The picture scaled to cover the canvas and cropped around its centre, in the document's mode and depth."""
    import cv2

    from mattework.document.colour import convert_to_srgb8
    from mattework.formats.straight import change_depth

    canvas, size = document.size, picture.size
    factor = max(canvas.width / size.width, canvas.height / size.height)
    scaled = Size(
        max(canvas.width, round(size.width * factor)), max(canvas.height, round(size.height * factor))
    )
    keeps_samples = picture.mode == document.mode and picture.icc == document.metadata.icc
    source = picture.colour if keeps_samples else convert_to_srgb8(picture.colour, picture.mode, picture.icc)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    pixels = cv2.resize(source, (scaled.width, scaled.height), interpolation=method).reshape(
        *scaled.shape, -1
    )
    left, top = (scaled.width - canvas.width) // 2, (scaled.height - canvas.height) // 2
    pixels = pixels[top : top + canvas.height, left : left + canvas.width]
    samples = change_depth(cast("Samples", np.ascontiguousarray(pixels)), document.depth)
    if not keeps_samples:
        from mattework.document.colour import convert_srgb_samples

        samples = convert_srgb_samples(samples, document.mode, document.metadata.icc)
    return Layer(BACKGROUND_LAYER, canvas.rect, samples)
