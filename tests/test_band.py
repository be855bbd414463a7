"""The tiles that cover an edge: all of it, once, and little else."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.band import CELL, find_band_tiles


def test_constant_alphas_need_no_work() -> None:
    assert find_band_tiles(np.zeros((100, 100), np.float32)) == []
    assert find_band_tiles(np.ones((100, 100), np.float32)) == []
    assert find_band_tiles(np.zeros((0, 5), np.float32)) == []


def test_border_between_cells_is_an_edge() -> None:
    alpha = np.zeros((CELL, 4 * CELL), np.float32)
    alpha[:, 2 * CELL :] = 1
    covered = sum(tile.area for tile in find_band_tiles(alpha))
    assert covered == 2 * CELL * CELL


@given(
    st.integers(1, 200), st.integers(1, 200), st.integers(0, 70), st.sampled_from([32, 64, 250]), st.randoms()
)
@settings(max_examples=80, deadline=None)
def test_everything_in_reach_is_covered_once(
    height: int, width: int, reach: int, side: int, random: np.random.RandomState
) -> None:
    alpha = np.zeros((height, width), np.float32)
    y, x = random.randint(0, height - 1), random.randint(0, width - 1)
    alpha[y:, x:] = 1
    alpha[y, x] = 0.5
    count = np.zeros(alpha.shape, np.int32)
    for tile in find_band_tiles(alpha, side=side, reach=reach):
        assert tile.width <= side
        assert tile.height <= side
        count[tile.slices] += 1
    assert count.max() <= 1
    reachable = count[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
    assert (reachable == 1).all()
