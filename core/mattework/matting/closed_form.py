"""Closed-form matting on the unknown band only.

The matting Laplacian of Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting" (IEEE TPAMI
2008), is assembled for the rows of unknown pixels alone; known pixels enter as boundary values, exactly. Time and
memory follow the number of unknown pixels and not the picture's area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Bools, Floats
from mattework.matting.guided import estimate_field
from mattework.matting.scene import Scene
from mattework.progress import Progress, report_progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WINDOW_SIDE = 3
CHUNK = 16384
"""Windows handled at once: 16384 x 9 x 9 doubles are 10 MB."""


@dataclass(frozen=True, slots=True)
class BandSystem:
    """The linear system `matrix @ alpha = right` for the unknown pixels, in row-major order of the picture.

    `matrix` is (U, U) symmetric positive semidefinite, float64; it is definite where every connected part of the band
    touches a known pixel or carries a data term.
    """

    matrix: csr_array
    right: NDArray[np.float64]


def assemble_band(colour: Floats, unknown: Bools, alpha: Floats, *, epsilon: float = 1e-7) -> BandSystem:
    """The matting Laplacian's rows for unknown pixels, with known alpha moved to the right side.

    Args:
        colour: (h, w, c) float32 in 0..1, at least 3 x 3 pixels.
        unknown: (h, w) pixels to solve.
        alpha: (h, w) float32; read only where `unknown` is false.
        epsilon: regularisation of the colour covariance, relative to colours in 0..1 (5e-8 to 1e-4 is sensible; larger
            is smoother and better conditioned).
    """
    from scipy.sparse import csr_array

    width = unknown.shape[1]
    pixels = np.flatnonzero(unknown).astype(np.int32)
    row_of = np.full(unknown.size, -1, np.int32)
    row_of[pixels] = np.arange(len(pixels), dtype=np.int32)
    stencil = _accumulate_stencil(colour, unknown, row_of, len(pixels), epsilon)
    right = np.zeros(len(pixels))
    flat_alpha = alpha.reshape(-1)
    columns = np.empty((len(pixels), 25), np.int32)
    last = unknown.size - 1
    for offset in range(25):
        neighbours = pixels + ((offset // 5 - 2) * width + offset % 5 - 2)
        np.clip(neighbours, 0, last, out=neighbours)  # beyond the picture the stencil is zero
        columns[:, offset] = row_of[neighbours]
        known = columns[:, offset] < 0
        right[known] -= stencil[known, offset] * flat_alpha[neighbours[known]]
    present = (columns >= 0) & (stencil != 0)
    starts = np.concatenate(([0], np.cumsum(present.sum(axis=1, dtype=np.int32), dtype=np.int32)))
    matrix = csr_array((stencil[present], columns[present], starts), shape=(len(pixels), len(pixels)))
    return BandSystem(matrix, right)


def _accumulate_stencil(
    colour: Floats, unknown: Bools, row_of: NDArray[np.int32], rows: int, epsilon: float
) -> NDArray[np.float64]:
    """(rows, 25): for every unknown pixel its Laplacian entries at the 5 x 5 neighbours, row by row."""
    import cv2

    width = unknown.shape[1]
    near = cv2.dilate(unknown.astype(np.uint8), np.ones((WINDOW_SIDE, WINDOW_SIDE), np.uint8))
    near[[0, -1], :] = 0
    near[:, [0, -1]] = 0
    centres = np.flatnonzero(near)
    flat = colour.reshape(-1, colour.shape[-1])
    steps = np.array([y * width + x for y in (-1, 0, 1) for x in (-1, 0, 1)])
    stencil = np.zeros((rows, 25))
    count = len(steps)
    for first in range(0, len(centres), CHUNK):
        members = centres[first : first + CHUNK, None] + steps
        samples = flat[members].astype(np.float64)
        samples -= samples.mean(axis=1, keepdims=True)
        spread = np.matmul(samples.transpose(0, 2, 1), samples) / count
        spread += np.eye(spread.shape[-1]) * (epsilon / count)
        affinity = np.matmul(np.matmul(samples, np.linalg.inv(spread)), samples.transpose(0, 2, 1))
        affinity += 1.0
        affinity /= -count
        owner = row_of[members]
        for i in range(count):
            mine = owner[:, i] >= 0
            rows_here = owner[mine, i]
            # a pixel is the i-th member of one window only, so plain indexed addition loses nothing
            for j in range(count):
                offset = (j // 3 - i // 3 + 2) * 5 + j % 3 - i % 3 + 2
                stencil[rows_here, offset] += affinity[mine, i, j]
            stencil[rows_here, 12] += 1.0
    return stencil


def solve_conjugate_gradient(
    system: BandSystem,
    start: NDArray[np.float64],
    *,
    tolerance: float = 1e-6,
    most_steps: int = 2000,
    progress: Progress | None = None,
) -> tuple[NDArray[np.float64], int]:
    """Conjugate gradients with Jacobi scaling. Returns the solution and the number of steps."""
    matrix, right = system.matrix, system.right
    diagonal = matrix.diagonal()
    scale = 1.0 / np.where(diagonal > 0, diagonal, 1.0)
    solution = start.copy()
    residual = right - matrix @ solution
    goal = tolerance * max(float(np.linalg.norm(right)), 1e-12)
    conditioned = scale * residual
    direction = conditioned.copy()
    energy = float(residual @ conditioned)
    norm = float(np.linalg.norm(residual))
    for step in range(most_steps):
        if norm <= goal:
            return solution, step
        applied = matrix @ direction
        length = energy / float(direction @ applied)
        solution += length * direction
        residual -= length * applied
        conditioned = scale * residual
        energy, before = float(residual @ conditioned), energy
        direction *= energy / before
        direction += conditioned
        norm = float(np.linalg.norm(residual))
        if step % 10 == 0:
            report_progress(progress, "solving alpha", step / most_steps)
    return solution, most_steps


def solve_closed_form(scene: Scene, progress: Progress | None = None) -> Floats:
    """Alpha of a scene, (h, w) float32 in 0..1; the scene must hold known foreground and background."""
    alpha = estimate_field(scene)
    unknown = scene.unknown
    if not unknown.any():
        return alpha
    report_progress(progress, "solving alpha", 0.0)
    system = assemble_band(scene.colour, unknown, alpha)
    solution, _ = solve_conjugate_gradient(
        system, alpha[unknown].astype(np.float64), tolerance=1e-4, progress=progress
    )
    alpha[unknown] = np.clip(solution, 0.0, 1.0)
    return alpha
