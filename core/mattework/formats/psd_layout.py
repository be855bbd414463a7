"""Where everything lies in a Photoshop document, found and checked before any pixel is decoded.

Only the header, the lengths and the layer records are read; channel bytes stay in the file until they are wanted. What
cannot be sound (sections and channels beyond the end of the file, sizes that no format allows, planes that their bytes
cannot fill) is refused here, so that a hostile file costs neither memory nor time.

Source: Adobe Photoshop File Formats Specification; for the layers of 16 and 32-bit documents (blocks "Lr16", "Lr32") what
Photoshop writes.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from psd_tools.constants import ChannelID, Compression
from psd_tools.constants import ColorMode as PsdColorMode
from psd_tools.psd.bin_utils import bounded_reader
from psd_tools.psd.layer_and_mask import LayerRecord, MaskData
from psd_tools.psd.parse_limits import ParseLimits, parse_context
from psd_tools.psd.tagged_blocks import SectionDividerSetting

from mattework.document.model import Depth
from mattework.errors import DamagedFile, FileTooLarge, UnsupportedFile
from mattework.formats.limits import Limits, check_size, translate_decoder_errors
from mattework.formats.psd_planes import ByteOrder
from mattework.geometry import Rect, Size

KIND = "Photoshop document"
LAYER_BLOCKS = {b"Layr": 8, b"Lr16": 16, b"Lr32": 32}
"""Blocks that hold a list of layers, with the depth of their samples."""

MERGED_ALPHA_MARKS: dict[Depth, bytes] = {8: b"Mtrn", 16: b"Mt16", 32: b"Mt32"}
"""Blocks that say that the merged picture has transparency; at 8 bits a negative number of layers says it, too."""

_HEADER = ">4sH6xHIIHH"
_HEADER_BYTES = 26
_MOST_CHANNELS = 56
_LONGEST_SIDE = 300_000
_DEFLATE_RATIO = 1040
_PACKBITS_RATIO = 64
_WIDE_BLOCKS = frozenset(
    b"Alph FEid FELS FMsk FXid LMsk Layr Lr16 Lr32 Mt16 Mt32 Mtrn PxSD artd cinf extd extn lnk2 lnk3 lnkE pths".split()
)
"""Blocks whose length has 64 bits in a PSB."""

# psd-tools speaks through logging; without a handler Python prints its warnings on the user's terminal.
logging.getLogger("psd_tools").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes start to end of the file (or of the blob that holds the layers)."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start

    def read(self, stream: BinaryIO) -> bytes:
        stream.seek(self.start)
        return stream.read(self.size)


@dataclass(frozen=True, slots=True)
class ChannelSpot:
    """One channel of a layer: its number and its bytes, the compression number in front."""

    id: int
    span: Span


@dataclass(frozen=True, slots=True)
class LayerSpot:
    """One layer or group end: its record, where that lies, and its channels in the order of the file."""

    record: LayerRecord
    span: Span
    channels: tuple[ChannelSpot, ...]

    @property
    def rect(self) -> Rect:
        return _rect_of(self.record)

    @property
    def mask_rect(self) -> Rect | None:
        return None if self.record.mask_data is None else _rect_of(self.record.mask_data)

    def find_channel(self, number: int) -> ChannelSpot | None:
        """The channel with this number, if it has bytes at all."""
        return next((spot for spot in self.channels if spot.id == number and spot.span.size), None)


@dataclass(frozen=True, slots=True)
class PsdLayout:
    """Everything of a Photoshop document but its pixels.

    `layer_info` begins with the number of layers; `lengths` are the length fields around it, outermost first; `order` is
    that of their numbers (little-endian in some TIFF files). `merged_alpha` says that the first extra channel of the merged
    picture is its transparency.
    """

    version: int
    size: Size
    channels: int
    depth: int
    mode: PsdColorMode
    color_data: Span
    resources: Span
    section: Span
    layer_info: Span | None
    lengths: tuple[Span, ...]
    layers: tuple[LayerSpot, ...]
    merged_alpha: bool
    image_data: Span
    order: ByteOrder = ">"


def scan_psd(stream: BinaryIO, *, limits: Limits, name: str) -> PsdLayout:
    """Find everything in a seekable stream.

    Raises:
        UnsupportedFile: not a Photoshop document, or of a kind that nobody documents.
        DamagedFile: cut off, or impossible numbers.
        FileTooLarge: beyond the limits once decoded.
    """
    length = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(_HEADER_BYTES)
    if head[:4] != b"8BPS":
        raise UnsupportedFile(f"{name} is not a Photoshop document. Check that the suffix is right.")
    if len(head) < _HEADER_BYTES:
        raise _cut(name, "its header")
    _, version, channels, height, width, depth, mode_number = struct.unpack(_HEADER, head)
    size = Size(width, height)
    mode = _check_header(version, size, channels, depth, mode_number, limits, name)

    color_data = _read_section(stream, length, "I", name, "its colour table")
    resources = _read_section(stream, length, "I", name, "its image resources")
    wide = "I" if version == 1 else "Q"
    section_at = stream.tell()
    section = _read_section(stream, length, wide, name, "its layers")
    if section.end + 2 > length and section.size == 0:
        raise _cut(name, "its merged picture")
    image_data = Span(section.end, length)

    with translate_decoder_errors(name, KIND):
        info, lengths, blocks = _find_layer_info(stream, section, version, depth, name)
        layers: tuple[LayerSpot, ...] = ()
        count = 0
        if info is not None:
            count, layers = scan_layers(stream, info, version=version, name=name)
    merged_alpha = count < 0 or not blocks.isdisjoint(MERGED_ALPHA_MARKS.values())
    check_layers(layers, size=size, channels=channels, depth=depth, limits=limits, name=name)
    outer = Span(section_at, section_at + 4 * version)
    return PsdLayout(
        version=version,
        size=size,
        channels=channels,
        depth=depth,
        mode=mode,
        color_data=color_data,
        resources=resources,
        section=section,
        layer_info=info,
        lengths=(outer, *lengths),
        layers=layers,
        merged_alpha=merged_alpha,
        image_data=image_data,
    )


def _check_header(
    version: int, size: Size, channels: int, depth: int, mode_number: int, limits: Limits, name: str
) -> PsdColorMode:
    if version not in (1, 2):
        raise UnsupportedFile(
            f"{name} is a Photoshop document of version {version}; only 1 (PSD) and 2 (PSB) exist."
        )
    if depth not in (1, 8, 16, 32):
        raise DamagedFile(
            f"{name} claims {depth} bits a channel, which no Photoshop document has. Export it again."
        )
    if not 1 <= channels <= _MOST_CHANNELS:
        raise DamagedFile(
            f"{name} claims {channels} channels; Photoshop documents have 1 to 56. Export it again."
        )
    if size.long_side > _LONGEST_SIDE:
        raise DamagedFile(
            f"{name} claims a size of {size}, which no Photoshop document has. Export it again."
        )
    try:
        mode = PsdColorMode(mode_number)
    except ValueError as error:
        raise UnsupportedFile(f"{name} is of an unknown colour mode ({mode_number}).") from error
    if (mode is PsdColorMode.BITMAP) != (depth == 1) or channels < _least_channels(mode):
        raise DamagedFile(
            f"{name} contradicts itself: {channels} channels of {depth} bits as {mode.name.lower()}. Export it again."
        )
    shown = 8 if depth < 8 else depth
    check_size(size, min(channels, _least_channels(mode) + 1), shown, limits, name)  # type: ignore[arg-type]
    return mode


def _least_channels(mode: PsdColorMode) -> int:
    return {PsdColorMode.RGB: 3, PsdColorMode.LAB: 3, PsdColorMode.CMYK: 4}.get(mode, 1)


def _read_section(stream: BinaryIO, length: int, code: str, name: str, what: str) -> Span:
    """Read a length, skip what it counts, and say where that lay."""
    field = stream.read(struct.calcsize(">" + code))
    if len(field) < struct.calcsize(">" + code):
        raise _cut(name, what)
    size = int.from_bytes(field, "big")
    start = stream.tell()
    if start + size > length:
        raise _cut(name, what)
    stream.seek(start + size)
    return Span(start, start + size)


def _find_layer_info(
    stream: BinaryIO, section: Span, version: int, depth: int, name: str
) -> tuple[Span | None, tuple[Span, ...], set[bytes]]:
    """The list of layers, the length fields inside the section that enclose it, and the keys of the section's blocks."""
    width = 4 * version
    if section.size < width:
        return None, (), set()
    stream.seek(section.start)
    size = int.from_bytes(stream.read(width), "big")
    info: Span | None = Span(section.start + width, section.start + width + size)
    lengths: tuple[Span, ...] = (Span(section.start, section.start + width),)
    if section.start + width + size > section.end:
        raise _cut(name, "its layers")
    if size < 2:
        info, lengths = None, ()
    at = section.start + width + size
    if at + 4 <= section.end:
        stream.seek(at)
        field = stream.read(4)
        if field not in (b"8BIM", b"8B64"):
            at += 4 + int.from_bytes(field, "big")
    keys: set[bytes] = set()
    for key, length_at, body in walk_blocks(stream, Span(min(at, section.end), section.end), version):
        keys.add(key)
        if LAYER_BLOCKS.get(key) == depth and info is None and body.size >= 2:
            info = body
            lengths = (Span(length_at, body.start),)
    return info, lengths, keys


