"""What a single first mark means: the thing under it, or the whole subject that it lies on.

A network that answers clicks may take the petal for the flower, and be sure of it. A network that finds subjects knows the
flower, and not that the bee on it is meant. The subject stands for the answer where it promises more and something of the
answers speaks for it: at one of the input sizes about the subject was found, or the answers at two sizes have little in
common, and the subject is large in the frame, as in a close-up. The thresholds were chosen on photographs with one subject
and on composites with several things, so that neither loses (`benchmarks/prompts.py`, `training/README.md`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Size
from mattework.prompt import Prompt
from mattework.quality import expect_overlap
from mattework.segment.second_look import compare_masks

HALF_SIZE = 0.5
"""Of the input size, or the smallest that the model takes: where a mark is asked about before a subject stands for it."""

_ALIKE = 0.5
"""An answer that has this much in common with the subject speaks for it."""
_UNLIKE = 0.6
"""Answers at the whole and at half the input size that have less in common do not know what the thing is."""
_LARGE = 0.3
"""Of the frame: a subject that fills more is seen close up."""


def find_piece(soft_mask: Floats, mark: Prompt, size: Size) -> Floats | None:
    """The connected piece of a soft mask (h, w) under a mark, given in pixels of a frame of `size`; 0 elsewhere.

    None where some of the mark lies on nothing, or on another piece.
    """
    import cv2

    height, width = soft_mask.shape
    count, labels = cv2.connectedComponents((soft_mask > 0.5).astype(np.uint8), connectivity=8)
    if count == 1:
        return None
    points = np.array(mark.points) * (width / size.width, height / size.height)
    x, y = points[:, 0].astype(int).clip(0, width - 1), points[:, 1].astype(int).clip(0, height - 1)
    under = np.unique(labels[y, x])
    if len(under) != 1 or under[0] == 0:
        return None
    # Its soft edge too, and not that of its neighbours.
    reach = cv2.dilate((labels == under[0]).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    mine = reach & ((labels == 0) | (labels == under[0]))
    return np.where(mine, soft_mask, np.float32(0.0)).astype(np.float32)


def measure_support(
    subject: Floats, chosen: Floats, first: Floats, smaller: Floats, ask_half: Callable[[], Floats]
) -> float | None:
    """How far the answers to a mark agree with the subject under it, where it is to stand for them; None where not.

    Args:
        subject: soft mask (h, w) of the piece under the mark.
        chosen: what the answer would be otherwise.
        first: the answer at the whole input size.
        smaller: that at the smaller size that a first gesture is asked at.
        ask_half: gives that at half the size; called only where it matters.

    Returns:
        The intersection over union, 0 to 1, with the answer that is likest.
    """
    if expect_overlap(subject) <= expect_overlap(chosen):
        return None
    likeness = max(compare_masks(subject, one) for one in (first, smaller))
    if likeness >= _ALIKE:
        return likeness
    half = ask_half()
    likeness = max(likeness, compare_masks(subject, half))
    is_close_up = float((subject > 0.5).mean()) > _LARGE and compare_masks(first, half) < _UNLIKE
    return likeness if likeness >= _ALIKE or is_close_up else None
