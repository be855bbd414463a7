"""Touches: soft and partial strokes, areas and gradients, blended onto the solved alpha.

A full stroke of a hard brush tells the solver what is certain, and goes into the trimap. A touch is a person's own hand on
the result: it changes the solved alpha where it lies and nothing else, and nothing is solved for it. Touches come before
edge settings, so both can be changed in any order. They are carried out in the order of the strokes:

- foreground brings the alpha towards 1 and background towards 0, by the weight of the touch;
- bridged blends towards the alpha after grey closing with a disc of a quarter of the brush (small holes and gaps close),
  cleaned towards that after grey opening (specks and thin bridges go);
- a stroke that went into the trimap lays the solved alpha bare again, so that it wins over touches before it.

The weight of a brush is its opacity within the hard core, falling to nothing at the rim as 3 t^2 - 2 t^3; a gesture that
crosses itself weighs as its heaviest part, and not twice. Weights are exact functions of picture coordinates: a part of
the picture shows what the whole would.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Floats, Plane, split_rows
from mattework.document.piecewise import Patchwork
from mattework.edges import dilate
from mattework.errors import UsageError
from mattework.geometry import Rect, Size
from mattework.matting.brush import bound_segment, draw_brush, read_pressures, size_brush, stroke_bounds
from mattework.outline import split_outline
from mattework.progress import Progress, report_progress
from mattework.recipe import Stroke

LARGEST_GAP = 16.0
"""Radius, in pixels, of the largest disc that bridges and cleans; a brush of four times that has it."""


def touch_alpha(alpha: Floats, strokes: Sequence[Stroke]) -> Floats:
    """The alpha with all touches among the strokes blended onto it.

    Args:
        alpha: (H, W) float32, 0 to 1, of the whole picture, solved with the strokes that are no touches.
        strokes: all strokes in their order.

    Returns:
        (H, W) float32, 0 to 1; `alpha` itself when there are no touches.

    Raises:
        UsageError: a stroke's points, radius or pressures are not sound.
    """
    strokes = _from_first_touch(strokes)
    if not strokes:
        return alpha
    touched = alpha.copy()
    frame = Size(alpha.shape[1], alpha.shape[0]).rect
    for stroke in strokes:
        _carry_out(stroke, touched, alpha, frame)
    return touched


def lay_touches(
    alpha: Plane[np.float32], strokes: Sequence[Stroke], progress: Progress | None = None
) -> Plane[np.float32]:
    """What `touch_alpha` gives, laid on `alpha` where it differs: it takes memory under the touches only.

    `progress` is told of the step "touches" strip by strip, and may raise `Cancelled`.

    Raises:
        UsageError: as `touch_alpha`.
    """
    if not _from_first_touch(strokes):
        return alpha
    touched = Patchwork(alpha)
    frame = Size(alpha.shape[1], alpha.shape[0]).rect
    bounds = Rect(0, 0, 0, 0)
    for stroke in strokes:
        if stroke.is_touch:
            bounds = bounds.unite(stroke_bounds(stroke).intersect(frame))
    for rows in split_rows(alpha):
        part = Rect(bounds.left, rows.start, bounds.right, rows.stop).intersect(bounds)
        if not part.is_empty:
            report_progress(progress, "touches", (part.top - bounds.top) / bounds.height)
            touched[part.slices] = touch_region(alpha, strokes, part)
    return touched


def touch_region(alpha: Plane[np.float32], strokes: Sequence[Stroke], where: Rect) -> Floats:
    """What `touch_alpha` gives within `where`, reading only as much around it as is needed.

    Returns:
        (h, w) float32 for `where`, which must lie in the picture; always memory of its own.

    Raises:
        UsageError: as `touch_alpha`.
    """
    strokes = _from_first_touch(strokes)
    frame = Size(alpha.shape[1], alpha.shape[0]).rect
    seen = _find_context(strokes, where, frame)
    solved = alpha[seen.slices]
    touched = solved.copy()
    for stroke in strokes:
        _carry_out(stroke, touched, solved, seen)
    return np.ascontiguousarray(touched[where.move(-seen.left, -seen.top).slices])


def weigh_stroke(stroke: Stroke, where: Rect) -> Floats:
    """The weight (h, w) float32, 0 to 1, of a stroke over the pixels of `where`.

    Raises:
        UsageError: a stroke's points, radius or pressures are not sound.
    """
    if not (0 <= stroke.opacity <= 1 and 0 <= stroke.hardness <= 1 and 0 <= stroke.radius < np.inf):
        raise UsageError(
            "A stroke's opacity and hardness run from 0 to 1, and its radius is no less than 0: "
            f"not {stroke.opacity:g}, {stroke.hardness:g} and {stroke.radius:g}."
        )
    if stroke.shape == "gradient":
        return _weigh_gradient(stroke, where)
    if stroke.shape == "area":
        return _weigh_area(stroke, where)
    return _weigh_brush(stroke, where)


def _from_first_touch(strokes: Sequence[Stroke]) -> Sequence[Stroke]:
    first = next((index for index, stroke in enumerate(strokes) if stroke.is_touch), len(strokes))
    return strokes[first:]


def _carry_out(stroke: Stroke, touched: Floats, solved: Floats, seen: Rect) -> None:
    """Blend one stroke onto `touched` in place; both arrays show the picture's pixels `seen`."""
    where = stroke_bounds(stroke).intersect(seen)
    if where.is_empty:
        return
    inside = where.move(-seen.left, -seen.top).slices
    part = touched[inside]
    if not stroke.is_touch:
        part[...] = np.where(draw_brush(stroke, where), solved[inside], part)
        return
    weight = weigh_stroke(stroke, where)
    if stroke.kind in ("bridged", "cleaned"):
        part += weight * (_mend(stroke, touched, where, seen) - part)
    elif stroke.kind == "foreground":
        part += weight * (1 - part)
    elif stroke.kind == "background":
        part *= 1 - weight
    else:  # an area or gradient that is neither lays the solved alpha bare
        part += weight * (solved[inside] - part)


