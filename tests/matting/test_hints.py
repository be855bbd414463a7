"""The closed form's alpha with what it weighed."""

from __future__ import annotations

import numpy as np
import pytest

from mattework.arrays import Bytes, Floats
from mattework.errors import Cancelled
from mattework.geometry import Size
from mattework.matting.closed_form import solve_closed_form
from mattework.matting.hints import solve_with_hints
from mattework.matting.scene import Scene, take_scene


def make_scene(photo: Bytes, trimap: Bytes, factor: int = 1) -> Scene:
    alpha = (trimap == 255).astype(np.float32)
    frame = Size(trimap.shape[1], trimap.shape[0]).rect
    return take_scene(photo, trimap == 128, alpha, None, frame=frame, factor=factor)


def draw_edge(zoom: int = 1) -> tuple[Bytes, Bytes, Floats]:
    """Red beside blue with a soft edge over 8 columns, (40, 60, 3), a trimap that leaves 24 columns unknown, and the alpha;
    all as many times as large."""
    width = 60 * zoom
    alpha = np.clip(((np.arange(width) + 0.5) / zoom - 26.5) / 8, 0, 1)
    row = alpha[:, None] * np.array([200.0, 40, 40]) + (1 - alpha[:, None]) * np.array([20.0, 40, 220])
    photo = np.repeat(np.rint(row)[None], 40 * zoom, axis=0).astype(np.uint8)
    trimap = np.zeros((40 * zoom, width), np.uint8)
    trimap[:, 18 * zoom : 42 * zoom], trimap[:, 42 * zoom :] = 128, 255
    return photo, trimap, np.asarray(np.broadcast_to(alpha, trimap.shape), np.float32)


def test_hints_agree_with_the_solution_where_colours_decide() -> None:
    photo, trimap, _ = draw_edge()
    scene = make_scene(photo, trimap)
    solved, hints = solve_with_hints(scene)
    np.testing.assert_array_equal(solved, solve_closed_form(scene))
    assert hints.shape == (40, 60, 3)
    known = trimap != 128
    np.testing.assert_allclose(hints[known][:, 0], solved[known], atol=5e-4)
    np.testing.assert_array_equal(hints[known][:, 2], 1)
    assert np.abs(hints[..., 0] - solved).max() < 0.05
    plain = (solved < 0.01) | (solved > 0.99)
    assert np.abs(hints[..., 1] - solved)[plain].max() < 0.05  # the nearest known colours say the same
    assert hints[..., 2][plain].min() > 0.5
    assert hints[20, 30, 2] < 0.3  # between the two colours nothing known is near


def test_scenes_with_much_unknown_are_solved_at_half_their_scale() -> None:
    photo, trimap, truth = draw_edge(zoom=3)
    scene = make_scene(photo, trimap)
    whole, hints = solve_with_hints(scene)
    halved, found = solve_with_hints(scene, most_solved=int(scene.unknown.sum()) - 1)
    assert (halved != whole).any()
    known = trimap != 128
    np.testing.assert_array_equal(halved[known], whole[known])
    np.testing.assert_array_equal(found[known], hints[known])
    assert np.abs(halved - truth).max() < np.abs(whole - truth).max() + 0.03
    assert np.abs(found[..., 0].astype(np.float32) - hints[..., 0])[~known].mean() < 0.02
    quarter, _ = solve_with_hints(scene, most_solved=int(scene.unknown.sum()) // 5)
    assert np.abs(quarter - truth).max() < np.abs(whole - truth).max() + 0.06


def test_what_has_settled_has_hints_that_say_the_same() -> None:
    """In a photo much reduced the finest scale leaves alone what a coarser one has decided."""
    photo, trimap, _ = draw_edge(zoom=12)
    scene = make_scene(photo, trimap, factor=4)
    solved, hints = solve_with_hints(scene)
    assert np.count_nonzero(scene.unknown) > 4000
    settled = scene.unknown & (hints[..., 2] == 1)
    assert settled.sum() > 1000
    np.testing.assert_allclose(hints[settled][:, 0], solved[settled], atol=5e-4)


def test_gathering_hints_can_be_cancelled() -> None:
    photo, trimap, _ = draw_edge(zoom=4)
    told = list[float]()

    def stop(_: str, fraction: float) -> None:
        told.append(fraction)
        if fraction >= 0.7:  # what is weighed besides the solution
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        solve_with_hints(make_scene(photo, trimap), stop)
    assert told[0] < 0.1
