from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.pictures import make_samples
from mattework.arrays import Samples
from mattework.document.model import ColorMode, Depth
from mattework.formats.straight import (
    BLEED_MARGIN,
    change_depth,
    clean_hidden_colours,
    exceeds_unit_range,
    flatten_on_colour,
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


@pytest.mark.parametrize("depth", [8, 16, 32])
def test_hidden_background_goes_and_the_subject_stays(depth: Depth) -> None:
    white = {8: 255, 16: 65535, 32: 1.0}[depth]
    colour = make_samples(depth, 90, 120, 3)
    alpha = np.zeros((90, 120), colour.dtype)
    alpha[40:50, 50:60] = white
    alpha[39, 50:60] = 1 if depth != 32 else 1e-6
    cleaned = clean_hidden_colours(colour, alpha, ColorMode.RGB)
    shown = alpha > 0
    np.testing.assert_array_equal(cleaned[shown], colour[shown])
    np.testing.assert_array_equal(cleaned[45, 60 : 60 + BLEED_MARGIN], colour[[45] * BLEED_MARGIN, 59])
    np.testing.assert_array_equal(cleaned[39 - BLEED_MARGIN : 39, 55], colour[[39] * BLEED_MARGIN, 55])
    assert (cleaned[45, 60 + BLEED_MARGIN :] == white).all()
    assert (cleaned[:10] == white).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 50))
def test_tiles_leave_no_seam(seed: int) -> None:
    from mattework.formats import straight

    random = np.random.default_rng(seed)
    colour = make_samples(8, 100, 110, 1, seed=seed)
    alpha = (random.random((100, 110)) > 0.995).astype(np.uint8) * 255
    whole = clean_hidden_colours(colour, alpha, ColorMode.GRAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(straight, "_TILE", 32)
        tiled = clean_hidden_colours(colour, alpha, ColorMode.GRAY)
    # Between two subjects at one distance either is right: paper must agree everywhere, colours must be near ones.
    y, x = np.nonzero(alpha)
    for row, column in random.integers(0, 100, (40, 2)):
        distance = np.hypot(y - row, x - column) if len(y) else np.array([np.inf])
        nearest = distance.min()
        for result in (whole, tiled):
            value = int(result[row, column, 0])
            if nearest > BLEED_MARGIN * 1.05:
                assert value == 255
            elif nearest < BLEED_MARGIN * 0.95:
                assert value in {
                    int(colour[y[i], x[i], 0]) for i in np.flatnonzero(distance <= nearest * 1.05)
                }


def test_all_transparent_is_all_paper() -> None:
    colour, alpha = make_samples(8, 20, 20, 4), np.zeros((20, 20), np.uint8)
    assert (clean_hidden_colours(colour, alpha, ColorMode.CMYK) == 0).all()
    lab = clean_hidden_colours(make_samples(16, 4, 4, 3), np.zeros((4, 4), np.uint16), ColorMode.LAB)
    assert (lab == [65535, 32768, 32768]).all()
