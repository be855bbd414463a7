"""Pictures with a known alpha, drawn for the matting tests."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mattework.arrays import Bytes, Floats


@dataclass(frozen=True)
class Composite:
    """A mix of smooth foreground and background by a known alpha: `colour` (h, w, 3), `alpha` (h, w), `trimap`."""

    colour: Floats
    alpha: Floats
    trimap: Bytes


def draw_composite(side: int = 160, *, hairs: int = 24, seed: int = 3) -> Composite:
    """A disc with hairs: warm, shaded foreground over a cool, shaded background."""
    random = np.random.default_rng(seed)
    scale = 8
    large = np.zeros((side * scale, side * scale), np.uint8)
    centre = side * scale // 2
    cv2.circle(large, (centre, centre), side * scale // 5, 255, cv2.FILLED)
    for angle in random.uniform(0, 2 * np.pi, hairs):
        bend = angle + random.uniform(-0.3, 0.3)
        middle = centre + side * scale * 0.25 * np.array([np.cos(angle), np.sin(angle)])
        tip = centre + side * scale * 0.33 * np.array([np.cos(bend), np.sin(bend)])
        cv2.polylines(
            large,
            [np.array([[centre, centre], middle, tip]).astype(np.int32)],
            False,
            255,
            scale,
            cv2.LINE_AA,
        )
    drawn = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    alpha = np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.7), np.float32) / np.float32(255)
    ramp = np.linspace(0, 1, side, dtype=np.float32)
    foreground = np.stack(
        [
            0.8 - 0.2 * ramp[:, None] + 0 * ramp,
            0.4 + 0.1 * ramp + 0 * ramp[:, None],
            ramp * 0 + ramp[:, None] * 0.1,
        ],
        2,
    )
    background = np.stack(
        [
            0.1 + 0.1 * ramp + 0 * ramp[:, None],
            0.3 + 0.2 * ramp[:, None] + 0 * ramp,
            0.7 - 0.2 * ramp + 0 * ramp[:, None],
        ],
        2,
    )
    colour = alpha[:, :, None] * foreground + (1 - alpha[:, :, None]) * background
    trimap = np.full(alpha.shape, 128, np.uint8)
    y, x = np.mgrid[:side, :side]
    distance = np.hypot(x - side / 2, y - side / 2)
    trimap[distance < side * 0.17] = 255
    trimap[distance > side * 0.38] = 0
    return Composite(colour.astype(np.float32), alpha, trimap)
