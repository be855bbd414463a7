"""Layered TIFF: the layers come back in either byte order, and the flat page is what everyone else sees."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from psd_tools.constants import Compression
from psd_tools.psd.layer_and_mask import LayerRecord

from formats.layered import LIMITS, assert_same_layers, make_layered, noise
from formats.pictures import make_exif, make_srgb_profile
from mattework.arrays import AnyArray
from mattework.document import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Node,
    composite,
    depth_white,
)
from mattework.document.composite import flatten_document
from mattework.errors import DamagedFile, FormatCannotHold, MatteworkError
from mattework.formats import layered_tiff
from mattework.formats.layered_tiff import read_layered_tiff, write_layered_tiff
from mattework.formats.psd_encode import list_layers, plane_compression
from mattework.formats.psd_planes import PackedPlane, pack_plane, unpack_plane
from mattework.geometry import Rect, Size

DEPTHS: tuple[Depth, ...] = (8, 16, 32)


def write(document: Document) -> bytes:
    stream = BytesIO()
    write_layered_tiff(document, stream)
    return stream.getvalue()


def reread(data: bytes) -> Document:
    document = read_layered_tiff(BytesIO(data), limits=LIMITS, name="design.tif")
    assert document is not None
    return document


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", ColorMode, ids=str)
def test_round_trip_keeps_every_layer(mode: ColorMode, depth: Depth) -> None:
    document = make_layered(mode, depth)
    back = reread(write(document))
    assert_same_layers(back, document)
    assert back.notes == ()
    assert back.metadata.dpi == (300.0, 150.0)
    color, _ = flatten_document(document)
    assert back.composite is not None
    tolerance = 1e-6 if depth == 32 else 0
    assert np.abs(back.composite.astype(float) - color.astype(float)).max() <= tolerance


def test_metadata_travel() -> None:
    document = make_layered()
    metadata = replace(document.metadata, icc=make_srgb_profile(), exif=make_exif())
    data = write(replace(document, metadata=metadata))
    assert data[:2] == b"MM"
    back = reread(data)
    assert back.metadata.icc == metadata.icc
    assert back.metadata.exif is not None
    with Image.open(BytesIO(data)) as image:
        assert image.getexif().get_ifd(0x8769)


def test_others_see_the_flat_page() -> None:
    document = make_layered()
    color, _ = flatten_document(document)
    data = write(document)
    with Image.open(BytesIO(data)) as image:
        assert np.array_equal(np.asarray(image), color)
    assert np.array_equal(tifffile.imread(BytesIO(data)), color)


def test_a_page_of_many_strips_and_bands_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composite, "_BAND_PIXELS", 64 * 50)
    rect = Rect(0, 0, 50, 333)
    color = noise(rect, 16, 3)
    half = Layer(
        "half", Rect(0, 0, 50, 100), noise(Rect(0, 0, 50, 100), 16, 3), noise(Rect(0, 0, 50, 100), 16)
    )
    document = Document(rect.size, ColorMode.RGB, 16, (Layer("ground", rect, color), half))
    data = write(document)
    assert_same_layers(reread(data), document)
    assert np.array_equal(tifffile.imread(BytesIO(data)), flatten_document(document)[0])


def test_a_transparent_picture_has_an_opaque_page_on_white_and_says_so() -> None:
    document = make_layered(transparent=True)
    stream = BytesIO()
    notes = write_layered_tiff(document, stream)
    assert any("white" in note for note in notes)
    color, alpha = flatten_document(document)
    assert alpha is not None
    share = alpha[..., None] / 255
    page = tifffile.imread(BytesIO(stream.getvalue()))
    assert page.shape == color.shape
    assert np.abs(page - (color * share + 255 * (1 - share))).max() <= 1
    assert_same_layers(reread(stream.getvalue()), document)


def test_a_flat_tiff_has_no_layers() -> None:
    stream = BytesIO()
    Image.new("RGB", (5, 4)).save(stream, "TIFF")
    assert read_layered_tiff(stream, limits=LIMITS, name="flat.tif") is None


def test_too_much_for_a_tiff_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layered_tiff, "CLASSIC_BYTES", 1000)
    with pytest.raises(FormatCannotHold, match="PSB"):
        write_layered_tiff(make_layered(), BytesIO())


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_cut_files_are_refused(part: float) -> None:
    data = write(make_layered(depth=16))
    with pytest.raises(DamagedFile):
        read_layered_tiff(BytesIO(data[: int(len(data) * part)]), limits=LIMITS, name="design.tif")


# --- little-endian files, as Photoshop writes them on Windows ------------------------------------------------------------


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


def _make_little(document: Document) -> bytes:
    """A little-endian file with the document's layers, made independently of the code that reads it."""
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
    color, _ = flatten_document(document)
    stream = BytesIO()
    tifffile.imwrite(
        stream, color, byteorder="<", photometric="rgb", extratags=[(37724, 7, len(blob), blob, True)]
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


@pytest.mark.parametrize("depth", DEPTHS)
def test_little_endian_layers_are_read(depth: Depth) -> None:
    document = make_layered(depth=depth)
    assert_same_layers(reread(_make_little(document)), document)


def test_little_endian_differences_are_added_up_in_their_own_order() -> None:
    plane = noise(Rect(0, 0, 9, 5), 16)
    steps = plane.copy()
    steps[:, 1:] -= plane[:, :-1]
    data = zlib.compress(steps.astype("<u2").tobytes())
    out = np.empty_like(plane)
    unpack_plane(data, Compression.ZIP_WITH_PREDICTION, out, version=1, order="<")
    assert np.array_equal(out, plane)


@pytest.mark.parametrize("at", range(0, 370, 7))
def test_damaged_little_endian_layers_never_crash(at: int) -> None:
    size = Size(6, 5)
    layer = Layer("one", size.rect, noise(size.rect, 8, 3), blend=BlendMode.MULTIPLY)
    data = bytearray(_make_little(Document(size, ColorMode.RGB, 8, (layer,))))
    start = data.index(b"Adobe Photoshop Document Data Block") + 36
    data[start + at] ^= 0xFF
    with suppress(MatteworkError):
        read_layered_tiff(BytesIO(bytes(data)), limits=LIMITS, name="design.tif")


def test_a_file_of_photoshop_on_windows(shared_data: Path) -> None:
    path = next((shared_data / "psd-corpus").rglob("tiff_adobe_deflate.tif"), None)
    if path is None:
        pytest.skip("needs the collection of Photoshop files")
    document = reread(path.read_bytes())
    assert [layer.name for layer in document.walk_layers()] == ["Background", "Layer 1"]
    assert document.composite is not None
    color, _ = flatten_document(document)
    assert np.abs(color.astype(int) - document.composite).max() <= 1
