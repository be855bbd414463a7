from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.geometry import Rect, Size

sides = st.integers(-40, 40)


@st.composite
def rects(draw: st.DrawFn) -> Rect:
    left, top = draw(sides), draw(sides)
    return Rect(left, top, left + draw(st.integers(0, 30)), top + draw(st.integers(0, 30)))


def paint(rect: Rect) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    canvas = np.zeros((160, 160), bool)
    canvas[rect.move(80, 80).slices] = True
    return canvas


@given(rects(), rects())
def test_intersection_holds_exactly_the_pixels_that_both_hold(one: Rect, other: Rect) -> None:
    assert (paint(one.intersect(other)) == (paint(one) & paint(other))).all()


@given(rects(), rects())
def test_union_is_the_smallest_rectangle_around_both(one: Rect, other: Rect) -> None:
    both = one.unite(other)
    assert both.contains(one)
    assert both.contains(other)
    if one.is_empty and other.is_empty:
        assert both.is_empty
    elif not one.is_empty and not other.is_empty:
        edges = (one, other)
        assert both.left == min(rect.left for rect in edges)
        assert both.bottom == max(rect.bottom for rect in edges)


@given(rects(), st.integers(1, 17))
def test_tiles_cover_a_rectangle_once(rect: Rect, side: int) -> None:
    counts = np.zeros((160, 160), int)
    for tile in rect.split_into_tiles(side):
        assert tile.width <= side
        assert tile.height <= side
        counts[tile.move(80, 80).slices] += 1
    assert (counts == paint(rect)).all()


@given(rects(), st.integers(0, 10))
def test_growing_and_shrinking_come_back(rect: Rect, margin: int) -> None:
    assert rect.grow(margin).grow(-margin) == rect


@given(st.integers(1, 30000), st.integers(1, 30000), st.integers(1, 4096))
def test_scaling_keeps_the_aspect_ratio_and_never_loses_a_side(width: int, height: int, side: int) -> None:
    scaled = Size(width, height).scale_to_long_side(side)
    assert scaled.long_side == side
    assert scaled.short_side >= 1
    exact = min(width, height) * side / max(width, height)
    assert abs(scaled.short_side - exact) <= 1


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Size(-1, 5)
