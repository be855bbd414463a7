"""Changing a few bytes of a Photoshop document and copying every other one.

A designer's file holds blocks that nobody but Photoshop understands. So nothing is parsed and written again: the bytes of
one layer record are cut apart, the lengths around it are corrected, and everything else is copied as it is.

Source: Adobe Photoshop File Formats Specification, "Layer records".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from psd_tools.constants import ChannelID

from mattework.errors import FormatCannotHold
from mattework.formats.psd_layout import LayerSpot, PsdLayout, Span
from mattework.formats.psd_planes import ByteOrder, PackedPlane
from mattework.geometry import Rect

_COPY_BYTES = 1 << 22
_TRANSPARENCY_PROTECTED = 0x01
_MASK_DISABLED = 0x02


@dataclass(slots=True)
class Splice:
    """Replacements of spans of a file, which must not overlap (an empty span inserts), and length fields that grow."""

    order: ByteOrder = ">"
    edits: list[tuple[Span, Iterable[bytes]]] = field(default_factory=list)
    growth: dict[Span, int] = field(default_factory=dict)

    def replace(self, span: Span, *parts: bytes) -> None:
        self.edits.append((span, parts))

    def replace_long(self, span: Span, parts: Iterable[bytes]) -> None:
        """The same for data that are made while they are written."""
        self.edits.append((span, parts))

    def grow(self, length_fields: Iterable[Span], by: int) -> None:
        """Add to length fields; several growths of one field add up."""
        for span in length_fields:
            self.growth[span] = self.growth.get(span, 0) + by

    def write(self, source: BinaryIO, target: BinaryIO, span: Span | None = None) -> None:
        """Copy `source`, or a span of it that holds all replacements, to `target` with them.

        Raises:
            FormatCannotHold: a length no longer fits its field. Nothing was written then.
        """
        edits = [*self.edits, *((span, (data,)) for span, data in self._grown_lengths(source))]
        whole = Span(0, source.seek(0, 2)) if span is None else span
        at = whole.start
        for edit, parts in sorted(edits, key=lambda edit: (edit[0].start, edit[0].end)):
            copy_span(source, target, Span(at, edit.start))
            for part in parts:
                target.write(part)
            at = edit.end
        copy_span(source, target, Span(at, whole.end))

    def _grown_lengths(self, source: BinaryIO) -> list[tuple[Span, bytes]]:
        grown = []
        for span, by in self.growth.items():
            name: Literal["big", "little"] = "big" if self.order == ">" else "little"
            value = int.from_bytes(span.read(source), name) + by
            if value >= 1 << (8 * span.size):
                raise FormatCannotHold(
                    "With the mask the layers no longer fit this kind of file (4 GB). Save it as PSB in Photoshop first."
                )
            grown.append((span, value.to_bytes(span.size, name)))
        return grown


def copy_span(source: BinaryIO, target: BinaryIO, span: Span) -> None:
    """Copy bytes of one stream to another, piece by piece."""
    if span.size < 0:
        raise ValueError("replacements overlap")
    source.seek(span.start)
    left = span.size
    while left > 0:
        data = source.read(min(left, _COPY_BYTES))
        if not data:
            raise OSError("the file became shorter while it was copied")
        target.write(data)
        left -= len(data)


# --- a layer record, cut apart ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class RecordBytes:
    """A layer record as its bytes; `write` puts an unchanged one together again exactly."""

    version: int
    order: ByteOrder
    rect: bytes
    channels: list[tuple[int, int]]
    blending: bytes
    flags: int
    filler: bytes
    mask: bytes
    ranges: bytes
    name: bytes
    blocks: bytes

    def write(self) -> bytes:
        code = self.order + ("hI" if self.version == 1 else "hQ")
        long = self.order + "I"
        parts = [self.rect, struct.pack(self.order + "H", len(self.channels))]
        parts.extend(struct.pack(code, number, size) for number, size in self.channels)
        extra = b"".join(
            [
                struct.pack(long, len(self.mask)),
                self.mask,
                struct.pack(long, len(self.ranges)),
                self.ranges,
                self.name,
                self.blocks,
            ]
        )
        parts.extend([self.blending, bytes([self.flags]), self.filler, struct.pack(long, len(extra)), extra])
        return b"".join(parts)

    def find_block(self, key: bytes) -> Span | None:
        """Where a block's data lie within `blocks`, with the padding that some writers do not count."""
        at = 0
        while self._starts_block(at):
            size = int(struct.unpack_from(self.order + "I", self.blocks, at + 8)[0])
            end = at + 12 + size
            if not self._starts_block(end) and self._starts_block(end + -size % 4):
                end += -size % 4
            if self._turn(self.blocks[at + 4 : at + 8]) == key:
                return Span(at + 12, end)
            at = end
        return None

    def _starts_block(self, at: int) -> bool:
        return at + 12 <= len(self.blocks) and self._turn(self.blocks[at : at + 4]) in (b"8BIM", b"8B64")

    def _turn(self, key: bytes) -> bytes:
        return key if self.order == ">" else key[::-1]

    def replace_block(self, key: bytes, data: bytes) -> None:
        """New data for a block that is there, of a length that is a multiple of four; its length follows."""
        span = self.find_block(key)
        if span is not None:
            length = struct.pack(self.order + "I", len(data))
            self.blocks = self.blocks[: span.start - 4] + length + data + self.blocks[span.end :]


