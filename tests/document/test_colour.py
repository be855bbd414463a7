from __future__ import annotations

from io import BytesIO
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from mattework import arrays
from mattework.arrays import Samples
from mattework.document.colour import (
    convert_srgb_colour,
    convert_srgb_samples,
    convert_to_srgb8,
    is_sound_profile,
)
from mattework.document.model import ColorMode, Depth, depth_dtype, depth_white

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
DEPTHS: list[Depth] = [8, 16, 32]


def as_samples(values: Any, depth: Depth) -> Samples:
    scaled = np.asarray(values, np.float64) * depth_white(depth)
    return cast("Samples", (scaled if depth == 32 else np.rint(scaled)).astype(depth_dtype(depth)))


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("icc", [None, SRGB])
def test_srgb_stays_what_it_is(depth: Depth, icc: bytes | None) -> None:
    values = np.random.default_rng(0).integers(0, 256, (9, 11, 3)) / 255
    result = convert_to_srgb8(as_samples(values, depth), ColorMode.RGB, icc)
    assert result.dtype == np.uint8
    assert np.abs(result - np.rint(values * 255)).max() <= (0 if icc is None else 1)


@pytest.mark.parametrize("depth", DEPTHS)
def test_gray_and_naive_ink(depth: Depth) -> None:
    assert convert_to_srgb8(as_samples([[[0.2]]], depth), ColorMode.GRAY, None).tolist() == [[[51] * 3]]
    ink = as_samples([[[0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 1, 0]]], depth)
    assert convert_to_srgb8(ink, ColorMode.CMYK, None).tolist() == [
        [[255] * 3, [0, 255, 255], [0] * 3, [255, 0, 0]]
    ]


@pytest.mark.parametrize("depth", DEPTHS)
def test_lab_agrees_with_littlecms(depth: Depth) -> None:
    """Pillow's own Lab to sRGB is the second opinion."""
    random = np.random.default_rng(1)
    rgb = random.integers(0, 256, (8, 8, 3)).astype(np.uint8)
    lab = convert_srgb_samples(as_samples(rgb / 255, depth), ColorMode.LAB, None)
    plain = convert_to_srgb8(lab, ColorMode.LAB, None)
    assert np.abs(plain.astype(int) - rgb).max() <= (6 if depth == 8 else 1), "8-bit Lab is coarse"
    through = convert_to_srgb8(lab, ColorMode.LAB, LAB)
    # LittleCMS interpolates in a table there, which bends dark saturated colours.
    assert np.percentile(np.abs(through.astype(int) - rgb), 90) <= 8
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    image = ImageCms.applyTransform(Image.fromarray(rgb), to_lab)
    assert image is not None
    theirs = np.frombuffer(image.tobytes(), np.uint8).reshape(8, 8, 3).astype(int)
    theirs[..., 1:] = (theirs[..., 1:] ^ 128) - 128
    ours = lab.astype(np.float64) / depth_white(depth) * 255
    middle = {8: 128.0, 16: 32768 / 257, 32: 127.5}[depth]
    ours[..., 1:] -= middle
    assert np.abs(ours - theirs).max() <= 1.6


@pytest.mark.parametrize("depth", DEPTHS)
def test_gray_is_neutral_in_lab_with_a_profile(depth: Depth) -> None:
    lab = convert_srgb_colour((0.5, 0.5, 0.5), ColorMode.LAB, depth, LAB)
    assert lab[1:] == ({8: 128, 16: 32768, 32: 0.5}[depth],) * 2


def make_wide_profile() -> bytes:
    """sRGB with its red and green primaries swapped: a sound profile whose effect nobody can miss."""
    profile = bytearray(SRGB)
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("depth", DEPTHS)
def test_an_embedded_profile_counts(depth: Depth) -> None:
    swapped = make_wide_profile()
    assert is_sound_profile(swapped, ColorMode.RGB)
    red = convert_to_srgb8(as_samples([[[1.0, 0, 0]]], depth), ColorMode.RGB, swapped)
    assert np.abs(red[0, 0].astype(int) - [0, 255, 0]).max() <= 2
    back = convert_srgb_colour((1.0, 0.0, 0.0), ColorMode.RGB, depth, swapped)
    assert np.allclose(np.array(back) / depth_white(depth), [0, 1, 0], atol=0.01)


