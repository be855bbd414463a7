"""Makes a soft mask heed the marks that a person drew, where the network did not follow them by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mattework.arrays import Bytes, Floats
from mattework.geometry import Size
from mattework.models.tensors import resize_smoothly
from mattework.prompt import Prompt

_REACH = 0.06
"""How far a correction may run from the mark, as a share of the mask's long side."""

_ALIKE = (24, 8, 8)
"""Differences in CIELAB (OpenCV's 8-bit scale) up to which a neighbour counts as the same stuff as the mark."""

_FIRM = 0.85  # what a corrected pixel becomes for a mark that adds, and 1 minus it for one that takes away


def heed_marks(mask: Floats, rgb: Bytes, marks: Sequence[Prompt], size: Size) -> tuple[Floats, int]:
    """The mask with every marked pixel on the side that its mark says.

    Where a mark was not followed, the correction takes the piece of like colour around it that hangs together, lies on
    the wrong side, and is near; it stops at the marks of the other kind.

    Args:
        mask: (h, w) float32 of 0 to 1.
        rgb: (h, w, 3) uint8, what the mask is of.
        marks: points and scribbles in pixels of a picture of `size`, oldest first; a later one wins.
        size: of the picture that the marks are drawn on.

    Returns:
        The mask, the same object when there was nothing to correct; and how many pieces were corrected.
    """
    import cv2

    wanted = _draw_wanted(marks, size, mask.shape)
    ignored = ((wanted > 0) & (mask <= 0.5)) | ((wanted < 0) & (mask >= 0.5))
    if not ignored.any():
        return mask, 0
    lab: Bytes = cv2.medianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), 3).astype(np.uint8)
    heeded = mask.copy()
    pieces = 0
    for sign in (1, -1):
        seeds = (ignored & (wanted == sign)).astype(np.uint8)
        if not seeds.any():
            continue
        count, labels = cv2.connectedComponents(seeds, connectivity=8)
        right = heeded > 0.5 if sign > 0 else heeded < 0.5
        blocked = ((right & (wanted != sign)) | (wanted == -sign)).astype(np.uint8)
        for label in range(1, count):
            weight = _spread(labels == label, lab, blocked)
            if sign > 0:
                heeded = np.maximum(heeded, np.float32(_FIRM) * weight)
            else:
                heeded = np.minimum(heeded, 1.0 - np.float32(_FIRM) * weight)
        pieces += count - 1
    # Where the pieces of both signs met, the marks themselves have the last word.
    heeded[(wanted > 0) & (heeded <= 0.5)] = _FIRM
    heeded[(wanted < 0) & (heeded >= 0.5)] = 1.0 - _FIRM
    return np.ascontiguousarray(heeded, np.float32), pieces


def drop_islands(mask: Floats, marks: Sequence[Prompt], size: Size, known: Floats | None = None) -> Floats:
    """The mask without the pieces that nobody pointed at; with the rim of what is kept untouched.

    A click means what hangs together with it: a neighbour that the network brings along is not selected by it.

    Args:
        mask, marks, size: as for `heed_marks`, whose answer this takes.
        known: what was selected before, (h, w) of the same view at any resolution: pieces that are part of it stay.
    """
    import cv2

    count, labels = cv2.connectedComponents((mask > 0.5).astype(np.uint8), connectivity=8)
    kept = np.zeros(count, np.bool_)
    kept[labels[_draw_wanted(marks, size, mask.shape) > 0]] = True
    if known is not None:
        kept[labels[resize_smoothly(known, Size(mask.shape[1], mask.shape[0])) > 0.5]] = True
    kept[0] = True
    if kept.all():
        return mask
    main = cv2.dilate(((labels > 0) & kept[labels]).astype(np.uint8), np.ones((5, 5), np.uint8))
    gone = cv2.dilate((~kept[labels]).astype(np.uint8), np.ones((9, 9), np.uint8))
    return np.ascontiguousarray(np.where((gone > 0) & (main == 0) | ~kept[labels], 0.0, mask), np.float32)


def _draw_wanted(
    marks: Sequence[Prompt], size: Size, shape: tuple[int, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    """1 where a mark adds, -1 where one takes away, 0 elsewhere.

    A point covers the four mask pixels around it, so that the mask is on its side after scaling too.
    """
    import cv2

    height, width = shape[0], shape[1]
    scale = np.array([width / size.width, height / size.height])
    wanted = np.zeros((height, width), np.int8)
    for mark in marks:
        drawn = np.zeros((height, width), np.uint8)
        corners = np.floor(np.array(mark.points) * scale - 0.5).clip(-30_000, 30_000).astype(np.int32)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            moved = corners + np.array([dx, dy], np.int32)
            if len(moved) > 1:
                cv2.polylines(drawn, [moved], False, 1)
            else:
                x, y = moved[0]
                if 0 <= x < width and 0 <= y < height:
                    drawn[y, x] = 1
        wanted[drawn > 0] = 1 if mark.adds else -1
    return wanted


def _spread(seeds: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], lab: Bytes, blocked: Bytes) -> Floats:
    """Weight (h, w) of 0 to 1: 1 at the seeds, falling to 0 at the reach, within the piece of like colour around them."""
    import cv2

    height, width = seeds.shape
    reach = max(3, round(_REACH * max(height, width)))
    rows, columns = np.nonzero(seeds)
    top, bottom = max(0, rows.min() - reach), min(height, rows.max() + reach + 1)
    left, right = max(0, columns.min() - reach), min(width, columns.max() + reach + 1)
    window = np.s_[top:bottom, left:right]
    part = np.ascontiguousarray(lab[window])
    # OpenCV wants a border of one pixel around what it may fill; filled pixels become 255, blocked ones are 1.
    filled = np.pad(blocked[window], 1, constant_values=1)
    step = max(1, len(rows) // 24)
    for row, column in zip(rows[::step] - top, columns[::step] - left, strict=True):
        if filled[row + 1, column + 1] == 0:
            cv2.floodFill(
                part,
                filled,
                (int(column), int(row)),
                0,
                _ALIKE,
                _ALIKE,
                4 | (255 << 8) | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY,
            )
    near = cv2.distanceTransform((~seeds[window]).astype(np.uint8), cv2.DIST_L2, 3)
    falling = (1.0 - (near / reach) ** 2).clip(0.0, 1.0)
    piece = cv2.GaussianBlur((filled[1:-1, 1:-1] == 255).astype(np.float32), (0, 0), 0.8) * falling
    weight = np.zeros((height, width), np.float32)
    weight[window] = np.maximum(piece, seeds[window])
    return weight
