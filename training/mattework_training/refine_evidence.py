"""What the refiner is given about every pixel."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mattework.matting.affinity import link_like_colours
from mattework.matting.closed_form import HAZE, assemble_band, solve_conjugate_gradient
from mattework.matting.scene import Scene

Pixels = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

PLANES = 16
"""Photo (3), known foreground and background (2), the solver's alpha, known foreground colours carried into the band
(3), background colours likewise (3), where the pixel lies between the two, and the hints (3): the alpha that is found
without links, that of the nearest known colours, and how near they are."""
_TOLERANCE = 2e-4
STEP = 4
"""Carried colours are smooth, so they are worked out at this fraction of the size."""


def spread_colors(photo: Bytes, known: npt.NDArray[np.bool_]) -> Pixels:
    """Colours of the known pixels carried over the whole frame, (H, W, 3) 0..255: pushed up a pyramid and pulled down.

    The mean colour of ``known`` where it is far away; mid-grey when nothing is known.
    """
    weight = known.astype(np.float32)[..., None]
    level = np.dstack([photo.astype(np.float32) * weight, weight]).astype(np.float32)
    levels = [_reduce(level, STEP)]
    while min(levels[-1].shape[:2]) > 2:
        levels.append(_reduce(levels[-1], 2))
    last = levels[-1].sum(axis=(0, 1))
    mean = last[:3] / last[3] if last[3] > 1e-6 else np.full(3, 127.5, np.float32)
    filled = np.broadcast_to(mean, (*levels[-1].shape[:2], 3)).astype(np.float32)
    for one in reversed(levels):
        size = (one.shape[1], one.shape[0])
        below = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR)
        cover = one[..., 3:]
        share = np.minimum(1, cover * 4)
        mixed = below + share * (one[..., :3] / np.maximum(cover, 1e-6) - below)
        filled = np.asarray(mixed, np.float32)
    rows, columns = filled.shape[0] * STEP, filled.shape[1] * STEP
    large = cv2.resize(filled, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[: photo.shape[0], : photo.shape[1]], np.float32)


def _reduce(values: Pixels, factor: int) -> Pixels:
    height, width = values.shape[:2]
    rows, columns = -(-height // factor), -(-width // factor)
    padded = cv2.copyMakeBorder(
        values,
        0,
        rows * factor - height,
        0,
        columns * factor - width,
        cv2.BORDER_CONSTANT,
        value=(0, 0, 0, 0),
    )
    return np.asarray(cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def find_hints(scene: Scene, solved: Pixels) -> Pixels:
    """What the closed form weighed, (h, w, 3) float32 in 0..1: alpha without links, the alpha of the nearest known colours,
    and how near those are. Where they disagree the solved alpha errs more often.

    Args:
        scene: as for ``solve_closed_form``, all its known alpha 0 or 1.
        solved: (h, w), what that gave.
    """
    unknown = scene.unknown
    links = link_like_colours(scene)
    system = assemble_band(scene.colour, unknown, scene.alpha, precision=np.float32)
    start = solved[unknown].astype(np.float64) * (1 - 2 * HAZE) + HAZE
    alone, _ = solve_conjugate_gradient(system, start, tolerance=_TOLERANCE)
    hints = np.dstack([scene.alpha, scene.alpha, np.ones_like(scene.alpha)])
    found = np.column_stack([(alone - HAZE) / (1 - 2 * HAZE), links.guess, links.certainty])
    hints[unknown] = np.clip(found, 0, 1)
    return np.asarray(hints, np.float32)


def stack_evidence(
    photo: Bytes, trimap: Bytes, solved: Pixels, hints: Pixels, subject: Pixels, ground: Pixels
) -> Pixels:
    """(16, H, W) float32, each about -1..1.

    Args:
        photo: (H, W, 3) uint8.
        trimap: (H, W) uint8 of 0, 128, 255.
        solved: (H, W) alpha 0..1.
        hints: (H, W, 3) 0..1.
        subject, ground: (H, W, 3) 0..255, from ``spread_colors``.
    """
    pixels = photo.astype(np.float32)
    apart = subject - ground
    along = ((pixels - ground) * apart).sum(axis=2) / ((apart * apart).sum(axis=2) + 100)
    planes = np.empty((PLANES, *trimap.shape), np.float32)
    planes[0:3] = (pixels / 127.5 - 1).transpose(2, 0, 1)
    planes[3] = trimap == 255
    planes[4] = trimap == 0
    planes[5] = solved * 2 - 1
    planes[6:9] = (subject / 127.5 - 1).transpose(2, 0, 1)
    planes[9:12] = (ground / 127.5 - 1).transpose(2, 0, 1)
    planes[12] = np.clip(along, -0.5, 1.5) * 2 - 1
    planes[13:16] = (hints * 2 - 1).transpose(2, 0, 1)
    return planes
