"""The blurred original as a background: what is around the subject, with nothing of the subject in it.

Blurring the photo as it is would smear the subject into a halo around itself. So the place of the subject is first filled
with what surrounds it, smoothly from all sides, by a pyramid of weighted means (the pull-push of Gortler et al., "The
Lumigraph", SIGGRAPH 1996, section 3.3); then all of it is blurred. Both are done at a size at which the blur is a few
pixels wide.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from mattework.arrays import AnyArray, Floats, Samples, split_rows
from mattework.document.model import array_depth, depth_white
from mattework.gradient import round_smoothly

_WORKING_SIGMA = 1.75
_MARGIN = 2
"""Working pixels around the subject that are filled too: the edge's own colours are mixed."""


def blur_surroundings(colour: Samples, alpha: Floats, sigma: float) -> Samples:
    """The photo without its subject, blurred.

    Args:
        colour: (H, W, channels) uint8, uint16 or float32.
        alpha: (H, W) float32, 0 to 1: the subject.
        sigma: standard deviation of the blur in pixels, at least 0.

    Returns:
        Like `colour`. All of it is filled with the mean colour where the subject leaves nothing to be seen.
    """
    import cv2

    step = max(1, math.floor(sigma / _WORKING_SIGMA))
    height, width = alpha.shape
    size = (max(1, round(width / step)), max(1, round(height / step)))
    white = np.float32(depth_white(array_depth(colour)))
    weight: Floats = (1 - cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)).astype(np.float32)
    kernel = np.ones((2 * _MARGIN + 1, 2 * _MARGIN + 1), np.uint8)
    weight = (cv2.erode(weight, kernel) >= 0.98).astype(np.float32)
    reduced = cv2.resize(colour, size, interpolation=cv2.INTER_AREA)
    small: Floats = reduced.reshape(size[1], size[0], -1).astype(np.float32) / white
    if not weight.any():
        small[:] = small.mean(axis=(0, 1))
        weight[:] = 1
    filled = _fill(small, weight)
    if sigma > 0:
        filled = _blur(filled, sigma / step)
    return _enlarge(filled, colour)


def _fill(colour: Floats, weight: Floats) -> Floats:
    """Colours (h, w, channels) where `weight` (h, w) is 1 as they are, elsewhere drawn smoothly from around."""
    import cv2

    height, width = weight.shape
    if min(height, width) <= 1 or bool((weight > 0).all()):
        mean = (colour * weight[..., None]).sum(axis=(0, 1)) / max(1e-6, float(weight.sum()))
        return cast("Floats", np.where(weight[..., None] > 0, colour, mean.astype(np.float32)))
    half = ((width + 1) // 2, (height + 1) // 2)
    coarse_weight = cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
    summed = cv2.resize(colour * weight[..., None], half, interpolation=cv2.INTER_AREA)
    summed = summed.reshape(half[1], half[0], -1)
    means: Floats = (summed / np.maximum(coarse_weight, 1e-6)[..., None]).astype(np.float32)
    coarse = _fill(means, (coarse_weight > 1e-6).astype(np.float32))
    behind = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, -1)
    return cast("Floats", colour * weight[..., None] + behind * (1 - weight[..., None]))


def _blur(plane: Floats, sigma: float) -> Floats:
    import cv2

    blurred = cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return cast("Floats", blurred.reshape(plane.shape))


def _enlarge(small: Floats, like: Samples) -> Samples:
    """At the size and depth of `like`, strip by strip; smooth and without bands."""
    import cv2

    height, width, channels = like.shape
    depth = array_depth(like)
    white = np.float32(depth_white(depth))
    out: AnyArray = np.empty_like(like)
    share = small.shape[0] / height
    wide = cv2.resize(small, (width, small.shape[0]), interpolation=cv2.INTER_LINEAR)
    wide = wide.reshape(small.shape[0], width, channels)
    for rows in split_rows(like):
        places = (np.arange(rows.start, rows.stop) + 0.5) * share - 0.5
        upper = np.floor(places).astype(np.int64)
        rest = (places - upper).astype(np.float32)[:, None, None]
        first, second = (wide[row.clip(0, small.shape[0] - 1)] for row in (upper, upper + 1))
        mixed = (first * (1 - rest) + second * rest) * white
        for channel in range(channels):
            out[rows, :, channel] = round_smoothly(mixed[..., channel], depth, rows.start, channel)
    return cast("Samples", out)
