"""Finds the subject by itself: a look at the frame, and a second at the part that matters when that is small.

A look may be two answers, averaged: one at the model's usual input size, one of the mirrored photo at a finer size. The
coarse one knows what the subject is, the fine one where it ends, and what depends on left and right is no property of a
subject. Their mean was measured to be better than either, and better than without the mirror (`benchmarks/subject.py`).
Where a model has a second network, of another training, its answer is a third: it errs elsewhere.
Where much is in doubt after that, another network is asked: see `doubt`. A tiny photo is seen smaller instead of larger,
since enlarged much it is more blurred than what the network has learnt from, and by each network both ways round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework.arrays import Bytes, Floats
from mattework.geometry import Rect, Size
from mattework.models.placement import bound_side
from mattework.models.runtime import ModelSession, predict_mask
from mattework.models.spec import FileRole
from mattework.models.tensors import resize_smoothly
from mattework.progress import Progress, report_progress
from mattework.quality import (
    ALL_ALIKE,
    DOUBTFUL,
    FILLS_FRAME,
    FULL_FRAME,
    LEAST_SHARE,
    NO_SUBJECT,
    NOT_THE_SAME,
    measure_mask,
    score_mask,
)
from mattework.segment.doubt import OPINION, ask_about, is_in_doubt
from mattework.segment.pieces import drop_ghosts
from mattework.segment.second_look import (
    TRUST_EACH,
    TRUST_SECOND,
    average_as_logits,
    blend_looks,
    choose_crops,
    compare_looks,
    compare_masks,
    find_box,
)
from mattework.segment.tones import spread_tones

_PIXELS_FOR_FINER = 0.7
"""A photo needs this part of the finer size's pixels on its long side: enlarging more than that shows nothing new."""

_TINY = 0.5
"""A photo whose long side is less than this part of the usual input size is seen at `_SMALLER` of that size."""
_SMALLER = 0.9

_LEAST_SHORT = 0.3
"""Of the usual input size: how much a network is shown of a panorama's short side at least. It found nothing in one of 12
to 1 that it saw 27 pixels high."""


_SURER = 1.2
"""The mean of two networks that err differently is right more often than it says; its logits are raised by this factor."""


_NOTHING_ALIKE, _NO_CONFIDENCE = 0.1, 0.05
"""Answers that have less in common, and promise no more than this, saw things in clouds. Of 187 photographs with a subject
this was so of one, in which what was seen was not it."""
_HARDLY_ALIKE, _ALL_IN_DOUBT = 0.85, 0.75
"""Answers that have no more in common, and whose outline is in doubt along more than this share, saw clouds too: of 337
photographs with a subject none had more than .70, drawn clouds have .80 to .96."""


