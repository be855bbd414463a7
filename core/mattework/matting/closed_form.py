"""Closed-form matting on the unknown band only.

Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting" (IEEE TPAMI 2008), with links between pixels
of like colour, from coarse to fine.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Bools, Floats
from mattework.matting.affinity import RING, link_like_colours
from mattework.matting.clear import WEIGHT, estimate_clear_alpha
from mattework.matting.guided import estimate_field
from mattework.matting.laplacian import BandSystem, assemble_band, solve_conjugate_gradient
from mattework.matting.scene import Scene, halve_scene
from mattework.progress import Progress, report_progress, take_part

LINK_WEIGHT = 0.0015
"""Of one link against one matting window. Half or twice this costs under 2 % of error."""
HAZE = 0.05
"""Quadratic smoothness pulls alpha away from 0 and 1; the range is stretched back by this much at each end."""
TOLERANCE = 2e-5
"""Residual against the right side: the pull of far known colours on an island is a thousandth of that of a border. One
half of it changes alpha by more than 1/512 in fewer than one pixel of a thousand, and the measured error not at all."""
COARSE_TOLERANCE = 2e-4
"""The same where the solution is only the next scale's start."""
COARSE_LINKS = 2.0
"""What links weigh more at each coarser scale, where a pixel stands for four and windows weigh the same. The coarser scales
take a fifth fewer steps. Four takes another tenth, but leaves more errors of the links in what settles."""
SETTLED_FACTOR = 3
"""Reduction of the photo from which on pixels settle: see `find_settled`. Small photos lose 1 to 3 % of error by it, and
are solved whole."""
SETTLED_TOLERANCE = 5e-5
"""The residual that does where pixels have settled."""
SETTLED_BEYOND = 0.01
"""How far beyond 0 or 1 a settled pixel's surroundings are, before they are clipped."""
SETTLED_SIDE = 5
"""Side of these surroundings in pixels."""
SETTLED_DETAIL = 0.02
"""Difference of colour between a settled pixel's surroundings and their coarser scale. Without this limit hairs that the
coarser scale does not show are lost: 2 to 5 % of error on photos of 6 megapixels."""
COARSE_SHARE = 0.4
"""Of the time, what the coarser scales take."""
COARSEST_UNKNOWN = 4000
"""Unknown pixels under which a scale is solved without a coarser one before it."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What the finest scale of a solution was found from.

    `unknown` (h, w) are the U pixels that were solved there, `windows` the matting Laplacian of them without links; `guess`
    (U,) is the alpha of the nearest known colours and `certainty` (U,) in 0..1 how near those are.
    """

    unknown: Bools
    windows: BandSystem
    guess: NDArray[np.float64]
    certainty: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Built:
    """The system of a scale, its matrix float32; its part of the windows, where that was to be kept; and of the links in it
    the guess (U,) and its certainty (U,)."""

    system: BandSystem
    windows: BandSystem | None
    guess: NDArray[np.float64]
    certainty: NDArray[np.float64]


def solve_closed_form(scene: Scene, progress: Progress | None = None) -> Floats:
    """Alpha of a scene, (h, w) float32 in 0..1.

    The closed form with links between pixels of like colour (`affinity`), solved from coarse to fine: each scale starts
    from the one of half its size, which leaves only detail to find. A component of the band that touches nothing
    known keeps the first guess. Where the scene is a photo much reduced, pixels that a coarser scale has decided are left
    as they are there (`find_settled`). What is seen through (`scene.clear`) is drawn to what `clear` finds.
    """
    return _solve(scene, progress, None)


def weigh_closed_form(scene: Scene, progress: Progress | None = None) -> tuple[Floats, Weighed | None]:
    """Alpha as `solve_closed_form` gives it, and what it was found from; None where the finest scale solved nothing."""
    kept = list[Weighed]()
    alpha = _solve(scene, progress, kept)
    return alpha, kept[0] if kept else None


def stretch_alpha(alpha: NDArray[np.floating]) -> NDArray[np.floating]:
    """The solved values as alpha in 0..1, see `HAZE`."""
    stretched: NDArray[np.floating] = np.clip((alpha - HAZE) / (1.0 - 2.0 * HAZE), 0.0, 1.0)
    return stretched


def _solve(scene: Scene, progress: Progress | None, kept: list[Weighed] | None) -> Floats:
    known = scene.alpha
    inner = (known > 0) & (known < 1)  # an alpha that was solved before, as a boundary
    scene = replace(scene, alpha=np.where(inner, known * (1 - 2 * HAZE) + HAZE, known))
    solved = stretch_alpha(_solve_scale(scene, progress, kept=kept))
    return np.asarray(np.where(scene.unknown, solved, known), np.float32)


