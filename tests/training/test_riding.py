"""Somebody and what carries them are one subject; what moves past, and what is mirrored below, is not."""

from __future__ import annotations

import numpy as np
import pytest

from mattework_training.camera import pan_ground
from mattework_training.library import Library
from mattework_training.openwork import draw_bicycle
from mattework_training.ranks import is_ridden
from mattework_training.riding import bend_cutout, draw_board, place_rider
from mattework_training.samples import SampleMaker
from mattework_training.shadows import reflect_in_water
from mattework_training.subjects import Subjects
from training.tiny_sets import draw_cutout


@pytest.mark.parametrize(
    ("source", "stem", "ridden"),
    [
        ("tuxpaint", "animals__mammals__equines__horse", True),
        ("tuxpaint", "animals__mammals__camel__dromedary", True),
        ("tuxpaint", "animals__fish__seahorse", False),
        ("tuxpaint", "animals__birds__swan", False),
        ("tuxpaint", "household__wheelie_bin", False),
        ("rendered", "scopia-mountain-bike@1", True),
        ("rendered", "scopia-indoor-bike@1", False),
        ("rendered", "scopia-clothes-horse@1", False),
        ("rendered", "scopia-bus@2", False),
        ("fluent3d", "1f6b2_3d", False),
    ],
)
def test_names_tell_what_is_ridden(source: str, stem: str, ridden: bool) -> None:
    assert is_ridden(source, stem) is ridden


def test_rider_and_carrier_touch_and_are_both_the_subject(library: Library) -> None:
    subjects = Subjects(library)
    touching = 0
    for seed in range(30):
        placed = place_rider(subjects, (160, 200), np.random.default_rng(seed))
        assert placed is not None
        assert len(placed) == 2
        first, second = (one.alpha > 0.5 for one in placed)
        assert first.any()
        grown = np.zeros_like(second)
        rows, columns = np.nonzero(second)
        for row, column in zip(rows, columns, strict=True):
            grown[max(0, row - 3) : row + 4, max(0, column - 3) : column + 4] = True
        touching += bool((first & grown).any())
        sample = SampleMaker(library, 0).compose(
            "riding",
            np.full((160, 200, 3), 120, np.float32),
            placed,
            (160, 200),
            np.random.default_rng(seed),
        )
        assert (sample.alpha[first | second] > 120).mean() > 0.95
    assert touching >= 25


def test_without_people_nobody_rides(library: Library) -> None:
    empty = Subjects(Library(cutouts=library.cutouts))
    assert place_rider(empty, (96, 96), np.random.default_rng(0)) is None
    assert SampleMaker(Library(cutouts=library.cutouts), 0).make_kind("riding", 0, (96, 96)) is None


def test_what_is_bent_keeps_its_height_its_colours_and_most_of_its_area() -> None:
    rgba = draw_cutout(3)
    for seed in range(10):
        bent = bend_cutout(rgba, np.random.default_rng(seed))
        assert bent.dtype == np.uint8
        assert bent.shape[0] == rgba.shape[0]
        assert (bent[..., 3] > 0).any(axis=1).sum() == (rgba[..., 3] > 0).any(axis=1).sum()
        assert float(bent[..., 3].sum()) == pytest.approx(float(rgba[..., 3].sum()), rel=0.03)
        opaque = bent[..., 3] > 250
        assert np.abs(bent[opaque, :3].astype(int) - rgba[0, 0, :3].astype(int)).max() <= 2
        assert not bent[:, [0, -1], 3].any(), "nothing is cut off at the sides"


def test_a_board_is_long_and_whole() -> None:
    for seed in range(10):
        alpha = draw_board(np.random.default_rng(seed))[..., 3]
        rows, columns = np.nonzero(alpha)
        assert np.ptp(columns) > 4 * np.ptp(rows)
        assert not alpha[[0, -1]].any()


def test_every_bicycle_has_two_wheels_that_the_ground_shows_through() -> None:
    for number in range(12):
        alpha = draw_bicycle(number)[..., 3]
        height, width = alpha.shape
        assert width > 1.1 * height or height > 0.6 * width
        for half in (alpha[:, : width // 2], alpha[:, width // 2 :]):
            assert 0.02 < (half > 127).mean() < 0.7


def test_a_followed_ground_is_streaked_along_and_not_across() -> None:
    rng = np.random.default_rng(2)
    ground = rng.uniform(0, 255, (120, 160, 3)).astype(np.float32)
    level = 0
    for seed in range(12):
        panned = pan_ground(ground, np.random.default_rng(seed))
        along = np.abs(np.diff(panned, axis=1)).mean()
        across = np.abs(np.diff(panned, axis=0)).mean()
        level += bool(along < 0.8 * across)
        assert across < 0.8 * np.abs(np.diff(ground, axis=0)).mean()
        assert panned.mean() == pytest.approx(ground.mean(), abs=2)
    assert level >= 9


def test_water_mirrors_what_stands_in_it_and_changes_nothing_above() -> None:
    ground = np.full((120, 100, 3), 200, np.float32)
    alpha = np.zeros((120, 100), np.float32)
    alpha[20:60, 30:70] = 1
    color = np.zeros((120, 100, 3), np.float32)
    color[20:40], color[40:60] = (255, 0, 0), (0, 0, 255)
    for seed in range(8):
        mirrored = reflect_in_water(ground, color, alpha, np.random.default_rng(seed))
        assert np.allclose(mirrored[:54], 200)
        near, far = mirrored[64:70, 45:55].mean(axis=(0, 1)), mirrored[84:92, 45:55].mean(axis=(0, 1))
        assert near[2] > near[0], "the lower half is mirrored first"
        assert far[0] > far[2]
    assert np.allclose(mirrored[62:, :5], 200)


def test_what_reaches_the_lower_border_has_no_room_for_a_mirror_image() -> None:
    ground = np.full((60, 60, 3), 90, np.float32)
    alpha = np.ones((60, 60), np.float32)
    assert reflect_in_water(ground, ground, alpha, np.random.default_rng(0)) is ground
