"""Give photographs without masks the embedded model's own masks, where it is plainly right:

``python training/make_pseudo_labels.py --out photos-pseudo.tar``

A photograph is kept when four looks of the model (two sizes, each also mirrored) agree with one another, and
with a GrabCut (Rother, Kolmogorov, Blake 2004) that is told only what is deep inside and far outside. Pixels where
any of them differ are marked as unknown. The tar holds ``images/*.webp`` and ``trimaps/*.png`` (0, 128 unknown, 255).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.library import Image, decode_picture, find_data, find_tar, read_tar
from mattework_training.packing import add_file, encode_picture, open_tar
from mattework_training.pseudo_labels import label_photo, open_model
from mattework_training.sheets import write_sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument("--set", default="clothing-cc0-unlabelled", help="the tar of photographs to label")
    parser.add_argument("--out", type=Path, required=True, help="the tar to write")
    parser.add_argument("--every", type=int, default=1, help="look only at every so many photographs")
    parser.add_argument("--sheet", type=Path, help="a picture of the first sixty labels, to be looked at")
    options = parser.parse_args()
    source = find_tar(find_data(options.data), options.set)
    if source is None:
        parser.error(f"There is no {options.set}.tar among the training tars. Name another with --set.")
    session = open_model()
    photographs = {**read_tar(source, "train")["images"], **read_tar(source, "check")["images"]}
    names = sorted(photographs)[:: options.every]
    shown: list[Image] = []
    kept = 0
    with open_tar(options.out) as archive:
        for done, name in enumerate(names, 1):
            image = decode_picture(photographs[name], cv2.IMREAD_COLOR)
            trimap = label_photo(image, session)
            if trimap is not None:
                add_file(archive, f"images/{name}.webp", photographs[name])
                add_file(archive, f"trimaps/{name}.png", encode_picture(trimap, ".png"))
                kept += 1
                if len(shown) < 60:
                    shown.append(draw_label(image, trimap))
            if done % 100 == 0 or done == len(names):
                print(f"{kept} of {done} photographs kept", flush=True)
    if options.sheet is not None and shown:
        shown += [np.zeros_like(shown[0])] * (-len(shown) % 10)
        rows = [np.hstack(shown[start : start + 10]) for start in range(0, len(shown), 10)]
        write_sheet(options.sheet, np.vstack(rows))


def draw_label(image: Image, trimap: Image, side: int = 180) -> Image:
    """The photograph over its cut-out on magenta, unknown pixels in green, in one tile."""
    cut = image.copy()
    cut[trimap == 0] = (225, 60, 190)
    cut[trimap == 128] = (40, 220, 60)
    tile = np.zeros((2 * side, side, 3), np.uint8)
    scale = side / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    for top, picture in ((0, image), (side, cut)):
        tile[top : top + size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return tile


if __name__ == "__main__":
    main()
