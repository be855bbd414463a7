"""A second look at a small object: which part of the frame to look at again, and how the two answers become one."""

from __future__ import annotations

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect, Size
from mattework.models.tensors import resize_smoothly
from mattework.quality import LEAST_SHARE

ZOOM_BELOW = 0.3
"""A second look pays when the crop is smaller than this share of what was looked at before."""

TRUST_SECOND = 0.2
"""Two looks that overlap less than this contradict each other, and the first is believed."""

TRUST_EACH = 0.5
"""The same of looks at each of several things: with a neighbour in view, one look more often means another thing."""

_COMPARABLE, _MOST_THINGS = 0.3, 4
"""Things of this part of the largest one's size are looked at each by itself, so many at most."""
_APART = 0.5
"""Of what one look around all of them would show: all that looks at each of them may, so that they pay."""
_MARGIN = 0.2  # of the box's sides, on each side: context that the network needs
_SMALLEST_CROP = 64  # pixels; below that there is nothing more to see
_SEAM = 0.06  # of the crop's short side: how far the second look is faded into the first


def find_box(soft_mask: Floats, size: Size, *, least_share: float = LEAST_SHARE) -> Rect | None:
    """The rectangle, in a frame of `size`, that holds the subject of a soft mask; specks do not stretch it.

    None when less than `least_share` of the frame is subject, or nothing.
    """
    import cv2

    inside = (soft_mask > 0.5).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(inside)
    if not width or float(inside.mean()) < least_share:
        return None
    held = np.ascontiguousarray(inside[y : y + height, x : x + width])
    _, _, statistics, _ = cv2.connectedComponentsWithStats(held, connectivity=8)
    parts = statistics[1:]
    areas = parts[:, cv2.CC_STAT_AREA]
    parts = parts[areas >= 0.02 * areas.max()]
    left, top = x + parts[:, cv2.CC_STAT_LEFT], y + parts[:, cv2.CC_STAT_TOP]
    right, bottom = left + parts[:, cv2.CC_STAT_WIDTH], top + parts[:, cv2.CC_STAT_HEIGHT]
    sx, sy = size.width / soft_mask.shape[1], size.height / soft_mask.shape[0]
    return Rect(
        int(np.floor(left.min() * sx)),
        int(np.floor(top.min() * sy)),
        int(np.ceil(right.max() * sx)),
        int(np.ceil(bottom.max() * sy)),
    ).intersect(size.rect)


