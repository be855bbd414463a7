"""The round brush: what a part of the picture shows, and what is kept of strokes drawn before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.errors import UsageError
from mattework.geometry import Rect
from mattework.matting.brush import LIGHTEST, MOST_KEPT, draw_brush, stroke_bounds
from mattework.recipe import Stroke

PLACES = st.floats(-30, 90)


@given(
    places=st.lists(st.tuples(PLACES, PLACES, st.floats(0, 1)), min_size=1, max_size=6),
    radius=st.floats(0, 30),
    left=st.integers(-20, 60),
    top=st.integers(-20, 60),
    pressed=st.booleans(),
)
def test_a_part_shows_what_the_whole_would(
    places: list[tuple[float, float, float]], radius: float, left: int, top: int, pressed: bool
) -> None:
    pressures = tuple(force for _, _, force in places) if pressed else ()
    points = tuple((x, y) for x, y, _ in places)
    stroke = Stroke(kind="foreground", radius=radius, points=points, pressures=pressures)
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


@given(
    ends=st.lists(st.tuples(PLACES, PLACES, st.floats(0, 1)), min_size=2, max_size=2),
    radius=st.floats(4, 30),
)
def test_a_pen_is_as_wide_as_it_pressed(ends: list[tuple[float, float, float]], radius: float) -> None:
    """Between two points the brush is all the discs whose middle and size lie between theirs."""
    pressures = tuple(force for _, _, force in ends)
    points = np.array([(x, y) for x, y, _ in ends])
    stroke = Stroke(kind="unknown", radius=radius, points=tuple(map(tuple, points)), pressures=pressures)
    brush = draw_brush(stroke, Rect(-70, -70, 130, 130))
    y, x = np.mgrid[-70:130, -70:130] + 0.5
    sizes = radius * np.maximum(LIGHTEST, pressures)
    depth = np.full(x.shape, -np.inf)
    for share in np.linspace(0, 1, 401):
        middle, size = points[0] + share * (points[1] - points[0]), sizes[0] + share * (sizes[1] - sizes[0])
        np.maximum(depth, size - np.hypot(x - middle[0], y - middle[1]), out=depth)
    assert brush[depth > 1e-6].all()
    rows, columns = np.nonzero(brush & (depth < -0.05))
    assert {(top, left) for top, left in zip(rows - 70, columns - 70, strict=True)} <= {
        (int(np.floor(top)), int(np.floor(left))) for left, top in points
    }


def test_a_pressed_pen_needs_a_pressure_for_each_point() -> None:
    stroke = Stroke(kind="foreground", radius=4.0, points=((8.0, 8.0), (9.0, 9.0)), pressures=(0.5,))
    with pytest.raises(UsageError, match="one pressure"):
        draw_brush(stroke, Rect(0, 0, 16, 16))
