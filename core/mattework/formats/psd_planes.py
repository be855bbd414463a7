"""One plane of a Photoshop layer: samples to channel bytes and back, in bands of rows.

Source: Adobe Photoshop File Formats Specification, "Channel image data": a plane is stored raw, as PackBits rows behind a
table of row sizes, deflated, or deflated after taking differences along each row (bytes of 32-bit samples are sorted
into four planes per row first). Numbers are big-endian; layers inside little-endian TIFF files have them turned round.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias, cast

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from psd_tools import compression as psd_compression
from psd_tools.constants import Compression

from mattework.arrays import AnyArray
from mattework.document.model import array_depth, depth_white
from mattework.errors import FormatCannotHold

ByteOrder: TypeAlias = Literal[">", "<"]

_PACKBITS: Any = vars(psd_compression)["rle_impl"]
_DEFLATE_ERRORS = cast("tuple[type[Exception], ...]", (isal_zlib.error, zlib.error))

_BAND_BYTES = 1 << 21
_INPUT_BYTES = 1 << 18
_DEFLATE_LEVEL = 1
"""isal's level 1 is as small as zlib's 6 on predicted photographs, at an eighth of the time."""
_ZLIB_HEAD, _EMPTY_LAST_BLOCK = b"\x78\x01", b"\x03\x00"
_ADLER = 65521
_LONGEST_ROW = 0xFFFF


class PlaneDamaged(ValueError):
    """Channel bytes that do not hold the plane that they should. The message completes "the channel is …"."""


class RowsTooLong(FormatCannotHold):
    """A PackBits row of more bytes than a table of 16-bit sizes can say: only a PSB has wider ones."""

    def __init__(self) -> None:
        super().__init__(
            f"A layer is so wide that its packed rows take over {_LONGEST_ROW} bytes; only a PSB can hold them. "
            "Save as PSB instead."
        )


@dataclass(frozen=True, slots=True)
class PackedPlane:
    """A plane's channel bytes without the compression number in front. `row_sizes` (h,) for PackBits, else None."""

    compression: Compression
    payload: bytes
    row_sizes: NDArray[np.uint32] | None = None

    def table(self, version: int, order: ByteOrder = ">") -> bytes:
        """The row sizes as stored; empty unless PackBits.

        Raises:
            RowsTooLong: as `store_row_sizes`.
        """
        return b"" if self.row_sizes is None else store_row_sizes(self.row_sizes, version, order)

    def to_bytes(self, version: int, order: ByteOrder = ">") -> bytes:
        return self.table(version, order) + self.payload


def store_row_sizes(sizes: NDArray[np.uint32], version: int, order: ByteOrder = ">") -> bytes:
    """The table in front of PackBits rows.

    Raises:
        RowsTooLong: version 1 counts the bytes of a row with 16 bits.
    """
    if version == 1 and sizes.max(initial=0) > _LONGEST_ROW:
        raise RowsTooLong
    return sizes.astype(f"{order}u{2 * version}").tobytes()


# --- packing ---------------------------------------------------------------------------------------------------------


def pack_plane(
    plane: AnyArray, compression: Compression, *, invert: bool = False, order: ByteOrder = ">"
) -> PackedPlane:
    """Pack (h, w) samples of uint8, uint16 or float32; any strides. `invert` stores white minus the sample (inks)."""
    # Prediction sorts the bytes of floats itself, from the most significant down, in files of either order.
    bands = _stored_bands(
        plane, invert, ">" if plane.dtype.itemsize == 4 and compression != Compression.RAW else order
    )
    if compression == Compression.RLE:
        return _pack_bits(plane, bands)
    if compression == Compression.RAW:
        return PackedPlane(compression, b"".join(band.tobytes() for band in bands))
    deflate = isal_zlib.compressobj(_DEFLATE_LEVEL)
    parts = []
    for band in bands:
        rows = _take_differences(band) if compression == Compression.ZIP_WITH_PREDICTION else band
        parts.append(deflate.compress(np.ascontiguousarray(rows)))
    parts.append(deflate.flush())
    return PackedPlane(compression, b"".join(parts))