def _solve_scale(
    scene: Scene, progress: Progress | None, depth: int = 0, kept: list[Weighed] | None = None
) -> Floats:
    """Alpha of a scene, coarse to fine, not clipped; `depth` is how often it was halved. What the finest scale was found
    from is added to `kept`."""
    if not scene.unknown.any():
        return scene.alpha
    report_progress(progress, "solving alpha", 0.0)
    before, progress = take_part(progress, 0, COARSE_SHARE), take_part(progress, COARSE_SHARE, 1)
    tolerance = COARSE_TOLERANCE if depth else TOLERANCE
    alpha = scene.alpha
    if np.count_nonzero(scene.unknown) > COARSEST_UNKNOWN and min(scene.unknown.shape) >= 6:
        half = halve_scene(scene)
        if depth == 0 and scene.factor >= SETTLED_FACTOR:
            alpha = _start_from(scene, _solve_scale(half, before, depth + 1))
            settled = find_settled(scene, half, alpha)
            scene = replace(scene, unknown=scene.unknown & ~settled, alpha=alpha)
            if not scene.unknown.any():
                return alpha
            built = _build_system(scene, depth, settled, keep=kept is not None)
            tolerance = SETTLED_TOLERANCE
        else:
            with ThreadPoolExecutor(1) as beside:
                building = beside.submit(_build_system, scene, depth, keep=kept is not None)
                alpha = _start_from(scene, _solve_scale(half, before, depth + 1))
                built = building.result()
        start = alpha[scene.unknown].astype(np.float64)
    else:
        built = _build_system(scene, depth, keep=kept is not None)
        start = estimate_field(scene)[scene.unknown].astype(np.float64)
        start += built.certainty * (built.guess - start)
    if kept is not None and built.windows is not None:
        kept.append(Weighed(scene.unknown, built.windows, built.guess, built.certainty))
    solution, _ = solve_conjugate_gradient(built.system, start, tolerance=tolerance, progress=progress)
    alpha = alpha.copy()
    alpha[scene.unknown] = solution
    return alpha


def _start_from(scene: Scene, coarse: Floats) -> Floats:
    """The scene's alpha, in the band that of half the scale, enlarged."""
    enlarged = _double(coarse[:, :, None], scene.unknown.shape)[:, :, 0]
    return np.asarray(np.where(scene.unknown, enlarged, scene.alpha), np.float32)


def _double(small: Floats, shape: tuple[int, ...]) -> Floats:
    """(h, w, c) at twice the scale, cut to `shape`."""
    import cv2

    size = (small.shape[1] * 2, small.shape[0] * 2)
    large = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return large[: shape[0], : shape[1]].reshape(*shape[:2], -1)


def find_settled(scene: Scene, half: Scene, alpha: Floats) -> Bools:
    """Unknown pixels (h, w) that this scale has nothing to add to.

    All alpha around them is beyond 0, or beyond 1, and their colours show nothing that half the scale did not.

    Args:
        scene, half: the scene, and the same at half the scale.
        alpha: (h, w) float32 with the alpha found at half the scale in the band, not clipped.
    """
    import cv2

    around = np.ones((SETTLED_SIDE, SETTLED_SIDE), np.uint8)
    least = HAZE - SETTLED_BEYOND * (1 - 2 * HAZE)
    settled = scene.unknown & ((cv2.dilate(alpha, around) < least) | (cv2.erode(alpha, around) > 1 - least))
    detail = np.abs(scene.colour - _double(half.colour, scene.unknown.shape)).max(axis=2)
    settled &= cv2.dilate(detail, np.ones((3, 3), np.uint8)) < SETTLED_DETAIL
    if scene.clear is not None:
        settled &= ~scene.clear  # drawn to an estimate of its own at every scale
    return np.asarray(settled, np.bool_)


def _build_system(scene: Scene, depth: int, settled: Bools | None = None, *, keep: bool = False) -> _Built:
    """The system of a scale that was halved `depth` times; `keep` keeps the windows."""
    from scipy.sparse import csr_array, diags_array

    ring = max(2, RING >> depth)
    weight = LINK_WEIGHT * COARSE_LINKS**depth
    with ThreadPoolExecutor(1) as beside:
        assembling = beside.submit(
            assemble_band, scene.colour, scene.unknown, scene.alpha, precision=np.float32
        )
        links = link_like_colours(scene, ring, settled)
        right = links.right * weight
        parts = (weight * links.matrix.data).astype(np.float32), links.matrix.indices, links.matrix.indptr
        linked = csr_array(parts, shape=links.matrix.shape)
        guess, certainty = links.guess, links.certainty
        del links, parts
        windows = assembling.result()
        del assembling
    right += windows.right
    matrix = windows.matrix + linked
    kept = windows if keep else None
    del windows, linked
    rows, least = estimate_clear_alpha(scene, ring)
    if len(rows):
        pull = np.zeros(len(right), np.float32)
        pull[rows] = WEIGHT
        matrix = matrix + diags_array(pull)
        right[rows] += WEIGHT * (least * (1 - 2 * HAZE) + HAZE)
    return _Built(BandSystem(matrix.tocsr(), right), kept, guess, certainty)
