"""A photo that is partly transparent already: what its own opacity takes away is not taken a second time.

Where a photo was cut out before, the colours under its transparency are often still there, and alpha that is solved from
them finds the edge that the opacity has already. The matte lies over the opacity, so their product is what shows; it should
be the smaller of the two. Where the opacity has no edge of its own, as in a photo that is half transparent throughout, both
are heeded: the product stays.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mattework.arrays import Bools, Floats, Samples, split_rows
from mattework.document.model import array_depth, depth_white

REACH = 24
"""Photo pixels around a place in which the opacity falls to nothing where it is an edge."""

_NOTHING = 0.05
_LEAST = 1e-3


def lift_alpha(alpha: Floats, opacity: Samples | None, where: Bools) -> None:
    """Make a matte of solved alpha, in place: its product with the edges of the opacity is the smaller of the two.

    Args:
        alpha: (h, w) float32 of 0 to 1, how much of each pixel is subject.
        opacity: (h, w) of the photo, 8, 16 or 32 bit; None where it is opaque.
        where: (h, w), what was solved; elsewhere nothing changes.
    """
    if opacity is not None:
        for rows, edge in _find_edges(opacity, where):
            part = alpha[rows]
            part[where[rows]] = np.minimum(1.0, part / edge)[where[rows]]


def press_alpha(alpha: Floats, opacity: Samples | None, where: Bools) -> None:
    """The reverse of `lift_alpha`, in place: how much of each pixel is subject, for a solver that goes on from there."""
    if opacity is not None:
        for rows, edge in _find_edges(opacity, where):
            part = alpha[rows]
            part[where[rows]] = (part * edge)[where[rows]]


def _find_edges(opacity: Samples, where: Bools) -> Iterator[tuple[slice, Floats]]:
    """Strips of rows with something to do, and there the opacity as the edge of a cut-out: 1 away from such edges.

    A place is on one where the opacity falls to nothing within `REACH`, and counts by the strongest opacity there.
    """
    import cv2

    white = np.float32(depth_white(array_depth(opacity)))
    window = np.ones((1, 2 * REACH + 1), np.uint8)
    for rows in split_rows(where):
        if not where[rows].any():
            continue
        above = min(REACH, rows.start)
        own = opacity[rows.start - above : rows.stop + REACH].astype(np.float32) / white
        if not (own < 1).any():
            continue
        most = cv2.dilate(cv2.dilate(own, window), window.T)
        least = cv2.erode(cv2.erode(own, window), window.T)
        edge = np.where(least < _NOTHING, own / np.maximum(most, _LEAST), 1.0)
        inside = slice(above, above + rows.stop - rows.start)
        yield rows, np.asarray(np.clip(edge[inside], _LEAST, 1.0), np.float32)
