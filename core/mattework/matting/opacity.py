"""A photo that is partly transparent already: what its own opacity takes away is not taken a second time.

Where a photo was cut out before, the colours under its transparency are often still there, and alpha that is solved from
them finds the edge that the opacity has already. The matte lies over the opacity, so their product is what shows; it should
be the smaller of the two.
"""

from __future__ import annotations

import numpy as np

from mattework.arrays import Bools, Floats, Samples, split_rows
from mattework.document.model import array_depth, depth_white

_LEAST = 1e-3


def lift_alpha(alpha: Floats, opacity: Samples | None, where: Bools) -> None:
    """Make a matte of solved alpha, in place: its product with the opacity is the smaller of the two.

    Args:
        alpha: (h, w) float32 of 0 to 1, how much of each pixel is subject.
        opacity: (h, w) of the photo, 8, 16 or 32 bit; None where it is opaque.
        where: (h, w), what was solved; elsewhere nothing changes.
    """
    if opacity is None:
        return
    for rows in split_rows(alpha):
        own = _read_opacity(opacity, rows)
        chosen = where[rows] & (own < 1) & (own > _LEAST)
        part = alpha[rows]
        part[chosen] = np.minimum(1.0, part[chosen] / own[chosen])


def press_alpha(alpha: Floats, opacity: Samples | None, where: Bools) -> None:
    """The reverse of `lift_alpha`, in place: how much of each pixel is subject, for a solver that goes on from there."""
    if opacity is not None:
        own = _read_opacity(opacity, slice(None))
        alpha[where] *= own[where]


def _read_opacity(opacity: Samples, rows: slice) -> Floats:
    """Some rows of an opacity as float32 of 0 to 1."""
    white = np.float32(depth_white(array_depth(opacity)))
    return np.asarray(opacity[rows].astype(np.float32) / white, np.float32)
