"""Writes training sets: tars of encoded pictures, complete or not at all."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from mattework_training.library import Image

_QUALITY = {".webp": [cv2.IMWRITE_WEBP_QUALITY, 90], ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 82]}


def encode_picture(picture: Image, suffix: str) -> bytes:
    """A picture (RGB, RGBA or grey, uint8) as ``.webp`` (quality 90, alpha exact), ``.jpg`` (82) or ``.png``."""
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if channels == 4:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA).astype(picture.dtype)
    elif channels == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR).astype(picture.dtype)
    done, blob = cv2.imencode(suffix, picture, _QUALITY.get(suffix, []))
    if not done:
        raise ValueError(f"OpenCV cannot write {suffix}")
    return blob.tobytes()


def add_file(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Put ``content`` into a tar, without dates and owners, so that the same pictures make the same tar."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


@contextmanager
def open_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """A tar to write; ``path`` is replaced when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        with tarfile.open(unfinished, "w") as archive:
            yield archive
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
