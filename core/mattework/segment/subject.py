"""Finds the subject by itself: one look at the frame, and a second at the part that matters when that is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework.arrays import Bytes, Floats
from mattework.geometry import Rect, Size
from mattework.models.runtime import ModelSession, predict_mask
from mattework.models.tensors import resize_smoothly
from mattework.progress import Progress, report_progress
from mattework.quality import LEAST_SHARE, score_mask

_ZOOM_BELOW = 0.3
"""A second look pays when the crop is smaller than this share of the frame."""

_MARGIN = 0.2  # of the box's sides, on each side: context that the network needs
_SMALLEST_CROP = 64  # pixels; below that there is nothing more to see
_SEAM = 0.06  # of the crop's short side: how far the second look is faded into the first
_TRUST_SECOND = 0.2  # two looks that overlap less than this contradict each other


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubjectResult:
    """A found subject.

    `soft_mask` (h, w) float32 of 0 to 1 is the whole frame in the photo's aspect ratio, at the finer look's resolution;
    all zero when there is no subject. `confidence` and `reasons` are those of `quality.score_mask`. `passes` is how often
    the network looked. `box` holds the subject, in pixels of the picture that was given, None when there is none.
    """

    soft_mask: Floats
    confidence: float
    reasons: tuple[str, ...]
    passes: int
    box: Rect | None


def find_subject(
    rgb: Bytes,
    session: ModelSession,
    *,
    zoom: bool = True,
    long_side: int | None = None,
    progress: Progress | None = None,
) -> SubjectResult:
    """Find the subject of a photo.

    A subject that fills little of the frame is looked at again, cropped, so that the network spends its pixels on it.

    Args:
        rgb: (H, W, 3) uint8, RGB. About 2000 pixels on the long side are enough; more costs only time.
        session: an open model whose output is a mask.
        zoom: allow the second look.
        long_side: long side that a model with a free input size is shown; None for the record's own.
        progress: called with the step "subject".

    Raises:
        UsageError, ModelFailed, OutOfMemory: see `predict_mask`.
        Cancelled: by `progress`.
    """
    report_progress(progress, "subject", 0.0)
    size = Size(rgb.shape[1], rgb.shape[0])
    mask = predict_mask(session, rgb, long_side=long_side)
    passes, agreement = 1, None
    crop = _choose_crop(mask, size) if zoom else None
    if crop is not None:
        report_progress(progress, "subject", 0.5)
        part = np.ascontiguousarray(rgb[crop.slices])
        second = predict_mask(session, part, long_side=long_side)
        passes = 2
        agreement = _compare_looks(mask, second, crop, size)
        if agreement >= _TRUST_SECOND:
            mask = _blend_looks(mask, second, crop, size)
    report_progress(progress, "subject", 1.0)
    confidence, reasons = score_mask(mask, agreement=agreement)
    box = find_box(mask, size)
    if box is None:
        mask = np.zeros_like(mask)
    return SubjectResult(soft_mask=mask, confidence=confidence, reasons=reasons, passes=passes, box=box)


def find_box(soft_mask: Floats, size: Size) -> Rect | None:
    """The rectangle, in a frame of `size`, that holds the subject of a soft mask; specks do not stretch it.

    None when less than a two-thousandth of the frame is subject.
    """
    import cv2

    inside = soft_mask > 0.5
    if not inside.any() or float(inside.mean()) < LEAST_SHARE:
        return None
    _, _, statistics, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    parts = statistics[1:]
    areas = parts[:, cv2.CC_STAT_AREA]
    parts = parts[areas >= 0.02 * areas.max()]
    left, top = parts[:, cv2.CC_STAT_LEFT], parts[:, cv2.CC_STAT_TOP]
    right, bottom = left + parts[:, cv2.CC_STAT_WIDTH], top + parts[:, cv2.CC_STAT_HEIGHT]
    sx, sy = size.width / soft_mask.shape[1], size.height / soft_mask.shape[0]
    return Rect(
        int(np.floor(left.min() * sx)),
        int(np.floor(top.min() * sy)),
        int(np.ceil(right.max() * sx)),
        int(np.ceil(bottom.max() * sy)),
    ).intersect(size.rect)


def _choose_crop(mask: Floats, size: Size) -> Rect | None:
    """Where to look again, or None when it would not pay."""
    box = find_box(mask, size)
    if box is None:
        return None
    dx, dy = round(box.width * _MARGIN), round(box.height * _MARGIN)
    crop = Rect(box.left - dx, box.top - dy, box.right + dx, box.bottom + dy).intersect(size.rect)
    if crop.size.short_side < _SMALLEST_CROP or crop.area > _ZOOM_BELOW * size.area:
        return None
    return crop


def _compare_looks(first: Floats, second: Floats, crop: Rect, size: Size) -> float:
    """Intersection over union of two looks inside the crop, at the first one's resolution, on probabilities."""
    sx, sy = first.shape[1] / size.width, first.shape[0] / size.height
    area = Rect(
        int(crop.left * sx),
        int(crop.top * sy),
        max(int(crop.left * sx) + 1, round(crop.right * sx)),
        max(int(crop.top * sy) + 1, round(crop.bottom * sy)),
    )
    before = first[area.slices]
    after = resize_smoothly(second, Size(before.shape[1], before.shape[0]))
    union = float(np.maximum(before, after).sum())
    return float(np.minimum(before, after).clip(0.0).sum()) / union if union > 0.0 else 1.0


def _blend_looks(first: Floats, second: Floats, crop: Rect, size: Size) -> Floats:
    """The first look with the second in its place, faded in along the crop's sides that lie inside the frame.

    The frame takes the second look's resolution, but not more than the photo's.
    """
    scale = min(1.0, max(second.shape[1] / crop.width, second.shape[0] / crop.height))
    frame_size = Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    sx, sy = frame_size.width / size.width, frame_size.height / size.height
    area = Rect(
        round(crop.left * sx), round(crop.top * sy), round(crop.right * sx), round(crop.bottom * sy)
    ).intersect(frame_size.rect)
    frame = resize_smoothly(first, frame_size).clip(0.0, 1.0)
    fine = resize_smoothly(second, area.size).clip(0.0, 1.0)
    reach = max(1.0, _SEAM * area.size.short_side)
    across = _fade(area.width, reach, area.left > 0, area.right < frame_size.width)
    down = _fade(area.height, reach, area.top > 0, area.bottom < frame_size.height)
    weight = np.minimum(across[None, :], down[:, None])
    frame[area.slices] += weight * (fine - frame[area.slices])
    return np.ascontiguousarray(frame, np.float32)


def _fade(length: int, reach: float, from_start: bool, to_end: bool) -> Floats:
    """Weights of one axis of the crop: rising from 0 over `reach` at each end that lies inside the frame."""
    position = np.arange(length, dtype=np.float32) + 0.5
    weight = np.ones(length, np.float32)
    if from_start:
        weight = np.minimum(weight, position / reach)
    if to_end:
        weight = np.minimum(weight, (length - position) / reach)
    return weight.clip(0.0, 1.0).astype(np.float32)
