"""The project's sample photographs, as networks get them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from mattework.arrays import Bytes

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"


def read_sample(name: str, side: int = 0) -> Bytes:
    """A sample photograph (H, W, 3) uint8, RGB; squeezed into a square of `side` pixels where that is given."""
    picture = cv2.imread(str(SAMPLES / f"{name}.jpg"))
    assert picture is not None
    if side:
        picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8)
