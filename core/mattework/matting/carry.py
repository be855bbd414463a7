"""From a reduced alpha to full resolution: alpha as a local linear function of colour.

Where alpha is `a . colour + b` in every small window (the model behind closed-form matting and the guided filter), the
coefficients are smooth and survive enlarging; the photo's own pixels put the detail back. See He and Sun, "Fast Guided
Filter" (2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mattework.arrays import Bools, Floats, Samples
from mattework.geometry import Rect
from mattework.matting.planes import solve_planes
from mattework.matting.scene import Scene, as_unit_floats
from mattework.progress import Progress, report_progress

THREADS = 2
"""Pieces at once: they share nothing."""
TILE = 256
"""Side in scene pixels at factor 1; at other factors it is kept near this in photo pixels."""


def carry_alpha(
    small: Floats,
    scene: Scene,
    colour: Samples,
    unknown: Bools,
    into: Floats,
    *,
    radius: int,
    epsilon: float,
    tile: int = TILE,
    progress: Progress | None = None,
) -> None:
    """Write the full-resolution alpha of the scene's unknown pixels into `into`.

    Args:
        small: (h, w) float32 alpha of the scene.
        colour: (H, W, c) the photo, any depth.
        unknown: (H, W) the photo's unknown pixels; no other pixel of `into` is touched.
        into: (H, W) float32.
        radius: of the window in which alpha is linear in colour, in scene pixels.
        epsilon: smallest colour variance that counts as structure.
        tile: side of a piece of work in photo pixels; the result does not depend on it.
    """
    carry_planes(
        [small], scene, colour, unknown, [into], radius=radius, epsilon=epsilon, tile=tile, progress=progress
    )


def carry_planes(
    smalls: Sequence[Floats],
    scene: Scene,
    colour: Samples,
    unknown: Bools,
    intos: Sequence[Floats],
    *,
    radius: int,
    epsilon: float,
    tile: int = TILE,
    progress: Progress | None = None,
) -> None:
    """`carry_alpha` of several planes of one scene, each into its own: little more work than of one."""
    factor, frame = scene.factor, scene.frame
    step = max(1, tile // factor)
    height, width = scene.unknown.shape
    pieces = Rect(0, 0, -(-frame.width // factor), -(-frame.height // factor)).split_into_tiles(step)

    def carry_piece(piece: Rect) -> None:
        full = Rect(piece.left * factor, piece.top * factor, piece.right * factor, piece.bottom * factor)
        full = full.move(frame.left, frame.top).intersect(frame)
        wanted = unknown[full.slices]
        if not wanted.any():
            return
        # 2 radii for the two window means, 1 for the interpolation: with it a tile sees all that the whole would
        around = piece.grow(2 * radius + 1).intersect(Rect(0, 0, width, height))
        guide = as_unit_floats(colour[full.slices])
        targets = [small[around.slices] for small in smalls]
        fits = fit_linear(targets, scene.colour[around.slices], radius, epsilon)
        for coefficients, into in zip(fits, intos, strict=True):
            enlarged = _enlarge(coefficients, piece, around, factor, guide.shape[:2])
            value = enlarged[:, :, -1].copy()
            for channel in range(guide.shape[2]):
                value += enlarged[:, :, channel] * guide[:, :, channel]
            into[full.slices][wanted] = np.clip(value, 0.0, 1.0)[wanted]

    with ThreadPoolExecutor(THREADS) as pool:
        for done, _ in enumerate(pool.map(carry_piece, pieces)):
            report_progress(progress, "carrying alpha to full size", done / len(pieces))


def fit_linear(targets: Sequence[Floats], guide: Floats, radius: int, epsilon: float) -> list[Floats]:
    """Coefficients of He, Sun and Tang's guided filter: of each target (h, w, c + 1), the last one is the constant.

    `targets` (h, w) are fitted in each window of `2 radius + 1` by the colours of `guide` (h, w, c); each pixel gets the
    mean of the fits of the windows that hold it.
    """
    import cv2

    side = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Floats) -> Floats:
        averaged = cv2.blur(values, side, borderType=cv2.BORDER_REFLECT)
        return np.asarray(averaged, np.float32).reshape(values.shape)

    height, width, channels = guide.shape
    # centred, so that float32 keeps the small variances of smooth places
    centre = guide.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
    planes = np.ascontiguousarray(np.moveaxis(guide - centre, 2, 0))
    mean_planes = [mean(plane) for plane in planes]
    mean_targets = [mean(target) for target in targets]
    spread = np.empty((channels, channels, height, width), np.float32)
    fitted = np.empty((channels + 1, len(targets), height, width), np.float32)
    for i in range(channels):
        for j in range(i, channels):
            spread[i, j] = spread[j, i] = mean(planes[i] * planes[j]) - mean_planes[i] * mean_planes[j]
        spread[i, i] += np.float32(epsilon)
        for k, target in enumerate(targets):
            fitted[i, k] = mean(planes[i] * target) - mean_planes[i] * mean_targets[k]
    solve_planes(spread, fitted[:channels])
    fitted[channels] = mean_targets
    for i in range(channels):
        fitted[channels] -= fitted[i] * (mean_planes[i] + centre[i])
    return [np.stack([mean(plane) for plane in fitted[:, k]], axis=2) for k in range(len(targets))]


def _enlarge(coefficients: Floats, piece: Rect, around: Rect, factor: int, shape: tuple[int, ...]) -> Floats:
    """Bilinear, centre-aligned; the part of `piece` as (shape[0], shape[1], c + 1)."""
    import cv2

    if factor == 1:
        rows, columns = piece.move(-around.left, -around.top).slices
        return coefficients[rows, columns][: shape[0], : shape[1]]
    left = (piece.left - around.left) * factor
    top = (piece.top - around.top) * factor
    size = (around.width * factor, around.height * factor)
    large = np.asarray(cv2.resize(coefficients, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return large[top : top + shape[0], left : left + shape[1]]
