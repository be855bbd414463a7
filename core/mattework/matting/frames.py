"""Which parts of a photo are solved together, and how far they are reduced for it."""

from __future__ import annotations

import math

import numpy as np

from mattework.arrays import Bools, Bytes
from mattework.geometry import Rect
from mattework.matting.trimap import UNKNOWN

MOST_PARTS = 16
"""Parts that a frame is split into."""


def find_unknown(trimap: Bytes) -> Rect:
    """The smallest rectangle that holds all unknown pixels; empty when there is none."""
    return _bound(trimap == UNKNOWN)


def split_frame(unknown: Bools, frame: Rect, *, margin: int, most_pixels: int) -> list[Rect]:
    """The parts of a frame that have to be solved together, each with `margin` pixels around its unknown ones.

    A frame of more than `most_pixels` is cut where a strip without unknown pixels goes through all of it, wider than both
    margins: a speck in a far corner would make the scene of everything else coarser. There are at most `MOST_PARTS` parts.

    Args:
        unknown: (H, W) of the photo; all unknown pixels lie in `frame` at least `margin` from its border, or the photo's.
    """
    waiting, parts = [frame], list[Rect]()
    while waiting:
        part = waiting.pop(0)
        cut = None
        if part.area > most_pixels and len(waiting) + len(parts) < MOST_PARTS - 1:
            cut = _cut_at_widest_gap(unknown[part.slices], 2 * margin)
        if cut is None:
            parts.append(part)
            continue
        for piece in cut:
            inner = piece.move(part.left, part.top)
            waiting.append(inner.grow(margin).intersect(part))
    return parts


def _cut_at_widest_gap(unknown: Bools, least: int) -> tuple[Rect, Rect] | None:
    """The smallest rectangles around what is unknown on both sides of the widest empty strip; None where none is wide."""
    widest, cut = least, None
    for axis in (0, 1):
        places = np.flatnonzero(unknown.any(axis=1 - axis))
        gaps = np.diff(places)
        if gaps.size and int(gaps.max()) > widest:
            widest, at = int(gaps.max()), int(places[int(gaps.argmax())]) + 1
            cut = (axis, at)
    if cut is None:
        return None
    axis, at = cut
    first, second = (unknown[:at], unknown[at:]) if axis == 0 else (unknown[:, :at], unknown[:, at:])
    beyond = _bound(second)
    return _bound(first), beyond.move(0, at) if axis == 0 else beyond.move(at, 0)


def _bound(marked: Bools) -> Rect:
    """The smallest rectangle that holds all that is marked; empty when nothing is."""
    rows = np.flatnonzero(marked.any(axis=1))
    if rows.size == 0:
        return Rect(0, 0, 0, 0)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(marked[top:bottom].any(axis=0))
    return Rect(int(columns[0]), top, int(columns[-1]) + 1, bottom)


def choose_factor(unknown: int, pixels: int, *, most_unknown: int, most_pixels: int) -> int:
    """The smallest reduction at which a scene of so many pixels keeps to both limits."""
    return max(1, math.ceil(math.sqrt(max(unknown / most_unknown, pixels / most_pixels))))
