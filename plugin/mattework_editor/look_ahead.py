"""Looking ahead: the matte as a stroke will make it that is still being painted, solved coarsely.

It is made on a reduced picture, as fine as the screen shows it or coarser, for one level of the matte's pyramid: finer
levels, which nobody sees, keep what the session has until the stroke has ended.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mattework import Rect, Stroke, apply_edge_settings, resolve_region, stroke_bounds, touch_region
from mattework.arrays import AnyArray, Bytes, Floats, Plane
from mattework_editor.pyramid import edge_reach, quantise, render_matte
from mattework_editor.session import JOIN, Session, draw_onto, join_bounds

CONTEXT = 16
"""Pixels around an answer that the solver sees but does not change: as far as its windows reach."""
MOST_LIVE = 30_000
"""Pixels that an answer has at most while the hand moves; a larger one is coarser, so that it does not come late."""
MOST_FINE = 500_000
"""The same while the hand rests."""
APART = 0.25
"""Share of the radius that the points of a stroke are at least apart when it is drawn for an answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A part of the matte as it is to be shown: (h, w) uint8 for the pixels `where` of a level of its pyramid."""

    level: int
    where: Rect
    matte: Bytes


def choose_factor(pixels: int, level: int, most: int = MOST_LIVE) -> int:
    """Photo pixels to the side of one pixel of an answer: a power of two, no finer than a level of the pyramid, and no
    coarser unless the answer had more pixels than `most`."""
    factor = 1 << level
    while pixels > factor * factor * most:
        factor *= 2
    return factor


def look_ahead(session: Session, strokes: Sequence[Stroke], where: Rect, level: int, factor: int) -> Answer:
    """The matte over `where` as further strokes will make it.

    Args:
        strokes: of the gesture that is being painted; the session does not have them yet.
        where: what they change, in photo pixels, in the photo.
        level: of the matte's pyramid that the answer is for.
        factor: photo pixels to the side of one pixel of the reduced picture: a power of two, no less than the level's.
    """
    recipe, opacity, planes = session.recipe, session.photo.alpha, session.planes
    touches = all(stroke.is_touch for stroke in strokes)
    if touches and factor == 1:
        shown, matte = render_matte(planes.alpha, recipe.edge, opacity, where, (*recipe.strokes, *strokes))
        return Answer(0, shown, matte)
    frame, reach = session.size.rect, edge_reach(recipe.edge)
    zone = where.grow(reach if touches else JOIN).intersect(frame)
    seen = _reduce_rect(zone.grow(factor * CONTEXT + reach).intersect(frame), factor)
    alpha: Floats = _sample(planes.alpha, seen, factor)
    small = Rect(0, 0, seen.width, seen.height)
    added = [_place_stroke(one, seen, factor) for one in strokes]
    if not touches:
        trimap = _sample(planes.trimap, seen, factor)
        drawn = draw_onto(trimap, _sample(planes.base, seen, factor), added, small)
        alpha[(drawn != trimap) & (drawn == 255)] = 1.0
        alpha[(drawn != trimap) & (drawn == 0)] = 0.0
        region = _reduce_rect(where, factor).move(-seen.left, -seen.top)
        inside, values = resolve_region(
            _sample(session.colour, seen, factor),
            drawn,
            alpha,
            region,
            solver="guided",
            opacity=None if opacity is None else _sample(opacity, seen, factor),
        )
        alpha[inside.slices] = values
    if any(stroke.is_touch for stroke in (*recipe.strokes, *strokes)):
        before = [one for one in recipe.strokes if _meets(one, seen, factor)]
        alpha = touch_region(alpha, [*(_place_stroke(one, seen, factor) for one in before), *added], small)
    made = apply_edge_settings(alpha, recipe.edge, scale=1 / factor)
    # No pixel of the level is shown that does not meet the zone: what the solver's answer replaces in the end.
    side = 1 << level
    shown, ratio = _reduce_rect(zone, side), factor // side
    part = _enlarge(made, shown.move(-seen.left * ratio, -seen.top * ratio), ratio)
    own = None if opacity is None else _sample(opacity, shown, side)
    return Answer(level, shown, quantise(part, own, Rect(0, 0, shown.width, shown.height)))


def find_fresh(before: Sequence[Stroke], after: Sequence[Stroke]) -> Rect:
    """Where the strokes of a gesture that has grown differ from what they were, in photo pixels."""
    if len(before) == len(after) == 1 and after[0].shape == "brush":
        start = max(0, _count_same(before[0].points, after[0].points) - 1)
        ends = (
            Stroke(kind=one.kind, radius=one.radius, points=one.points[start:])
            for one in (before[0], after[0])
        )
        return join_bounds([one for one in ends if one.points])
    known = _count_same(before, after)
    return join_bounds([*before[known:], *after[known:]])


def _count_same(before: Sequence[object], after: Sequence[object]) -> int:
    """How many at their beginnings are the same."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))


