"""TIFF directories (IFDs): the lists of tags that TIFF files and EXIF blocks are made of, read and written raw.

Both byte orders, classic and BigTIFF. Nothing here knows what a tag means. Everything is bounded: a hostile directory
costs no more than its own bytes.

Source: TIFF 6.0 (Adobe, 1992), section 2; BigTIFF (libtiff design note).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO, TypeAlias

SHORT, LONG, RATIONAL = 3, 4, 5

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

Read: TypeAlias = Callable[[int, int], bytes]
"""From a position and a number of bytes to these bytes, or fewer where the file ends."""


@dataclass(frozen=True, slots=True)
class Layout:
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
class Entry:
    """One tag: its raw value in the block's byte order, and where that value lies."""

    tag: int
    type: int
    count: int
    value: bytes
    position: int

    def numbers(self, layout: Layout) -> tuple[int, ...]:
        """The value as whole numbers (a rational gives two), () for other types."""
        code = {1: "B", 3: "H", 4: "I", 5: "II", 13: "I", 16: "Q", 18: "Q"}.get(self.type)
        if code is None:
            return ()
        return struct.unpack(layout.order + code * self.count, self.value) if self.count <= 16 else ()


@dataclass(frozen=True, slots=True)
class Directory:
    """A readable IFD: entries by tag, where it starts, and where the offset of the next one is kept."""

    entries: dict[int, Entry]
    next_position: int
    next_offset: int

    def first_number(self, tag: int, layout: Layout) -> int | None:
        entry = self.entries.get(tag)
        numbers = entry.numbers(layout) if entry else ()
        return numbers[0] if numbers else None


def read_from_bytes(data: bytes | bytearray) -> Read:
    return lambda at, count: bytes(data[at : at + count])


def read_from_stream(stream: BinaryIO) -> Read:
    def read(at: int, count: int) -> bytes:
        stream.seek(at)
        return stream.read(count)

    return read


def read_number(code: str, read: Read, at: int) -> int | None:
    """One whole number of a `struct` code; None beyond the end."""
    size = struct.calcsize(code)
    data = read(at, size)
    return int(struct.unpack(code, data)[0]) if len(data) == size else None


def read_header(read: Read) -> Layout | None:
    """How the file stores its numbers; None when it is no TIFF."""
    head = read(0, 4)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 4:
        return None
    version = struct.unpack(order + "H", head[2:])[0]
    return {42: Layout(order), 43: Layout(order, big=True)}.get(version)


def read_directory(read: Read, layout: Layout, offset: int) -> Directory | None:
    """The directory at `offset` with every entry whose value can be read; None when the directory itself cannot."""
    found = _read_table(read, layout, offset)
    if found is None:
        return None
    start, table = found
    entries: dict[int, Entry] = {}
    head = struct.calcsize(layout.entry_code)
    for at in range(0, len(table), layout.entry_size):
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
            entries.setdefault(tag, Entry(tag, kind, number, value, position))
    end = start + len(table)
    return Directory(entries, end, read_number(layout.offset_code, read, end) or 0)


def _read_table(read: Read, layout: Layout, offset: int) -> tuple[int, bytes] | None:
    """Where the rows of the directory at `offset` begin, and the rows; None when they are not all there."""
    count = read_number(layout.count_code, read, offset) if offset >= 8 else None
    if count is None or not 0 < count <= _MAX_ENTRIES:
        return None
    start = offset + struct.calcsize(layout.count_code)
    table = read(start, count * layout.entry_size)
    return (start, table) if len(table) == count * layout.entry_size else None


def read_rows(read: Read, layout: Layout, offset: int) -> tuple[dict[int, bytes], int] | None:
    """The directory's rows by tag as they lie in the file, values unread, and the offset of the next directory."""
    found = _read_table(read, layout, offset)
    if found is None:
        return None
    start, table = found
    rows = [table[at : at + layout.entry_size] for at in range(0, len(table), layout.entry_size)]
    by_tag = {struct.unpack_from(layout.order + "H", row)[0]: row for row in rows}
    return by_tag, read_number(layout.offset_code, read, start + len(table)) or 0


