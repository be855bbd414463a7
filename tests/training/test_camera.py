"""Light that falls unevenly."""

from __future__ import annotations

import numpy as np

from mattework_training.camera import light_unevenly


def test_uneven_light_leaves_a_part_as_it_is_and_darkens_another() -> None:
    bright = np.full((90, 130, 3), 200, np.float32)
    lit = [light_unevenly(bright, np.random.default_rng(seed)) for seed in range(24)]
    for one in lit:
        assert one.dtype == np.float32
        assert one.shape == bright.shape
        assert one.max() <= 200 * 1.001
        assert one.min() > 200 * 0.2
        # A share of the picture that can be seen is on either side of the shadow's line.
        middle = (one.mean(axis=2).max() + one.mean(axis=2).min()) / 2
        assert 0.05 < (one.mean(axis=2) < middle).mean() < 0.95
    assert any(np.abs(np.diff(one[..., 0], axis=1)).max() > 15 for one in lit)  # hard edges
    assert any(np.abs(np.diff(one[..., 0], axis=1)).max() < 4 for one in lit)  # and soft ones
