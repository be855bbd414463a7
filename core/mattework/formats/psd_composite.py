"""The merged picture at the end of a Photoshop document: packed for writing, unpacked when read.

Transparent pictures are stored as Photoshop stores them: one channel more, and colours matted on white.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from psd_tools.constants import Compression

from mattework.arrays import AnyArray, Floats, Samples, split_rows
from mattework.document.composite import flatten_in_bands
from mattework.document.model import (
    ColorMode,
    Depth,
    Document,
    array_depth,
    depth_dtype,
    depth_white,
    lab_middle,
)
from mattework.formats.psd_layout import PsdLayout, Span, check_channel
from mattework.formats.psd_planes import (
    PackedPlane,
    PlaneDamaged,
    iterate_raw,
    pack_plane,
    read_row_sizes,
    store_row_sizes,
    unpack_deflated_planes,
    unpack_plane,
)
from mattework.geometry import Rect
from mattework.progress import Progress


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows of one plane, packed as the file holds them, in the spool; `size` 0 where there is no more to say than that
    they are opaque.
    """

    start: int
    size: int
    rows: int
    row_sizes: NDArray[np.uint32] | None = None


@dataclass(slots=True)
class SpooledComposite:
    """A document's merged picture on the disk, ready to be copied into its section plane by plane.

    `planes` hold the pieces of every colour, top to bottom, and the alpha's last.
    """

    width: int
    depth: Depth
    transparent: bool
    planes: tuple[list[_Piece], ...]
    spool: BinaryIO

    def count_bytes(self) -> int:
        """About what the section will take: tables of rows are left out."""
        return sum(piece.size for plane in self.planes for piece in plane)

    def iterate(
        self, version: int, *, with_alpha: bool | None = None, extra: Sequence[AnyArray] = ()
    ) -> Iterator[bytes]:
        """The section's bytes. `with_alpha` (by default, where the picture is transparent) keeps a plane for the alpha;
        `extra` (H, W) planes, as stored, follow it.
        """
        keeps_alpha = self.transparent if with_alpha is None else with_alpha
        planes = self.planes if keeps_alpha else self.planes[:-1]
        if self.depth != 8:
            yield struct.pack(">H", Compression.RAW)
            for plane in planes:
                yield from map(self._payload, plane)
            for pixels in extra:
                yield from iterate_raw(pixels)
            return
        packed = [pack_plane(pixels, Compression.RLE) for pixels in extra]
        yield struct.pack(">H", Compression.RLE)
        for plane in planes:
            sizes = np.concatenate([self._row_sizes(piece) for piece in plane])
            yield store_row_sizes(sizes, version)
        yield from (one.table(version) for one in packed)
        for plane in planes:
            yield from map(self._payload, plane)
        yield from (one.payload for one in packed)

    def _payload(self, piece: _Piece) -> bytes:
        if not piece.size:
            return self._opaque(piece).payload
        self.spool.seek(piece.start)
        return self.spool.read(piece.size)

    def _row_sizes(self, piece: _Piece) -> NDArray[np.uint32]:
        sizes = piece.row_sizes if piece.size else self._opaque(piece).row_sizes
        assert sizes is not None
        return sizes

    def _opaque(self, piece: _Piece) -> PackedPlane:
        white = np.array(depth_white(self.depth), depth_dtype(self.depth))
        return pack_plane(np.broadcast_to(white, (piece.rows, self.width)), merged_compression(self.depth))


def merged_compression(depth: Depth) -> Compression:
    """How Photoshop packs merged pictures: PackBits at 8 bits, otherwise not at all."""
    return Compression.RLE if depth == 8 else Compression.RAW


@contextmanager
def spool_composite(
    document: Document, *, folder: str | None = None, progress: Progress | None = None
) -> Iterator[SpooledComposite]:
    """Flatten the document band by band into a temporary file (in `folder`), which is gone when the block ends.

    The colours are stored as the file wants them: inks turned round, matted on white where they are transparent.

    Raises:
        Cancelled: `progress` wants to stop.
    """
    mode, depth = document.mode, document.depth
    planes: tuple[list[_Piece], ...] = tuple([] for _ in range(mode.channels + 1))
    transparent = False
    with (
        tempfile.TemporaryFile(dir=folder) as spool,
        closing(flatten_in_bands(document, progress=progress)) as bands,
    ):
        for band in bands:
            stored = cast("AnyArray", band.color)
            if mode is ColorMode.CMYK:
                np.subtract(stored.dtype.type(depth_white(depth)), stored, out=stored)
            if band.alpha is not None:
                transparent = True
                matte_on_white(stored, band.alpha, mode)
            alpha: list[AnyArray | None] = [band.alpha]
            for plane, pixels in zip(planes, [*np.moveaxis(stored, -1, 0), *alpha], strict=True):
                plane.append(_spool_piece(spool, pixels, len(stored), depth))
        yield SpooledComposite(document.size.width, depth, transparent, planes, spool)


def _spool_piece(spool: BinaryIO, pixels: AnyArray | None, rows: int, depth: Depth) -> _Piece:
    if pixels is None:
        return _Piece(0, 0, rows)
    packed = pack_plane(pixels, merged_compression(depth))
    return _Piece(spool.tell(), spool.write(packed.payload), rows, packed.row_sizes)


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
    for rows in split_rows(color):
        share = (alpha[rows].astype(np.float32) / full)[..., None]
        mixed = white + (color[rows].astype(np.float32) - white) * share
        color[rows] = mixed if color.dtype == np.float32 else np.rint(mixed)


def unmatte_from_white(color: AnyArray, alpha: AnyArray, mode: ColorMode) -> None:
    """The way back, in place; white stays where alpha is 0."""
    full = np.float32(depth_white(array_depth(color)))
    white = _stored_white(mode, array_depth(color))
    for rows in split_rows(color):
        share = (alpha[rows].astype(np.float32) / full)[..., None]
        straight = white - (white - color[rows].astype(np.float32)) / np.maximum(share, 1e-6)
        straight = np.where(share > 0, straight, white)
        color[rows] = straight if color.dtype == np.float32 else np.clip(np.rint(straight), 0, full)


def _stored_white(mode: ColorMode, depth: Depth) -> Floats:
    """White as the file stores it: every channel full (no ink, too), but a and b of Lab in the middle."""
    full, middle = depth_white(depth), lab_middle(depth)
    return np.array([full, middle, middle] if mode is ColorMode.LAB else [full] * mode.channels, np.float32)
