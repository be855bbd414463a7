"""Layers of a document as Photoshop's layer records and channels: the one encoder for PSD, PSB and layered TIFF.

What is written is what Photoshop writes, and what every reader was seen to accept: 8-bit planes as PackBits, 16 and
32-bit planes deflated with prediction; masks with their layer's own rectangle, hidden outside, linked, without density or
feather; real pixels instead of fill layers; an alpha plane on every layer.

Source: Adobe Photoshop File Formats Specification, "Layer and mask information section".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO

import numpy as np
from psd_tools.constants import BlendMode as PsdBlendMode
from psd_tools.constants import ChannelID, Clipping, Compression, SectionDivider, Tag
from psd_tools.psd.layer_and_mask import (
    ChannelInfo,
    LayerFlags,
    LayerRecord,
    LayerRecords,
    MaskData,
    MaskFlags,
)
from psd_tools.psd.tagged_blocks import TaggedBlocks

from mattework.arrays import AnyArray
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    Node,
    depth_dtype,
    depth_white,
)
from mattework.formats.psd_planes import band_slices, pack_band, pack_in_threads, write_plane
from mattework.geometry import Rect
from mattework.progress import Progress, report_progress

BLEND_KEYS: dict[BlendMode, PsdBlendMode] = {mode: PsdBlendMode[mode.name] for mode in BlendMode}
_GROUP_END = "</Layer group>"
_PASCAL_BYTES = 255


@dataclass(frozen=True, slots=True, eq=False)
class LayerPlane:
    """One channel's samples (h, w), any strides, or `Piecewise`; `is_ink`: stored as white minus the sample."""

    pixels: AnyArray
    is_ink: bool = False


@dataclass(slots=True)
class LayerList:
    """All records in file order, their planes in the order of their channels (None: an empty one), and notes about what
    was fitted to the container.
    """

    records: list[LayerRecord]
    planes: list[list[LayerPlane | None]]
    notes: tuple[str, ...]


class LayersTooLarge(Exception):
    """The packed layers have outgrown what the container may hold."""


def plane_compression(depth: Depth) -> Compression:
    return Compression.RLE if depth == 8 else Compression.ZIP_WITH_PREDICTION


def list_layers(document: Document) -> LayerList:
    """Records and planes of every layer; nothing is packed or copied yet."""
    collector = _Collector(document)
    collector.add_nodes(document.layers)
    return LayerList(collector.records, collector.planes, tuple(collector.notes))