def _reduce_rect(where: Rect, factor: int) -> Rect:
    """A rectangle in blocks of `factor` pixels, those that it meets in part among them."""
    return Rect(
        where.left // factor, where.top // factor, -(-where.right // factor), -(-where.bottom // factor)
    )


def _scale_rect(where: Rect, factor: int) -> Rect:
    return Rect(where.left * factor, where.top * factor, where.right * factor, where.bottom * factor)


def _sample(plane: Plane[Any], blocks: Rect, factor: int) -> AnyArray:
    """A plane reduced: the pixel in the middle of each block stands for it, and in a last one that ends before its middle
    the last of the one before it."""
    height, width = plane.shape[:2]
    down, across = (
        slice(min(begin * factor + factor // 2, length - 1), end * factor, factor)
        for begin, end, length in ((blocks.top, blocks.bottom, height), (blocks.left, blocks.right, width))
    )
    read: AnyArray = plane[down, across]
    missing = [(0, blocks.height - read.shape[0]), (0, blocks.width - read.shape[1])]
    if any(after for _, after in missing):
        read = np.pad(read, (*missing, *[(0, 0)] * (read.ndim - 2)), mode="edge")
    return read


def _place_stroke(stroke: Stroke, seen: Rect, factor: int) -> Stroke:
    """A stroke on the reduced picture of the blocks `seen`; a hard one with no more points than are needed."""
    kept: Sequence[int] = range(len(stroke.points))
    if not stroke.is_touch:
        kept = _thin_out(stroke.points, stroke.radius * APART)
    placed = tuple(
        (stroke.points[at][0] / factor - seen.left, stroke.points[at][1] / factor - seen.top) for at in kept
    )
    pressures = tuple(stroke.pressures[at] for at in kept) if stroke.pressures else ()
    return replace(stroke, points=placed, radius=stroke.radius / factor, pressures=pressures)


def _thin_out(points: Sequence[tuple[float, float]], gap: float) -> list[int]:
    """Which points are at least `gap` apart, and the ends."""
    kept = [0][: len(points)]
    for at in range(1, len(points) - 1):
        if math.dist(points[at], points[kept[-1]]) >= gap:
            kept.append(at)
    return [*kept, len(points) - 1] if len(points) > 1 else kept


def _meets(stroke: Stroke, seen: Rect, factor: int) -> bool:
    return not stroke_bounds(stroke).intersect(_scale_rect(seen, factor)).is_empty


def _enlarge(matte: Floats, where: Rect, factor: int) -> Floats:
    """The part `where`, in pixels of the result, of a matte that is enlarged, bilinear."""
    import cv2

    if factor == 1:
        return matte[where.slices]
    blocks = _reduce_rect(where, factor).grow(1).intersect(Rect(0, 0, matte.shape[1], matte.shape[0]))
    part = np.ascontiguousarray(matte[blocks.slices])
    size = (blocks.width * factor, blocks.height * factor)
    large = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return large[where.move(-blocks.left * factor, -blocks.top * factor).slices]
