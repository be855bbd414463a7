"""Clip art and logos on a flat ground: what the subject model finds, and what is taken once the ground is told.

    apt-get download gcompris-qt-data && dpkg -x gcompris-qt-data_*.deb gcompris
    python benchmarks/drawings.py --folder gcompris

The folder, and Qt's resource files in it, are searched for PNG and WebP files with transparency, which is the truth. Each
picture is laid over a flat colour, half of them are saved as JPEG of quality 85 first. Printed is the mean intersection
over union of the pictures that are told to be drawings, and of the others; `--each` has a line for each.
"""

from __future__ import annotations

import argparse
import io
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from mattework.finding import open_model
from mattework.segment.flat_ground import find_drawing
from mattework.segment.subject import find_subject

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
GROUNDS = ((255, 255, 255), (255, 255, 255), (240, 240, 240), (40, 90, 200), (0, 0, 0), (250, 220, 120))
LEAST_SIDE, LARGEST_SIDE = 200, 1200
SHARES = (0.05, 0.7)
"""Pictures of which less or more is opaque are no things on a ground."""


def _list_files(folder: Path) -> list[tuple[str, Callable[[], bytes]]]:
    """Names of pictures, and what reads them: of those beside Qt's resource files, and in them."""
    from PyQt6.QtCore import QDirIterator, QFile, QIODevice, QResource

    files: dict[str, Callable[[], bytes]] = {}
    for kind in ("*.png", "*.webp"):
        files.update((str(file.relative_to(folder)), file.read_bytes) for file in folder.rglob(kind))

    def read(path: str) -> bytes:
        file = QFile(path)
        return file.readAll().data() if file.open(QIODevice.OpenModeFlag.ReadOnly) else b""

    for resources in sorted(folder.rglob("*.rcc")):
        QResource.registerResource(str(resources))
    inside = QDirIterator(":/", ["*.png", "*.webp"], flags=QDirIterator.IteratorFlag.Subdirectories)
    while inside.hasNext():
        path = inside.next()
        files[path] = partial(read, path)
    listed = sorted(files.items())
    random.Random(1).shuffle(listed)
    return listed


def read_drawings(folder: Path, every: int) -> Iterator[tuple[str, Image.Image]]:
    """Name and RGBA picture of every `every`-th file with things on transparency, in an order that is always the same."""
    number = 0
    for name, read in _list_files(folder):
        try:
            with Image.open(io.BytesIO(read())) as opened:
                if opened.mode != "RGBA" or max(opened.size) < LEAST_SIDE:
                    continue
                picture = opened.copy()
        except OSError:
            continue
        if SHARES[0] < float((np.asarray(picture.getchannel("A")) > 127).mean()) < SHARES[1]:
            number += 1
            if number % every == 0:
                picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
                yield name, picture


def lay_over(picture: Image.Image, colour: tuple[int, int, int], compressed: bool) -> tuple[Bytes, Bools]:
    """The picture with a margin of a tenth over a flat colour, and what it covers."""
    margin = max(picture.size) // 10
    ground = Image.new("RGBA", (picture.width + 2 * margin, picture.height + 2 * margin), (*colour, 255))
    alpha = Image.new("L", ground.size, 0)
    alpha.paste(picture.getchannel("A"), (margin, margin))
    ground.alpha_composite(picture, (margin, margin))
    shown = ground.convert("RGB")
    if compressed:
        file = io.BytesIO()
        shown.save(file, "JPEG", quality=85)
        shown = Image.open(file)
    return np.asarray(shown), np.asarray(alpha) > 127


def _measure(mask: npt.NDArray[np.float32], truth: Bools) -> float:
    found = cv2.resize(mask, truth.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return float((found & truth).sum() / (found | truth).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--each", action="store_true")
    options = parser.parse_args()
    session = open_model(device="cpu")
    told: list[tuple[float, float]] = []
    others: list[float] = []
    for number, (name, picture) in enumerate(read_drawings(options.folder, options.every)):
        colour = GROUNDS[number % len(GROUNDS)]
        rgb, truth = lay_over(picture, colour, number // len(GROUNDS) % 2 == 1)
        mask = find_subject(rgb, session).soft_mask
        before = _measure(mask, truth)
        drawing = find_drawing(rgb, mask)
        after = before if drawing is None else _measure(drawing.soft_mask, truth)
        if options.each:
            print(f"{name:40} {before:.3f} {'-' if drawing is None else format(after, '.3f')}", flush=True)
        if drawing is None:
            others.append(before)
        else:
            told.append((before, after))
    if told:
        before, after = np.mean(told, axis=0)
        worse = sum(b - a > 0.01 for b, a in told)
        print(
            f"{len(told)} told to be drawings: network {before:.3f}, as shipped {after:.3f}, worse by .01 in {worse}"
        )
    if others:
        print(f"{len(others)} others: {np.mean(others):.3f}")


if __name__ == "__main__":
    main()
