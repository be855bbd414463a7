"""Posts, rails and fences that stand before a subject and are not meant."""

from __future__ import annotations

import numpy as np

from mattework_training.placing import Placed, Shape


def draw_bars(shape: Shape, rng: np.random.Generator) -> Placed:
    """Round posts, rails or a fence of thin bars across the frame, lit from one side, some of them striped."""
    rows, columns = shape
    long_side = max(shape)
    kind = rng.random()
    if kind < 0.5:
        count, width, lean = int(rng.integers(1, 4)), rng.uniform(0.008, 0.045), rng.normal(0, 0.05)
    elif kind < 0.85:
        count, width, lean = (
            int(rng.integers(1, 3)),
            rng.uniform(0.008, 0.03),
            np.pi / 2 + rng.normal(0, 0.12),
        )
    else:
        count, width, lean = int(rng.integers(6, 18)), rng.uniform(0.003, 0.008), rng.normal(0, 0.04)
    y, x = np.mgrid[:rows, :columns].astype(np.float32) + np.float32(0.5)
    across = np.cos(lean) * (x - columns / 2) + np.sin(lean) * (y - rows / 2)
    along = -np.sin(lean) * (x - columns / 2) + np.cos(lean) * (y - rows / 2)
    reach = (abs(np.cos(lean)) * columns + abs(np.sin(lean)) * rows) / 2
    if count > 5:
        places = (np.arange(count) + rng.uniform(0, 1)) * (2 * reach / count) - reach
    else:
        places = rng.uniform(-0.95, 0.95, count) * reach
    light = rng.uniform(-0.8, 0.8)
    base = rng.uniform(15, 240) + rng.normal(0, 18, 3)
    other = base if rng.random() < 0.75 else rng.uniform(0, 255, 3)
    color = np.zeros((*shape, 3), np.float32)
    alpha = np.zeros(shape, np.float32)
    for place in places:
        half = width * long_side / 2 * rng.uniform(0.8, 1.2)
        offset = (across - np.float32(place)) / np.float32(half)
        cover = np.clip((1 - np.abs(offset)) * half + 0.5, 0, 1)
        if rng.random() < 0.35:
            # A post that ends inside the frame.
            end = rng.uniform(-0.4, 0.3) * long_side
            cover = cover * np.clip(along - end, 0, 1)
        shade = 0.65 + 0.35 * np.sqrt(np.clip(1 - (np.clip(offset, -1, 1) - light) ** 2, 0, 1))
        band = np.sin(along * np.float32(2 * np.pi / (long_side * rng.uniform(0.05, 0.2)))) > 0
        paint = np.where(band[..., None], base, other) * shade[..., None]
        color = np.where(cover[..., None] > 0, paint, color).astype(np.float32)
        alpha = np.maximum(alpha, cover).astype(np.float32)
    return Placed(np.clip(color, 0, 255).astype(np.float32), alpha)
