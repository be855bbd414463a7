"""Photoshop documents, PSD and PSB: reading with all layers, and writing what every reader opens.

The rooms behind this one: `psd_layout` finds where everything lies (and refuses what cannot be sound), `psd_decode` makes
layers of it, `psd_encode` makes records of layers, `psd_planes` packs and unpacks samples, `psd_resources` holds metadata
and thumbnail, `psd_composite` the merged picture.

Source: Adobe Photoshop File Formats Specification (2019).
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import BinaryIO

from psd_tools.constants import Tag
from psd_tools.psd.color_mode_data import HDRT_DEFAULT
from psd_tools.psd.layer_and_mask import GlobalLayerMaskInfo, LayerAndMaskInformation, LayerInfo
from psd_tools.psd.tagged_blocks import TaggedBlock, TaggedBlocks

from mattework.document.composite import flatten_document
from mattework.document.model import ColorMode, Document
from mattework.errors import FormatCannotHold
from mattework.formats.psd_composite import pack_composite
from mattework.formats.psd_encode import pack_layers
from mattework.formats.psd_resources import pack_resources, pack_thumbnail
from mattework.geometry import Size
from mattework.progress import Progress

PSD_SIDE, PSB_SIDE = 30_000, 300_000
PSD_BYTES = 1_900_000_000
"""Above this a PSB is written: PSD's lengths have 32 bits, and readers differ in whether they take them as signed."""
_MOST_LAYERS = 8000
_MODE_NUMBERS = {ColorMode.GRAY: 1, ColorMode.RGB: 3, ColorMode.CMYK: 4, ColorMode.LAB: 9}


def choose_container(size: Size, encoded_bytes: int) -> int:
    """Version 1 (PSD) or 2 (PSB) for a canvas and an encoded size.

    Raises:
        FormatCannotHold: a side is longer than even PSB allows.
    """
    if size.long_side > PSB_SIDE:
        raise FormatCannotHold(
            f"A picture of {size} pixels does not fit into a Photoshop document (at most {PSB_SIDE} a side). "
            "Save it as TIFF, or make it smaller."
        )
    return 2 if size.long_side > PSD_SIDE or encoded_bytes > PSD_BYTES else 1


def write_psd(document: Document, stream: BinaryIO, *, progress: Progress | None = None) -> tuple[str, ...]:
    """Write the document with all its layers, a merged picture and a thumbnail; PSD or PSB by `choose_container`.

    Peak memory is about the encoded size plus the merged picture. Returns notes for people about what was fitted to the
    format. A stream that cannot seek takes one more copy of the encoded bytes.

    Raises:
        FormatCannotHold: too large a side, too many layers, or an empty canvas.
        Cancelled: `progress` wants to stop; what the stream has by then is no file.
    """
    check_holdable(document)
    layers = pack_layers(document, progress=progress)
    color, alpha = flatten_document(document, progress=progress)
    thumbnail = pack_thumbnail(document, color, alpha)
    composite = pack_composite(color, alpha, document.mode)
    del color, alpha

    size_of = {version: layers.size(version) + composite.size(version) for version in (1, 2)}
    version = choose_container(document.size, size_of[1])
    resources = pack_resources(document.metadata, thumbnail)
    info = layers.build_info(document.depth, version, transparent=composite.transparent)
    notes = [*layers.notes]
    if version == 2:
        notes.append(
            "The document is too large for PSD and was written as PSB (Photoshop's large document format)."
        )

    target = stream if stream.seekable() else BytesIO()
    height, width = document.size.shape
    channels = document.mode.channels + composite.transparent
    mode = _MODE_NUMBERS[document.mode]
    target.write(struct.pack(">4sH6xHIIHH", b"8BPS", version, channels, height, width, document.depth, mode))
    colour_data = HDRT_DEFAULT if document.depth == 32 else b""
    for section in (colour_data, resources):
        target.write(struct.pack(">I", len(section)))
        target.write(section)
    _build_layer_section(info, document).write(target, version=version)
    del info, layers
    for part in composite.iterate(version):
        target.write(part)
    if isinstance(target, BytesIO) and target is not stream:
        stream.write(target.getbuffer())
    return tuple(notes)


def check_holdable(document: Document) -> None:
    """Refuse what no Photoshop container can hold.

    Raises:
        FormatCannotHold: an empty canvas, or too many layers.
    """
    if document.size.area == 0:
        raise FormatCannotHold("A document without pixels cannot be saved.")
    count = sum(1 for _ in document.walk())
    if count > _MOST_LAYERS:
        raise FormatCannotHold(
            f"The document has {count} layers and groups; Photoshop documents hold at most {_MOST_LAYERS}. Merge some."
        )


def _build_layer_section(info: LayerInfo, document: Document) -> LayerAndMaskInformation:
    if document.depth == 8:
        return LayerAndMaskInformation(info, GlobalLayerMaskInfo(), TaggedBlocks())
    key = Tag.LAYER_16 if document.depth == 16 else Tag.LAYER_32
    blocks = TaggedBlocks()
    blocks[key] = TaggedBlock(signature=b"8BIM", key=key, data=info)  # type: ignore[arg-type]
    return LayerAndMaskInformation(LayerInfo(), GlobalLayerMaskInfo(), blocks)
