from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.geometry import Rect
from mattework.matting.frames import MOST_PARTS, choose_factor, find_unknown, split_frame


def test_the_unknown_rectangle_is_tight() -> None:
    trimap = np.zeros((20, 30), np.uint8)
    assert find_unknown(trimap).is_empty
    trimap[4:9, 7:11] = 128
    assert find_unknown(trimap) == Rect(7, 4, 11, 9)


@pytest.mark.parametrize(("unknown", "pixels", "factor"), [(10, 100, 1), (400, 700, 2), (100, 1700, 3)])
def test_the_factor_keeps_to_both_limits(unknown: int, pixels: int, factor: int) -> None:
    assert choose_factor(unknown, pixels, most_unknown=100, most_pixels=200) == factor


@settings(max_examples=60, deadline=None)
@given(
    rects=st.lists(
        st.tuples(st.integers(0, 180), st.integers(0, 140), st.integers(1, 30), st.integers(1, 20)),
        min_size=1,
        max_size=60,
    ),
    most=st.integers(100, 30_000),
)
def test_parts_of_a_frame_hold_each_unknown_pixel_once_with_all_around_it(
    rects: list[tuple[int, int, int, int]], most: int
) -> None:
    unknown, margin = np.zeros((160, 210), bool), 6
    for left, top, width, height in rects:
        unknown[top : top + height, left : left + width] = True
    photo = Rect(0, 0, 210, 160)
    trimap = np.where(unknown, 128, 0).astype(np.uint8)
    frame = find_unknown(trimap).grow(margin).intersect(photo)
    parts = split_frame(unknown, frame, margin=margin, most_pixels=most)
    count = np.zeros(unknown.shape, int)
    for part in parts:
        count[part.slices] += 1
        inner = np.zeros_like(unknown)
        inner[part.slices] = unknown[part.slices]
        assert find_unknown(np.where(inner, 128, 0).astype(np.uint8)).grow(margin).intersect(photo) == part
    assert (count[unknown] == 1).all()
    assert frame.area > most or parts == [frame]
    assert len(parts) <= MOST_PARTS


def test_a_speck_in_a_far_corner_is_a_part_of_its_own() -> None:
    unknown = np.zeros((900, 1200), bool)
    unknown[100:300, 100:300] = unknown[890:894, 1190:1194] = True
    parts = split_frame(unknown, Rect(90, 90, 1200, 900), margin=10, most_pixels=60_000)
    assert parts == [Rect(90, 90, 310, 310), Rect(1180, 880, 1200, 900)]
    ring = np.zeros((900, 1200), bool)
    ring[100:800, 100:1100] = True
    ring[110:790, 110:1090] = False
    whole = Rect(90, 90, 1110, 810)
    assert split_frame(ring, whole, margin=10, most_pixels=60_000) == [whole]