_SURE = 0.6
"""A mask of nearly all of the frame that grew out of one with this confidence is the subject's, seen from near."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubjectResult:
    """A found subject.

    `soft_mask` (h, w) float32 of 0 to 1 is the whole frame in the photo's aspect ratio, at the finer look's resolution;
    all zero when there is no subject, and when nearly all of the frame looks like one or the answers have nothing in
    common, as with a texture. `confidence` and `reasons` are those of `quality.score_mask`. `passes` is how often it
    looked. `box` holds the subject, in pixels of the picture that was given, None when there is none. `asked` is the
    model that was asked about what was in doubt, None where none was.
    """

    soft_mask: Floats
    confidence: float
    reasons: tuple[str, ...]
    passes: int
    box: Rect | None
    asked: str | None = None


def find_subject(
    rgb: Bytes,
    session: ModelSession,
    *,
    zoom: bool = True,
    long_side: int | None = None,
    ask: bool = True,
    progress: Progress | None = None,
) -> SubjectResult:
    """Find the subject of a photo.

    A subject that fills little of the frame is looked at again, cropped, so that the network spends its pixels on it; where
    there are a few of them far apart, each of them is. A photo of few tones is seen with all of them (`spread_tones`).

    Args:
        rgb: (H, W, 3) uint8, RGB. About 2000 pixels on the long side are enough; more costs only time.
        session: an open model whose output is a mask.
        zoom: allow the second look.
        long_side: the only long side that a model with a free input size is shown; None for the record's own sizes.
        ask: ask the model that the record names where the subject is in doubt; with a `long_side` of one's own it never is.
        progress: called with the step "subject".

    Raises:
        UsageError, ModelFailed, OutOfMemory: see `predict_mask`.
        Cancelled: by `progress`.
    """
    report_progress(progress, "subject", 0.0)
    size = Size(rgb.shape[1], rgb.shape[0])
    rgb = spread_tones(rgb)
    mask, sizes = _look(session, rgb, long_side)
    passes, agreement = 1, None
    crops = choose_crops(mask, size) if zoom else []
    seconds = []
    for count, crop in enumerate(crops, 1):
        report_progress(progress, "subject", count / (2 * len(crops)))
        seconds.append(_look(session, np.ascontiguousarray(rgb[crop.slices]), long_side)[0])
    if crops:
        passes += len(crops)
        agreement = min(
            compare_looks(mask, second, crop, size) for crop, second in zip(crops, seconds, strict=True)
        )
        if agreement >= (TRUST_SECOND if len(crops) == 1 else TRUST_EACH):
            for crop, second in zip(crops, seconds, strict=True):
                mask = blend_looks(mask, second, crop, size)
    # What was in doubt before another network was asked tells more of what is wrong than what is left of it.
    confidence, reasons = score_mask(mask, agreement=agreement, sizes=sizes)
    is_haze = sizes is not None and _is_haze(mask, sizes, confidence)
    asks = (
        session.spec.asks
        if ask and long_side is None and _shows_subject(mask, confidence) and not is_haze
        else None
    )
    if asks is not None and (_is_tiny(rgb, session) or not is_in_doubt(mask)):
        asks = None
    if asks is not None:
        report_progress(progress, "subject", 0.7)
        mask = average_as_logits(mask, ask_about(rgb, mask, asks), OPINION)
        passes += 1
    report_progress(progress, "subject", 1.0)
    box = None
    if is_haze and _shows_subject(mask, confidence):
        confidence, reasons, mask = 0.0, (NO_SUBJECT, NOT_THE_SAME), np.zeros_like(mask)
    elif _shows_subject(mask, confidence):
        box = find_box(mask, size)
        mask = drop_ghosts(mask)
        if float((mask > 0.5).mean()) > FULL_FRAME and FILLS_FRAME not in reasons:  # it grew by asking
            confidence, reasons = min(confidence, DOUBTFUL - 0.01), (*reasons, FILLS_FRAME)
    else:
        confidence, reasons = 0.0, (NO_SUBJECT, *((ALL_ALIKE,) if _fills_frame(mask, confidence) else ()))
        mask = np.zeros_like(mask)
    return SubjectResult(
        soft_mask=mask, confidence=confidence, reasons=reasons, passes=passes, box=box, asked=asks
    )


def _is_haze(mask: Floats, sizes: float, confidence: float) -> bool:
    """Whether the answers saw things in clouds: they agree about little, and promise nothing or are sure of no edge."""
    if sizes < _NOTHING_ALIKE and confidence < _NO_CONFIDENCE:
        return True
    return sizes < _HARDLY_ALIKE and measure_mask(mask).doubt > _ALL_IN_DOUBT


def _shows_subject(mask: Floats, confidence: float) -> bool:
    """Whether a soft mask shows more than nothing, and less than everything: a wall has no subject."""
    return float((mask > 0.5).mean()) >= LEAST_SHARE and not _fills_frame(mask, confidence)


def _fills_frame(mask: Floats, confidence: float) -> bool:
    """Whether a soft mask is nearly all of the frame, as it was not in a first answer that was sure of itself."""
    return float((mask > 0.5).mean()) > FULL_FRAME and confidence < _SURE


def _look(session: ModelSession, rgb: Bytes, long_side: int | None) -> tuple[Floats, float | None]:
    """The soft mask of a picture, the mean of several answers where the record names a finer size; how far they agree."""
    sizes = session.spec.input.size
    finer = sizes.finer
    if not finer or long_side is not None:
        return predict_mask(session, rgb, long_side=long_side), None
    is_tiny = _is_tiny(rgb, session)
    usual = max(sizes.smallest, round(_SMALLER * sizes.side)) if is_tiny else None
    closer = finer if max(rgb.shape[:2]) >= _PIXELS_FOR_FINER * finer else usual
    short, long = sorted(rgb.shape[:2])
    longer = min(_LEAST_SHORT * long / short, min(sizes.largest, long) / sizes.side)
    if longer > 1:
        usual, closer = round(longer * sizes.side), bound_side(sizes, round(longer * finer))
    first = predict_mask(session, rgb, long_side=usual)
    mirrored = np.ascontiguousarray(rgb[:, ::-1])

    def look_closely(role: FileRole) -> Floats:
        answer = predict_mask(session, mirrored, long_side=closer, role=role)
        return np.ascontiguousarray(answer[:, ::-1])

    second = look_closely("model")
    agreement = compare_masks(first, second)
    mean = average_as_logits(resize_smoothly(first, Size(second.shape[1], second.shape[0])), second)
    if "second" in session.roles:
        other = look_closely("second")
        if is_tiny:
            other = average_as_logits(other, predict_mask(session, rgb, long_side=usual, role="second"))
        agreement = min(agreement, compare_masks(mean, other))
        mean = average_as_logits(mean, other, 1 / 3, _SURER)
    return mean, agreement


def _is_tiny(rgb: Bytes, session: ModelSession) -> bool:
    return bool(max(rgb.shape[:2]) < _TINY * session.spec.input.size.side)
