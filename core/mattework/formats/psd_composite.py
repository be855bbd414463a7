"""The merged picture at the end of a Photoshop document: packed for writing, unpacked when read.

Transparent pictures are stored as Photoshop stores them: one channel more, and colours matted on white.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np
from psd_tools.constants import Compression

from mattework.arrays import AnyArray, Floats, Samples
from mattework.document.model import ColorMode, Depth, array_depth, depth_dtype, depth_white
from mattework.formats.psd_layout import PsdLayout, Span, check_channel
from mattework.formats.psd_planes import (
    PackedPlane,
    PlaneDamaged,
    iterate_raw,
    pack_in_threads,
    pack_plane,
    read_row_sizes,
    unpack_deflated_planes,
    unpack_plane,
)
from mattework.geometry import Rect

MERGED_ALPHA_MARKS: dict[Depth, bytes] = {8: b"Mtrn", 16: b"Mt16", 32: b"Mt32"}
"""Blocks that say that the merged picture has transparency; at 8 bits a negative number of layers says it, too."""

_STRIP_PIXELS = 1 << 20


@dataclass(frozen=True, slots=True)
class PackedComposite:
    """The merged picture, packed as PackBits at 8 bits, and otherwise raw from the samples themselves."""

    planes: tuple[PackedPlane | AnyArray, ...]
    transparent: bool

    def size(self, version: int) -> int:
        return 2 + sum(
            plane.size(version) if isinstance(plane, PackedPlane) else plane.nbytes for plane in self.planes
        )

    def iterate(self, version: int) -> Iterator[bytes]:
        """The section's bytes, in pieces."""
        packed = [plane for plane in self.planes if isinstance(plane, PackedPlane)]
        yield struct.pack(">H", Compression.RLE if packed else Compression.RAW)
        yield from (plane.table(version) for plane in packed)
        yield from (plane.payload for plane in packed)
        for plane in self.planes:
            if not isinstance(plane, PackedPlane):
                yield from iterate_raw(plane)


def pack_composite(
    color: Samples, alpha: Samples | None, mode: ColorMode, extra: Sequence[AnyArray] = ()
) -> PackedComposite:
    """Pack (H, W, channels), straight alpha (H, W), and `extra` channels as they are stored.

    Takes the colour array over: it is matted in place.
    """
    planes = (*store_composite(color, alpha, mode), *extra)
    if array_depth(planes[0]) != 8:
        return PackedComposite(planes, alpha is not None)
    return PackedComposite(tuple(pack_plane(plane, Compression.RLE) for plane in planes), alpha is not None)


def store_composite(color: Samples, alpha: Samples | None, mode: ColorMode) -> tuple[AnyArray, ...]:
    """The planes as a file stores them: inks turned round, colours matted on white, in place; alpha last."""
    stored = cast("AnyArray", color)
    if mode is ColorMode.CMYK:
        np.subtract(stored.dtype.type(depth_white(array_depth(stored))), stored, out=stored)
    if alpha is not None:
        matte_on_white(stored, alpha, mode)
    planes: list[AnyArray] = [stored[..., index] for index in range(stored.shape[2])]
    return (*planes, *(() if alpha is None else (cast("AnyArray", alpha),)))


def write_composite(planes: Sequence[AnyArray], version: int, stream: BinaryIO) -> None:
    """Write the section from stored planes, band by band: PackBits at 8 bits, otherwise raw. `stream` must be seekable."""
    if array_depth(planes[0]) != 8:
        stream.write(struct.pack(">H", Compression.RAW))
        for plane in planes:
            stream.writelines(iterate_raw(plane))
        return
    stream.write(struct.pack(">H", Compression.RLE))
    start = stream.tell()
    stream.write(bytes(len(planes) * len(planes[0]) * 2 * version))
    sizes = []
    with closing(pack_in_threads([(plane, False) for plane in planes], Compression.RLE)) as bands:
        for band in bands:
            stream.write(band.payload)
            sizes.append(band.row_sizes)
    end = stream.tell()
    stream.seek(start)
    table = np.concatenate([one for one in sizes if one is not None])
    stream.write(table.astype(">u2" if version == 1 else ">u4").tobytes())
    stream.seek(end)


