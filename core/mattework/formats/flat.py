"""Flat pictures out: a document's layers put together, fitted to what each container holds."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import AnyArray, Samples
from mattework.document.composite import flatten_in_bands
from mattework.document.layer_names import BACKGROUND_LAYER
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Layer,
    Metadata,
    Node,
    array_depth,
    depth_dtype,
    depth_white,
)
from mattework.formats.bands import Band, PageForm, clean_hidden_colours, join_alpha, regroup_rows
from mattework.formats.psd_kept import fit_resources, tell_unheld
from mattework.formats.psd_resources import pack_kept
from mattework.formats.sniff import Kind
from mattework.formats.source_data import IMAGE_RESOURCES
from mattework.formats.straight import change_depth, exceeds_unit_range, flatten_on_colour
from mattework.formats.xmp import drop_recipe
from mattework.progress import Progress, report_progress

WHITE = (1.0, 1.0, 1.0)

_WORDS = {"png": "PNG", "webp": "WebP", "avif": "AVIF", "jpeg": "JPEG", "tiff": "TIFF"}
_HOLD_RESOURCES = ("tiff", "jpeg")
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
    Memory beyond the document is a few bands, and what the encoders of JPEG, WebP and AVIF take, which want all of it.
    """
    mode, metadata, notes = document.mode, document.metadata, list[str]()
    transparent = background is None and _is_transparent(document, container, progress)
    if container == "jpeg" and transparent:
        background, transparent = WHITE, False
        notes.append("JPEG has no transparency: flattened on white.")
    behind = None
    if background is not None:
        from mattework.document.colour import convert_srgb_colour

        behind = convert_srgb_colour(background, mode, document.depth, metadata.icc)
    convert, have = None, document.depth
    if mode not in _MODES[container]:
        convert, have, metadata = _convert_mode(document, container, notes)
        mode = ColorMode.RGB
    form = PageForm(
        size=document.size, depth=_choose_depth(container, have, bits), mode=mode, has_alpha=transparent
    )
    metadata = replace(metadata, xmp=drop_recipe(metadata.xmp))
    if container in _HOLD_RESOURCES:
        kept, kept_notes = fit_resources(metadata, document.size)
        metadata = replace(metadata, resources=kept)
        notes.extend(kept_notes)
    else:
        notes.extend(tell_unheld(metadata, _WORDS[container]))
    picture = _Picture(document, form, behind, convert, progress)
    with closing(picture.make_bands()) as bands:
        told = _encode(stream, container, bands, form, metadata, quality)
    if picture.is_clipped:
        notes.append(f"Float samples outside 0 to 1 were clipped for {form.depth}-bit {_WORDS[container]}.")
    if form.depth < have and bits is None:
        notes.append(f"{_WORDS[container]} holds {form.depth} bits a channel here: rounded from {have}.")
    return (*notes, *told)


@dataclass(slots=True)
class _Picture:
    """What a flat file holds of a document; `is_clipped` is known when all of it was taken."""

    document: Document
    form: PageForm
    behind: tuple[float, ...] | AnyArray | None
    convert: Callable[[Samples], Samples] | None
    progress: Progress | None
    is_clipped: bool = False

    def make_bands(self) -> Generator[Band, None, None]:
        done = 0
        with closing(flatten_in_bands(self.document)) as flat:
            bands: Iterator[Band] = ((band.color, band.alpha) for band in flat)
            if self.form.has_alpha:
                # At the file's depth: what is next to nothing at 16 bits is hidden at 8.
                depth = self.form.depth
                filled = (
                    (colour, change_depth(_fill_alpha(colour, alpha), depth)) for colour, alpha in bands
                )
                bands = clean_hidden_colours(filled, self.document.mode)
            for colour, alpha in bands:
                report_progress(self.progress, "write", done / self.document.size.height)
                done += len(colour)
                yield self._fit(colour, alpha)
        report_progress(self.progress, "write", 1.0)

    def _fit(self, colour: Samples, alpha: Samples | None) -> Band:
        if self.behind is not None and alpha is not None:
            colour = flatten_on_colour(colour, alpha, self.behind)
        if self.convert is not None:
            colour = self.convert(colour)
        depth = self.form.depth
        self.is_clipped |= depth < array_depth(colour) and exceeds_unit_range(colour)
        return change_depth(colour, depth, self.form.mode), alpha if self.form.has_alpha else None


