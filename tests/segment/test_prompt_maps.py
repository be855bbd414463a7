"""Prompt maps: every gesture lands where it was made, at any size of photo, canvas and grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.geometry import Size
from mattework.models.placement import Placement, place_photo
from mattework.models.spec import SizeRule
from mattework.prompt import Prompt
from mattework.segment.prompt_maps import NEGATIVE, POSITIVE, PREVIOUS, REGION, draw_prompt_maps, fill_region

RULE = SizeRule(rule="fit", side=96, multiple=32, pad=127)
sides = st.integers(1, 3000)
shares = st.floats(0.001, 0.999)
few = settings(max_examples=40, deadline=None)


def place(width: int, height: int) -> Placement:
    return place_photo(RULE, Size(width, height))


def draw(
    marks: list[Prompt], placement: Placement, region: Prompt | None = None
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return draw_prompt_maps(marks, region, None, placement, stride=2, radius=3)


def to_grid(x: float, y: float, placement: Placement) -> tuple[float, float]:
    """Worked out anew: shares of the photo's area on the canvas, two canvas pixels to one of the grid."""
    area = placement.area
    return (
        (area.left + x / placement.photo.width * area.width) / 2,
        (area.top + y / placement.photo.height * area.height) / 2,
    )


@few
@given(sides, sides, shares, shares, st.booleans())
def test_a_click_is_a_disc_around_the_place_that_was_clicked(
    width: int, height: int, u: float, v: float, adds: bool
) -> None:
    placement = place(width, height)
    x, y = u * width, v * height

    maps = draw([Prompt(kind="point", points=((x, y),), adds=adds)], placement)

    drawn, other = (POSITIVE, NEGATIVE) if adds else (NEGATIVE, POSITIVE)
    gx, gy = to_grid(x, y, placement)
    rows, columns = np.nonzero(maps[drawn])
    assert maps.shape == (4, placement.canvas.height // 2, placement.canvas.width // 2)
    assert maps[drawn, int(gy), int(gx)] == 1.0
    assert np.hypot(columns + 0.5 - gx, rows + 0.5 - gy).max() < 3 + 1.5
    assert not maps[other].any()
    assert not maps[REGION].any()
    assert not maps[PREVIOUS].any()


@few
@given(sides, sides, shares, shares)
def test_the_later_of_two_marks_wins(width: int, height: int, u: float, v: float) -> None:
    placement = place(width, height)
    mark = Prompt(kind="point", points=((u * width, v * height),))

    maps = draw([mark, replace(mark, adds=False)], placement)

    assert maps[NEGATIVE].any()
    assert not maps[POSITIVE].any()


@few
@given(sides, sides, shares, shares, shares, shares)
def test_a_box_is_filled_whichever_corners_were_dragged(
    width: int, height: int, u: float, v: float, s: float, t: float
) -> None:
    placement = place(width, height)
    corners = (u * width, v * height), (s * width, t * height)
    box = Prompt(kind="box", points=corners)

    maps = draw([], placement, box)

    (left, top), (right, bottom) = (to_grid(x, y, placement) for x, y in corners)
    left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
    rows, columns = np.nonzero(maps[REGION])
    assert len(rows), "even the smallest box is one pixel"
    assert abs(columns.min() - left) <= 1.5
    assert abs(columns.max() + 1 - right) <= 1.5
    assert abs(rows.min() - top) <= 1.5
    assert abs(rows.max() + 1 - bottom) <= 1.5
    other = draw([], placement, replace(box, points=(corners[1], corners[0])))
    assert np.array_equal(maps, other)


@few
@given(sides, sides, shares, shares, shares, shares)
def test_a_scribble_covers_its_whole_way(
    width: int, height: int, u: float, v: float, s: float, t: float
) -> None:
    placement = place(width, height)
    start, end = (u * width, v * height), (s * width, t * height)

    maps = draw([Prompt(kind="scribble", points=(start, end))], placement)

    for share in np.linspace(0, 1, 9):
        x, y = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
        gx, gy = to_grid(x, y, placement)
        assert maps[POSITIVE, int(gy), int(gx)] == 1.0


def test_a_lasso_is_filled_inside_and_nowhere_else() -> None:
    placement = place(960, 640)
    diamond = Prompt(kind="lasso", points=((480, 120), (720, 320), (480, 520), (240, 320)))

    region = draw([], placement, diamond)[REGION]

    assert region[16, 24] == 1.0
    assert region[8, 14] == 0.0
    assert abs(region.sum() - 0.5 * 24 * 20) < 30


def test_a_lasso_that_overlaps_itself_has_no_hole() -> None:
    placement = place(960, 640)
    once = Prompt(kind="lasso", points=((160, 120), (800, 120), (800, 520), (160, 520)))
    inner = ((160, 120), (240, 200), (720, 200), (720, 440), (240, 440), (240, 200))
    twice = replace(once, points=(*once.points, *inner))

    assert np.array_equal(draw([], placement, twice)[REGION], draw([], placement, once)[REGION])


def test_marks_outside_a_part_leave_no_trace_in_it() -> None:
    """A second look sees a part of the photo; marks elsewhere have coordinates beyond it."""
    placement = place(300, 300)
    far = Prompt(kind="point", points=((-90.0, 150.0),))
    through = Prompt(kind="scribble", points=((-3000.0, 150.0), (3000.0, 150.0)))

    assert not draw([far], placement).any()
    crossing = draw([through], placement)[POSITIVE]
    assert crossing[24].all()
    assert not crossing[:16].any()


@few
@given(st.integers(1, 400), st.integers(1, 400))
def test_the_previous_mask_lies_where_the_photo_lies(width: int, height: int) -> None:
    placement = place(width, height)
    mask = np.ones((height, width), np.float32)

    maps = draw_prompt_maps([], None, mask, placement, stride=2, radius=3)

    area = placement.area
    covered = maps[PREVIOUS].sum() * 4
    assert abs(covered - area.area) <= 1e-3 * area.area
    inner = maps[PREVIOUS, -(-area.top // 2) : area.bottom // 2, -(-area.left // 2) : area.right // 2]
    assert (inner > 0.999).all()


@pytest.mark.parametrize(("dx", "dy"), [(-20, 0), (20, 0), (0, -20), (0, 20), (-20, -20)])
def test_a_box_beside_what_is_seen_marks_nothing_of_it(dx: int, dy: int) -> None:
    box = Prompt(kind="box", points=((0, 0), (1, 1)))
    corners = np.array([(2 + dx, 3 + dy), (9 + dx, 10 + dy)], np.float32)
    assert fill_region(box, corners, Size(16, 16)).sum() == 0
    assert fill_region(box, corners - np.array((dx, dy), np.float32), Size(16, 16)).sum() == 49