def find_row(read: Read, layout: Layout, offset: int, tag: int) -> int | None:
    """Where the row of a tag lies in the directory at `offset`; None where it has no such row."""
    start, table = _read_table(read, layout, offset) or (0, b"")
    for at in range(0, len(table), layout.entry_size):
        if struct.unpack_from(layout.order + "H", table, at)[0] == tag:
            return start + at
    return None


def point_row(out: BinaryIO, layout: Layout, row: int, count: int, offset: int) -> None:
    """Make a row name `count` units, kept at `offset`. Tag and type stay."""
    counted = struct.calcsize(layout.order + "HH")
    out.seek(row + counted)
    out.write(struct.pack(layout.entry_code[0] + layout.entry_code[-1], count))
    out.write(struct.pack(layout.offset_code, offset))


def replace_row(out: BinaryIO, layout: Layout, row: int, entry: Entry) -> None:
    """A new row at `row`, of the same tag; a value that does not fit into it goes to the end of `out`."""
    packed = append_values(out, layout, {entry.tag: entry})[entry.tag]
    out.seek(row)
    out.write(packed)


def list_tags(stream: BinaryIO, directory_offset: int) -> frozenset[int]:
    """Every tag that a TIFF directory names, even where its value lies beyond the end of the file."""
    read = read_from_stream(stream)
    layout = read_header(read)
    found = None if layout is None else read_rows(read, layout, directory_offset)
    return frozenset() if found is None else frozenset(found[0])


def make_pointer(tag: int, offset: int, layout: Layout) -> Entry:
    """An entry that names the position of another directory."""
    if layout.big:
        return Entry(tag, 18, 1, struct.pack(layout.order + "Q", offset), 0)
    return Entry(tag, LONG, 1, struct.pack(layout.order + "I", offset), 0)


def turn_entry(entry: Entry, layout: Layout, out_layout: Layout) -> Entry:
    """The entry with its value in another byte order."""
    unit = _UNIT[entry.type]
    if layout.order == out_layout.order or unit == 1:
        return entry
    turned = b"".join(entry.value[at : at + unit][::-1] for at in range(0, len(entry.value), unit))
    return replace(entry, value=turned)


def append_values(out: BinaryIO, layout: Layout, entries: dict[int, Entry]) -> dict[int, bytes]:
    """Write the values that do not fit into a row to the end of `out`; the rows by tag."""
    out.seek(0, 2)
    rows = {}
    for tag, entry in entries.items():
        value = entry.value
        if len(value) > layout.inline_size:
            value = struct.pack(layout.offset_code, _append_aligned(out, value))
        head = struct.pack(layout.entry_code, tag, entry.type, entry.count)
        rows[tag] = head + value.ljust(layout.inline_size, b"\0")
    return rows


def append_directory(out: BinaryIO, layout: Layout, rows: dict[int, bytes], next_offset: int = 0) -> int:
    """Write a directory of finished rows at the end of `out`; where it starts."""
    out.seek(0, 2)
    head = struct.pack(layout.count_code, len(rows))
    table = b"".join(rows[tag] for tag in sorted(rows))
    return _append_aligned(out, head + table + struct.pack(layout.offset_code, next_offset))


def append_first_directory(
    out: BinaryIO, layout: Layout, rows: dict[int, bytes], next_offset: int = 0
) -> int:
    """As `append_directory`, and the header names it as the first one."""
    at = append_directory(out, layout, rows, next_offset)
    out.seek(layout.pointer_position)
    out.write(struct.pack(layout.offset_code, at))
    out.seek(0, 2)
    return at


def _append_aligned(out: BinaryIO, data: bytes) -> int:
    """Write at an even position, as TIFF 6.0 asks; where it starts."""
    at = out.tell()
    out.write(bytes(at & 1) + data)
    return at + (at & 1)
