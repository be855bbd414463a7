"""Photoshop's image resources in a JPEG: application segments that, put together, make one section.

Source: Adobe Photoshop File Formats Specification, "Image resources section"; ITU-T T.81, B.2.4.6 for the segments.
"""

from __future__ import annotations

from collections.abc import Iterable

_APP13 = 0xED
_HEAD = b"Photoshop 3.0\0"
_MOST_BYTES = 65533 - len(_HEAD)
"""A segment's length field has 16 bits and counts itself."""


def join_segments(segments: Iterable[tuple[str, bytes]]) -> bytes | None:
    """The section that a JPEG's segments, as pairs of marker and content, hold; None where they hold none."""
    parts = [data[len(_HEAD) :] for marker, data in segments if marker == "APP13" and data.startswith(_HEAD)]
    return b"".join(parts) or None


def cut_segments(section: bytes) -> bytes:
    """The section as segments to stand in a JPEG; empty if it is."""
    parts = (section[at : at + _MOST_BYTES] for at in range(0, len(section), _MOST_BYTES))
    return b"".join(
        bytes((0xFF, _APP13)) + (2 + len(_HEAD) + len(part)).to_bytes(2, "big") + _HEAD + part
        for part in parts
    )
