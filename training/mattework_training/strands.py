"""Hair and fur, drawn as curved strands that leave the outline of a cut-out.

The free cut-outs have few soft outlines, and masks of photographs are hard where hair is. A strand
takes its colour from the outline where it begins, as real hair does.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mattework_training.library import Image

Points = npt.NDArray[np.float32]
_FIXED_POINT_BITS = 4
_STEPS = 6


def _extend_colors(rgba: Image, reach: float) -> npt.NDArray[np.float32]:
    """Colours carried outwards from the opaque part, (H, W, 3): a blur that ignores the ground."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    blurred = cv2.GaussianBlur(np.dstack([rgba[..., :3] * alpha, alpha]), (0, 0), max(1.0, reach / 2))
    carried = blurred[..., :3] / np.maximum(blurred[..., 3:], 1e-4)
    return (rgba[..., :3] * alpha + carried * (1 - alpha)).astype(np.float32)


def _draw_paths(
    roots: Points, directions: Points, length: float, wave: float, rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    """Curved paths, (N, steps, 2) in fixed-point pixels: each bends evenly and droops a little."""
    count = len(roots)
    angle = np.arctan2(directions[:, 1], directions[:, 0]) + rng.normal(0, 0.5, count)
    bend = rng.normal(0, wave, count)
    step = length * rng.uniform(0.4, 1.0, count) / (_STEPS - 1)
    droop = rng.uniform(0, 0.25)
    points = [roots.astype(np.float64)]
    for _ in range(_STEPS - 1):
        move = np.stack([np.cos(angle), np.sin(angle) + droop], axis=1)
        points.append(points[-1] + move * step[:, None])
        angle = angle + bend
    fixed: npt.NDArray[np.int32] = np.rint(np.stack(points, axis=1) * (1 << _FIXED_POINT_BITS)).astype(
        np.int32
    )
    return fixed


def grow_strands(rgba: Image, rng: np.random.Generator) -> Image:
    """``rgba`` with fur (short, dense) or hair (long, sparse) along a part of its outline.

    The canvas grows by the length of a strand on every side, so that none is cut off.
    """
    size = max(rgba.shape[:2])
    fur = rng.random() < 0.6
    length = size * (rng.uniform(0.02, 0.07) if fur else rng.uniform(0.06, 0.22))
    pad = int(length) + 2
    padded = cv2.copyMakeBorder(rgba, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)).astype(
        np.uint8
    )
    solid = (padded[..., 3] > 127).astype(np.uint8)
    contours, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return rgba
    outline = max(contours, key=len)[:, 0].astype(np.float32)
    if len(outline) < 40:
        return rgba
    # Fur grows all round; hair from one stretch of the outline.
    if not fur:
        start = int(rng.integers(len(outline)))
        stretch = int(len(outline) * rng.uniform(0.15, 0.5))
        outline = np.roll(outline, -start, axis=0)[:stretch]
    along = np.roll(outline, -4, axis=0) - np.roll(outline, 4, axis=0)
    # findContours walks with the inside on one fixed hand, so one turn of the tangent points outwards.
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-3)
    probe = np.rint(outline + outward * 3).astype(np.intp)
    probe[:, 0] = probe[:, 0].clip(0, solid.shape[1] - 1)
    probe[:, 1] = probe[:, 1].clip(0, solid.shape[0] - 1)
    if solid[probe[:, 1], probe[:, 0]].mean() > 0.5:
        outward = -outward
    count = int(len(outline) * (rng.uniform(0.5, 1.2) if fur else rng.uniform(0.15, 0.5)))
    chosen = rng.integers(0, len(outline), min(count, 900))
    paths = _draw_paths(
        outline[chosen] - outward[chosen], outward[chosen], length, rng.uniform(0.05, 0.3), rng
    )
    strands = np.zeros(solid.shape, np.uint8)
    opacity = int(rng.uniform(110, 255))
    for path in paths:
        cv2.polylines(strands, [path], False, opacity, 1, cv2.LINE_AA, _FIXED_POINT_BITS)
    color = _extend_colors(padded, length)
    shade = np.where(strands[..., None] > 0, rng.uniform(0.75, 1.15), 1).astype(np.float32)
    alpha = 255 - (255 - padded[..., 3].astype(np.float32)) * (1 - strands.astype(np.float32) / 255)
    grown = np.dstack([np.clip(color * shade, 0, 255), alpha])
    return grown.astype(np.uint8)
