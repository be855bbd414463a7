"""Writes the pictures that people look at."""

from __future__ import annotations

from pathlib import Path

import cv2

from mattework_training.library import Image

_QUALITY = {".jpg": [cv2.IMWRITE_JPEG_QUALITY, 82], ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, 82]}


def write_sheet(path: Path, sheet: Image) -> None:
    """An RGB picture (H, W, 3) uint8 as the suffix says; makes the folder. Raises ``SystemExit`` when that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        done, blob = cv2.imencode(
            path.suffix or ".?", sheet[..., ::-1], _QUALITY.get(path.suffix.lower(), [])
        )
        if not done:
            raise ValueError
        path.write_bytes(blob.tobytes())
    except (cv2.error, ValueError):
        raise SystemExit(
            f"{path.name} is no picture that can be written; give it the suffix .jpg or .png."
        ) from None
    except OSError as error:
        raise SystemExit(f"The sheet {path} cannot be written: {error.strerror or error}.") from error
