"""PNG files that say their colours by gamma and primaries."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from formats.pictures import make_png, make_srgb_profile
from mattework.formats.files import open_document

GAMMA_22, LINEAR, SRGB_GAMMA = (struct.pack(">I", value) for value in (45_000, 100_000, 45_455))
ADOBE = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
SRGB = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
RGB, GRAY = (1, 1, 8, 2, bytes([0, 120, 80, 40])), (1, 1, 8, 0, bytes([0, 120]))


def show(profile: bytes, pixel: tuple[int, ...]) -> tuple[int, ...]:
    """A pixel of these colours in sRGB."""
    mode = "RGB" if len(pixel) == 3 else "L"
    picture = Image.new(mode, (1, 1), pixel if len(pixel) == 3 else pixel[0])
    from_profile = ImageCms.ImageCmsProfile(BytesIO(profile))
    shown = ImageCms.profileToProfile(picture, from_profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert shown is not None
    seen = shown.getpixel((0, 0))
    assert isinstance(seen, tuple)
    return tuple(int(value) for value in seen)


def encode(linear: float) -> float:
    """sRGB's own curve, IEC 61966-2-1."""
    return 255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)


def test_a_linear_file_keeps_its_brightness() -> None:
    for form in (RGB, GRAY):
        document = open_document(make_png(*form, (b"gAMA", LINEAR)))
        assert document.metadata.icc is not None
        pixel = tuple(form[4][1:])
        wanted = [encode(value / 255) for value in (pixel if len(pixel) == 3 else pixel * 3)]
        assert show(document.metadata.icc, pixel) == pytest.approx(wanted, abs=1.5)
        assert document.notes == ()


def test_wide_primaries_are_not_taken_for_small_ones() -> None:
    document = open_document(make_png(*RGB, (b"gAMA", GAMMA_22), (b"cHRM", ADOBE)))
    assert document.metadata.icc is not None
    light = (np.array([120, 80, 40]) / 255) ** (100_000 / 45_000)
    # Adobe RGB (1998), 4.3.5.3, and IEC 61966-2-1: to XYZ and back.
    to_xyz = np.array([[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]])
    to_srgb = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.204, 1.057]])
    wanted = [encode(float(value)) for value in to_srgb @ to_xyz @ light]
    assert show(document.metadata.icc, (120, 80, 40)) == pytest.approx(wanted, abs=2)
    again = open_document(make_png(*RGB, (b"gAMA", GAMMA_22), (b"cHRM", ADOBE)))
    assert again.metadata.icc == document.metadata.icc


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"gAMA", SRGB_GAMMA)],
        [(b"gAMA", SRGB_GAMMA), (b"cHRM", SRGB)],
        [(b"sRGB", b"\0"), (b"gAMA", LINEAR)],
        [(b"gAMA", bytes(4))],
        [(b"gAMA", b"\0\0")],
        [(b"cHRM", SRGB)],
    ],
)
def test_what_is_like_srgb_or_makes_no_sense_gets_no_profile(chunks: list[tuple[bytes, bytes]]) -> None:
    document = open_document(make_png(*RGB, *chunks))
    assert document.metadata.icc is None
    assert document.notes == ()


def test_a_profile_goes_before_gamma() -> None:
    profile = make_srgb_profile()
    own = b"iCCP", b"a\0\0" + zlib.compress(profile)
    assert open_document(make_png(*RGB, own, (b"gAMA", LINEAR))).metadata.icc == profile


def test_primaries_without_a_curve_are_told() -> None:
    document = open_document(make_png(*RGB, (b"cHRM", ADOBE)))
    assert document.metadata.icc is None
    assert any("primaries without a gamma" in note for note in document.notes)
