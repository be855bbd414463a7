"""Somebody on a bicycle, a motorcycle, an animal or a board: two cut-outs that are one subject.

Photographed people with masks mostly stand alone; who rides leans, is bent, and belongs together with what carries them.
"""

from __future__ import annotations

import cv2
import numpy as np

from mattework_training.library import Image
from mattework_training.openwork import NUMBER as OPENWORKS
from mattework_training.openwork import draw_bicycle
from mattework_training.placing import Placed, Pose, Shape, place_cutout
from mattework_training.subjects import Subjects

_BOARD = (96, 640)


def bend_cutout(rgba: Image, rng: np.random.Generator) -> Image:
    """The cut-out (uint8 RGBA, straight alpha) curved sideways along its height, as somebody who leans or crouches."""
    height, width = rgba.shape[:2]
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    bow, lean = rng.uniform(-0.35, 0.35), rng.uniform(-0.3, 0.3)
    shift = np.float32(height) * (
        np.float32(bow) * np.sin(np.pi * share) * np.float32(0.5) + np.float32(lean) * (0.5 - share)
    )
    room = int(np.ceil(np.abs(shift).max())) + 1
    x = np.arange(width + 2 * room, dtype=np.float32)[None, :] - np.float32(room) - shift
    y = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], x.shape)
    # What is between the pixels of straight alpha must not take the colour of what is transparent.
    alpha = rgba[..., 3:].astype(np.float32) / 255
    layer = np.dstack([rgba[..., :3] * alpha, alpha]).astype(np.float32)
    bent = cv2.remap(layer, x, np.ascontiguousarray(y), cv2.INTER_LINEAR)
    color = bent[..., :3] / np.maximum(bent[..., 3:], 1e-3)
    result: Image = np.dstack([np.clip(color, 0, 255), bent[..., 3] * 255 + 0.5]).astype(np.uint8)
    return result


def draw_board(rng: np.random.Generator) -> Image:
    """A skateboard, snowboard or surfboard seen from the side, with a stripe or two, uint8 RGBA."""
    rows, columns = _BOARD
    thick = int(rows * rng.uniform(0.2, 0.46))
    color = rng.uniform(10, 250, 3)
    board = np.zeros((rows, columns, 4), np.uint8)
    middle = (columns // 2, rows // 2)
    cv2.ellipse(board, middle, (columns // 2 - 8, thick), 0, 0, 360, (*color.tolist(), 255), -1, cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 3))):
        left = int(rng.uniform(0.15, 0.8) * columns)
        stripe = board[:, left : left + int(rng.uniform(0.02, 0.1) * columns)]
        stripe[..., :3] = rng.uniform(10, 250, 3)
    light = np.linspace(rng.uniform(1.0, 1.3), rng.uniform(0.5, 0.9), rows)[:, None, None]
    board[..., :3] = np.clip(board[..., :3] * light, 0, 255)
    if rng.random() < 0.4:
        for x in (0.22, 0.78):
            center = (int(x * columns), min(rows - 14, rows // 2 + thick))
            cv2.circle(board, center, 11, (30, 30, 30, 255), -1, cv2.LINE_AA)
    return board


def place_rider(subjects: Subjects, shape: Shape, rng: np.random.Generator) -> list[Placed] | None:
    """Somebody and what carries them, as they are painted, the last in front. ``None`` without people to take."""
    person = subjects.draw_standing(rng)
    if person is None:
        return None
    if rng.random() < 0.75:
        person = bend_cutout(person, rng)
    size = rng.uniform(0.25, 0.75)
    center = (0.5 + rng.uniform(-0.22, 0.22), rng.uniform(0.55, 0.82))
    lean = rng.normal(0, 0.2)
    kind = rng.random()
    ridden = subjects.draw_ridden(rng) if kind < 0.5 else None
    if kind > 0.75:
        carrier, tall, rise = draw_board(rng), rng.uniform(0.9, 1.8), 0.5
    elif ridden is not None:
        carrier, tall, rise = ridden, rng.uniform(0.6, 1.2), rng.uniform(0.2, 0.4)
    else:
        carrier, tall, rise = (
            draw_bicycle(int(rng.integers(OPENWORKS))),
            rng.uniform(0.7, 1.3),
            rng.uniform(0.15, 0.4),
        )
    below = place_cutout(carrier, shape, Pose(long_side=size, center=center, angle=lean), rng)
    # In shares of the frame: a rider stands or sits above the middle of what carries them.
    above = size * 1.1 * min(shape) * tall * rise
    pose = Pose(
        long_side=size * tall,
        center=(
            center[0] + (rng.normal(0, 0.08) * size * min(shape) + np.sin(lean) * above) / shape[1],
            center[1] - np.cos(lean) * above / shape[0],
        ),
        angle=lean + rng.normal(0, 0.25),
    )
    rider = place_cutout(person, shape, pose, rng)
    if rider.alpha.mean() < 0.004:
        return None
    return [below, rider] if rng.random() < 0.5 else [rider, below]
