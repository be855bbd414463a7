from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from formats.pictures import make_exif
from mattework.formats.exif import (
    append_exif,
    clean_exif,
    extract_exif,
    read_orientation,
    read_resolution,
    set_resolution,
)
from mattework.geometry import Size

ORDERS = ["<", ">"]


def load(exif: bytes) -> Image.Exif:
    """Pillow's own reading, as the second opinion."""
    loaded = Image.Exif()
    loaded.load(exif)
    return loaded


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_read_and_reset(order: str, orientation: int) -> None:
    exif = make_exif(order, orientation=orientation)
    assert load(exif)[274] == orientation
    assert read_orientation(exif) == orientation
    assert read_orientation(b"Exif\0\0" + exif) == orientation
    cleaned = clean_exif(exif, Size(640, 480))
    assert read_orientation(cleaned) == 1
    assert cleaned is not None
    assert load(cleaned)[274] == 1


@pytest.mark.parametrize("order", ORDERS)
def test_cleaning_changes_only_what_it_must(order: str) -> None:
    exif = make_exif(order, orientation=6)
    cleaned = clean_exif(exif, Size(480, 640))
    assert cleaned is not None
    assert len(cleaned) == len(exif)
    assert cleaned.find(b"note-that-must-not-move!") == exif.find(b"note-that-must-not-move!")
    camera = load(cleaned).get_ifd(34665)
    assert (camera[40962], camera[40963]) == (480, 640)
    assert sum(a != b for a, b in zip(cleaned, exif, strict=True)) <= 8


@pytest.mark.parametrize("order", ORDERS)
def test_the_thumbnail_of_the_whole_photograph_goes(order: str) -> None:
    cleaned = clean_exif(make_exif(order, thumbnail=b"\xff\xd8SECRET-BACKGROUND\xff\xd9"), Size(1, 1))
    assert cleaned is not None
    assert b"SECRET" not in cleaned
    assert load(cleaned)[271] == "Maker & Co"
    assert not load(cleaned).get_ifd(1)


@pytest.mark.parametrize("order", ORDERS)
def test_resolution_is_set_in_place_of_any_other(order: str) -> None:
    exif = set_resolution(make_exif(order), (300.0, 299.5))
    assert read_resolution(exif) == (300.0, 299.5)
    assert load(exif).get_ifd(34665)[37500] == b"note-that-must-not-move!"
    assert read_resolution(set_resolution(exif, (72.0, 72.0))) == (72.0, 72.0)
    assert read_resolution(set_resolution(None, (96.0, 96.0))) == (96.0, 96.0)


def make_tiff(order: str, big: bool) -> BytesIO:
    import tifffile

    stream = BytesIO()
    with tifffile.TiffWriter(stream, byteorder=order, bigtiff=big) as writer:
        pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
        writer.write(pixels, photometric="minisblack", metadata=None, software=False)
    return stream


@pytest.mark.parametrize("exif_order", ORDERS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("big", [False, True])
def test_a_tiff_takes_the_tags_and_gives_them_back(exif_order: str, order: str, big: bool) -> None:
    stream = make_tiff(order, big)
    append_exif(stream, make_exif(exif_order))
    import tifffile

    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        page = file.pages[0]
        assert page.tags[271].value == "Maker & Co"
        assert page.tags[34665].value["ExposureTime"] == (1, 125)
        assert page.asarray().tolist() == np.arange(12).reshape(3, 4).tolist()
    back = extract_exif(stream)
    assert back is not None
    assert load(back)[271] == "Maker & Co"
    camera = load(back).get_ifd(34665)
    assert camera[33434] == 1 / 125
    assert camera[37500] == b"note-that-must-not-move!"
    assert 40962 not in camera, "a TIFF says its size in tags of its own"
    assert load(back).get_ifd(34853)[0] == b"\x02\x03\x00\x00"


def test_a_tiff_without_a_photographs_tags_gives_none() -> None:
    assert extract_exif(make_tiff("<", False)) is None


@pytest.mark.parametrize("big", [False, True])
def test_large_values_of_the_file_stay(big: bool) -> None:
    """Layers lie in one tag of any size."""
    import tifffile

    layers = bytes(range(256)) * 40_000
    stream = BytesIO()
    with tifffile.TiffWriter(stream, bigtiff=big) as writer:
        pixels = np.zeros((3, 4), np.uint8)
        writer.write(pixels, photometric="minisblack", extratags=[(37724, 7, len(layers), layers, True)])
    append_exif(stream, make_exif())
    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        assert file.pages[0].tags[37724].value == layers
        assert file.pages[0].tags[271].value == "Maker & Co"


def test_a_broken_block_changes_nothing() -> None:
    stream = make_tiff("<", False)
    before = stream.getvalue()
    append_exif(stream, b"MM\0*\xff\xff\xff\xff")
    assert stream.getvalue() == before
    with pytest.raises(ValueError, match="no TIFF"):
        append_exif(BytesIO(b"nothing"), make_exif())


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    for block in (data, b"II*\0\x08\0\0\0" + data, b"MM\0*\0\0\0\x08" + data):
        cleaned = clean_exif(block, Size(3, 4))
        assert cleaned is None or len(cleaned) <= len(block)
        assert 1 <= read_orientation(block) <= 8
        read_resolution(block)
        assert read_resolution(set_resolution(block, (10.0, 20.0))) == (10.0, 20.0)


@given(st.integers(0, 400), st.integers(0, 255), st.sampled_from(ORDERS))
def test_one_wrong_byte_is_survived(place: int, value: int, order: str) -> None:
    block = bytearray(make_exif(order, thumbnail=bytes(40)))
    block[place % len(block)] = value
    cleaned = clean_exif(bytes(block), Size(3, 4))
    assert cleaned is None or len(cleaned) <= len(block)
    stream = make_tiff("<", False)
    append_exif(stream, bytes(block))
    extract_exif(stream)


def test_a_directory_that_claims_gigabytes_costs_nothing() -> None:
    entry = struct.pack(">HHII", 271, 2, 0xFFFFFFFF, 8)
    block = b"MM\0*\0\0\0\x08" + struct.pack(">H", 1) + entry + bytes(4)
    assert clean_exif(block, Size(1, 1)) == block