def walk_blocks(stream: BinaryIO, span: Span, version: int) -> list[tuple[bytes, int, Span]]:
    """Blocks of the section behind the layers: key, position of the length, body. Stops where no block follows."""
    found: list[tuple[bytes, int, Span]] = []
    at = span.start
    while at + 12 <= span.end:
        stream.seek(at)
        head = stream.read(8)
        if head[:4] not in (b"8BIM", b"8B64"):
            break
        key = head[4:]
        width = 8 if version == 2 and key in _WIDE_BLOCKS else 4
        size = int.from_bytes(stream.read(width), "big")
        body = Span(at + 8 + width, at + 8 + width + size)
        if body.end > span.end:
            raise ValueError(f"block {key.decode('latin-1')} reaches beyond its section")
        found.append((key, at + 8, body))
        at = body.end + -size % 4
        stream.seek(body.end)
        if stream.read(4) in (b"8BIM", b"8B64"):  # some writers do not pad
            at = body.end
    return found


def scan_layers(
    stream: BinaryIO, info: Span, *, version: int, name: str
) -> tuple[int, tuple[LayerSpot, ...]]:
    """The signed number of layers, and each one's record and channels. `info` begins with the number.

    Raises:
        DamagedFile: channels beyond the end of the list, or as `translate_decoder_errors`.
    """
    stream.seek(info.start)
    count = struct.unpack(">h", stream.read(2))[0]
    records: list[tuple[LayerRecord, Span]] = []
    budget = ParseLimits(max_read_bytes=info.size + 1, max_total_bytes=8 * info.size + (64 << 20))
    with parse_context(budget), bounded_reader(stream, info.end - stream.tell()) as body:
        for _ in range(abs(count)):
            start = body.tell()
            record = LayerRecord.read(body, version=version)
            records.append((record, Span(start, body.tell())))
        at = body.tell()
    return count, place_channels(records, at, info.end, name=name)


