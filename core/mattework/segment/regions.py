"""What a box or lasso says about masks: nothing of its object lies far from it, and what it takes away lies in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect, Size
from mattework.prompt import Prompt
from mattework.segment.prompt_maps import fill_region

MARKS = ("point", "scribble")
"""Kinds of gestures that lie on a thing, and do not go around it."""
_SPILL = 0.15
"""Of a region's longer side: how far its object may reach beyond it, where it was drawn too tight."""
_TAKEN = 0.2
"""A region to take away in which less than this share of the mask is found to be a thing is taken as drawn."""


def clear_beyond(mask: Floats, seen: Rect, region: Prompt) -> Floats:
    """The mask (h, w) of a part `seen` of the picture without what lies far from a region of the picture."""
    points = np.array(region.points)
    reach = _SPILL * float(np.ptp(points, axis=0).max())
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    x = seen.left + (np.arange(mask.shape[1]) + 0.5) * seen.width / mask.shape[1]
    y = seen.top + (np.arange(mask.shape[0]) + 0.5) * seen.height / mask.shape[0]
    across, down = (x >= low[0]) & (x <= high[0]), (y >= low[1]) & (y <= high[1])
    return np.asarray(mask * (down[:, None] & across), np.float32)


def heed_order(gestures: Sequence[Prompt]) -> list[Prompt]:
    """The points and scribbles of gestures in order, without those that a later region of the other kind holds: what was
    said last counts."""
    return [
        mark
        for place, mark in enumerate(gestures)
        if mark.kind in MARKS and not any(_overrules(later, mark) for later in gestures[place + 1 :])
    ]


def _overrules(region: Prompt, mark: Prompt) -> bool:
    import cv2

    if region.kind in MARKS or region.adds == mark.adds:
        return False
    outline = np.array(region.points, np.float32)
    if region.kind == "box":
        (left, top), (right, bottom) = outline
        outline = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    return all(cv2.pointPolygonTest(outline, point, False) >= 0 for point in mark.points)


def take_away(known: Floats, thing: Floats, region: Prompt) -> tuple[Floats, bool]:
    """A mask without the thing that was found in a region, or without all in it where no separate thing was.

    What is found goes, not all that the region holds: measured by `benchmarks/prompt_regions.py`.

    Args:
        known: the mask (h, w) so far.
        thing: what was found in the region, (h, w).
        region: a box or lasso in pixels of the masks.

    Returns:
        What is left, and whether a separate thing was found.
    """
    size = Size(known.shape[1], known.shape[0])
    inside = fill_region(region, np.array(region.points, np.float32), size)
    there = float((known * inside).sum())
    if float(np.minimum(known, thing).sum()) >= _TAKEN * there:
        return np.minimum(known, 1.0 - thing), True
    return known * (1.0 - inside), False
