from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mattework.arrays import Bytes, Floats
from mattework.finding import open_model
from mattework.segment.subject import find_subject
from mattework.segment.tones import FULL_RANGE, spread_tones
from segment.sample_photos import read_sample


def overlap(one: Floats, other: Floats) -> float:
    a, b = one > 0.5, other > 0.5
    return float((a & b).sum() / (a | b).sum())


def test_a_photo_of_all_tones_is_left_as_it_is() -> None:
    rgb = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)

    assert spread_tones(rgb) is rgb


def test_few_tones_reach_from_black_to_white_and_keep_their_order_and_hue() -> None:
    ramp = np.linspace(100, 160, 200).astype(np.uint8)
    rgb = np.dstack([np.tile(ramp, (50, 1))] * 3)
    rgb[..., 0] += 10

    spread = spread_tones(rgb)

    assert spread.min() <= 8
    assert spread.max() >= 247
    assert (np.diff(spread[0].astype(int), axis=0) >= 0).all()
    assert (spread[..., 0] > spread[..., 1]).mean() > 0.9
    assert (spread[..., 1] == spread[..., 2]).all()


@pytest.mark.parametrize("level", [0, 128, 255])
def test_noise_on_a_flat_picture_is_not_blown_up(level: int) -> None:
    noise = np.random.default_rng(1).integers(-2, 3, (64, 64, 3))
    rgb = np.clip(level + noise, 0, 255).astype(np.uint8)

    assert spread_tones(rgb) is rgb


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=20).map(lambda s: (*s, 3))))
def test_any_picture_keeps_its_shape_and_order(rgb: Bytes) -> None:
    spread = spread_tones(rgb)

    assert spread.shape == rgb.shape
    assert spread.dtype == np.uint8
    order = np.argsort(rgb.ravel(), kind="stable")
    assert (np.diff(spread.ravel()[order].astype(int)) >= 0).all()
    seen = int(rgb.max()) - int(rgb.min())
    if seen < 8:
        assert spread is rgb


@given(st.integers(0, 255), st.integers(0, 255))
def test_what_is_wide_enough_is_not_touched(low: int, high: int) -> None:
    rgb = np.full((10, 10, 3), low, np.uint8)
    rgb[5:] = high

    assert (spread_tones(rgb) is rgb) is not (8 <= abs(high - low) < FULL_RANGE)


@pytest.mark.parametrize(("name", "gain", "offset"), [("coffee", 0.35, 0), ("chelsea", 0.15, 100)])
def test_the_subject_of_a_dark_or_flat_photo_is_that_of_the_good_one(
    name: str, gain: float, offset: int
) -> None:
    """With its tones as they are the cup loses a sixth, and the cat is not seen at all."""
    rgb = read_sample(name, 400)
    session = open_model(device="cpu")
    wanted = find_subject(rgb, session).soft_mask

    found = find_subject((rgb * gain + offset).astype(np.uint8), session).soft_mask

    assert overlap(found, wanted) > 0.95
