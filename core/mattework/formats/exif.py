"""EXIF blocks and the same tags inside TIFF files, without re-encoding what need not change.

An EXIF block is a small TIFF: a header, a first directory (IFD0), a directory of camera settings (ExifIFD), one of
places (GPS), and a second picture (IFD1, the thumbnail). Cleaning patches values in place, so that maker notes, whose
offsets count from the start of the block, stay readable. Everything is bounded: a hostile block costs no more than its
own bytes.

Source: Exif 3.0 (CIPA DC-008-2023), section 4.6; TIFF 6.0, section 2; BigTIFF (libtiff design note).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO, TypeAlias

from mattework.geometry import Size

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
EXIF_IFD, GPS_IFD, INTEROP_IFD = 34665, 34853, 40965
PIXEL_WIDTH, PIXEL_HEIGHT = 40962, 40963
THUMBNAIL_OFFSET, THUMBNAIL_LENGTH = 513, 514

# IFD0 tags that speak about the photograph and not about the layout of its file: description, maker, model, software,
# date, artist, host, rating, copyright, and Windows' title, comment, author, keywords, subject.
CARRIED_TAGS = frozenset({270, 271, 272, 305, 306, 315, 316, 18246, 18249, 33432, *range(40091, 40096)})

_MAX_ENTRIES = 4096
_MAX_VALUE = 4 << 20
_UNIT = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 4,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 4,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_BYTES = {**_UNIT, 5: 8, 10: 8}
_SHORT, _LONG, _RATIONAL = 3, 4, 5

_Read: TypeAlias = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers and directories are stored: byte order for `struct`, and whether offsets have 64 bits."""

    order: str
    big: bool = False

    @property
    def offset_code(self) -> str:
        return self.order + ("Q" if self.big else "I")

    @property
    def count_code(self) -> str:
        return self.order + ("Q" if self.big else "H")

    @property
    def entry_code(self) -> str:
        return self.order + ("HHQ" if self.big else "HHI")

    @property
    def entry_size(self) -> int:
        return 20 if self.big else 12

    @property
    def inline_size(self) -> int:
        return 8 if self.big else 4

    @property
    def pointer_position(self) -> int:
        """Where the header keeps the offset of the first directory."""
        return 8 if self.big else 4


@dataclass(frozen=True, slots=True)
class _Entry:
    """One tag: its raw value in the block's byte order, and where that value lies."""

    tag: int
    type: int
    count: int
    value: bytes
    position: int

    def numbers(self, layout: _Layout) -> tuple[int, ...]:
        """The value as whole numbers (a rational gives two), () for other types."""
        code = {1: "B", 3: "H", 4: "I", 5: "II", 13: "I", 16: "Q", 18: "Q"}.get(self.type)
        if code is None:
            return ()
        return struct.unpack(layout.order + code * self.count, self.value) if self.count <= 16 else ()


@dataclass(frozen=True, slots=True)
class _Directory:
    """A readable IFD: entries by tag, where it starts, and where the offset of the next one is kept."""

    entries: dict[int, _Entry]
    next_position: int
    next_offset: int

    def first_number(self, tag: int, layout: _Layout) -> int | None:
        entry = self.entries.get(tag)
        numbers = entry.numbers(layout) if entry else ()
        return numbers[0] if numbers else None


def strip_exif_prefix(exif: bytes) -> bytes:
    """The TIFF-structured block alone, without the marker that JPEG puts in front."""
    while exif[:6] == b"Exif\0\0":
        exif = exif[6:]
    return exif


def read_orientation(exif: bytes | None) -> int:
    """The orientation 1 to 8; 1 when there is none, or none that makes sense."""
    found = _open_block(exif)
    if found is None:
        return 1
    layout, directory = found
    value = directory.first_number(ORIENTATION, layout)
    return value if value is not None and 1 <= value <= 8 else 1


