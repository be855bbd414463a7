from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.arrays import Floats
from mattework.document.model import ColorMode, Depth, Document
from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.recipe import Shadow
from mattework.shadow import draw_shadow, make_shadow_layer, settle_shadow


def block(left: int, top: int, right: int, bottom: int, *, width: int = 300, height: int = 240) -> Floats:
    alpha = np.zeros((height, width), np.float32)
    alpha[top:bottom, left:right] = 1
    return alpha


def spread(alpha: Floats, shadow: Shadow, **more: float) -> Floats:
    """The shadow over the whole picture."""
    rect, plane = draw_shadow(alpha, shadow, **more)
    whole = np.zeros_like(alpha)
    whole[rect.slices] = plane
    return whole


def test_a_sharp_drop_shadow_is_the_alpha_moved() -> None:
    alpha = block(60, 50, 120, 150)
    shadow = spread(alpha, Shadow(dx=17, dy=-9, blur=0))
    np.testing.assert_array_equal(shadow, block(77, 41, 137, 141))


@pytest.mark.parametrize("blur", [3.0, 40.0])
def test_the_blur_of_a_drop_shadow_is_as_wide_as_it_says(blur: float) -> None:
    shadow = spread(block(100, 0, 300, 240), Shadow(dx=0, dy=0, blur=blur))
    row = shadow[120]
    assert (row[99] + row[100]) / 2 == pytest.approx(0.5, abs=0.03)
    reach = np.flatnonzero((row > 0.025) & (row < 0.975))
    assert reach[-1] - reach[0] == pytest.approx(blur, abs=0.15 * blur + 2)
    assert (np.diff(row) >= -1e-6).all(), "smooth, without a step"


def test_what_the_border_cuts_off_goes_on_beyond_it() -> None:
    shadow = spread(block(100, 50, 200, 240), Shadow(dx=0, dy=-30, blur=12))
    assert shadow[239, 150] == pytest.approx(1, abs=1e-3)


@given(
    dx=st.floats(-60, 60),
    dy=st.floats(-60, 60),
    blur=st.floats(0, 80),
    kind=st.sampled_from(("drop", "contact")),
)
def test_a_shadow_is_always_an_opacity_inside_the_picture(
    dx: float, dy: float, blur: float, kind: Literal["drop", "contact"]
) -> None:
    alpha = block(30, 20, 70, 90, width=97, height=103)
    rect, plane = draw_shadow(alpha, Shadow(kind=kind, dx=dx, dy=dy, blur=blur))
    assert Size(97, 103).rect.contains(rect)
    assert plane.shape == rect.size.shape or rect.is_empty
    assert plane.dtype == np.float32
    assert np.isfinite(plane).all()
    assert plane.size == 0 or (plane.min() >= 0 and plane.max() <= 1)


def test_a_preview_at_a_quarter_of_the_size_shows_the_same_shadow() -> None:
    import cv2

    alpha = block(200, 160, 520, 700, width=1000, height=960)
    for kind in ("drop", "contact"):
        shadow = settle_shadow(Shadow(kind=kind), alpha)
        small = cv2.resize(alpha, (250, 240), interpolation=cv2.INTER_AREA)
        full = cv2.resize(spread(alpha, shadow), (250, 240), interpolation=cv2.INTER_AREA)
        preview = spread(np.asarray(small, np.float32), shadow, scale=0.25)
        assert np.abs(preview - full).mean() < 0.004
        assert np.abs(preview - full).max() < 0.2


def test_a_contact_shadow_begins_at_the_foot_and_lies_behind_and_to_the_side() -> None:
    alpha = block(120, 40, 160, 200)
    shadow = spread(alpha, Shadow(kind="contact", dx=100, dy=-40, blur=20))
    assert shadow[198, 122:158].min() > 0.6, "dark right under the foot"
    assert shadow[:140].max() < 0.05, "squashed: nothing higher than the shadow of the head"
    assert shadow[215:].max() < 0.05, "nothing in front of the foot"
    assert shadow[180, 190] > 0.3, "half way up, half way out"
    assert shadow[180, 90] < 0.05, "not on the side of the light"


def test_a_contact_shadow_gets_softer_and_fainter_with_distance() -> None:
    alpha = block(100, 30, 130, 210)
    shadow = spread(alpha, Shadow(kind="contact", dx=120, dy=-60, blur=60))
    near, far = shadow[200], shadow[158]

    def steepest(row: Floats) -> float:
        return float(np.abs(np.diff(row)).max())

    assert steepest(near) > 3 * steepest(far)
    assert near.max() > 1.3 * far.max()


def test_feet_at_two_depths_both_stand_on_the_ground() -> None:
    alpha = np.maximum(block(80, 40, 110, 200), block(180, 40, 210, 180))
    alpha = np.maximum(alpha, block(80, 40, 210, 80))
    shadow = spread(alpha, Shadow(kind="contact", dx=60, dy=-30, blur=10))
    assert shadow[201, 95] > 0.3
    assert shadow[181, 195] > 0.3
    assert shadow[200:, 185:].max() < 0.2, "the further foot throws its shadow where it stands"


