"""Image resources of Photoshop files: what a file says about itself beside its pixels.

Source: Adobe Photoshop File Formats Specification, "Image resources section".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from mattework.arrays import AnyArray
from mattework.document.colour import convert_to_srgb8
from mattework.document.composite import flatten_thinned
from mattework.document.model import Document, Metadata, Resource, depth_white
from mattework.formats.metadata import RawMetadata

RESOLUTION, CHANNEL_NAMES, THUMBNAIL, PROFILE = 1005, 1006, 1036, 1039
INDEXED_TRANSPARENT, VERSION, EXIF, XMP = 1047, 1057, 1058, 1060

_SIGNATURES = (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR")
_THUMBNAIL_SIDE = 160
_PROGRAM = "Mattework"


@dataclass(frozen=True, slots=True)
class ResourceSpan:
    """Where one resource lies within the section: the whole of it, padding included, and its data."""

    start: int
    end: int
    data_start: int
    data_end: int


def find_resources(section: bytes) -> tuple[dict[int, ResourceSpan], bool]:
    """Resources by number, and whether the section could be walked to its end. Of repeated ones the first counts."""
    found: dict[int, ResourceSpan] = {}
    at = 0
    while at + 12 <= len(section):
        if section[at : at + 4] not in _SIGNATURES:
            return found, False
        number = int.from_bytes(section[at + 4 : at + 6], "big")
        name_bytes = section[at + 6] + 1
        data_at = at + 6 + name_bytes + name_bytes % 2 + 4
        size = int.from_bytes(section[data_at - 4 : data_at], "big")
        end = data_at + size
        if end > len(section):
            return found, False
        found.setdefault(number, ResourceSpan(at, min(end + size % 2, len(section)), data_at, end))
        at = end + size % 2
    return found, True


def read_resources(section: bytes) -> tuple[dict[int, bytes], bool]:
    """Data of the resources by number; see `find_resources`."""
    spans, whole = find_resources(section)
    return {number: section[span.data_start : span.data_end] for number, span in spans.items()}, whole


def read_raw_metadata(resources: Mapping[int, bytes]) -> RawMetadata:
    return RawMetadata(
        icc=resources.get(PROFILE),
        exif=resources.get(EXIF),
        xmp=resources.get(XMP),
        dpi=_read_dpi(resources.get(RESOLUTION)),
    )


def has_composite(resources: Mapping[int, bytes]) -> bool:
    """Whether the file claims a real merged picture; Photoshop's "maximise compatibility" decides that."""
    data = resources.get(VERSION, b"")
    return len(data) < 5 or data[4] != 0


def read_channel_names(resources: Mapping[int, bytes]) -> list[str]:
    """Names of the channels beyond the colours, in order."""
    data = resources.get(CHANNEL_NAMES, b"")
    names, at = [], 0
    while at < len(data):
        size = data[at]
        names.append(data[at + 1 : at + 1 + size].decode("mac_roman"))
        at += 1 + size
    return names


def _read_dpi(data: bytes | None) -> tuple[float, float] | None:
    if data is None or len(data) < 16:
        return None
    across, _, _, down, _, _ = struct.unpack(
        ">IHHIHH", data[:16]
    )  # always per inch; the units are for display
    return across / 65536, down / 65536


# --- writing ---------------------------------------------------------------------------------------------------------


def pack_resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    head = b"8BIM" + struct.pack(">HB", number, len(name)) + name + b"\0" * ((len(name) + 1) % 2)
    return head + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def pack_kept(kept: Sequence[Resource]) -> bytes:
    """A section's body of nothing but what a document keeps unread."""
    return b"".join(pack_resource(one.number, one.data, one.name) for one in kept)


def pack_resources(
    metadata: Metadata, kept: Sequence[Resource], thumbnail: bytes | None, *, with_blocks: bool = True
) -> bytes:
    """The section's body for a document of ours, `kept` as it is. Without `with_blocks` profile, EXIF and XMP are left to
    the container."""
    resources: dict[int, bytes] = {}
    if metadata.dpi is not None:
        across, down = (min(round(value * 65536), 0xFFFFFFFF) for value in metadata.dpi)
        resources[RESOLUTION] = struct.pack(">IHHIHH", across, 1, 1, down, 1, 1)
    if thumbnail is not None:
        resources[THUMBNAIL] = thumbnail
    if with_blocks:
        blocks = {PROFILE: metadata.icc, EXIF: metadata.exif, XMP: metadata.xmp}
        resources.update({number: data for number, data in blocks.items() if data})
    program = _pack_unicode(_PROGRAM)
    resources[VERSION] = struct.pack(">IB", 1, 1) + program + program + struct.pack(">I", 1)
    packed = {one.number: pack_kept((one,)) for one in kept}
    packed |= {number: pack_resource(number, data) for number, data in resources.items()}
    return b"".join(packed[number] for number in sorted(packed))


def _pack_unicode(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">I", len(data) // 2) + data


def pack_thumbnail(document: Document) -> bytes:
    """The thumbnail resource: the picture as sRGB JPEG on white, at most 160 pixels wide and high.

    It is made of every n-th row and column, so that at least twice its sides are left for a smooth reduction.
    """
    from PIL import Image

    step = max(1, document.size.long_side // (4 * _THUMBNAIL_SIDE))
    small, small_alpha = flatten_thinned(document, step)
    srgb: AnyArray = convert_to_srgb8(small, document.mode, document.metadata.icc)
    if small_alpha is not None:
        share = (small_alpha.astype(np.float32) / depth_white(document.depth))[..., None]
        srgb = (srgb * share + 255 * (1 - share) + 0.5).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(srgb))
    scale = min(1.0, _THUMBNAIL_SIDE / max(document.size.long_side, 1))
    size = tuple(max(1, round(side * scale)) for side in (document.size.width, document.size.height))
    image = image.resize((size[0], size[1]), Image.Resampling.BOX)
    stream = BytesIO()
    image.save(stream, "JPEG", quality=85)
    jpeg = stream.getvalue()
    width, height = image.size
    row = (width * 24 + 31) // 32 * 4
    return struct.pack(">6I2H", 1, width, height, row, row * height, len(jpeg), 24, 1) + jpeg
