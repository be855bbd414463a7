from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formats.pictures import (
    make_document,
    make_exif,
    make_samples,
    make_srgb_profile,
    only_layer,
    reread,
    save_to_bytes,
)
from mattework.document.model import ColorMode, Depth, Metadata, depth_white
from mattework.errors import DamagedFile, FileTooLarge, MatteworkError, UnsupportedFile
from mattework.formats.files import open_document
from mattework.formats.limits import Limits
from mattework.formats.tiff_write import write_tiff
from mattework.geometry import Size


def encode(pixels: Any, **options: Any) -> bytes:
    stream = BytesIO()
    options = {"metadata": None, "software": False, "photometric": "rgb", **options}
    with tifffile.TiffWriter(stream, byteorder=options.pop("byteorder", "<")) as writer:
        writer.write(pixels, **options)
    return stream.getvalue()


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 40),
    height=st.integers(1, 90),
    depth=st.sampled_from([8, 16, 32]),
    mode=st.sampled_from(list(ColorMode)),
    alpha=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_what_is_written_is_read(
    width: int, height: int, depth: Depth, mode: ColorMode, alpha: bool, seed: int
) -> None:
    document = make_document(size=Size(width, height), mode=mode, depth=depth, alpha=alpha, seed=seed)
    back = reread(document, "tiff")
    before, after = only_layer(document), only_layer(back)
    assert (back.depth, back.mode, back.size) == (depth, mode, document.size)
    exact = mode is not ColorMode.LAB or depth != 32  # float L*a*b* is stored in units of its own
    tolerance = 0.0 if exact else 1e-6
    shown = np.ones(before.pixels.shape[:2], bool)
    if before.alpha is None or float(before.alpha.min()) == depth_white(depth):
        assert after.alpha is None
    else:
        np.testing.assert_array_equal(after.alpha, before.alpha)
        shown = before.alpha > 0
    np.testing.assert_allclose(after.pixels[shown], before.pixels[shown], rtol=0, atol=tolerance)


@pytest.mark.parametrize("depth", [8, 16])
def test_pillow_reads_what_we_write(depth: Depth) -> None:
    document = make_document(depth=depth, mode=ColorMode.RGB if depth == 8 else ColorMode.GRAY)
    with Image.open(BytesIO(save_to_bytes(document, "tiff")[0])) as image:
        np.testing.assert_array_equal(
            np.asarray(image), only_layer(document).pixels.squeeze(), err_msg=image.mode
        )


@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("big_endian", [False, True])
def test_both_byte_orders_agree_with_tifffile(depth: Depth, big_endian: bool) -> None:
    pixels, alpha = make_samples(depth, 150, 31, 3), make_samples(depth, 150, 31, seed=2)
    stream = BytesIO()
    write_tiff(stream, pixels, alpha, ColorMode.RGB, Metadata(), big_endian=big_endian)
    assert stream.getvalue()[:2] == (b"MM" if big_endian else b"II")
    read = tifffile.imread(BytesIO(stream.getvalue()))
    np.testing.assert_array_equal(read[..., :3], pixels)
    np.testing.assert_array_equal(read[..., 3], alpha)


def test_metadata_travels() -> None:
    xmp = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>'
    metadata = Metadata(icc=make_srgb_profile(), exif=make_exif("<"), xmp=xmp, dpi=(300.0, 299.5))
    data, notes = save_to_bytes(make_document(metadata=metadata, alpha=True, depth=16), "tiff")
    assert notes == ()
    back = open_document(data)
    assert back.notes == ()
    assert (back.metadata.icc, back.metadata.xmp, back.metadata.dpi) == (metadata.icc, xmp, metadata.dpi)
    with tifffile.TiffFile(BytesIO(data)) as file:
        tags = file.pages[0].tags
        assert tags[271].value == "Maker & Co"
        assert tags[34665].value["ExposureTime"] == (1, 125)
        assert tags[338].value == (2,) or tags[338].value == 2
    again = open_document(save_to_bytes(back, "jpeg")[0])
    assert again.metadata.exif is not None
    assert b"note-that-must-not-move!" in again.metadata.exif


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "packbits", "lzma", "zstd"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_compressions(compression: str | None, byteorder: str) -> None:
    pixels = make_samples(16, 33, 47, 3)
    document = open_document(encode(pixels, compression=compression, byteorder=byteorder, rowsperstrip=8))
    np.testing.assert_array_equal(only_layer(document).pixels, pixels)
    assert only_layer(document).pixels.dtype.isnative


def test_tiles_planes_and_jpeg() -> None:
    pixels = make_samples(8, 50, 70, 3)
    tiled = encode(pixels, tile=(16, 32), compression="zlib", predictor=True)
    np.testing.assert_array_equal(only_layer(open_document(tiled)).pixels, pixels)
    planar = encode(np.moveaxis(pixels, -1, 0).copy(), planarconfig="separate")
    np.testing.assert_array_equal(only_layer(open_document(planar)).pixels, pixels)
    flat = np.full((32, 32, 3), (200, 100, 50), np.uint8)
    stream = BytesIO()
    Image.fromarray(flat).save(stream, "TIFF", compression="jpeg", quality=95)
    assert np.abs(only_layer(open_document(stream.getvalue())).pixels.astype(int) - flat).max() <= 4


