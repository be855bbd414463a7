"""Pyramids and views: what a pixel of the screen shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework import Rect, Size
from mattework.recipe import EdgeSettings
from mattework_editor.compose import Look, Sources, View, compose_view
from mattework_editor.pyramid import Pyramid, render_matte


def noise(height: int, width: int, channels: int = 3) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(4).integers(0, 256, (height, width, channels), np.uint8)


def test_levels_are_means_of_the_photo() -> None:
    plane = noise(512, 1024)
    level = Pyramid.build(plane).levels[2]
    assert level is not None
    means = plane.reshape(128, 4, 256, 4, 3).mean(axis=(1, 3))
    assert np.abs(level - means).max() <= 1.0


@settings(max_examples=25, deadline=None)
@given(x=st.integers(0, 698), y=st.integers(0, 528), width=st.integers(1, 200), height=st.integers(1, 200))
def test_an_update_is_what_building_anew_gives(x: int, y: int, width: int, height: int) -> None:
    plane = noise(529, 699)
    pyramid = Pyramid.build(plane.copy())
    where = Rect(x, y, x + width, y + height).intersect(Rect(0, 0, 699, 529))
    plane[where.slices] = 255 - plane[where.slices]
    pyramid.update(where, plane[where.slices])
    for level, wanted in zip(pyramid.levels, Pyramid.build(plane).levels, strict=True):
        np.testing.assert_array_equal(level, wanted)


@pytest.mark.parametrize("scale", [1, 2, 3, 8])
def test_pixels_are_crisp_and_whole_from_one_to_one_on(scale: int) -> None:
    plane = noise(300, 400)
    seen = Pyramid.build(plane).sample(scale, 10, 20, Size(64 * scale, 48 * scale))
    np.testing.assert_array_equal(seen, plane[20:68, 10:74].repeat(scale, 0).repeat(scale, 1))


@pytest.mark.parametrize("scale", [0.13, 0.37, 0.5, 0.9])
def test_neighbouring_rectangles_join_without_a_seam(scale: float) -> None:
    pyramid = Pyramid.build(noise(900, 1200))
    whole = pyramid.sample(scale, 0, 0, Size(100, 80)).astype(int)
    right = pyramid.sample(scale, 50 / scale, 0, Size(50, 80)).astype(int)
    assert np.abs(whole[:, 50:] - right).max() <= 8  # OpenCV rounds positions to 1/32 pixel


def make_sources() -> Sources:
    colour = np.full((64, 64, 3), 100, np.uint8)
    matte = np.zeros((64, 64), np.uint8)
    matte[:, 32:] = 255
    trimap = matte.copy()
    trimap[:, 30:34] = 128
    return Sources(Pyramid.build(colour), Pyramid.build(matte), trimap)


@pytest.mark.parametrize(
    ("view", "outside", "inside"),
    [
        (View.BLACK, (0, 0, 0), (100, 100, 100)),
        (View.WHITE, (255, 255, 255), (100, 100, 100)),
        (View.BACKGROUND, (9, 8, 7), (100, 100, 100)),
        (View.MASK, (0, 0, 0), (255, 255, 255)),
        (View.ORIGINAL, (100, 100, 100), (100, 100, 100)),
        (View.BAND, (25, 25, 25), (100, 100, 100)),
        (View.OVERLAY, (178, 64, 64), (100, 100, 100)),
    ],
)
def test_views_show_subject_and_ground(
    view: View, outside: tuple[int, int, int], inside: tuple[int, int, int]
) -> None:
    look = Look(view=view, colour=(9, 8, 7))
    seen = compose_view(make_sources(), look, 1.0, 0, 0, Size(64, 64)).astype(int)
    assert np.abs(seen[10, 5] - outside).max() <= 1
    assert np.abs(seen[10, 60] - inside).max() <= 1


def test_the_band_is_seen_in_the_band_view() -> None:
    seen = compose_view(make_sources(), Look(view=View.BAND), 1.0, 0, 0, Size(64, 64))
    assert seen[10, 32, 0] > seen[10, 32, 2] + 60


def test_a_local_matte_is_what_the_whole_shows() -> None:
    y, x = np.mgrid[0:600, 0:700]
    alpha = np.clip((200 - np.hypot(x - 350, y - 300)) / 20, 0, 1).astype(np.float32)
    edge = EdgeSettings(smooth=4, feather=3, shift=-2)
    _, before = render_matte(alpha, edge, None, Rect(0, 0, 700, 600))
    pyramid = Pyramid.build(before)
    changed = Rect(150, 250, 190, 300)
    alpha[changed.slices] = 0.0
    pyramid.update(*render_matte(alpha, edge, None, changed))
    _, whole = render_matte(alpha, edge, None, Rect(0, 0, 700, 600))
    assert pyramid.levels[0] is not None
    assert np.abs(pyramid.levels[0].astype(int) - whole.astype(int)).max() <= 1
