"""Flat pictures in bands: no colour of a removed background stays, and no height of a band changes a sample."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.pictures import make_samples
from mattework.arrays import Samples
from mattework.document.model import ColorMode, Depth
from mattework.formats import bands
from mattework.formats.bands import BLEED_MARGIN, clean_hidden_colours, regroup_rows


def clean(colour: Samples, alpha: Samples, mode: ColorMode, heights: tuple[int, ...] = (10_000,)) -> Samples:
    """The picture cleaned, handed over in bands of these heights in turn."""
    pieces: list[tuple[Samples, Samples]] = []
    top = 0
    while top < len(colour):
        rows = slice(top, top + heights[len(pieces) % len(heights)])
        pieces.append((colour[rows], alpha[rows]))
        top = rows.stop
    cleaned = list(clean_hidden_colours(pieces, mode))
    np.testing.assert_array_equal(np.concatenate([part for _, part in cleaned]), alpha)
    return cast("Samples", np.concatenate([part for part, _ in cleaned]))


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 150),
    heights=st.lists(st.integers(1, 90), min_size=1, max_size=5),
    tile=st.sampled_from((5, 16, 33, 64, 1024)),
    depth=st.sampled_from((8, 16, 32)),
    seed=st.integers(0, 9),
)
def test_no_height_of_a_band_changes_a_sample(
    height: int, heights: list[int], tile: int, depth: Depth, seed: int
) -> None:
    colour = make_samples(depth, height, 70, 3, seed=seed)
    alpha = make_samples(depth, height, 70, seed=seed + 1)
    alpha[np.random.default_rng(seed).random(alpha.shape) > 0.02] = 0
    before = colour.copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "_TILE", tile)
        whole = clean(colour, alpha, ColorMode.RGB)
        parts = clean(colour, alpha, ColorMode.RGB, tuple(heights))
    np.testing.assert_array_equal(parts, whole)
    np.testing.assert_array_equal(whole[alpha > 0], colour[alpha > 0])
    np.testing.assert_array_equal(colour, before)


@given(st.lists(st.integers(1, 20), max_size=8), st.integers(1, 30))
def test_rows_are_regrouped_without_loss(heights: list[int], rows: int) -> None:
    picture = make_samples(8, sum(heights), 6, 3)
    ends = np.cumsum([0, *heights]).tolist()
    parts = [picture[first:last] for first, last in pairwise(ends)]
    regrouped = list(regroup_rows(parts, rows))
    assert [len(part) for part in regrouped[:-1]] == [rows] * (len(regrouped) - 1)
    np.testing.assert_array_equal(np.concatenate([picture[:0], *regrouped]), picture)


@pytest.mark.parametrize("depth", [8, 16, 32])
def test_hidden_background_goes_and_the_subject_stays(depth: Depth) -> None:
    white = {8: 255, 16: 65535, 32: 1.0}[depth]
    colour = make_samples(depth, 90, 120, 3)
    alpha = np.zeros((90, 120), colour.dtype)
    alpha[40:50, 50:60] = white
    alpha[39, 50:60] = 1 if depth != 32 else 1e-6
    cleaned = clean(colour, alpha, ColorMode.RGB)
    shown = alpha > 0
    np.testing.assert_array_equal(cleaned[shown], colour[shown])
    np.testing.assert_array_equal(cleaned[45, 60 : 60 + BLEED_MARGIN], colour[[45] * BLEED_MARGIN, 59])
    np.testing.assert_array_equal(cleaned[39 - BLEED_MARGIN : 39, 55], colour[[39] * BLEED_MARGIN, 55])
    assert (cleaned[45, 60 + BLEED_MARGIN :] == white).all()
    assert (cleaned[:10] == white).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 50))
def test_tiles_leave_no_seam(seed: int) -> None:
    random = np.random.default_rng(seed)
    colour = make_samples(8, 100, 110, 1, seed=seed)
    alpha = (random.random((100, 110)) > 0.995).astype(np.uint8) * 255
    whole = clean(colour, alpha, ColorMode.GRAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "_TILE", 32)
        tiled = clean(colour, alpha, ColorMode.GRAY)
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
    assert (clean(colour, alpha, ColorMode.CMYK) == 0).all()
    lab = clean(make_samples(16, 4, 4, 3), np.zeros((4, 4), np.uint16), ColorMode.LAB)
    assert (lab == [65535, 32768, 32768]).all()
