"""Samples in pieces: whatever is laid and read, they hold what an array would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework import Rect, Size
from mattework.arrays import AnyArray
from mattework.document import piecewise
from mattework.document.piecewise import SIDE, Derived, Patchwork, read_whole

DTYPES = (np.uint8, np.uint16, np.float32)


@st.composite
def rects(draw: st.DrawFn, size: Size) -> Rect:
    left, right = sorted(draw(st.tuples(*[st.integers(0, size.width)] * 2)))
    top, bottom = sorted(draw(st.tuples(*[st.integers(0, size.height)] * 2)))
    return Rect(left, top, right, bottom)


def draw_samples(shape: tuple[int, ...], dtype: type[Any], seed: int) -> AnyArray:
    values = np.random.default_rng(seed).random(shape, np.float32)
    return values if dtype is np.float32 else (values * np.iinfo(dtype).max).astype(dtype)


@given(st.data())
def test_patches_on_a_base_hold_what_an_array_holds(data: st.DataObject) -> None:
    size = Size(data.draw(st.integers(1, 3 * SIDE)), data.draw(st.integers(1, 3 * SIDE)))
    channels = data.draw(st.sampled_from(((), (1,), (3,))))
    dtype = data.draw(st.sampled_from(DTYPES))
    base = draw_samples((*size.shape, *channels), dtype, 0)
    array, patchwork = base.copy(), Patchwork[Any](base)
    for seed in range(1, data.draw(st.integers(1, 4)) + 1):
        where = data.draw(rects(size))
        same = data.draw(st.booleans())
        samples = base if same else draw_samples(base.shape, dtype, seed)
        array[where.slices] = samples[where.slices]
        patchwork[where.slices] = samples[where.slices]
        seen = data.draw(rects(size))
        np.testing.assert_array_equal(patchwork[seen.slices], array[seen.slices])
        np.testing.assert_array_equal(patchwork[seen.slices[0]], array[seen.slices[0]])
    down, across = data.draw(st.integers(1, 2 * SIDE)), data.draw(st.integers(1, 2 * SIDE))
    first = data.draw(st.integers(0, 2 * SIDE))
    np.testing.assert_array_equal(patchwork[first::down, ::across], array[first::down, ::across])
    if channels:
        last = patchwork[..., channels[0] - 1]
        np.testing.assert_array_equal(last[first::down, ::across], array[first::down, ::across, -1])
        assert (last.shape, last.nbytes, len(last)) == (size.shape, base[..., 0].nbytes, size.height)
    np.testing.assert_array_equal(read_whole(patchwork), array)
    np.testing.assert_array_equal(np.asarray(patchwork), array)
    np.testing.assert_array_equal(base, draw_samples(base.shape, dtype, 0), "the base is left alone")


def test_patches_that_say_what_the_base_says_are_given_up() -> None:
    base = draw_samples((300, 200, 3), np.uint8, 1)
    patchwork = Patchwork[Any](base)
    patchwork[10:290, 20:180] = 255 - base[10:290, 20:180]
    assert read_whole(patchwork) is not base
    patchwork[0:300, 0:200] = base
    assert patchwork.is_plain
    assert read_whole(patchwork) is base


@given(
    height=st.integers(1, 90),
    width=st.integers(1, 40),
    at_once=st.integers(1, 500),
    first=st.integers(0, 60),
    step=st.integers(1, 9),
)
def test_what_is_derived_does_not_depend_on_how_much_is_made_at_once(
    height: int, width: int, at_once: int, first: int, step: int
) -> None:
    values = draw_samples((height, width, 2), np.float32, 2)
    made: list[int] = []

    def make(where: tuple[slice, slice]) -> AnyArray:
        part = values[where] * 2
        made.append(part.shape[0] * part.shape[1])
        return part

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(piecewise, "_AT_ONCE", at_once)
        double = Derived[Any](values.shape, values.dtype, make)
        np.testing.assert_array_equal(double[first::step, ::step], 2 * values[first::step, ::step])
        np.testing.assert_array_equal(double[..., 1][first:], 2 * values[first:, :, 1])
        np.testing.assert_array_equal(read_whole(double), 2 * values)
    assert max(made) <= max(at_once, width)


def test_is_no_array_and_says_so() -> None:
    patchwork: Any = Patchwork[Any](draw_samples((20, 30), np.float32, 3))
    with pytest.raises(IndexError, match="by slices"):
        patchwork[3, 4]
    with pytest.raises(IndexError, match="by slices"):
        patchwork[..., 0]
    with pytest.raises(ValueError, match="no array"):
        np.asarray(patchwork, copy=False)


@given(st.integers(-3, -1), st.integers(1, 3))
def test_steps_backwards_are_refused_and_not_read_wrongly(back: int, forth: int) -> None:
    patchwork = Patchwork[Any](draw_samples((9, 8), np.uint8, 0))
    patchwork[2:5, 2:5] = np.zeros((3, 3), np.uint8)
    for where in (
        (slice(None, None, back), slice(None, None, forth)),
        (slice(None, None, forth), slice(None, None, back)),
    ):
        with pytest.raises(IndexError):
            patchwork[where]
    with pytest.raises(IndexError):
        patchwork[::back]
