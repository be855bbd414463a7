"""A photo that is partly transparent already: what its own opacity takes away is not taken a second time.

Where a photo was cut out before, its opacity is the soft edge, whatever colours are left under it: those of the old
background, from which alpha would be solved again, or any others, from which it would be solved wrongly. A matte lies over
the opacity, and their product is what shows. So along an edge of the opacity the matte says only whether the thing beside
it belongs to the subject. Where the opacity has no edge of its own, as in a photo that is half transparent throughout, the
matte stays as it was solved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from mattework.arrays import Bools, Floats, Samples
from mattework.document.model import array_depth, depth_white
from mattework.geometry import Rect, Size

REACH = 24
"""Photo pixels around a place in which the opacity falls to nothing where it is an edge, and in which the thing lies."""
_REACH_SHARE, _MOST_REACH = 0.02, 160
"""The same in large photos, as a share of the long side, and at most."""

_NOTHING = 0.05
_SOLID = 0.9
"""Of the strongest opacity around: what has this much is the thing itself."""
_RIM = 9
"""Side, in photo pixels, of the square around each soft place in which the matte follows the opacity."""
_OUTSIDE, _INSIDE = 0.25, 0.6
"""Means of the matte over the thing beside an edge, below and above which it does not belong to the subject, and does."""
_TILE = 512
_BLOCK = 4
"""Photo pixels by the side of the blocks by which extremes of the opacity are looked for."""


def find_opacity_context(part: Rect, frame: Rect) -> Rect:
    """As much around a part of a photo, `frame`, as decides what is made of the alpha in it."""
    return _see_around(part, frame, _measure_reach(frame.size.long_side))


def _see_around(part: Rect, frame: Rect, reach: int) -> Rect:
    # The thing beside an edge is looked for as far away as the edge, and its surroundings as far again.
    around = part.grow(2 * reach + 2 * _BLOCK)
    left, top = (
        place // _BLOCK * _BLOCK for place in (around.left, around.top)
    )  # the same blocks everywhere
    return Rect(left, top, around.right, around.bottom).intersect(frame)


def _measure_reach(photo_side: int) -> int:
    return max(REACH, min(_MOST_REACH, round(_REACH_SHARE * photo_side)))


def lift_alpha(
    alpha: Floats, opacity: Samples | None, where: Bools, *, photo_side: int | None = None
) -> None:
    """Make a matte of solved alpha, in place: along the opacity's edges it is that of the thing beside them.

    Args:
        alpha: (h, w) float32 of 0 to 1, how much of each pixel is subject.
        opacity: (h, w) of the photo, 8, 16 or 32 bit; None where it is opaque.
        where: (h, w), what was solved; elsewhere nothing changes.
        photo_side: long side of the whole photo, where this is a part of one.
    """
    import cv2

    if opacity is None:
        return
    reach = _measure_reach(photo_side or max(where.shape))
    solved: Floats | None = None
    for tile, seen, edge in _find_edges(opacity, where, reach):
        solved = alpha.copy() if solved is None else solved
        # Beside a soft edge the solver is misled by it as well: that counts only where there is nothing else.
        soft = (
            cv2.dilate(((edge > 0) & (edge < _SOLID)).astype(np.uint8), np.ones((_RIM, _RIM), np.uint8)) > 0
        )
        solid = np.where(edge >= _SOLID, np.where(soft, np.float32(1e-3), np.float32(1)), np.float32(0))
        size = (2 * reach + 1, 2 * reach + 1)
        share = cv2.blur(solid, size, borderType=cv2.BORDER_REPLICATE)
        things = cv2.blur(solved[seen.slices] * solid, size, borderType=cv2.BORDER_REPLICATE)
        belongs = np.asarray(things, np.float32) / np.maximum(share, np.float32(1e-9))
        matte = np.clip((belongs - _OUTSIDE) / (_INSIDE - _OUTSIDE), 0, 1)
        inside = tile.move(-seen.left, -seen.top).slices
        chosen = where[tile.slices] & (soft & (edge > 0) & (share > 1e-8))[inside]
        alpha[tile.slices][chosen] = matte[inside][chosen]


def press_alpha(
    alpha: Floats, opacity: Samples | None, where: Bools, *, photo_side: int | None = None
) -> None:
    """Make alpha of a matte that lies over the opacity, in place: what a solver takes as known that goes on from there."""
    if opacity is not None:
        reach = _measure_reach(photo_side or max(where.shape))
        for tile, seen, edge in _find_edges(opacity, where, reach):
            part, chosen = alpha[tile.slices], where[tile.slices]
            inside = tile.move(-seen.left, -seen.top).slices
            part[chosen] = (part * edge[inside])[chosen]


def _find_edges(opacity: Samples, where: Bools, reach: int) -> Iterator[tuple[Rect, Rect, Floats]]:
    """Tiles with something to do, what is seen around each, and there the opacity as an edge.

    That is its share of the strongest opacity within about `reach` where it falls to nothing within that, and 1 elsewhere.
    """
    import cv2

    white = np.float32(depth_white(array_depth(opacity)))
    frame = Size(where.shape[1], where.shape[0]).rect
    for tile in frame.split_into_tiles(_TILE):
        if not where[tile.slices].any():
            continue
        seen = _see_around(tile, frame, reach)
        own = opacity[seen.slices].astype(np.float32) / white
        if not (own < 1).any():
            continue
        most, least = _spread(own, reach, np.max, cv2.dilate), _spread(own, reach, np.min, cv2.erode)
        edge = np.where(least < _NOTHING, own / np.maximum(most, np.float32(1e-6)), 1.0)
        yield tile, seen, np.asarray(np.clip(edge, 0.0, 1.0), np.float32)


def _spread(own: Floats, reach: int, pool: Callable[..., Any], widen: Callable[..., Any]) -> Floats:
    """The greatest or least opacity within about `reach` of each pixel, (h, w), looked for by whole blocks."""
    height, width = own.shape
    padded = np.pad(own, ((0, -height % _BLOCK), (0, -width % _BLOCK)), mode="edge")
    rows, columns = padded.shape[0] // _BLOCK, padded.shape[1] // _BLOCK
    blocks = pool(padded.reshape(rows, _BLOCK, columns, _BLOCK), axis=(1, 3))
    window = np.ones((1, 2 * -(-reach // _BLOCK) + 1), np.uint8)
    wide = widen(widen(np.ascontiguousarray(blocks), window), window.T)
    return np.repeat(np.repeat(wide, _BLOCK, axis=0), _BLOCK, axis=1)[:height, :width]
