"""Puts photographs and cut-outs into a frame: scale, turn, mirror, move.

A frame is ``(height, width)``. Matrices are 2x3 and map source pixels to frame pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mattework_training.library import Image, Photo

Pixels = npt.NDArray[np.float32]
Shape = tuple[int, int]
# The grey that letterboxing pads with, here and in the application.
LETTERBOX_GREY = 127


@dataclass(frozen=True, slots=True)
class Framed:
    """A photograph warped into a frame; all uint8, masks 0..255."""

    image: Image
    mask: Image
    ignored: Image


@dataclass(frozen=True, slots=True)
class Placed:
    """A cut-out warped into a frame: straight colour 0..255 and alpha 0..1, float32."""

    color: Pixels
    alpha: Pixels


def _matrix(
    scale_x: float,
    scale_y: float,
    angle: float,
    source_center: tuple[float, float],
    frame_center: tuple[float, float],
) -> Pixels:
    cos, sin = np.cos(angle), np.sin(angle)
    linear = np.array([[cos * scale_x, -sin * scale_y], [sin * scale_x, cos * scale_y]])
    offset = np.array(frame_center) - linear @ np.array(source_center)
    return np.hstack([linear, offset[:, None]]).astype(np.float32)


def _shrunk(picture: npt.NDArray[np.uint8], scale: float) -> npt.NDArray[np.uint8]:
    """Area-averaged by ``scale`` when that is clearly below 1, so that warping does not alias."""
    if scale > 0.7:
        return picture
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def frame_photo(photo: Photo, shape: Shape, rng: np.random.Generator, *, near: float = 0.0) -> Framed:
    """Letterboxed (a third of the time) or cropped, with a little turn and stretch; with the probability `near` so close
    up that the subject fills most of the frame.

    A crop that would leave less than 2 % of the frame to the subject is tried again, so a photo's
    subject is missing from its frame only by rare bad luck, and then the mask says so too.
    """
    rows, columns = shape
    height, width = photo.mask.shape
    fit = min(rows / height, columns / width)
    cover = max(rows / height, columns / width)
    inside = np.argwhere(photo.mask > 127) if near and rng.random() < near else None
    letterboxed = rng.random() < 0.35 and inside is None
    draw = rng.random()
    if draw < 0.5:
        border, value = cv2.BORDER_CONSTANT, LETTERBOX_GREY
    elif draw < 0.7:
        border, value = cv2.BORDER_REFLECT_101, 0
    else:
        border, value = cv2.BORDER_CONSTANT, int(rng.choice([0, 255]))
    covered = photo.mask
    framed: tuple[Pixels, Image] | None = None
    for _ in range(6):
        if letterboxed:
            scale = fit * rng.uniform(0.75, 1.02)
            center = (width / 2, height / 2)
        elif inside is not None and len(inside):
            scale = cover * rng.uniform(1.5, 3.2)
            # The frame stays inside the photograph.
            half_x, half_y = columns / scale / 2, rows / scale / 2
            y, x = inside[rng.integers(len(inside))]
            center = (float(np.clip(x, half_x, width - half_x)), float(np.clip(y, half_y, height - half_y)))
        else:
            scale = cover * rng.uniform(0.85, 1.7)
            center = (width * rng.uniform(0.25, 0.75), height * rng.uniform(0.2, 0.8))
        mirror = -1.0 if rng.random() < 0.5 else 1.0
        angle = np.deg2rad(rng.uniform(-12, 12)) if rng.random() < 0.35 else 0.0
        stretch = rng.uniform(0.9, 1.1)
        shrink = scale if scale <= 0.7 else 1.0
        source = _shrunk(covered, shrink)
        ratio_x = source.shape[1] / width
        ratio_y = source.shape[0] / height
        matrix = _matrix(
            scale * stretch * mirror / ratio_x,
            scale / ratio_y,
            angle,
            (center[0] * ratio_x, center[1] * ratio_y),
            (columns / 2, rows / 2),
        )
        mask = cv2.warpAffine(source, matrix, (columns, rows), borderMode=border)
        framed = (matrix, mask.astype(np.uint8))
        if (mask > 127).mean() > (0.02 if inside is None else 0.6):
            break
    assert framed is not None
    matrix, mask_bytes = framed
    image = cv2.warpAffine(
        _shrunk(photo.image, shrink),
        matrix,
        (columns, rows),
        borderMode=border,
        borderValue=(value, value, value),
    )
    if photo.ignored is None:
        ignored = np.zeros(shape, np.uint8)
    else:
        ignored = cv2.warpAffine(
            _shrunk(photo.ignored, shrink), matrix, (columns, rows), borderMode=border
        ).astype(np.uint8)
    return Framed(image.astype(np.uint8), mask_bytes, ignored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where a cut-out goes: its long side and its centre as shares of the frame, and its turn."""

    long_side: float
    center: tuple[float, float]
    angle: float


