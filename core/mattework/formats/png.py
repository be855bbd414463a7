"""PNG: every colour type and bit depth in, 8 and 16 bits out, row strip by row strip.

Reading checks the chunk structure and every checksum before pixels are decoded (imagecodecs, which is libpng and keeps
16 bits); writing filters and compresses strips itself, so that 16-bit colour with alpha is written as such and a large
picture is never held twice.

Source: PNG Specification, third edition (W3C, 2025).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import Bytes, Samples
from mattework.document.model import ColorMode, Metadata, array_depth
from mattework.errors import DamagedFile
from mattework.formats.bands import Band, PageForm, cut_bands, join_alpha, regroup_rows
from mattework.formats.limits import Limits, check_size, translate_decoder_errors
from mattework.formats.metadata import RawMetadata
from mattework.formats.png_colour import make_profile, tell_about_colours
from mattework.formats.png_texts import add_texts
from mattework.formats.raster import Picture
from mattework.geometry import Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
METRES_PER_INCH = 0.0254

_XMP_KEYWORD = b"XML:com.adobe.xmp"
_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_MAX_TEXT = 64 << 20
_MAX_PROFILE = 16 << 20
_STRIP_BYTES = 1 << 19
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}


@dataclass(frozen=True, slots=True)
class _Chunk:
    """`whole` is the chunk as it lies in the file: length, kind, data, checksum."""

    kind: bytes
    whole: memoryview

    @property
    def data(self) -> memoryview:
        return self.whole[8:-4]


def read_png(stream: BinaryIO, *, limits: Limits, name: str) -> Picture:
    """Decode a PNG; of an animated one the still picture.

    Raises:
        DamagedFile: cut off, a wrong checksum, or impossible values.
        FileTooLarge: the declared size is beyond the limits.
    """
    stream.seek(0)
    with translate_decoder_errors(name, "PNG picture"):
        header = stream.read(33)
        size, bits, colour_type = _read_header(header, name)
        transparent = colour_type in (4, 6)
        check_size(size, _CHANNELS[colour_type] + (not transparent), 16 if bits == 16 else 8, limits, name)
        stream.seek(0)
        data = stream.read()
        chunks = list(_walk_chunks(data, name))
        del data
        pixels = _decode(chunks)
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if pixels.shape[:2] != size.shape:
        raise DamagedFile(f"{name} is a damaged PNG picture: its size is not what it says. Export it again.")
    mode = ColorMode.GRAY if channels <= 2 else ColorMode.RGB
    has_alpha = channels in (2, 4)
    colour = pixels[..., : mode.channels] if pixels.ndim == 3 else pixels[..., None]
    alpha = np.ascontiguousarray(pixels[..., -1]) if has_alpha else None
    notes = ("The PNG is animated: its still picture was taken.",) if _find(chunks, b"acTL") else ()
    own = _read_metadata(chunks, is_gray=colour.shape[2] == 1)
    metadata, text_notes = add_texts(
        own, ((one.kind, bytes(one.data)) for one in chunks if one.kind in _TEXTS)
    )
    return Picture(
        colour=cast("Samples", np.ascontiguousarray(colour)),
        alpha=cast("Samples | None", alpha),
        mode=mode,
        # What other programs stored as text they turned, or did not: nobody goes by the orientation in it.
        orientation=None if own.exif else 1,
        metadata=metadata,
        notes=(*notes, *text_notes, *tell_about_colours(lambda kind: _find(chunks, kind))),
    )


def write_png(stream: BinaryIO, colour: Samples, alpha: Samples | None, metadata: Metadata) -> None:
    """Write gray or RGB samples (H, W, 1 or 3), uint8 or uint16, with straight alpha (H, W) of the same type or None.

    Raises:
        ValueError: other shapes or types.
    """
    depth = array_depth(colour)
    channels = colour.shape[2]
    if depth == 32 or channels not in (1, 3) or (alpha is not None and alpha.dtype != colour.dtype):
        raise ValueError(f"PNG holds 8 or 16 bits of gray or RGB, not {colour.dtype} x {channels}.")
    form = PageForm(
        size=Size(colour.shape[1], colour.shape[0]),
        depth=depth,
        mode=ColorMode.GRAY if channels == 1 else ColorMode.RGB,
        has_alpha=alpha is not None,
    )
    write_png_bands(stream, cut_bands(colour, alpha), form, metadata)


def write_png_bands(stream: BinaryIO, bands: Iterable[Band], form: PageForm, metadata: Metadata) -> None:
    """The same of bands of rows, of any heights."""
    height, width = form.size.shape
    colour_type = (0 if form.mode is ColorMode.GRAY else 2) + (4 if form.has_alpha else 0)
    depth = form.depth
    stream.write(SIGNATURE)
    _write_chunk(stream, b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0))
    if metadata.icc:
        _write_chunk(stream, b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc))
    if metadata.dpi:
        x, y = (round(value / METRES_PER_INCH) for value in metadata.dpi)
        _write_chunk(stream, b"pHYs", struct.pack(">IIB", x, y, 1))
    if metadata.exif:
        _write_chunk(stream, b"eXIf", metadata.exif)
    if metadata.xmp:
        _write_chunk(stream, b"iTXt", _XMP_KEYWORD + b"\0\0\0\0\0" + metadata.xmp)
    for data in _compress_rows(bands, form):
        _write_chunk(stream, b"IDAT", data)
    _write_chunk(stream, b"IEND", b"")


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_header(header: bytes, name: str) -> tuple[Size, int, int]:
    if len(header) < 33 or header[12:16] != b"IHDR":
        raise DamagedFile(f"{name} is a damaged or incomplete PNG picture (no header). Copy it again.")
    width, height, bits, colour_type = struct.unpack(">IIBB", header[16:26])
    if bits not in _DEPTHS.get(colour_type, ()):
        raise DamagedFile(f"{name} is a damaged PNG picture (impossible colour type). Export it again.")
    return Size(width, height), bits, colour_type


def _walk_chunks(data: bytes, name: str) -> Iterator[_Chunk]:
    """Every chunk up to IEND, checksums proven.

    Raises:
        DamagedFile: the file ends early or a checksum is wrong.
    """
    view = memoryview(data)
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise DamagedFile(f"{name} is an incomplete PNG picture: its end is missing. Copy it again.")
        length = int.from_bytes(view[at : at + 4], "big")
        kind = bytes(view[at + 4 : at + 8])
        end = at + 12 + length
        if end > len(data):
            raise DamagedFile(f"{name} is an incomplete PNG picture: its end is missing. Copy it again.")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise DamagedFile(f"{name} is a damaged PNG picture (wrong checksum). Copy or export it again.")
        yield _Chunk(kind, view[at:end])
        if kind == b"IEND":
            return
        at = end


def _decode(chunks: list[_Chunk]) -> Samples:
    """Pixels from the chunks that make them; libpng sees no others, whatever they would do to it."""
    import imagecodecs

    needed = [chunk.whole for chunk in chunks if chunk.kind in _PIXEL_CHUNKS]
    return cast("Samples", np.asarray(imagecodecs.png_decode(b"".join([SIGNATURE, *needed]))))


def _find(chunks: list[_Chunk], kind: bytes) -> memoryview | None:
    return next((chunk.data for chunk in chunks if chunk.kind == kind), None)


def _read_metadata(chunks: list[_Chunk], *, is_gray: bool) -> RawMetadata:
    exif, physical, profile = _find(chunks, b"eXIf"), _find(chunks, b"pHYs"), _find(chunks, b"iCCP")
    dpi = None
    if physical is not None and len(physical) == 9 and physical[8] == 1:
        x, y = struct.unpack(">II", physical[:8])
        dpi = (_round_dpi(x * METRES_PER_INCH), _round_dpi(y * METRES_PER_INCH))
    made = make_profile(lambda kind: _find(chunks, kind), is_gray=is_gray)
    return RawMetadata(
        icc=made if profile is None else _read_profile(bytes(profile)),
        exif=None if exif is None else bytes(exif),
        xmp=next((xmp for chunk in chunks if (xmp := _read_xmp(chunk)) is not None), None),
        dpi=dpi,
    )


def _round_dpi(value: float) -> float:
    """PNG counts whole pixels per metre: 300 per inch come back as 299.9994. Undo that where it is plain."""
    return float(round(value)) if abs(value - round(value)) < METRES_PER_INCH / 2 else value


def _read_profile(data: bytes) -> bytes:
    """The profile of an iCCP chunk; bytes that no check will accept when it cannot be unpacked."""
    _, _, rest = data.partition(b"\0")
    return _inflate(rest[1:], _MAX_PROFILE) or b"damaged"


def _read_xmp(chunk: _Chunk) -> bytes | None:
    if chunk.kind != b"iTXt" or bytes(chunk.data[: len(_XMP_KEYWORD) + 1]) != _XMP_KEYWORD + b"\0":
        return None
    rest = bytes(chunk.data[len(_XMP_KEYWORD) + 1 :])
    parts = rest[2:].split(b"\0", 2)
    if len(rest) < 2 or len(parts) < 3:
        return None
    return (_inflate(parts[2], _MAX_TEXT) or b"damaged") if rest[0] else parts[2]


def _inflate(data: bytes, limit: int) -> bytes | None:
    try:
        stream = zlib.decompressobj()
        plain = stream.decompress(data, limit)
    except zlib.error:
        return None
    return plain if stream.eof else None


# --- writing ---------------------------------------------------------------------------------------------------------


def _write_chunk(stream: BinaryIO, kind: bytes, data: bytes) -> None:
    stream.write(struct.pack(">I", len(data)) + kind)
    stream.write(data)
    stream.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))


def _compress_rows(bands: Iterable[Band], form: PageForm) -> Iterator[bytes]:
    from isal import isal_zlib

    width = form.size.width
    pixel_bytes = (form.mode.channels + form.has_alpha) * form.depth // 8
    rows = max(1, _STRIP_BYTES // (width * pixel_bytes))
    packer = isal_zlib.compressobj(isal_zlib.ISAL_DEFAULT_COMPRESSION)
    previous = np.zeros(width * pixel_bytes, np.uint8)
    for strip in regroup_rows(join_alpha(bands), rows):
        raw = _store_rows(strip)
        packed = packer.compress(_filter_rows(raw, previous, pixel_bytes))
        previous = raw[-1]
        if packed:
            yield packed
    yield packer.flush()


def _store_rows(pixels: Samples) -> Bytes:
    """Rows as PNG stores them: big-endian; (rows, row bytes) uint8."""
    ordered = np.ascontiguousarray(pixels, np.dtype(">u2") if pixels.dtype == np.uint16 else np.uint8)
    return ordered.reshape(len(ordered), -1).view(np.uint8)


def _filter_rows(raw: Bytes, previous: Bytes, pixel_bytes: int) -> bytes:
    """Each row behind its filter byte: None, Sub, Up or Paeth, whichever leaves the smallest differences.

    Source: PNG, section 12.7 (the minimum sum of absolute differences).
    """
    above = np.concatenate([previous[None], raw[:-1]])
    left, corner = np.zeros_like(raw), np.zeros_like(raw)
    left[:, pixel_bytes:] = raw[:, :-pixel_bytes]
    corner[:, pixel_bytes:] = above[:, :-pixel_bytes]
    candidates = {0: raw, 1: raw - left, 2: raw - above, 4: raw - _predict_paeth(left, above, corner)}
    costs = np.stack(
        [np.abs(rows.view(np.int8).astype(np.int16)).sum(1, dtype=np.int64) for rows in candidates.values()]
    )
    chosen = np.array(list(candidates), np.uint8)[costs.argmin(0)]
    out = np.empty((len(raw), raw.shape[1] + 1), np.uint8)
    out[:, 0] = chosen
    for kind, rows in candidates.items():
        picked = chosen == kind
        out[picked, 1:] = rows[picked]
    return out.tobytes()


def _predict_paeth(left: Bytes, above: Bytes, corner: Bytes) -> Bytes:
    a, b, c = left.astype(np.int16), above.astype(np.int16), corner.astype(np.int16)
    from_a, from_b, from_c = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearest_b = np.where(from_b <= from_c, above, corner)
    return np.where((from_a <= from_b) & (from_a <= from_c), left, nearest_b)
