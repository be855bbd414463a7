"""The matting Laplacian of the band, and its solution."""

from __future__ import annotations

import numpy as np
import pytest

from mattework.arrays import Bools, Floats
from mattework.matting.laplacian import BandSystem, assemble_band, solve_conjugate_gradient

EPSILON = 1e-4


def draw_case(height: int = 9, width: int = 11) -> tuple[Floats, Bools, Floats]:
    random = np.random.default_rng(5)
    colour = random.random((height, width, 3)).astype(np.float32)
    unknown = random.random((height, width)) < 0.6
    alpha = (random.random((height, width)) < 0.5).astype(np.float32)
    return colour, unknown, alpha


def build_laplacian_by_hand(colour: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Equation 12 of the paper, pixel pair by pixel pair, over all 3 x 3 windows inside the picture."""
    height, width, channels = colour.shape
    laplacian = np.zeros((height * width, height * width))
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            members = [(y + dy) * width + x + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
            samples = colour.reshape(-1, channels)[members].astype(np.float64)
            mean = samples.mean(axis=0)
            spread = np.linalg.inv(np.cov(samples.T, bias=True) + EPSILON / 9 * np.eye(channels))
            for i, p in enumerate(members):
                for j, q in enumerate(members):
                    affinity = (1 + (samples[i] - mean) @ spread @ (samples[j] - mean)) / 9
                    laplacian[p, q] += (p == q) - affinity
    return laplacian


def test_the_band_system_is_that_of_the_paper() -> None:
    colour, unknown, alpha = draw_case()
    whole = build_laplacian_by_hand(colour)
    band, rest = unknown.reshape(-1), ~unknown.reshape(-1)
    system = assemble_band(colour, unknown, alpha, epsilon=EPSILON)
    np.testing.assert_allclose(system.matrix.toarray(), whole[np.ix_(band, band)], atol=1e-9)
    np.testing.assert_allclose(system.right, -whole[np.ix_(band, rest)] @ alpha.reshape(-1)[rest], atol=1e-9)


@pytest.mark.parametrize("rows", [1, 7, 40])
@pytest.mark.parametrize("shape", [(30, 9), (5, 90)])
def test_a_system_made_in_parts_is_the_same(
    monkeypatch: pytest.MonkeyPatch, rows: int, shape: tuple[int, int]
) -> None:
    """Rows of the picture longer and shorter than a part, and gaps in the band."""
    colour, unknown, alpha = draw_case(*shape)
    unknown[shape[0] // 2 - 1 : shape[0] // 2 + 2] = False
    whole = assemble_band(colour, unknown, alpha, epsilon=EPSILON)
    monkeypatch.setattr("mattework.matting.laplacian.ROWS", rows)
    parts = assemble_band(colour, unknown, alpha, epsilon=EPSILON)
    np.testing.assert_allclose(parts.matrix.toarray(), whole.matrix.toarray(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(parts.right, whole.right, rtol=0, atol=1e-12)
    single = assemble_band(colour, unknown, alpha, epsilon=EPSILON, precision=np.float32)
    np.testing.assert_array_equal(single.matrix.toarray(), parts.matrix.toarray().astype(np.float32))


def test_a_band_of_nothing_is_an_empty_system() -> None:
    colour, unknown, alpha = draw_case()
    system = assemble_band(colour, np.zeros_like(unknown), alpha)
    assert system.matrix.shape == (0, 0)
    assert system.right.shape == (0,)


def test_alpha_linear_in_colour_costs_nothing() -> None:
    colour, unknown, _ = draw_case(12, 14)
    alpha = (0.2 + colour @ np.array([0.3, 0.1, 0.4])).astype(np.float32)
    system = assemble_band(colour, unknown, alpha, epsilon=1e-9)
    residual = system.matrix @ alpha[unknown].astype(np.float64) - system.right
    assert np.abs(residual).max() < 1e-4


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_number_of_channels(channels: int) -> None:
    _, unknown, alpha = draw_case()
    colour = np.random.default_rng(1).random((*unknown.shape, channels)).astype(np.float32)
    matrix = assemble_band(colour, unknown, alpha).matrix
    assert abs(matrix - matrix.T).max() < 1e-9
    assert np.linalg.eigvalsh(matrix.toarray()).min() > -1e-9


def test_conjugate_gradients_reach_the_direct_solution() -> None:
    colour, unknown, alpha = draw_case()
    system = assemble_band(colour, unknown, alpha, epsilon=EPSILON)
    direct = np.linalg.lstsq(system.matrix.toarray(), system.right, rcond=None)[0]
    found, steps = solve_conjugate_gradient(system, np.full(len(direct), 0.5), tolerance=1e-10)
    assert steps > 0
    np.testing.assert_allclose(system.matrix @ found, system.matrix @ direct, atol=1e-8)


def test_a_good_start_needs_no_step() -> None:
    colour, unknown, alpha = draw_case()
    system = assemble_band(colour, unknown, alpha, epsilon=EPSILON)
    found, _ = solve_conjugate_gradient(system, np.zeros(len(system.right)), tolerance=1e-12)
    _, steps = solve_conjugate_gradient(BandSystem(system.matrix, system.right), found, tolerance=1e-6)
    assert steps == 0


def test_single_precision_comes_as_near_as_alpha_needs() -> None:
    colour, unknown, alpha = draw_case(24, 30)
    system = assemble_band(colour, unknown, alpha, epsilon=EPSILON)
    single = BandSystem(system.matrix.astype(np.float32), system.right)
    start = np.full(len(system.right), 0.5)
    double, _ = solve_conjugate_gradient(system, start, tolerance=1e-12)
    found, _ = solve_conjugate_gradient(single, start, tolerance=1e-6)
    assert np.abs(found - double).max() < 1e-3
