"""The blur: as a Gaussian, however wide; a cut-out piece as the whole."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.arrays import Floats
from mattework.blur import blur_plane, choose_block, reach_of_blur


def make_disc(side: int) -> Floats:
    y, x = np.mgrid[:side, :side] + 0.5
    return np.asarray(np.hypot(x - side / 2, y - side / 2) < side / 4, np.float32)


@pytest.mark.parametrize("sigma", [0.0, 3.0, 11.9, 12.1, 23.9, 24.1, 90.0])
@pytest.mark.parametrize("soft", [0.01, 8.0])
def test_an_edge_gets_the_shape_of_a_gaussian(sigma: float, soft: float) -> None:
    places = np.arange(-400, 403) + 0.5
    edge = np.array([0.5 + 0.5 * math.erf(x / soft / 2**0.5) for x in places], np.float32)
    width = math.hypot(sigma, soft)
    wanted = [0.5 + 0.5 * math.erf(x / width / 2**0.5) for x in places]
    for plane in (np.tile(edge, (5, 1)), np.tile(edge[:, None], (1, 3))):
        blurred = blur_plane(np.ascontiguousarray(plane), sigma)
        assert blurred.shape == plane.shape
        middle = blurred[2] if blurred.shape[0] == 5 else blurred[:, 1]
        np.testing.assert_allclose(middle, wanted, atol=2e-3)


def test_a_wide_blur_at_a_reduced_size_is_as_even_as_at_the_full_one() -> None:
    """Twice a blur of half the variance is never done at so small a size."""
    disc = make_disc(500)
    for sigma in (12.5, 25.0):
        once = blur_plane(disc, sigma)
        assert choose_block(sigma) > choose_block(sigma / 2**0.5)
        steps = blur_plane(blur_plane(disc, sigma / 2**0.5), sigma / 2**0.5)
        assert np.abs(once - steps).max() < 2e-3


@given(
    sigma=st.sampled_from([0.7, 6.0, 24.0, 47.0]),
    left=st.integers(0, 10),
    top=st.integers(0, 10),
    cut=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_a_piece_is_blurred_as_the_whole(sigma: float, left: int, top: int, cut: bool) -> None:
    whole = make_disc(601)
    block, reach = choose_block(sigma), reach_of_blur(sigma)
    x, y = left * block, top * block
    right = (601 // block - 3) * block if cut else 601
    piece = blur_plane(np.ascontiguousarray(whole[y:, x:right]), sigma)
    begin_x, begin_y = (reach if x else 0), (reach if y else 0)
    end = right - reach if cut else 601
    inner = piece[begin_y:, begin_x : end - x]
    np.testing.assert_allclose(inner, blur_plane(whole, sigma)[y + begin_y :, x + begin_x : end], atol=1e-6)


@given(sigma=st.floats(0.1, 60))
@settings(max_examples=20, deadline=None)
def test_nothing_shows_beyond_the_reach(sigma: float) -> None:
    plane = np.zeros((3, 801), np.float32)
    plane[:, 400] = 1
    seen = np.flatnonzero(blur_plane(plane, sigma)[1])
    assert seen.min() >= 400 - reach_of_blur(sigma)
    assert seen.max() <= 400 + reach_of_blur(sigma)
