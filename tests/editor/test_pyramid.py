"""Pyramids and views: what a pixel of the screen shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework import Rect, Size, Stroke
from mattework.recipe import EdgeSettings
from mattework_editor.compose import Look, ShadowPart, Showing, Sources, View, compose_view
from mattework_editor.matte_display import preview_matte
from mattework_editor.pyramid import (
    Halved,
    Part,
    Pyramid,
    enlarge_rows,
    halve,
    render_matte,
    split_into_strips,
)
from mattework_editor.viewport import Viewport


def noise(height: int, width: int, channels: int = 3) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(4).integers(0, 256, (height, width, channels), np.uint8)


def test_levels_are_means_of_the_photo() -> None:
    plane = noise(512, 1024)
    level = Pyramid.build(plane).levels[2]
    assert level is not None
    means = plane.reshape(128, 4, 256, 4, 3).mean(axis=(1, 3))
    assert np.abs(level - means).max() <= 1.0


@settings(max_examples=25, deadline=None)
@given(
    x=st.integers(0, 698),
    y=st.integers(0, 528),
    width=st.integers(1, 200),
    height=st.integers(1, 200),
    strip=st.sampled_from((1, 300, 5000, 1_500_000)),
)
def test_an_update_is_what_building_anew_gives(x: int, y: int, width: int, height: int, strip: int) -> None:
    plane = noise(529, 699)
    pyramid = Pyramid.build(plane.copy())
    where = Rect(x, y, x + width, y + height).intersect(Rect(0, 0, 699, 529))
    plane[where.slices] = 255 - plane[where.slices]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mattework_editor.pyramid.STRIP", strip)
        pyramid.update(where, plane[where.slices])
    again = Pyramid.build(plane)
    for number in range(len(again.levels)):
        np.testing.assert_array_equal(pyramid.read(number), again.read(number))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_part_of_a_half_is_that_of_the_whole(data: st.DataObject) -> None:
    plane = noise(data.draw(st.integers(1, 99)), data.draw(st.integers(1, 99)))
    whole, half = halve(plane), Halved(plane)
    assert half.shape == whole.shape
    top, bottom = sorted(data.draw(st.tuples(*[st.integers(0, half.shape[0])] * 2)))
    left, right = sorted(data.draw(st.tuples(*[st.integers(0, half.shape[1])] * 2)))
    np.testing.assert_array_equal(half[top:bottom, left:right], whole[top:bottom, left:right])


@pytest.mark.parametrize("scale", [1, 2, 3, 8])
def test_pixels_are_crisp_and_whole_from_one_to_one_on(scale: int) -> None:
    plane = noise(300, 400)
    seen = Pyramid.build(plane).sample(Part(scale, 10 * scale, 20 * scale, Size(64 * scale, 48 * scale)))
    np.testing.assert_array_equal(seen, plane[20:68, 10:74].repeat(scale, 0).repeat(scale, 1))


@pytest.mark.parametrize("scale", [0.13, 0.37, 0.5, 0.9])
def test_neighbouring_rectangles_join_without_a_seam(scale: float) -> None:
    pyramid = Pyramid.build(noise(900, 1200))
    whole = pyramid.sample(Part(scale, 0, 0, Size(100, 80))).astype(int)
    right = pyramid.sample(Part(scale, 50, 0, Size(50, 80))).astype(int)
    assert np.abs(whole[:, 50:] - right).max() <= 8  # OpenCV rounds positions to 1/32 pixel


WHOLE = Part(1.0, 0, 0, Size(64, 64))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_quarter_turn_shows_the_same_pixels_turned(turns: int) -> None:
    plane = noise(300, 400)
    view = Viewport(Size(400, 300), Size(900, 900), scale=2.0, angle=90.0 * turns)
    seen = Pyramid.build(plane).sample(view.part(view.plane))
    np.testing.assert_array_equal(seen, np.rot90(plane.repeat(2, 0).repeat(2, 1), -turns))


@settings(max_examples=60, deadline=None)
@given(
    angle=st.floats(0, 360),
    scale=st.floats(0.05, 40),
    x=st.floats(-50, 450),
    y=st.floats(-50, 350),
    turn=st.floats(-180, 180),
)
def test_a_turned_view_goes_to_the_screen_and_back(
    angle: float, scale: float, x: float, y: float, turn: float
) -> None:
    view = Viewport(Size(400, 300), Size(800, 600), scale=scale, angle=angle).centre()
    assert view.to_photo(*view.to_screen(x, y)) == pytest.approx((x, y), abs=1e-6)
    turned = view.turn(view.angle + turn, 400, 300)
    there = turned.to_screen(*view.to_photo(400, 300))
    assert there == pytest.approx((400, 300), abs=1), "the middle of the screen stays"
    fitted = view.fit()
    assert Rect(0, 0, 800, 600).contains(fitted.extent.grow(-1))
    part = view.part(Rect(-7, 5, 60, 90))
    for corner in ((-7, 5), (60, 90), (60, 5)):
        px, py = part.to_photo(*corner)
        assert part.seen.left - 1e-6 <= px <= part.seen.right + 1e-6
        assert part.seen.top - 1e-6 <= py <= part.seen.bottom + 1e-6
        assert view.to_photo(corner[0] + view.left, corner[1] + view.top) == pytest.approx((px, py), abs=1e-6)


def test_what_is_turned_far_shows_what_the_photo_has_there() -> None:
    """Every pixel of a turned view is that of the photo under it."""
    y, x = np.mgrid[0:300, 0:400]
    plane = np.stack([x * 255 / 400, y * 255 / 300, x * 0], axis=-1).astype(np.uint8)
    view = Viewport(Size(400, 300), Size(500, 500), scale=0.8, angle=33.0).centre()
    seen = Pyramid.build(plane).sample(view.part(Rect(0, 0, 500, 500).move(-view.left, -view.top)))
    for sx, sy in ((250, 250), (180, 300), (310, 220)):
        px, py = view.to_photo(sx + 0.5, sy + 0.5)
        assert seen[sy, sx, 0] == pytest.approx(px * 255 / 400, abs=2)
        assert seen[sy, sx, 1] == pytest.approx(py * 255 / 300, abs=2)


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
        (View.COLOUR, (9, 8, 7), (100, 100, 100)),
        (View.PICTURE, (0, 90, 0), (100, 100, 100)),
        (View.BACKGROUND, (0, 0, 200), (100, 100, 100)),
        (View.ANTS, (100, 100, 100), (100, 100, 100)),
        (View.MASK, (0, 0, 0), (255, 255, 255)),
        (View.ORIGINAL, (100, 100, 100), (100, 100, 100)),
        (View.BAND, (25, 25, 25), (100, 100, 100)),
        (View.OVERLAY, (178, 64, 64), (100, 100, 100)),
    ],
)
def test_views_show_subject_and_ground(
    view: View, outside: tuple[int, int, int], inside: tuple[int, int, int]
) -> None:
    picture, backdrop = (np.full((16, 16, 3), colour, np.uint8) for colour in ((0, 90, 0), (0, 0, 200)))
    look = Look(view=view, colour=(9, 8, 7), picture=picture, backdrop=backdrop)
    seen = compose_view(make_sources(), look, WHOLE).astype(int)
    assert np.abs(seen[10, 5] - outside).max() <= 1
    assert np.abs(seen[10, 60] - inside).max() <= 1


def test_layers_are_shown_as_they_are_switched() -> None:
    sources = make_sources()
    sources.shadow = ShadowPart(np.full((16, 16), 255, np.uint8), 0.5, (0, 16), (40, 0, 0), 0.5)
    white = np.full((8, 8, 3), 255, np.uint8)
    plain = Look(view=View.BACKGROUND, backdrop=white)

    def seen(look: Look, x: int, y: int) -> tuple[int, ...]:
        return tuple(compose_view(sources, look, WHOLE)[y, x].tolist())

    assert seen(plain, 10, 10) == (255, 255, 255)
    assert seen(plain, 10, 50) == pytest.approx((148, 128, 128), abs=1), "the shadow lies on the background"
    assert seen(plain, 60, 50) == (100, 100, 100), "and under the subject"
    assert seen(replace(plain, shadow=False), 10, 50) == (255, 255, 255)
    assert seen(replace(plain, view=View.WHITE), 10, 50) == (255, 255, 255), "edges are judged without it"
    assert seen(replace(plain, clean=Showing(opacity=0.5)), 60, 10) == pytest.approx((178,) * 3, abs=1)
    assert seen(replace(plain, clean=Showing(masked=False)), 10, 10) == (100, 100, 100)
    faint = replace(plain, background=Showing(opacity=0.5))
    assert seen(faint, 4, 4)[0] in range(229, 256)
    hidden = replace(plain, clean=Showing(opacity=0.0), background=Showing(opacity=0.0))
    assert set(np.unique(compose_view(sources, hidden, WHOLE)[:16])) == {204, 255}, "a checkerboard"


def test_the_band_is_seen_in_the_band_view() -> None:
    seen = compose_view(make_sources(), Look(view=View.BAND), WHOLE)
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
    assert np.abs(pyramid.read(0).astype(int) - whole.astype(int)).max() <= 1


@pytest.mark.parametrize("edge", [EdgeSettings(), EdgeSettings(smooth=4, feather=3, shift=-2)])
def test_a_matte_made_in_strips_is_what_one_piece_shows(
    edge: EdgeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    y, x = np.mgrid[0:1501, 0:333]
    alpha = np.clip((150 + 40 * np.sin(y / 60) - abs(x - 170)) / 20, 0, 1).astype(np.float32)
    opacity = noise(1501, 333, 1)[..., 0]
    dab = Stroke(kind="foreground", radius=60, points=((20.0, 740.0),), hardness=0.0, opacity=0.5)
    where = Rect(0, 0, 333, 1501)
    whole = render_matte(alpha, edge, opacity, where, [dab])
    small = preview_matte(alpha, EdgeSettings(), opacity, where, 2, [dab])
    monkeypatch.setattr("mattework_editor.pyramid.STRIP", 333 * 100)
    monkeypatch.setattr("mattework_editor.matte_display.STRIP", 333 * 100)
    assert whole[0] == where
    np.testing.assert_array_equal(render_matte(alpha, edge, opacity, where, [dab])[1], whole[1])
    again = preview_matte(alpha, EdgeSettings(), opacity, where, 2, [dab])
    assert again[0] == small[0]
    np.testing.assert_array_equal(again[1], small[1])


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    large=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    rows=st.integers(1, 90),
)
def test_a_mask_enlarged_in_strips_is_the_whole_enlarged(
    height: int, width: int, large: tuple[int, int], rows: int
) -> None:
    import cv2

    size = Size(max(width, large[0]), max(height, large[1]))
    mask = np.random.default_rng(6).random((height, width), np.float32)
    whole = cv2.resize(mask, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    strips = [enlarge_rows(mask, size, strip.slices[0]) for strip in split_into_strips(size.rect, rows)]
    np.testing.assert_allclose(np.concatenate(strips), whole.reshape(size.shape), atol=2e-5)
