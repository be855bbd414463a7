"""Finds the subject by itself: one look at the frame, and a second at the part that matters when that is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework.arrays import Bytes, Floats
from mattework.geometry import Rect, Size
from mattework.models.runtime import ModelSession, predict_mask
from mattework.progress import Progress, report_progress
from mattework.quality import score_mask
from mattework.segment.second_look import (
    TRUST_SECOND,
    blend_looks,
    choose_crop,
    compare_looks,
    find_box,
)


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
    crop = choose_crop(mask, size) if zoom else None
    if crop is not None:
        report_progress(progress, "subject", 0.5)
        part = np.ascontiguousarray(rgb[crop.slices])
        second = predict_mask(session, part, long_side=long_side)
        passes = 2
        agreement = compare_looks(mask, second, crop, size)
        if agreement >= TRUST_SECOND:
            mask = blend_looks(mask, second, crop, size)
    report_progress(progress, "subject", 1.0)
    confidence, reasons = score_mask(mask, agreement=agreement)
    box = find_box(mask, size)
    if box is None:
        mask = np.zeros_like(mask)
    return SubjectResult(soft_mask=mask, confidence=confidence, reasons=reasons, passes=passes, box=box)