@dataclass(frozen=True, slots=True)
class PackedBand:
    """A piece of a plane's payload, and what joins it to its neighbours: sizes of its rows, or its bytes' checksum."""

    payload: bytes
    row_sizes: NDArray[np.uint32] | None = None
    checksum: int = 1
    raw_bytes: int = 0


def band_slices(plane: AnyArray) -> list[slice]:
    """The rows of the bands that `pack_band` takes one at a time."""
    rows = _band_rows(plane.shape[1] * plane.itemsize)
    return [slice(top, min(top + rows, plane.shape[0])) for top in range(0, plane.shape[0], rows)]


def pack_band(rows: AnyArray, compression: Compression, *, invert: bool = False) -> PackedBand:
    """Pack some rows so that `write_plane` makes a plane of them: PackBits, or deflate pieces that need no neighbour.

    Source of the pieces: RFC 1951, section 3.2.3 (blocks end at a full flush on a byte and refer to nothing before it).
    """
    if compression == Compression.RLE:
        packed = _pack_bits(rows, _stored_bands(rows, invert))
        return PackedBand(packed.payload, packed.row_sizes)
    deflate = isal_zlib.compressobj(_DEFLATE_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts, checksum, count = [], 1, 0
    for band in _stored_bands(rows, invert):
        raw = np.ascontiguousarray(_take_differences(band)).tobytes()
        checksum, count = isal_zlib.adler32(raw, checksum), count + len(raw)
        parts.append(deflate.compress(raw))
    parts.append(deflate.flush(zlib.Z_FULL_FLUSH))
    return PackedBand(b"".join(parts), None, checksum, count)


def pack_in_threads(
    planes: Iterable[tuple[AnyArray, bool]], compression: Compression
) -> Generator[PackedBand, None, None]:
    """The bands of planes (samples, invert) one after another, packed in threads a few bands ahead."""
    workers = min(8, os.cpu_count() or 1)
    jobs = ((plane, rows, invert) for plane, invert in planes for rows in band_slices(plane))

    def pack(plane: AnyArray, rows: slice, invert: bool) -> PackedBand:
        return pack_band(plane[rows], compression, invert=invert)

    pending: deque[Future[PackedBand]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for plane, rows, invert in jobs:
                pending.append(pool.submit(pack, plane, rows, invert))
                if len(pending) > 2 * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def write_plane(
    bands: Iterable[PackedBand], height: int, compression: Compression, version: int, stream: BinaryIO
) -> int:
    """Write the bands of a plane, one after another, as channel bytes with the compression in front; returns their number.

    `stream` must be seekable: the table of row sizes is filled in at the end.

    Raises:
        RowsTooLong: as `store_row_sizes`.
    """
    start = stream.tell()
    stream.write(struct.pack(">H", compression))
    if compression == Compression.RLE:
        stream.write(bytes(height * 2 * version))
        sizes = []
        for band in bands:
            assert band.row_sizes is not None
            sizes.append(band.row_sizes)
            stream.write(band.payload)
        end = stream.tell()
        stream.seek(start + 2)
        stream.write(store_row_sizes(np.concatenate(sizes), version))
        stream.seek(end)
        return end - start
    stream.write(_ZLIB_HEAD)
    checksum = 1
    for band in bands:
        checksum = _join_checksums(checksum, band.checksum, band.raw_bytes)
        stream.write(band.payload)
    stream.write(_EMPTY_LAST_BLOCK + struct.pack(">I", checksum))
    return stream.tell() - start


def _join_checksums(first: int, second: int, second_bytes: int) -> int:
    """Adler-32 of two pieces in a row from theirs (RFC 1950, section 8.2)."""
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % _ADLER
    high = ((first >> 16) + (second >> 16) + second_bytes * ((first & 0xFFFF) - 1)) % _ADLER
    return high << 16 | low


def iterate_raw(plane: AnyArray) -> Iterator[bytes]:
    """The plane's samples as they lie in a file without compression, band by band."""
    return (band.tobytes() for band in _stored_bands(plane, False))


def _stored_bands(plane: AnyArray, invert: bool, order: ByteOrder = ">") -> Iterator[AnyArray]:
    """Rows in file order and sample type, in bands of about `_BAND_BYTES`."""
    depth = array_depth(plane)
    stored = plane.dtype.newbyteorder(order)
    rows = _band_rows(plane.shape[1] * plane.itemsize)
    for top in range(0, plane.shape[0], rows):
        band = plane[top : top + rows]
        if invert:
            band = plane.dtype.type(depth_white(depth)) - band
        yield np.ascontiguousarray(band, dtype=stored)


def _band_rows(row_bytes: int) -> int:
    return max(1, _BAND_BYTES // max(1, row_bytes))


def _pack_bits(plane: AnyArray, bands: Iterator[AnyArray]) -> PackedPlane:
    if plane.strides[0] == 0 and plane.shape[0]:  # the same row over and over: an opaque alpha
        row = _PACKBITS.encode(next(_stored_bands(plane[:1], False)).tobytes())
        rows = [row] * plane.shape[0]
    else:
        rows = [_PACKBITS.encode(row.tobytes()) for band in bands for row in band]
    sizes = np.fromiter(map(len, rows), np.uint32, len(rows))
    return PackedPlane(Compression.RLE, b"".join(rows), sizes)


def _take_differences(band: AnyArray) -> AnyArray:
    if band.dtype.itemsize == 4:
        height, width = band.shape
        band = band.view(np.uint8).reshape(height, width, 4).transpose(0, 2, 1).reshape(height, 4 * width)
    native = band.astype(band.dtype.newbyteorder("="))
    native[:, 1:] -= native[:, :-1].copy()
    return native.astype(band.dtype, copy=False)


# --- unpacking -------------------------------------------------------------------------------------------------------


def unpack_plane(
    data: bytes,
    compression: int,
    out: AnyArray,
    *,
    version: int,
    order: ByteOrder = ">",
    invert: bool = False,
) -> None:
    """Fill `out` (h, w; uint8, uint16 or float32, any strides) from channel bytes.

    Never takes more memory than a band beside `out`, whatever the bytes promise.

    Raises:
        PlaneDamaged: too few bytes, or bytes that are not what the compression says.
    """
    stored = out.dtype.newbyteorder(order)
    if out.size == 0:
        return
    if compression == Compression.RAW:
        _unpack_raw(data, out, stored)
    elif compression == Compression.RLE:
        _unpack_bits(data, out, stored, version, order)
    elif compression in (Compression.ZIP, Compression.ZIP_WITH_PREDICTION):
        _unpack_zip(_Inflated(data), out, stored, predicted=compression == Compression.ZIP_WITH_PREDICTION)
    else:
        raise PlaneDamaged(f"packed in an unknown way ({compression})")
    if invert:
        np.subtract(out.dtype.type(depth_white(array_depth(out))), out, out=out)


def _unpack_raw(data: bytes, out: AnyArray, stored: np.dtype[Any]) -> None:
    if len(data) < out.size * out.itemsize:
        raise PlaneDamaged(f"cut off: {len(data)} of {out.size * out.itemsize} bytes are there")
    out[...] = np.frombuffer(data, stored, out.size).reshape(out.shape)


def read_row_sizes(
    data: bytes, rows: int, version: int, there: int, order: ByteOrder = ">"
) -> NDArray[np.int64]:
    """The table in front of PackBits rows, checked against the number of bytes that are there behind it.

    Raises:
        PlaneDamaged: table or rows are cut off.
    """
    unit = np.dtype(np.uint16 if version == 1 else np.uint32).newbyteorder(order)
    if len(data) < rows * unit.itemsize:
        raise PlaneDamaged("cut off in its table of rows")
    sizes = np.frombuffer(data, unit, rows).astype(np.int64)
    if int(sizes.sum()) > there:
        raise PlaneDamaged(f"cut off: {there} of {int(sizes.sum())} bytes are there")
    return sizes


def _unpack_bits(data: bytes, out: AnyArray, stored: np.dtype[Any], version: int, order: ByteOrder) -> None:
    height, width = out.shape
    sizes = read_row_sizes(data, height, version, len(data) - height * 2 * version, order)
    row_bytes = width * out.itemsize
    rows = _band_rows(row_bytes)
    start = height * 2 * version
    for top in range(0, height, rows):
        unpacked = []
        for size in sizes[top : top + rows].tolist():
            unpacked.append(_PACKBITS.decode(data[start : start + size], row_bytes))
            start += size
        out[top : top + rows] = np.frombuffer(b"".join(unpacked), stored).reshape(-1, width)


class _Inflater(Protocol):
    unconsumed_tail: bytes
    eof: bool

    def decompress(self, data: bytes | memoryview, max_length: int = 0, /) -> bytes: ...


def unpack_deflated_planes(data: bytes, compression: int, outs: list[AnyArray]) -> None:
    """Fill several planes from one deflated stream, as merged pictures may hold them.

    Raises:
        PlaneDamaged: as `unpack_plane`.
    """
    inflated = _Inflated(data)
    for out in outs:
        stored = out.dtype.newbyteorder(">")
        _unpack_zip(inflated, out, stored, predicted=compression == Compression.ZIP_WITH_PREDICTION)


def _unpack_zip(inflated: _Inflated, out: AnyArray, stored: np.dtype[Any], *, predicted: bool) -> None:
    height, width = out.shape
    row_bytes = width * out.itemsize
    rows = _band_rows(row_bytes)
    for top in range(0, height, rows):
        target = out[top : top + rows]
        band = inflated.take(len(target) * row_bytes)
        if predicted:
            target[...] = _add_up(band, target.shape, stored)
        else:
            target[...] = np.frombuffer(band, stored).reshape(target.shape)


def _add_up(band: bytes, shape: tuple[int, ...], stored: np.dtype[Any]) -> AnyArray:
    height, width = shape
    if stored.itemsize == 4:
        planes = np.frombuffer(band, np.uint8).reshape(height, 4 * width)
        summed = np.cumsum(planes, axis=1, dtype=np.uint8).reshape(height, 4, width)
        # The four byte planes are sorted from the most significant down, in either byte order.
        return np.ascontiguousarray(summed.transpose(0, 2, 1)).view(">f4").reshape(height, width)
    native = np.frombuffer(band, stored).reshape(height, width).astype(stored.newbyteorder("="))
    return np.cumsum(native, axis=1, dtype=native.dtype)


class _Inflated:
    """A deflated stream, taken piece by piece."""

    def __init__(self, data: bytes) -> None:
        self._rest = memoryview(data)
        self._inflater = cast(_Inflater, isal_zlib.decompressobj())
        self._pending = b""

    def take(self, count: int) -> bytes:
        """Exactly `count` bytes more.

        Raises:
            PlaneDamaged: the stream ends sooner or is no deflate stream.
        """
        parts: list[bytes] = []
        missing = count
        while missing:
            if not self._pending:
                self._pending = bytes(self._rest[:_INPUT_BYTES])
                self._rest = self._rest[_INPUT_BYTES:]
            try:
                part = self._inflater.decompress(self._pending, missing)
            except _DEFLATE_ERRORS as error:
                raise PlaneDamaged(f"no sound deflate stream ({error})") from error
            self._pending = self._inflater.unconsumed_tail
            if not part and (self._inflater.eof or not (self._pending or self._rest)):
                raise PlaneDamaged(f"cut off: {missing} bytes of a band are missing")
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)
