"""What is painted as transparent: glass with nothing solid in it, and veils."""

from __future__ import annotations

import numpy as np

from mattework import cut_out
from mattework.arrays import Bytes, Floats
from mattework.geometry import Rect
from mattework.matting.resolve import resolve_region
from mattework.matting.solve import solve_alpha
from mattework.matting.trimap import draw_transparent
from mattework.recipe import Stroke

BRUSH = Stroke(kind="transparent", radius=200, points=((60, 50),))


def blow_bubble(density: float, colour: float = 1.0) -> tuple[Floats, Bytes, Floats]:
    """A clear disc with a dense rim over a striped ground: photo, a trimap without any foreground, true alpha."""
    down, across = np.mgrid[:100, :120].astype(np.float32)
    distance = np.hypot(across - 60, down - 50)
    ground = np.where((across // 9 % 2 == 0)[..., None], (0.55, 0.5, 0.4), (0.25, 0.3, 0.35))
    alpha = np.where(distance < 32, density, 0.7) * (distance < 36)
    photo = colour * alpha[..., None] + ground * (1 - alpha[..., None])
    trimap = np.where(distance < 39, 128, 0).astype(np.uint8)
    return photo.astype(np.float32), trimap, alpha.astype(np.float32)


def test_glass_with_nothing_solid_in_it_keeps_its_rim_and_shows_its_ground() -> None:
    photo, trimap, truth = blow_bubble(0.15)
    inside = truth == np.float32(0.15)
    plain, painted = solve_alpha(photo, trimap), solve_alpha(photo, trimap, strokes=[BRUSH])
    assert painted.solver == "neural"
    assert np.abs(plain.alpha - truth)[trimap == 128].mean() > 0.1
    assert np.abs(painted.alpha - truth)[trimap == 128].mean() < 0.05
    assert abs(painted.alpha[inside].mean() - 0.15) < 0.03
    assert painted.alpha[truth > 0.6].mean() > 0.55


def test_only_what_is_painted_is_looked_through() -> None:
    """A hole that a later stroke makes foreground or plain again is not."""
    photo, trimap, _ = blow_bubble(0.15)
    again = Stroke(kind="unknown", radius=200, points=((60, 50),))
    plain = solve_alpha(photo, trimap).alpha
    np.testing.assert_array_equal(solve_alpha(photo, trimap, strokes=[again]).alpha, plain)
    kinds = draw_transparent(
        [BRUSH, Stroke(kind="foreground", radius=5, points=((60, 50),))], Rect(50, 40, 70, 60)
    )
    assert kinds is not None
    assert not kinds[10, 10]
    assert kinds[0, 0]
    assert draw_transparent([again], Rect(0, 0, 4, 4)) is None


def test_a_veil_takes_the_colour_of_its_cloth() -> None:
    photo, trimap, truth = blow_bubble(0.4, colour=0.75)
    photo[10:22, 20:100] = (
        0.75  # solid cloth of its own colour, which white at less alpha could explain as well
    )
    trimap[10:22, 20:100] = 255
    truth[10:22, 20:100] = 1
    painted = solve_alpha(photo, trimap, strokes=[BRUSH]).alpha
    assert np.abs(painted - truth)[trimap == 128].mean() < 0.05


def test_a_stroke_that_is_solved_alone_looks_through_too() -> None:
    photo, trimap, truth = blow_bubble(0.15)
    region = Rect(45, 35, 75, 65)
    zone, patch = resolve_region(photo, trimap, np.where(trimap == 128, truth, 0), region, strokes=[BRUSH])
    rows, columns = region.move(-zone.left, -zone.top).slices
    assert np.abs(patch[rows, columns] - truth[region.slices]).max() < 0.05


def test_a_cut_with_a_transparent_stroke_is_glass() -> None:
    photo, trimap, truth = blow_bubble(0.15)
    given = np.where(trimap == 128, 255, 0).astype(np.uint8)
    given[48:52, 22:26] = 128  # a trimap has a band
    cutout = cut_out(photo, trimap=given, strokes=[BRUSH], colours=0.0)
    assert np.abs(cutout.alpha - truth)[trimap == 128].mean() < 0.05


def test_it_is_told_where_nothing_is_looked_through() -> None:
    photo, trimap, _ = blow_bubble(0.15)
    told = "was solved as any unknown edge"
    assert not any(told in note for note in solve_alpha(photo, trimap, strokes=[BRUSH]).notes)
    other = solve_alpha(photo, trimap, strokes=[BRUSH], solver="guided")
    assert any(told in note and "closed-form" in note for note in other.notes)
    assert not solve_alpha(photo, trimap, solver="guided").notes
    unknown = np.full(trimap.shape, 128, np.uint8)
    without = solve_alpha(photo, unknown, strokes=[BRUSH])
    assert without.solver == "guided"
    assert any(told in note for note in without.notes)


def test_a_background_too_far_away_to_be_seen_is_told() -> None:
    photo, _, _ = blow_bubble(0.15)
    large = np.tile(photo, (6, 6, 1))
    trimap = np.full(large.shape[:2], 128, np.uint8)
    trimap[:, 300:] = 255
    trimap[7, -1] = 0  # between the places of all landmarks
    notes = solve_alpha(large, trimap, strokes=[BRUSH]).notes
    assert any("No background is known near" in note for note in notes)
