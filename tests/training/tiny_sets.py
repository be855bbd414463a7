"""Tiny training sets, drawn by code and packed as the real ones are."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import cv2
import numpy as np

from mattework.arrays import AnyArray

COUNT = 24
"""Pictures a set: enough that some fall to the held-out part."""


def draw_person(index: int) -> tuple[AnyArray, AnyArray]:
    """A standing figure, (240, 160, 3) RGB and its mask (240, 160) of 0 and 255."""
    rng = np.random.default_rng(index)
    image = np.full((240, 160, 3), rng.integers(80, 200, 3), np.uint8)
    mask = np.zeros((240, 160), np.uint8)
    x = int(rng.integers(60, 100))
    cv2.circle(mask, (x, 40), 14, 255, -1)
    cv2.rectangle(mask, (x - 24, 54), (x + 24, 220), 255, -1)
    image[mask > 0] = rng.integers(0, 255, 3)
    return image, mask


def draw_pet(index: int) -> tuple[AnyArray, AnyArray]:
    """A round animal, (128, 128, 3) RGB and its trimap of 0, 128 and 255."""
    rng = np.random.default_rng(1000 + index)
    image = np.full((128, 128, 3), rng.integers(80, 200, 3), np.uint8)
    center = (int(rng.integers(50, 78)), int(rng.integers(50, 78)))
    trimap = np.zeros((128, 128), np.uint8)
    cv2.circle(trimap, center, 36, 128, -1)
    cv2.circle(trimap, center, 30, 255, -1)
    cv2.circle(image, center, 33, tuple(int(v) for v in rng.integers(0, 255, 3)), -1)
    return image, trimap


def draw_cutout(index: int) -> AnyArray:
    """A ring with a faint, separate shadow below, (120, 120, 4) RGBA."""
    rng = np.random.default_rng(2000 + index)
    rgba = np.zeros((120, 120, 4), np.uint8)
    rgba[..., :3] = rng.integers(0, 255, 3)
    alpha = np.zeros((120, 120), np.uint8)
    cv2.circle(alpha, (60, 50), 40, 255, 16, cv2.LINE_AA)
    cv2.ellipse(alpha, (60, 112), (30, 4), 0, 0, 360, 60, -1)
    rgba[..., 3] = alpha
    return rgba


def _encode(picture: AnyArray, suffix: str) -> bytes:
    if picture.ndim == 3 and picture.shape[2] == 4:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA)
    elif picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    quality = [cv2.IMWRITE_WEBP_QUALITY, 101] if suffix == ".webp" else []
    done, blob = cv2.imencode(suffix, picture, quality)
    assert done
    return blob.tobytes()


def _pack(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def pack_tiny_sets(folder: Path) -> Path:
    """People, pets, things, one set of cut-outs and some scenes. Returns ``folder``."""
    people, pets, things, cutouts, scenes = {}, {}, {}, {}, {}
    for index in range(COUNT):
        image, mask = draw_person(index)
        people[f"images/{index:04d}.webp"] = _encode(image, ".webp")
        people[f"masks/{index:04d}.png"] = _encode(mask, ".png")
        image, trimap = draw_pet(index)
        pets[f"images/{index:04d}.webp"] = _encode(image, ".webp")
        pets[f"trimaps/{index:04d}.png"] = _encode(trimap, ".png")
        cutouts[f"rgba/{index:04d}.webp"] = _encode(draw_cutout(index), ".webp")
        image, trimap = draw_pet(500 + index)
        things[f"images/erase-{index:04d}.webp"] = _encode(image, ".webp")
        things[f"trimaps/erase-{index:04d}.png"] = _encode(trimap, ".png")
        things[f"rgba/erase-{index:04d}.webp"] = _encode(draw_cutout(500 + index), ".webp")
        rng = np.random.default_rng(3000 + index)
        scene = cv2.resize(rng.integers(0, 255, (6, 8, 3)).astype(np.uint8), (320, 240))
        scenes[f"images/{index:04d}.webp"] = _encode(scene, ".webp")
    _pack(folder / "people-ccp.tar", people)
    _pack(folder / "pets128.tar", pets)
    _pack(folder / "photos-things.tar", things)
    _pack(folder / "cutouts-tuxpaint.tar", cutouts)
    _pack(folder / "backgrounds-wallpapers.tar", scenes)
    return folder
