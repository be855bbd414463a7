"""Colour spill: the light that a coloured screen throws onto the subject, taken away."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Floats, Samples
from mattework.document.model import array_depth, depth_white
from mattework.errors import UsageError

Key: TypeAlias = Literal["green", "blue"] | tuple[float, float, float]

_KEYS = {"green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0)}
_ROWS = 128


def remove_spill(colour: Samples, alpha: Floats, *, key: Key, amount: float = 1.0) -> Samples:
    """The colours without the spill of a screen of a known colour.

    In the plane of chroma (a colour less the mean of its channels) let x be the part along the key's hue and z the part
    across it. Spill is what x exceeds |z| / sqrt 3 by. For a green screen this is, but for a factor, the green beyond
    the larger of red and blue, which keyers have long cut off; the plane turns the same rule to any hue. It is taken away
    along the key's hue, so that the mean of the channels stays and skin does not turn dark. Grays, and hues more than 60
    degrees away from the key, do not change by a single bit. A subject that is itself of the key's hue loses it: use an
    amount, or mask it.

    It works wherever the subject is visible (alpha above 0), inside too: reflected light keeps to no edge.

    Args:
        colour: (H, W, 3) RGB uint8, uint16 or float32, after `estimate_foreground` when both are wanted.
        alpha: (H, W) float32, 0 to 1; where it is 0 nothing changes.
        key: the screen's colour: "green", "blue", or RGB 0..1 of any brightness.
        amount: 0 returns the original, 1 takes all spill.

    Returns:
        A new array like `colour`.

    Raises:
        UsageError: not three channels, shapes that do not belong together, a key without hue, or an amount outside 0..1.
    """
    if colour.ndim != 3 or colour.shape[2] != 3 or alpha.shape != colour.shape[:2]:
        raise UsageError(f"Spill needs RGB colours and their alpha, not {colour.shape} and {alpha.shape}.")
    if not 0 <= amount <= 1:
        raise UsageError(f"The amount of spill to remove is {amount}; it must lie between 0 and 1.")
    along, across = _find_axes(key)
    whole = depth_white(array_depth(colour)) != 1.0
    result = colour.copy()
    for top in range(0, alpha.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        if not (alpha[rows] > 0).any():
            continue
        values = colour[rows].astype(np.float32)
        excess = values @ along - np.abs(values @ across) / np.float32(math.sqrt(3))
        # The smallest step of the samples guards grays against rounding.
        smallest = 1e-3 if whole else 1e-6
        spilt = (excess > smallest) & (alpha[rows] > 0)
        clean = values[spilt] - np.float32(amount) * excess[spilt, None] * along
        if whole:
            clean = np.rint(np.clip(clean, 0, depth_white(array_depth(colour))))
        result[rows][spilt] = clean.astype(colour.dtype)
    return result


def _find_axes(key: Key) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit vectors in RGB along the key's hue and across it, both without gray."""
    rgb = np.array(_KEYS[key] if isinstance(key, str) else key, np.float64)
    chroma = rgb - rgb.mean()
    length = float(np.linalg.norm(chroma))
    if rgb.shape != (3,) or length < 0.02:
        raise UsageError(f"The key {key} has no hue. Name the colour of the screen, such as (0, 0.7, 0.3).")
    along = chroma / length
    across = np.cross(along, np.full(3, 1 / math.sqrt(3)))
    return along.astype(np.float32), across.astype(np.float32)
