from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.pictures import make_samples
from mattework.arrays import Samples
from mattework.document.colour import convert_to_srgb8
from mattework.document.model import ColorMode, Depth, depth_dtype
from mattework.formats.straight import (
    change_depth,
    exceeds_unit_range,
    flatten_on_colour,
    paper_white,
    unpremultiply,
)


def test_every_8_bit_value_survives_every_depth() -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for depth in (16, 32):
        np.testing.assert_array_equal(change_depth(change_depth(values, depth), 8), values)


def test_every_16_bit_value_survives_float_and_rounds_to_8() -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(change_depth(change_depth(values, 32), 16), values)
    np.testing.assert_array_equal(
        change_depth(values, 8), np.floor(values.astype(np.float64) / 257 + 0.5).astype(np.uint8)
    )


def test_float_beyond_the_range_is_clipped() -> None:
    values = np.array([[-1.0, 0.5, 3.0]], np.float32)
    assert change_depth(values, 8).tolist() == [[0, 128, 255]]
    assert exceeds_unit_range(values)
    assert not exceeds_unit_range(np.clip(values, 0, 1))
    assert not exceeds_unit_range(make_samples(16, 3, 3))


DEPTHS: list[Depth] = [8, 16, 32]


@pytest.mark.parametrize("have", DEPTHS)
@pytest.mark.parametrize("depth", DEPTHS)
def test_white_paper_stays_white_paper_at_every_depth(have: Depth, depth: Depth) -> None:
    for mode in ColorMode:
        paper = cast("Samples", np.broadcast_to(paper_white(mode, have), (2, 3, mode.channels)))
        changed = change_depth(paper, depth, mode)
        assert changed.dtype == depth_dtype(depth)
        assert (changed == paper_white(mode, depth)).all(), mode


@pytest.mark.parametrize("depth", DEPTHS[1:])
def test_every_8_bit_lab_value_survives_every_depth(depth: Depth) -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=-1)
    deep = change_depth(values, depth, ColorMode.LAB)
    np.testing.assert_array_equal(change_depth(deep, 8, ColorMode.LAB), values)


def test_every_16_bit_lab_value_survives_float() -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, axis=-1)
    through = change_depth(change_depth(values, 32, ColorMode.LAB), 16, ColorMode.LAB)
    np.testing.assert_array_equal(through, values)


@pytest.mark.parametrize("depth", DEPTHS)
def test_lab_is_the_same_colour_at_another_depth(depth: Depth) -> None:
    lab = np.random.default_rng(2).integers(64, 192, (20, 20, 3), np.uint8)
    expected = convert_to_srgb8(lab, ColorMode.LAB, None).astype(int)
    found = convert_to_srgb8(change_depth(lab, depth, ColorMode.LAB), ColorMode.LAB, None)
    assert np.abs(found - expected).max() <= 1


def test_opacities_beside_lab_are_no_colours() -> None:
    alpha = np.array([[0, 128, 255]], np.uint8)
    assert change_depth(alpha, 16, ColorMode.LAB).tolist() == [[0, 128 * 257, 65535]]


@given(st.sampled_from([8, 16, 32]), st.integers(0, 99))
def test_premultiplied_colours_come_back(depth: Depth, seed: int) -> None:
    white = {8: 255, 16: 65535, 32: 1}[depth]
    colour, alpha = make_samples(depth, 7, 9, 3, seed=seed), make_samples(depth, 7, 9, seed=seed + 1)
    stored = colour.astype(np.float64) * alpha[..., None] / white
    rounded = (stored if depth == 32 else np.rint(stored)).astype(colour.dtype)
    straight = unpremultiply(cast("Samples", rounded), alpha)
    error = np.abs(straight.astype(np.float64) - colour) * (alpha[..., None] / white)
    assert error[alpha > 0].max(initial=0) <= (1e-6 if depth == 32 else 1.0)
    assert (straight[alpha == 0] == 0).all()


def test_flattening_mixes_exactly() -> None:
    colour = np.array([[[200, 100, 0]] * 3], np.uint8)
    alpha = np.array([[0, 128, 255]], np.uint8)
    flat = flatten_on_colour(colour, alpha, (0.0, 0.0, 255.0))
    assert flat.tolist() == [[[0, 0, 255], [100, 50, 127], [200, 100, 0]]]