def test_what_hovers_has_no_dark_strip() -> None:
    standing, hovering = block(60, 60, 100, 200), block(180, 60, 220, 120)
    shadow = spread(np.maximum(standing, hovering), Shadow(kind="contact", dx=0, dy=-30, blur=10))
    assert shadow[198, 80] > 0.6
    assert shadow[190:, 185:215].max() < 0.2


@pytest.mark.parametrize("kind", ["drop", "contact"])
def test_lengths_that_are_not_given_suit_the_subject(kind: Literal["drop", "contact"]) -> None:
    small = settle_shadow(Shadow(kind=kind), block(100, 100, 150, 150))
    large = settle_shadow(Shadow(kind=kind), block(10, 10, 210, 210))
    assert small.blur is not None
    assert large.blur is not None
    assert large.blur == pytest.approx(4 * small.blur, abs=3)
    assert settle_shadow(Shadow(kind=kind, dx=3, dy=4, blur=5), block(1, 1, 9, 9)).dx == 3


def test_nothing_throws_no_shadow_and_that_is_told() -> None:
    empty = np.zeros((40, 50), np.float32)
    document = Document(Size(50, 40), ColorMode.RGB, 8)
    for shadow in (Shadow(), Shadow(kind="contact")):
        assert draw_shadow(empty, shadow)[0].is_empty
        layer, notes = make_shadow_layer(document, empty, shadow)
        assert layer is None
        assert "no shadow" in notes[0]


@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("mode", list(ColorMode))
def test_the_layer_is_in_the_documents_mode_and_depth(mode: ColorMode, depth: Depth) -> None:
    alpha = block(60, 50, 120, 150)
    document = Document(Size(300, 240), mode, depth)
    shadow = Shadow(dx=5, dy=5, blur=10, opacity=0.4, colour="#000000")
    layer, notes = make_shadow_layer(document, alpha, shadow)
    assert layer is not None
    assert layer.name == "Shadow"
    assert layer.opacity == 0.4
    assert notes == ()
    document = Document(document.size, mode, depth, (layer,))  # refuses pixels of another kind
    assert layer.alpha is not None
    assert layer.alpha.max() == {8: 255, 16: 65535, 32: pytest.approx(1, abs=1e-5)}[depth]
    assert layer.rect.area < document.size.area / 2, "no larger than the shadow"


def test_a_subject_that_the_border_cuts_off_has_no_foot_and_that_is_told() -> None:
    document = Document(Size(300, 240), ColorMode.RGB, 8)
    layer, notes = make_shadow_layer(document, block(60, 50, 220, 240), Shadow(kind="contact"))
    assert layer is not None
    assert "cuts the subject off" in notes[0]


def test_a_pole_thinner_than_a_working_pixel_stands_on_the_ground() -> None:
    alpha = block(28, 0, 29, 1600, width=60, height=1700)
    shadow = spread(alpha, Shadow(kind="contact", dx=200, dy=-100, blur=40))
    rows, columns = np.nonzero(shadow > 0.5 * shadow.max())
    assert 1570 < rows.min() <= rows.max() < 1630, "darkest at its foot"
    assert 15 < columns.min() <= columns.max() < 45
    assert shadow.max() > 0.1


def test_specks_far_apart_have_a_contact_shadow() -> None:
    alpha = np.maximum(
        block(28, 3, 29, 4, width=60, height=1700), block(30, 1650, 31, 1651, width=60, height=1700)
    )
    rect, plane = draw_shadow(alpha, Shadow(kind="contact"))
    assert rect.size.shape == plane.shape
    assert np.isfinite(plane).all()


def test_a_speck_below_the_foot_does_not_move_the_floor() -> None:
    alpha = block(400, 100, 600, 1800, width=1000, height=2000)
    speck = np.maximum(alpha, block(500, 1950, 501, 1951, width=1000, height=2000))
    shadow = spread(speck, Shadow(kind="contact", dx=300, dy=-200, blur=60))
    assert shadow[1790, 420:580].min() > 0.6
    assert shadow[1900:].max() < 0.05


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no colour"):
        make_shadow_layer(
            Document(Size(9, 9), ColorMode.RGB, 8), np.ones((9, 9), np.float32), Shadow(colour="night")
        )


def test_a_panorama_longer_than_opencv_counts_has_a_contact_shadow_too() -> None:
    alpha = np.zeros((60, 33_000), np.float32)
    alpha[10:50, 20_000:20_100] = 1
    rect, plane = draw_shadow(alpha, Shadow(kind="contact"))
    assert rect.left < 20_000 < 20_100 < rect.right
    assert plane.max() > 0.5
