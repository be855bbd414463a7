"""A picture behind the subject, as the view shows it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np

from mattework import Size, convert_to_srgb8, open_document, take_photo
from mattework.arrays import Bytes

SIDE = 2048


def load_backdrop(path: Path, size: Size) -> Bytes:
    """The picture scaled to cover a photo of `size` and cropped around its centre, as sRGB (h, w, 3) of at most `SIDE`.

    Raises:
        MatteworkError: it cannot be read.
    """
    import cv2

    photo = take_photo(open_document(path))
    target = size if size.long_side <= SIDE else size.scale_to_long_side(SIDE)
    rgb = convert_to_srgb8(photo.colour, photo.mode, photo.icc)
    factor = max(target.width / photo.size.width, target.height / photo.size.height)
    width = max(target.width, round(photo.size.width * factor))
    height = max(target.height, round(photo.size.height * factor))
    scaled = cv2.resize(
        rgb, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    )
    left, top = (width - target.width) // 2, (height - target.height) // 2
    part = scaled[top : top + target.height, left : left + target.width]
    return cast("Bytes", np.ascontiguousarray(part))
