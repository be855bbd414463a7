from __future__ import annotations

from dataclasses import replace

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect
from mattework.matting.closed_form import (
    COARSEST_UNKNOWN,
    SETTLED_FACTOR,
    find_settled,
    solve_closed_form,
    weigh_closed_form,
)
from mattework.matting.scene import Scene, halve_scene


def draw_soft_disc(side: int = 120, *, factor: int = SETTLED_FACTOR) -> tuple[Scene, Floats]:
    """A disc with a rim of 12 pixels in a band of 60, as a scene of a photo that was reduced; and its alpha."""
    down, across = np.mgrid[:side, :side].astype(np.float32)
    distance = np.hypot(across - side / 2, down - side / 2)
    alpha = np.asarray(np.clip((side / 4 + 6 - distance) / 12, 0, 1), np.float32)
    ground = np.stack([0.2 + across / 600, 0.3 + down / 600, np.full_like(down, 0.3)], axis=2)
    colour = np.asarray(alpha[:, :, None] * 0.8 + (1 - alpha[:, :, None]) * ground, np.float32)
    unknown = np.asarray(np.abs(distance - side / 4) < 30, np.bool_)
    return Scene(
        frame=Rect(0, 0, side * factor, side * factor),
        factor=factor,
        colour=colour,
        unknown=unknown,
        alpha=np.asarray(np.where(unknown, 0, alpha), np.float32),
        soft_mask=None,
        photo_side=side * factor,
    ), alpha


def stretch(alpha: Floats) -> Floats:
    """As the solver finds it: a little beyond what is stretched to 0 and 1."""
    return np.asarray((alpha - 0.5) * 0.93 + 0.5, np.float32)


def test_what_has_settled_is_solved_as_well() -> None:
    scene, truth = draw_soft_disc()
    assert np.count_nonzero(scene.unknown) > COARSEST_UNKNOWN
    settled = find_settled(scene, halve_scene(scene), stretch(truth))
    assert np.count_nonzero(settled) > 0.3 * np.count_nonzero(scene.unknown)
    whole = solve_closed_form(replace(scene, factor=SETTLED_FACTOR - 1))
    alpha = solve_closed_form(scene)
    assert np.abs(alpha - whole).mean() < 0.003
    assert np.abs(alpha - truth)[scene.unknown].mean() < 1.05 * np.abs(whole - truth)[scene.unknown].mean()


def test_a_hair_that_half_the_scale_hardly_shows_is_not_settled() -> None:
    scene, truth = draw_soft_disc()
    found = stretch(truth)
    colour = scene.colour.copy()
    colour[2:40, 60] = 0.8
    haired = replace(scene, colour=colour)
    with_hair = find_settled(haired, halve_scene(haired), found)
    without = find_settled(scene, halve_scene(scene), found)
    where = (slice(8, 16), slice(59, 62))
    assert without[where].all()
    assert not with_hair[where].any()


def test_what_is_seen_through_never_settles() -> None:
    scene, truth = draw_soft_disc()
    glass = replace(scene, clear=scene.unknown.copy())
    assert not find_settled(glass, halve_scene(glass), stretch(truth)).any()


def test_what_was_weighed_is_told_with_the_same_alpha() -> None:
    scene, _ = draw_soft_disc(factor=1)
    alpha, weighed = weigh_closed_form(scene)
    np.testing.assert_array_equal(alpha, solve_closed_form(scene))
    assert weighed is not None
    np.testing.assert_array_equal(weighed.unknown, scene.unknown)
    count = int(np.count_nonzero(scene.unknown))
    assert weighed.windows.matrix.shape == (count, count)
    assert weighed.guess.shape == weighed.certainty.shape == (count,)
    known = replace(scene, unknown=np.zeros_like(scene.unknown))
    assert weigh_closed_form(known)[1] is None
