"""The round brush: which pixels a stroke covers, as wide at each point as a pen has pressed there."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Bools, Bytes
from mattework.errors import UsageError
from mattework.geometry import Rect
from mattework.recipe import Stroke

SPANS = 1 << 18
"""Rows of segments of a stroke whose spans are found together."""
LIGHTEST = 0.15
"""Share of the radius that the lightest touch of a pen draws with."""
MOST_KEPT, KEPT_BRUSHES = 1 << 20, 256
"""Pixels around a stroke up to which what it covers is kept, and of how many strokes: 32 MiB at most."""

Points: TypeAlias = NDArray[np.float64]
Discs: TypeAlias = NDArray[np.float64]
"""(segments, 3): x, y and radius."""


def stroke_bounds(stroke: Stroke) -> Rect:
    """The smallest rectangle that holds every pixel the stroke can touch, in picture pixels; a gradient has no end."""
    points = np.array(stroke.points, np.float64).reshape(-1, 2)
    if not np.isfinite(points).all() or not math.isfinite(stroke.radius) or stroke.radius < 0:
        raise UsageError("A stroke's points and radius must be finite numbers, and the radius not negative.")
    if len(points) == 0:
        return Rect(0, 0, 0, 0)
    if stroke.shape == "gradient":
        return Rect(-1_000_000, -1_000_000, 1_000_000, 1_000_000)
    points = np.clip(points, -1e6, 1e6)
    radius = float(size_brush(stroke, points).max()) + 1.0
    left, top = np.floor(points.min(axis=0) - radius)
    right, bottom = np.ceil(points.max(axis=0) + radius)
    return Rect(int(left), int(top), int(right), int(bottom))


def size_brush(stroke: Stroke, points: Points) -> NDArray[np.float64]:
    """The brush's radius at each of the stroke's points, (points,), half a pixel at least.

    Raises:
        UsageError: not one pressure of 0 to 1 for each point.
    """
    radius = min(stroke.radius, 1e6)
    pressures = read_pressures(stroke, points) if stroke.pressed == "size" else np.ones(len(points))
    return np.maximum(0.5, radius * np.maximum(LIGHTEST, pressures))


def read_pressures(stroke: Stroke, points: Points) -> NDArray[np.float64]:
    """How hard a pen pressed at each point, 0 to 1; 1 for a mouse.

    Raises:
        UsageError: not one pressure of 0 to 1 for each point.
    """
    if not stroke.pressures:
        return np.ones(len(points))
    pressures = np.array(stroke.pressures, np.float64)
    if len(pressures) != len(points) or not ((pressures >= 0) & (pressures <= 1)).all():
        raise UsageError("A stroke must have one pressure of 0 to 1 for each of its points.")
    return pressures


def move_stroke(stroke: Stroke, dx: float, dy: float) -> Stroke:
    return replace(stroke, points=tuple((x + dx, y + dy) for x, y in stroke.points))


def draw_brush(stroke: Stroke, where: Rect) -> Bools:
    """The pixels of `where` whose centre lies under a round brush dragged along the stroke, and those under its points.

    A segment's brush, the hull of the discs at its ends, is convex, so a row meets it in one span; starts and ends of all
    spans are counted and summed up along the rows. Exact in picture coordinates: a part of the picture shows what the
    whole would.
    """
    points = np.clip(np.array(stroke.points, np.float64).reshape(-1, 2), -1e6, 1e6)
    sizes = size_brush(stroke, points)
    bounds = stroke_bounds(stroke)
    if bounds.area > MOST_KEPT:
        return _draw_spans(points, sizes, where)
    brush = np.zeros(where.size.shape, bool)
    inside = bounds.intersect(where)
    if not inside.is_empty:
        rows, columns = inside.move(-bounds.left, -bounds.top).slices
        packed = _draw_packed(points.tobytes(), sizes.tobytes(), bounds)
        whole = np.unpackbits(packed[rows], axis=1, count=bounds.width).view(bool)
        brush[inside.move(-where.left, -where.top).slices] = whole[:, columns]
    return brush


@lru_cache(KEPT_BRUSHES)
def _draw_packed(points: bytes, sizes: bytes, bounds: Rect) -> Bytes:
    """The brush over a stroke's bounds, eight pixels a byte: strokes under a region are asked for at every re-solve."""
    return np.packbits(
        _draw_spans(np.frombuffer(points).reshape(-1, 2), np.frombuffer(sizes), bounds), axis=1
    )


