"""Layer records of little-endian TIFF files, turned round so that the one decoder can read them.

Photoshop on Windows writes layers in TIFF files with every number reversed, four-letter keys included. Only the records
are turned here; channel bytes keep their order and are unpacked with it. Blocks whose inside we do not turn keep their key
and lose their content, so that what they stand for can still be told.

Source: Adobe Photoshop TIFF Technical Notes (2002): "all data are in the byte order of the file"; the structures are those
of the Adobe Photoshop File Formats Specification.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

from psd_tools.constants import ChannelID
from psd_tools.psd.layer_and_mask import LayerRecord
from psd_tools.psd.parse_limits import ParseLimits, parse_context

from mattework.formats.psd_layout import LayerSpot, Span, place_channels

_MOST_RECORD_BYTES = 256 << 20
_HAS_PARAMETERS = 0x10


class _Reader:
    """A little-endian source that refuses to go beyond its end."""

    def __init__(self, stream: BinaryIO, span: Span) -> None:
        self._stream = stream
        self._end = span.end
        self.at = span.start

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > self._end:
            raise ValueError("its layer records are cut off")
        self._stream.seek(self.at)
        data = self._stream.read(count)
        if len(data) != count:
            raise ValueError("its layer records are cut off")
        self.at += count
        return data

    def numbers(self, code: str) -> tuple[int, ...]:
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))


def scan_turned_layers(stream: BinaryIO, info: Span, *, name: str) -> tuple[int, tuple[LayerSpot, ...]]:
    """As `psd_layout.scan_layers`, for a little-endian list of layers.

    Raises:
        DamagedFile: channels beyond the end of the list.
        ValueError, OSError: records that are no records (for `translate_decoder_errors`).
    """
    reader = _Reader(stream, info)
    count = reader.numbers("h")[0]
    turned: list[tuple[LayerRecord, Span]] = []
    budget = ParseLimits(max_total_bytes=8 * info.size + (64 << 20))
    with parse_context(budget):
        for _ in range(abs(count)):
            start = reader.at
            data = _turn_record(reader)
            turned.append((LayerRecord.read(BytesIO(data)), Span(start, reader.at)))
    return count, place_channels(turned, reader.at, info.end, name=name)


def _turn_record(reader: _Reader) -> bytes:
    *rect, count = reader.numbers("4iH")
    out = [struct.pack(">4iH", *rect, count)]
    channels = [reader.numbers("hI") for _ in range(count)]
    out.extend(struct.pack(">hI", *channel) for channel in channels)
    out.append(_turn_key(reader.take(4)) + _turn_key(reader.take(4)) + reader.take(4))
    size = reader.numbers("I")[0]
    if size > _MOST_RECORD_BYTES:
        raise ValueError("a layer record is impossibly long")
    has_own_mask = any(number == ChannelID.REAL_USER_LAYER_MASK for number, _ in channels)
    extra = _turn_extra(reader.take(size), has_own_mask=has_own_mask)
    out.append(struct.pack(">I", len(extra)) + extra)
    return b"".join(out)


def _turn_key(key: bytes) -> bytes:
    return key[::-1]


def _turn_extra(data: bytes, *, has_own_mask: bool) -> bytes:
    """What follows a record's fixed part: mask, blending ranges, name, blocks."""
    reader = _Reader(BytesIO(data), Span(0, len(data)))
    mask = _turn_mask(reader.take(reader.numbers("I")[0]), has_own_mask=has_own_mask)
    ranges = _swap(reader.take(reader.numbers("I")[0]), 2)
    name = reader.take(1)
    name += reader.take(name[0])
    name += reader.take(min(-len(name) % 4, len(data) - reader.at))
    out = [struct.pack(">I", len(mask)), mask, struct.pack(">I", len(ranges)), ranges, name]
    while reader.at + 12 <= len(data):
        signature, key = _turn_key(reader.take(4)), _turn_key(reader.take(4))
        if signature not in (b"8BIM", b"8B64"):
            break
        body = reader.take(reader.numbers("I")[0])
        reader.take(min(-len(body) % 4, len(data) - reader.at))
        turned = _TURNERS.get(key, _drop)(body)
        out.append(signature + key + struct.pack(">I", len(turned)) + turned)
    return b"".join(out)


def _turn_mask(data: bytes, *, has_own_mask: bool) -> bytes:
    """Rectangle, outside value and flags; the same of the user's own mask beside an outline; density and feather."""
    if len(data) < 18:
        return b""
    flags, rest = data[17], data[18:]
    out = [_swap(data[:16], 4) + data[16:18]]
    if has_own_mask and len(data) >= 36:
        out.append(rest[:2] + _swap(rest[2:18], 4))
        rest = rest[18:]
    if flags & _HAS_PARAMETERS and rest:
        which, at = rest[0], 1
        out.append(rest[:1])
        for bit, size in ((1, 1), (2, 8), (4, 1), (8, 8)):
            if which & bit and at + size <= len(rest):
                out.append(rest[at : at + size][::-1])
                at += size
    turned = b"".join(out)
    return turned + b"\0" * (-len(turned) % 4)


def _swap(data: bytes, unit: int) -> bytes:
    whole = len(data) - len(data) % unit
    return b"".join(data[at : at + unit][::-1] for at in range(0, whole, unit)) + data[whole:]


def _turn_name(data: bytes) -> bytes:
    count = int.from_bytes(data[:4], "little")
    return struct.pack(">I", count) + _swap(data[4 : 4 + 2 * count], 2)


def _turn_words(data: bytes) -> bytes:
    return _swap(data, 4)


def _turn_path(data: bytes) -> bytes:
    """Version and flags of an outline (is it switched off?); its points are not needed."""
    return _swap(data[:8], 4)


def _keep(data: bytes) -> bytes:
    return data


def _drop(_: bytes) -> bytes:
    return b""


_TURNERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"luni": _turn_name,
    b"lyid": _turn_words,
    b"lsct": _turn_words,
    b"lsdk": _turn_words,
    b"vmsk": _turn_path,
    b"vsms": _turn_path,
    b"iOpa": _keep,
    b"knko": _keep,
    b"clbl": _keep,
    b"infx": _keep,
    b"tsly": _keep,
    b"lspf": _turn_words,
}
"""How the inside of a block is turned. A section divider is a number, two keys and a number: words, all reversed alike."""
