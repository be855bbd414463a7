"""A line of photos to be looked through: what was found in each, how sure the model is, and what a person decided.

The line is kept in the platform's state folder after every change: one small JSON, and beside it for every photo what the
cut rests on (recipe and soft mask) and a thumbnail. Begun work goes on after a restart; a photo that has changed meanwhile
is cut again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, cast

import msgspec
import numpy as np

from mattework import Photo, RecipeInputs, convert_to_srgb8, parse_recipe
from mattework.arrays import Bytes, Floats, Samples
from mattework.errors import MatteworkError
from mattework_editor.drafts import drafts_folder
from mattework_editor.files import OPEN_SUFFIXES
from mattework_editor.session import Choices

Status = Literal["waiting", "ready", "failed", "approved", "skipped"]
VERSION = 1
NEEDS_A_LOOK = 0.5
"""Confidence below which a result should be looked at; the command line's batches draw the line there too."""
THUMBNAIL = 144
OWN_RESULT = ".cutout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One photo of the line. `stamp` is its time of change in nanoseconds when it was cut; `message` tells what failed;
    `target` is the file that was saved when it was approved."""

    path: str
    status: Status = "waiting"
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    message: str = ""
    target: str | None = None
    stamp: int = 0

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should look: it failed, or the model is not sure."""
        unsure = self.confidence is not None and self.confidence < NEEDS_A_LOOK
        return self.status == "failed" or (self.status == "ready" and unsure)

    @property
    def rank(self) -> tuple[int, float]:
        """The order of the filmstrip: what failed, then what is least sure, then what is not cut yet, then what is done."""
        if self.status in ("approved", "skipped"):
            return (3, 0.0)
        if self.status == "waiting":
            return (2, 0.0)
        if self.status == "failed":
            return (0, 0.0)
        return (1, 1.0 if self.confidence is None else self.confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    version: int
    items: tuple[Item, ...]
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredCut:
    recipe: str
    soft_mask: bytes | None
    trimap: bytes | None
    confidence: float | None


@dataclass(slots=True)
class Line:
    """The line of photos. `home` is where it is kept; `folder` where approved files go, None for beside their photos."""

    home: Path
    items: dict[str, Item] = field(default_factory=dict)
    folder: Path | None = None

    def change(self, path: Path, **changes: object) -> Item:
        """Change what is known of a photo, and keep it.

        Raises:
            OSError: the state folder cannot be written.
        """
        item = replace(self.items[str(path)], **changes)  # type: ignore[arg-type]
        self.items[str(path)] = item
        self.keep()
        return item

    def keep(self) -> None:
        """Write the line, whole or not at all."""
        stored = _Stored(
            version=VERSION,
            items=tuple(self.items.values()),
            folder=None if self.folder is None else str(self.folder),
        )
        _replace(self.home / "line.json", msgspec.json.encode(stored))

    def ordered(self, only_doubtful: bool = False) -> list[Item]:
        """The photos in the order of the filmstrip."""
        items = [one for one in self.items.values() if one.needs_a_look or not only_doubtful]
        return sorted(items, key=lambda one: one.rank)

    def next_waiting(self, near: Path | None = None) -> Item | None:
        """The photo to cut next: the one that is looked at, else the first that waits."""
        if near is not None and str(near) in self.items and self.items[str(near)].status == "waiting":
            return self.items[str(near)]
        return next((one for one in self.items.values() if one.status == "waiting"), None)

    def name_target(self, path: Path) -> Path:
        """Where the layered file of a photo goes."""
        return (self.folder or path.parent) / f"{path.stem}{OWN_RESULT}.psd"

    # What a cut rests on -------------------------------------------------------------------------------------------------

    def keep_cut(self, path: Path, choices: Choices, thumbnail: bytes) -> None:
        stored = _StoredCut(
            recipe=choices.recipe.to_json(),
            soft_mask=choices.inputs.soft_mask,
            trimap=choices.inputs.trimap,
            confidence=choices.confidence,
        )
        _replace(self._name(path, ".cut"), msgspec.msgpack.encode(stored))
        _replace(self._name(path, ".png"), thumbnail)

    def read_cut(self, path: Path) -> Choices | None:
        """What was found in a photo; None when it is to be cut again."""
        try:
            stored = msgspec.msgpack.decode(self._name(path, ".cut").read_bytes(), type=_StoredCut)
            recipe = parse_recipe(stored.recipe)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError, MatteworkError):
            return None
        return Choices(
            recipe, RecipeInputs(soft_mask=stored.soft_mask, trimap=stored.trimap), stored.confidence
        )

    def read_thumbnail(self, path: Path) -> bytes | None:
        try:
            return self._name(path, ".png").read_bytes()
        except OSError:
            return None

    def _name(self, path: Path, end: str) -> Path:
        return self.home / (hashlib.sha256(str(path).encode()).hexdigest()[:16] + end)


def find_photos(places: Iterable[Path]) -> list[Path]:
    """The photos among files and in folders (not below them), in the order of their names; our own results are left out."""
    found: list[Path] = []
    for place in places:
        inside = sorted(place.iterdir(), key=lambda one: one.name.casefold()) if place.is_dir() else [place]
        found += [
            one.resolve()
            for one in inside
            if one.is_file()
            and one.suffix.lower().lstrip(".") in OPEN_SUFFIXES
            and not (place.is_dir() and (one.stem.endswith(OWN_RESULT) or one.name.startswith(".")))
        ]
    return list(dict.fromkeys(found))


def open_line(places: Sequence[Path]) -> Line:
    """The line of these photos as it was left; new ones wait, changed ones wait again, missing ones are gone.

    Raises:
        OSError: a folder cannot be read, or the state folder not be written.
    """
    photos = find_photos(places)
    source = places[0] if len(places) == 1 else None
    named = str(source.resolve()) if source is not None else "\n".join(map(str, sorted(photos)))
    home = drafts_folder() / "review" / hashlib.sha256(named.encode()).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    known: dict[str, Item] = {}
    line = Line(home)
    try:
        stored = msgspec.json.decode((home / "line.json").read_bytes(), type=_Stored)
        known = {one.path: one for one in stored.items} if stored.version == VERSION else {}
        line.folder = None if stored.folder is None else Path(stored.folder)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        pass  # the first time, or nothing that can be gone on with
    for photo in photos:
        item = known.get(str(photo), Item(path=str(photo)))
        changed = item.stamp not in (0, photo.stat().st_mtime_ns)
        lost = item.status == "ready" and line.read_cut(photo) is None
        line.items[str(photo)] = Item(path=str(photo)) if changed or lost or item.status == "failed" else item
    line.keep()
    return line


def draw_thumbnail(photo: Photo, alpha: Floats) -> Bytes:
    """The cut-out on gray, at most `THUMBNAIL` wide and high. (h, w, 3) uint8, sRGB."""
    import cv2

    height, width = alpha.shape
    scale = min(1.0, THUMBNAIL / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(photo.colour, size, interpolation=cv2.INTER_AREA)
    samples = cast("Samples", small.reshape(size[1], size[0], photo.colour.shape[2]))
    rgb = convert_to_srgb8(samples, photo.mode, photo.icc).astype(np.float32)
    matte = cast("Floats", cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))[..., None]
    shown: Bytes = np.rint(rgb * matte + 150 * (1 - matte)).astype(np.uint8)
    return shown


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(data)
    temporary.replace(path)