def cut_record(data: bytes, version: int, order: ByteOrder = ">") -> RecordBytes:
    """Cut a record's bytes apart. The record has been parsed before, so its lengths are sound."""
    count = struct.unpack_from(order + "H", data, 16)[0]
    code, unit = (order + "hI", 6) if version == 1 else (order + "hQ", 10)
    channels = [struct.unpack_from(code, data, 18 + index * unit) for index in range(count)]
    at = 18 + count * unit
    blending, flags, filler = data[at : at + 10], data[at + 10], data[at + 11 : at + 12]
    end = at + 16 + struct.unpack_from(order + "I", data, at + 12)[0]
    at += 16
    mask, at = _take_block(data, at, order)
    ranges, at = _take_block(data, at, order)
    name_bytes = data[at] + 1
    name_end = min(at + name_bytes + -name_bytes % 4, end)
    return RecordBytes(
        version=version,
        order=order,
        rect=data[:16],
        channels=[(number, size) for number, size in channels],
        blending=blending,
        flags=flags,
        filler=filler,
        mask=mask,
        ranges=ranges,
        name=data[at:name_end],
        blocks=data[name_end:end],
    )


def _take_block(data: bytes, at: int, order: ByteOrder) -> tuple[bytes, int]:
    size = struct.unpack_from(order + "I", data, at)[0]
    return data[at + 4 : at + 4 + size], at + 4 + size


def pack_mask_block(rect: Rect, *, enabled: bool, order: ByteOrder = ">") -> bytes:
    """Mask data as every reader takes them: hidden outside, linked, without density or feather."""
    flags = 0 if enabled else _MASK_DISABLED
    return struct.pack(order + "4i2B2x", rect.top, rect.left, rect.bottom, rect.right, 0, flags)


def unlock_background(record: RecordBytes, name: str) -> None:
    """Make an ordinary layer of Photoshop's locked Background, under a new name."""
    record.flags &= ~_TRANSPARENCY_PROTECTED
    old = name.encode("mac_roman", "replace")[:255]
    pascal = bytes([len(old)]) + old
    record.name = pascal + b"\0" * (-len(pascal) % 4)
    text = name.encode("utf-16-be" if record.order == ">" else "utf-16-le")
    unicode_name = struct.pack(record.order + "I", len(text) // 2) + text
    record.replace_block(b"luni", unicode_name + b"\0" * (-len(unicode_name) % 4))
    record.replace_block(b"lnsr", b"layr" if record.order == ">" else b"ryal")


# --- the list of layers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """New bytes for a channel: replaced where the layer has it, else put first (transparency) or last."""

    number: int
    plane: PackedPlane

    def to_bytes(self, version: int, order: ByteOrder) -> bytes:
        return struct.pack(order + "H", self.plane.compression) + self.plane.to_bytes(version, order)


def splice_layer(
    splice: Splice, layout: PsdLayout, spot: LayerSpot, record: RecordBytes, changes: Iterable[ChannelChange]
) -> None:
    """Put a changed record and channels into the list of layers, and correct every length around them.

    Raises:
        FormatCannotHold: the file becomes too long for a PSD.
    """
    info = layout.layer_info
    if info is None:
        raise ValueError("there is no list of layers")
    grown = 0
    there = {number for number, _ in record.channels}
    # Old channels first: one of no bytes may lie where a new one is put behind it.
    for change in sorted(changes, key=lambda one: one.number not in there):
        data = change.to_bytes(layout.version, layout.order)
        at = next(
            (index for index, (number, _) in enumerate(record.channels) if number == change.number), None
        )
        if at is not None:
            span = spot.channels[_place_in(spot, change.number)].span
            record.channels[at] = (change.number, len(data))
            splice.replace(span, data)
            grown += len(data) - span.size
            continue
        first = change.number == ChannelID.TRANSPARENCY_MASK
        where = spot.channels[0].span.start if first else spot.channels[-1].span.end
        record.channels.insert(0 if first else len(record.channels), (change.number, len(data)))
        splice.replace(Span(where, where), data)
        grown += len(data)
    packed = record.write()
    splice.replace(spot.span, packed)
    grown += len(packed) - spot.span.size
    splice.grow(layout.lengths, grown + _pad_like_before(splice, layout, info, grown))


def _place_in(spot: LayerSpot, number: int) -> int:
    return next(index for index, channel in enumerate(spot.channels) if channel.id == number)


def _pad_like_before(splice: Splice, layout: PsdLayout, info: Span, grown: int) -> int:
    """Padding behind the last channel, so that the list's size stays the same modulo four; how much that adds."""
    last = max((channel.span.end for spot in layout.layers for channel in spot.channels), default=info.end)
    slack = info.end - last
    spare = slack if slack < 4 else 0
    wanted = -(grown - spare) % 4
    splice.replace(Span(info.end - spare, info.end), b"\0" * wanted)
    return wanted - spare
