"""The sample photographs that come with the project, and small pictures drawn by code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from mattework.arrays import Bytes, Floats
from mattework.geometry import Size

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"
ASTRONAUT = SAMPLES / "astronaut.jpg"
CAT = SAMPLES / "chelsea.jpg"
COFFEE = SAMPLES / "coffee.jpg"
LARGE = Size(1203, 1001)  # odd sides, larger than the window that the editor's tests open


def draw_disc(width: int = 96, height: int = 80, *, soft: float = 2.0) -> tuple[Bytes, Floats]:
    """A reddish textured disc on a bluish textured ground, (H, W, 3) uint8, and its true alpha (H, W)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    radius = min(width, height) * 0.3
    distance = np.hypot(x - width / 2, y - height / 2)
    alpha = np.clip((radius - distance) / soft + 0.5, 0, 1).astype(np.float32)
    ripple = (8 * np.sin(x / 3) * np.cos(y / 4))[..., None]
    subject = np.array([200, 70, 60], np.float32) + ripple
    ground = np.array([60, 90, 160], np.float32) - ripple
    mixed = subject * alpha[..., None] + ground * (1 - alpha[..., None])
    return np.rint(mixed).clip(0, 255).astype(np.uint8), alpha


def save_disc(folder: Path) -> tuple[Path, Path]:
    """`draw_disc` as disc.png and mask.png, a soft mask for it: cuts that need no model."""
    picture, truth = draw_disc()
    Image.fromarray(picture).save(folder / "disc.png")
    Image.fromarray(np.rint(truth * 255).astype(np.uint8)).save(folder / "mask.png")
    return folder / "disc.png", folder / "mask.png"
