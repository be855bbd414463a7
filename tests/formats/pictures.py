"""Small documents and files for the format tests, all made by code."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any, cast

import numpy as np

from mattework.arrays import Bytes, Samples
from mattework.document.model import ColorMode, Depth, Document, Layer, Metadata, depth_dtype, depth_white
from mattework.formats.files import open_document, save_document
from mattework.geometry import Size


def make_samples(depth: Depth, *shape: int, seed: int = 0) -> Samples:
    """Random samples over the whole range of a depth."""
    random = np.random.default_rng(seed)
    if depth == 32:
        return random.random(shape, np.float32)
    return cast("Samples", random.integers(0, int(depth_white(depth)) + 1, shape).astype(depth_dtype(depth)))


def make_document(
    *,
    size: Size | None = None,
    mode: ColorMode = ColorMode.RGB,
    depth: Depth = 8,
    alpha: bool = False,
    metadata: Metadata | None = None,
    seed: int = 0,
) -> Document:
    """One layer of noise; with `alpha`, some of it fully hidden and some fully shown."""
    size = size or Size(29, 17)
    opacity = None
    if alpha:
        opacity = make_samples(depth, *size.shape, seed=seed + 1)
        opacity[: size.height // 4] = 0
        opacity[size.height // 2 :] = depth_white(depth)
    layer = Layer("Photo", size.rect, make_samples(depth, *size.shape, mode.channels, seed=seed), opacity)
    return Document(size, mode, depth, (layer,), metadata or Metadata())


def only_layer(document: Document) -> Layer:
    (layer,) = document.layers
    assert isinstance(layer, Layer)
    return layer


def save_to_bytes(document: Document, format: str, **options: Any) -> tuple[bytes, tuple[str, ...]]:
    stream = BytesIO()
    notes = save_document(document, stream, format=format, **options)
    return stream.getvalue(), notes


def reread(document: Document, format: str, **options: Any) -> Document:
    return open_document(save_to_bytes(document, format, **options)[0])


def draw_smooth(size: Size) -> Bytes:
    """A soft gradient that lossy formats keep within a few levels."""
    y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32)
    planes = [x / size.width, y / size.height, (x + y) / (size.width + size.height)]
    return cast("Bytes", np.rint(np.stack(planes, -1) * 200 + 20).astype(np.uint8))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def make_png(
    width: int, height: int, bits: int, colour_type: int, rows: bytes, *extra: tuple[bytes, bytes]
) -> bytes:
    """A PNG from raw filtered rows; `extra` chunks come before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    between = b"".join(png_chunk(kind, body) for kind, body in extra)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + between
        + png_chunk(b"IDAT", zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )


def make_exif(order: str = ">", *, orientation: int = 1, thumbnail: bytes = b"") -> bytes:
    """An EXIF block: maker, orientation, camera settings with a maker note, GPS, and a thumbnail."""
    block = bytearray((b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8))

    def entry(tag: int, kind: int, count: int, value: int | bytes) -> bytes:
        packed = value.ljust(4, b"\0") if isinstance(value, bytes) else struct.pack(order + "I", value)
        return struct.pack(order + "HHI", tag, kind, count) + packed

    def short(value: int) -> bytes:
        return struct.pack(order + "H", value)

    values_at = 8 + 2 + 4 * 12 + 4
    maker = b"Maker & Co\0\0"
    note = b"note-that-must-not-move!"
    camera_at = values_at + len(maker)
    camera_values = camera_at + 2 + 4 * 12 + 4
    gps_at = camera_values + 8 + len(note)
    second_at = gps_at + 2 + 12 + 4
    thumbnail_at = second_at + 2 + 2 * 12 + 4
    block += struct.pack(order + "H", 4)
    block += entry(271, 2, len(maker) - 1, values_at)
    block += entry(274, 3, 1, short(orientation))
    block += entry(34665, 4, 1, camera_at) + entry(34853, 4, 1, gps_at)
    block += struct.pack(order + "I", second_at if thumbnail else 0) + maker
    block += struct.pack(order + "H", 4) + entry(33434, 5, 1, camera_values)
    block += entry(37500, 7, len(note), camera_values + 8)
    block += entry(40962, 4, 1, 640) + entry(40963, 3, 1, short(480)) + bytes(4)
    block += struct.pack(order + "II", 1, 125) + note
    block += struct.pack(order + "H", 1) + entry(0, 1, 4, bytes([2, 3, 0, 0])) + bytes(4)
    if thumbnail:
        block += struct.pack(order + "H", 2)
        block += entry(513, 4, 1, thumbnail_at) + entry(514, 4, 1, len(thumbnail)) + bytes(4) + thumbnail
    return bytes(block)


def make_srgb_profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
