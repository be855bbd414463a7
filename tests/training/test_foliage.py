"""Drawn plants are cut-outs like others: whole, cleanly cut, and of many looks."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mattework_training.foliage import SIDE, draw_plant
from mattework_training.library import Library
from mattework_training.subjects import Subjects

_NUMBERS = range(12)


def test_a_plant_grows_from_the_lower_border_and_reaches_no_other_with_much() -> None:
    for number in _NUMBERS:
        alpha = draw_plant(number)[..., 3]
        assert max(alpha.shape) <= SIDE
        assert (alpha[-4:] > 127).any(axis=0).mean() > 0.03
        # It is trimmed: every border has something, and what the canvas cut off would be a long straight edge.
        for border in (alpha[0], alpha[:, 0], alpha[:, -1]):
            assert border.max() > 0
            assert (border > 127).mean() < 0.3


def test_a_plant_has_ground_between_its_leaves() -> None:
    holes = []
    for number in _NUMBERS:
        solid = draw_plant(number)[..., 3] > 127
        hull = cv2.convexHull(np.argwhere(solid)[:, ::-1].astype(np.int32))
        holes.append(1 - solid.sum() / cv2.contourArea(hull))
    assert min(holes) > 0.05
    assert np.median(holes) > 0.2


def test_the_outline_of_a_plant_is_smooth_and_not_darker_than_what_is_beside_it() -> None:
    for number in _NUMBERS:
        plant = draw_plant(number)
        alpha = plant[..., 3]
        rim = (alpha > 64) & (alpha < 192)
        assert rim.mean() > 0.002
        inner = cv2.erode((alpha == 255).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
        beside = (alpha == 255) & inner
        light = plant[..., :3].mean(axis=2)
        assert light[rim].mean() == pytest.approx(light[beside].mean(), rel=0.25)


def test_the_same_number_is_the_same_plant_and_others_look_unlike() -> None:
    draw_plant.cache_clear()
    first = draw_plant(3)
    draw_plant.cache_clear()
    assert np.array_equal(draw_plant(3), first)
    colors = [
        draw_plant(number)[..., :3][draw_plant(number)[..., 3] > 127].mean(axis=0) for number in _NUMBERS
    ]
    assert np.std(colors, axis=0).min() > 15


def test_plants_alone_are_no_library() -> None:
    with pytest.raises(ValueError, match="no cut-outs"):
        Subjects(Library()).draw_cutout(np.random.default_rng(0))


def test_plants_are_drawn_among_the_cutouts_unless_the_shares_leave_them_out() -> None:
    red = np.full((40, 40, 4), 255, np.uint8)
    library = Library(cutouts={"tuxpaint": [red]})
    rng = np.random.default_rng(0)

    def count_plants(subjects: Subjects) -> int:
        return sum(max(subjects.draw_cutout(rng).shape) > 160 for _ in range(60))

    assert count_plants(Subjects(library, {"tuxpaint": 0.5, "foliage": 0.5}, dressed=0.0)) > 10
    assert count_plants(Subjects(library, {"tuxpaint": 1.0}, dressed=0.0)) == 0