# Bridging and cleaning ----------------------------------------------------------------------------------------------


def _gap_radius(stroke: Stroke) -> float:
    return min(LARGEST_GAP, max(1.0, stroke.radius / 4))


def _mend_reach(stroke: Stroke) -> int:
    return 2 * int(np.ceil(_gap_radius(stroke))) + 4


def _mend(stroke: Stroke, touched: Floats, where: Rect, seen: Rect) -> Floats:
    """Grey closing or opening of the touched alpha over `where`; opening is the closing of what is not the subject."""
    around = where.grow(_mend_reach(stroke)).intersect(seen)
    radius = _gap_radius(stroke)
    matte = np.ascontiguousarray(touched[around.move(-seen.left, -seen.top).slices])
    if stroke.kind == "cleaned":
        mended = dilate(1 - dilate(1 - matte, radius), radius)
    else:
        mended = 1 - dilate(1 - dilate(matte, radius), radius)
    return np.clip(mended[where.move(-around.left, -around.top).slices], 0, 1)


def _find_context(strokes: Sequence[Stroke], where: Rect, frame: Rect) -> Rect:
    """What must be known of the alpha so that `where` comes out as in the whole picture."""
    for stroke in reversed(strokes):
        if stroke.kind in ("bridged", "cleaned"):
            under = stroke_bounds(stroke).intersect(where)
            if not under.is_empty:
                where = where.unite(under.grow(_mend_reach(stroke))).intersect(frame)
    return where


# Weights ------------------------------------------------------------------------------------------------------------


def _weigh_brush(stroke: Stroke, where: Rect) -> Floats:
    points = np.clip(np.array(stroke.points, np.float64).reshape(-1, 2), -1e6, 1e6)
    radius = max(0.5, stroke.radius)
    if not stroke.pressures:  # an even brush weighs most where it came nearest
        distance = np.sqrt(_measure_squares(points, radius, where))
        weight = stroke.opacity * _fall_off(distance, np.float64(radius), stroke.hardness)
        return np.asarray(weight, np.float32)
    sizes, forces = size_brush(stroke, points), np.full(len(points), stroke.opacity)
    if stroke.pressed == "opacity":
        forces = forces * read_pressures(stroke, points)
    heaviest = np.zeros(where.size.shape, np.float32)
    ends = list(pairwise(range(len(points)))) or [(0, 0)]
    for first, second in ends:
        widest = max(float(sizes[first]), float(sizes[second]))
        near = bound_segment(points[first], points[second], widest + 1).intersect(where)
        if near.is_empty:
            continue
        distance, share = _project(points[first], points[second], near)
        size = sizes[first] + (sizes[second] - sizes[first]) * share
        force = forces[first] + (forces[second] - forces[first]) * share
        part = heaviest[near.move(-where.left, -where.top).slices]
        np.maximum(part, (force * _fall_off(distance, size, stroke.hardness)).astype(np.float32), out=part)
    return heaviest


def _fall_off(
    distance: NDArray[np.float64], size: NDArray[np.float64] | np.float64, hardness: float
) -> NDArray[np.float64]:
    """The share of its force that a brush of radius `size` has at a distance from its middle."""
    fall = np.maximum(1.0, size * (1 - hardness))
    ramp = np.clip((size - size * (1 - hardness) / 2 + fall / 2 - distance) / fall, 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp))


