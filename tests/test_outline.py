"""Outlines that cross themselves, against the winding numbers of plain geometry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mattework.arrays import Bools
from mattework.outline import Corners, split_outline

SIDE = 24
Way = list[tuple[float, float]]


def wind(points: Corners) -> NDArray[np.int64]:
    """How often (SIDE, SIDE) the closed line runs around the centre of each pixel of a grid that no corner lies on."""
    x, y = np.meshgrid(np.arange(SIDE) + 0.51371, np.arange(SIDE) + 0.48117)
    turns = np.zeros((SIDE, SIDE), np.int64)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        crossed = (y >= min(y0, y1)) & (y < max(y0, y1))
        with np.errstate(divide="ignore", invalid="ignore"):
            right = x0 + (y - y0) / (y1 - y0) * (x1 - x0) > x
        turns += np.where(crossed & right, 1 if y1 > y0 else -1, 0)
    return turns


def enclose(points: Way) -> Bools:
    loops = [wind(loop) % 2 == 1 for loop in split_outline(points)]
    return np.asarray(np.any(loops, axis=0)) if loops else np.zeros((SIDE, SIDE), bool)


whole = st.integers(0, SIDE).map(float)
fine = st.integers(0, SIDE * 1000).map(lambda number: number / 1000)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(whole, whole), min_size=3, max_size=9)
    | st.lists(st.tuples(fine, fine), min_size=3, max_size=9)
)
def test_all_that_is_run_around_is_enclosed(points: Way) -> None:
    inside = enclose(points)

    assert (inside | (wind(np.array(points)) == 0)).all(), "no hole where the line overlaps itself"
    for loop in split_outline(points):
        assert np.abs(wind(loop)).max() <= 1, "a loop does not overlap itself"


def test_an_outline_that_does_not_meet_itself_keeps_its_corners() -> None:
    points = [(1.0, 1.0), (9.0, 1.5), (9.0, 9.0), (5.0, 4.0)]
    (loop,) = split_outline(points)
    np.testing.assert_array_equal(loop, points)


@pytest.mark.parametrize(
    ("points", "holds", "lacks"),
    [
        ([(2, 2), (20, 2), (20, 20), (6, 20), (6, 0), (2, 0)], (10, 10), (21, 10)),
        # Twice around, once farther in: even-odd leaves the middle out.
        (
            [(2, 2), (20, 2), (20, 20), (2, 20), (2, 6), (16, 6), (16, 16), (6, 16), (6, 2)],
            (10, 10),
            (22, 10),
        ),
        # A bow tie: two halves that the line runs around in opposite ways.
        ([(2, 2), (20, 20), (20, 2), (2, 20)], (4, 10), (10, 4)),
    ],
)
def test_shapes_that_hands_draw(points: Way, holds: tuple[int, int], lacks: tuple[int, int]) -> None:
    inside = enclose(points)
    assert inside[holds[1], holds[0]]
    assert not inside[lacks[1], lacks[0]]


def test_a_line_there_and_back_encloses_nothing() -> None:
    assert split_outline([(1, 1), (9, 9), (1, 1), (4, 4)]) == ()
    assert split_outline([(3, 3), (3, 3), (3, 3)]) == ()
    assert split_outline([]) == ()