@pytest.mark.parametrize(
    ("pixels", "expected", "depth"),
    [
        (np.array([[0.0, 0.25, 2.0]], np.float16), [[0.0, 0.25, 2.0]], 32),
        (np.array([[0.0, 0.25, 2.0]], np.float64), [[0.0, 0.25, 2.0]], 32),
        (np.array([[0, 2**32 - 1]], np.uint32), [[0.0, 1.0]], 32),
        (np.array([[0, 32767]], np.int16), [[0.0, 1.0]], 32),
        (np.array([[True, False]]), [[255, 0]], 8),
    ],
)
def test_unusual_samples_are_converted_with_a_note(pixels: Any, expected: Any, depth: int) -> None:
    document = open_document(encode(pixels, photometric="minisblack"))
    assert document.depth == depth
    assert only_layer(document).pixels[..., 0].tolist() == expected
    assert bool(document.notes) == (depth == 32)


def test_bad_floats_become_zero_with_a_note() -> None:
    pixels = np.ones((3, 4, 3), np.float32)
    pixels[0, 0, 1], pixels[1, 1, 0], pixels[1, 1, 2] = np.nan, np.inf, -np.inf
    document = open_document(encode(pixels))
    assert np.isfinite(only_layer(document).pixels).all()
    assert only_layer(document).pixels[1, 1].tolist() == [0, 1, 0]
    assert any(note.startswith("2 pixels") for note in document.notes)


def test_gray_white_palette_and_bilevel() -> None:
    gray = np.array([[0, 10, 255]], np.uint8)
    assert only_layer(open_document(encode(gray, photometric="miniswhite"))).pixels[..., 0].tolist() == [
        [255, 245, 0]
    ]
    table = np.zeros((3, 256), np.uint16)
    table[:, 1] = [257, 514, 65535]
    palette = open_document(encode(np.array([[0, 1]], np.uint8), photometric="palette", colormap=table))
    assert only_layer(palette).pixels.tolist() == [[[0, 0, 0], [1, 2, 255]]]
    stream = BytesIO()
    Image.new("1", (9, 3), 1).save(stream, "TIFF", compression="group4")
    assert (only_layer(open_document(stream.getvalue())).pixels == 255).all()


def test_a_palette_of_16_bits_keeps_its_transparency() -> None:
    table = np.zeros((3, 1 << 16), np.uint16)
    table[:, 1] = [257, 514, 65535]
    stored = np.array([[[0, 32768], [1, 65535]]], np.uint16)
    tags = [(320, 3, table.size, table.tobytes(), True)]
    gray = encode(stored, photometric="minisblack", planarconfig="contig", extrasamples=[2], extratags=tags)
    kind = struct.pack("<HHI", 262, 3, 1)
    assert gray.count(kind + struct.pack("<I", 1)) == 1
    layer = only_layer(open_document(gray.replace(kind + struct.pack("<I", 1), kind + struct.pack("<I", 3))))
    assert layer.pixels.tolist() == [[[0, 0, 0], [1, 2, 255]]]
    assert layer.alpha is not None
    assert layer.alpha.tolist() == [[128, 255]]


@pytest.mark.parametrize("depth", [8, 16, 32])
def test_premultiplied_alpha_becomes_straight(depth: Depth) -> None:
    white = depth_white(depth)
    dtype = {8: np.uint8, 16: np.uint16, 32: np.float32}[depth]
    pixels: list[list[float]] = [[white * 0.2, white * 0.4, 0, white * 0.4], [0, 0, 0, 0], [white] * 4]
    stored = np.array([pixels]).astype(dtype)
    layer = only_layer(open_document(encode(stored, extrasamples=["assocalpha"])))
    assert layer.alpha is not None
    np.testing.assert_allclose(layer.alpha[0] / white, [0.4, 0, 1], atol=0.005)
    expected = np.array([[0.5, 1, 0], [0, 0, 0], [1, 1, 1]])
    np.testing.assert_allclose(layer.pixels[0] / white, expected, atol=0.01)


def test_extra_channels_that_are_no_alpha_are_left_out_with_a_note() -> None:
    pixels = make_samples(8, 5, 6, 5)
    document = open_document(encode(pixels, extrasamples=["unspecified", "unspecified"]))
    assert only_layer(document).alpha is None
    np.testing.assert_array_equal(only_layer(document).pixels, pixels[..., :3])
    assert any("Extra channels" in note for note in document.notes)


