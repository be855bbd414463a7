"""What stands before, beside and behind a subject and is not meant: posts and fences, plants, things out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from mattework_training.library import Image
from mattework_training.placing import Pixels, Placed, Pose, Shape, place_cutout
from mattework_training.subjects import Subjects


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


def mix_in(ground: Pixels, rgba: Image, pose: Pose, blur: float, rng: np.random.Generator) -> Pixels:
    """Lay a cut-out into the ground, out of focus by ``blur`` pixels of 256, and as dark as half."""
    shape = ground.shape[0], ground.shape[1]
    placed = place_cutout(rgba, shape, pose, rng)
    layer = np.dstack([placed.color * placed.alpha[..., None], placed.alpha])
    if blur > 0.2:
        layer = cv2.GaussianBlur(layer, (0, 0), max(shape) / 256 * blur)
    mixed = ground * (1 - layer[..., 3:]) + layer[..., :3] * np.float32(rng.uniform(0.5, 1))
    return np.asarray(mixed, np.float32)


def lay_behind(subjects: Subjects, ground: Pixels, pose: Pose, rng: np.random.Generator) -> Pixels:
    """Anything, out of focus, in the ground."""
    return mix_in(ground, subjects.draw_cutout(rng), pose, rng.uniform(1.5, 5), rng)


def add_distractor(subjects: Subjects, ground: Pixels, rng: np.random.Generator) -> Pixels:
    """Something out of focus that a border cuts, as background."""
    side = float(rng.integers(2))
    along = rng.uniform(0.1, 0.9)
    across = side + rng.uniform(-0.06, 0.06)
    center = (across, along) if rng.random() < 0.7 else (along, across)
    pose = Pose(long_side=rng.uniform(0.15, 0.4), center=center, angle=rng.uniform(-0.5, 0.5))
    return lay_behind(subjects, ground, pose, rng)


def draw_occluder(subjects: Subjects, shape: Shape, rng: np.random.Generator) -> Placed:
    """Something out of focus that reaches in from the lower corners, nearer than the subject."""
    center = (float(rng.integers(2)) + rng.uniform(-0.08, 0.08), rng.uniform(0.6, 1.05))
    pose = Pose(long_side=rng.uniform(0.3, 0.6), center=center, angle=rng.uniform(-0.6, 0.6))
    placed = place_cutout(subjects.draw_cutout(rng), shape, pose, rng)
    sigma = max(shape) / 256 * rng.uniform(2.5, 6)
    layer = np.dstack([placed.color * placed.alpha[..., None], placed.alpha])
    layer = cv2.GaussianBlur(layer, (0, 0), sigma).astype(np.float32)
    color = layer[..., :3] / np.maximum(layer[..., 3:], 1e-3)
    return Placed(color.astype(np.float32), layer[..., 3])


def draw_front(subjects: Subjects, shape: Shape, rng: np.random.Generator) -> Placed:
    """Something sharp or nearly so, nearer than the subject: posts, or a plant that the border cuts."""
    # No furniture and the like: what is held before one belongs to one.
    rgba = None if rng.random() < 0.5 else subjects.draw_surrounding(rng, plants=1.0)
    if rgba is None:
        return draw_bars(shape, rng)
    center = (float(rng.uniform(-0.1, 1.1)), float(rng.uniform(0.6, 1.1)))
    pose = Pose(long_side=rng.uniform(0.25, 0.7), center=center, angle=rng.normal(0, 0.2))
    return place_cutout(rgba, shape, pose, rng)
