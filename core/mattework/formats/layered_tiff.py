"""TIFF files with Photoshop's layers inside: a flat page for everyone, and tag 37724 for those who read layers.

The layers are the same bytes as in a PSD, from the same encoder, big-endian like the file around them. Reading takes both
byte orders. The page is the opaque merged picture, because Photoshop's rules for transparent ones are not documented.

Sources: Adobe Photoshop TIFF Technical Notes (2002), "ImageSourceData" (37724) and image resources (34377); TIFF 6.0.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import Samples
from mattework.document.composite import flatten_document
from mattework.document.model import Depth, Document, array_depth
from mattework.errors import DamagedFile, FormatCannotHold
from mattework.formats.ifd import list_tags
from mattework.formats.limits import Limits, translate_decoder_errors
from mattework.formats.metadata import settle_metadata
from mattework.formats.psd import check_holdable
from mattework.formats.psd_decode import LayerSource, decode_layers
from mattework.formats.psd_encode import LayerList, LayersTooLarge, list_layers, write_layers
from mattework.formats.psd_layout import LAYER_BLOCKS, Span, check_layers, scan_layers
from mattework.formats.psd_resources import pack_resources, pack_thumbnail
from mattework.formats.psd_turn import scan_turned_layers
from mattework.formats.straight import flatten_on_colour
from mattework.formats.tiff import read_tiff, write_tiff
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

    `stream` must be seekable and readable. Memory beyond the document: the encoded layers and the merged picture.

    Raises:
        FormatCannotHold: over 4 GB, an empty canvas, or too many layers.
        Cancelled: `progress` wants to stop; what the stream has by then is no file.
    """
    check_holdable(document)
    layers = list_layers(document)
    page_bytes = document.size.area * document.mode.channels * document.depth // 8
    try:
        blob = _build_source_data(layers, document.depth, CLASSIC_BYTES - page_bytes, progress)
    except LayersTooLarge:
        raise FormatCannotHold(
            f"The layers and the picture take over {CLASSIC_BYTES / 1e9:.1f} GB; a layered TIFF cannot hold them. "
            "Save as PSB instead."
        ) from None
    color, alpha = flatten_document(document, progress=progress)
    resources = pack_resources(document.metadata, pack_thumbnail(document, color, alpha), with_blocks=False)
    notes = [*layers.notes]
    if alpha is not None:
        color = flatten_on_colour(color, alpha, _white_samples(document))
        notes.append(
            "The flat page of the TIFF shows the picture on white; the transparency is in its layers."
        )
    del layers, alpha
    tags = [
        (IMAGE_SOURCE_DATA, 7, len(blob), blob, True),
        (IMAGE_RESOURCES, 1, len(resources), resources, True),
    ]
    notes.extend(
        write_tiff(
            stream,
            color,
            None,
            document.mode,
            document.metadata,
            big_endian=True,
            tags=tags,
            progress=progress,
        )
    )
    return tuple(notes)


def _white_samples(document: Document) -> tuple[float, ...]:
    """White in the document's own samples: no ink, or full lightness with neutral a and b."""
    full = {8: 255.0, 16: 65535.0, 32: 1.0}[document.depth]
    middle = {8: 128.0, 16: 32768.0, 32: 0.5}[document.depth]
    return {
        "gray": (full,),
        "rgb": (full, full, full),
        "cmyk": (0.0, 0.0, 0.0, 0.0),
        "lab": (full, middle, middle),
    }[document.mode.value]


def _build_source_data(layers: LayerList, depth: Depth, most_bytes: int, progress: Progress | None) -> bytes:
    body = BytesIO()
    body.write(_SIGNATURE + b"8BIM" + _BLOCK_OF_DEPTH[depth])
    length_at = body.tell()
    body.write(b"\0\0\0\0")
    write_layers(layers, depth, 1, body, transparent=False, most_bytes=most_bytes, progress=progress)
    body.write(bytes((length_at + 4 - body.tell()) % 4))
    end = body.tell()
    body.seek(length_at)
    body.write(struct.pack(">I", end - length_at - 4))
    body.seek(end)
    body.write(b"8BIMLMsk" + struct.pack(">I", len(_MASK_DISPLAY)) + _MASK_DISPLAY)
    body.write(b"\0" * (-len(_MASK_DISPLAY) % 4))
    return body.getvalue()


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