def _draw_spans(points: Points, sizes: NDArray[np.float64], where: Rect) -> Bools:
    counts = np.zeros((where.height, where.width + 1), np.int32)
    discs = np.column_stack((points, sizes))
    starts, ends = (discs[:-1], discs[1:]) if len(discs) > 1 else (discs, discs)
    near = _find_near(starts, ends, where)
    starts, ends = starts[near], ends[near]
    rows = np.arange(where.top, where.bottom, dtype=np.float64) + 0.5
    most = max(1, SPANS // max(1, len(rows)))
    for begin in range(0, len(starts), most):
        left, right = _span_rows(starts[begin : begin + most], ends[begin : begin + most], rows)
        segment, down = np.nonzero(left <= right)
        first = np.clip(np.ceil(left[segment, down] - 0.5) - where.left, 0, where.width).astype(np.intp)
        beyond = np.clip(np.floor(right[segment, down] - 0.5) + 1 - where.left, 0, where.width)
        np.add.at(counts, (down, first), 1)
        np.add.at(counts, (down, np.maximum(first, beyond.astype(np.intp))), -1)
    brush: Bools = np.cumsum(counts, axis=1, out=counts)[:, :-1] > 0
    for x, y in np.floor(points).astype(int).tolist():
        if where.left <= x < where.right and where.top <= y < where.bottom:
            brush[y - where.top, x - where.left] = True
    return brush


def _find_near(starts: Discs, ends: Discs, where: Rect) -> Bools:
    """Which segments' brushes meet a rectangle, and a few more."""
    reach = np.maximum(starts[:, 2:], ends[:, 2:]) + 1
    low = np.minimum(starts[:, :2], ends[:, :2]) - reach
    high = np.maximum(starts[:, :2], ends[:, :2]) + reach
    begins_before = (low[:, 0] < where.right) & (low[:, 1] < where.bottom)
    return np.asarray(begins_before & (high[:, 0] > where.left) & (high[:, 1] > where.top), np.bool_)


def bound_segment(start: NDArray[np.float64], end: NDArray[np.float64], reach: float) -> Rect:
    """The pixels within `reach` of a segment, and a few more."""
    left, top = np.floor(np.minimum(start, end) - reach).astype(int).tolist()
    right, bottom = np.ceil(np.maximum(start, end) + reach).astype(int).tolist()
    return Rect(left, top, right, bottom)


def _span_rows(
    starts: Discs, ends: Discs, rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each row (y) meets the hull of the discs at both ends of each segment: left and right x, (segments, rows);
    left > right for nowhere."""
    shape = len(starts), len(rows)
    left, right = np.full(shape, np.inf), np.full(shape, -np.inf)
    for disc in (starts, ends):
        square = disc[:, 2:] ** 2 - (rows - disc[:, 1:2]) ** 2
        half = np.where(square >= 0, np.sqrt(np.maximum(square, 0)), -np.inf)
        np.minimum(left, disc[:, :1] - half, out=left)
        np.maximum(right, disc[:, :1] + half, out=right)
    step = ends - starts
    length = np.hypot(step[:, 0], step[:, 1])
    # Both discs touch the long sides where the normal has this share of the way; one that holds the other has no sides.
    lean = -step[:, 2] / np.maximum(length, 1e-9)
    sided = (length >= 1e-9) & (np.abs(lean) < 1)
    way, upright = step[:, :2] / np.maximum(length, 1e-9)[:, None], np.sqrt(np.clip(1 - lean**2, 0, 1))
    for side in (1.0, -1.0):
        across = side * np.stack((-way[:, 1], way[:, 0]), axis=1)
        normal = lean[:, None] * way + upright[:, None] * across
        first, second = (disc[:, :2] + disc[:, 2:] * normal for disc in (starts, ends))
        down = second[:, 1] - first[:, 1]
        # Where a side is level, the two discs hold the span between them.
        steep = np.flatnonzero(sided & (np.abs(down) >= 1e-9))
        share = (rows - first[steep, 1:]) / down[steep, None]
        x = first[steep, :1] + share * (second[steep, :1] - first[steep, :1])
        x = np.where((share >= 0) & (share <= 1), x, np.nan)
        left[steep], right[steep] = np.fmin(left[steep], x), np.fmax(right[steep], x)
    return left, right
