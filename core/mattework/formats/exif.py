"""EXIF blocks and the same tags inside TIFF files, without re-encoding what need not change.

An EXIF block is a small TIFF: a header, a first directory (IFD0), a directory of camera settings (ExifIFD), one of
places (GPS), and a second picture (IFD1, the thumbnail). Cleaning patches values in place, so that maker notes, whose
offsets count from the start of the block, stay readable.

Source: Exif 3.0 (CIPA DC-008-2023), section 4.6; TIFF 6.0, section 2; BigTIFF (libtiff design note).
"""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

from mattework.formats.ifd import (
    LONG,
    RATIONAL,
    SHORT,
    Directory,
    Entry,
    Layout,
    Read,
    append_directory,
    append_first_directory,
    append_values,
    make_pointer,
    read_directory,
    read_from_bytes,
    read_from_stream,
    read_header,
    read_number,
    read_rows,
    turn_entry,
)
from mattework.geometry import Size

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
EXIF_IFD, GPS_IFD, INTEROP_IFD = 34665, 34853, 40965
PIXEL_WIDTH, PIXEL_HEIGHT = 40962, 40963
THUMBNAIL_OFFSET, THUMBNAIL_LENGTH = 513, 514

# IFD0 tags that speak about the photograph and not about the layout of its file: description, maker, model, software,
# date, artist, host, rating, copyright, and Windows' title, comment, author, keywords, subject.
CARRIED_TAGS = frozenset({270, 271, 272, 305, 306, 315, 316, 18246, 18249, 33432, *range(40091, 40096)})

# Said by the TIFF file itself in tags of its own, and a directory that means nothing outside JPEG.
_LEFT_BEHIND = frozenset({PIXEL_WIDTH, PIXEL_HEIGHT, INTEROP_IFD})


def strip_exif_prefix(exif: bytes) -> bytes:
    """The TIFF-structured block alone, without the marker that JPEG puts in front."""
    while exif[:6] == b"Exif\0\0":
        exif = exif[6:]
    return exif


def is_empty_exif(exif: bytes) -> bool:
    """Whether a block says nothing: a sound header and a first directory of no entries, as some programs write it."""
    read = read_from_bytes(strip_exif_prefix(exif))
    layout = read_header(read)
    if layout is None:
        return False
    offset = read_number(layout.offset_code, read, layout.pointer_position)
    return offset is not None and read_number(layout.count_code, read, offset) == 0


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
    entries: dict[int, Entry] = {}
    block = BytesIO()
    found = _open_block(exif)
    if exif is not None and found is not None:
        layout, directory = found
        block.write(strip_exif_prefix(exif))
        entries.update(directory.entries)
    else:
        layout = Layout(">")
        block.write(b"MM\0*\0\0\0\x08")
    for tag, value in ((X_RESOLUTION, dpi[0]), (Y_RESOLUTION, dpi[1])):
        entries[tag] = Entry(tag, RATIONAL, 1, struct.pack(layout.order + "II", *as_rational(value)), 0)
    entries[RESOLUTION_UNIT] = Entry(RESOLUTION_UNIT, SHORT, 1, struct.pack(layout.order + "H", 2), 0)
    append_first_directory(block, layout, append_values(block, layout, entries))
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
    read = read_from_stream(stream)
    layout = read_header(read)
    if layout is None:
        return None
    if directory_offset is None:
        directory_offset = read_number(layout.offset_code, read, layout.pointer_position)
    directory = read_directory(read, layout, directory_offset or 0)
    if directory is None:
        return None
    out_layout = replace(layout, big=False)
    block = BytesIO()
    block.write(b"MM\0*\0\0\0\x08" if layout.order == ">" else b"II*\0\x08\0\0\0")
    entries = _copy_tags(read, layout, directory, block, out_layout)
    if not entries:
        return None
    append_first_directory(block, out_layout, append_values(block, out_layout, entries))
    return block.getvalue()


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
    read = read_from_stream(stream)
    layout = read_header(read)
    offset = None if layout is None else read_number(layout.offset_code, read, layout.pointer_position)
    found_rows = None if layout is None or offset is None else read_rows(read, layout, offset)
    if layout is None or found_rows is None:
        raise ValueError("There is no TIFF in this stream.")
    # The file's own rows are kept as they are: the values they point to may be gigabytes of layers.
    own_rows, next_offset = found_rows
    stream.seek(0, 2)
    added = _copy_tags(read_from_bytes(strip_exif_prefix(exif)), source_layout, source, stream, layout)
    if added:
        rows = {**append_values(stream, layout, added), **own_rows}
        append_first_directory(stream, layout, rows, next_offset)


# --- reading ---------------------------------------------------------------------------------------------------------


def _open_block(exif: bytes | None) -> tuple[Layout, Directory] | None:
    if not exif:
        return None
    read = read_from_bytes(strip_exif_prefix(exif))
    layout = read_header(read)
    if layout is None or layout.big:
        return None
    offset = read_number(layout.offset_code, read, layout.pointer_position)
    directory = read_directory(read, layout, offset or 0)
    return None if directory is None else (layout, directory)


def _open_child(block: bytes | bytearray, layout: Layout, directory: Directory, tag: int) -> Directory | None:
    offset = directory.first_number(tag, layout)
    return None if offset is None else read_directory(read_from_bytes(block), layout, offset)


# --- changing --------------------------------------------------------------------------------------------------------


def _patch_number(block: bytearray, layout: Layout, entry: Entry | None, value: int) -> None:
    if entry is None or entry.count != 1 or entry.type not in (SHORT, LONG):
        return
    if entry.type == SHORT and value > 0xFFFF:
        return
    struct.pack_into(layout.order + ("H" if entry.type == SHORT else "I"), block, entry.position, value)


def _blank_thumbnail(block: bytearray, layout: Layout, directory: Directory) -> bytearray:
    if directory.next_offset:
        thumbnail = read_directory(read_from_bytes(block), layout, directory.next_offset)
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
    read: Read, layout: Layout, directory: Directory, out: BinaryIO, out_layout: Layout
) -> dict[int, Entry]:
    """IFD0 entries to carry, in the target's byte order; directories below are written to the end of `out`."""
    entries = {
        tag: turn_entry(entry, layout, out_layout)
        for tag, entry in directory.entries.items()
        if tag in CARRIED_TAGS
    }
    for tag in (EXIF_IFD, GPS_IFD):
        offset = directory.first_number(tag, layout)
        child = None if offset is None else read_directory(read, layout, offset)
        if child is None:
            continue
        below = {
            child_tag: turn_entry(entry, layout, out_layout)
            for child_tag, entry in child.entries.items()
            if child_tag not in _LEFT_BEHIND
        }
        if below:
            at = append_directory(out, out_layout, append_values(out, out_layout, below))
            entries[tag] = make_pointer(tag, at, out_layout)
    return entries
