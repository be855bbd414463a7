"""Cut pieces of outline out of a free program's photographs, where the ground is so smooth that alpha can be solved nearly
without error:

``python training/make_photographed_edges.py --package FOLDER --out edges-photographed.tar``

FOLDER is Debian's package ``gcompris-qt-data``, unpacked, as for ``make_labelled_photos.py``. ``labels/edges.json`` says
which pieces: the upper left corner (y, x) and the side of each square in a photograph, of those of which the solved alpha
was found right by eye.
The tar holds ``rgba/*.webp``, straight alpha and the colours that were estimated behind it: real fur, hair and feathers
for the refiner.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

import mattework
from mattework.document.model import Layer

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.labelled import LABELS, open_package, read_photo
from mattework_training.library import Image, decode_picture
from mattework_training.packing import add_file, encode_picture, open_tar

# How far the unknown band reaches in and out from the label's outline, as shares of the long side: as far as any fur.
_INWARD, _OUTWARD = 0.012, 0.03
# Alpha from one to the other becomes 0 to 1: a smooth ground still leaves a faint haze.
_CLEAR, _SOLID = 0.05, 0.96


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--package", type=Path, required=True, help="the unpacked package")
    parser.add_argument("--out", type=Path, required=True, help="the tar to write")
    options = parser.parse_args()
    open_package(options.package)
    places: dict[str, list[tuple[int, int, int]]] = json.loads((LABELS / "edges.json").read_text())
    with open_tar(options.out) as archive:
        for name, squares in places.items():
            label = decode_picture((LABELS / f"{name}.png").read_bytes(), cv2.IMREAD_GRAYSCALE)
            rgba = cut_with_fur(read_photo(name), label)
            for number, (top, left, side) in enumerate(squares):
                piece = rgba[top : top + side, left : left + side]
                add_file(archive, f"rgba/{name}@{number}.webp", encode_picture(piece, ".webp"))
    print(f"{sum(map(len, places.values()))} pieces of {len(places)} photographs")


def cut_with_fur(image: Image, label: Image) -> Image:
    """The whole photograph as RGBA (H, W, 4), solved in a wide band around the outline of ``label``, which is 0, 128
    where it is undecided, and 255, at any size."""
    height, width = image.shape[:2]
    long_side = max(height, width)
    around = cv2.resize(label, (width, height), interpolation=cv2.INTER_LINEAR)
    sure = cv2.erode(around, _take_disc(_INWARD * long_side)) > 250
    possible = cv2.dilate(around, _take_disc(_OUTWARD * long_side)) > 5
    band = np.where(sure, 255, np.where(possible, 128, 0)).astype(np.uint8)
    cutout = mattework.cut_out(image, trimap=band)
    top = cutout.document.layers[-1]
    assert isinstance(top, Layer)  # the clean colours
    alpha = np.clip((cutout.alpha - _CLEAR) / (_SOLID - _CLEAR), 0, 1)
    return np.dstack([np.asarray(top.pixels)[..., :3], np.rint(alpha * 255)]).astype(np.uint8)


def _take_disc(radius: float) -> Image:
    side = 2 * round(radius) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.uint8)


if __name__ == "__main__":
    main()
