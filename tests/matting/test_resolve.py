from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.arrays import Bytes, Floats
from mattework.errors import UsageError
from mattework.geometry import Rect
from mattework.matting.brush import stroke_bounds
from mattework.matting.resolve import BLEND, MOST_UNKNOWN, resolve_region, resolve_strokes
from mattework.matting.solve import solve_alpha
from mattework.matting.trimap import draw_strokes
from mattework.recipe import SolverName, Stroke

from .scenes import Composite, draw_composite


@dataclass(frozen=True)
class Solved:
    scene: Composite
    alpha: Floats


@pytest.fixture(scope="module")
def solved() -> Solved:
    scene = draw_composite(200)
    return Solved(scene, solve_alpha(scene.colour, scene.trimap).alpha)


def put(alpha: Floats, where: Rect, patch: Floats) -> Floats:
    result = alpha.copy()
    result[where.slices] = patch
    return result


def test_nothing_outside_the_blend_zone_is_touched(solved: Solved) -> None:
    region = Rect(120, 60, 170, 100)
    before = solved.alpha.copy()
    where, patch = resolve_region(solved.scene.colour, solved.scene.trimap, solved.alpha, region)
    assert where == region.grow(BLEND)
    assert patch.shape == where.size.shape
    np.testing.assert_array_equal(solved.alpha, before)


def test_an_unchanged_trimap_gives_nearly_the_same_alpha(solved: Solved) -> None:
    region = Rect(110, 40, 180, 120)
    where, patch = resolve_region(solved.scene.colour, solved.scene.trimap, solved.alpha, region)
    difference = np.abs(patch - solved.alpha[where.slices])
    assert difference.mean() < 0.004
    assert np.quantile(difference, 0.99) < 0.06


def test_it_joins_without_a_seam(solved: Solved) -> None:
    region = Rect(120, 40, 180, 120)
    where, patch = resolve_region(solved.scene.colour, solved.scene.trimap, solved.alpha, region)
    rim = np.ones(patch.shape, bool)
    rim[1:-1, 1:-1] = False
    assert np.abs(patch - solved.alpha[where.slices])[rim].max() < 0.05


def test_a_foreground_stroke_is_obeyed(solved: Solved) -> None:
    stroke = Stroke(kind="foreground", radius=6, points=((140.5, 60.5), (150.5, 70.5)))
    trimap = draw_strokes(solved.scene.trimap, [stroke])
    where, patch = resolve_region(solved.scene.colour, trimap, solved.alpha, stroke_bounds(stroke))
    alpha = put(solved.alpha, where, patch)
    assert (alpha[trimap == 255] == 1).all()
    assert (alpha[trimap == 0] == 0).all()


def test_a_hole_inside_the_subject_opens_under_an_unknown_stroke() -> None:
    scene = draw_composite(200)
    colour = scene.colour.copy()
    hole = (slice(95, 105), slice(95, 105))
    colour[hole] = scene.colour[3, 3]  # the background shines through
    alpha = solve_alpha(colour, scene.trimap).alpha
    assert (alpha[hole] == 1).all()
    stroke = Stroke(kind="unknown", radius=12, points=((100.0, 100.0),))
    trimap = draw_strokes(scene.trimap, [stroke])
    where, patch = resolve_region(colour, trimap, alpha, stroke_bounds(stroke))
    after = put(alpha, where, patch)
    assert after[hole].mean() < 0.1
    assert after[100, 90] > 0.9


@pytest.mark.parametrize("missing", [0, 255])
def test_without_a_known_foreground_or_background_it_does_as_a_solve_of_the_whole(missing: int) -> None:
    scene = draw_composite(200)
    trimap = np.where(scene.trimap == missing, 128, scene.trimap).astype(np.uint8)
    soft = cv2.GaussianBlur(scene.alpha, (0, 0), 3).astype(np.float32)
    whole = solve_alpha(scene.colour, trimap, soft_mask=soft)
    assert whole.solver == "guided"
    where, patch = resolve_region(
        scene.colour, trimap, whole.alpha, Rect(60, 50, 150, 140), soft_mask=soft, thorough=True
    )
    error = np.abs(patch - whole.alpha[where.slices])
    assert error.mean() < 0.005


