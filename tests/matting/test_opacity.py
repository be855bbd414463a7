"""Photos that are partly transparent already keep the soft edge that they have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import mattework
from mattework.arrays import Floats, Samples
from mattework.geometry import Rect
from mattework.matting.opacity import lift_alpha, press_alpha
from mattework.matting.resolve import resolve_region
from mattework.matting.solve import solve_alpha

from .scenes import Composite, draw_composite

units = npst.arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32))
# An edge has all of the thing on one side and nothing of it on the other.
edges = units.map(lambda own: np.vstack([np.zeros((1, 5), np.float32), own, np.ones((1, 5), np.float32)]))
solutions = npst.arrays(np.float32, (6, 5), elements=st.floats(0, 1, width=32))


@pytest.fixture(scope="module")
def scene() -> Composite:
    return draw_composite(160)


def code(alpha: Floats, kind: str) -> Samples:
    if kind == "float32":
        return alpha
    white = np.iinfo(kind).max
    return np.rint(alpha.astype(np.float64) * white).astype(kind)


@given(solutions, edges, st.sampled_from(["uint8", "uint16", "float32"]))
def test_the_product_with_the_opacity_is_the_smaller_of_both(solved: Floats, own: Floats, kind: str) -> None:
    matte = solved.copy()
    lift_alpha(matte, code(own, kind), np.ones(matte.shape, bool))
    assert ((matte >= solved) & (matte <= 1)).all()
    seen = own > 0.01
    np.testing.assert_allclose((matte * own)[seen], np.minimum(solved, own)[seen], atol=0.005)


@given(solutions, edges)
def test_what_is_lifted_and_pressed_is_what_it_was_where_it_shows(solved: Floats, own: Floats) -> None:
    matte, where = solved.copy(), np.ones(solved.shape, bool)
    lift_alpha(matte, own, where)
    press_alpha(matte, own, where)
    seen = own > 0.01
    np.testing.assert_allclose(matte[seen], np.minimum(solved, own)[seen], atol=1e-5)


def test_an_opaque_photo_changes_nothing(scene: Composite) -> None:
    plain = solve_alpha(scene.colour, scene.trimap).alpha
    white = np.full(scene.trimap.shape, 255, np.uint8)
    np.testing.assert_array_equal(solve_alpha(scene.colour, scene.trimap, opacity=white).alpha, plain)


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_a_soft_edge_that_the_photo_has_is_not_taken_twice(scene: Composite, kind: str) -> None:
    """The colours under the transparency are those of the photo before it was cut."""
    own = code(scene.alpha, kind)
    soft = (scene.alpha > 0.1) & (scene.alpha < 0.9)
    cut = mattework.cut_out(np.dstack([code(scene.colour, kind), own]), trimap=scene.trimap)
    assert abs(float(cut.alpha[soft].mean() - scene.alpha[soft].mean())) < 0.05
    assert (cut.alpha <= scene.alpha + 0.01).all()


def test_a_stroke_heeds_the_opacity_as_the_whole_solve_does(scene: Composite) -> None:
    own = code(scene.alpha, "uint8")
    alpha = solve_alpha(scene.colour, scene.trimap, opacity=own).alpha
    region = Rect(40, 40, 120, 120)
    zone, values = resolve_region(scene.colour, scene.trimap, alpha, region, opacity=own, thorough=True)
    shown = values * scene.alpha[zone.slices]
    assert (shown <= scene.alpha[zone.slices] + 0.01).all()
    assert float(np.abs(shown - (alpha * scene.alpha)[zone.slices]).mean()) < 0.01


@given(solutions, st.floats(0.1, 1.0), st.integers(0, 200))
def test_a_photo_that_is_transparent_throughout_keeps_its_edge_as_solved(
    solved: Floats, own: float, seed: int
) -> None:
    grain = np.random.default_rng(seed).uniform(0.9, 1.0, solved.shape)
    matte = solved.copy()
    lift_alpha(matte, (own * grain).astype(np.float32), np.ones(matte.shape, bool))
    np.testing.assert_array_equal(matte, solved)
