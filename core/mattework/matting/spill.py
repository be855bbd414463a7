"""Colour spill: the light that a coloured screen throws onto the subject, taken away."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import AnyArray, Bools, Floats, Plane, Samples, check_alpha
from mattework.document.model import array_depth, depth_white
from mattework.document.piecewise import Patchwork
from mattework.errors import UsageError

Key: TypeAlias = Literal["green", "blue"] | tuple[float, float, float]

_KEYS = {"green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0)}
_ROWS = 128


def remove_spill(
    colour: Samples, alpha: Floats, *, key: Key, amount: float = 1.0, margin: int = 0
) -> Samples:
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
        alpha: (H, W) float32, 0 to 1; where it is 0 nothing changes, but within the margin.
        key: the screen's colour: "green", "blue", or RGB 0..1 of any brightness.
        amount: 0 returns the original, 1 takes all spill.
        margin: how far beyond the last visible pixel, in each axis, spill is removed too: as far as clean colours continue
            that a grown or feathered mask will show.

    Returns:
        A new array like `colour`.

    Raises:
        UsageError: not three channels, shapes or types that do not belong together, an alpha that is none, a key without
            hue, or an amount outside 0..1.
    """
    result = colour.copy()
    for rows, clean in _remove_in_strips(colour, alpha, key, amount, margin):
        result[rows] = clean
    return result


def lay_without_spill(
    colour: Patchwork[Any], alpha: Plane[np.float32], *, key: Key, amount: float = 1.0, margin: int = 0
) -> Patchwork[Any]:
    """What `remove_spill` gives, laid on `colour` where it differs: it takes memory where there was spill only.

    Raises:
        UsageError: as `remove_spill`.
    """
    result = Patchwork[Any](colour)
    for rows, clean in _remove_in_strips(colour, alpha, key, amount, margin):
        result[rows, :] = clean
    return result


def _remove_in_strips(
    colour: Samples | Patchwork[Any], alpha: Plane[np.float32], key: Key, amount: float, margin: int
) -> Iterator[tuple[slice, AnyArray]]:
    """Every strip of rows in which there is any spill, without it."""
    if len(colour.shape) != 3 or colour.shape[2] != 3 or alpha.shape != colour.shape[:2]:
        raise UsageError(f"Spill needs RGB colours and their alpha, not {colour.shape} and {alpha.shape}.")
    if colour.dtype not in (np.uint8, np.uint16, np.float32):
        raise UsageError(f"Samples must be uint8, uint16 or float32, not {colour.dtype}.")
    check_alpha(alpha)
    if not 0 <= amount <= 1:
        raise UsageError(f"The amount of spill to remove is {amount}; it must lie between 0 and 1.")
    along, across = _find_axes(key)
    white = depth_white(array_depth(colour))
    whole = white != 1.0
    for top in range(0, alpha.shape[0], _ROWS):
        rows = slice(top, min(top + _ROWS, alpha.shape[0]))
        seen = _find_seen(alpha, rows, margin)
        if not seen.any():
            continue
        samples: AnyArray = colour[rows]
        values = samples.astype(np.float32)
        excess = values @ along - np.abs(values @ across) / np.float32(math.sqrt(3))
        # The smallest step of the samples guards grays against rounding.
        smallest = 1e-3 if whole else 1e-6
        spilt = (excess > smallest) & seen
        clean = values[spilt] - np.float32(amount) * excess[spilt, None] * along
        if whole:
            clean = np.rint(np.clip(clean, 0, white))
        result = samples.copy()
        result[spilt] = clean.astype(samples.dtype)
        yield rows, result


def _find_seen(alpha: Plane[np.float32], rows: slice, margin: int) -> Bools:
    """Which pixels of a strip lie at most `margin` from one with alpha above 0."""
    import cv2

    top = max(0, rows.start - margin)
    seen = alpha[top : rows.stop + margin, :] > 0
    if margin and seen.any():
        kernel = np.ones((2 * margin + 1, 1), np.uint8)
        grown = cv2.dilate(cv2.dilate(seen.astype(np.uint8), kernel), kernel.T)
        seen = np.asarray(grown > 0, np.bool_)
    return np.asarray(seen[rows.start - top :][: rows.stop - rows.start], np.bool_)


def _find_axes(key: Key) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit vectors in RGB along the key's hue and across it, both without gray."""
    if isinstance(key, str) and key not in _KEYS:
        raise UsageError(f"The key {key!r} is not known. Name {' or '.join(_KEYS)}, or give a colour.")
    rgb = np.array(_KEYS[key] if isinstance(key, str) else key, np.float64)
    chroma = rgb - rgb.mean()
    length = float(np.linalg.norm(chroma))
    if rgb.shape != (3,) or not length >= 0.02:
        raise UsageError(f"The key {key} has no hue. Name the colour of the screen, such as (0, 0.7, 0.3).")
    along = chroma / length
    across = np.cross(along, np.full(3, 1 / math.sqrt(3)))
    return along.astype(np.float32), across.astype(np.float32)