@pytest.mark.parametrize("mode", list(ColorMode))
@pytest.mark.parametrize("depth", DEPTHS)
def test_white_black_and_colours_come_back(mode: ColorMode, depth: Depth) -> None:
    for rgb in ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.25, 0.5, 0.75)):
        values = convert_srgb_colour(rgb, mode, depth, None)
        assert len(values) == mode.channels
        pixel = cast("Samples", np.array([[values]]).astype(depth_dtype(depth)))
        back = convert_to_srgb8(pixel, mode, None)[0, 0] / 255
        expected = rgb if mode is not ColorMode.GRAY else (back[0],) * 3
        assert np.abs(back - expected).max() <= 0.012
    assert convert_srgb_colour((1, 1, 1), ColorMode.CMYK, 8, None) == (0, 0, 0, 0)
    assert convert_srgb_colour((1, 1, 1), ColorMode.GRAY, 16, None) == (65535,)


@pytest.mark.parametrize(
    "icc",
    [
        b"",
        b"not a profile",
        bytes(128),
        SRGB[:200],
        SRGB[:36] + b"xxxx" + SRGB[40:],
        LAB,
        SRGB[:132] + bytes(len(SRGB) - 132),
    ],
)
def test_corrupt_or_foreign_profiles_are_not_sound_and_change_nothing(icc: bytes) -> None:
    assert not is_sound_profile(icc, ColorMode.RGB)
    pixels = np.full((2, 2, 3), 77, np.uint8)
    assert (convert_to_srgb8(pixels, ColorMode.RGB, icc) == 77).all() or icc == LAB


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SRGB) - 1), st.integers(0, 255))
def test_one_wrong_byte_in_a_profile_is_survived(place: int, value: int) -> None:
    icc = bytearray(SRGB)
    icc[place] = value
    pixels = np.full((2, 2, 3), 77, np.uint8)
    if is_sound_profile(bytes(icc), ColorMode.RGB):
        assert convert_to_srgb8(pixels, ColorMode.RGB, bytes(icc)).shape == (2, 2, 3)


def test_strips_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(2).integers(0, 65536, (37, 23, 4)).astype(np.uint16)
    whole = convert_to_srgb8(pixels, ColorMode.CMYK, None)
    monkeypatch.setattr(arrays, "STRIP_PIXELS", 50)
    np.testing.assert_array_equal(convert_to_srgb8(pixels, ColorMode.CMYK, None), whole)


def test_every_16_bit_value_rounds_right() -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
    result = convert_to_srgb8(ramp, ColorMode.GRAY, None)[..., 0]
    np.testing.assert_array_equal(result, np.floor(ramp[..., 0] / 257 + 0.5).astype(np.uint8))


def test_bad_floats_are_shown_as_black_or_white() -> None:
    pixels = np.array([[[np.nan, np.inf, -np.inf]]], np.float32)
    assert convert_to_srgb8(pixels, ColorMode.RGB, None).tolist() == [[[0, 255, 0]]]


def test_a_real_cmyk_profile_if_there_is_one() -> None:
    """No CMYK profile may be shipped here; the ones of Ghostscript or colord are used where they are installed."""
    from pathlib import Path

    found = next(
        (
            path
            for path in Path("/usr/share").glob("color/icc/**/*.icc")
            if path.read_bytes()[16:20] == b"CMYK"
        ),
        None,
    )
    if found is None:
        pytest.skip("no CMYK profile is installed on this machine")
    icc = found.read_bytes()
    white = convert_to_srgb8(np.zeros((1, 1, 4), np.uint8), ColorMode.CMYK, icc)
    assert white.min() > 240
    assert BytesIO(icc).getvalue() == icc