def draw_pose(rng: np.random.Generator, *, crowded: bool) -> Pose:
    """Small (3 to 15 % of the area), usual, or larger than the frame; upright more often than not."""
    size = rng.random()
    if crowded:
        long_side = rng.uniform(0.3, 0.65)
    elif size < 0.3:
        long_side = rng.uniform(0.16, 0.45)
    elif size < 0.88:
        long_side = rng.uniform(0.45, 0.98)
    else:
        long_side = rng.uniform(0.98, 1.5)
    spread = 0.08 if not crowded and rng.random() < 0.5 else max(0.1, 0.5 - long_side * 0.45)
    turn = rng.random()
    angle = 0.0 if turn < 0.5 else rng.uniform(-15, 15) if turn < 0.85 else rng.uniform(-60, 60)
    center = (0.5 + rng.uniform(-spread, spread), 0.5 + rng.uniform(-spread, spread))
    return Pose(long_side=float(long_side), center=center, angle=float(np.deg2rad(angle)))


def draw_small_pose(rgba: Image, shape: Shape, rng: np.random.Generator) -> Pose:
    """Upright, 3 to 12 % of the frame's area, anywhere well inside it."""
    rows, columns = shape
    height, width = rgba.shape[:2]
    visible = max(float(rgba[..., 3].mean()) / 255, 0.05) * height * width
    scale = np.sqrt(rng.uniform(0.03, 0.12) * rows * columns / visible)
    # What is long and thin must still fit.
    scale = min(scale, 0.9 * rows / height, 0.9 * columns / width)
    room_x = max(0.0, 0.46 - scale * width / columns / 2)
    room_y = max(0.0, 0.46 - scale * height / rows / 2)
    return Pose(
        long_side=float(scale * max(height, width) / (1.1 * min(rows, columns))),
        center=(0.5 + rng.uniform(-room_x, room_x), 0.5 + rng.uniform(-room_y, room_y)),
        angle=float(np.deg2rad(rng.normal(0, 4))),
    )


def place_cutout(rgba: Image, shape: Shape, pose: Pose, rng: np.random.Generator) -> Placed:
    """Warp a cut-out (uint8 RGBA, straight alpha) into a frame at ``pose``, mirrored at random."""
    rows, columns = shape
    height, width = rgba.shape[:2]
    scale = min(pose.long_side * min(rows, columns) / max(height, width) * 1.1, 3.0)
    source = _shrunk(rgba, scale)
    ratio = source.shape[1] / width
    alpha = source[..., 3].astype(np.float32) / 255
    if rng.random() < 0.2:
        alpha = cv2.erode(alpha, np.ones((3, 3), np.uint8)).astype(np.float32)
    premultiplied = np.dstack([source[..., :3].astype(np.float32) * alpha[..., None], alpha])
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    matrix = _matrix(
        scale / ratio * rng.uniform(0.9, 1.12) * mirror,
        scale / ratio,
        pose.angle,
        (source.shape[1] / 2, source.shape[0] / 2),
        (pose.center[0] * columns, pose.center[1] * rows),
    )
    warped = cv2.warpAffine(premultiplied, matrix, (columns, rows), flags=cv2.INTER_LINEAR)
    if rng.random() < 0.3:
        warped = cv2.GaussianBlur(warped, (0, 0), rng.uniform(0.4, 1.2))
    placed_alpha = warped[..., 3]
    color = warped[..., :3] / np.maximum(placed_alpha, 1e-3)[..., None]
    return Placed(color.astype(np.float32), placed_alpha.astype(np.float32))
