"""The matting Laplacian of the unknown band, and the solution of its linear system.

Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting" (IEEE TPAMI 2008). The rows of unknown pixels
alone are assembled; known pixels enter as boundary values, exactly. Time and memory follow the number of unknown pixels and
not the picture's area.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import AnyArray, Bools, Floats
from mattework.matting.planes import solve_planes
from mattework.progress import Progress, report_progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WINDOW_SIDE = 3
LEAST_PULL = 0.01
"""What known pixels are taken to pull each unknown one at least, where a residual is called small: amid a ground they pull
nothing, and none would be."""
CHUNK = 2048
"""Windows handled at once: as many as a core's own cache holds."""
ROWS = 8192
"""Rows of the matrix that are made at once."""


@dataclass(frozen=True, slots=True)
class BandSystem:
    """The linear system `matrix @ alpha = right` for the unknown pixels, in row-major order of the picture.

    `matrix` is (U, U) symmetric positive semidefinite; it is definite where every connected part of the band
    touches a known pixel or carries a data term.
    """

    matrix: csr_array
    right: NDArray[np.float64]


def assemble_band(
    colour: Floats,
    unknown: Bools,
    alpha: Floats,
    *,
    epsilon: float = 1e-6,
    precision: type[np.float32 | np.float64] = np.float64,
) -> BandSystem:
    """The matting Laplacian's rows for unknown pixels, with known alpha moved to the right side.

    The rows are made some thousand at a time, so that little more than the matrix itself is ever held.

    Args:
        colour: (h, w, c) float32 in 0..1, at least 3 x 3 pixels.
        unknown: (h, w) pixels to solve.
        alpha: (h, w) float32; read only where `unknown` is false.
        epsilon: regularisation of the colour covariance, relative to colours in 0..1 (5e-8 to 1e-4 is sensible; larger
            is smoother and better conditioned).
        precision: of the matrix that is kept; it is worked out in float64.
    """
    from scipy.sparse import csr_array

    width = unknown.shape[1]
    pixels = np.flatnonzero(unknown).astype(np.int32)
    row_of = np.full(unknown.size, -1, np.int32)
    row_of[pixels] = np.arange(len(pixels), dtype=np.int32)
    right = np.zeros(len(pixels))
    flat_alpha = alpha.reshape(-1)
    values, columns, counts = list[AnyArray](), list[AnyArray](), [np.zeros(1, np.int32)]
    for rows, stencil in _gather_stencils(colour, unknown, pixels, epsilon):
        some = pixels[rows]
        column = np.empty(stencil.shape, np.int32)
        for offset in range(25):
            step = (offset // 5 - 2) * width + offset % 5 - 2
            neighbours = _shift(some, step, unknown.size)  # beyond the picture the stencil is zero
            column[offset] = row_of[neighbours]
            known = np.flatnonzero(column[offset] < 0)
            right[rows][known] -= stencil[offset, known] * flat_alpha[neighbours[known]]
        present = ((column >= 0) & (stencil != 0)).T
        values.append(stencil.T[present].astype(precision))
        columns.append(column.T[present])
        counts.append(np.count_nonzero(present, axis=1).astype(np.int32))
    starts = np.cumsum(np.concatenate(counts), dtype=np.int32)
    shape = len(pixels), len(pixels)
    entries = (
        np.concatenate(values or [np.zeros(0, precision)]),
        np.concatenate(columns or [np.zeros(0, np.int32)]),
    )
    return BandSystem(csr_array((*entries, starts), shape=shape), right)


def _gather_stencils(
    colour: Floats, unknown: Bools, pixels: NDArray[np.int32], epsilon: float
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """For some of the unknown pixels after the other (25, n): their Laplacian entries at the 5 x 5 neighbours, by rows."""
    import cv2

    width = unknown.shape[1]
    near = cv2.dilate(unknown.astype(np.uint8), np.ones((WINDOW_SIDE, WINDOW_SIDE), np.uint8))
    near[[0, -1], :] = 0
    near[:, [0, -1]] = 0
    centres = np.flatnonzero(near).astype(np.int32)
    none = len(centres)  # stands for the windows that are not there
    number = np.full(unknown.size, none, np.int32)
    number[centres] = np.arange(none, dtype=np.int32)
    begin = end = 0
    affinity = np.zeros((45, 1))
    for first in range(0, len(pixels), ROWS):
        some = pixels[first : first + ROWS]
        # Windows with any of these pixels; those that pixels before have too are kept.
        from_, to = np.searchsorted(centres, (some[0] - width - 1, some[-1] + width + 2)).tolist()
        kept = affinity[:, min(from_, end) - begin : end - begin]
        affinity = np.zeros((45, to - from_ + 1))  # the last one is empty
        affinity[:, : kept.shape[1]] = kept
        _measure_windows(
            colour, centres[from_ + kept.shape[1] : to], epsilon, affinity[:, kept.shape[1] : -1]
        )
        begin, end = from_, to
        stencil = np.zeros((25, len(some)))
        for i, step in enumerate(_window_steps(width)):  # the window in which the pixel is the i-th member
            window = number[_shift(some, -step, unknown.size)]
            there = window < none
            stencil[12] += there
            window = np.where(there, window - from_, to - from_)
            for j in range(9):
                offset = (j // 3 - i // 3 + 2) * 5 + j % 3 - i % 3 + 2
                stencil[offset] -= affinity[_PAIRS[i, j]].take(window)
        yield slice(first, first + len(some)), stencil


def _shift(pixels: NDArray[np.int32], step: int, size: int) -> NDArray[np.int32]:
    """Places so many pixels further on, kept inside a picture of so many."""
    shifted = pixels + np.int32(step)
    np.clip(shifted, 0, size - 1, out=shifted)
    return shifted


_PAIRS = np.zeros((9, 9), np.intp)
"""Where in the upper triangle, row by row, a pair of a window's members is kept."""
_PAIRS[np.triu_indices(9)] = np.arange(45)
_PAIRS += np.triu(_PAIRS, 1).T


def _window_steps(width: int) -> list[int]:
    return [y * width + x for y in (-1, 0, 1) for x in (-1, 0, 1)]


def _measure_windows(
    colour: Floats, centres: NDArray[np.int32], epsilon: float, affinity: NDArray[np.float64]
) -> None:
    """Write into `affinity` (45, windows) that of each pair of members of each 3 x 3 window."""
    channels = colour.shape[2]
    flat = colour.reshape(-1, channels)
    steps = _window_steps(colour.shape[1])
    for first in range(0, len(centres), CHUNK):
        part = centres[first : first + CHUNK]
        members = np.empty((channels, 9, len(part)))
        for i, step in enumerate(steps):
            members[:, i] = flat.take(part + step, axis=0).T
        members -= members.mean(axis=1, keepdims=True)
        spread = np.empty((channels, channels, len(part)))
        for a in range(channels):
            spread[a] = np.einsum("in,bin->bn", members[a], members)
        spread /= 9
        spread += np.eye(channels)[:, :, None] * (epsilon / 9)
        weighted = solve_planes(spread, members.copy())
        here = affinity[:, first : first + len(part)]
        for i in range(9):
            here[_PAIRS[i, i] : _PAIRS[i, i] + 9 - i] = np.einsum(
                "an,ain->in", members[:, i], weighted[:, i:]
            )
        here += 1.0
        here /= 9.0


def solve_conjugate_gradient(
    system: BandSystem,
    start: NDArray[np.float64],
    *,
    tolerance: float = 1e-6,
    most_steps: int = 2000,
    progress: Progress | None = None,
) -> tuple[NDArray[np.float64], int]:
    """Conjugate gradients with Jacobi scaling. Returns the solution, float64, and the number of steps.

    Computed in the matrix's own precision: in float32, at half the time, tolerances down to 1e-6 are reached.
    """
    matrix = system.matrix
    right = system.right.astype(matrix.dtype)
    diagonal = matrix.diagonal()
    scale = 1 / np.where(diagonal > 0, diagonal, 1)
    solution = start.astype(matrix.dtype)
    residual = right - matrix @ solution
    goal = tolerance * max(math.sqrt(_dot(right, right)), LEAST_PULL * math.sqrt(len(right)), 1e-12)
    conditioned = scale * residual
    direction = conditioned.copy()
    energy = _dot(residual, conditioned)
    norm = math.sqrt(_dot(residual, residual))
    far, nearest = max(norm, 2 * goal) / goal, norm
    for step in range(most_steps):
        if norm <= goal:
            break
        applied = matrix @ direction
        length = energy / _dot(direction, applied)
        solution += length * direction
        residual -= length * applied
        conditioned = scale * residual
        energy, before = _dot(residual, conditioned), energy
        direction *= energy / before
        direction += conditioned
        norm = math.sqrt(_dot(residual, residual))
        nearest = max(goal, min(nearest, norm))
        if step % 10 == 0:
            report_progress(progress, "solving alpha", 1 - math.log(nearest / goal) / math.log(far))
    else:
        step = most_steps
    return solution.astype(np.float64), step


def _dot(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Not BLAS: its threads cost more than they bring at this size and make the sum depend on their number."""
    return float(np.einsum("i,i->", a, b))
