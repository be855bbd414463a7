"""Layers of a document as Photoshop's layer records and channels: the one encoder for PSD, PSB and layered TIFF.

What is written is what Photoshop writes, and what every reader was seen to accept: 8-bit planes as PackBits, 16 and
32-bit planes deflated with prediction; masks with their layer's own rectangle, hidden outside, linked, without density or
feather; real pixels instead of fill layers; an alpha plane on every layer.

Source: Adobe Photoshop File Formats Specification, "Layer and mask information section".
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

import numpy as np
from psd_tools.constants import BlendMode as PsdBlendMode
from psd_tools.constants import ChannelID, Clipping, Compression, SectionDivider, Tag
from psd_tools.psd.layer_and_mask import (
    ChannelData,
    ChannelDataList,
    ChannelImageData,
    ChannelInfo,
    LayerFlags,
    LayerInfo,
    LayerInfoBlock,
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
from mattework.formats.psd_planes import PackedPlane, pack_plane
from mattework.geometry import Rect
from mattework.progress import Progress, report_progress

BLEND_KEYS: dict[BlendMode, PsdBlendMode] = {mode: PsdBlendMode[mode.name] for mode in BlendMode}
_GROUP_END = "</Layer group>"
_PASCAL_BYTES = 255


@dataclass(slots=True)
class PackedLayers:
    """All records, their packed planes in the same order, and notes about what was fitted to the container."""

    records: list[LayerRecord]
    planes: list[list[PackedPlane | None]]
    notes: tuple[str, ...]

    def size(self, version: int) -> int:
        """Bytes of the channels, a close lower bound of the whole section."""
        return sum(2 + (plane.size(version) if plane else 0) for row in self.planes for plane in row)

    def take_info(self, depth: Depth, version: int, *, transparent: bool) -> LayerInfo:
        """The structure to write. `transparent` marks the merged picture's first extra channel as its alpha: a negative
        number of layers says that at 8 bits; a block beside the list says it at the other depths (and a negative
        number there stops some readers).

        The planes go over into it one by one and are gone here, so that they are never held twice.
        """
        channels = ChannelImageData()
        for row in self.planes:
            data = ChannelDataList()
            for column, plane in enumerate(row):
                row[column] = None
                data.append(
                    ChannelData(plane.compression, plane.to_bytes(version)) if plane else ChannelData()
                )
            channels.append(data)
        count = -len(self.records) if transparent and depth == 8 else len(self.records)
        kind = LayerInfo if depth == 8 else LayerInfoBlock
        return kind(count, LayerRecords(self.records), channels)  # type: ignore[arg-type]


def plane_compression(depth: Depth) -> Compression:
    return Compression.RLE if depth == 8 else Compression.ZIP_WITH_PREDICTION


def pack_layers(document: Document, *, progress: Progress | None = None) -> PackedLayers:
    """Pack every plane of every layer, in threads.

    Raises:
        Cancelled: `progress` wants to stop.
    """
    collector = _Collector(document)
    collector.add_nodes(document.layers)
    packed = _pack_all(collector.jobs, document, progress)
    planes = [
        [packed.get((row, column)) for column in range(len(record.channel_info))]
        for row, record in enumerate(collector.records)
    ]
    return PackedLayers(collector.records, planes, tuple(collector.notes))


@dataclass(frozen=True, slots=True)
class _Job:
    row: int
    column: int
    plane: AnyArray
    is_ink: bool

    @property
    def source(self) -> object:
        """What tells one plane's samples from another's without looking at them."""
        place = self.plane.__array_interface__["data"][0]
        return place, self.plane.shape, self.plane.strides, self.is_ink


@dataclass(slots=True)
class _Collector:
    """Walks the layers in file order: bottom to top, a group's end before its children and its head after them."""

    document: Document
    records: list[LayerRecord] = field(default_factory=list)
    jobs: list[_Job] = field(default_factory=list)
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
            record.channel_info.append(ChannelInfo(id=ChannelID(channel), length=2))

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
        return record

    def _add_plane(
        self, record: LayerRecord, channel: ChannelID, plane: AnyArray, *, is_ink: bool = False
    ) -> None:
        if plane.size:
            self.jobs.append(_Job(len(self.records) - 1, len(record.channel_info), plane, is_ink))
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


def _pack_all(
    jobs: list[_Job], document: Document, progress: Progress | None
) -> dict[tuple[int, int], PackedPlane]:
    """Pack in threads; what stands in several places (one mask on two layers, an opaque alpha) is packed once."""
    compression = plane_compression(document.depth)
    same: dict[object, list[_Job]] = {}
    for job in jobs:
        same.setdefault(job.source, []).append(job)
    packed: dict[tuple[int, int], PackedPlane] = {}
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        pending: dict[Future[PackedPlane], list[_Job]] = {
            pool.submit(pack_plane, group[0].plane, compression, invert=group[0].is_ink): group
            for group in same.values()
        }
        try:
            for done, future in enumerate(as_completed(pending), 1):
                plane = future.result()
                packed.update({(job.row, job.column): plane for job in pending[future]})
                report_progress(progress, "Pack layers", done / len(pending))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return packed
