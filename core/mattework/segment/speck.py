"""A thing too small for the frame to show: a click on it is answered with all of the picture, or with most of it.

Seen from nearer it is a thing like any other. What lies whole within such a view, under the mark, is taken.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect, Size
from mattework.prompt import Prompt
from mattework.quality import expect_overlap

_NEARLY_ALL = 0.8
_MOST, _UNSURE = 0.5, 0.7
"""An answer of more than this share of the frame that promises less overlap than this knows nothing."""
_NEARER = (0.3, 0.09)
"""Sides of the views, as shares of the frame's long side."""


def is_lost(mask: Floats) -> bool:
    """Whether an answer (h, w) to a first mark is nearly all of the frame, or most of it and not sure."""
    share = float((mask > 0.5).mean())
    return share > _NEARLY_ALL or (share > _MOST and expect_overlap(mask) < _UNSURE)


def list_views(mark: Prompt, size: Size, least: int) -> Iterator[Rect]:
    """Ever smaller squares around a mark in a frame of `size`, no smaller than `least` pixels."""
    x, y = (int(place) for place in mark.points[0])
    for share in _NEARER:
        half = max(least, round(share * size.long_side)) // 2
        yield Rect(x - half, y - half, x + half, y + half).intersect(size.rect)


def lies_whole(part: Floats) -> bool:
    """Whether something is found in a view (h, w), and nothing of it at the view's border."""
    inside = part > 0.5
    rim = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    return bool(inside.any() and not rim.any())
