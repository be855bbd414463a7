"""TIFF files with Photoshop's layers inside: a flat page for everyone, and tag 37724 for those who read layers.

The layers are the same bytes as in a PSD, from the same encoder, big-endian like the file around them. Reading takes both
byte orders. The page is the opaque merged picture, because Photoshop's rules for transparent ones are not documented.

Sources: Adobe Photoshop TIFF Technical Notes (2002), "ImageSourceData" (37724) and image resources (34377); TIFF 6.0.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import Samples
from mattework.document.composite import flatten_in_bands
from mattework.document.model import Depth, Document, array_depth
from mattework.errors import DamagedFile, FormatCannotHold
from mattework.formats.ifd import (
    find_row,
    list_tags,
    point_row,
    read_from_stream,
    read_header,
    read_number,
)
from mattework.formats.limits import Limits, translate_decoder_errors
from mattework.formats.metadata import settle_metadata
from mattework.formats.psd import check_holdable
from mattework.formats.psd_decode import LayerSource, decode_layers
from mattework.formats.psd_encode import LayerList, LayersTooLarge, estimate_bytes, list_layers, write_layers
from mattework.formats.psd_layout import LAYER_BLOCKS, Span, check_layers, scan_layers
from mattework.formats.psd_resources import pack_resources, pack_thumbnail
from mattework.formats.psd_turn import scan_turned_layers
from mattework.formats.straight import flatten_on_colour, paper_white
from mattework.formats.tiff import read_tiff
from mattework.formats.tiff_write import ROWS_PER_STRIP, write_tiff_bands
from mattework.geometry import Size
from mattework.progress import Progress

IMAGE_SOURCE_DATA, IMAGE_RESOURCES = 37724, 34377
CLASSIC_BYTES = 4_200_000_000
"""A classic TIFF counts bytes with 32 bits; BigTIFF with layers is read by next to nobody."""

_SIGNATURE = b"Adobe Photoshop Document Data Block\0"
_LARGE_SIGNATURE = b"Adobe Photoshop Document Data V0002\0"
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
        FormatCannotHold: over 4 GB, an empty canvas, or too many layers.
        Cancelled: `progress` wants to stop; what the stream has by then is no file.
    """
    check_holdable(document)
    layers = list_layers(document)
    page_bytes = document.size.area * document.mode.channels * document.depth // 8
    # Judged by samples of the layers, so that nobody waits for minutes to hear it; counted again below.
    if page_bytes + estimate_bytes(layers, document.depth, CLASSIC_BYTES - page_bytes) > CLASSIC_BYTES:
        raise _too_large()
    page = _Page(document, progress)
    resources = pack_resources(document.metadata, pack_thumbnail(document), with_blocks=False)
    tags = [
        (IMAGE_SOURCE_DATA, 7, 4, bytes(4), True),  # pointed to the layers when they are written
        (IMAGE_RESOURCES, 1, len(resources), resources, True),
    ]
    with closing(page.flatten()) as bands:
        write_tiff_bands(
            stream,
            bands,
            document.size,
            document.depth,
            document.mode,
            document.metadata,
            big_endian=True,
            tags=tags,
        )
    start = stream.seek(0, 2)
    start += stream.write(bytes(start % 2))
    try:
        _write_source_data(layers, document.depth, stream, CLASSIC_BYTES - start, progress)
    except LayersTooLarge:
        raise _too_large() from None
    _point_first_row(stream, IMAGE_SOURCE_DATA, stream.tell() - start, start)
    stream.seek(0, 2)
    notes = [*layers.notes]
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
    stream.write(_SIGNATURE + b"8BIM" + _BLOCK_OF_DEPTH[depth])
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
    found = _find_source_data(stream, name)
    if found is None:
        return None
    span, little = found
    info, depth = _find_layer_block(stream, span, little=little)
    if info is None:
        return None
    stream.seek(0)
    picture = read_tiff(stream, limits=limits, name=name)
    height, width = picture.colour.shape[:2]
    size, mode = Size(width, height), picture.mode
    page_depth = array_depth(picture.colour)
    if depth != page_depth:
        raise DamagedFile(
            f"{name} is damaged: its layers have {depth} bits a channel and its page {page_depth}. Export it again."
        )
    with translate_decoder_errors(name, "layered TIFF"):
        if little:
            _, spots = scan_turned_layers(stream, info, name=name)
        else:
            _, spots = scan_layers(stream, info, version=1, name=name)
    if not spots:
        return None
    check_layers(spots, size=size, channels=mode.channels, depth=depth, limits=limits, name=name)
    source = LayerSource(
        spots,
        lambda start, count: Span(start, start + count).read(stream),
        size,
        mode,
        depth,
        order="<" if little else ">",
    )
    layers, layer_notes = decode_layers(source, name=name)
    metadata, metadata_notes = settle_metadata(picture.metadata, mode, size)
    composite = picture.colour if picture.colour.ndim == 3 else picture.colour[..., None]
    if picture.alpha is not None:
        composite = cast("Samples", np.concatenate([composite, picture.alpha[..., None]], axis=-1))
    notes = picture.notes + metadata_notes + layer_notes
    if (picture.orientation or 1) != 1:
        notes += ("The TIFF asks to be turned when shown; its layers were kept as they are stored.",)
    return Document(size, mode, depth, layers, metadata, composite, notes)


def _find_source_data(stream: BinaryIO, name: str) -> tuple[Span, bool] | None:
    """Where the first page's layer data lie behind their signature, and whether the file is little-endian."""
    import tifffile

    length = stream.seek(0, 2)
    stream.seek(0)
    with translate_decoder_errors(name, "TIFF picture"), tifffile.TiffFile(stream, name=name) as file:
        if not len(file.pages):
            return None
        page = file.pages[0]
        tag = page.tags.get(IMAGE_SOURCE_DATA)
        little = file.byteorder == "<"
        if tag is None:
            if IMAGE_SOURCE_DATA in list_tags(
                stream, int(page.offset)
            ):  # there, but beyond the end of the file
                raise _cut(name)
            return None
        span = Span(int(tag.valueoffset), int(tag.valueoffset) + int(tag.count))
    if span.end > length:
        raise _cut(name)
    head = Span(span.start, span.start + len(_SIGNATURE)).read(stream)
    if head == _LARGE_SIGNATURE or head != _SIGNATURE:
        return None
    return Span(span.start + len(_SIGNATURE), span.end), little


def _cut(name: str) -> DamagedFile:
    return DamagedFile(f"{name} is incomplete: it ends within its layers. Copy or export it again.")


def _find_layer_block(stream: BinaryIO, span: Span, *, little: bool) -> tuple[Span | None, int]:
    """The block with the list of layers, and the depth of its samples."""
    at = span.start
    while at + 12 <= span.end:
        head = Span(at, at + 12).read(stream)
        signature, key = (head[:4][::-1], head[4:8][::-1]) if little else (head[:4], head[4:8])
        size = int.from_bytes(head[8:], "little" if little else "big")
        if signature != b"8BIM" or at + 12 + size > span.end:
            break
        if key in LAYER_BLOCKS and size >= 2:
            return Span(at + 12, at + 12 + size), LAYER_BLOCKS[key]
        at += 12 + size + -size % 4
    return None, 0
