"""A part of a cut-out in another colour and stuff: a jumper on a bear, leaves under a flower, a label on a box.

What hangs together is one subject, however little its parts look alike.
"""

from __future__ import annotations

import cv2
import numpy as np

from mattework_training.grounds import Pixels, Shape, draw_pattern, draw_studio
from mattework_training.library import Image


def _draw_region(shape: Shape, solid: Image, rng: np.random.Generator) -> Pixels:
    """One side of a bent line through the cut-out, 0..1, (H, W)."""
    rows, columns = np.nonzero(solid)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    # Mostly what is below: clothes, pots, stems.
    angle = np.pi / 2 + rng.normal(0, 0.35) if rng.random() < 0.7 else rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    inside = along[rows, columns]
    line = np.quantile(inside, rng.uniform(0.25, 0.75))
    extent = max(1.0, float(np.ptp(inside)))
    across = (-np.sin(angle) * x + np.cos(angle) * y) / extent
    bend = np.sin(across * rng.uniform(2, 9) + rng.uniform(0, 2 * np.pi)) * rng.uniform(0, 0.12) * extent
    width = max(1.0, extent * 0.004)
    return np.asarray(np.clip((along - line + bend) / width + 0.5, 0, 1), np.float32)


def dress_part(rgba: Image, rng: np.random.Generator) -> Image:
    """``rgba`` (H, W, 4) with 25 to 75 % of it in another stuff, which keeps some of its shading. Alpha stays."""
    solid = (rgba[..., 3] > 127).astype(np.uint8)
    if solid.sum() < 100:
        return rgba
    shape: Shape = (rgba.shape[0], rgba.shape[1])
    region = _draw_region(shape, solid, rng)[..., None]
    stuff = draw_studio(shape, rng) if rng.random() < 0.65 else draw_pattern(shape, rng)
    light = cv2.cvtColor(np.ascontiguousarray(rgba[..., :3]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean = max(20.0, float(light[solid > 0].mean()))
    shading = np.clip(light / mean, 0.25, 2.5)[..., None] ** np.float32(rng.uniform(0.2, 1.0))
    color = rgba[..., :3] * (1 - region) + np.clip(stuff * shading, 0, 255) * region
    return np.dstack([color, rgba[..., 3]]).astype(np.uint8)
