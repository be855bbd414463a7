"""Makes the pictures of the documentation from the sample photographs, with the real program.

    .venv/bin/python docs/make_images.py

Each picture shows what `mattework cut` gives today; nothing is retouched.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import mattework
from mattework.arrays import Bytes, Floats

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "resources" / "samples"
IMAGES = ROOT / "docs" / "images"
HEIGHT = 360


def draw_checkerboard(height: int, width: int, cell: int = 12) -> Bytes:
    """Light gray squares, (H, W, 3)."""
    y, x = np.mgrid[0:height, 0:width]
    board = np.where((x // cell + y // cell) % 2 == 0, 255, 224).astype(np.uint8)
    return np.repeat(board[..., None], 3, axis=2)


def lay_over(colour: Bytes, alpha: Floats, ground: Bytes) -> Bytes:
    """Straight colour over a ground."""
    weight = alpha[..., None]
    return np.rint(colour * weight + ground * (1 - weight)).astype(np.uint8)


def make_strip(photo: Path) -> Image.Image:
    """Photograph, alpha, and the cut-out on a checkerboard, side by side."""
    cutout = mattework.cut_out(photo)
    layers = list(cutout.document.walk_layers())
    original, clean = layers[0].pixels, layers[-1].pixels
    height, width = cutout.alpha.shape
    gray = np.repeat(np.rint(cutout.alpha * 255).astype(np.uint8)[..., None], 3, axis=2)
    cut = lay_over(clean.astype(np.uint8), cutout.alpha, draw_checkerboard(height, width))
    strip = Image.fromarray(np.concatenate([original.astype(np.uint8), gray, cut], axis=1))
    return strip.resize((round(strip.width * HEIGHT / height), HEIGHT), Image.Resampling.LANCZOS)


def make_row(strips: list[Image.Image]) -> Image.Image:
    """Strips above each other, scaled to one width."""
    width = min(strip.width for strip in strips)
    scaled = [one.resize((width, round(one.height * width / one.width))) for one in strips]
    sheet = Image.new("RGB", (width, sum(one.height for one in scaled)))
    top = 0
    for one in scaled:
        sheet.paste(one, (0, top))
        top += one.height
    return sheet


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    make_strip(SAMPLES / "chelsea.jpg").save(IMAGES / "cutout.jpg", quality=88)
    every = [make_strip(SAMPLES / f"{name}.jpg") for name in ("astronaut", "chelsea", "coffee")]
    make_row(every).save(IMAGES / "samples.jpg", quality=85)


if __name__ == "__main__":
    main()