def _measure_squares(points: NDArray[np.float64], reach: float, where: Rect) -> NDArray[np.float64]:
    """The squared distance (h, w) of each pixel's centre to a line through the points; infinite beyond `reach`."""
    nearest = np.full(where.size.shape, np.inf)
    for start, end in list(pairwise(points)) or [(points[0], points[0])]:
        near = bound_segment(start, end, reach + 1).intersect(where)
        if near.is_empty:
            continue
        step = end - start
        length = max(1e-12, float(step @ step))
        x = np.arange(near.left, near.right) + (0.5 - start[0])
        y = np.arange(near.top, near.bottom)[:, None] + (0.5 - start[1])
        # With p = (x, y) and the share t of the segment s: |p - t s|^2 = |p|^2 - 2 t (p . s) + t^2 |s|^2.
        along = x * step[0] + y * step[1]
        share = np.clip(along / length, 0, 1)
        square = share * length
        square -= along
        square -= along
        square *= share
        square += x * x
        square += y * y
        part = nearest[near.move(-where.left, -where.top).slices]
        np.minimum(part, square, out=part)
    np.maximum(nearest, 0, out=nearest)
    return nearest


def _weigh_gradient(stroke: Stroke, where: Rect) -> Floats:
    """Full force before the first point, none beyond the second, falling evenly between."""
    if len(stroke.points) != 2:
        raise UsageError(f"A gradient runs between 2 points, not {len(stroke.points)}.")
    start, end = np.clip(np.array(stroke.points, np.float64), -1e6, 1e6)
    step = end - start
    length = float(step @ step)
    if length < 1e-12:
        return np.zeros(where.size.shape, np.float32)
    x = np.arange(where.left, where.right) + (0.5 - start[0])
    y = np.arange(where.top, where.bottom)[:, None] + (0.5 - start[1])
    share = (x * step[0] + y * step[1]) / length
    return np.asarray(stroke.opacity * (1 - np.clip(share, 0, 1)), np.float32)


def _weigh_area(stroke: Stroke, where: Rect) -> Floats:
    """Full force in all that the outline runs around; its border is antialiased, or soft over `radius` to each side."""
    points = np.clip(np.array(stroke.points, np.float64).reshape(-1, 2), -1e6, 1e6)
    half = max(0.5, stroke.radius)
    ramp = np.zeros(where.size.shape, np.float32)
    for loop in split_outline([(x, y) for x, y in points.tolist()]):
        left, top = np.floor(loop.min(axis=0) - half).astype(int).tolist()
        right, bottom = np.ceil(loop.max(axis=0) + half).astype(int).tolist()
        near = Rect(left, top, right, bottom).intersect(where)
        if not near.is_empty:
            part = ramp[near.move(-where.left, -where.top).slices]
            np.maximum(part, _weigh_loop(loop, half, near), out=part)
    if stroke.radius > 0.5:
        ramp = ramp * ramp * (3 - 2 * ramp)
    return np.asarray(np.float32(stroke.opacity) * ramp, np.float32)


def _weigh_loop(points: NDArray[np.float64], half: float, where: Rect) -> Floats:
    """1 in an outline that does not cross itself, falling evenly to 0 over `half` to each side of its border."""
    inside = np.zeros((where.height, where.width + 1), np.int32)
    distance = np.full(where.size.shape, half, np.float32)
    middles = np.arange(where.top, where.bottom) + 0.5
    for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
        low, high = min(start[1], end[1]), max(start[1], end[1])
        rows = np.nonzero((middles >= low) & (middles < high))[0]
        if rows.size:
            x = start[0] + (middles[rows] - start[1]) / (end[1] - start[1]) * (end[0] - start[0])
            first = np.clip(np.ceil(x - 0.5) - where.left, 0, where.width).astype(np.intp)
            np.add.at(inside, (rows, first), 1)
        near = bound_segment(start, end, half + 1).intersect(where)
        if not near.is_empty:
            part = distance[near.move(-where.left, -where.top).slices]
            np.minimum(part, _project(start, end, near)[0].astype(np.float32), out=part)
    sign = np.where(np.cumsum(inside, axis=1)[:, :-1] % 2 == 1, np.float32(1), np.float32(-1))
    return np.asarray(np.clip(np.float32(0.5) + sign * distance / np.float32(2 * half), 0, 1), np.float32)


def _project(
    start: NDArray[np.float64], end: NDArray[np.float64], where: Rect
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each pixel's centre: its distance to a segment, and at what share of the segment it is nearest."""
    step = end - start
    x = np.arange(where.left, where.right) + (0.5 - start[0])
    y = np.arange(where.top, where.bottom)[:, None] + (0.5 - start[1])
    share = np.clip((x * step[0] + y * step[1]) / max(1e-12, float(step @ step)), 0, 1)
    return np.hypot(x - share * step[0], y - share * step[1]), share
