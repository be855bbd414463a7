"""The round brush: which pixels a stroke covers."""

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
MOST_KEPT, KEPT_BRUSHES = 1 << 20, 256
"""Pixels around a stroke up to which what it covers is kept, and of how many strokes: 32 MiB at most."""

Points: TypeAlias = NDArray[np.float64]


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
    radius = min(stroke.radius, 1e6) + 1.0
    left, top = np.floor(points.min(axis=0) - radius)
    right, bottom = np.ceil(points.max(axis=0) + radius)
    return Rect(int(left), int(top), int(right), int(bottom))


def move_stroke(stroke: Stroke, dx: float, dy: float) -> Stroke:
    return replace(stroke, points=tuple((x + dx, y + dy) for x, y in stroke.points))


def draw_brush(stroke: Stroke, where: Rect) -> Bools:
    """The pixels of `where` whose centre lies under a round brush dragged along the stroke, and those under its points.

    A segment's brush is convex, so a row meets it in one span; starts and ends of all spans are counted and summed up
    along the rows. Exact in picture coordinates: a part of the picture shows what the whole would.
    """
    points = np.clip(np.array(stroke.points, np.float64).reshape(-1, 2), -1e6, 1e6)
    radius = max(0.5, min(stroke.radius, 1e6))
    bounds = stroke_bounds(stroke)
    if bounds.area > MOST_KEPT:
        return _draw_spans(points, radius, where)
    brush = np.zeros(where.size.shape, bool)
    inside = bounds.intersect(where)
    if not inside.is_empty:
        rows, columns = inside.move(-bounds.left, -bounds.top).slices
        packed = _draw_packed(points.tobytes(), radius, bounds)
        whole = np.unpackbits(packed[rows], axis=1, count=bounds.width).view(bool)
        brush[inside.move(-where.left, -where.top).slices] = whole[:, columns]
    return brush


@lru_cache(KEPT_BRUSHES)
def _draw_packed(points: bytes, radius: float, bounds: Rect) -> Bytes:
    """The brush over a stroke's bounds, eight pixels a byte: strokes under a region are asked for at every re-solve."""
    return np.packbits(_draw_spans(np.frombuffer(points).reshape(-1, 2), radius, bounds), axis=1)


def _draw_spans(points: Points, radius: float, where: Rect) -> Bools:
    counts = np.zeros((where.height, where.width + 1), np.int32)
    starts, ends = (points[:-1], points[1:]) if len(points) > 1 else (points, points)
    near = _find_near(starts, ends, radius + 1, where)
    starts, ends = starts[near], ends[near]
    rows = np.arange(where.top, where.bottom, dtype=np.float64) + 0.5
    most = max(1, SPANS // max(1, len(rows)))
    for begin in range(0, len(starts), most):
        left, right = _span_rows(starts[begin : begin + most], ends[begin : begin + most], radius, rows)
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


def _find_near(starts: Points, ends: Points, reach: float, where: Rect) -> Bools:
    """Which segments come within `reach` of a rectangle, and a few more."""
    low, high = np.minimum(starts, ends) - reach, np.maximum(starts, ends) + reach
    begins_before = (low[:, 0] < where.right) & (low[:, 1] < where.bottom)
    return np.asarray(begins_before & (high[:, 0] > where.left) & (high[:, 1] > where.top), np.bool_)


def bound_segment(start: NDArray[np.float64], end: NDArray[np.float64], reach: float) -> Rect:
    """The pixels within `reach` of a segment, and a few more."""
    left, top = np.floor(np.minimum(start, end) - reach).astype(int).tolist()
    right, bottom = np.ceil(np.maximum(start, end) + reach).astype(int).tolist()
    return Rect(left, top, right, bottom)


def _span_rows(
    starts: Points, ends: Points, radius: float, rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each row (y) meets all points within `radius` of each segment: left and right x, (segments, rows); left > right
    for nowhere."""
    shape = len(starts), len(rows)
    left, right = np.full(shape, np.inf), np.full(shape, -np.inf)
    for place in (starts, ends):
        square = radius**2 - (rows - place[:, 1:]) ** 2
        half = np.where(square >= 0, np.sqrt(np.maximum(square, 0)), -np.inf)
        np.minimum(left, place[:, :1] - half, out=left)
        np.maximum(right, place[:, :1] + half, out=right)
    step = ends - starts
    length = np.hypot(step[:, 0], step[:, 1])
    # Where the long sides are level, the two circles hold the span between them.
    steep = np.flatnonzero((length >= 1e-9) & (np.abs(step[:, 1]) >= 1e-9))
    across, along = step[steep, :1], step[steep, 1:]
    for side in (1.0, -1.0):
        corner = starts[steep] + np.stack((-step[steep, 1], step[steep, 0]), axis=1) * (
            side * radius / length[steep, None]
        )
        share = (rows - corner[:, 1:]) / along
        x = np.where((share >= 0) & (share <= 1), corner[:, :1] + share * across, np.nan)
        left[steep], right[steep] = np.fmin(left[steep], x), np.fmax(right[steep], x)
    return left, right
