"""What may stand before a subject, and which cut-outs are subjects before others."""

from __future__ import annotations

import numpy as np
import pytest

from mattework_training.ranks import tell_rank
from mattework_training.surroundings import draw_bars


def test_bars_cover_a_part_of_the_frame_with_soft_edges() -> None:
    covered = []
    for seed in range(40):
        bars = draw_bars((96, 128), np.random.default_rng(seed))
        assert bars.alpha.shape == (96, 128)
        assert bars.color.shape == (96, 128, 3)
        assert bars.alpha.min() >= 0
        assert bars.alpha.max() <= 1
        assert bars.color.min() >= 0
        assert bars.color.max() <= 255
        covered.append(float(bars.alpha.mean()))
    assert np.median(covered) > 0.01
    assert max(covered) < 0.5


def test_the_same_seed_draws_the_same_bars() -> None:
    first = draw_bars((60, 40), np.random.default_rng(3))
    again = draw_bars((60, 40), np.random.default_rng(3))
    assert np.array_equal(first.alpha, again.alpha)
    assert np.array_equal(first.color, again.color)


@pytest.mark.parametrize(
    ("source", "stem", "rank"),
    [
        ("tuxpaint", "animals__mammals__equines__horse", "mover"),
        ("tuxpaint", "plants__trees__birch", "plant"),
        ("tuxpaint", "seasonal__christmas__tree", "plant"),
        ("tuxpaint", "animals__mammals__bears__toys__edward_bear", "other"),
        ("tuxpaint", "food__pizza", "other"),
        ("rendered", "scopia-bus@2", "mover"),
        ("rendered", "scopia-cat@0", "mover"),
        ("rendered", "scopia-clothes-horse@1", "prop"),
        ("rendered", "scopia-indoor-bike@1", "prop"),
        ("rendered", "blendswap-cc-by-treadmill@0", "prop"),
        ("rendered", "blendswap-cc-by-yuccaplant@0", "plant"),
        ("fluent3d", "1f415_3d", "other"),
        ("things", "erase-alpaca", "animal"),
        ("things", "fishes-fish3", "animal"),
        ("things", "tools-hammer2", "other"),
    ],
)
def test_names_tell_who_moves_and_what_grows(source: str, stem: str, rank: str) -> None:
    assert tell_rank(source, stem) == rank