def read_resolution(exif: bytes | None) -> tuple[float, float] | None:
    """Pixels per inch from IFD0, or None."""
    found = _open_block(exif)
    if found is None:
        return None
    layout, directory = found
    unit = directory.first_number(RESOLUTION_UNIT, layout)
    factor = {None: 1.0, 2: 1.0, 3: 2.54}.get(unit)
    values = []
    for tag in (X_RESOLUTION, Y_RESOLUTION):
        entry = directory.entries.get(tag)
        numbers = entry.numbers(layout) if entry else ()
        if factor is None or len(numbers) < 2 or not numbers[1]:
            return None
        values.append(numbers[0] / numbers[1] * factor)
    return values[0], values[1]


def clean_exif(exif: bytes | None, size: Size) -> bytes | None:
    """The block with orientation 1, the pixel size corrected and the thumbnail blanked; None when it is unreadable.

    The thumbnail goes because it would show the whole photograph inside a file that was made to hide its background.
    """
    found = _open_block(exif)
    if exif is None or found is None:
        return None
    layout, directory = found
    block = bytearray(strip_exif_prefix(exif))
    _patch_number(block, layout, directory.entries.get(ORIENTATION), 1)
    camera = _open_child(block, layout, directory, EXIF_IFD)
    if camera is not None:
        _patch_number(block, layout, camera.entries.get(PIXEL_WIDTH), size.width)
        _patch_number(block, layout, camera.entries.get(PIXEL_HEIGHT), size.height)
    return bytes(_blank_thumbnail(block, layout, directory))


def set_resolution(exif: bytes | None, dpi: tuple[float, float]) -> bytes:
    """The block (a new one when there is none) with its resolution set, for containers with no field of their own."""
    entries: dict[int, _Entry] = {}
    block = BytesIO()
    found = _open_block(exif)
    if exif is not None and found is not None:
        layout, directory = found
        block.write(strip_exif_prefix(exif))
        entries.update(directory.entries)
    else:
        layout = _Layout(">")
        block.write(b"MM\0*\0\0\0\x08")
    for tag, value in ((X_RESOLUTION, dpi[0]), (Y_RESOLUTION, dpi[1])):
        entries[tag] = _Entry(tag, _RATIONAL, 1, struct.pack(layout.order + "II", *as_rational(value)), 0)
    entries[RESOLUTION_UNIT] = _Entry(RESOLUTION_UNIT, _SHORT, 1, struct.pack(layout.order + "H", 2), 0)
    _append_first_directory(block, layout, entries)
    return block.getvalue()


def as_rational(value: float) -> tuple[int, int]:
    """A positive number as two 32-bit whole numbers, exact to a part in ten thousand or better."""
    if value == int(value) and value < 1 << 32:
        return int(value), 1
    return min(round(value * 10000), (1 << 32) - 1), 10000


def extract_exif(stream: BinaryIO, directory_offset: int | None = None) -> bytes | None:
    """The photograph's own tags of a TIFF file as an EXIF block of the same byte order; None when there are none.

    `directory_offset` names the page; the first one by default.
    """
    read = _stream_reader(stream)
    layout = _read_header(read)
    if layout is None:
        return None
    if directory_offset is None:
        directory_offset = _unpack(layout.offset_code, read, layout.pointer_position)
    directory = _read_directory(read, layout, directory_offset or 0)
    if directory is None:
        return None
    out_layout = replace(layout, big=False)
    block = BytesIO()
    block.write(b"MM\0*\0\0\0\x08" if layout.order == ">" else b"II*\0\x08\0\0\0")
    entries = _copy_tags(read, layout, directory, block, out_layout)
    if not entries:
        return None
    _append_first_directory(block, out_layout, entries)
    return block.getvalue()


def list_tags(stream: BinaryIO, directory_offset: int) -> frozenset[int]:
    """Every tag that a TIFF directory names, even where its value lies beyond the end of the file."""
    read = _stream_reader(stream)
    layout = _read_header(read)
    count = None if layout is None else _unpack(layout.count_code, read, directory_offset)
    if layout is None or count is None or count > _MAX_ENTRIES:
        return frozenset()
    table = read(directory_offset + struct.calcsize(layout.count_code), count * layout.entry_size)
    starts = range(0, len(table) - 1, layout.entry_size)
    return frozenset(struct.unpack_from(layout.order + "H", table, at)[0] for at in starts)


