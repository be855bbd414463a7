"""Gaussian blur with an end: wide ones at a reduced size, with the same result wherever the picture is cut."""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from mattework.arrays import Floats

LEAST_SIGMA = 6.0
"""Standard deviation, in pixels of the reduced picture, down to which a blur may be done at a reduced size. What the
reduction and the linear enlarging blur is taken off; a step comes out as of an endless Gaussian within 1/500."""


def choose_block(sigma: float) -> int:
    """Side, a power of two, of the blocks of pixels at which a blur of this standard deviation is done. Pieces of a picture
    that begin at a multiple of it, and end at one or with the picture, are blurred as the whole is."""
    return 1 << max(0, math.floor(math.log2(sigma / LEAST_SIGMA))) if sigma > LEAST_SIGMA else 1


def reach_of_blur(sigma: float) -> int:
    """How far, in pixels, one pixel can show in another after `blur_plane`."""
    block = choose_block(sigma)
    return _kernel_radius(sigma) if block == 1 else block * (_kernel_radius(sigma / block) + 2)


def blur_plane(plane: Floats, sigma: float) -> Floats:
    """A plane (h, w) float32 of any values blurred with a Gaussian of `sigma` pixels, cut off at three of them; beyond the
    border its last pixels go on. A new array, or the plane itself where there is nothing to blur."""
    import cv2

    block = choose_block(sigma)
    if block > 1:
        # A block's mean spreads by (b^2 - 1) / 12, and linear enlarging by b^2 / 6.
        own = math.sqrt(sigma**2 - (3 * block**2 - 1) / 12) / block
        small = blur_plane(reduce_plane(plane, block), own)
        size = (small.shape[1] * block, small.shape[0] * block)
        large = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(large[: plane.shape[0], : plane.shape[1]], np.float32)
    side = 2 * _kernel_radius(sigma) + 1
    if side == 1:
        return plane
    blurred = cv2.GaussianBlur(plane, (side, side), sigma, borderType=cv2.BORDER_REPLICATE)
    return cast("Floats", blurred)


def reduce_plane(plane: Floats, block: int) -> Floats:
    """Means of `block` x `block` pixels; the last row and column are repeated to whole blocks."""
    import cv2

    if block == 1:
        return plane
    below, beside = -plane.shape[0] % block, -plane.shape[1] % block
    if below or beside:
        plane = cast("Floats", cv2.copyMakeBorder(plane, 0, below, 0, beside, cv2.BORDER_REPLICATE))
    size = (plane.shape[1] // block, plane.shape[0] // block)
    return cast("Floats", cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _kernel_radius(sigma: float) -> int:
    return math.ceil(3 * sigma)
