"""Writes the pictures that people look at."""

from __future__ import annotations

from pathlib import Path

import cv2

from mattework_training.library import Image
from mattework_training.packing import encode_picture


def write_sheet(path: Path, sheet: Image) -> None:
    """An RGB picture (H, W, 3) uint8 as the suffix says; makes the folder. Raises ``SystemExit`` when that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_picture(sheet, path.suffix.lower()))
    except (cv2.error, ValueError):
        raise SystemExit(
            f"{path.name} is no picture that can be written; give it the suffix .jpg or .png."
        ) from None
    except OSError as error:
        raise SystemExit(f"The sheet {path} cannot be written: {error.strerror or error}.") from error