def place_channels(
    records: Sequence[tuple[LayerRecord, Span]], start: int, end: int, *, name: str
) -> tuple[LayerSpot, ...]:
    """The layers with their channels, which lie one after another from `start` on.

    Raises:
        DamagedFile: they reach beyond `end`.
    """
    spots, at = [], start
    for record, span in records:
        channels = []
        for channel in record.channel_info:
            channels.append(ChannelSpot(int(channel.id), Span(at, at + channel.length)))
            at += channel.length
        if at > end:
            raise _cut(name, f"the pixels of layer “{layer_name(record)}”")
        spots.append(LayerSpot(record, span, tuple(channels)))
    return tuple(spots)


def find_divider(record: LayerRecord) -> SectionDividerSetting | None:
    """What makes a record the head or the end of a group; None for a layer."""
    blocks = record.tagged_blocks
    found: SectionDividerSetting | None = blocks.get_data(b"lsct") or blocks.get_data(b"lsdk")
    return found


def layer_name(record: LayerRecord) -> str:
    """The name people see: the Unicode one where there is one."""
    name = record.tagged_blocks.get_data(b"luni")
    return str(name if isinstance(name, str) else record.name).rstrip("\0")


def check_layers(
    layers: tuple[LayerSpot, ...], *, size: Size, channels: int, depth: int, limits: Limits, name: str
) -> None:
    """Refuse layers that would take too much once decoded, or sides that no layer has.

    Raises:
        DamagedFile: an impossible rectangle.
        FileTooLarge: all planes together are beyond the limit.
    """
    needed = size.area * channels * max(depth, 8) // 8
    for spot in layers:
        for rect in (spot.rect, spot.mask_rect):
            if rect is not None and max(rect.width, rect.height) > _LONGEST_SIDE:
                raise DamagedFile(
                    f"{name} is damaged: layer “{layer_name(spot.record)}” claims {rect.size} pixels. Export it again."
                )
        if (
            b"SoCo" in spot.record.tagged_blocks and spot.rect.is_empty
        ):  # a solid fill, decoded to the whole canvas
            needed += size.area * min(channels, 4) * max(depth, 8) // 8
        for channel in spot.channels:
            if channel.span.size > 2:
                needed += channel_rect(spot, channel).area * max(depth, 8) // 8
    if needed > limits.max_bytes:
        raise FileTooLarge(
            f"{name} needs {needed / 1e9:.1f} GB once its layers are decoded; the limit is "
            f"{limits.max_bytes / 1e9:.1f} GB. Merge or crop layers, or raise the limit if this machine has the memory."
        )


def check_channel(compression: int, packed_bytes: int, rect: Rect, depth: int) -> bool:
    """Whether this many channel bytes can fill the rectangle at all; packed planes cannot grow without end."""
    raw = rect.height * ((rect.width * depth + 7) // 8)
    if compression == Compression.RAW:
        return packed_bytes >= raw
    ratio = _PACKBITS_RATIO if compression == Compression.RLE else _DEFLATE_RATIO
    return packed_bytes * ratio + ratio >= raw


def channel_rect(spot: LayerSpot, channel: ChannelSpot) -> Rect:
    """The rectangle that a channel fills: the layer's, or its mask's."""
    mask = spot.record.mask_data
    if channel.id == ChannelID.USER_LAYER_MASK:
        return spot.mask_rect or Rect(0, 0, 0, 0)
    if channel.id == ChannelID.REAL_USER_LAYER_MASK:
        if mask is None or mask.real_top is None:
            return Rect(0, 0, 0, 0)
        return Rect(mask.real_left or 0, mask.real_top, mask.real_right or 0, mask.real_bottom or 0)
    return spot.rect


def _rect_of(item: LayerRecord | MaskData) -> Rect:
    return Rect(item.left, item.top, max(item.left, item.right), max(item.top, item.bottom))


def _cut(name: str, what: str) -> DamagedFile:
    return DamagedFile(f"{name} is incomplete: it ends within {what}. Copy or export it again.")
