"""Head-and-shoulders portraits, made from full-body photographs and their masks.

No free set of portraits with masks is known to us, and a network that never saw one cuts faces
out of people. So the upper part of a standing person is enlarged to fill the frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mattework_training.library import Image, Photo


@dataclass(frozen=True, slots=True)
class _Person:
    """Box of the mask in pixels, and where the head is."""

    top: int
    bottom: int
    head_x: float
    head_width: float


def _find_person(mask: Image) -> _Person | None:
    rows = np.nonzero((mask > 127).any(axis=1))[0]
    if len(rows) < 60:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    # A standing person's head takes about an eighth of the height.
    head = mask[top : top + max(4, (bottom - top) // 8)] > 127
    columns = np.nonzero(head)[1]
    if not len(columns):
        return None
    head_width = float(np.median(head.sum(axis=1)))
    return _Person(top, bottom, float(np.median(columns)), head_width)


def hide_face(photo: Photo, rng: np.random.Generator) -> Photo:
    """The same photo with the face blurred or painted over, as privacy filters do."""
    person = _find_person(photo.mask)
    if person is None:
        return photo
    height = person.bottom - person.top
    center = (round(person.head_x), round(person.top + height * 0.075))
    axes = (max(2, round(min(person.head_width, height * 0.1) * 0.5)), max(3, round(height * 0.055)))
    oval = np.zeros(photo.mask.shape, np.float32)
    cv2.ellipse(oval, center, axes, 0, 0, 360, 1.0, -1)
    face = cv2.GaussianBlur(oval, (0, 0), 1.0)[..., None]
    blurred = cv2.GaussianBlur(photo.image, (0, 0), rng.uniform(2, 8)).astype(np.float32)
    if rng.random() < 0.4:
        skin = photo.image[face[..., 0] > 0.5].reshape(-1, 3).mean(axis=0)
        blurred = np.broadcast_to(skin, photo.image.shape).astype(np.float32)
    mixed = photo.image * (1 - face) + blurred * face
    return Photo(mixed.astype(np.uint8), photo.mask, photo.ignored)


def crop_portrait(photo: Photo, rng: np.random.Generator) -> Photo | None:
    """The top 16 to 42 % of the person with some air around; ``None`` when no person is found.

    The crop may reach beyond the photograph: it is then moved inside, so that no padding shows.
    """
    person = _find_person(photo.mask)
    if person is None:
        return None
    height, width = photo.mask.shape
    body = person.bottom - person.top
    shown = body * rng.uniform(0.16, 0.42)
    air = shown * rng.uniform(0.02, 0.35)
    part_height = shown + air
    part_width = part_height * rng.uniform(0.62, 1.35)
    part_height = min(part_height, height)
    part_width = min(part_width, width)
    top = int(np.clip(person.top - air, 0, height - part_height))
    center = person.head_x + rng.uniform(-0.18, 0.18) * part_width
    left = int(np.clip(center - part_width / 2, 0, width - part_width))
    rows = slice(top, top + int(part_height))
    columns = slice(left, left + int(part_width))
    return Photo(photo.image[rows, columns], photo.mask[rows, columns])


def cut_from_photo(photo: Photo, rng: np.random.Generator) -> Image | None:
    """The subject as a cut-out: the mask a pixel tighter, with a soft edge. ``None`` when tiny.

    For a trimap the unlabelled band fades from subject to ground, which is how fur looks.
    """
    solid = (photo.mask > 127).astype(np.uint8) * 255
    if photo.ignored is None:
        solid = cv2.erode(solid, np.ones((3, 3), np.uint8)).astype(np.uint8)
        alpha = cv2.GaussianBlur(solid, (0, 0), 0.8)
    else:
        half = np.where(photo.ignored > 127, 110, solid).astype(np.uint8)
        alpha = cv2.GaussianBlur(half, (0, 0), rng.uniform(1.0, 1.8))
        alpha = np.where(solid > 0, np.maximum(alpha, 235), alpha)
        alpha = np.clip((alpha.astype(np.float32) - 40) * (255 / 215), 0, 255)
    rows, columns = np.nonzero(alpha > 8)
    if len(rows) < 400:
        return None
    rgba = np.dstack([photo.image, alpha.astype(np.uint8)])
    return rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
