from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.formats.ifd import (
    Entry,
    Layout,
    append_first_directory,
    append_values,
    list_tags,
    read_directory,
    read_from_bytes,
    read_header,
    read_number,
    read_rows,
    turn_entry,
)

HEADERS = {
    Layout("<"): b"II*\0\0\0\0\0",
    Layout(">"): b"MM\0*\0\0\0\0",
    Layout("<", big=True): b"II+\0\x08\0\0\0" + bytes(8),
    Layout(">", big=True): b"MM\0+\0\x08\0\0" + bytes(8),
}


@given(
    st.sampled_from(list(HEADERS)),
    st.dictionaries(st.integers(1, 65535), st.binary(min_size=1, max_size=40), min_size=1, max_size=9),
    st.integers(0, 3),
)
def test_what_is_appended_is_read(layout: Layout, values: dict[int, bytes], padding: int) -> None:
    stream = BytesIO()
    stream.write(HEADERS[layout] + bytes(padding))
    entries = {tag: Entry(tag, 7, len(value), value, 0) for tag, value in values.items()}
    append_first_directory(stream, layout, append_values(stream, layout, entries))
    read = read_from_bytes(stream.getvalue())
    assert read_header(read) == layout
    offset = read_number(layout.offset_code, read, layout.pointer_position)
    assert offset is not None
    assert offset % 2 == 0
    directory = read_directory(read, layout, offset)
    assert directory is not None
    assert {tag: entry.value for tag, entry in directory.entries.items()} == values
    assert directory.next_offset == 0
    assert list_tags(stream, offset) == set(values)
    assert read_rows(read, layout, offset) is not None


@pytest.mark.parametrize(
    ("kind", "value", "turned"),
    [
        (3, b"\1\2\3\4", b"\2\1\4\3"),
        (5, b"\1\2\3\4\5\6\7\x08", b"\4\3\2\1\x08\7\6\5"),
        (12, b"\1\2\3\4\5\6\7\x08", b"\x08\7\6\5\4\3\2\1"),
        (7, b"\1\2\3\4", b"\1\2\3\4"),
    ],
)
def test_values_are_turned_by_their_unit(kind: int, value: bytes, turned: bytes) -> None:
    entry = Entry(1, kind, 1, value, 0)
    assert turn_entry(entry, Layout("<"), Layout(">")).value == turned
    assert turn_entry(entry, Layout("<"), Layout("<")).value == value


def test_a_value_beyond_the_end_is_named_but_not_read() -> None:
    stream = BytesIO()
    stream.write(HEADERS[Layout("<")])
    entries = {256: Entry(256, 3, 1, b"\5\0", 0), 258: Entry(258, 3, 3, b"\x08\0\x08\0\x08\0", 0)}
    append_first_directory(stream, Layout("<"), append_values(stream, Layout("<"), entries))
    whole = bytearray(stream.getvalue())
    place = whole.index(b"\x02\x01\x03\x00") + 8
    whole[place : place + 4] = b"\xff\xff\xff\x7f"
    offset = int.from_bytes(whole[4:8], "little")
    directory = read_directory(read_from_bytes(whole), Layout("<"), offset)
    assert directory is not None
    assert set(directory.entries) == {256}
    assert list_tags(BytesIO(bytes(whole)), offset) == {256, 258}


@given(st.binary(max_size=60), st.integers(0, 70))
def test_any_bytes_are_survived(data: bytes, offset: int) -> None:
    for layout, header in HEADERS.items():
        read_directory(read_from_bytes(header + data), layout, offset)
        list_tags(BytesIO(header + data), offset)
