from __future__ import annotations

from dataclasses import replace
from typing import get_args

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mattework.arrays import Bytes, Floats
from mattework.errors import Cancelled, UsageError
from mattework.matting.solve import solve_alpha
from mattework.matting.solvers import SOLVERS
from mattework.matting.trimap import draw_strokes
from mattework.recipe import SolverName, Stroke

from .scenes import draw_composite

NAMES: list[SolverName] = [name for name in get_args(SolverName) if name not in ("neural", "auto")]


@pytest.mark.parametrize(("solver", "allowed"), [("closed-form", 0.012), ("guided", 0.08), ("hard", 0.13)])
def test_a_known_alpha_is_recovered(solver: SolverName, allowed: float) -> None:
    scene = draw_composite()
    small = np.asarray(cv2.resize(scene.alpha, (80, 80), interpolation=cv2.INTER_AREA), np.float32)
    soft = None if solver == "closed-form" else small
    solution = solve_alpha(scene.colour, scene.trimap, soft_mask=soft, solver=solver)
    unknown = scene.trimap == 128
    assert solution.solver == solver
    assert solution.notes == ()
    assert np.abs(solution.alpha - scene.alpha)[unknown].mean() < allowed


@pytest.mark.parametrize("solver", NAMES)
def test_known_pixels_stay_exact_and_alpha_in_range(solver: SolverName) -> None:
    scene = draw_composite(97)
    alpha = solve_alpha(scene.colour, scene.trimap, solver=solver).alpha
    assert alpha.dtype == np.float32
    assert (alpha[scene.trimap == 255] == 1).all()
    assert (alpha[scene.trimap == 0] == 0).all()
    assert alpha.min() >= 0
    assert alpha.max() <= 1


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Bytes, Bytes]:
    height, width = draw(st.integers(1, 24)), draw(st.integers(1, 24))
    random = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    channels = draw(st.sampled_from([1, 3]))
    kinds = np.array(draw(st.sampled_from([(0, 128, 255), (0, 128), (128, 255), (128,), (0, 255)])), np.uint8)
    colour = random.integers(0, 256, (height, width, channels), dtype=np.uint8)
    return colour, random.choice(kinds, (height, width))


def one_pixel(kind: int) -> tuple[Bytes, Bytes]:
    return np.full((1, 1, 3), 90, np.uint8), np.full((1, 1), kind, np.uint8)


@settings(max_examples=80, deadline=None)
@given(picture=pictures(), solver=st.sampled_from(NAMES), with_mask=st.booleans(), painted=st.booleans())
@example(picture=one_pixel(0), solver="closed-form", with_mask=False, painted=False)
@example(picture=one_pixel(128), solver="closed-form", with_mask=True, painted=True)
@example(picture=one_pixel(255), solver="guided", with_mask=False, painted=True)
def test_any_picture_and_trimap_is_solved(
    picture: tuple[Bytes, Bytes], solver: SolverName, with_mask: bool, painted: bool
) -> None:
    colour, trimap = picture
    soft = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4) if with_mask else None
    strokes = [Stroke(kind="transparent", radius=9, points=((5, 5),))] if painted else []
    first = solve_alpha(colour, trimap, soft_mask=soft, strokes=strokes, solver=solver)
    assert first.alpha.shape == trimap.shape
    assert np.isfinite(first.alpha).all()
    assert (first.alpha[trimap == 255] == 1).all()
    assert (first.alpha[trimap == 0] == 0).all()
    assert first.alpha.min() >= 0
    assert first.alpha.max() <= 1
    again = solve_alpha(colour, trimap, soft_mask=soft, strokes=strokes, solver=solver)
    np.testing.assert_array_equal(first.alpha, again.alpha)


