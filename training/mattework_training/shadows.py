"""Shadows and reflections. They belong to the ground: the subject's alpha never holds them.

``ground`` is float32 (H, W, 3) in 0..255, ``alpha`` float32 (H, W) in 0..1; a new ground is
returned.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]


def cast_shadow(ground: Pixels, alpha: Pixels, rng: np.random.Generator) -> Pixels:
    """The subject's own outline, shifted, often laid down on the floor, and softened."""
    height, width = alpha.shape
    rows = np.nonzero(alpha.max(axis=1) > 0.3)[0]
    if not len(rows):
        return ground
    foot = float(rows.max())
    if rng.random() < 0.5:
        # On a wall behind: a plain shift.
        shift_x = rng.uniform(-0.09, 0.09) * width
        shift_y = rng.uniform(-0.02, 0.1) * height
        matrix = np.array([[1, 0, shift_x], [0, 1, shift_y]], np.float32)
    else:
        # On the floor: sheared about the foot and flattened.
        shear = rng.uniform(-1.4, 1.4)
        flat = rng.uniform(0.25, 0.7)
        matrix = np.array([[1, shear, -shear * foot], [0, flat, foot * (1 - flat)]], np.float32)
    shadow = cv2.warpAffine(alpha, matrix, (width, height), flags=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(shadow, (0, 0), max(height, width) * rng.uniform(0.003, 0.05))
    return (ground * (1 - soft[..., None] * np.float32(rng.uniform(0.15, 0.75)))).astype(np.float32)


def contact_shadow(ground: Pixels, alpha: Pixels, rng: np.random.Generator) -> Pixels:
    """A soft ellipse under the lowest part of the subject."""
    height, width = alpha.shape
    rows, columns = np.nonzero(alpha > 0.3)
    if not len(rows):
        return ground
    foot = int(np.percentile(rows, 99.5))
    near_foot = columns[rows > foot - 0.12 * (foot - rows.min()) - 2]
    center = (int(near_foot.mean()), foot)
    half_width = max(2, int((near_foot.max() - near_foot.min()) * rng.uniform(0.45, 0.75)))
    half_height = max(2, int(height * rng.uniform(0.01, 0.05)))
    shadow = np.zeros((height, width), np.float32)
    cv2.ellipse(shadow, center, (half_width, half_height), 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(shadow, (0, 0), max(height, width) * rng.uniform(0.005, 0.03))
    return (ground * (1 - soft[..., None] * np.float32(rng.uniform(0.2, 0.8)))).astype(np.float32)


def reflect_below(ground: Pixels, color: Pixels, alpha: Pixels, rng: np.random.Generator) -> Pixels:
    """The subject mirrored in a glossy floor, fading downwards."""
    height = alpha.shape[0]
    rows = np.nonzero(alpha.max(axis=1) > 0.3)[0]
    if not len(rows) or rows.max() > height - 4:
        return ground
    foot = int(rows.max())
    depth = min(height - foot - 1, foot)
    strength = np.zeros_like(alpha)
    mirrored = ground.copy()
    fade = np.linspace(rng.uniform(0.15, 0.45), 0, depth, dtype=np.float32)[:, None]
    strength[foot + 1 : foot + 1 + depth] = alpha[foot - depth + 1 : foot + 1][::-1] * fade
    mirrored[foot + 1 : foot + 1 + depth] = color[foot - depth + 1 : foot + 1][::-1]
    soft = cv2.GaussianBlur(strength, (0, 0), 1.0)[..., None]
    return (ground * (1 - soft) + mirrored * soft).astype(np.float32)
