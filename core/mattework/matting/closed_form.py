"""Closed-form matting on the unknown band only.

The matting Laplacian of Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting" (IEEE TPAMI
2008), is assembled for the rows of unknown pixels alone; known pixels enter as boundary values, exactly. Time and
memory follow the number of unknown pixels and not the picture's area.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Bools, Floats
from mattework.matting.affinity import link_like_colours
from mattework.matting.guided import estimate_field
from mattework.matting.scene import Scene, halve_scene
from mattework.progress import Progress, report_progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WINDOW_SIDE = 3
LINK_WEIGHT = 0.0015
"""Of one link against one matting window. Half or twice this costs under 2 % of error."""
HAZE = 0.05
"""Quadratic smoothness pulls alpha away from 0 and 1; the range is stretched back by this much at each end."""
TOLERANCE = 1e-5
"""Residual against the right side: the pull of far known colours on an island is a thousandth of that of a border."""
COARSEST_UNKNOWN = 4000
"""Unknown pixels under which a scale is solved without a coarser one before it."""
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


def assemble_band(colour: Floats, unknown: Bools, alpha: Floats, *, epsilon: float = 1e-6) -> BandSystem:
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
    goal = tolerance * max(math.sqrt(_dot(right, right)), 1e-12)
    conditioned = scale * residual
    direction = conditioned.copy()
    energy = _dot(residual, conditioned)
    norm = math.sqrt(_dot(residual, residual))
    for step in range(most_steps):
        if norm <= goal:
            return solution, step
        applied = matrix @ direction
        length = energy / _dot(direction, applied)
        solution += length * direction
        residual -= length * applied
        conditioned = scale * residual
        energy, before = _dot(residual, conditioned), energy
        direction *= energy / before
        direction += conditioned
        norm = math.sqrt(_dot(residual, residual))
        if step % 10 == 0:
            report_progress(progress, "solving alpha", step / most_steps)
    return solution, most_steps


def _dot(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Not BLAS: its threads cost more than they bring at this size and make the sum depend on their number."""
    return float(np.einsum("i,i->", a, b))


def solve_closed_form(scene: Scene, progress: Progress | None = None) -> Floats:
    """Alpha of a scene, (h, w) float32 in 0..1.

    The closed form with links between pixels of like colour (`affinity`), solved from coarse to fine: each scale starts
    from the one of half its size, which leaves only detail to find. A component of the band that touches nothing
    known keeps the first guess.
    """
    known = scene.alpha
    inner = (known > 0) & (known < 1)  # an alpha that was solved before, as a boundary
    scene = replace(scene, alpha=np.where(inner, known * (1 - 2 * HAZE) + HAZE, known))
    alpha = _solve_scale(scene, progress)
    solved = np.clip((alpha - HAZE) / (1.0 - 2.0 * HAZE), 0.0, 1.0)
    return np.asarray(np.where(scene.unknown, solved, known), np.float32)


def _solve_scale(scene: Scene, progress: Progress | None) -> Floats:
    """Alpha of a scene, coarse to fine, not clipped."""
    import cv2

    if not scene.unknown.any():
        return scene.alpha
    links = link_like_colours(scene)
    if np.count_nonzero(scene.unknown) > COARSEST_UNKNOWN and min(scene.unknown.shape) >= 6:
        coarse = _solve_scale(halve_scene(scene), progress)
        height, width = scene.unknown.shape
        size = (coarse.shape[1] * 2, coarse.shape[0] * 2)
        enlarged = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
        start = enlarged[:height, :width][scene.unknown].astype(np.float64)
    else:
        start = estimate_field(scene)[scene.unknown].astype(np.float64)
        start += links.certainty * (links.guess - start)
    report_progress(progress, "solving alpha", 0.0)
    system = assemble_band(scene.colour, scene.unknown, scene.alpha)
    joint = BandSystem(
        (system.matrix + LINK_WEIGHT * links.matrix).tocsr(), system.right + LINK_WEIGHT * links.right
    )
    solution, _ = solve_conjugate_gradient(joint, start, tolerance=TOLERANCE, progress=progress)
    alpha = scene.alpha.copy()
    alpha[scene.unknown] = solution
    return alpha
