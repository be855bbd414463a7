from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formats.pictures import (
    make_document,
    make_exif,
    make_png,
    make_srgb_profile,
    only_layer,
    png_chunk,
    reread,
    save_to_bytes,
)
from mattework.document.model import ColorMode, Depth, Metadata, depth_white
from mattework.errors import DamagedFile, FileTooLarge
from mattework.formats.files import open_document
from mattework.formats.limits import Limits
from mattework.formats.xmp import put_recipe
from mattework.geometry import Size
from mattework.recipe import Recipe, RecipeInputs


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    depth=st.sampled_from([8, 16]),
    mode=st.sampled_from([ColorMode.GRAY, ColorMode.RGB]),
    alpha=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_what_is_written_is_read(
    width: int, height: int, depth: Depth, mode: ColorMode, alpha: bool, seed: int
) -> None:
    document = make_document(size=Size(width, height), mode=mode, depth=depth, alpha=alpha, seed=seed)
    back = reread(document, "png")
    before, after = only_layer(document), only_layer(back)
    assert (back.depth, back.mode, back.size) == (depth, mode, document.size)
    if before.alpha is None or int(before.alpha.min()) == depth_white(depth):
        assert after.alpha is None
        np.testing.assert_array_equal(after.pixels, before.pixels)
    else:
        np.testing.assert_array_equal(after.alpha, before.alpha)
        shown = before.alpha > 0
        np.testing.assert_array_equal(after.pixels[shown], before.pixels[shown])


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 30_000), Size(30_000, 1), Size(1500, 1200)])
def test_odd_and_larger_sizes_agree_with_libpng(size: Size, depth: Depth) -> None:
    import imagecodecs

    document = make_document(size=size, depth=depth)
    data, _ = save_to_bytes(document, "png")
    np.testing.assert_array_equal(imagecodecs.png_decode(data), only_layer(document).pixels)


@pytest.mark.parametrize(
    ("bits", "colour_type", "row", "extra", "colour", "alpha"),
    [
        (1, 0, bytes([0b01000000]), [], [[0, 255]], None),
        (2, 0, bytes([0b00011011]), [], [[0, 85, 170, 255]], None),
        (2, 0, bytes([0b00011011]), [(b"tRNS", b"\0\1")], [[0, 85, 170, 255]], [[255, 0, 255, 255]]),
        (4, 0, bytes([0x0F]), [], [[0, 255]], None),
        (8, 4, bytes([9, 77]), [], [[9]], [[77]]),
        (16, 0, b"\1\2\xff\xff", [(b"tRNS", b"\1\2")], [[258, 65535]], [[0, 65535]]),
        (16, 4, b"\1\2\3\4", [], [[258]], [[772]]),
    ],
)
def test_gray_kinds(
    bits: int,
    colour_type: int,
    row: bytes,
    extra: list[tuple[bytes, bytes]],
    colour: list[list[int]],
    alpha: list[list[int]] | None,
) -> None:
    document = open_document(make_png(len(colour[0]), 1, bits, colour_type, b"\0" + row, *extra))
    layer = only_layer(document)
    assert document.mode is ColorMode.GRAY
    assert document.depth == (16 if bits == 16 else 8)
    assert layer.pixels[..., 0].tolist() == colour
    assert (None if layer.alpha is None else layer.alpha.tolist()) == alpha


@pytest.mark.parametrize(
    ("bits", "colour_type", "row", "extra", "colour", "alpha"),
    [
        (1, 3, bytes([0b01000000]), [(b"PLTE", bytes([1, 2, 3, 4, 5, 6]))], [[1, 2, 3], [4, 5, 6]], None),
        (
            8,
            3,
            bytes([1, 0]),
            [(b"PLTE", bytes([1, 2, 3, 4, 5, 6])), (b"tRNS", bytes([40]))],
            [[4, 5, 6], [1, 2, 3]],
            [255, 40],
        ),
        (8, 2, bytes([1, 2, 3, 4, 5, 6]), [(b"tRNS", b"\0\4\0\5\0\6")], [[1, 2, 3], [4, 5, 6]], [255, 0]),
        (
            16,
            6,
            struct.pack(">8H", *range(1000, 1008)),
            [],
            [[1000, 1001, 1002], [1004, 1005, 1006]],
            [1003, 1007],
        ),
    ],
)
def test_colour_kinds(
    bits: int,
    colour_type: int,
    row: bytes,
    extra: list[tuple[bytes, bytes]],
    colour: list[list[int]],
    alpha: list[int] | None,
) -> None:
    document = open_document(make_png(2, 1, bits, colour_type, b"\0" + row, *extra))
    layer = only_layer(document)
    assert document.mode is ColorMode.RGB
    assert layer.pixels[0].tolist() == colour
    assert (None if layer.alpha is None else layer.alpha[0].tolist()) == alpha


