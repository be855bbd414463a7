"""Layered TIFF files with the numbers turned round, as Photoshop writes them on Windows."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import tifffile
from psd_tools.constants import Compression
from psd_tools.psd.layer_and_mask import LayerRecord

from mattework.arrays import AnyArray
from mattework.document.composite import flatten_document
from mattework.document.model import Document, Group, Node, depth_white
from mattework.formats.psd_encode import list_layers, plane_compression
from mattework.formats.psd_planes import PackedPlane, pack_plane


def _little_record(record: LayerRecord, sizes: list[int]) -> bytes:
    """A record with the blocks that matter here, every number and key reversed."""
    out = [struct.pack("<4iH", record.top, record.left, record.bottom, record.right, len(sizes))]
    for channel, size in zip(record.channel_info, sizes, strict=True):
        out.append(struct.pack("<hI", int(channel.id), size))
    flags = record.flags.tobytes()[0]
    out.append(b"MIB8" + bytes(record.blend_mode.value)[::-1])
    out.append(bytes([record.opacity, int(record.clipping), flags, 0]))
    mask = b""
    if record.mask_data is not None:
        data = record.mask_data
        mask = struct.pack("<4i", data.top, data.left, data.bottom, data.right)
        mask += bytes([data.background_color, data.flags.tobytes()[0], 0, 0])
    name = record.tagged_blocks.get_data(b"luni")
    text = name.encode("utf-16-le")
    blocks = [(b"luni", struct.pack("<I", len(text) // 2) + text), (b"abcd", b"unknown")]
    divider = record.tagged_blocks.get_data(b"lsct")
    if divider is not None:
        body = struct.pack("<I", int(divider.kind))
        if divider.blend_mode is not None:
            body += b"MIB8" + bytes(divider.blend_mode.value)[::-1]
        blocks.append((b"lsct", body))
    extra = struct.pack("<I", len(mask)) + mask + struct.pack("<I", 0) + b"\x01?\0\0"
    for block_key, body in blocks:
        extra += b"MIB8" + block_key[::-1] + struct.pack("<I", len(body)) + body + b"\0" * (-len(body) % 4)
    return b"".join(out) + struct.pack("<I", len(extra)) + extra


def _little_plane(plane: PackedPlane | None, raw: bytes) -> bytes:
    """PackBits with its table turned; everything else as raw samples."""
    if plane is not None and plane.row_sizes is not None:
        return struct.pack("<H", Compression.RLE) + plane.row_sizes.astype("<u2").tobytes() + plane.payload
    return struct.pack("<H", Compression.RAW) + raw


def make_little(document: Document, picture: AnyArray | None = None, **page: Any) -> bytes:
    """A little-endian file with the document's layers, made independently of the code that reads it.

    `picture` (by default what the layers make) is the flat page, and `page` are options of tifffile for it.
    """
    listed = list_layers(document)
    compression = plane_compression(document.depth)
    planes = _raw_planes(document)
    records, channels = [], []
    for record, row in zip(listed.records, listed.planes, strict=True):
        packed = [
            None if plane is None else pack_plane(plane.pixels, compression, invert=plane.is_ink)
            for plane in row
        ]
        data = [_little_plane(plane, next(planes) if plane is not None else b"") for plane in packed]
        records.append(_little_record(record, [len(item) for item in data]))
        channels.extend(data)
    body = struct.pack("<h", len(records)) + b"".join(records + channels)
    body += b"\0" * (-len(body) % 4)
    key = {8: b"Layr", 16: b"Lr16", 32: b"Lr32"}[document.depth]
    blob = (
        b"Adobe Photoshop Document Data Block\0" + b"MIB8" + key[::-1] + struct.pack("<I", len(body)) + body
    )
    color = flatten_document(document)[0] if picture is None else picture
    stream = BytesIO()
    tifffile.imwrite(
        stream, color, byteorder="<", photometric="rgb", extratags=[(37724, 7, len(blob), blob, True)], **page
    )
    return stream.getvalue()


def _raw_planes(document: Document) -> Iterator[bytes]:
    """Little-endian samples in the order of the records: alpha, colours, mask."""
    order = np.dtype({8: "u1", 16: "<u2", 32: "<f4"}[document.depth])

    def visit(nodes: tuple[Node, ...]) -> Iterator[AnyArray]:
        for node in nodes:
            if isinstance(node, Group):
                yield from visit(node.children)
            elif not node.rect.is_empty:
                white = np.full(node.rect.size.shape, depth_white(document.depth))
                yield white if node.alpha is None else node.alpha
                yield from (node.pixels[..., index] for index in range(document.mode.channels))
            if node.mask is not None:
                yield node.mask.pixels

    return (plane.astype(order).tobytes() for plane in visit(document.layers))
