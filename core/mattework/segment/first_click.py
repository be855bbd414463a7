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
from mattework.models.tensors import resize_smoothly
from mattework.prompt import Prompt
from mattework.quality import expect_overlap
from mattework.segment.pieces import find_piece, place_points
from mattework.segment.second_look import compare_masks

HALF_SIZE = 0.5
"""Of the input size, or the smallest that the model takes: where a mark is asked about before a subject stands for it."""

_ALIKE = 0.5
"""An answer that has this much in common with the subject speaks for it."""
_UNLIKE = 0.6
"""Answers at the whole and at half the input size that have less in common do not know what the thing is."""
_LARGE = 0.3
"""Of the frame: a subject that fills more is seen close up."""
_SURE = 0.8
"""A subject that is less sure of the marked place does not know what is there; the answer to the mark does."""

_CERTAIN, _PART, _WITHIN = 0.85, 0.4, 0.9
"""An answer that promises more overlap than the first, has less than the second in common with the subject, and lies within
it by more than the third, is one of several things that are the subject together."""

_SAME = 0.8
"""A subject that has this much in common with an answer is no other thing: nothing is said of it."""


def take_whole(
    subject: Floats,
    mark: Prompt,
    size: Size,
    *,
    chosen: Floats,
    first: Floats,
    smaller: Floats,
    ask_half: Callable[[], Floats],
) -> tuple[Floats, float] | None:
    """The piece of the subject that stands for the answer to a first mark, and its support; None where none does.

    Args:
        subject: soft mask (h, w) of the photo's subject.
        mark: in pixels of the frame.
        size: of the frame.
        chosen, first, smaller, ask_half: as in `measure_support`.

    Returns:
        The mask (h, w), with what was answered where the subject is in doubt under the mark itself; and how much it has in
        common with an answer, 0 to 1.
    """
    piece = find_piece(subject, mark, size)
    if piece is None:
        return None
    # What is faint belongs to the edge that is solved later, and says nothing of how sure the rest is.
    support = measure_support(np.where(piece > 0.5, piece, 0.0), chosen, first, smaller, ask_half)
    if support is None:
        return None
    if not _is_sure_under(piece, mark, size):
        answer = resize_smoothly(chosen, Size(piece.shape[1], piece.shape[0])).clip(0.0, 1.0)
        piece = np.maximum(piece, answer)
    return piece, support


def tell_whole(model: str, support: float) -> tuple[str, ...]:
    """What a person should know when the subject that a model found stands for the answer to their mark."""
    if support > _SAME:
        return ()
    return (f"the mark was taken to mean the whole subject, as {model} finds it",)


def is_settled(subject: Floats, support: float | None) -> bool:
    """Whether the subject (h, w) that stands for the answer is surely meant, and no small thing before it: an answer to the
    mark is the same, or it is seen close up."""
    return (support or 0.0) > _SAME or float((subject > 0.5).mean()) > _LARGE


def _is_sure_under(soft_mask: Floats, mark: Prompt, size: Size) -> bool:
    """Whether a soft mask (h, w) leaves little doubt under a mark, given in pixels of a frame of `size`."""
    x, y = place_points(mark, size, Size(soft_mask.shape[1], soft_mask.shape[0]))
    return float(soft_mask[y, x].mean()) >= _SURE


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
    if expect_overlap(subject) <= expect_overlap(chosen) or _is_one_of_several(subject, chosen):
        return None
    likeness = max(compare_masks(subject, one) for one in (first, smaller))
    if likeness >= _ALIKE:
        return likeness
    half = ask_half()
    likeness = max(likeness, compare_masks(subject, half))
    is_close_up = float((subject > 0.5).mean()) > _LARGE and compare_masks(first, half) < _UNLIKE
    return likeness if likeness >= _ALIKE or is_close_up else None


def _is_one_of_several(subject: Floats, chosen: Floats) -> bool:
    if expect_overlap(chosen) <= _CERTAIN or compare_masks(subject, chosen) >= _PART:
        return False
    size = Size(subject.shape[1], subject.shape[0])
    answer = resize_smoothly(chosen, size) > 0.5
    return bool((answer & (subject > 0.5)).sum() > _WITHIN * max(1, answer.sum()))
