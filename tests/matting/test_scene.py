from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.geometry import Rect
from mattework.matting.carry import carry_alpha
from mattework.matting.scene import (
    enlarge_soft_mask,
    find_landmarks,
    halve_scene,
    reduce_colour,
    reduce_known,
    sample_soft_mask,
    take_scene,
)


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), factor=st.integers(1, 7))
def test_reduced_colours_are_block_means(height: int, width: int, factor: int) -> None:
    colour = np.random.default_rng(height * 41 + width).integers(
        0, 65536, (height, width, 3), dtype=np.uint16
    )
    reduced = reduce_colour(colour, factor)
    assert reduced.shape == (-(-height // factor), -(-width // factor), 3)
    if height >= factor and width >= factor:
        np.testing.assert_allclose(
            reduced[0, 0], colour[:factor, :factor].mean(axis=(0, 1)) / 65535, atol=1e-5
        )


def test_colours_that_are_no_numbers_or_too_bright_are_clipped() -> None:
    colour = np.array([[[np.nan, 3.0, -1.0]]], np.float32)
    np.testing.assert_array_equal(reduce_colour(colour, 1), [[[0.0, 1.0, 0.0]]])


def test_a_block_beside_the_band_is_known_where_half_of_it_is_and_it_agrees() -> None:
    unknown = np.zeros((2, 12), bool)
    alpha = np.ones((2, 12), np.float32)
    alpha[:, 8:] = 0
    unknown[0, 2:4] = True  # half unknown, the rest foreground
    unknown[:, 4:6] = True
    unknown[:, 6] = unknown[0, 7] = True  # a quarter known
    small, value = reduce_known(unknown, alpha, 2)
    np.testing.assert_array_equal(small, [[False, False, True, True, False, False]])
    np.testing.assert_array_equal(value, [[1, 1, 0, 0, 0, 0]])


@settings(max_examples=40, deadline=None)
@given(factor=st.integers(2, 8), place=st.integers(0, 50), slope=st.floats(-1, 1), wide=st.integers(1, 3))
def test_an_unknown_line_thinner_than_a_block_does_not_vanish(
    factor: int, place: int, slope: float, wide: int
) -> None:
    unknown = np.zeros((64, 96), bool)
    columns = np.arange(96)
    for row in range(wide):
        unknown[np.clip(place + row + np.rint(slope * columns).astype(int), 0, 63), columns] = True
    alpha = np.zeros(unknown.shape, np.float32)
    alpha[:, 90:] = 1
    small, _ = reduce_known(unknown, alpha, factor)
    shown = np.repeat(np.repeat(small, factor, axis=0), factor, axis=1)[:64, :96]
    beside = cv2.dilate(shown.astype(np.uint8), np.ones((2 * factor + 1, 2 * factor + 1), np.uint8)) > 0
    assert beside[unknown].all()
    if wide < factor:
        assert shown[unknown].all()


def test_a_thin_scribble_counts_beside_a_thick_one_far_away() -> None:
    unknown = np.ones((80, 160), bool)
    alpha = np.zeros((80, 160), np.float32)
    unknown[:8] = False  # background
    unknown[40:60, 10:40] = False
    alpha[40:60, 10:40] = 1
    unknown[50, 100:140] = False
    alpha[50, 100:140] = 1
    unknown[39, 10:40] = False  # a fringe of the thick one, of one pixel
    alpha[39, 10:40] = 1
    small, value = reduce_known(unknown, alpha, 8)
    np.testing.assert_array_equal(~small[6, 13:17], True)
    np.testing.assert_array_equal(value[6, 13:17], 1)
    assert small[4, 1:5].all()


def test_a_thin_known_line_does_not_vanish() -> None:
    unknown = np.ones((30, 30), bool)
    alpha = np.zeros((30, 30), np.float32)
    unknown[:, 14] = False
    alpha[:, 14] = 1
    unknown[:, 25:] = False
    small, value = reduce_known(unknown, alpha, 5)
    assert (value[~small] == 1).any()
    assert (value[~small] == 0).any()


def test_a_soft_mask_is_sampled_where_the_scene_lies() -> None:
    mask = np.tile(np.linspace(0, 1, 10, dtype=np.float32), (10, 1))
    whole = sample_soft_mask(mask, (100, 100), Rect(0, 0, 100, 100), (100, 100), 1)
    part = sample_soft_mask(mask, (100, 100), Rect(30, 20, 70, 60), (40, 40), 1)
    np.testing.assert_allclose(part, whole[20:60, 30:70], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 99),
    mask_side=st.integers(1, 90),
    frame=st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40)),
    factor=st.integers(1, 6),
    at_once=st.sampled_from([1, 300]),
)
def test_a_soft_mask_sampled_in_strips_is_the_same(
    seed: int, mask_side: int, frame: tuple[int, int, int, int], factor: int, at_once: int
) -> None:
    """Masks coarser and finer than the scene; and one that is enlarged only where it is read."""
    mask = np.random.default_rng(seed).random((mask_side, mask_side + 3), np.float32)
    where = Rect(frame[0], frame[1], frame[0] + frame[2], frame[1] + frame[3])
    shape = (-(-where.height // factor), -(-where.width // factor))
    whole = sample_soft_mask(mask, (100, 100), where, shape, factor)
    large = np.asarray(enlarge_soft_mask(mask, (100, 100), where)[:, :])
    again = sample_soft_mask(large, where.size.shape, where.size.rect, shape, factor)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mattework.matting.scene.AT_ONCE", at_once)
        strips = sample_soft_mask(mask, (100, 100), where, shape, factor)
        lazy = sample_soft_mask(
            enlarge_soft_mask(mask, (100, 100), where), where.size.shape, where.size.rect, shape, factor
        )
    np.testing.assert_allclose(strips, whole, rtol=0, atol=1e-7)
    np.testing.assert_allclose(lazy, again, rtol=0, atol=1e-7)
    np.testing.assert_allclose(large, sample_soft_mask(mask, (100, 100), where, where.size.shape, 1), atol=0)


def test_halving_keeps_the_frame_and_doubles_the_factor() -> None:
    random = np.random.default_rng(2)
    colour = random.integers(0, 256, (33, 47, 3), dtype=np.uint8)
    unknown = np.zeros((33, 47), bool)
    unknown[10:20] = True
    alpha = np.zeros((33, 47), np.float32)
    alpha[20:] = 1
    scene = take_scene(colour, unknown, alpha, None, frame=Rect(0, 0, 47, 33), factor=1)
    half = halve_scene(scene)
    assert half.colour.shape == (17, 24, 3)
    assert half.factor == 2
    assert half.frame == scene.frame


@settings(max_examples=10, deadline=None)
@given(
    factor=st.integers(1, 4),
    reach=st.integers(1, 30),
    band=st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 200), st.integers(1, 40)),
)
def test_what_lies_near_the_band_is_the_same_as_if_all_were_taken(
    factor: int, reach: int, band: tuple[int, int, int, int]
) -> None:
    random = np.random.default_rng(factor)
    colour = random.integers(0, 256, (1000, 1100, 3)).astype(np.uint8)
    top, left, height, width = band
    unknown = np.zeros((1000, 1100), bool)
    unknown[top : top + height, left : left + width] = True
    # Between blocks at every factor: far from the band one pixel stands for its block.
    border = left // 12 * 12
    alpha = (np.arange(1100) >= border).astype(np.float32) * np.ones((1000, 1), np.float32)
    frame = Rect(0, 0, 1100, 1000)
    whole = take_scene(colour, unknown, alpha, None, frame=frame, factor=factor)
    part = take_scene(colour, unknown, alpha, None, frame=frame, factor=factor, reach=reach)
    np.testing.assert_array_equal(part.unknown, whole.unknown)
    side = 2 * reach + 1
    near = cv2.dilate(whole.unknown.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    np.testing.assert_array_equal(part.colour[near], whole.colour[near])
    np.testing.assert_array_equal(part.alpha[near], whole.alpha[near])


def test_landmarks_are_known_pixels_with_their_place() -> None:
    trimap = np.full((40, 60), 128, np.uint8)
    trimap[:, :20], trimap[:, 40:] = 0, 255
    colour = np.repeat(trimap[:, :, None], 3, axis=2)
    marks = find_landmarks(colour, trimap, (10, 5), most=200)
    assert 20 < len(marks.alpha) <= 240
    np.testing.assert_array_equal(marks.colour[:, 0], marks.alpha)
    x = marks.place[:, 0] + 10
    assert ((x < 20) == (marks.alpha == 0)).all()


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_carrying_puts_back_what_is_linear_in_colour(factor: int) -> None:
    random = np.random.default_rng(8)
    colour = random.random((61, 83, 3)).astype(np.float32)
    truth = (0.1 + colour @ np.array([0.2, 0.3, 0.3], np.float32)).astype(np.float32)
    unknown = np.ones(truth.shape, bool)
    scene = take_scene(colour, unknown, truth, None, frame=Rect(0, 0, 83, 61), factor=factor)
    small = reduce_colour(truth, factor)[:, :, 0]
    into = np.zeros(truth.shape, np.float32)
    carry_alpha(small, scene, colour, unknown, into, radius=2, epsilon=1e-9)
    assert np.abs(into - truth).mean() < 0.01
