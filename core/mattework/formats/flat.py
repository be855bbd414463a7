"""Flat pictures out: a document's layers put together, fitted to what each container holds."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import Bytes, Samples
from mattework.document.layer_names import BACKGROUND_LAYER
from mattework.document.model import (
    ColorMode,
    Depth,
    Document,
    Layer,
    Metadata,
    array_depth,
    depth_dtype,
    depth_white,
)
from mattework.formats.sniff import Kind
from mattework.formats.straight import (
    change_depth,
    clean_hidden_colours,
    exceeds_unit_range,
    flatten_on_colour,
)
from mattework.formats.xmp import drop_recipe
from mattework.progress import Progress

WHITE = (1.0, 1.0, 1.0)

_WORDS = {"png": "PNG", "webp": "WebP", "avif": "AVIF", "jpeg": "JPEG", "tiff": "TIFF"}
_MODES = {
    "tiff": (ColorMode.GRAY, ColorMode.RGB, ColorMode.CMYK, ColorMode.LAB),
    "png": (ColorMode.GRAY, ColorMode.RGB),
    "jpeg": (ColorMode.GRAY, ColorMode.RGB, ColorMode.CMYK),
    "webp": (ColorMode.RGB,),
    "avif": (ColorMode.RGB,),
}


def write_flat(
    document: Document,
    stream: BinaryIO,
    container: str,
    *,
    background: tuple[float, float, float] | None = None,
    quality: int | None = None,
    bits: int | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Write what the document's layers make as one picture; see `save_document` for the choices.

    Hidden pixels are cleaned (`clean_hidden_colours`), and a recipe does not travel: there is no layer to apply it to.
    """
    from mattework.document.composite import flatten_document

    colour, alpha = flatten_document(document, progress=progress)
    mode, metadata, notes = document.mode, document.metadata, list[str]()
    if container == "jpeg" and background is None and alpha is not None and not _is_opaque(alpha):
        background = WHITE
        notes.append("JPEG has no transparency: flattened on white.")
    if background is not None and alpha is not None:
        from mattework.document.colour import convert_srgb_colour

        behind = convert_srgb_colour(background, mode, array_depth(colour), metadata.icc)
        colour, alpha = flatten_on_colour(colour, alpha, behind), None
    if container == "jpeg":
        alpha = None
    if alpha is not None:
        colour = clean_hidden_colours(colour, alpha, mode)
    if mode not in _MODES[container]:
        colour, metadata = _convert_mode(colour, mode, metadata, container, notes)
        mode = ColorMode.RGB
    depth = _choose_depth(container, array_depth(colour), bits)
    _tell_about_depth(colour, depth, bits, container, notes)
    colour = change_depth(colour, depth)
    alpha = None if alpha is None else change_depth(alpha, depth)
    metadata = replace(metadata, xmp=drop_recipe(metadata.xmp))
    notes += _encode(stream, container, colour, alpha, mode, metadata, quality, progress)
    return tuple(notes)


def make_colour_layer(document: Document, rgb: tuple[float, float, float]) -> Layer:
    """A layer of one sRGB colour (0..1) over the whole canvas, in the document's mode, profile and depth."""
    from mattework.document.colour import convert_srgb_colour

    values = convert_srgb_colour(rgb, document.mode, document.depth, document.metadata.icc)
    pixels = np.empty((*document.size.shape, document.mode.channels), depth_dtype(document.depth))
    pixels[:] = np.array(values, pixels.dtype)
    return Layer(BACKGROUND_LAYER, document.size.rect, cast("Samples", pixels))


def _is_opaque(alpha: Samples) -> bool:
    return bool((alpha >= depth_white(array_depth(alpha))).all())


def _convert_mode(
    colour: Samples, mode: ColorMode, metadata: Metadata, container: str, notes: list[str]
) -> tuple[Samples, Metadata]:
    if mode is ColorMode.GRAY and metadata.icc is None:
        return cast("Samples", np.repeat(colour, 3, axis=-1)), metadata
    from mattework.document.colour import convert_to_srgb8

    words = {ColorMode.GRAY: "gray", ColorMode.CMYK: "CMYK", ColorMode.LAB: "Lab", ColorMode.RGB: "RGB"}[mode]
    notes.append(f"{_WORDS[container]} holds no {words} colours: converted to sRGB with 8 bits.")
    if mode is ColorMode.CMYK and metadata.icc is None:
        notes.append("The document has no colour profile: its inks were converted by a plain formula.")
    return convert_to_srgb8(colour, mode, metadata.icc), replace(metadata, icc=None)


def _choose_depth(container: str, depth: Depth, bits: int | None) -> Depth:
    if bits is not None:
        return cast("Depth", bits)
    if container == "tiff":
        return depth
    return 16 if container == "png" and depth != 8 else 8


def _tell_about_depth(
    colour: Samples, depth: Depth, bits: int | None, container: str, notes: list[str]
) -> None:
    have = array_depth(colour)
    if depth < have and exceeds_unit_range(colour):
        notes.append(f"Float samples outside 0 to 1 were clipped for {depth}-bit {_WORDS[container]}.")
    if depth < have and bits is None:
        notes.append(f"{_WORDS[container]} holds {depth} bits a channel here: rounded from {have}.")


def _encode(
    stream: BinaryIO,
    container: str,
    colour: Samples,
    alpha: Samples | None,
    mode: ColorMode,
    metadata: Metadata,
    quality: int | None,
    progress: Progress | None,
) -> tuple[str, ...]:
    if container == "tiff":
        from mattework.formats.tiff_write import write_tiff

        return write_tiff(stream, colour, alpha, mode, metadata, progress=progress)
    if container == "png":
        from mattework.formats.png import write_png

        write_png(stream, colour, alpha, metadata, progress=progress)
        return ()
    from mattework.formats.pillow_raster import write_with_pillow

    kind = {"jpeg": Kind.JPEG, "webp": Kind.WEBP, "avif": Kind.AVIF}[container]
    return write_with_pillow(
        stream, kind, cast("Bytes", colour), cast("Bytes | None", alpha), metadata, quality
    )
