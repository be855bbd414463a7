from __future__ import annotations

import numpy as np
import pytest

from mattework.arrays import Bools, Floats
from mattework.geometry import Rect
from mattework.matting.guided import estimate_field, harden_edge, interpolate_by_distance
from mattework.matting.scene import Scene


def make_scene(unknown: Bools, alpha: Floats, *, soft: Floats | None = None, factor: int = 1) -> Scene:
    height, width = alpha.shape
    return Scene(
        frame=Rect(0, 0, width * factor, height * factor),
        factor=factor,
        colour=np.zeros((height, width, 3), np.float32),
        unknown=unknown,
        alpha=alpha,
        soft_mask=soft,
        photo_side=max(width, height) * factor,
    )


def upright_band(width: int = 40, left: int = 10, right: int = 30) -> tuple[Bools, Floats]:
    """Foreground left of `left`, background from `right` on, unknown between."""
    unknown = np.zeros((20, width), bool)
    unknown[:, left:right] = True
    alpha = np.zeros((20, width), np.float32)
    alpha[:, :left] = 1
    return unknown, alpha


def test_without_a_mask_the_guess_runs_evenly_across_the_band() -> None:
    field = interpolate_by_distance(make_scene(*upright_band()))
    assert field[10, 0] == 1
    assert field[10, 39] == 0
    steps = np.diff(field[10, 10:30])
    assert (steps < 0).all()
    np.testing.assert_allclose(steps, steps.mean(), atol=0.01)
    assert field[10, 19] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("kind", [0.0, 1.0])
def test_with_one_kind_known_the_guess_is_that_kind(kind: float) -> None:
    unknown, alpha = upright_band()
    unknown[alpha != kind] = True
    field = interpolate_by_distance(make_scene(unknown, np.where(unknown, 0, alpha).astype(np.float32)))
    np.testing.assert_allclose(field, kind, atol=1e-3)


def test_nothing_known_is_undecided() -> None:
    unknown = np.ones((5, 5), bool)
    np.testing.assert_allclose(
        interpolate_by_distance(make_scene(unknown, np.zeros((5, 5), np.float32))), 0.5
    )


def test_a_mask_is_believed_in_the_band_and_nowhere_else() -> None:
    unknown, alpha = upright_band()
    soft = np.full(alpha.shape, 0.3, np.float32)
    field = estimate_field(make_scene(unknown, alpha, soft=soft))
    np.testing.assert_array_equal(field[unknown], np.float32(0.3))
    np.testing.assert_array_equal(field[~unknown], alpha[~unknown])


@pytest.mark.parametrize("factor", [1, 2, 5])
def test_a_hard_edge_is_one_pixel_wide_and_lies_at_one_half(factor: int) -> None:
    """A slanted ramp: its contour is known, and each pixel's alpha is how much of it the contour covers."""
    height, width = 30, 40
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    contour = 18 + 0.25 * down
    field = np.clip(0.5 + (contour - across) / 16, 0, 1).astype(np.float32)
    unknown = np.ones((height * factor, width * factor), bool)
    into = np.zeros(unknown.shape, np.float32)
    scene = make_scene(np.ones((height, width), bool), np.zeros((height, width), np.float32), factor=factor)
    harden_edge(field, scene, unknown, into, tile=64)
    inner = into[4 * factor : -4 * factor]
    assert (((inner > 0.02) & (inner < 0.98)).sum(axis=1) <= 3).all()
    rows = np.arange(4 * factor, height * factor - 4 * factor)
    expected = (18 + 0.25 * ((rows + 0.5) / factor - 0.5) + 0.5) * factor
    np.testing.assert_allclose(inner.sum(axis=1), expected, atol=0.3)


def test_a_hard_edge_leaves_known_pixels_alone() -> None:
    unknown, alpha = upright_band()
    into = np.full(alpha.shape, 0.25, np.float32)
    harden_edge(
        interpolate_by_distance(make_scene(unknown, alpha)), make_scene(unknown, alpha), unknown, into
    )
    np.testing.assert_array_equal(into[~unknown], np.float32(0.25))
    assert set(np.unique(into[unknown] > 0.5)) == {False, True}
