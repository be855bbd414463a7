"""Cut animals and things out of a free program's photographs, by masks that were made here:

``python training/make_labelled_photos.py --package FOLDER --out photos-things.tar``

FOLDER is Debian's package ``gcompris-qt-data``, unpacked (``apt-get download gcompris-qt-data``, ``dpkg -x`` its file).
The masks lie in ``training/labels``: what the embedded models, GrabCut or a plain ground's colour gave, whichever was
right by eye; 128 is undecided. The outline is solved anew, as Mattework solves one. The tar holds ``images/*.webp`` with
``trimaps/*.png`` (0, 128 unknown, 255) and ``rgba/*.webp`` (straight alpha, clean colours) of those that are decided.
Needs ``pip install "mattework[editor]"``, whose Qt reads the package's resource files.
"""

from __future__ import annotations

import argparse
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

LONG_SIDE = 640
# Solved alpha from one to the other is undecided: the outline's own pixels.
_SURE_BACKGROUND, _SURE_THING = 65, 190
# Half of the outline's unknown band, as a share of the long side.
_BAND = 0.006
# By so much may the label's aspect ratio differ from its photograph's.
_ASPECT = 0.02
# A cut-out is made where no more than this share of the thing is undecided.
_UNDECIDED = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--package", type=Path, required=True, help="the unpacked package")
    parser.add_argument("--out", type=Path, required=True, help="the tar to write")
    options = parser.parse_args()
    open_package(options.package)
    labels = sorted(LABELS.glob("*.png"))
    cut = 0
    with open_tar(options.out) as archive:
        for path in labels:
            image = read_photo(path.stem)
            label = decode_picture(path.read_bytes(), cv2.IMREAD_GRAYSCALE)
            trimap, rgba = cut_by_label(image, label)
            add_file(archive, f"images/{path.stem}.webp", encode_picture(_reduce(image), ".webp"))
            add_file(archive, f"trimaps/{path.stem}.png", encode_picture(trimap, ".png"))
            if (label == 128).sum() <= _UNDECIDED * (label == 255).sum():
                add_file(archive, f"rgba/{path.stem}.webp", encode_picture(rgba, ".webp"))
                cut += 1
    print(f"{len(labels)} photographs, {cut} cut-outs")


def cut_by_label(image: Image, label: Image) -> tuple[Image, Image]:
    """The photograph's trimap (0, 128, 255), sure to a pixel at its solved outline, and the cut-out as RGBA, both of at
    most 640 pixels. ``label`` is 0, 128 where it is undecided, and 255, at any size.

    Raises ``ValueError`` when the label's shape is not the photograph's.
    """
    height, width = image.shape[:2]
    if abs(width / height * label.shape[0] / label.shape[1] - 1) > _ASPECT:
        raise ValueError(
            f"The label is of another shape than the photograph: {label.shape[:2]}, {image.shape[:2]}."
        )
    around = cv2.resize(label, (width, height), interpolation=cv2.INTER_LINEAR)
    half = max(2, round(_BAND * max(height, width)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * half + 1, 2 * half + 1))
    sure, possible = cv2.erode(around, kernel) > 250, cv2.dilate(around, kernel) > 5
    band = np.where(sure, 255, np.where(possible, 128, 0)).astype(np.uint8)
    cutout = mattework.cut_out(image, trimap=band)
    top = cutout.document.layers[-1]
    assert isinstance(top, Layer)  # the clean colours
    alpha = np.clip(cutout.alpha * 255 + 0.5, 0, 255).astype(np.uint8)
    rgba = _reduce(np.dstack([np.asarray(top.pixels)[..., :3], alpha]).astype(np.uint8))
    size = (rgba.shape[1], rgba.shape[0])
    undecided = cv2.resize(label, size, interpolation=cv2.INTER_NEAREST) == 128
    solved = rgba[..., 3]
    trimap = np.where(solved > _SURE_THING, 255, np.where(solved < _SURE_BACKGROUND, 0, 128))
    return np.where(undecided, 128, trimap).astype(np.uint8), rgba


def _reduce(picture: Image) -> Image:
    scale = LONG_SIDE / max(picture.shape[:2])
    if scale >= 1:
        return picture
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


if __name__ == "__main__":
    main()
