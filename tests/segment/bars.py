"""Soft masks of upright bars, and marks on them."""

from __future__ import annotations

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Size
from mattework.prompt import Prompt

FRAME = Size(200, 100)


def mark(*points: tuple[float, float]) -> Prompt:
    return Prompt(kind="point" if len(points) == 1 else "scribble", points=points)


def fill(left: int, right: int, value: float = 0.98) -> Floats:
    """A mask of 100 x 50 with upright bars from column `left` to `right`, in a frame twice as large."""
    mask = np.zeros((50, 100), np.float32)
    mask[5:45, left:right] = value
    return mask
