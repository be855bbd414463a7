"""What PNG's text chunks say of a picture: EXIF, XMP and IPTC data as older programs store them, and words for people.

ImageMagick, GIMP and others wrote such data in hexadecimal digits under the keyword "Raw profile type ..." before PNG had
places for them. Title, author, description and copyright go into the XMP packet, which every container of ours holds.

Source: PNG Specification, third edition, 11.3.3; ImageMagick, coders/png.c, for the raw profiles.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import replace

from mattework.formats.metadata import RawMetadata
from mattework.formats.xmp import add_words

_RAW = "Raw profile type "
_MOST_BYTES = 64 << 20
_MOST_WORDS = 1 << 16
_MOST_KEYWORD = 79  # bytes, says PNG
_MOST_NAMED = 20
_EMPTY = "\0 \t\r\n"
_PROFILES = ("exif", "xmp", "app1", "icc", "icm", "iptc", "8bim")
_EXIF_HEAD, _XMP_HEAD, _PHOTOSHOP_HEAD = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
_WORDS = {"Title": "title", "Author": "creator", "Description": "description", "Copyright": "rights"}
_IPTC = 1028
"""The number of the image resource that IPTC data are."""
_OF_PROGRAMS = (
    "XML:com.adobe.xmp", "Software", "Creation Time", "create-date", "modify-date", "date:", "Thumb::", "png:", "icc:",
    "exif:", "tiff:", "xmp:",
)  # fmt: skip
"""Keywords, or how they begin, of what programs note for themselves."""


def add_texts(
    metadata: RawMetadata, chunks: Iterable[tuple[bytes, bytes]]
) -> tuple[RawMetadata, tuple[str, ...]]:
    """The metadata with what the text chunks, as pairs of kind and data, say beside it, and a note on what is left out.

    What has a chunk of its own in the file goes before.
    """
    words: dict[str, str] = {}
    others: list[str] = []
    known: set[bytes] = set()  # each is unpacked once: a small file may have many that are large
    for kind, data in chunks:
        name = data[: _MOST_KEYWORD + 1].partition(b"\0")[0]
        if kind not in (b"tEXt", b"zTXt", b"iTXt") or name in known:
            continue
        known.add(name)
        keyword = "".join(one for one in name.decode("latin-1") if one.isprintable())
        profile = keyword.removeprefix(_RAW).lower()
        if keyword.startswith(_RAW):
            if profile in _PROFILES:
                metadata = _add_profile(metadata, profile, _read_text(kind, data, _MOST_BYTES))
        elif keyword in _WORDS:
            text = _read_text(kind, data, 4 * _MOST_WORDS)
            if text is None or len(text) > _MOST_WORDS:
                others.append(keyword)
            elif text.strip(_EMPTY):
                words[_WORDS[keyword]] = text.strip(_EMPTY)
        elif not _is_of_program(keyword, kind, data):
            others.append(keyword)
    if words:
        metadata = replace(metadata, xmp=add_words(metadata.xmp, words))
    named = others if len(others) <= _MOST_NAMED else [*others[:_MOST_NAMED], "…"]
    notes = (f"Texts of the PNG are not kept: {', '.join(named)}.",) if others else ()
    return metadata, notes


def _add_profile(metadata: RawMetadata, kind: str, text: str | None) -> RawMetadata:
    parts = (text or "").split(None, 2)
    try:
        data = bytes.fromhex(parts[2]) if len(parts) == 3 else b""
    except ValueError:
        data = b""
    if kind == "exif" or data.startswith(_EXIF_HEAD):
        return replace(metadata, exif=metadata.exif or data or None)
    if kind == "xmp" or data.startswith(_XMP_HEAD):
        return replace(metadata, xmp=metadata.xmp or data.removeprefix(_XMP_HEAD) or None)
    if kind in ("icc", "icm"):
        return replace(metadata, icc=metadata.icc or data or None)
    data = data.removeprefix(_PHOTOSHOP_HEAD)
    if kind == "iptc" and data[:1] == b"\x1c":  # bare, as ExifTool writes it
        padding = b"\0" * (len(data) % 2)
        data = b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(data)) + data + padding
    if kind in ("iptc", "8bim") and data.startswith(b"8BIM"):
        return replace(metadata, resources=metadata.resources or data)
    return metadata


def _is_of_program(keyword: str, kind: bytes, data: bytes) -> bool:
    """Whether a program noted this for itself, as GIMP does that it made the picture."""
    if keyword == "Comment":
        return (_read_text(kind, data, _MOST_WORDS) or "").startswith("Created with ")
    return keyword.startswith(_OF_PROGRAMS)


def _read_text(kind: bytes, data: bytes, most: int) -> str | None:
    """The text of a chunk; None where it cannot be unpacked, is no text, or was packed and has more than `most` bytes."""
    rest = data.partition(b"\0")[2]
    try:
        if kind == b"tEXt":
            return rest.decode("latin-1")
        if kind == b"zTXt":
            return _inflate(rest[1:], most).decode("latin-1")
        packed, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[2]
        return (_inflate(text, most) if packed else text).decode("utf-8")
    except (zlib.error, UnicodeDecodeError, IndexError):
        return None


def _inflate(data: bytes, most: int) -> bytes:
    stream = zlib.decompressobj()
    plain = stream.decompress(data, most)
    if not stream.eof:
        raise zlib.error("cut off, or too long")
    return plain