def test_lab_pages_are_signed() -> None:
    stored = np.array([[[200, 0, 256 - 5]]], np.uint8)
    document = open_document(encode(stored, photometric="cielab"))
    assert document.mode is ColorMode.LAB
    assert only_layer(document).pixels.tolist() == [[[200, 128, 123]]]
    with Image.open(BytesIO(save_to_bytes(document, "tiff")[0])) as image:
        assert image.mode == "LAB"
        assert np.frombuffer(image.tobytes(), np.uint8).tolist() == [200, 0, 251]


def test_cmyk_keeps_its_ink() -> None:
    pixels = make_samples(8, 4, 5, 4)
    document = open_document(encode(pixels, photometric="separated"))
    assert document.mode is ColorMode.CMYK
    np.testing.assert_array_equal(only_layer(document).pixels, pixels)


def test_the_first_full_page_is_taken() -> None:
    stream = BytesIO()
    first, second = make_samples(8, 20, 30, 3), make_samples(8, 8, 8, 3, seed=5)
    with tifffile.TiffWriter(stream) as writer:
        writer.write(first[::2, ::2].copy(), photometric="rgb", subfiletype=1, metadata=None)
        writer.write(first, photometric="rgb", metadata=None)
        writer.write(second, photometric="rgb", metadata=None)
    document = open_document(stream.getvalue())
    np.testing.assert_array_equal(only_layer(document).pixels, first)
    assert any("2 pages" in note for note in document.notes)


@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
def test_truncation_is_noticed_wherever_it_is(compression: str | None) -> None:
    data = encode(make_samples(8, 40, 50, 3), compression=compression, rowsperstrip=8)
    for end in {*range(9, len(data), max(1, len(data) // 60)), len(data) - 1}:
        with pytest.raises(DamagedFile, match=r"cut\.tif"):
            open_document(data[:end], name="cut.tif")


def make_raw_tiff(entries: dict[int, tuple[int, int]], body: bytes) -> bytes:
    table = struct.pack("<H", len(entries))
    for tag, (kind, value) in sorted(entries.items()):
        table += struct.pack("<HHII", tag, kind, 1, value)
    return b"II*\0" + struct.pack("<I", 8 + len(body)) + body + table + bytes(4)


def test_lies_and_bombs_are_refused_before_decoding() -> None:
    body = zlib.compress(bytes(1_000_000), 9)
    honest = {256: (4, 1000), 257: (4, 1000), 258: (3, 8), 259: (3, 8), 262: (3, 1), 277: (3, 1)}
    honest |= {278: (4, 1000), 273: (4, 8), 279: (4, len(body))}
    assert open_document(make_raw_tiff(honest, body)).size == Size(1000, 1000)
    with pytest.raises(FileTooLarge):
        open_document(make_raw_tiff(honest | {256: (4, 100_000), 257: (4, 100_000)}, body))
    with pytest.raises(FileTooLarge):
        open_document(make_raw_tiff(honest, body), limits=Limits(max_pixels=999_999))
    for lie in ({279: (4, 1 << 30)}, {273: (4, 1 << 31)}, {257: (4, 5000)}, {259: (3, 1)}, {256: (4, 0)}):
        with pytest.raises(DamagedFile):
            open_document(make_raw_tiff(honest | lie, body))
    with pytest.raises(UnsupportedFile):
        open_document(make_raw_tiff(honest | {259: (3, 34676)}, body))


@pytest.mark.parametrize("data", [b"II*\0", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08\0\0" + bytes(20)])
def test_a_header_without_a_page_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        open_document(data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_wrong_bytes_give_a_picture_or_one_of_our_errors(data: st.DataObject) -> None:
    whole = bytearray(encode(make_samples(8, 12, 13, 3), compression="zlib"))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MatteworkError):
        open_document(bytes(whole), limits=Limits(max_pixels=1_000_000, max_bytes=50_000_000))


def test_a_ring_of_pages_ends() -> None:
    data = bytearray(encode(make_samples(8, 4, 5, 3)))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    assert open_document(bytes(data)).size == Size(5, 4)


@pytest.mark.parametrize("marked", [True, False])
def test_a_camera_raw_file_is_not_taken_for_its_preview(marked: bool) -> None:
    """As in DNG (marked) and NEF: a small preview first, the sensor's mosaic in a directory below it."""
    stream = BytesIO()
    version: list[Any] = [(50706, "B", 4, (1, 4, 0, 0), True)] if marked else []
    mosaic: list[Any] = [(33421, "H", 2, (2, 2), True), (33422, "B", 4, (0, 1, 1, 2), True)]
    with tifffile.TiffWriter(stream) as writer:
        preview = np.zeros((12, 16, 3), np.uint8)
        writer.write(preview, photometric="rgb", subfiletype=0, subifds=1, extratags=version)
        writer.write(np.zeros((48, 64), np.uint16), photometric=32803, extratags=mosaic)
    with pytest.raises(UnsupportedFile, match="Develop it in your raw converter"):
        open_document(stream.getvalue(), name="shot.tif")
