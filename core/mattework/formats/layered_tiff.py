"""TIFF files with Photoshop's layers inside: a flat page for everyone, and tag 37724 for those who read layers.

The layers are the same bytes as in a PSD, from the same encoder, big-endian like the file around them. Reading takes both
byte orders. The page is the opaque merged picture, because Photoshop's rules for transparent ones are not documented.

Sources: Adobe Photoshop TIFF Technical Notes (2002), "ImageSourceData" (37724) and image resources (34377); TIFF 6.0.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import Samples
from mattework.document.composite import flatten_in_bands
from mattework.document.model import Depth, Document, array_depth
from mattework.errors import DamagedFile, FormatCannotHold
from mattework.formats.bands import PageForm
from mattework.formats.ifd import (
    find_row,
    point_row,
    read_from_stream,
    read_header,
    read_number,
)
from mattework.formats.limits import Limits
from mattework.formats.metadata import settle_metadata
from mattework.formats.psd import check_holdable
from mattework.formats.psd_decode import LayerSource, decode_layers
from mattework.formats.psd_encode import LayerList, LayersTooLarge, estimate_bytes, list_layers, write_layers
from mattework.formats.psd_kept import fit_resources, keep_resources
from mattework.formats.psd_layout import Span, check_layers
from mattework.formats.psd_resources import pack_resources, pack_thumbnail
from mattework.formats.source_data import IMAGE_RESOURCES, IMAGE_SOURCE_DATA, SIGNATURE, find_source_data
from mattework.formats.straight import flatten_on_colour, paper_white
from mattework.formats.tiff import read_tiff
from mattework.formats.tiff_write import ROWS_PER_STRIP, write_tiff_bands
from mattework.geometry import Size
from mattework.progress import Progress

CLASSIC_BYTES = 4_200_000_000
"""A classic TIFF counts bytes with 32 bits; BigTIFF with layers is read by next to nobody."""

_BLOCK_OF_DEPTH = {8: b"Layr", 16: b"Lr16", 32: b"Lr32"}
# The colour in which a mask is shown over the picture while it is edited: red at half opacity, Photoshop's default.
_MASK_DISPLAY = struct.pack(">5H2BH", 0, 0xFFFF, 0, 0, 0, 50, 128, 0)


def write_layered_tiff(
    document: Document, stream: BinaryIO, *, progress: Progress | None = None
) -> tuple[str, ...]:
    """Write the document with its layers; page 0 is the merged picture on white. Returns notes for people.

    `stream` must be seekable and readable. Memory beyond the document is a few bands: the page is written while it is
    flattened, and the layers, which lie behind it, while they are packed.

    Raises:
        FormatCannotHold: over 4 GB, an empty canvas, too many layers, or one whose packed rows are too long.
        Cancelled: `progress` wants to stop; what the stream has by then is no file.
    """
    check_holdable(document)
    layers = list_layers(document)
    page_bytes = document.size.area * document.mode.channels * document.depth // 8
    # Judged by samples of the layers, so that nobody waits for minutes to hear it; counted again below.
    if page_bytes + estimate_bytes(layers, document.depth, CLASSIC_BYTES - page_bytes) > CLASSIC_BYTES:
        raise _too_large()
    page = _Page(document, progress)
    kept, kept_notes = fit_resources(document.metadata, document.size)
    resources = pack_resources(document.metadata, kept, pack_thumbnail(document), with_blocks=False)
    tags = [
        (IMAGE_SOURCE_DATA, 7, 4, bytes(4), True),  # pointed to the layers when they are written
        (IMAGE_RESOURCES, 1, len(resources), resources, True),
    ]
    with closing(page.flatten()) as bands:
        form = PageForm(size=document.size, depth=document.depth, mode=document.mode, big_endian=True)
        write_tiff_bands(stream, bands, form, document.metadata, tags=tags)
    start = stream.seek(0, 2)
    start += stream.write(bytes(start % 2))
    try:
        _write_source_data(layers, document.depth, stream, CLASSIC_BYTES - start, progress)
    except LayersTooLarge:
        raise _too_large() from None
    _point_first_row(stream, IMAGE_SOURCE_DATA, stream.tell() - start, start)
    stream.seek(0, 2)
    notes = [*layers.notes, *kept_notes]
    if page.is_transparent:
        notes.append(
            "The flat page of the TIFF shows the picture on white; the transparency is in its layers."
        )
    return tuple(notes)


def _too_large() -> FormatCannotHold:
    return FormatCannotHold(
        f"The layers and the picture take over {CLASSIC_BYTES / 1e9:.1f} GB; a layered TIFF cannot hold them. "
        "Save as PSB instead."
    )


@dataclass(slots=True)
class _Page:
    """The merged picture on white; `is_transparent` is known when all of it was taken."""

    document: Document
    progress: Progress | None
    is_transparent: bool = False

    def flatten(self) -> Generator[Samples, None, None]:
        paper = paper_white(self.document.mode, self.document.depth)
        flat = flatten_in_bands(self.document, multiple=ROWS_PER_STRIP, progress=self.progress)
        with closing(flat) as bands:
            for band in bands:
                if band.alpha is None:
                    yield band.color
                    continue
                self.is_transparent = True
                yield flatten_on_colour(band.color, band.alpha, paper)


def _write_source_data(
    layers: LayerList, depth: Depth, stream: BinaryIO, most_bytes: int, progress: Progress | None
) -> None:
    stream.write(SIGNATURE + b"8BIM" + _BLOCK_OF_DEPTH[depth])
    length_at = stream.tell()
    stream.write(b"\0\0\0\0")
    write_layers(layers, depth, 1, stream, transparent=False, most_bytes=most_bytes, progress=progress)
    stream.write(bytes((length_at + 4 - stream.tell()) % 4))
    end = stream.tell()
    stream.seek(length_at)
    stream.write(struct.pack(">I", end - length_at - 4))
    stream.seek(end)
    stream.write(b"8BIMLMsk" + struct.pack(">I", len(_MASK_DISPLAY)) + _MASK_DISPLAY)
    stream.write(b"\0" * (-len(_MASK_DISPLAY) % 4))


def _point_first_row(stream: BinaryIO, tag: int, count: int, offset: int) -> None:
    read = read_from_stream(stream)
    layout = read_header(read)
    first = None if layout is None else read_number(layout.offset_code, read, layout.pointer_position)
    row = None if layout is None or first is None else find_row(read, layout, first, tag)
    if layout is None or row is None:
        raise ValueError("the directory that was just written is not there")
    point_row(stream, layout, row, count, offset)


# --- reading ---------------------------------------------------------------------------------------------------------


def read_layered_tiff(stream: BinaryIO, *, limits: Limits, name: str) -> Document | None:
    """Read the layers of a TIFF of either byte order; None when it carries none.

    The flat page becomes the document's composite.

    Raises:
        DamagedFile, UnsupportedFile, FileTooLarge: as `read_psd` and `read_tiff`.
    """
    found = find_source_data(stream, name=name)
    if found is None or found.info is None:
        return None
    stream.seek(0)
    picture = read_tiff(stream, limits=limits, name=name)
    height, width = picture.colour.shape[:2]
    size, mode = Size(width, height), picture.mode
    depth = array_depth(picture.colour)
    check_depths(found.depth, depth, name)
    spots = found.scan(stream, name=name)
    if not spots:
        return None
    check_layers(spots, size=size, channels=mode.channels, depth=depth, limits=limits, name=name)
    source = LayerSource(
        spots,
        lambda start, count: Span(start, start + count).read(stream),
        size,
        mode,
        depth,
        order=found.order,
    )
    layers, layer_notes = decode_layers(source, name=name)
    metadata, metadata_notes = settle_metadata(picture.metadata, mode, size)
    kept, kept_notes = keep_resources(picture.metadata.resources or b"", size)
    metadata = replace(metadata, resources=kept)
    composite = picture.colour if picture.colour.ndim == 3 else picture.colour[..., None]
    if picture.alpha is not None:
        composite = cast("Samples", np.concatenate([composite, picture.alpha[..., None]], axis=-1))
    notes = left_out = picture.notes + metadata_notes + kept_notes + layer_notes
    if (picture.orientation or 1) != 1:
        notes += ("The TIFF asks to be turned when shown; its layers were kept as they are stored.",)
    return Document(size, mode, depth, layers, metadata, composite, notes, left_out)


def check_depths(layer_depth: int, page_depth: int, name: str) -> None:
    """Refuse layers of another depth than their page.

    Raises:
        DamagedFile
    """
    if layer_depth != page_depth:
        raise DamagedFile(
            f"{name} is damaged: its layers have {layer_depth} bits a channel and its page {page_depth}. Export it again."
        )
