"""Photographs of few tones, seen with all: what is flat, foggy or underexposed, as networks seldom saw in training."""

from __future__ import annotations

import numpy as np

from mattework.arrays import Bytes

FULL_RANGE = 200
"""Levels between the darkest and the brightest of a photo that is left as it is."""
_LEAST_RANGE = 8
"""Levels below which there is only noise to be seen."""
_CLIPPED = 0.02
"""Percent of the samples at each end that may be lost: specks, and not a small subject."""
_MARGIN = 5
"""Levels that are left at each end."""
_ENOUGH = 500
"""Side of the picture in which tones are counted."""


def spread_tones(rgb: Bytes) -> Bytes:
    """A photo (H, W, 3) uint8 whose tones reach from black to white; the same where they do, or where there are none.

    All channels alike, so that colours keep their hue. What it does for photographs made dark or flat is in
    `benchmarks/README.md`; those of the hold-outs that are so by themselves change little.
    """
    import cv2

    step = max(1, max(rgb.shape[:2]) // _ENOUGH)
    seen = rgb[::step, ::step]
    if seen.size == 0:
        return rgb
    darkest = float(np.percentile(seen.min(axis=2), _CLIPPED))
    brightest = float(np.percentile(seen.max(axis=2), 100 - _CLIPPED))
    spread = brightest - darkest
    if not _LEAST_RANGE <= spread < FULL_RANGE:
        return rgb
    levels = (np.arange(256) - darkest) * ((255 - 2 * _MARGIN) / spread) + _MARGIN
    return np.asarray(cv2.LUT(rgb, np.clip(np.rint(levels), 0, 255).astype(np.uint8)), np.uint8)