def read_composite(stream: BinaryIO, layout: PsdLayout, wanted: int) -> Samples:
    """The first `wanted` channels (H, W, wanted) as the file stores them; one-bit pictures as uint8 of 0 and 255.

    Raises:
        PlaneDamaged: the merged picture is missing, cut off or no picture at all; told before anything is allocated.
    """
    height, width = layout.size.shape
    span = layout.image_data
    head = Span(span.start, min(span.start + 2, span.end)).read(stream)
    compression = int.from_bytes(head, "big") if len(head) == 2 else -1
    body = Span(min(span.start + 2, span.end), span.end)
    _check_body(body, compression, layout)
    if layout.depth == 1:
        packed = np.empty((height, (width + 7) // 8), np.uint8)
        _fill_planes(stream, body, compression, [packed], layout)
        bits = np.unpackbits(packed, axis=1, count=width)  # a set bit is black
        return np.ascontiguousarray((1 - bits[..., None]) * np.uint8(255))
    out: AnyArray = np.empty((height, width, wanted), depth_dtype(cast("Depth", layout.depth)))
    _fill_planes(stream, body, compression, [out[..., index] for index in range(wanted)], layout)
    return cast("Samples", out)


def _check_body(body: Span, compression: int, layout: PsdLayout) -> None:
    if compression not in tuple(Compression):
        raise PlaneDamaged("missing" if compression < 0 else f"packed in an unknown way ({compression})")
    row_bytes = (layout.size.width * layout.depth + 7) // 8
    rect = Rect(0, 0, row_bytes, layout.size.height * layout.channels)
    if compression == Compression.RAW and body.size < rect.area:
        raise PlaneDamaged(f"cut off: {body.size} of {rect.area} bytes are there")
    if not check_channel(compression, body.size, rect, 8):
        raise PlaneDamaged("too short for its size")


def _fill_planes(
    stream: BinaryIO, body: Span, compression: int, outs: list[AnyArray], layout: PsdLayout
) -> None:
    if compression == Compression.RAW:
        plane = outs[0].size * outs[0].itemsize
        for index, out in enumerate(outs):
            data = Span(body.start + index * plane, body.start + (index + 1) * plane).read(stream)
            unpack_plane(data, compression, out, version=layout.version)
    elif compression == Compression.RLE:
        _fill_from_packbits(stream, body, outs, layout)
    else:
        unpack_deflated_planes(body.read(stream), compression, outs)


def _fill_from_packbits(stream: BinaryIO, body: Span, outs: list[AnyArray], layout: PsdLayout) -> None:
    height, entry = outs[0].shape[0], 2 * layout.version
    table_bytes = height * layout.channels * entry
    table = Span(body.start, min(body.start + table_bytes, body.end)).read(stream)
    sizes = read_row_sizes(table, height * layout.channels, layout.version, body.size - table_bytes)
    ends = body.start + table_bytes + np.cumsum(sizes.reshape(layout.channels, height).sum(axis=1))
    start = body.start + table_bytes
    for index, out in enumerate(outs):
        end = int(ends[index])
        rows = table[index * height * entry : (index + 1) * height * entry]
        unpack_plane(rows + Span(start, end).read(stream), Compression.RLE, out, version=layout.version)
        start = end


def matte_on_white(color: AnyArray, alpha: AnyArray, mode: ColorMode) -> None:
    """Straight colours as stored, in place, as they look on white: color * alpha + white * (1 - alpha)."""
    full = np.float32(depth_white(array_depth(color)))
    white = _stored_white(mode, array_depth(color))
    for rows in _strips(color):
        share = (alpha[rows].astype(np.float32) / full)[..., None]
        mixed = white + (color[rows].astype(np.float32) - white) * share
        color[rows] = mixed if color.dtype == np.float32 else np.rint(mixed)


def unmatte_from_white(color: AnyArray, alpha: AnyArray, mode: ColorMode) -> None:
    """The way back, in place; white stays where alpha is 0."""
    full = np.float32(depth_white(array_depth(color)))
    white = _stored_white(mode, array_depth(color))
    for rows in _strips(color):
        share = (alpha[rows].astype(np.float32) / full)[..., None]
        straight = white - (white - color[rows].astype(np.float32)) / np.maximum(share, 1e-6)
        straight = np.where(share > 0, straight, white)
        color[rows] = straight if color.dtype == np.float32 else np.clip(np.rint(straight), 0, full)


def _stored_white(mode: ColorMode, depth: Depth) -> Floats:
    """White as the file stores it: every channel full (no ink, too), but a and b of Lab in the middle."""
    full = depth_white(depth)
    middle = {8: 128.0, 16: 32768.0, 32: 0.5}[depth]
    return np.array([full, middle, middle] if mode is ColorMode.LAB else [full] * mode.channels, np.float32)


def _strips(samples: AnyArray) -> list[slice]:
    rows = max(1, _STRIP_PIXELS // max(1, samples.shape[1]))
    return [slice(top, top + rows) for top in range(0, samples.shape[0], rows)]
