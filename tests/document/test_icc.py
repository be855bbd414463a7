from __future__ import annotations

import struct
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageCms

from mattework.arrays import Samples
from mattework.document.colour import convert_to_srgb8, is_sound_profile
from mattework.document.icc import read_simple_profile
from mattework.document.model import ColorMode

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def make_profile(curve: bytes, space: bytes = b"RGB ") -> bytes:
    """A display profile with sRGB's colours and the given tone curve; for gray, just the curve."""
    colours = {b"rXYZ": (0.43607, 0.22249, 0.01392), b"gXYZ": (0.38515, 0.71687, 0.09708)}
    colours |= {b"bXYZ": (0.14307, 0.06061, 0.7141), b"wtpt": (0.9642, 1.0, 0.8249)}
    parts = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in value))
        for name, value in colours.items()
        if space == b"RGB " or name == b"wtpt"
    }
    parts |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC") if space == b"RGB " else (b"kTRC",), curve)
    table, body = b"", b""
    start = 132 + 12 * len(parts)
    for name, data in parts.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    header[8:24] = struct.pack(">I4s4s4s", 0x02400000, b"mntr", space, b"XYZ ")
    header[36:40] = b"acsp"
    header[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    header[:4] = struct.pack(">I", start + len(body))
    return bytes(header) + struct.pack(">I", len(parts)) + table + body


LINEAR = b"curv\0\0\0\0" + struct.pack(">I", 0)
GAMMA = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
TABLE = b"curv\0\0\0\0" + struct.pack(">I5H", 5, 0, 4096, 16384, 36864, 65535) + b"\0\0"
SRGB_CURVE = b"para\0\0\0\0" + struct.pack(
    ">HH5i", 3, 0, *(round(v * 65536) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)


def as_16_bit(values: Any) -> Samples:
    return cast("Samples", np.rint(np.asarray(values) * 65535).astype(np.uint16))


@pytest.mark.parametrize(
    "curve", [LINEAR, GAMMA, TABLE, SRGB_CURVE], ids=["linear", "gamma", "table", "parametric"]
)
@pytest.mark.parametrize("space", [b"RGB ", b"GRAY"], ids=["rgb", "gray"])
def test_full_precision_agrees_with_littlecms(curve: bytes, space: bytes) -> None:
    """The same values at 8 bits go through LittleCMS and at 16 bits through our own formulas."""
    icc = make_profile(curve, space)
    mode = ColorMode.RGB if space == b"RGB " else ColorMode.GRAY
    assert is_sound_profile(icc, mode)
    assert read_simple_profile(icc, mode) is not None
    values = np.random.default_rng(0).integers(0, 256, (20, 20, mode.channels)).astype(np.uint8)
    theirs = convert_to_srgb8(values, mode, icc).astype(int)
    ours = convert_to_srgb8(as_16_bit(values / 255), mode, icc).astype(int)
    # LittleCMS takes short cuts at 8 bits for gray, which show where a linear curve is steepest.
    difference = np.abs(theirs - ours)
    assert difference.mean() <= 0.5
    assert np.percentile(difference, 95) <= 2


def test_linear_pictures_keep_their_shadows() -> None:
    ramp = np.linspace(0, 0.01, 256, dtype=np.float32).reshape(1, 256, 1).repeat(3, axis=2)
    result = convert_to_srgb8(ramp, ColorMode.RGB, make_profile(LINEAR))
    assert len(np.unique(result)) >= 25, "8-bit rounding would leave 4 levels"


def test_srgb_itself_changes_nothing_at_16_bits() -> None:
    values = np.random.default_rng(1).integers(0, 256, (16, 16, 3)) / 255
    assert np.abs(convert_to_srgb8(as_16_bit(values), ColorMode.RGB, SRGB) - np.rint(values * 255)).max() <= 1


def test_other_kinds_are_left_to_littlecms() -> None:
    assert read_simple_profile(LAB, ColorMode.LAB) is None
    assert read_simple_profile(SRGB, ColorMode.CMYK) is None
    assert read_simple_profile(SRGB, ColorMode.GRAY) is None
    assert read_simple_profile(b"", ColorMode.RGB) is None


@settings(max_examples=100, deadline=None)
@given(st.integers(128, len(SRGB) - 1), st.integers(0, 255))
def test_one_wrong_byte_is_survived(place: int, value: int) -> None:
    icc = bytearray(SRGB)
    icc[place] = value
    profile = read_simple_profile(bytes(icc), ColorMode.RGB)
    if profile is not None:
        with np.errstate(all="ignore"):
            for curve in profile.curves:
                assert curve.decode(np.linspace(0, 1, 5)).shape == (5,)
