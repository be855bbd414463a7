"""Planes in tiles: whatever is written and read, they hold what an array would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework import Rect, Size
from mattework_editor.tiled_plane import SIDE, TiledPlane


@st.composite
def rects(draw: st.DrawFn, size: Size) -> Rect:
    left, right = sorted(draw(st.tuples(*[st.integers(0, size.width)] * 2)))
    top, bottom = sorted(draw(st.tuples(*[st.integers(0, size.height)] * 2)))
    return Rect(left, top, right, bottom)


@given(st.data())
def test_holds_what_an_array_holds(data: st.DataObject) -> None:
    size = Size(data.draw(st.integers(1, 3 * SIDE)), data.draw(st.integers(1, 3 * SIDE)))
    array = np.zeros(size.shape, np.float32)
    plane = TiledPlane(size, np.float32)
    for seed in range(data.draw(st.integers(1, 5))):
        where = data.draw(rects(size))
        if data.draw(st.booleans()):
            values = np.full(where.size.shape, data.draw(st.sampled_from([0.0, 0.5, 1.0])), np.float32)
        else:
            values = np.random.default_rng(seed).random(where.size.shape, np.float32)
        array[where.slices] = values
        plane[where.slices] = values
        seen = data.draw(rects(size))
        np.testing.assert_array_equal(plane[seen.slices], array[seen.slices])
    np.testing.assert_array_equal(plane.unpack(), array)
    step = data.draw(st.integers(1, 2 * SIDE))
    np.testing.assert_array_equal(plane[::step, ::step], array[::step, ::step])
    np.testing.assert_array_equal(TiledPlane.pack(array).unpack(), array)


def test_takes_memory_only_where_values_differ() -> None:
    disc = np.zeros((2000, 2000), np.float32)
    disc[500:1500, 500:1500] = 1.0
    disc[500:1500, 500] = 0.5
    plane = TiledPlane.pack(disc)
    assert plane.nbytes < disc.nbytes / 10
    plane[:, :] = np.ones_like(disc)
    assert plane.nbytes < disc.nbytes / 500, "tiles that became plain again are given up"


def test_copies_go_their_own_ways() -> None:
    values = np.arange(200 * 200, dtype=np.uint8).reshape(200, 200)
    plane = TiledPlane.pack(values)
    twin = plane.copy()
    plane[10:20, 10:20] = 0
    twin[100:110, 10:20] = 7
    np.testing.assert_array_equal(twin[0:64, 0:64], values[:64, :64])
    np.testing.assert_array_equal(plane[64:128, 0:64], values[64:128, :64])
    assert (twin[100:110, 10:20] == 7).all()
    assert not plane[10:20, 10:20].any()


def test_what_is_read_is_the_readers_own() -> None:
    plane = TiledPlane(Size(100, 100), np.uint8)
    plane[0:10, 0:10] = 5
    plane[0:10, 0:10][:] = 9
    assert (plane[0:10, 0:10] == 5).all()


def test_values_must_fit() -> None:
    plane = TiledPlane(Size(100, 100), np.uint8)
    with pytest.raises(ValueError, match="broadcast"):
        plane[0:10, 0:10] = np.zeros((10, 11), np.uint8)
