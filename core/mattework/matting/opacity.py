"""A photo that is partly transparent already: what its own opacity takes away is not taken a second time.

Where a photo was cut out before, its opacity is the soft edge, whatever colours are left under it: those of the old
background, from which alpha would be solved again, or any others, from which it would be solved wrongly. A matte lies over
the opacity, and their product is what shows. So along an edge of the opacity the matte says only whether the thing beside
it belongs to the subject. Where the opacity has no edge of its own, as in a photo that is half transparent throughout, the
matte stays as it was solved.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mattework.arrays import Bools, Floats, Samples, split_rows
from mattework.document.model import array_depth, depth_white

REACH = 24
"""Photo pixels around a place in which the opacity falls to nothing where it is an edge, and in which the thing lies."""

_NOTHING = 0.05
_SOLID = 0.9
"""Of the strongest opacity around: what has this much is the thing itself."""
_RIM = 9
"""Side, in photo pixels, of the square around each soft place in which the matte follows the opacity."""
_OUTSIDE, _INSIDE = 0.25, 0.6
"""Means of the matte over the thing beside an edge, below and above which it does not belong to the subject, and does."""


def lift_alpha(alpha: Floats, opacity: Samples | None, where: Bools) -> None:
    """Make a matte of solved alpha, in place: along the opacity's edges it is that of the thing beside them.

    Args:
        alpha: (h, w) float32 of 0 to 1, how much of each pixel is subject.
        opacity: (h, w) of the photo, 8, 16 or 32 bit; None where it is opaque.
        where: (h, w), what was solved; elsewhere nothing changes.
    """
    import cv2

    if opacity is None:
        return
    solved: Floats | None = None
    for rows, seen, edge in _find_edges(opacity, where):
        solved = alpha.copy() if solved is None else solved
        # Beside a soft edge the solver is misled by it as well: that counts only where there is nothing else.
        soft = (
            cv2.dilate(((edge > 0) & (edge < _SOLID)).astype(np.uint8), np.ones((_RIM, _RIM), np.uint8)) > 0
        )
        solid = np.where(edge >= _SOLID, np.where(soft, np.float32(1e-3), np.float32(1)), np.float32(0))
        size = (2 * REACH + 1, 2 * REACH + 1)
        share = cv2.blur(solid, size, borderType=cv2.BORDER_REPLICATE)
        things = cv2.blur(solved[seen] * solid, size, borderType=cv2.BORDER_REPLICATE)
        belongs = np.asarray(things, np.float32) / np.maximum(share, np.float32(1e-9))
        matte = np.clip((belongs - _OUTSIDE) / (_INSIDE - _OUTSIDE), 0, 1)
        inside = slice(rows.start - seen.start, rows.stop - seen.start)
        chosen = where[rows] & (soft & (edge > 0) & (share > 1e-8))[inside]
        alpha[rows][chosen] = matte[inside][chosen]


def press_alpha(alpha: Floats, opacity: Samples | None, where: Bools) -> None:
    """Make alpha of a matte that lies over the opacity, in place: what a solver takes as known that goes on from there."""
    if opacity is not None:
        for rows, seen, edge in _find_edges(opacity, where):
            inside = slice(rows.start - seen.start, rows.stop - seen.start)
            part = alpha[rows]
            part[where[rows]] = (part * edge[inside])[where[rows]]


def _find_edges(opacity: Samples, where: Bools) -> Iterator[tuple[slice, slice, Floats]]:
    """Strips of rows with something to do, the rows around them that are seen, and there the opacity as an edge.

    That is its share of the strongest opacity within `REACH` where it falls to nothing within that, and 1 elsewhere.
    """
    import cv2

    white = np.float32(depth_white(array_depth(opacity)))
    window = np.ones((1, 2 * REACH + 1), np.uint8)
    height = where.shape[0]
    for rows in split_rows(where):
        if not where[rows].any():
            continue
        # What is seen of the thing lies as far away as the edge, and its own surroundings as far again.
        seen = slice(max(0, rows.start - 2 * REACH), min(height, rows.stop + 2 * REACH))
        own = opacity[seen].astype(np.float32) / white
        if not (own < 1).any():
            continue
        most = cv2.dilate(cv2.dilate(own, window), window.T)
        least = cv2.erode(cv2.erode(own, window), window.T)
        edge = np.where(least < _NOTHING, own / np.maximum(most, np.float32(1e-6)), 1.0)
        yield rows, seen, np.asarray(np.clip(edge, 0.0, 1.0), np.float32)
