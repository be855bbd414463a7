"""Fine structure with true alpha, drawn larger than it is needed and then reduced: fur, hair, blades, lace, veils.

Where `strands` gives a cut-out a soft outline for a segmenter, these are for matting: each fibre has its own shade,
tapers to less than a pixel, and lies before or behind others.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
Shape = tuple[int, int]

OVERSIZE = 3
"""Fibres are drawn at this multiple of the size."""
_FIXED_POINT_BITS = 4
_MOST_FIBRES = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Points (n, 2) x and y along a body's contour, and unit directions (n, 2) that point out of it."""

    points: Points
    outward: Points


@dataclass(frozen=True, slots=True)
class Fibres:
    """`alpha` (H, W) 0..1 and `shade` (H, W), about 1: what the colour beneath is multiplied by."""

    alpha: Pixels
    shade: Pixels


def trace_outline(alpha: Pixels) -> Outline | None:
    """The longest contour of alpha at one half; ``None`` when there is none of 40 pixels."""
    contours, _ = cv2.findContours((alpha > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    points = max(contours, key=len)[:, 0].astype(np.float64)
    if len(points) < 40:
        return None
    smooth = cv2.GaussianBlur(alpha, (0, 0), 4)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    columns, rows = points.astype(np.intp).T
    outward = -np.stack([across[rows, columns], down[rows, columns]], axis=1).astype(np.float64)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    # contour points on the frame's border are where the body goes on
    height, width = alpha.shape
    inner = (columns > 1) & (columns < width - 2) & (rows > 1) & (rows < height - 2)
    if inner.sum() < 40:
        return None
    return Outline(points=points[inner], outward=outward[inner])


def draw_fur(shape: Shape, outline: Outline, rng: np.random.Generator) -> Fibres:
    """Short and dense, combed one way, all along the outline."""
    count = min(_MOST_FIBRES, int(len(outline.points) * rng.uniform(0.7, 4)))
    length = float(np.exp(rng.uniform(np.log(5), np.log(32))))
    comb = rng.uniform(0, 2 * np.pi)
    pull = rng.uniform(0, 1.5) * np.array([np.cos(comb), np.sin(comb)])
    chosen = rng.integers(0, len(outline.points), count)
    direction = outline.outward[chosen] + pull
    angle = np.arctan2(direction[:, 1], direction[:, 0]) + rng.normal(0, rng.uniform(0.1, 0.6), count)
    roots = outline.points[chosen] - outline.outward[chosen] * rng.uniform(0, 0.6, (count, 1)) * length
    bend = rng.normal(0, rng.uniform(0.02, 0.2), count)
    paths = _grow(roots, angle, bend, length * rng.uniform(0.4, 1.2, count), 7, rng.uniform(0, 0.05))
    return _draw(shape, paths, rng.uniform(0.5, 1.8), rng)


def draw_hair(shape: Shape, outline: Outline, rng: np.random.Generator) -> Fibres:
    """Long, in locks that share a course, with single hairs that leave it."""
    locks = int(rng.integers(3, 30))
    per_lock = int(rng.integers(4, 45))
    start = int(rng.integers(len(outline.points)))
    stretch = max(20, int(len(outline.points) * rng.uniform(0.2, 1)))
    pool = (start + np.arange(stretch)) % len(outline.points)
    heads = rng.choice(pool, locks)
    length = float(np.exp(rng.uniform(np.log(25), np.log(160))))
    lock_angle = np.arctan2(outline.outward[heads, 1], outline.outward[heads, 0]) + rng.normal(0, 0.5, locks)
    lock_bend = rng.normal(0, rng.uniform(0.02, 0.15), locks)
    of = np.repeat(np.arange(locks), per_lock)[:_MOST_FIBRES]
    count = len(of)
    spread = rng.uniform(1, 12)
    roots = outline.points[heads[of]] + rng.normal(0, spread, (count, 2)) - outline.outward[heads[of]] * 4
    loose = np.where(rng.random(count) < 0.2, 3.0, 1.0)
    angle = lock_angle[of] + rng.normal(0, rng.uniform(0.03, 0.3), count) * loose
    bend = lock_bend[of] + rng.normal(0, rng.uniform(0.005, 0.06), count) * loose
    curl = rng.uniform(0, 0.5) if rng.random() < 0.4 else 0.0
    paths = _grow(roots, angle, bend, length * rng.uniform(0.4, 1.2, count), 16, rng.uniform(0, 0.06), curl)
    return _draw(shape, paths, rng.uniform(0.3, 1.4), rng)


def draw_blades(shape: Shape, outline: Outline, rng: np.random.Generator) -> Fibres:
    """Grass, needles, feather barbs: broad at the root, in a point at the end."""
    count = min(500, int(len(outline.points) * rng.uniform(0.1, 0.7)))
    chosen = rng.integers(0, len(outline.points), count)
    toward = rng.uniform(0, 2 * np.pi)
    direction = outline.outward[chosen] + rng.uniform(0, 3) * np.array([np.cos(toward), np.sin(toward)])
    angle = np.arctan2(direction[:, 1], direction[:, 0]) + rng.normal(0, rng.uniform(0.1, 0.7), count)
    length = float(np.exp(rng.uniform(np.log(15), np.log(90)))) * rng.uniform(0.4, 1.2, count)
    roots = outline.points[chosen] - outline.outward[chosen] * 3
    paths = _grow(roots, angle, rng.normal(0, 0.06, count), length, 9, 0.02)
    return _draw(shape, paths, rng.uniform(1.5, 6), rng)


def draw_lace(shape: Shape, rng: np.random.Generator) -> Pixels:
    """Opacity (H, W) 0..1 of a net whose threads are one to four pixels wide, bent by folds."""
    height, width = shape[0] * OVERSIZE, shape[1] * OVERSIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    cells = int(rng.integers(3, 8))
    warp = rng.standard_normal((cells, cells, 2), np.float32) * np.float32(rng.uniform(0, 10) * OVERSIZE)
    bent = cv2.resize(warp, (width, height), interpolation=cv2.INTER_CUBIC)
    x, y = x + bent[..., 0], y + bent[..., 1]
    period = rng.uniform(6, 30) * OVERSIZE
    thread = rng.uniform(0.8, min(4, period / OVERSIZE / 2.5)) * OVERSIZE
    angles = rng.uniform(0, np.pi) + np.array([0, np.pi / 3, 2 * np.pi / 3])
    if rng.random() < 0.6:
        angles = angles[0] + np.array([0, np.pi / 2])
    nearest = np.full((height, width), 1e6, np.float32)
    for angle in angles:
        phase = (np.cos(angle) * x + np.sin(angle) * y) / np.float32(period)
        nearest = np.minimum(nearest, np.abs(phase - np.rint(phase)) * np.float32(period))
    net = (nearest < thread / 2).astype(np.float32)
    if rng.random() < 0.4:  # flowers and borders
        spots = rng.standard_normal((cells * 3, cells * 3), np.float32)
        net = np.maximum(net, cv2.resize(spots, (width, height), interpolation=cv2.INTER_CUBIC) > 0.9)
    small = cv2.resize(net.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small * np.float32(rng.uniform(0.6, 1)), np.float32)


def draw_veil(shape: Shape, rng: np.random.Generator) -> Pixels:
    """Opacity (H, W) 0..1 of something that light passes: gauze in folds, glass, smoke."""
    cells = int(rng.integers(3, 14))
    noise = cv2.resize(
        rng.standard_normal((cells, cells), np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC
    )
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    folds = np.sin((np.cos(angle) * x + np.sin(angle) * y) / np.float32(rng.uniform(4, 25)) + noise)
    field = rng.uniform(0.15, 0.85) + rng.uniform(0, 0.2) * noise + rng.uniform(0, 0.2) * folds
    return np.asarray(np.clip(field, 0.02, 1), np.float32)


def _grow(
    roots: Points,
    angle: Points,
    bend: Points,
    length: Points,
    steps: int,
    droop: float,
    curl: float = 0.0,
) -> Points:
    """(n, steps, 2): each path bends evenly, droops, and waves by ``curl`` radians."""
    points = [roots]
    step = length / (steps - 1)
    heading = angle.copy()
    for number in range(steps - 1):
        wave = curl * np.sin(number * 1.3 + angle * 7)
        move = np.stack([np.cos(heading + wave), np.sin(heading + wave)], axis=1)
        points.append(points[-1] + move * step[:, None])
        heading = heading + bend + droop * np.cos(heading)
    return np.stack(points, axis=1)


def _draw(shape: Shape, paths: Points, thickness: float, rng: np.random.Generator) -> Fibres:
    """Tapering lines, later ones over earlier ones, each with an opacity and a shade of its own."""
    height, width = shape[0] * OVERSIZE, shape[1] * OVERSIZE
    alpha = np.zeros((height, width), np.uint8)
    shade = np.full((height, width), 100, np.uint8)
    faintest = rng.uniform(0.3, 1)
    contrast = rng.uniform(0, 35)
    fixed = np.rint((paths * OVERSIZE + OVERSIZE / 2) * (1 << _FIXED_POINT_BITS)).astype(np.int32)
    steps = paths.shape[1] - 1
    for path in fixed:
        opacity = int(255 * rng.uniform(faintest, 1))
        tone = int(np.clip(100 + rng.normal(0, contrast), 20, 220))
        root = thickness * OVERSIZE * rng.uniform(0.5, 1.3)
        for number in range(steps):
            broad = max(1, round(root * (1 - 0.85 * number / steps)))
            segment = [path[number : number + 2]]
            cv2.polylines(alpha, segment, False, opacity, broad, cv2.LINE_AA, _FIXED_POINT_BITS)
            cv2.polylines(shade, segment, False, tone, broad, cv2.LINE_8, _FIXED_POINT_BITS)
    cover = alpha.astype(np.float32) / 255
    both = np.dstack([cover, cover * shade.astype(np.float32) / 100])
    small = cv2.resize(both, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    tint = small[..., 1] / np.maximum(small[..., 0], 1e-4)
    return Fibres(
        np.asarray(small[..., 0], np.float32), np.where(small[..., 0] > 1e-3, tint, 1).astype(np.float32)
    )