def append_exif(stream: BinaryIO, exif: bytes | None) -> None:
    """Give a finished TIFF file (readable, writable, seekable) the photograph's tags of an EXIF block.

    The camera and GPS directories are appended and the first directory is written anew behind them; no pixel moves. Tags
    that the file has already win. A block that cannot be read changes nothing.

    Raises:
        ValueError: the stream holds no TIFF.
    """
    found = _open_block(exif)
    if exif is None or found is None:
        return
    source_layout, source = found
    read = _stream_reader(stream)
    layout = _read_header(read)
    offset = None if layout is None else _unpack(layout.offset_code, read, layout.pointer_position)
    directory = None if layout is None or offset is None else _read_directory(read, layout, offset)
    if layout is None or directory is None:
        raise ValueError("There is no TIFF in this stream.")
    stream.seek(0, 2)
    added = _copy_tags(_bytes_reader(strip_exif_prefix(exif)), source_layout, source, stream, layout)
    if added:
        entries = {**added, **directory.entries}
        _append_first_directory(stream, layout, entries, directory.next_offset)


# --- reading ---------------------------------------------------------------------------------------------------------


def _bytes_reader(data: bytes | bytearray) -> _Read:
    return lambda at, count: bytes(data[at : at + count])


def _stream_reader(stream: BinaryIO) -> _Read:
    def read(at: int, count: int) -> bytes:
        stream.seek(at)
        return stream.read(count)

    return read


def _unpack(code: str, read: _Read, at: int) -> int | None:
    size = struct.calcsize(code)
    data = read(at, size)
    return int(struct.unpack(code, data)[0]) if len(data) == size else None


def _read_header(read: _Read) -> _Layout | None:
    head = read(0, 4)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 4:
        return None
    version = struct.unpack(order + "H", head[2:])[0]
    return {42: _Layout(order), 43: _Layout(order, big=True)}.get(version)


def _read_directory(read: _Read, layout: _Layout, offset: int) -> _Directory | None:
    """The directory at `offset` with every entry whose value can be read; None when the directory itself cannot."""
    count = _unpack(layout.count_code, read, offset) if offset >= 8 else None
    if count is None or not 0 < count <= _MAX_ENTRIES:
        return None
    start = offset + struct.calcsize(layout.count_code)
    table = read(start, count * layout.entry_size)
    if len(table) < count * layout.entry_size:
        return None
    entries: dict[int, _Entry] = {}
    head = struct.calcsize(layout.entry_code)
    for index in range(count):
        at = index * layout.entry_size
        tag, kind, number = struct.unpack_from(layout.entry_code, table, at)
        length = _BYTES.get(kind, 0) * number
        if not 0 < length <= _MAX_VALUE:
            continue
        position = start + at + head
        if length > layout.inline_size:
            position = struct.unpack_from(layout.offset_code, table, at + head)[0]
            value = read(position, length)
        else:
            value = table[at + head : at + head + length]
        if len(value) == length:
            entries.setdefault(tag, _Entry(tag, kind, number, value, position))
    end = start + len(table)
    return _Directory(entries, end, _unpack(layout.offset_code, read, end) or 0)


def _open_block(exif: bytes | None) -> tuple[_Layout, _Directory] | None:
    if not exif:
        return None
    read = _bytes_reader(strip_exif_prefix(exif))
    layout = _read_header(read)
    if layout is None or layout.big:
        return None
    offset = _unpack(layout.offset_code, read, layout.pointer_position)
    directory = _read_directory(read, layout, offset or 0)
    return None if directory is None else (layout, directory)


def _open_child(
    block: bytes | bytearray, layout: _Layout, directory: _Directory, tag: int
) -> _Directory | None:
    offset = directory.first_number(tag, layout)
    return None if offset is None else _read_directory(_bytes_reader(block), layout, offset)