def test_what_differs_from_the_request_is_told() -> None:
    scene = draw_composite(200)
    told: list[str] = []
    names: list[str] = []
    trimap = np.where(scene.trimap == 255, 128, scene.trimap).astype(np.uint8)
    alpha = np.zeros(trimap.shape, np.float32)

    def resolve(trimap: Bytes, strokes: tuple[Stroke, ...], solver: SolverName) -> None:
        resolve_region(
            scene.colour,
            trimap,
            alpha,
            Rect(60, 50, 150, 140),
            strokes=strokes,
            solver=solver,
            tell=told.append,
            ran=lambda opened: names.append(opened.name),
        )

    resolve(trimap, (), "closed-form")
    assert names == ["guided"]
    assert "marks no foreground" in told.pop()
    clear = Stroke(kind="transparent", radius=30, points=((100.0, 100.0),))
    resolve(draw_strokes(scene.trimap, [clear]), (clear,), "guided")
    assert "looks through what was painted" in told.pop()
    resolve(scene.trimap, (), "closed-form")
    assert (names[-1], told) == ("closed-form", [])


@settings(max_examples=25, deadline=None)
@given(
    left=st.integers(-30, 210),
    top=st.integers(-30, 210),
    width=st.integers(0, 80),
    height=st.integers(0, 80),
    kind=st.sampled_from([0, 128, 255]),
)
def test_any_region_of_any_kind(
    solved: Solved, left: int, top: int, width: int, height: int, kind: int
) -> None:
    region = Rect(left, top, left + width, top + height)
    trimap: Bytes = solved.scene.trimap.copy()
    inside = region.intersect(Rect(0, 0, 200, 200))
    trimap[inside.slices] = kind
    where, patch = resolve_region(solved.scene.colour, trimap, solved.alpha, region)
    assert patch.shape == where.size.shape
    assert region.grow(BLEND).contains(where)
    alpha = put(solved.alpha, where, patch)
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert (alpha[inside.slices][trimap[inside.slices] == 255] == 1).all()
    assert (alpha[inside.slices][trimap[inside.slices] == 0] == 0).all()


def test_strokes_in_turn_are_what_painting_them_makes(solved: Solved) -> None:
    scene = solved.scene
    strokes = (
        Stroke(kind="foreground", radius=6, points=((140.5, 60.5), (150.5, 70.5))),
        Stroke(kind="bridged", radius=6, points=((40.5, 60.5),)),
        Stroke(kind="unknown", radius=9, points=((100.0, 100.0),)),
        Stroke(kind="background", radius=4, points=((-50.0, 0.0),)),
    )
    alpha, told = solved.alpha, []
    for number in (1, 3):
        trimap = draw_strokes(scene.trimap, strokes[:number])
        where = stroke_bounds(strokes[number - 1])
        alpha = put(alpha, *resolve_region(scene.colour, trimap, alpha, where, thorough=True))
    before = scene.trimap.copy(), solved.alpha.copy()
    drawn, made = resolve_strokes(
        scene.colour, scene.trimap, solved.alpha, strokes, progress=lambda step, share: told.append(share)
    )
    np.testing.assert_array_equal(made, alpha)
    np.testing.assert_array_equal(drawn, trimap)
    np.testing.assert_array_equal(scene.trimap, before[0])
    np.testing.assert_array_equal(solved.alpha, before[1])
    assert told == [0, 0.25, 0.5, 0.75]


def test_sixteen_bit_photos_and_the_fast_solvers(solved: Solved) -> None:
    colour = np.rint(solved.scene.colour * 65535).astype(np.uint16)
    region = Rect(120, 60, 170, 100)
    for solver in ("guided", "hard", "closed-form"):
        where, patch = resolve_region(colour, solved.scene.trimap, solved.alpha, region, solver=solver)
        assert where == region.grow(BLEND)
        assert np.isfinite(patch).all()


def test_arrays_that_do_not_fit_are_refused(solved: Solved) -> None:
    with pytest.raises(UsageError, match="equally large"):
        resolve_region(solved.scene.colour, solved.scene.trimap, solved.alpha[1:], Rect(0, 0, 9, 9))


def test_a_thorough_solve_of_a_large_region_is_as_good_as_a_full_one() -> None:
    scene = draw_composite(400)
    unknown = scene.trimap == 128
    assert unknown.sum() > 2 * MOST_UNKNOWN
    full = solve_alpha(scene.colour, scene.trimap).alpha
    everything = Rect(0, 0, scene.trimap.shape[1], scene.trimap.shape[0])
    start = (scene.trimap == 255).astype(np.float32)
    thorough = put(start, *resolve_region(scene.colour, scene.trimap, start, everything, thorough=True))
    assert np.abs(thorough - full)[unknown].mean() < 1e-3


@pytest.mark.parametrize("value", [np.nan, np.inf, 3.0])
def test_an_alpha_that_is_none_is_refused(solved: Solved, value: float) -> None:
    alpha = solved.alpha.copy()
    alpha[60, 60] = value
    with pytest.raises(UsageError, match="from 0 to 1"):
        resolve_region(solved.scene.colour, solved.scene.trimap, alpha, Rect(50, 50, 70, 70))
