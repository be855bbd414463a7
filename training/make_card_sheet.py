"""Draw `docs/images/subject-model.jpg`: what the embedded model finds, and where it fails.

First the project's sample photographs. Then the free (CC0) photographs of clothes of which the model is least sure, out of
those that have no mask and so taught it nothing about their subject. Below each photograph lies its cut-out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework.models.catalogue import find_spec
from mattework.models.folders import embedded_folder
from mattework.models.runtime import ModelSession, open_session
from mattework.models.store import ModelFolder, ModelStore
from mattework.segment.subject import SubjectResult, find_subject
from mattework_training.library import Image, decode_picture, find_data, find_tar, read_images
from mattework_training.sheets import write_sheet

_REPOSITORY = Path(__file__).resolve().parent.parent
_TILE = (200, 220)
_EMPTY = np.array([225, 60, 190], np.float32)


def read_samples() -> list[Image]:
    paths = sorted((_REPOSITORY / "resources" / "samples").glob("*.jpg"))
    return [decode_picture(path.read_bytes(), cv2.IMREAD_COLOR) for path in paths]


def draw_pair(photo: Image, result: SubjectResult) -> npt.NDArray[np.uint8]:
    """Photograph over cut-out on magenta, fitted into one tile each."""
    height, width = photo.shape[:2]
    alpha = cv2.resize(result.soft_mask, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    cut = (photo * alpha + _EMPTY * (1 - alpha)).astype(np.uint8)
    scale = min(_TILE[0] / width, _TILE[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    tiles = []
    for picture in (photo, cut):
        tile = np.full((_TILE[1], _TILE[0], 3), 245, np.uint8)
        tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        tiles.append(tile)
    return np.vstack(tiles)


def find_least_sure(
    photos: list[Image], session: ModelSession, count: int
) -> list[tuple[Image, SubjectResult]]:
    found = [(photo, find_subject(photo, session)) for photo in photos]
    return sorted(found, key=lambda pair: pair[1].confidence)[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument("--out", type=Path, default=_REPOSITORY / "docs" / "images" / "subject-model.jpg")
    options = parser.parse_args()
    store = ModelStore([ModelFolder(embedded_folder(), "embedded")])
    session = open_session(find_spec("mattework-subject"), store, device="cpu")
    samples = [(photo, find_subject(photo, session)) for photo in read_samples()]
    tar = find_tar(find_data(options.data), "clothing-cc0-unlabelled")
    if tar is None:
        raise SystemExit(
            "The sheet shows photographs of clothing-cc0-unlabelled.tar, and it is not in the data."
        )
    failures = find_least_sure(read_images(tar, "train", 240), session, 9)
    pairs = [*samples, *failures]
    rows = [np.hstack([draw_pair(*pair) for pair in pairs[i : i + 6]]) for i in range(0, len(pairs), 6)]
    write_sheet(options.out, np.vstack(rows))
    for photo, result in pairs:
        print(
            f"{photo.shape[1]}x{photo.shape[0]}  confidence {result.confidence}  {'; '.join(result.reasons)}"
        )


if __name__ == "__main__":
    main()