def write_layers(
    layers: LayerList,
    depth: Depth,
    version: int,
    stream: BinaryIO,
    *,
    transparent: bool,
    most_bytes: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Write number, records and channels: the body of Photoshop's layer info, without length and padding.

    `transparent` marks the merged picture's first extra channel as its alpha: a negative number of layers says that at
    8 bits; a block beside the list says it at the other depths (and a negative number there stops some readers).
    Planes are packed in threads, band by band, a few bands ahead of what is written. `stream` must be seekable.

    Raises:
        LayersTooLarge: more than `most_bytes` were written.
        RowsTooLong: a layer of 8 bits is too wide for version 1.
        Cancelled: `progress` wants to stop.
    """
    count = -len(layers.records) if transparent and depth == 8 else len(layers.records)
    stream.write(struct.pack(">h", count))
    start = stream.tell()
    records = LayerRecords(layers.records)  # type: ignore[arg-type]
    records.write(stream, version=version)  # once more below, when lengths are known
    compression = plane_compression(depth)
    planes = [(row, column) for row, found in enumerate(layers.planes) for column in range(len(found))]
    packable = [(plane.pixels, plane.is_ink) for found in layers.planes for plane in found if plane]
    with closing(pack_in_threads(packable, compression)) as bands:
        for done, (row, column) in enumerate(planes, 1):
            plane = layers.planes[row][column]
            if plane is None:
                length = stream.write(struct.pack(">H", Compression.RAW))
            else:
                own = islice(bands, len(band_slices(plane.pixels)))
                length = write_plane(own, len(plane.pixels), compression, version, stream)
            layers.records[row].channel_info[column].length = length
            if most_bytes is not None and stream.tell() - start > most_bytes:
                raise LayersTooLarge
            report_progress(progress, "Pack layers", done / len(planes))
    end = stream.tell()
    stream.seek(start)
    records.write(stream, version=version)
    stream.seek(end)


def estimate_bytes(layers: LayerList, depth: Depth, enough: int) -> int:
    """Bytes of the packed layers: the most they can be where that is below `enough`, else judged by every 16th band."""
    planes = [plane for found in layers.planes for plane in found if plane is not None]
    most = sum(plane.pixels.nbytes for plane in planes)
    if most + most // 64 < enough:
        return most + most // 64
    compression = plane_compression(depth)
    total = 0
    for plane in planes:
        slices = band_slices(plane.pixels)
        sample = slices[len(slices) // 32 :: 16] or slices[:1]
        packed = sum(
            len(pack_band(plane.pixels[rows], compression, invert=plane.is_ink).payload) for rows in sample
        )
        total += packed * len(plane.pixels) // sum(rows.stop - rows.start for rows in sample)
    return total


@dataclass(slots=True)
class _Collector:
    """Walks the layers in file order: bottom to top, a group's end before its children and its head after them."""

    document: Document
    records: list[LayerRecord] = field(default_factory=list)
    planes: list[list[LayerPlane | None]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    white: AnyArray = field(init=False)

    def __post_init__(self) -> None:
        self.white = np.array(depth_white(self.document.depth), depth_dtype(self.document.depth))

    def add_nodes(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, Layer):
                self._add_layer(node)
            else:
                self._add_group(node)

    def _add_layer(self, layer: Layer) -> None:
        record = self._new_record(layer, layer.rect)
        height, width = layer.rect.size.shape
        depth = self.document.depth
        opaque = np.broadcast_to(self.white, (height, width))
        self._add_plane(record, ChannelID.TRANSPARENCY_MASK, opaque if layer.alpha is None else layer.alpha)
        for index in range(self.document.mode.channels):
            ink = self.document.mode is ColorMode.CMYK
            self._add_plane(record, ChannelID(index), layer.pixels[..., index], is_ink=ink)
        if layer.mask is not None:
            self._add_mask(record, fit_mask(layer.mask, layer.rect, depth))
            if not layer.rect.contains(layer.mask.rect) and not layer.rect.is_empty:
                self.notes.append(
                    f"The mask of layer “{layer.name}” was trimmed to the layer's own rectangle."
                )

    def _add_group(self, group: Group) -> None:
        end = self._new_record(Layer(_GROUP_END, _NOWHERE, self._nothing()), _NOWHERE)
        self._divide(end, SectionDivider.BOUNDING_SECTION_DIVIDER)
        self.add_nodes(group.children)
        head = self._new_record(group, _NOWHERE)
        kind = SectionDivider.OPEN_FOLDER if group.open else SectionDivider.CLOSED_FOLDER
        self._divide(head, kind, BLEND_KEYS[group.blend])
        if group.mask is not None:
            rect = (
                group.mask.rect if group.mask.outside <= 0 else group.mask.rect.unite(self.document.size.rect)
            )
            self._add_mask(head, fit_mask(group.mask, rect, self.document.depth))

    def _nothing(self) -> AnyArray:
        return np.empty((0, 0, self.document.mode.channels), depth_dtype(self.document.depth))

    def _divide(self, record: LayerRecord, kind: SectionDivider, blend: PsdBlendMode | None = None) -> None:
        record.flags.pixel_data_irrelevant = True
        signature = None if blend is None else b"8BIM"
        record.tagged_blocks.set_data(
            Tag.SECTION_DIVIDER_SETTING, kind=kind, signature=signature, blend_mode=blend
        )
        for channel in (-1, *range(self.document.mode.channels)):
            self._add_plane(record, ChannelID(channel), None)

    def _new_record(self, node: Node, rect: Rect) -> LayerRecord:
        blocks = TaggedBlocks()
        name = _clean_name(node.name)
        blocks.set_data(Tag.UNICODE_LAYER_NAME, name)
        blocks.set_data(Tag.LAYER_ID, len(self.records) + 1)
        blend = BlendMode.NORMAL if node.blend is BlendMode.PASS_THROUGH else node.blend
        record = LayerRecord(
            top=rect.top,
            left=rect.left,
            bottom=rect.bottom,
            right=rect.right,
            blend_mode=BLEND_KEYS[blend],
            opacity=round(min(1.0, max(0.0, node.opacity)) * 255),
            clipping=Clipping.NON_BASE if node.clipped else Clipping.BASE,
            flags=LayerFlags(visible=node.visible, photoshop_v5_later=True),
            name=_pascal_name(name),
            tagged_blocks=blocks,
        )
        self.records.append(record)
        self.planes.append([])
        return record

    def _add_plane(
        self, record: LayerRecord, channel: ChannelID, pixels: AnyArray | None, *, is_ink: bool = False
    ) -> None:
        empty = pixels is None or not pixels.size
        self.planes[-1].append(None if empty or pixels is None else LayerPlane(pixels, is_ink))
        record.channel_info.append(ChannelInfo(id=channel, length=2))

    def _add_mask(self, record: LayerRecord, mask: Mask) -> None:
        rect = mask.rect
        record.mask_data = MaskData(
            top=rect.top,
            left=rect.left,
            bottom=rect.bottom,
            right=rect.right,
            background_color=0,
            flags=MaskFlags(pos_relative_to_layer=not mask.linked, mask_disabled=not mask.enabled),
        )
        self._add_plane(record, ChannelID.USER_LAYER_MASK, mask.pixels)


_NOWHERE = Rect(0, 0, 0, 0)


def fit_mask(mask: Mask, rect: Rect, depth: Depth) -> Mask:
    """The same mask on another rectangle: cut where it is larger, filled with its outside value where it is smaller."""
    if mask.rect == rect:
        return mask
    white = depth_white(depth)
    fill = mask.outside if depth == 32 else round(mask.outside * white)
    pixels: AnyArray = np.full(rect.size.shape, fill, depth_dtype(depth))
    shared = rect.intersect(mask.rect)
    if not shared.is_empty:
        source = mask.pixels[shared.move(-mask.rect.left, -mask.rect.top).slices]
        pixels[shared.move(-rect.left, -rect.top).slices] = source
    return replace(mask, rect=rect, pixels=pixels)


def _clean_name(name: str) -> str:
    """The name as UTF-16 can hold it: halves of surrogate pairs become question marks."""
    return name.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def _pascal_name(name: str) -> str:
    """The old name field: Mac Roman, at most 255 bytes; the Unicode block carries the real name."""
    return name.encode("mac_roman", "replace")[:_PASCAL_BYTES].decode("mac_roman")
