"""The closed form's alpha with what it weighed on the way: hints to where it errs.

Alpha without links, and the alpha of the nearest known colours, cost little beside the solution, for they share its matrix
and its links. Scenes with many unknown pixels are solved at half their scale, and alpha and hints are carried up: a refiner
adds the detail, and is a quarter of the work on the way.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Floats
from mattework.geometry import Rect
from mattework.matting.carry import carry_planes
from mattework.matting.closed_form import HAZE, Weighed, stretch_alpha, weigh_closed_form
from mattework.matting.laplacian import solve_conjugate_gradient
from mattework.matting.scene import Scene, halve_scene
from mattework.progress import Progress, take_part

Hints: TypeAlias = NDArray[np.float16]
MOST_SOLVED = 60_000
"""Unknown pixels that are solved at once; scenes with more are halved."""
TOLERANCE = 5e-4
"""Residual of the solution without links. A finer one takes more steps and tells no more of the errors; one of 1e-3 tells
less."""
RADIUS, EPSILON = 1, 1e-5
"""Of the local linear carry, as for the closed form alone."""


def solve_with_hints(
    scene: Scene, progress: Progress | None = None, *, most_solved: int = MOST_SOLVED
) -> tuple[Floats, Hints]:
    """Alpha of a scene, (h, w) float32 in 0..1, and what the closed form weighed, (h, w, 3) float16 in 0..1: alpha without
    links, the alpha of the nearest known colours, and how near those are. Known pixels have their alpha and 1.

    Raises:
        Cancelled: raised by `progress`.
    """
    if np.count_nonzero(scene.unknown) > most_solved and min(scene.unknown.shape) >= 6:
        half = halve_scene(scene)
        return _enlarge(scene, half, *solve_with_hints(half, progress, most_solved=most_solved))
    solved, weighed = weigh_closed_form(scene, take_part(progress, 0, 0.7))
    hints = _lay_out(solved)
    if weighed is not None:
        start = solved[weighed.unknown].astype(np.float64) * (1 - 2 * HAZE) + HAZE
        later = take_part(progress, 0.7, 1)
        alone, _ = solve_conjugate_gradient(weighed.windows, start, tolerance=TOLERANCE, progress=later)
        _fill(hints, weighed, stretch_alpha(alone))
    return solved, hints


def _lay_out(solved: Floats) -> Hints:
    """Hints that say no more than the solution."""
    hints = np.ones((*solved.shape, 3), np.float16)
    hints[:, :, :2] = solved[:, :, None]
    return hints


def _fill(hints: Hints, weighed: Weighed, alone: NDArray[np.floating]) -> None:
    found = np.column_stack([alone, weighed.guess, weighed.certainty])
    hints[weighed.unknown] = np.clip(found, 0, 1)


def _enlarge(scene: Scene, half: Scene, solved: Floats, hints: Hints) -> tuple[Floats, Hints]:
    """What was found at half a scene's scale at its own."""
    import cv2

    height, width = scene.unknown.shape
    lower = replace(half, factor=2, frame=Rect(0, 0, width, height))

    smalls = [solved, *(hints[:, :, plane].astype(np.float32) for plane in range(2))]
    larges = [scene.alpha.copy() for _ in smalls]
    carry_planes(smalls, lower, scene.colour, scene.unknown, larges, radius=RADIUS, epsilon=EPSILON)
    large = np.ones((height, width, 3), np.float16)
    for plane in range(2):
        large[:, :, plane] = larges[plane + 1]
    near = hints[:, :, 2].astype(np.float32)
    size = (2 * near.shape[1], 2 * near.shape[0])
    smooth = np.asarray(cv2.resize(near, size, interpolation=cv2.INTER_LINEAR), np.float32)[:height, :width]
    np.copyto(large[:, :, 2], smooth, where=scene.unknown, casting="same_kind")
    return larges[0], large
