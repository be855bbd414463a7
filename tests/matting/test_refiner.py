"""The built-in refiner: it corrects what closed-form matting finds, and nothing else."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mattework.arrays import Bytes, Floats
from mattework.errors import Cancelled, OutOfMemory, RecipeError
from mattework.geometry import Rect, Size
from mattework.matting.brush import stroke_bounds
from mattework.matting.closed_form import weigh_closed_form
from mattework.matting.laplacian import solve_conjugate_gradient
from mattework.matting.network import OVERLAP, open_matting_model, solve_with_network
from mattework.matting.resolve import BLEND, resolve_region
from mattework.matting.scene import take_scene
from mattework.matting.solve import solve_alpha
from mattework.matting.trimap import draw_strokes
from mattework.metrics import measure_sad
from mattework.models.folders import embedded_folder
from mattework.models.runtime import ModelSession
from mattework.pipeline import apply_recipe, cut_out
from mattework.recipe import MattingChoice, SolverName, Stroke, parse_recipe

REFINER = MattingChoice(model="mattework-refiner")

pytestmark = pytest.mark.skipif(
    not (embedded_folder() / "mattework-refiner.onnx").is_file(), reason="the refiner is not in this checkout"
)

refine = partial(solve_alpha, solver="neural", matting=REFINER)


def draw_disc(height: int = 300, width: int = 420) -> tuple[Bytes, Bytes, Floats]:
    """A textured disc on a ground of like texture, its trimap with a band of 24 pixels, and its alpha."""
    rng = np.random.default_rng(5)

    def weave(colour: tuple[int, int, int]) -> Floats:
        noise = cv2.GaussianBlur(rng.normal(0, 60, (height, width, 3)).astype(np.float32), (0, 0), 2.5)
        return np.asarray(np.array(colour, np.float32) + 3 * noise, np.float32)

    y, x = np.mgrid[:height, :width]
    inside = min(height, width) * 0.35 - np.hypot(x - width / 2, y - height / 2)
    alpha = np.clip(inside / 2 + 0.5, 0, 1).astype(np.float32)
    mixed = weave((120, 110, 100)) * alpha[..., None] + weave((100, 120, 110)) * (1 - alpha[..., None])
    photo = np.rint(mixed.clip(0, 255)).astype(np.uint8)
    trimap = np.where(inside > 12, 255, np.where(inside < -12, 0, 128)).astype(np.uint8)
    return photo, trimap, alpha


def test_the_band_changes_and_what_is_known_does_not() -> None:
    photo, trimap, _ = draw_disc()
    solved, refined = solve_alpha(photo, trimap, solver="closed-form"), refine(photo, trimap)
    known = trimap != 128
    np.testing.assert_array_equal(refined.alpha[known], solved.alpha[known])
    assert np.abs(refined.alpha - solved.alpha)[~known].max() > 0.02
    assert refined.alpha.min() >= 0
    assert refined.alpha.max() <= 1


def test_seams_between_tiles_do_not_show() -> None:
    """A photo of many tiles, against the network that sees all of it at once: what differs is what lies farther off, and
    has no steps, which would be seams, of more than two of 255."""
    photo, trimap, _ = draw_disc(416, 720)
    session = open_matting_model(REFINER)
    frame = Size(720, 416).rect
    scene = take_scene(photo, trimap == 128, (trimap == 255).astype(np.float32), None, frame=frame, factor=1)
    in_tiles = solve_with_network(scene, session)
    whole = replace(session.spec.input.size, side=720 + 2 * OVERLAP)
    session = replace(session, spec=replace(session.spec, input=replace(session.spec.input, size=whole)))
    at_once = solve_with_network(scene, session)
    apart = in_tiles - at_once
    smooth = cv2.blur(apart, (9, 9))
    assert np.abs(np.diff(smooth, axis=0)).max() < 2 / 255
    assert np.abs(np.diff(smooth, axis=1)).max() < 2 / 255
    assert np.abs(apart).max() < 0.1
    assert np.abs(apart)[trimap == 128].mean() < 0.01


def test_a_new_stroke_is_solved_again_and_nothing_beside_it() -> None:
    photo, trimap, _ = draw_disc()
    alpha = refine(photo, trimap).alpha
    drawn = trimap.copy()
    drawn[60:80, 200:220] = 255
    region = Rect(200, 60, 220, 80)
    zone, patch = resolve_region(photo, drawn, alpha, region, solver="neural", matting=REFINER)
    assert zone == region.grow(BLEND)
    assert (patch[drawn[zone.slices] == 255] == 1).all()
    around = drawn[zone.slices] == 128
    assert np.abs(patch - alpha[zone.slices])[around].mean() < 0.1


def test_a_cut_names_the_refiner_and_its_recipe_makes_the_same_again() -> None:
    photo, trimap, _ = draw_disc()
    cutout = cut_out(photo, trimap=trimap, solver="neural", matting_model="mattework-refiner", colours=0.0)
    assert any("Mattework refiner" in note for note in cutout.report.notes)
    recipe = parse_recipe(cutout.recipe.to_json())
    assert recipe.matting is not None
    assert recipe.matting.model == "mattework-refiner"
    again = apply_recipe(photo, recipe=recipe, inputs=cutout.inputs)
    np.testing.assert_array_equal(again.alpha, cutout.alpha)


def test_refining_tells_how_far_it_is_and_can_be_cancelled_at_every_step() -> None:
    photo, trimap, _ = draw_disc()
    told: list[float] = []
    refine(photo, trimap, progress=lambda _, fraction: told.append(fraction))
    thirds = [int(fraction * 3 + 1e-6) for fraction in told]  # solving, weighing, correcting
    assert thirds == sorted(thirds)
    assert told[-1] == 1
    assert all(thirds.count(third) >= 2 for third in range(3))

    def cancel(_: str, fraction: float) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        refine(photo, trimap, progress=cancel)


def test_gray_and_deep_photos_are_refined() -> None:
    photo, trimap, _ = draw_disc()
    gray = photo[..., 1].copy()
    first = refine(gray, trimap).alpha
    deep = refine(gray.astype(np.uint16) * 257, trimap).alpha
    np.testing.assert_allclose(deep, first, atol=2e-3)


def test_what_is_painted_as_seen_through_stays_as_it_was_solved() -> None:
    photo, trimap, _ = draw_disc()
    stroke = Stroke(kind="transparent", points=((210.0, 150.0), (240.0, 150.0)), radius=20.0)
    drawn = trimap.copy()
    cv2.line(drawn, (210, 150), (240, 150), 128, 40)
    there = np.zeros(trimap.shape, bool)
    there[140:160, 210:240] = True
    solved = solve_alpha(photo, drawn, strokes=(stroke,), solver="closed-form").alpha
    refined = refine(photo, drawn, strokes=(stroke,)).alpha
    np.testing.assert_array_equal(refined[there], solved[there])


def test_without_background_there_is_nothing_to_correct_and_that_is_said() -> None:
    photo, trimap, _ = draw_disc()
    nothing = np.where(trimap == 0, 128, trimap).astype(np.uint8)
    solution = refine(photo, nothing)
    assert solution.solver == "guided"
    assert solution.matting is None
    assert any("marks no background" in note for note in solution.notes)


def test_what_is_chosen_by_itself_is_the_refined_closed_form() -> None:
    photo, trimap, _ = draw_disc()
    alone, refined = solve_alpha(photo, trimap), refine(photo, trimap)
    np.testing.assert_array_equal(alone.alpha, refined.alpha)
    assert alone.solver == "neural"
    assert alone.matting == refined.matting
    assert alone.notes == ()


def test_another_version_of_the_refiner_is_told_and_taken() -> None:
    photo, trimap, _ = draw_disc()
    old = MattingChoice(model="mattework-refiner", sha256="0" * 64)
    solution = solve_alpha(photo, trimap, matting=old)
    assert solution.matting is not None
    assert solution.matting.sha256 == open_matting_model(REFINER).sha256
    assert any("another version of Mattework refiner (000000000000)" in note for note in solution.notes)
    with pytest.raises(RecipeError):  # whoever asks for the network itself gets that one or none
        solve_alpha(photo, trimap, solver="neural", matting=old)


def test_without_the_refiner_closed_form_alone_solves_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mattework.matting.solvers.REFINER", "vitmatte-small")  # known, and not installed
    photo, trimap, _ = draw_disc()
    solution = solve_alpha(photo, trimap)
    assert solution.solver == "closed-form"
    assert solution.matting is None
    assert any("by closed form alone" in note for note in solution.notes)
    np.testing.assert_array_equal(solution.alpha, solve_alpha(photo, trimap, solver="closed-form").alpha)


def test_a_recipe_that_took_closed_form_by_itself_is_applied_exactly() -> None:
    photo, _, alpha = draw_disc()
    cutout = cut_out(photo, from_mask=alpha, solver="closed-form", colours=0.0)
    older = replace(cutout.recipe, solver="auto")
    again = apply_recipe(photo, recipe=older, inputs=cutout.inputs)
    assert again.report.solver == "closed-form"
    np.testing.assert_array_equal(again.alpha, cutout.alpha)
    anew = apply_recipe(photo, recipe=older.choose_solver("auto"), inputs=cutout.inputs)
    assert anew.report.solver == "neural"
    assert (anew.alpha != cutout.alpha).any()


def test_tiny_photos_are_refined() -> None:
    photo = np.zeros((3, 5, 3), np.uint8)
    photo[:, 3:] = 255
    trimap = np.array([[0, 128, 128, 128, 255]] * 3, np.uint8)
    alpha = refine(photo, trimap).alpha
    assert alpha.shape == (3, 5)
    assert (alpha[:, 0] == 0).all()
    assert (alpha[:, 4] == 1).all()


@pytest.mark.parametrize("name", ["GT05", "GT13", "GT17"])
def test_photographs_with_a_measured_alpha_gain(name: str) -> None:
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("MATTEWORK_SHARED", beside)) / "data" / "bench" / "alphamatting"
    if not folder.is_dir():
        pytest.skip("needs the alphamatting.com pictures under ../shared")
    photo, truth, trimap = (
        cv2.imread(str(folder / kind / f"{name}.png"), flag)
        for kind, flag in (("images", cv2.IMREAD_COLOR), ("alphas", 0), ("trimaps1", 0))
    )
    assert photo is not None
    assert truth is not None
    assert trimap is not None
    trimap[(trimap > 0) & (trimap < 255)] = 128
    rgb = np.ascontiguousarray(photo[..., ::-1]).astype(np.uint8)
    alpha = truth.astype(np.float32) / 255
    solutions = (
        solve_alpha(rgb, trimap.astype(np.uint8), solver="closed-form"),
        refine(rgb, trimap.astype(np.uint8)),
    )
    before, after = (measure_sad(one.alpha, alpha, trimap == 128) for one in solutions)
    assert after < 0.95 * before


@pytest.mark.parametrize("solver", ["auto", "closed-form"])
def test_progress_only_goes_on(solver: SolverName) -> None:
    photo, trimap, _ = draw_disc(700, 900)
    told = list[tuple[str, float]]()
    solve_alpha(photo, trimap, solver=solver, progress=lambda step, fraction: told.append((step, fraction)))
    solving = [fraction for step, fraction in told if step == "solving alpha"]
    assert solving == sorted(solving)
    assert len({round(fraction, 1) for fraction in solving}) >= 6


@pytest.mark.parametrize("channels", [1, 2, 4, 5])
def test_photos_of_any_number_of_channels_are_refined(channels: int) -> None:
    photo, trimap, _ = draw_disc(60, 80)
    some = np.concatenate([photo, photo], axis=2)[:, :, :channels]
    alpha = solve_alpha(some, trimap).alpha
    assert np.isfinite(alpha).all()
    np.testing.assert_array_equal(alpha[trimap == 255], 1)


def test_an_unknown_stroke_amid_the_ground_is_solved_as_soon_as_one_at_the_edge() -> None:
    """Nothing pulls it there, so a residual small beside that pull would never be reached."""
    photo, trimap, alpha = draw_disc(500, 700)
    solved = dict[str, int]()
    for name, place in (("ground", (90, 90)), ("edge", (350, 90))):
        stroke = Stroke(kind="unknown", radius=60, points=(place,))
        drawn = draw_strokes(trimap, [stroke])
        region = stroke_bounds(stroke)
        scene = take_scene(
            photo[region.slices],
            drawn[region.slices] == 128,
            alpha[region.slices],
            None,
            frame=region.size.rect,
            factor=1,
        )
        _, weighed = weigh_closed_form(scene)
        assert weighed is not None
        start = np.full(len(weighed.windows.right), 0.05)
        _, solved[name] = solve_conjugate_gradient(weighed.windows, start, tolerance=5e-4)
    assert solved["ground"] < 2 * solved["edge"] + 20


def test_what_is_seen_through_is_not_sent_through_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, trimap, _ = draw_disc()
    brush = Stroke(kind="transparent", radius=400, points=((200, 150),))
    shown = list[int]()
    run = ModelSession.run

    def count(session: ModelSession, feeds: dict[str, Any]) -> Any:
        shown.append(1)
        return run(session, feeds)

    monkeypatch.setattr(ModelSession, "run", count)
    clear = solve_alpha(photo, trimap, strokes=[brush])
    assert clear.solver == "neural"
    assert not shown
    plain = solve_alpha(photo, trimap)
    assert shown
    assert (plain.alpha != clear.alpha).any()


def test_where_the_network_fails_closed_form_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, trimap, alpha = draw_disc()
    plain = solve_alpha(photo, trimap, solver="closed-form").alpha

    def fail(session: ModelSession, feeds: dict[str, Any]) -> Any:
        raise OutOfMemory("The graphics card's memory is full.")

    monkeypatch.setattr(ModelSession, "run", fail)
    solution = solve_alpha(photo, trimap)
    assert (solution.solver, solution.matting) == ("closed-form", None)
    assert solution.notes == (
        "The graphics card's memory is full. The edge was solved by closed form alone.",
    )
    np.testing.assert_array_equal(solution.alpha, plain)
    stroke = Stroke(kind="unknown", radius=20, points=((210, 45),))
    where = stroke_bounds(stroke)
    drawn = draw_strokes(trimap, [stroke])
    told = list[str]()
    again = resolve_region(photo, drawn, alpha, where, strokes=[stroke], tell=told.append)
    assert tuple(told) == solution.notes
    alone = resolve_region(photo, drawn, alpha, where, strokes=[stroke], solver="closed-form")
    np.testing.assert_array_equal(again[1], alone[1])
    with pytest.raises(OutOfMemory):
        refine(photo, trimap)


def test_a_recipe_painted_by_hand_tells_what_solved_it() -> None:
    photo, trimap, _ = draw_disc()
    strokes = (
        Stroke(kind="foreground", radius=60, points=((210, 150),)),
        Stroke(kind="unknown", radius=12, points=((150, 80), (270, 80))),
    )
    nothing = cut_out(photo, from_mask=np.zeros(trimap.shape, np.float32), colours=0.0)
    assert nothing.report.solver == "none"
    painted = replace(nothing.recipe, strokes=strokes, strokes_in_turn=True)
    made = apply_recipe(photo, recipe=painted, inputs=nothing.inputs)
    assert made.report.solver == "neural"
    assert made.recipe.matting is not None
    assert made.recipe.matting.model == "mattework-refiner"