@pytest.mark.parametrize("solver", NAMES)
@pytest.mark.parametrize("tile", [32, 77])
def test_the_size_of_tiles_does_not_show(
    solver: SolverName, tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    scene = draw_composite(131)
    monkeypatch.setitem(SOLVERS, solver, replace(SOLVERS[solver], most_unknown=2000, most_pixels=6000))
    whole = solve_alpha(scene.colour, scene.trimap, solver=solver, tile=4096).alpha
    tiled = solve_alpha(scene.colour, scene.trimap, solver=solver, tile=tile).alpha
    assert np.abs(whole - tiled).max() < 2e-3


def test_a_reduced_solve_comes_near_the_full_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    scene = draw_composite(200)
    unknown = scene.trimap == 128
    full = solve_alpha(scene.colour, scene.trimap).alpha
    monkeypatch.setitem(
        SOLVERS, "closed-form", replace(SOLVERS["closed-form"], most_unknown=int(unknown.sum()) // 4)
    )
    half = solve_alpha(scene.colour, scene.trimap).alpha
    assert np.abs(half - scene.alpha)[unknown].mean() < np.abs(full - scene.alpha)[unknown].mean() + 0.01


def test_sixteen_bits_give_more_than_256_levels() -> None:
    scene = draw_composite()
    colour = np.rint(scene.colour * 65535).astype(np.uint16)
    alpha = solve_alpha(colour, scene.trimap).alpha
    levels = np.unique(np.rint(alpha * 65535))
    assert len(levels) > 1000


def test_depths_agree() -> None:
    scene = draw_composite()
    as_float = solve_alpha(scene.colour, scene.trimap).alpha
    as_word = solve_alpha(np.rint(scene.colour * 65535).astype(np.uint16), scene.trimap).alpha
    assert np.abs(as_float - as_word).mean() < 1e-3


def test_all_known_is_told() -> None:
    trimap = np.zeros((5, 7), np.uint8)
    trimap[2:, 3:] = 255
    solution = solve_alpha(np.zeros((5, 7, 3), np.uint8), trimap)
    np.testing.assert_array_equal(solution.alpha, (trimap == 255).astype(np.float32))
    assert solution.solver == "none"
    assert "no edge was solved" in solution.notes[0]


def test_a_trimap_without_subject_says_that_none_was_found() -> None:
    solution = solve_alpha(np.zeros((5, 7, 3), np.uint8), np.zeros((5, 7), np.uint8))
    assert not solution.alpha.any()
    assert "No subject was found" in solution.notes[0]


def test_all_unknown_falls_back_and_says_so() -> None:
    soft = np.zeros((4, 4), np.float32)
    soft[:, 2:] = 1
    solution = solve_alpha(np.zeros((40, 40, 3), np.uint8), np.full((40, 40), 128, np.uint8), soft_mask=soft)
    assert solution.solver == "guided"
    assert "no foreground and no background" in solution.notes[0]
    assert solution.alpha[20, 35] > 0.9
    assert solution.alpha[20, 5] < 0.1


def test_an_all_transparent_veil_is_not_forced_to_0_or_1() -> None:
    colour = np.full((40, 60, 3), 0.5, np.float32)
    colour[:, :20] = (1, 0, 0)
    colour[:, 40:] = (0, 0, 1)
    colour[:, 20:40] = (0.5, 0, 0.5)
    trimap = np.full((40, 60), 128, np.uint8)
    trimap[:, :15], trimap[:, 45:] = 255, 0
    alpha = solve_alpha(colour, trimap).alpha
    assert np.abs(alpha[:, 25:35] - 0.5).max() < 0.05


def test_an_unknown_solver_is_refused_with_the_names() -> None:
    with pytest.raises(UsageError, match=r"closed-form.*guided.*hard"):
        solve_alpha(np.zeros((4, 4, 3), np.uint8), np.full((4, 4), 128, np.uint8), solver="best")  # type: ignore[arg-type]


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="as large as the photo"):
        solve_alpha(np.zeros((4, 5, 3), np.uint8), np.zeros((4, 4), np.uint8))
    with pytest.raises(UsageError, match="bytes"):
        solve_alpha(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, -1e30])
def test_strange_colours_do_not_spread(value: float) -> None:
    """What is no colour counts as black or white where it is, and spoils nothing elsewhere."""
    scene = draw_composite(96)
    colour = scene.colour.copy()
    colour[2, 3], colour[20, 48] = value, value
    alpha = solve_alpha(colour, scene.trimap).alpha
    assert np.isfinite(alpha).all()
    sound = solve_alpha(scene.colour, scene.trimap).alpha
    assert np.abs(alpha - sound)[50:].mean() < 0.01


