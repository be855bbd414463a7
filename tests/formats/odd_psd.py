"""Photoshop documents put together number by number, in ways that other programs and old versions are known to choose.

Made without our encoder and without psd-tools, so that a file says what the specification says and not what either thinks.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from mattework.arrays import AnyArray

Where = Literal["section", "block"]
WIDE = (b"Lr16", b"Lr32", b"Layr", b"Mt16", b"LMsk", b"lnk2", b"cinf")


@dataclass(frozen=True, kw_only=True)
class OddLayer:
    """`planes` by channel number, in the order of the file; a mask's plane is -2 and fills `mask_rect`."""

    name: bytes = b"Photo"
    rect: tuple[int, int, int, int] = (0, 0, 8, 6)  # left, top, right, bottom
    planes: dict[int, AnyArray] = field(default_factory=dict)
    packing: int = 0
    mask_rect: tuple[int, int, int, int] | None = None
    mask_tail: bytes = b"\0\0\0\0"  # colour, flags, padding …
    ranges: bytes = b""
    blocks: bytes = b""
    blend: bytes = b"norm"
    opacity: int = 255
    clipping: int = 0
    flags: int = 8
    name_padding: int = 4
    empty_channels: tuple[int, ...] = ()  # channels of no bytes at all


@dataclass(frozen=True, kw_only=True)
class OddFile:
    layers: tuple[OddLayer, ...] = ()
    merged: tuple[AnyArray, ...] = ()
    version: int = 1
    mode: int = 3
    depth: int = 8
    where: Where = "section"
    merged_packing: int = 0
    colours: bytes = b""
    resources: bytes = b""
    list_padding: int = 2  # the list of layers is filled up to a multiple of this
    mask_info: bytes | None = b""  # None: not even its length
    blocks: bytes = b""
    tail: bytes = b""  # behind the merged picture
    negative: bool = False
    size: tuple[int, int] = (8, 6)

    def build(self) -> bytes:
        width, height = self.size
        head = struct.pack(
            ">4sH6xHIIHH", b"8BPS", self.version, len(self.merged), height, width, self.depth, self.mode
        )
        parts = [head, self._count(self.colours, narrow=True), self._count(self.resources, narrow=True)]
        parts.extend([self._section(), self._merged(), self.tail])
        return b"".join(parts)

    def _count(self, data: bytes, *, narrow: bool = False) -> bytes:
        return struct.pack(">I" if narrow or self.version == 1 else ">Q", len(data)) + data

    def _section(self) -> bytes:
        if not self.layers and self.mask_info is None:
            return self._count(b"")
        listed = self._list() if self.layers else b""
        in_block = self.where == "block"
        out = self._count(b"" if in_block else listed)
        if self.mask_info is not None:
            out += self._count(self.mask_info, narrow=True)
        if in_block:
            out += block(b"Lr16" if self.depth == 16 else b"Lr32", listed, version=self.version)
        return self._count(out + self.blocks)

    def _list(self) -> bytes:
        channels = [self._channels(layer) for layer in self.layers]
        out = struct.pack(">h", -len(self.layers) if self.negative else len(self.layers))
        for layer, found in zip(self.layers, channels, strict=True):
            out += self._record(layer, found)
        out += b"".join(data for found in channels for data in found.values())
        return out + bytes(-len(out) % self.list_padding)

    def _channels(self, layer: OddLayer) -> dict[int, bytes]:
        found = {}
        for number, plane in layer.planes.items():
            found[number] = struct.pack(">H", layer.packing) + pack(plane, layer.packing, self.version)
        found.update(dict.fromkeys(layer.empty_channels, b""))
        return found

    def _record(self, layer: OddLayer, channels: dict[int, bytes]) -> bytes:
        left, top, right, bottom = layer.rect
        out = struct.pack(">4iH", top, left, bottom, right, len(channels))
        for number, data in channels.items():
            out += struct.pack(">hI" if self.version == 1 else ">hQ", number, len(data))
        out += b"8BIM" + layer.blend + bytes([layer.opacity, layer.clipping, layer.flags, 0])
        mask = b""
        if layer.mask_rect is not None:
            x0, y0, x1, y1 = layer.mask_rect
            mask = struct.pack(">4i", y0, x0, y1, x1) + layer.mask_tail
        name = bytes([len(layer.name)]) + layer.name
        name += bytes(-len(name) % layer.name_padding)
        extra = self._count(mask, narrow=True) + self._count(layer.ranges, narrow=True) + name + layer.blocks
        return out + self._count(extra, narrow=True)

    def _merged(self) -> bytes:
        if not self.merged:
            return b""
        head = struct.pack(">H", self.merged_packing)
        if self.merged_packing == 1:
            packed = [_pack_rows(plane) for plane in self.merged]
            code = ">H" if self.version == 1 else ">I"
            tables = b"".join(struct.pack(code, len(row)) for rows in packed for row in rows)
            return head + tables + b"".join(row for rows in packed for row in rows)
        if self.merged_packing == 0:
            return head + b"".join(_raw(plane) for plane in self.merged)
        return head + pack(np.concatenate(self.merged), self.merged_packing, self.version)


def pack(plane: AnyArray, packing: int, version: int) -> bytes:
    if packing == 0:
        return _raw(plane)
    if packing == 1:
        rows = _pack_rows(plane)
        return b"".join(struct.pack(">H" if version == 1 else ">I", len(row)) for row in rows) + b"".join(
            rows
        )
    if packing == 2:
        return zlib.compress(_raw(plane), 0)
    steps = plane.copy()
    steps[:, 1:] = plane[:, 1:] - plane[:, :-1]
    return zlib.compress(_raw(steps), 9)


def _raw(plane: AnyArray) -> bytes:
    return plane.astype(plane.dtype.newbyteorder(">")).tobytes()


def _pack_rows(plane: AnyArray) -> list[bytes]:
    """PackBits without a single run, and with the "do nothing" byte that old writers put at the end."""
    rows = []
    for row in plane:
        data = _raw(row)
        parts = [
            bytes([len(data[at : at + 128]) - 1]) + data[at : at + 128] for at in range(0, len(data), 128)
        ]
        rows.append(b"".join(parts) + b"\x80")
    return rows


def block(key: bytes, data: bytes, *, version: int = 1, pad: int = 1, signature: bytes = b"8BIM") -> bytes:
    wide = version == 2 and key in WIDE
    return signature + key + struct.pack(">Q" if wide else ">I", len(data)) + data + bytes(-len(data) % pad)


def resource(number: int, data: bytes, *, name: bytes = b"", signature: bytes = b"8BIM") -> bytes:
    label = bytes([len(name)]) + name
    label += bytes(len(label) % 2)
    return (
        signature
        + struct.pack(">H", number)
        + label
        + struct.pack(">I", len(data))
        + data
        + bytes(len(data) % 2)
    )


def divide(kind: int, blend: bytes | None = None, key: bytes = b"lsct") -> bytes:
    return block(key, struct.pack(">I", kind) + (b"" if blend is None else b"8BIM" + blend))


def noise(
    count: int, size: tuple[int, int] = (8, 6), *, dtype: Any = np.uint8, seed: int = 1
) -> list[AnyArray]:
    width, height = size
    top = np.iinfo(dtype).max
    return list(np.random.default_rng(seed).integers(0, top, (count, height, width), dtype, endpoint=True))
