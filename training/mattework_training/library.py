"""Reads the packed training sets into memory, once, and splits off a small part for checking.

Each set is a tar of ``images/*.webp`` with ``masks/*.png`` (0/255) or ``trimaps/*.png`` (0/128/255),
or of ``rgba/*.webp`` (straight alpha), or of both. Decoding all of them takes well under a minute and about
1 GB, so no second copy on disk is kept.
"""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import platformdirs

from mattework_training.ranks import Rank, tell_rank

Image = npt.NDArray[np.uint8]
"""(H, W, 3) RGB, (H, W) mask or (H, W, 4) RGB with straight alpha."""

Part = Literal["train", "check"]

Data = Path | Sequence[Path]
"""A folder of tars, or several; a tar that lies in two of them is read from the first."""

MADE_DATA = Path(platformdirs.user_cache_dir("mattework")) / "training-data"
"""Where the tars lie that are made here: rendered cut-outs, photographs with pseudo-labels."""

CUTOUT_TARS = {
    **{
        name: f"cutouts-{name}"
        for name in ("tuxpaint", "fluent3d", "magento", "saleor", "grocery", "rendered")
    },
    "things": "photos-things",
}
"""The tar of each set of cut-outs; that of `things` holds its photographs too."""
# One picture in this many is never trained on: it measures progress and fits the temperature.
_CHECK_SHARE = 20
# These sets are small and of what nothing else shows: more of them is kept for looking at.
_CHECK_SHARES = {"photos-things": 5, "edges-photographed": 7}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph and its subject. ``mask`` is 0..255; ``ignored`` marks (255) pixels without a
    label, such as the unlabelled band around a pet's fur."""

    image: Image
    mask: Image
    ignored: Image | None = None


@dataclass(slots=True)
class Library:
    """Everything a sample can be made from."""

    people: list[Photo] = field(default_factory=list)
    pets: list[Photo] = field(default_factory=list)
    clothes: list[Photo] = field(default_factory=list)
    things: list[Photo] = field(default_factory=list)
    """Animals, fish, tools, dishes."""
    cutouts: dict[str, list[Image]] = field(default_factory=dict)
    ranked: dict[Rank, list[Image]] = field(default_factory=dict)
    """The same cut-outs, by what their names say that they show."""
    edges: list[Image] = field(default_factory=list)
    """Pieces of photographed fur and feathers, as cut-outs that go on beyond the piece's border."""
    scenes: list[Image] = field(default_factory=list)
    floors: list[Image] = field(default_factory=list)
    emptied: list[Image] = field(default_factory=list)
    """Photographs with their subject painted out."""


def find_data(given: str | None) -> tuple[Path, ...]:
    """The folders of training tars: those of ``given``, separated as in PATH; or ``data/train`` under
    MATTEWORK_SHARED or under ``../shared`` beside the checkout, and ``MADE_DATA`` where that exists.

    Raises ``FileNotFoundError`` when one that was named, or the main one, holds no tar.
    """
    if given:
        wanted = [Path(folder) for folder in given.split(os.pathsep) if folder]
    else:
        beside = Path(__file__).resolve().parents[3] / "shared"
        wanted = [Path(os.environ.get("MATTEWORK_SHARED", beside)) / "data" / "train"]
    for folder in wanted:
        if not any(folder.glob("*.tar")):
            raise FileNotFoundError(
                f"No training tars in {folder}. Say where they are with --data, or set MATTEWORK_SHARED."
            )
    if not given and MADE_DATA.is_dir():
        wanted.append(MADE_DATA)
    return tuple(wanted)


def find_tar(data: Data, name: str) -> Path | None:
    """The tar of a set, from the first folder that has it."""
    folders = [data] if isinstance(data, Path) else data
    places = (folder / f"{name}.tar" for folder in folders)
    return next((place for place in places if place.exists()), None)


def decode_picture(blob: bytes, flags: int) -> Image:
    """An encoded picture in RGB order. Raises ``ValueError`` when it is none."""
    picture = cv2.imdecode(np.frombuffer(blob, np.uint8), flags)
    if picture is None:
        raise ValueError("not a picture OpenCV can read")
    if picture.ndim == 3 and picture.shape[2] == 4:
        return cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA).astype(np.uint8)
    if picture.ndim == 3:
        return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8)
    return picture.astype(np.uint8)


def read_tar(path: Path, part: Part) -> dict[str, dict[str, bytes]]:
    """Encoded files by folder and stem, only those of the wanted part, sorted by name.

    Views of one thing, named ``thing@0`` and so on, fall to the same part.
    """
    folders: dict[str, dict[str, bytes]] = {}
    share = _CHECK_SHARES.get(path.stem, _CHECK_SHARE)
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda m: m.name):
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None:
                continue
            folder, _, name = member.name.removeprefix("./").rpartition("/")
            stem = name.rpartition(".")[0]
            thing = stem.partition("@")[0]
            for_check = zlib.crc32(f"{path.stem}/{thing}".encode()) % share == 0
            if for_check == (part == "check"):
                folders.setdefault(folder, {})[stem] = stream.read()
    return folders


