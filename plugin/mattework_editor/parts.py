"""Parts: the connected pieces of a matte and its holes, and the strokes that drop, keep or fill them.

A stroke here is an area along the part's outline, so that it is in the recipe and opens again as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mattework import Rect, Stroke
from mattework.arrays import AnyArray, Bytes, Floats
from mattework.recipe import StrokeKind

FAINT = 0.02
"""Alpha up to which a pixel belongs to no part, and below 1 minus which it belongs to a hole."""
MOST = 200
"""Parts, and holes, that are listed: the largest."""
ROWS = 256
"""Rows that are looked at together, where what is made of them is larger than the alpha."""


@dataclass(frozen=True, slots=True)
class Part:
    """A connected piece of the matte, or a hole in it. `area` in photo pixels; `outline` (x, y) runs around all of it."""

    kind: Literal["part", "hole"]
    area: int
    bounds: Rect
    outline: tuple[tuple[float, float], ...]


def find_parts(alpha: Floats) -> tuple[tuple[Part, ...], int]:
    """The largest parts of an alpha (H, W) and then its largest holes; and how many smaller ones there are.

    Pixels that touch by a corner are one part, but not one hole. What is at most half opaque all over is no part, what
    is at least half opaque all over is no hole; a hole is closed all around.
    """
    ranks = _rank(alpha)
    parts, more = _trace((ranks > 0).astype(np.uint8), ranks > 2, "part")
    holes, more_holes = _trace((ranks < 4).astype(np.uint8), ranks < 2, "hole")
    return (*parts, *holes), more + more_holes


def drop_parts(chosen: Sequence[Part], others: Sequence[Part]) -> tuple[Stroke, ...]:
    """Strokes that take parts away; others that lie inside their outlines come back."""
    taken = [_make_area(part, "background") for part in chosen]
    inside = [
        one
        for one in others
        if one.kind == "part" and any(part.bounds.contains(one.bounds) for part in chosen)
    ]
    return (*taken, *(_make_area(part, "restored") for part in inside))


def fill_holes(chosen: Sequence[Part]) -> tuple[Stroke, ...]:
    return tuple(_make_area(part, "foreground") for part in chosen)


def _make_area(part: Part, kind: StrokeKind) -> Stroke:
    return Stroke(kind=kind, radius=0.0, points=part.outline, shape="area")


def _rank(alpha: Floats) -> Bytes:
    """0 for what belongs to no part, 1 below one half, 2 at one half, 3 above, 4 for what belongs to no hole."""
    ranks = np.empty(alpha.shape, np.uint8)
    for top in range(0, len(alpha), ROWS):
        some = alpha[top : top + ROWS]
        rank = (some > FAINT).astype(np.uint8)
        for passed in (some >= 0.5, some > 0.5, some >= 1 - FAINT):
            rank += passed
        ranks[top : top + ROWS] = rank
    return ranks


def _trace(plane: Bytes, sure: AnyArray, kind: Literal["part", "hole"]) -> tuple[list[Part], int]:
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(plane, connectivity=8 if kind == "part" else 4)
    certain = np.zeros(count, bool)
    for top in range(0, len(plane), ROWS):
        rows = slice(top, top + ROWS)
        certain[labels[rows][sure[rows]]] = True
    height, width = plane.shape
    found = []
    for label in np.argsort(-stats[:, cv2.CC_STAT_AREA], kind="stable").tolist():
        left, top, across, down, area = stats[label].tolist()
        bounds = Rect(left, top, left + across, top + down)
        closed = left > 0 and top > 0 and bounds.right < width and bounds.bottom < height
        if label and certain[label] and (kind == "part" or closed):
            found.append((label, area, bounds))
    kept = [Part(kind, area, bounds, _outline(labels, label, bounds)) for label, area, bounds in found[:MOST]]
    return kept, max(0, len(found) - MOST)


def _outline(labels: AnyArray, label: int, bounds: Rect) -> tuple[tuple[float, float], ...]:
    """Along the pixels just outside of a component, in picture coordinates."""
    import cv2

    mask = np.pad((labels[bounds.slices] == label).astype(np.uint8), 2)
    grown = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(contours, key=len)
    points = np.asarray(cv2.approxPolyDP(longest, 0.5, True)).reshape(-1, 2)
    return tuple((float(x + bounds.left - 1.5), float(y + bounds.top - 1.5)) for x, y in points)