# --- changing --------------------------------------------------------------------------------------------------------


def _patch_number(block: bytearray, layout: _Layout, entry: _Entry | None, value: int) -> None:
    if entry is None or entry.count != 1 or entry.type not in (_SHORT, _LONG):
        return
    if entry.type == _SHORT and value > 0xFFFF:
        return
    struct.pack_into(layout.order + ("H" if entry.type == _SHORT else "I"), block, entry.position, value)


def _blank_thumbnail(block: bytearray, layout: _Layout, directory: _Directory) -> bytearray:
    if directory.next_offset:
        thumbnail = _read_directory(_bytes_reader(block), layout, directory.next_offset)
        struct.pack_into(layout.offset_code, block, directory.next_position, 0)
        if thumbnail is not None:
            start = thumbnail.first_number(THUMBNAIL_OFFSET, layout) or 0
            length = thumbnail.first_number(THUMBNAIL_LENGTH, layout) or 0
            end = min(start + length, len(block))
            if 8 <= start < end:
                # Usually the last thing in the block, which can then be shorter.
                if end >= len(block) - 1 and start > directory.next_offset:
                    del block[start:]
                else:
                    block[start:end] = bytes(end - start)
    return block


def _copy_tags(
    read: _Read, layout: _Layout, directory: _Directory, out: BinaryIO, out_layout: _Layout
) -> dict[int, _Entry]:
    """IFD0 entries to carry, in the target's byte order; directories below are written to the end of `out`."""
    entries = {
        tag: _turn(entry, layout, out_layout)
        for tag, entry in directory.entries.items()
        if tag in CARRIED_TAGS
    }
    for tag in (EXIF_IFD, GPS_IFD):
        offset = directory.first_number(tag, layout)
        child = None if offset is None else _read_directory(read, layout, offset)
        if child is None:
            continue
        below = {
            child_tag: _turn(entry, layout, out_layout)
            for child_tag, entry in child.entries.items()
            if child_tag != INTEROP_IFD
        }
        if below:
            at = _append_directory(out, out_layout, below, 0)
            entries[tag] = _pointer(tag, at, out_layout)
    return entries


def _pointer(tag: int, offset: int, layout: _Layout) -> _Entry:
    if layout.big:
        return _Entry(tag, 18, 1, struct.pack(layout.order + "Q", offset), 0)
    return _Entry(tag, _LONG, 1, struct.pack(layout.order + "I", offset), 0)


def _turn(entry: _Entry, layout: _Layout, out_layout: _Layout) -> _Entry:
    unit = _UNIT[entry.type]
    if layout.order == out_layout.order or unit == 1:
        return entry
    turned = b"".join(entry.value[at : at + unit][::-1] for at in range(0, len(entry.value), unit))
    return replace(entry, value=turned)


def _append_first_directory(
    out: BinaryIO, layout: _Layout, entries: dict[int, _Entry], next_offset: int = 0
) -> None:
    at = _append_directory(out, layout, entries, next_offset)
    out.seek(layout.pointer_position)
    out.write(struct.pack(layout.offset_code, at))
    out.seek(0, 2)


def _append_directory(out: BinaryIO, layout: _Layout, entries: dict[int, _Entry], next_offset: int) -> int:
    """Write a directory and its values at the end of `out`; where it starts."""
    out.seek(0, 2)
    table = [struct.pack(layout.count_code, len(entries))]
    for tag in sorted(entries):
        entry = entries[tag]
        value = entry.value
        if len(value) > layout.inline_size:
            value = struct.pack(layout.offset_code, _append_aligned(out, value))
        table.append(
            struct.pack(layout.entry_code, tag, entry.type, entry.count)
            + value.ljust(layout.inline_size, b"\0")
        )
    table.append(struct.pack(layout.offset_code, next_offset))
    return _append_aligned(out, b"".join(table))


def _append_aligned(out: BinaryIO, data: bytes) -> int:
    at = out.tell()
    out.write(bytes(at & 1) + data)
    return at + (at & 1)
