"""How sure a soft mask is of itself: a score, and the reasons in words, for people and for queues.

The core of the score is the overlap (intersection over union) that the mask expects to have with the truth if its
probabilities are right. It is lowered for what goes wrong more often than probabilities tell: answers at two input sizes
that differ, several candidates, two looks that disagree. Fitted on one half of the held-out photographs and checked on the
other, by `benchmarks/quality.py`, where subjects that are small or cut off by three borders were no worse than they said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework.arrays import Floats

DOUBTFUL = 0.5
"""Below this confidence a person should look at the result."""
LEAST_SHARE = 0.0005
"""A subject smaller than this share of the frame counts as none."""
FULL_FRAME = 0.9
"""A subject larger than this share of the frame leaves nothing to be cut from."""
NO_SUBJECT = "no clear subject found"
NOT_THE_SAME = "seen a second time, the subject is not the same"
ALL_ALIKE = "nearly all of the frame looks like one"
FILLS_FRAME = "the subject fills the frame"

_CANDIDATE = 0.3  # another part counts as a candidate from this share of the largest part's area
_TOUCH = 0.04  # a border is touched when the subject covers this share of it
_BY_SIZES = 0.45  # what is lost where two input sizes have nothing in common
_FILLS = 0.5  # what is left of the score where all of the frame is subject: nobody frames like that
_WORDS = ("no", "one", "two", "three", "four")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskSigns:
    """What can be measured on a soft mask.

    `share` is the subject's part of the frame; `overlap` the intersection over union with the truth that the
    probabilities promise; `firmness` the mean certainty |2p - 1| inside the subject; `doubt` the part of the
    outline along which the undecided band is wide; `candidates` the parts of comparable size; `borders` how many sides of
    the frame are touched. All of them 0 when there is no subject.
    """

    share: float
    overlap: float
    firmness: float
    doubt: float
    candidates: int
    borders: int


def expect_overlap(soft_mask: Floats) -> float:
    """The intersection over union with the truth that probabilities (h, w) promise for what is above 0.5; 0 for nothing."""
    inside = soft_mask > 0.5
    union = float(np.maximum(soft_mask, inside).sum())
    return float(soft_mask[inside].sum()) / union if inside.any() else 0.0


def measure_mask(soft_mask: Floats, *, least_share: float = LEAST_SHARE) -> MaskSigns:
    """Measure a soft mask (h, w) float32 of 0 to 1; less than `least_share` of it counts as no subject."""
    import cv2

    inside = soft_mask > 0.5
    share = float(inside.mean()) if inside.size else 0.0
    if share < least_share or share == 0.0:
        return MaskSigns(share=share, overlap=0.0, firmness=0.0, doubt=0.0, candidates=0, borders=0)
    _, _, statistics, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    sides = (inside[0], inside[-1], inside[:, 0], inside[:, -1])
    return MaskSigns(
        share=share,
        overlap=expect_overlap(soft_mask),
        firmness=float(np.abs(2.0 * soft_mask[inside] - 1.0).mean()),
        doubt=_measure_doubt(soft_mask, inside),
        candidates=int((areas >= _CANDIDATE * areas.max()).sum()),
        borders=sum(float(side.mean()) >= _TOUCH for side in sides),
    )


def score_mask(
    soft_mask: Floats, *, agreement: float | None = None, sizes: float | None = None
) -> tuple[float, tuple[str, ...]]:
    """How sure the mask is of itself.

    Args:
        soft_mask: (h, w) float32 of 0 to 1, the whole frame, at any resolution.
        agreement: intersection over union of two looks at the same subject, 0 to 1, where there were two.
        sizes: the same of two answers for the whole frame (mirrored, and at another input size where the photo has the
            pixels), where there were two.

    Returns:
        A score of 0 (no subject, or do not trust it) to 1, and short sentences that say what is doubtful. A mask of
        zeros and ones alone has no doubts of its own: its score tells nothing about its edges.
    """
    signs = measure_mask(soft_mask)
    if signs.candidates == 0:
        return 0.0, (NO_SUBJECT,)
    score = signs.overlap if sizes is None else max(0.0, signs.overlap - _BY_SIZES * (1.0 - sizes))
    reasons = []
    if sizes is not None and sizes < 0.75:
        reasons.append(NOT_THE_SAME)

    def lower(factor: float, reason: str) -> None:
        nonlocal score
        score *= factor
        reasons.append(reason)

    if signs.firmness < 0.7:
        reasons.append("the inside of the subject is uncertain")
    if signs.doubt >= 0.3:
        reasons.append(f"edges are uncertain over {round(100 * signs.doubt)} % of the outline")
    if signs.candidates > 1:
        count = _WORDS[signs.candidates] if signs.candidates < len(_WORDS) else str(signs.candidates)
        lower(0.85 if signs.candidates == 2 else 0.7, f"{count} things could be the subject")
    if signs.borders >= 3:
        reasons.append(f"subject touches {_WORDS[signs.borders]} borders")
    if signs.share < 0.01:
        reasons.append("the subject is very small")
    elif signs.share > FULL_FRAME:
        lower(_FILLS, FILLS_FRAME)
    if agreement is not None:
        score *= 0.4 + 0.6 * agreement
        if agreement < 0.75:
            reasons.append("two looks at the subject disagree")
    if score < DOUBTFUL and not reasons:  # nobody is sent to look at a picture without a word
        reasons.append("what lies around the subject is uncertain")
    return round(float(min(1.0, max(0.0, score))), 3), tuple(reasons)


def _measure_doubt(soft_mask: Floats, inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """Share of the outline whose undecided band (.1 to .9) reaches further than 1 % of the frame's long side."""
    import cv2

    eroded = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    outline = inside & (eroded == 0)
    if not outline.any():
        return 0.0
    undecided = ((soft_mask > 0.1) & (soft_mask < 0.9)).astype(np.uint8)
    reach = cv2.distanceTransform(undecided, cv2.DIST_L2, 3)
    limit = max(2.0, 0.01 * max(soft_mask.shape))
    return float((reach[outline] > limit).mean())
