"""A thing too small for the frame to show: a click on it is answered with the sky around it, and not seldom surely.

Seen from nearer it is a thing like any other. What lies whole within such a view, under the mark, is taken instead of what
is much larger. A part of a larger thing hardly ever does: of 852 clicks anywhere on the subjects of held-out photographs
eight were answered so, four of them rightly, and of the others none had been right.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect, Size
from mattework.prompt import Prompt
from mattework.quality import expect_overlap
from mattework.segment.pieces import place_points

_NEARER = (0.28, 0.12)
"""Sides of the views, as shares of the frame's long side."""
_WORTH = 0.5
"""The overlap that what lies whole in a view has to promise."""
_KNOWS = 0.8
"""A view with an answer that promises more, and reaches beyond it, shows a part of something: none is nearer to it."""
_LARGER = 2.0
"""An answer has to be so many times as large as what a view shows, to give way to it."""
_MOST_OF_FRAME = 0.5
_SPECK = 0.002
"""What is smaller than this share of the frame is hardly seen in it."""
_LEAPS, _BY_AT_LEAST = 8.0, 0.03
"""An answer that is so many times as large, and by at least this share of the frame, has taken what lies around."""


def is_speck(mask: Floats) -> bool:
    """Whether what is selected, (h, w), is hardly seen in the frame."""
    return 0 < float((mask > 0.5).mean()) < _SPECK


def is_apart(known: Floats, mark: Prompt, size: Size) -> bool:
    """Whether a further mark, in a frame of `size`, lies beside what was known (h, w), and that is a speck."""
    x, y = place_points(mark, size, Size(known.shape[1], known.shape[0]))
    return float((known > 0.5).mean()) < _SPECK and not bool((known[y, x] > 0.5).any())


def stands_alone(alone: Floats, grown: Floats) -> bool:
    """Whether a mark that lies apart means what it means by itself, (h, w), and not the answer to all marks together.

    That is a speck too, or else it is many times smaller: beside a thing of a few pixels another one is meant more often
    than the sky around both.
    """
    less, more = float((alone > 0.5).mean()), float((grown > 0.5).mean())
    return 0 < less < _SPECK or (more > _LEAPS * less > 0 and more > less + _BY_AT_LEAST)


def frame_region(region: Prompt, size: Size, least: int) -> Rect | None:
    """A box or lasso and as much around it, at least `least` pixels; None where that is most of the frame."""
    places = np.array(region.points)
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    half = max(least / 2, right - left, bottom - top)
    x, y = (left + right) / 2, (top + bottom) / 2
    view = Rect(int(x - half), int(y - half), int(np.ceil(x + half)), int(np.ceil(y + half))).intersect(
        size.rect
    )
    return None if view.area > _MOST_OF_FRAME * size.rect.area else view


def list_views(mark: Prompt, size: Size, least: int) -> Iterator[Rect]:
    """Ever smaller squares around a mark in a frame of `size`, of `least` pixels or more; none is most of the frame."""
    x, y = (int(place) for place in mark.points[0])
    shown: set[Rect] = set()
    for share in _NEARER:
        half = max(least, round(share * size.long_side)) // 2
        view = Rect(x - half, y - half, x + half, y + half).intersect(size.rect)
        if view not in shown and view.area <= _MOST_OF_FRAME * size.rect.area:
            shown.add(view)
            yield view


def shows_more(part: Floats) -> bool:
    """Whether a view (h, w) shows a part of something that reaches beyond it."""
    return not _lies_whole(part) and expect_overlap(part) > _KNOWS


def gives_way(answer: Floats, part: Floats, share: float) -> bool:
    """Whether `answer`, (h, w) of the frame, gives way to `part`, (h, w) of a view that is this share of the frame."""
    if not _lies_whole(part) or expect_overlap(part) < _WORTH:
        return False
    return float((answer > 0.5).mean()) > _LARGER * share * float((part > 0.5).mean())


def _lies_whole(part: Floats) -> bool:
    """Whether something is found in a view (h, w), and nothing of it at the view's border."""
    inside = part > 0.5
    rim = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    return bool(inside.any() and not rim.any())