def test_values_that_are_none_are_refused() -> None:
    colour, trimap = np.zeros((4, 4, 3), np.uint8), np.full((4, 4), 128, np.uint8)
    trimap[0] = 255
    with pytest.raises(UsageError, match="no numbers"):
        solve_alpha(colour, trimap, soft_mask=np.full((2, 2), np.nan, np.float32))
    with pytest.raises(UsageError, match="uint8, uint16 or float32"):
        solve_alpha(colour.astype(np.int64), trimap)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="from 0 to 1"):
        solve_alpha(colour, trimap, soft_mask=np.full((2, 2), 255, np.float32))
    for opacity in (np.ones((4, 5), np.float32), np.ones((4, 4, 1), np.float32), np.ones((4, 4))):
        with pytest.raises(UsageError, match=r"opacity|Samples"):
            solve_alpha(colour, trimap, opacity=opacity)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="H, W, C"):
        solve_alpha(colour[:, :, :0], trimap)
    with pytest.raises(UsageError, match="tile"):
        solve_alpha(colour, trimap, tile=0)
    trimap[2, 2] = 7
    with pytest.raises(UsageError, match="1 pixels of this one"):
        solve_alpha(colour, trimap)


def test_cancel_stops_at_once_and_leaves_by_its_own_error() -> None:
    scene = draw_composite()
    told: list[tuple[str, float]] = []

    def stop_soon(step: str, fraction: float) -> None:
        told.append((step, fraction))
        if len(told) == 3:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        solve_alpha(scene.colour, scene.trimap, progress=stop_soon)
    assert len(told) == 3


def test_a_soft_mask_outside_the_band_changes_nothing() -> None:
    scene = draw_composite(90)
    lying: Floats = np.ones((8, 8), np.float32)
    alpha = solve_alpha(scene.colour, scene.trimap, soft_mask=lying, solver="hard").alpha
    assert (alpha[scene.trimap == 0] == 0).all()


def test_a_transparent_stroke_over_a_pane_lets_the_ground_through() -> None:
    """A frame with a pane of its colour at 40 %: as subject it is opaque, painted over it is not, and the frame stays."""
    down, across = np.mgrid[0:120, 0:160].astype(np.float32)
    ground = np.stack([0.2 + 0.2 * (across > 80), 0.3 + 0.002 * down, 0.5 - 0.002 * across], axis=2)
    truth = np.zeros((120, 160), np.float32)
    truth[20:100, 30:130] = 1.0
    truth[30:90, 40:120] = 0.4
    colour = (0.95 * truth[..., None] + ground * (1 - truth[..., None])).astype(np.float32)
    trimap = np.where(truth > 0, 255, 0).astype(np.uint8)
    trimap[17:23, 27:133] = trimap[97:103, 27:133] = trimap[17:103, 27:33] = trimap[17:103, 127:133] = 128
    strokes = [Stroke(kind="transparent", radius=7, points=((45, y), (115, y))) for y in range(35, 86, 10)]
    drawn = draw_strokes(trimap, strokes)
    pane = (slice(34, 86), slice(44, 116))
    before = np.abs(solve_alpha(colour, trimap).alpha - truth)
    after = solve_alpha(colour, drawn, strokes=strokes).alpha
    assert before[pane].mean() > 0.55
    assert np.abs(after - truth)[pane].mean() < 0.06
    assert after[24:26, 34:126].min() > 0.95


def test_a_far_speck_changes_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = draw_composite(200)
    colour = np.full((700, 900, 3), 0.3, np.float32)
    colour[:200, :200] = scene.colour
    trimap = np.zeros((700, 900), np.uint8)
    trimap[:200, :200] = scene.trimap
    for name, record in list(SOLVERS.items()):
        monkeypatch.setitem(SOLVERS, name, replace(record, most_pixels=60_000))
    with_speck = trimap.copy()
    with_speck[690:694, 890:894] = 128
    solvers: tuple[SolverName, ...] = ("closed-form", "guided", "hard")
    for solver in solvers:
        alone = solve_alpha(colour, trimap, solver=solver).alpha
        beside = solve_alpha(colour, with_speck, solver=solver).alpha
        np.testing.assert_array_equal(beside[:600], alone[:600])
