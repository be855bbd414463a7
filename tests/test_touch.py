"""Touches: what soft strokes, areas and gradients do to a solved alpha."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework import EdgeSettings, Rect, Stroke, apply_recipe, cut_out, draw_strokes, finish_cutout
from mattework.errors import RecipeError, UsageError
from mattework.photo import open_source, take_photo
from mattework.recipe import Recipe, StrokeKind, parse_recipe
from mattework.touch import touch_alpha, touch_region, weigh_stroke
from samples import draw_disc

SOFT = Stroke(kind="foreground", radius=20.0, points=((30.0, 40.0), (70.0, 40.0)), hardness=0.0)
FRAME = Rect(0, 0, 100, 80)

points = st.tuples(st.floats(-20, 120), st.floats(-20, 100))
shares = st.floats(0, 1)


@st.composite
def strokes(draw: st.DrawFn) -> Stroke:
    shape = draw(st.sampled_from(("brush", "brush", "area", "gradient")))
    number = {"brush": st.integers(1, 4), "area": st.integers(3, 6), "gradient": st.just(2)}[shape]
    way = tuple(draw(points) for _ in range(draw(number)))
    pressed = shape == "brush" and draw(st.booleans())
    return Stroke(
        kind=draw(st.sampled_from(("foreground", "background", "bridged", "cleaned", "unknown", "restored"))),
        radius=draw(st.floats(0, 30)),
        points=way,
        hardness=draw(shares),
        opacity=draw(shares),
        shape=shape,  # type: ignore[arg-type]
        pressures=tuple(draw(shares) for _ in way) if pressed else (),
        pressed=draw(st.sampled_from(("size", "opacity"))),
    )


def make_alpha(seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    coarse = np.random.default_rng(seed).random((10, 13), np.float32)
    return np.ascontiguousarray(np.kron(coarse, np.ones((8, 8), np.float32))[:80, :100])


@settings(max_examples=60, deadline=None)
@given(
    done=st.lists(strokes(), max_size=4),
    seed=st.integers(0, 5),
    left=st.integers(0, 90),
    top=st.integers(0, 70),
    width=st.integers(1, 60),
    height=st.integers(1, 60),
)
def test_a_part_shows_what_the_whole_would_and_stays_between_0_and_1(
    done: list[Stroke], seed: int, left: int, top: int, width: int, height: int
) -> None:
    alpha = make_alpha(seed)
    before = alpha.copy()
    whole = touch_alpha(alpha, done)
    where = Rect(left, top, left + width, top + height).intersect(FRAME)
    np.testing.assert_allclose(touch_region(alpha, done, where), whole[where.slices], atol=2e-6)
    assert 0 <= whole.min() <= whole.max() <= 1
    np.testing.assert_array_equal(alpha, before)


@settings(max_examples=40, deadline=None)
@given(stroke=strokes())
def test_foreground_only_raises_background_only_lowers_and_by_the_weight(stroke: Stroke) -> None:
    alpha = make_alpha(1)
    for kind, step in (("foreground", 1.0), ("background", -1.0)):
        one = replace(stroke, kind=kind, opacity=min(stroke.opacity, 0.9))  # type: ignore[arg-type]
        change = touch_alpha(alpha, [one]) - alpha
        assert (step * change >= -1e-6).all()
        room = 1 - alpha if step > 0 else alpha
        np.testing.assert_allclose(step * change, weigh_stroke(one, FRAME) * room, atol=1e-5)


def test_a_soft_brush_is_full_in_the_middle_half_at_half_and_gone_at_its_rim() -> None:
    weight = weigh_stroke(SOFT, FRAME)
    assert weight[39, 50] > 0.98
    assert weight[49, 50] == pytest.approx(0.5, abs=0.05)
    assert weight[60, 50] < 0.001
    hard = weigh_stroke(replace(SOFT, hardness=1.0, opacity=0.4), FRAME)
    assert hard[56, 50] == pytest.approx(0.4)
    assert hard[61, 50] == 0


def test_a_gesture_that_crosses_itself_weighs_once() -> None:
    there = replace(SOFT, opacity=0.5)
    back = replace(there, points=(*there.points, there.points[0]))
    np.testing.assert_allclose(weigh_stroke(back, FRAME), weigh_stroke(there, FRAME), atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    way=st.lists(points, min_size=1, max_size=6),
    radius=st.floats(0, 30),
    hardness=shares,
    opacity=shares,
    pressed=st.sampled_from(("size", "opacity")),
)
def test_an_even_stroke_is_that_of_a_pen_pressed_fully(
    way: list[tuple[float, float]], radius: float, hardness: float, opacity: float, pressed: str
) -> None:
    even = Stroke(kind="foreground", radius=radius, points=tuple(way), hardness=hardness, opacity=opacity)
    pen = replace(even, pressures=(1.0,) * len(way), pressed=pressed)  # type: ignore[arg-type]
    np.testing.assert_allclose(weigh_stroke(even, FRAME), weigh_stroke(pen, FRAME), atol=1e-5)


def test_pressure_scales_the_size_or_the_opacity() -> None:
    pressed = replace(SOFT, hardness=1.0, pressures=(0.25, 1.0))
    narrow = weigh_stroke(pressed, FRAME)
    assert (narrow[:, 30] > 0.5).sum() < (narrow[:, 69] > 0.5).sum() - 15
    faint = weigh_stroke(replace(pressed, pressed="opacity"), FRAME)
    assert faint[40, 30] == pytest.approx(0.26, abs=0.03)
    assert faint[40, 50] == pytest.approx(0.63, abs=0.03)
    assert (faint[:, 30] > 0).sum() == pytest.approx((faint[:, 69] > 0).sum(), abs=1)


def test_full_strokes_of_a_hard_brush_are_the_trimaps_and_touches_are_not() -> None:
    hard = replace(SOFT, hardness=1.0)
    assert not hard.is_touch
    trimap = np.zeros((80, 100), np.uint8)
    assert draw_strokes(trimap, [hard]).any()
    assert not draw_strokes(
        trimap, [SOFT, replace(hard, shape="area", points=((0, 0), (90, 0), (9, 70)))]
    ).any()
    alpha = make_alpha(2)
    assert touch_alpha(alpha, [hard]) is alpha


def test_a_hard_stroke_wins_over_touches_before_it() -> None:
    alpha = make_alpha(3)
    rub = Stroke(kind="background", radius=0.0, points=((0, 0), (100, 0), (100, 80), (0, 80)), shape="area")
    again = Stroke(kind="unknown", radius=9.0, points=((50.0, 40.0),))
    touched = touch_alpha(alpha, [rub, again])
    assert touched[40, 50] == alpha[40, 50]
    assert touched[40, 65] == 0
    assert touch_alpha(alpha, [again, rub])[40, 50] == 0


def test_an_area_whose_outline_overlaps_itself_has_no_hole_and_no_seam() -> None:
    twice = (
        (10, 10),
        (10, 60),
        (70, 60),
        (70, 10),
        (10, 10),
        (20, 20),
        (20, 50),
        (60, 50),
        (60, 20),
        (20, 20),
        (10, 10),
    )
    area = Stroke(kind="foreground", radius=0.0, points=twice, shape="area")
    once = replace(area, points=((10, 10), (70, 10), (70, 60), (10, 60)))
    for radius in (0.0, 4.0):
        np.testing.assert_allclose(
            weigh_stroke(replace(area, radius=radius), FRAME),
            weigh_stroke(replace(once, radius=radius), FRAME),
            atol=1e-6,
        )
    bow_tie = replace(area, points=((10, 10), (70, 60), (70, 10), (10, 60)))
    weight = weigh_stroke(bow_tie, FRAME)
    assert weight[35, 15] == weight[35, 65] == 1
    assert weight[15, 40] == weight[55, 40] == 0


def test_an_area_is_as_large_as_its_outline_and_can_be_soft() -> None:
    area = Stroke(
        kind="foreground", radius=0.0, points=((10.3, 20), (60.8, 20), (60.8, 50), (10.3, 50)), shape="area"
    )
    weight = weigh_stroke(area, FRAME)
    assert weight.sum() == pytest.approx(50.5 * 30, rel=0.002)
    assert weight[35, 10] == pytest.approx(0.7, abs=0.01)
    soft = weigh_stroke(replace(area, radius=6.0), FRAME)
    assert soft[35, 10] == pytest.approx(0.5, abs=0.1)
    assert 0 < soft[35, 6] < soft[35, 14] < 1


def test_a_gradient_falls_evenly_between_its_points() -> None:
    ramp = Stroke(kind="background", radius=0.0, points=((20.0, 0.0), (60.0, 0.0)), shape="gradient")
    row = touch_alpha(np.ones((80, 100), np.float32), [ramp])[33]
    assert (row[:20] == 0).all()
    assert row[39] == pytest.approx(0.4875)
    assert (row[60:] == 1).all()


def test_bridging_closes_holes_and_gaps_cleaning_removes_specks_and_what_is_large_stays() -> None:
    alpha = np.zeros((80, 100), np.float32)
    alpha[:, 40:] = 1
    alpha[20:23, 60:63] = 0  # a hole
    alpha[50:53, 15:18] = 1  # a speck
    alpha[68:72, 0:40] = 1  # a strap with a gap
    alpha[68:72, 20:23] = 0
    places = (61.5, 21.5), (16.5, 51.5), (21.5, 70.0)

    def mend(kind: StrokeKind) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return touch_alpha(alpha, [Stroke(kind=kind, radius=16.0, points=(place,)) for place in places])

    bridged, cleaned = mend("bridged"), mend("cleaned")
    assert (bridged[21, 61], bridged[51, 16], bridged[69, 21]) == (1, 1, 1)
    assert (cleaned[21, 61], cleaned[51, 16], cleaned[69, 15]) == (0, 0, 0)
    np.testing.assert_array_equal(bridged[:66, 40:58], alpha[:66, 40:58])
    np.testing.assert_array_equal(cleaned[:48, :39], alpha[:48, :39])


def test_touches_come_before_edge_settings_and_are_made_again_with_the_recipe() -> None:
    rgb, mask = draw_disc(120, 100)
    touches = (
        Stroke(kind="background", radius=15.0, points=((60.0, 50.0),), hardness=0.5, opacity=0.6),
        Stroke(kind="background", radius=0.0, points=((60.0, 0.0), (90.0, 0.0)), shape="gradient"),
    )
    document = open_source(rgb)
    plain = cut_out(rgb, from_mask=mask, solver="guided")
    touched = cut_out(rgb, from_mask=mask, solver="guided", strokes=touches)
    np.testing.assert_allclose(touched.alpha, touch_alpha(plain.alpha, touches), atol=1e-6)
    for edge in (EdgeSettings(), EdgeSettings(feather=4.0)):
        recipe = replace(touched.recipe, edge=edge)
        again = apply_recipe(rgb, recipe=recipe, inputs=touched.inputs)
        finished = finish_cutout(
            document,
            take_photo(document),
            plain.alpha,
            plain.trimap,
            recipe=recipe,
            inputs=plain.inputs,
        )
        np.testing.assert_allclose(again.alpha, finished.alpha, atol=1e-6)
        if edge.is_neutral:
            np.testing.assert_allclose(again.alpha, touched.alpha, atol=1e-6)


def test_recipes_from_before_there_were_touches_open_with_hard_strokes() -> None:
    old = parse_recipe('{"version":1,"strokes":[{"kind":"foreground","radius":3.0,"points":[[1,2]]}]}')
    assert old.strokes == (Stroke(kind="foreground", radius=3.0, points=((1.0, 2.0),)),)
    assert not old.strokes[0].is_touch
    assert parse_recipe(Recipe(strokes=(SOFT,)).to_json()).strokes == (SOFT,)


@pytest.mark.parametrize(
    "bad", [{"hardness": 1.5}, {"opacity": -0.1}, {"pressures": (0.5,)}, {"pressures": (0.5, 3.0)}]
)
def test_unsound_touches_are_refused(bad: dict[str, object]) -> None:
    stroke = replace(SOFT, **bad)  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="re-applied"):
        parse_recipe(Recipe(strokes=(stroke,)).to_json())
    rgb, mask = draw_disc(40, 40)
    with pytest.raises(UsageError):
        cut_out(rgb, from_mask=mask, strokes=(stroke,))
    with pytest.raises(RecipeError, match="gradient"):
        parse_recipe(Recipe(strokes=(replace(SOFT, shape="gradient", points=((1.0, 1.0),)),)).to_json())


def test_a_gradient_of_one_point_and_forces_out_of_range_are_refused() -> None:
    alpha = np.zeros((8, 8), np.float32)
    start = ((1.0, 1.0),)
    for bad in (
        Stroke(kind="foreground", radius=2.0, points=start, shape="gradient"),
        Stroke(kind="foreground", radius=2.0, points=start, hardness=0.5, opacity=3.0),
        Stroke(kind="foreground", radius=float("inf"), points=start, opacity=0.5),
    ):
        with pytest.raises(UsageError):
            touch_alpha(alpha, [bad])


def test_a_gradient_that_begins_far_outside_is_an_alpha_still() -> None:
    far = Stroke(kind="foreground", radius=2.0, points=((-1e300, 3.0), (1e300, 3.0)), shape="gradient")
    touched = touch_alpha(np.full((8, 8), 0.5, np.float32), [far])
    assert np.isfinite(touched).all()