def _read_photos(path: Path, part: Part, limit: int | None) -> list[Photo]:
    folders = read_tar(path, part)
    labels = folders.get("masks") or folders.get("trimaps") or {}
    photos = []
    for stem, blob in list(folders.get("images", {}).items())[:limit]:
        image = decode_picture(blob, cv2.IMREAD_COLOR)
        label = decode_picture(labels[stem], cv2.IMREAD_GRAYSCALE)
        ignored = None
        if "trimaps" in folders:
            ignored = np.where((label > 60) & (label < 200), 255, 0).astype(np.uint8)
            label = np.where(label >= 200, 255, 0).astype(np.uint8)
        photos.append(Photo(image, label, ignored))
    return photos


def read_images(path: Path, part: Part, limit: int | None) -> list[Image]:
    """The photographs of one tar, without their labels, at most ``limit`` of them."""
    images = list(read_tar(path, part).get("images", {}).values())
    return [decode_picture(blob, cv2.IMREAD_COLOR) for blob in images[:limit]]


def _drop_faint_parts(rgba: Image) -> Image:
    """Without the painted floor shadows of product renders: parts that are nowhere opaque."""
    alpha = rgba[..., 3]
    count, labels = cv2.connectedComponents((alpha > 8).astype(np.uint8))
    peaks = np.zeros(count, np.uint8)
    np.maximum.at(peaks, labels.ravel().astype(np.intp), alpha.ravel())
    peaks[0] = 0
    result = rgba.copy()
    result[..., 3] = np.where(peaks[labels] > 200, alpha, 0)
    return result


def _trim(rgba: Image) -> Image | None:
    """Cropped to what is visible; ``None`` when that is next to nothing."""
    rows, columns = np.nonzero(rgba[..., 3] > 8)
    if len(rows) < 400:
        return None
    return rgba[max(0, rows.min() - 1) : rows.max() + 2, max(0, columns.min() - 1) : columns.max() + 2].copy()


def _read_cutouts(path: Path, part: Part, limit: int | None) -> dict[str, Image]:
    blobs = list(read_tar(path, part).get("rgba", {}).items())[:limit]
    pictures = ((stem, decode_picture(blob, cv2.IMREAD_UNCHANGED)) for stem, blob in blobs)
    with_alpha = ((stem, p) for stem, p in pictures if p.ndim == 3 and p.shape[2] == 4)
    trimmed = ((stem, _trim(_drop_faint_parts(p))) for stem, p in with_alpha)
    return {stem: p for stem, p in trimmed if p is not None}


def _paint_out(photo: Photo, long_side: int = 220) -> Image | None:
    """The photograph with its subject filled from around it (Telea's inpainting)."""
    height, width = photo.mask.shape
    scale = min(1.0, long_side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = cv2.resize(photo.image, size, interpolation=cv2.INTER_AREA)
    covered = photo.mask if photo.ignored is None else np.maximum(photo.mask, photo.ignored)
    hole = (cv2.resize(covered, size, interpolation=cv2.INTER_AREA) > 20).astype(np.uint8)
    hole = cv2.dilate(hole, np.ones((9, 9), np.uint8)).astype(np.uint8)
    if hole.mean() > 0.55:
        return None
    return cv2.inpaint(image, hole, 5, cv2.INPAINT_TELEA).astype(np.uint8)


def load_library(data: Data, part: Part, *, limit: int | None = None) -> Library:
    """Decode the sets found in ``data``. A set that is absent leaves its list empty.

    ``limit`` takes only that many pictures of each set, for tests and previews.
    """
    library = Library()
    photo_sets = {
        "people-ccp": library.people,
        "pets128": library.pets,
        "clothing-cc0": library.clothes,
        "photos-pseudo": library.clothes,
        "photos-things": library.things,
    }
    for name, photos in photo_sets.items():
        if path := find_tar(data, name):
            photos.extend(_read_photos(path, part, limit))
    for name, tar in CUTOUT_TARS.items():
        if path := find_tar(data, tar):
            cutouts = _read_cutouts(path, part, limit)
            library.cutouts[name] = list(cutouts.values())
            for stem, cutout in cutouts.items():
                library.ranked.setdefault(tell_rank(name, stem), []).append(cutout)
    if path := find_tar(data, "edges-photographed"):
        blobs = list(read_tar(path, part).get("rgba", {}).values())[:limit]
        library.edges.extend(decode_picture(blob, cv2.IMREAD_UNCHANGED) for blob in blobs)
    for name in ("backgrounds-wallpapers", "backgrounds-elementary"):
        if path := find_tar(data, name):
            library.scenes.extend(read_images(path, part, limit))
    if path := find_tar(data, "clothing-cc0-unlabelled"):
        library.floors.extend(read_images(path, part, limit))
    for photos, every in ((library.people, 3), (library.pets, 18), (library.clothes, 3)):
        library.emptied.extend(
            p for p in map(_paint_out, photos[:: every if len(photos) > 60 else 1]) if p is not None
        )
    return library
