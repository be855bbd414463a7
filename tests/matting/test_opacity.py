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
from mattework.matting.resolve import _heed_opacity, resolve_region
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


@given(units, edges, st.booleans(), st.sampled_from(["uint8", "uint16", "float32"]))
def test_along_an_edge_the_matte_is_that_of_the_thing_beside_it(
    solved: Floats, own: Floats, belongs: bool, kind: str
) -> None:
    """Whatever was solved on the edge, from whatever colours: the product is the opacity, or nothing."""
    rest = np.full((1, 5), belongs, np.float32)
    matte = np.vstack([rest, solved, rest])
    matte[own >= 0.9] = belongs
    lift_alpha(matte, code(own, kind), np.ones(matte.shape, bool))
    soft = (own > 0.01) & (own < 0.89)
    np.testing.assert_allclose((matte * own)[soft], (own * belongs)[soft], atol=0.005)


@given(solutions, edges)
def test_only_what_was_solved_changes(solved: Floats, own: Floats) -> None:
    where = np.zeros(solved.shape, bool)
    where[2:4, 1:3] = True
    for change in (lift_alpha, press_alpha):
        matte = solved.copy()
        change(matte, own, where)
        np.testing.assert_array_equal(matte[~where], solved[~where])
        assert ((matte >= 0) & (matte <= 1)).all()


def test_an_opaque_photo_changes_nothing(scene: Composite) -> None:
    plain = solve_alpha(scene.colour, scene.trimap).alpha
    white = np.full(scene.trimap.shape, 255, np.uint8)
    np.testing.assert_array_equal(solve_alpha(scene.colour, scene.trimap, opacity=white).alpha, plain)


@pytest.mark.parametrize("left", ["the photo", "black", "white", "noise"])
@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_a_soft_edge_that_the_photo_has_is_kept_whatever_lies_under_it(
    scene: Composite, kind: str, left: str
) -> None:
    colour = scene.colour.copy()
    if left != "the photo":
        noise = np.random.default_rng(3).random(colour.shape, np.float32)
        colour[scene.alpha == 0] = {"black": 0.0, "white": 1.0, "noise": noise[scene.alpha == 0]}[left]
    own = code(scene.alpha, kind)
    cut = mattework.cut_out(np.dstack([code(colour, kind), own]), trimap=scene.trimap)
    soft = (scene.alpha > 0.1) & (scene.alpha < 0.9)
    assert abs(float(cut.alpha[soft].mean() - scene.alpha[soft].mean())) < 0.02
    assert (cut.alpha <= scene.alpha + 0.01).all()


def test_of_two_things_that_were_cut_out_one_is_kept_with_its_edge(scene: Composite) -> None:
    """The trimap calls the left one background."""
    own = np.hstack([scene.alpha, scene.alpha])
    both = np.hstack([scene.colour, scene.colour])
    left = np.where(scene.trimap == 128, 128, 0).astype(np.uint8)
    trimap = np.hstack([left, scene.trimap])
    cut = mattework.cut_out(np.dstack([code(both, "uint8"), code(own, "uint8")]), trimap=trimap)
    width = scene.alpha.shape[1]
    soft = (scene.alpha > 0.1) & (scene.alpha < 0.9)
    assert cut.alpha[:, :width][soft].mean() < 0.1
    assert abs(float(cut.alpha[:, width:][soft].mean() - scene.alpha[soft].mean())) < 0.02


def test_a_stroke_heeds_the_opacity_as_the_whole_solve_does(scene: Composite) -> None:
    own = code(scene.alpha, "uint8")
    alpha = solve_alpha(scene.colour, scene.trimap, opacity=own).alpha
    region = Rect(40, 40, 120, 120)
    zone, values = resolve_region(scene.colour, scene.trimap, alpha, region, opacity=own, thorough=True)
    shown = values * scene.alpha[zone.slices]
    assert (shown <= scene.alpha[zone.slices] + 0.01).all()
    assert float(np.abs(shown - (alpha * scene.alpha)[zone.slices]).mean()) < 0.01


@pytest.mark.parametrize("side", [1200, 3000])
def test_a_wide_soft_edge_of_a_large_photo_is_kept_too(side: int) -> None:
    """Ramps are as wide as a feather of a hundredth of the photo."""
    ramp_width = side / 100
    across = np.clip((np.arange(side) - 300) / ramp_width, 0, 1).astype(np.float32)
    own = np.repeat(across[None], 600, axis=0)
    ramp = (own > 0.03) & (own < 0.85)
    matte = np.where(own < 1, np.float32(0.5), np.float32(1))
    where = own < 1
    lift_alpha(matte, own, where)
    np.testing.assert_allclose(matte[ramp], 1)
    part = np.s_[200:400, 200 : 400 + side // 100]
    alone = np.where(own < 1, np.float32(0.5), np.float32(1))
    _heed_opacity(
        lift_alpha, alone[part], where[part], Rect(200, 200, 400 + side // 100, 400), alone.copy(), own
    )
    np.testing.assert_array_equal(alone[part], matte[part])


@given(solutions, st.floats(0.1, 1.0), st.integers(0, 200))
def test_a_photo_that_is_transparent_throughout_keeps_its_edge_as_solved(
    solved: Floats, own: float, seed: int
) -> None:
    grain = np.random.default_rng(seed).uniform(0.9, 1.0, solved.shape)
    matte = solved.copy()
    lift_alpha(matte, (own * grain).astype(np.float32), np.ones(matte.shape, bool))
    np.testing.assert_array_equal(matte, solved)