def test_gamma_is_ignored_and_an_animation_gives_its_still_picture() -> None:
    stream = BytesIO()
    first = Image.new("RGB", (4, 4), (10, 20, 30))
    first.save(stream, "PNG", save_all=True, append_images=[Image.new("RGB", (4, 4), (200, 0, 0))])
    document = open_document(stream.getvalue())
    assert only_layer(document).pixels[0, 0].tolist() == [10, 20, 30]
    assert any("animated" in note for note in document.notes)
    plain = make_png(1, 1, 8, 0, b"\0\x40", (b"gAMA", struct.pack(">I", 100_000)))
    assert only_layer(open_document(plain)).pixels.tolist() == [[[64]]]


def test_metadata_travels() -> None:
    xmp = put_recipe(None, Recipe(), RecipeInputs())
    metadata = Metadata(icc=make_srgb_profile(), exif=make_exif(orientation=1), xmp=xmp, dpi=(300.0, 150.0))
    data, notes = save_to_bytes(make_document(metadata=metadata), "png")
    assert notes == ()
    back = open_document(data)
    assert back.notes == ()
    assert back.metadata.icc == metadata.icc
    assert back.metadata.dpi == (300.0, 150.0)
    assert back.metadata.exif is not None
    assert b"Maker & Co" in back.metadata.exif
    assert back.metadata.xmp is not None
    assert b"mattework:Recipe" not in back.metadata.xmp, "a flat picture has no layer for a recipe"
    with Image.open(BytesIO(data)) as image:
        assert image.info["icc_profile"] == metadata.icc
        assert image.info["dpi"] == pytest.approx((300, 150), abs=0.1)
        assert image.getexif()[271] == "Maker & Co"
        assert "xmp" in image.info


def test_a_broken_profile_is_a_note_and_not_an_error() -> None:
    for body in (b"a\0\0" + zlib.compress(b"no profile"), b"a\0\0not deflate", b"a"):
        document = open_document(make_png(1, 1, 8, 0, b"\0\7", (b"iCCP", body)))
        assert document.metadata.icc is None
        assert any("profile" in note for note in document.notes)


def test_truncation_at_every_byte_is_noticed() -> None:
    data, _ = save_to_bytes(make_document(size=Size(9, 7), depth=16, alpha=True), "png")
    for end in range(1, len(data)):
        if end >= 8:
            with pytest.raises(DamagedFile):
                open_document(data[:end], name="cut.png")
    open_document(data + b"trailing bytes do no harm")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_flipped_bit_is_noticed(data: st.DataObject) -> None:
    whole = bytearray(save_to_bytes(make_document(size=Size(9, 7)), "png")[0])
    place = data.draw(st.integers(8, len(whole) - 1))
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((DamagedFile, FileTooLarge)):
        open_document(bytes(whole))


def test_a_header_that_promises_more_than_the_file_holds() -> None:
    with pytest.raises(DamagedFile):
        open_document(make_png(4, 400, 8, 0, bytes(5 * 4)))


def test_bombs_are_refused_before_they_are_decoded() -> None:
    rows = b"\0" * 100_000
    with pytest.raises(FileTooLarge):
        open_document(make_png(60_000, 60_000, 8, 2, rows))
    with pytest.raises(FileTooLarge):
        open_document(make_png(5000, 5000, 16, 6, rows), limits=Limits(max_bytes=100_000_000))
    header = struct.pack(">IIBBBBB", 0, 5, 8, 2, 0, 0, 0)
    with pytest.raises(DamagedFile):
        open_document(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IEND", b""))