def _is_transparent(document: Document, container: str, progress: Progress | None) -> bool:
    """Whether the picture has any transparency to keep; found out as far from the top as it takes."""
    nodes = [node for node in document.layers if node.visible and node.opacity > 0]
    if all(isinstance(node, Layer) for node in nodes) and any(_covers(node, document) for node in nodes[:1]):
        return False
    white = depth_white(document.depth)
    with closing(flatten_in_bands(document, progress=progress)) as bands:
        for band in bands:
            if band.alpha is not None and (container != "jpeg" or bool((band.alpha < white).any())):
                return True
    return False


def _covers(node: Node, document: Document) -> bool:
    """Whether a layer at the bottom leaves nothing of the canvas transparent."""
    has_all = isinstance(node, Layer) and node.alpha is None and node.rect.contains(document.size.rect)
    is_plain = node.mask is None and node.blend is BlendMode.NORMAL and not node.clipped
    return has_all and is_plain and node.opacity >= 1


def _fill_alpha(colour: Samples, alpha: Samples | None) -> Samples:
    if alpha is not None:
        return alpha
    white = depth_white(array_depth(colour))
    return cast("Samples", np.full(colour.shape[:2], white, colour.dtype))


def make_colour_layer(document: Document, rgb: tuple[float, float, float]) -> Layer:
    """A layer of one sRGB colour (0..1) over the whole canvas, in the document's mode, profile and depth."""
    from mattework.document.colour import convert_srgb_colour

    values = convert_srgb_colour(rgb, document.mode, document.depth, document.metadata.icc)
    pixels = np.empty((*document.size.shape, document.mode.channels), depth_dtype(document.depth))
    pixels[:] = np.array(values, pixels.dtype)
    return Layer(BACKGROUND_LAYER, document.size.rect, cast("Samples", pixels))


def _convert_mode(
    document: Document, container: str, notes: list[str]
) -> tuple[Callable[[Samples], Samples], Depth, Metadata]:
    """How colours become RGB for a container that knows no others; their depth then, and the metadata that are left."""
    mode, metadata = document.mode, document.metadata
    if mode is ColorMode.GRAY and metadata.icc is None:
        return lambda colour: cast("Samples", np.repeat(colour, 3, axis=-1)), document.depth, metadata
    from mattework.document.colour import convert_to_srgb8

    words = {ColorMode.GRAY: "gray", ColorMode.CMYK: "CMYK", ColorMode.LAB: "Lab", ColorMode.RGB: "RGB"}[mode]
    notes.append(f"{_WORDS[container]} holds no {words} colours: converted to sRGB with 8 bits.")
    if mode is ColorMode.CMYK and metadata.icc is None:
        notes.append("The document has no colour profile: its inks were converted by a plain formula.")
    icc = metadata.icc
    return lambda colour: convert_to_srgb8(colour, mode, icc), 8, replace(metadata, icc=None)


def _choose_depth(container: str, depth: Depth, bits: int | None) -> Depth:
    if bits is not None:
        return cast("Depth", bits)
    if container == "tiff":
        return depth
    return 16 if container == "png" and depth != 8 else 8


def _encode(
    stream: BinaryIO,
    container: str,
    bands: Iterator[Band],
    form: PageForm,
    metadata: Metadata,
    quality: int | None,
) -> tuple[str, ...]:
    if container == "tiff":
        from mattework.formats.tiff_write import ROWS_PER_STRIP, write_tiff_bands

        strips = regroup_rows(join_alpha(bands), ROWS_PER_STRIP)
        section = pack_kept(metadata.resources)
        tags = [(IMAGE_RESOURCES, 1, len(section), section, True)] if section else []
        return write_tiff_bands(stream, strips, form, metadata, tags=tags)
    if container == "png":
        from mattework.formats.png import write_png_bands

        write_png_bands(stream, bands, form, metadata)
        return ()
    from mattework.formats.pillow_raster import write_with_pillow

    kind = {"jpeg": Kind.JPEG, "webp": Kind.WEBP, "avif": Kind.AVIF}[container]
    return write_with_pillow(stream, kind, bands, form, metadata, quality)