def choose_crop(
    mask: Floats,
    size: Size,
    *,
    seen: Rect | None = None,
    least_side: int = 0,
    least_share: float = LEAST_SHARE,
    below: float = ZOOM_BELOW,
) -> Rect | None:
    """Where in a frame of `size` to look again, or None when it would not pay.

    Args:
        mask: soft mask (h, w) of the frame at any resolution.
        size: of the frame.
        seen: what the last look showed, the whole frame by default.
        least_side: pixels that each side of the crop has at least, for objects of a few pixels.
        least_share: of the frame, below which nothing counts as found.
        below: share of `seen` that the crop must be smaller than.
    """
    box = find_box(mask, size, least_share=least_share)
    if box is None:
        return None
    dx = max(round(box.width * _MARGIN), -(-(least_side - box.width) // 2))
    dy = max(round(box.height * _MARGIN), -(-(least_side - box.height) // 2))
    crop = Rect(box.left - dx, box.top - dy, box.right + dx, box.bottom + dy).intersect(size.rect)
    if crop.size.short_side < _SMALLEST_CROP or crop.area > below * (seen or size.rect).area:
        return None
    return crop


def choose_crops(mask: Floats, size: Size) -> list[Rect]:
    """Where in a frame of `size` to look for its subject again: once around all of a soft mask (h, w), or around each of a
    few things of comparable size that lie apart. Larger ones first; none where it would not pay."""
    import cv2

    around = choose_crop(mask, size)
    once = [] if around is None else [around]
    inside = (mask > 0.5).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    things = (
        [] if count == 1 else [1 + int(one) for one in np.flatnonzero(areas >= _COMPARABLE * areas.max())]
    )
    if not 2 <= len(things) <= _MOST_THINGS:
        return once
    crops = [choose_crop(np.where(labels == one, mask, np.float32(0)), size) for one in things]
    each = sorted((one for one in crops if one is not None), key=lambda one: one.area, reverse=True)
    if len(each) < len(things) or (
        around is not None and sum(one.area for one in each) > _APART * around.area
    ):
        return once
    return each


def compare_looks(first: Floats, second: Floats, crop: Rect, size: Size) -> float:
    """Intersection over union of two looks inside the crop, at the first one's resolution, on probabilities."""
    return compare_masks(first[_scale_rect(crop, size, Size(first.shape[1], first.shape[0])).slices], second)


def compare_masks(first: Floats, second: Floats) -> float:
    """Intersection over union of two soft masks of the same view, at the first one's resolution; 1 for two empty ones."""
    after = resize_smoothly(second, Size(first.shape[1], first.shape[0]))
    union = float(np.maximum(first, after).sum())
    return float(np.minimum(first, after).clip(0.0).sum()) / union if union > 0.0 else 1.0


def fit_masks(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Two soft masks of the same view at the resolution of the finer one."""
    height, width = max(first.shape, second.shape)
    fitted = [resize_smoothly(one, Size(width, height)).clip(0.0, 1.0) for one in (first, second)]
    return fitted[0], fitted[1]


def join_masks(first: Floats, second: Floats) -> Floats:
    """What either of two soft masks of the same view holds, at the resolution of the finer one."""
    return np.maximum(*fit_masks(first, second))


def average_as_logits(first: Floats, second: Floats, weight: float = 0.5, gain: float = 1.0) -> Floats:
    """The mean of two soft masks (h, w) in the domain of their logits: who is sure weighs more than who is in doubt.

    `weight` is the second one's, 0 to 1; `gain` multiplies the mean: above 1 it is surer.
    """
    sure = np.float32(1e-3)
    p, q = first.clip(sure, 1 - sure), second.clip(sure, 1 - sure)
    odds = (p / (1 - p)) ** np.float32((1 - weight) * gain) * (q / (1 - q)) ** np.float32(weight * gain)
    mean: Floats = np.ascontiguousarray(odds / (1 + odds), np.float32)
    mean[(first <= sure) & (second <= sure)] = 0.0
    mean[(first >= 1 - sure) & (second >= 1 - sure)] = 1.0
    return mean


def blend_looks(first: Floats, second: Floats, crop: Rect, size: Size) -> Floats:
    """The first look with the second in its place, faded in along the crop's sides that lie inside the frame.

    The frame takes the second look's resolution, but not more than the photo's.
    """
    scale = min(1.0, max(second.shape[1] / crop.width, second.shape[0] / crop.height))
    frame_size = Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    frame = resize_smoothly(first, frame_size).clip(0.0, 1.0)
    return paste_look(frame, second, crop, size)


def paste_look(frame: Floats, second: Floats, crop: Rect, size: Size) -> Floats:
    """As `blend_looks`, at the frame's own resolution."""
    frame_size = Size(frame.shape[1], frame.shape[0])
    area = _scale_rect(crop, size, frame_size)
    pasted = np.array(frame, np.float32)
    fine = resize_smoothly(second, area.size).clip(0.0, 1.0)
    reach = max(1.0, _SEAM * area.size.short_side)
    across = _fade(area.width, reach, area.left > 0, area.right < frame_size.width)
    down = _fade(area.height, reach, area.top > 0, area.bottom < frame_size.height)
    weight = np.minimum(across[None, :], down[:, None])
    pasted[area.slices] += weight * (fine - pasted[area.slices])
    return pasted


def take_part(frame: Floats, crop: Rect, size: Size, part_size: Size) -> Floats:
    """What a soft mask of a frame of `size` shows of the crop, (h, w) float32 at `part_size`."""
    area = _scale_rect(crop, size, Size(frame.shape[1], frame.shape[0]))
    part = resize_smoothly(np.ascontiguousarray(frame[area.slices]), part_size)
    return np.ascontiguousarray(part.clip(0.0, 1.0), np.float32)


def _scale_rect(rect: Rect, size: Size, target: Size) -> Rect:
    """A rectangle of a frame of `size` in one of size `target`; at least one pixel."""
    sx, sy = target.width / size.width, target.height / size.height
    left = min(round(rect.left * sx), target.width - 1)
    top = min(round(rect.top * sy), target.height - 1)
    return Rect(
        left, top, max(left + 1, round(rect.right * sx)), max(top + 1, round(rect.bottom * sy))
    ).intersect(target.rect)


def _fade(length: int, reach: float, from_start: bool, to_end: bool) -> Floats:
    """Weights of one axis of the crop: rising from 0 over `reach` at each end that lies inside the frame."""
    position = np.arange(length, dtype=np.float32) + 0.5
    weight = np.ones(length, np.float32)
    if from_start:
        weight = np.minimum(weight, position / reach)
    if to_end:
        weight = np.minimum(weight, (length - position) / reach)
    return weight.clip(0.0, 1.0).astype(np.float32)
