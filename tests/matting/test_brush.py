"""The round brush: what a part of the picture shows, and what is kept of strokes drawn before."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mattework.geometry import Rect
from mattework.matting.brush import MOST_KEPT, draw_brush, stroke_bounds
from mattework.recipe import Stroke

PLACES = st.floats(-30, 90)


@given(
    points=st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=6),
    radius=st.floats(0, 30),
    left=st.integers(-20, 60),
    top=st.integers(-20, 60),
)
def test_a_part_shows_what_the_whole_would(
    points: list[tuple[float, float]], radius: float, left: int, top: int
) -> None:
    stroke = Stroke(kind="foreground", radius=radius, points=tuple(points))
    whole = draw_brush(stroke, Rect(-100, -100, 200, 200))
    part = draw_brush(stroke, Rect(left, top, left + 17, top + 23))
    assert np.array_equal(part, whole[top + 100 : top + 123, left + 100 : left + 117])
    assert not whole[0].any()
    bounds = stroke_bounds(stroke).move(100, 100)
    whole[bounds.slices] = False
    assert not whole.any()


def test_a_stroke_too_large_to_keep_is_drawn_alike() -> None:
    """Two strokes, of which only the smaller is kept, cover the same of what both lie over."""
    small = Stroke(kind="unknown", radius=9.0, points=((10.0, 20.0), (90.0, 40.5)))
    large = Stroke(kind="unknown", radius=9.0, points=(*small.points, (5_000.0, 4_000.0), (90.0, 40.5)))
    assert stroke_bounds(small).area < MOST_KEPT < stroke_bounds(large).area
    where = Rect(0, 0, 60, 60)
    assert np.array_equal(draw_brush(small, where), draw_brush(large, where))


def test_what_was_drawn_is_not_handed_out_twice() -> None:
    stroke = Stroke(kind="foreground", radius=4.0, points=((8.0, 8.0),))
    first = draw_brush(stroke, Rect(0, 0, 16, 16))
    first[...] = False
    assert draw_brush(stroke, Rect(0, 0, 16, 16)).sum() > 30
