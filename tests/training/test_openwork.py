"""Drawn openwork is whole, cleanly cut, of many colours, and the ground shows through it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mattework_training.library import Image
from mattework_training.openwork import SIDE, draw_openwork

_NUMBERS = range(24)


def count_pieces(mask: Image) -> int:
    """Connected pieces that are more than a speck."""
    stats = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)[2]
    return int((stats[1:, cv2.CC_STAT_AREA] > 0.001 * mask.size).sum())


def test_a_thing_lies_whole_on_its_canvas() -> None:
    for number in _NUMBERS:
        alpha = draw_openwork(number)[..., 3]
        assert 0.5 * SIDE < max(alpha.shape) < SIDE, "neither small nor cut by the canvas"
        for border in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
            assert border.max() > 0


def test_the_parts_of_a_thing_hang_together() -> None:
    pieces = [count_pieces((draw_openwork(number)[..., 3] > 100).astype(np.uint8)) for number in _NUMBERS]
    assert np.mean([one == 1 for one in pieces]) > 0.8
    assert max(pieces) <= 3


def test_the_ground_shows_through() -> None:
    solid = []
    for number in _NUMBERS:
        mask = (draw_openwork(number)[..., 3] > 127).astype(np.uint8)
        hull = cv2.convexHull(np.argwhere(mask)[:, ::-1].astype(np.int32))
        solid.append(mask.sum() / cv2.contourArea(hull))
    assert max(solid) < 0.95
    assert np.median(solid) < 0.5


def test_rods_have_a_lit_side_and_an_edge_that_is_not_black() -> None:
    for number in _NUMBERS:
        thing = draw_openwork(number)
        alpha, light = thing[..., 3], thing[..., :3].max(axis=2).astype(np.float32)
        inner = alpha == 255
        assert np.percentile(light[inner], 95) > 1.25 * np.percentile(light[inner], 10)
        rim = (alpha > 64) & (alpha < 192)
        assert light[rim].mean() > 0.3 * light[inner].mean()


def test_the_same_number_is_the_same_thing_and_others_look_unlike() -> None:
    draw_openwork.cache_clear()
    first = draw_openwork(5)
    draw_openwork.cache_clear()
    again = draw_openwork(5)
    assert np.array_equal(first, again)
    with pytest.raises(ValueError, match="read-only"):
        again[0, 0] = 0
    means = [draw_openwork(number)[draw_openwork(number)[..., 3] > 127].mean(axis=0) for number in _NUMBERS]
    assert np.std([mean[:3] for mean in means], axis=0).min() > 25
