"""Which part of a layer the preview of Adjust Edge shows, and how it is cut out of rows of bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimp_plugin.conftest import load_plugin


@pytest.fixture(scope="module")
def preview() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        yield load_plugin(patch)("edge_preview")


def test_it_begins_where_most_of_the_edge_is(preview: Any) -> None:
    mask = np.zeros((60, 90), np.uint8)
    mask[10:30, 20:40] = 255
    mask[42:54, 62:78] = 128
    x, y = preview.find_edge(mask.tobytes(), 90, 60, 20)
    assert abs(x - 70) <= 10
    assert abs(y - 48) <= 10
    assert preview.find_edge(bytes(90 * 60), 90, 60, 20) == (45, 30), "the middle where there is no edge"


@given(
    st.integers(1, 5000),
    st.integers(1, 5000),
    st.floats(-50, 6000),
    st.floats(-50, 6000),
    st.integers(0, 400),
)
def test_a_part_and_its_surroundings_lie_in_the_layer(
    preview: Any, width: int, height: int, x: float, y: float, around: int
) -> None:
    part = preview.place_part(x, y, width, height)
    seen = part.grow(around, width, height)
    assert (part.width, part.height) == (min(320, width), min(320, height))
    for one in (part, seen):
        assert one.left >= 0
        assert one.top >= 0
        assert one.left + one.width <= width
        assert one.top + one.height <= height
    assert seen.left <= part.left
    assert seen.left + seen.width >= part.left + part.width
    if part.left > 0 and part.left + part.width < width:
        assert abs(part.left + part.width / 2 - x) <= 1


def test_rows_are_cut_out_of_planes(preview: Any) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (13, 17, 4), dtype=np.uint8)
    part = preview.Part(3, 5, 9, 7)
    assert preview.crop_plane(pixels.tobytes(), 17, 4, part) == pixels[5:12, 3:12].tobytes()
    plane = np.ascontiguousarray(pixels[..., 0])
    assert preview.crop_plane(plane.tobytes(), 17, 1, part) == plane[5:12, 3:12].tobytes()


def test_what_is_transparent_stays_so_under_a_mask(preview: Any) -> None:
    assert preview.hide(bytes([1, 2, 3, 255] * 2), b"\x80\x00") == bytes([1, 2, 3, 128, 1, 2, 3, 0])
    assert preview.hide(bytes([1, 2, 3, 255, 1, 2, 3, 100]), b"\x80\xff") == bytes(
        [1, 2, 3, 128, 1, 2, 3, 100]
    )


def test_the_frame_lies_on_the_picture(preview: Any) -> None:
    blank = np.zeros((20, 30, 4), np.uint8)
    drawn = np.frombuffer(
        preview.draw_frame(blank.tobytes(), 30, 20, preview.Part(22, 4, 40, 10)), np.uint8
    ).reshape(blank.shape)
    marked = (drawn == np.frombuffer(preview.MARK, np.uint8)).all(axis=2)
    expected = np.zeros((20, 30), bool)
    expected[[4, 13], 22:30] = True
    expected[4:14, [22, 29]] = True
    assert np.array_equal(marked, expected)
