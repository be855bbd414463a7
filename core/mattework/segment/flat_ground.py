"""Drawn graphics on a ground of one flat colour: logos, signs and clip art.

A network is asked what a photograph shows. Of a word mark it takes some letters, and fills the gaps between them. Where the
ground is one colour to the last bit and all that differs from it differs at once, no network is needed to tell where it
ends: what hangs together with the frame's border and has the ground's colour is ground, all else is not. That is not so
of photographs: their grounds have noise, shadows and reflections, and what stands on white has noise inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mattework.arrays import Bools, Bytes, Floats
from mattework.geometry import Size
from mattework.models.tensors import resize_smoothly

Labels: TypeAlias = npt.NDArray[np.int32]

_SAME = 16
"""Levels, of any channel, by which the ground may differ beside what is drawn: compression rings there."""
_EXACT = 1
"""Levels that the ground keeps to elsewhere, but for `1 - _MOST` of it."""
_RINGING = 8
"""How far from an edge compression rings, in pixels: the blocks of JPEG."""
_MOST = 0.98
_FRAME_SHARE = 0.7
"""The part of the frame's border that has the ground's colour; the rest may be cut off."""
_LEAST_GROUND = 0.1
"""The part of the picture that is ground."""
_STEP = 32
"""What is drawn differs from the ground by as much, in levels, within `_NEAR` pixels of it; a soft shadow does not."""
_NEAR = 3
_SHARP = 0.95
"""The part of the rim along which that is so."""
_FLAT = 4
"""Range of levels within 3 x 3 pixels of what was filled with a colour or a smooth shade."""
_FLAT_SHARE = 0.2
"""The part of the inside that was. Photographs that were cut out before, and laid on white, keep their noise."""
_LIKE_BLACK = 127
"""How far, in levels, what is opaque counts as being from the mid-gray that transparent parts are laid over."""
_COMMON = 0.4
"""The part of what is drawn that the network must have found too: a page of dots has no subject."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """What is drawn on a flat ground.

    `soft_mask` (H, W) float32 of 0 to 1 is 1 on it, at its rim the share of ink, told by how far the colour is from the
    ground's, and 0 on the ground. `agreement` is the intersection over union with what the network found.
    """

    soft_mask: Floats
    agreement: float


def find_drawing(rgb: Bytes, soft_mask: Floats, opacity: Floats | None = None) -> Drawing | None:
    """What is drawn on a flat ground, and the network found in part.

    Args:
        rgb: (H, W, 3) uint8.
        soft_mask: (h, w) float32 of 0 to 1, what a network takes for the subject.
        opacity: (H, W) float32 of 0 to 1, of a picture whose transparent parts were laid over a colour: what has that
            colour itself is no ground.

    Returns:
        What is drawn. What it encloses and has the ground's colour is a hole, unless the network takes it for the
        subject's. None where the picture is no such drawing, or the network found no subject or one elsewhere.
    """
    import cv2

    height, width = rgb.shape[:2]
    if min(height, width) < 4 * _RINGING:
        return None
    ring = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    colour = np.median(ring, axis=0).astype(np.uint8)
    if float((_differ(ring[None], colour) <= _EXACT).mean()) < _FRAME_SHARE:
        return None
    away = _differ(rgb, colour)
    if opacity is not None and _is_clear_around(opacity):
        away = np.maximum(away, np.where(opacity > 0.5, opacity * _LIKE_BLACK, 0).astype(np.uint8))
    like = (away <= _SAME).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(like, connectivity=4)
    at_border = np.zeros(count, np.bool_)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        at_border[side] = True
    at_border[0] = False
    ground = at_border[labels]
    ground |= _find_specks(~ground, away)
    if float(ground.mean()) < _LEAST_GROUND or not _is_drawn(rgb, away, ground):
        return None
    answer = resize_smoothly(soft_mask, Size(width, height))
    holes = _find_holes(np.asarray(labels, np.int32), np.asarray(statistics, np.int32), at_border, answer)
    drawn = ~(ground | holes)
    found = answer > 0.5
    common = int((drawn & found).sum())
    if common == 0 or common < _COMMON * int(drawn.sum()):
        return None
    filled = drawn & (like > 0)  # with the ground's colour, so how far it is from that tells nothing
    return Drawing(soft_mask=_soften_rim(away, drawn, filled), agreement=common / int((drawn | found).sum()))


def _differ(rgb: Bytes, colour: Bytes) -> Bytes:
    """(H, W) uint8: the largest difference of any channel from one colour."""
    import cv2

    return np.asarray(cv2.absdiff(rgb, np.broadcast_to(colour, rgb.shape)).max(axis=2), np.uint8)


def _is_clear_around(opacity: Floats) -> bool:
    ring = np.concatenate([opacity[0], opacity[-1], opacity[:, 0], opacity[:, -1]])
    return float(np.median(ring)) == 0


def _is_drawn(rgb: Bytes, away: Bytes, ground: Bools) -> bool:
    """Whether the ground is flat, all that borders on it differs from it at once, and most of that is flat as well."""
    import cv2

    inside = (~ground).astype(np.uint8)
    if not inside.any():
        return False
    free = cv2.dilate(inside, np.ones((2 * _RINGING + 1,) * 2, np.uint8)) == 0
    if not free.any() or float((away[free] <= _EXACT).mean()) < _MOST:
        return False
    near = cv2.dilate(away, np.ones((2 * _NEAR + 1,) * 2, np.uint8))
    rim = ground & (cv2.dilate(inside, np.ones((3, 3), np.uint8)) > 0)
    if float((near[rim] >= _STEP).mean()) < _SHARP:
        return False
    core = cv2.erode(inside, np.ones((2 * _NEAR + 1,) * 2, np.uint8)) > 0
    if core.sum() < 0.05 * inside.sum():
        return True  # lines, which have no inside
    kernel = np.ones((3, 3), np.uint8)
    spread = (cv2.dilate(rgb, kernel) - cv2.erode(rgb, kernel)).max(axis=2)
    return float((spread[core] <= _FLAT).mean()) >= _FLAT_SHARE


def _find_holes(labels: Labels, statistics: Labels, at_border: Bools, answer: Floats) -> Bools:
    """Enclosed places of the ground's colour that the network does not take for the subject's."""
    totals = np.bincount(labels.ravel(), weights=answer.ravel(), minlength=len(at_border))
    is_hole = totals < 0.5 * np.maximum(statistics[:, -1], 1)
    is_hole[0] = False
    holes: Bools = (is_hole & ~at_border)[labels]
    return holes


def _find_specks(inside: Bools, away: Bytes) -> Bools:
    """Small faint pieces close to others that are neither: compression left them."""
    import cv2

    count, labels, statistics, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    faint = np.ones(count, np.bool_)
    faint[labels[away >= 2 * _STEP]] = False
    faint &= statistics[:, cv2.CC_STAT_AREA] <= _RINGING**2
    faint[0] = False
    if not faint.any():
        return np.zeros_like(inside)
    pieces = faint[labels]
    ink = (inside & ~pieces).astype(np.uint8)
    specks: Bools = pieces & (cv2.dilate(ink, np.ones((2 * _RINGING + 1,) * 2, np.uint8)) > 0)
    return specks


def _soften_rim(away: Bytes, drawn: Bools, filled: Bools) -> Floats:
    """The soft mask of what is drawn, which is `filled` with the ground's colour at places.

    At its rim it is the share of ink: the colour's distance from the ground, of that of the ink beside it.
    """
    import cv2

    kernel = np.ones((2 * _NEAR + 1,) * 2, np.uint8)
    ink = cv2.dilate(np.where(drawn, away, np.uint8(0)), kernel)
    share = away.astype(np.float32) / np.maximum(ink, 1)
    within = cv2.erode(drawn.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    within |= filled
    return np.where(within, np.float32(1), np.where(drawn, share, np.float32(0))).astype(np.float32)
