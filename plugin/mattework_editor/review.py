"""A line of photos to be looked through: what was found in each, how sure the model is, and what a person decided.

The line is kept in the platform's state folder after every change: one small JSON, and beside it for every photo what the
cut rests on (recipe and soft mask) and a thumbnail. Begun work goes on after a restart; a photo that has changed meanwhile
is cut again.

The results of `mattework cut FOLDER` are looked through as they are: their journal tells what was made and how sure the
model was, and takes what a person says of it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, cast

import msgspec
import numpy as np

from mattework import DOUBTFUL, Photo, RecipeInputs, convert_to_srgb8, parse_recipe, read_batch
from mattework.arrays import Bytes, Floats, Samples
from mattework.errors import MatteworkError
from mattework_editor.drafts import drafts_folder, read_name, write_name
from mattework_editor.files import LAYERED, OPEN_SUFFIXES
from mattework_editor.session import Choices

Status = Literal["waiting", "ready", "failed", "approved", "skipped"]
VERSION = 1
THUMBNAIL = 144
OWN_RESULT = ".cutout"
JOURNAL = "mattework-batch.jsonl"
"""What the journal of a batch is called; it lies beside the results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One photo of the line. `stamp` is its time of change in nanoseconds when it was cut; `message` tells what failed, and
    `seen` that a person was told so; `target` is the file that was saved when it was approved."""

    path: str
    status: Status = "waiting"
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    message: str = ""
    target: str | None = None
    stamp: int = 0
    seen: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it was approved or skipped, or cannot be opened and a person knows."""
        return self.status in ("approved", "skipped") or (self.status == "failed" and self.seen)

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should look: it failed, or the model is not sure."""
        unsure = self.confidence is not None and self.confidence < DOUBTFUL
        return (self.status == "failed" and not self.seen) or (self.status == "ready" and unsure)

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
    """The line of photos. `home` is where it is kept; `folder` where approved files go, None for beside their photos;
    `journal` is that of the batch whose results are looked through. `held` are cuts, with their thumbnails, that could not
    be written: they are known as long as the line is open."""

    home: Path
    items: dict[str, Item] = field(default_factory=dict)
    folder: Path | None = None
    journal: Path | None = None
    held: dict[Path, tuple[Choices, bytes]] = field(default_factory=dict)

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
            items=tuple(_write_names(one) for one in self.items.values()),
            folder=None if self.folder is None else write_name(self.folder),
        )
        _replace(self.home / "line.json", msgspec.json.encode(stored))

    def ordered(self, only_doubtful: bool = False) -> list[Item]:
        """The photos in the order of the filmstrip."""
        items = [one for one in self.items.values() if one.needs_a_look or not only_doubtful]
        return sorted(items, key=lambda one: one.rank)

    def next_waiting(self, near: Path | None = None) -> Item | None:
        """The photo to cut next: the one that is looked at, else the first that waits."""
        waiting = [one for one in self.items.values() if one.status == "waiting" or self._lacks_picture(one)]
        return next((one for one in waiting if one.path == str(near)), waiting[0] if waiting else None)

    def _lacks_picture(self, item: Item) -> bool:
        """A result of a batch that the strip has no thumbnail of yet."""
        made = item.status != "failed" and self.file_of(item) != Path(item.path)
        path = Path(item.path)
        return made and path not in self.held and not self._name(path, ".png").exists()

    def name_target(self, path: Path) -> Path:
        """Where the layered file of a photo goes: a batch's own result is the place of what was made better in it."""
        item = self.items[str(path)]
        made = self.file_of(item)
        return made if made != path else (self.folder or path.parent) / f"{path.stem}{OWN_RESULT}.psd"

    def file_of(self, item: Item) -> Path:
        """What is opened for a photo: the layered file that a batch made of it, else the photo itself."""
        if self.journal is not None and item.target is not None:
            made = Path(item.target)
            if made.suffix.lower() in LAYERED and made.is_file():
                return made
        return Path(item.path)

    def find_item(self, opened: Path | None) -> Item | None:
        """The photo that an open file belongs to."""
        return next((one for one in self.items.values() if self.file_of(one) == opened), None)

    def start_again(self, path: Path) -> None:
        """Have a photo cut anew, as if nothing were known of it.

        Raises:
            OSError: the state folder cannot be written.
        """
        self.items[str(path)] = Item(path=str(path))
        self.keep()

    # What a cut rests on -------------------------------------------------------------------------------------------------

    def keep_cut(self, path: Path, choices: Choices, thumbnail: bytes) -> None:
        """Keep what was found in a photo, and with it what could not be written before.

        Raises:
            OSError: the state folder cannot be written; until it can, the line holds the cut.
        """
        self.held[path] = choices, thumbnail
        self._name(path, ".cut").unlink(missing_ok=True)  # it is of the photo as it was
        for one in list(self.held):
            self._write_cut(one, *self.held[one])
            del self.held[one]

    def _write_cut(self, path: Path, choices: Choices, thumbnail: bytes) -> None:
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
        if path in self.held:
            return self.held[path][0]
        try:
            stored = msgspec.msgpack.decode(self._name(path, ".cut").read_bytes(), type=_StoredCut)
            recipe = parse_recipe(stored.recipe)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError, MatteworkError):
            return None
        return Choices(
            recipe, RecipeInputs(soft_mask=stored.soft_mask, trimap=stored.trimap), stored.confidence
        )

    def read_thumbnail(self, path: Path) -> bytes | None:
        if path in self.held:
            return self.held[path][1]
        try:
            return self._name(path, ".png").read_bytes()
        except OSError:
            return None

    def _name(self, path: Path, end: str) -> Path:
        return self.home / (hashlib.sha256(os.fsencode(path)).hexdigest()[:16] + end)


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
    journal = _find_journal(places)
    if journal is not None:
        return _open_batch(journal)
    photos = find_photos(places)
    source = places[0] if len(places) == 1 else None
    named = str(source.resolve()) if source is not None else "\n".join(map(str, sorted(photos)))
    home = _make_home(named)
    known: dict[str, Item] = {}
    line = Line(home)
    try:
        stored = msgspec.json.decode((home / "line.json").read_bytes(), type=_Stored)
        items = [_read_names(one) for one in stored.items] if stored.version == VERSION else []
        known = {one.path: one for one in items}
        line.folder = None if stored.folder is None else read_name(stored.folder)
    except (OSError, ValueError, msgspec.DecodeError, msgspec.ValidationError):
        pass  # the first time, or nothing that can be gone on with
    for photo in photos:
        item = known.get(str(photo), Item(path=str(photo)))
        lost = item.status == "ready" and line.read_cut(photo) is None
        again = has_changed(item) or lost or item.status == "failed"
        line.items[str(photo)] = Item(path=str(photo)) if again else item
    line.keep()
    return line


def has_changed(item: Item) -> bool:
    """Whether a photo is another one than that which was cut.

    Raises:
        OSError: it cannot be looked at.
    """
    return item.stamp != 0 and item.stamp != Path(item.path).stat().st_mtime_ns


def _write_names(item: Item) -> Item:
    """An item as every encoder takes it, whatever its files are called."""
    target = None if item.target is None else write_name(item.target)
    message = item.message.encode(errors="replace").decode()
    return replace(item, path=write_name(item.path), target=target, message=message)


def _read_names(item: Item) -> Item:
    target = None if item.target is None else str(read_name(item.target))
    return replace(item, path=str(read_name(item.path)), target=target)


def _find_journal(places: Sequence[Path]) -> Path | None:
    if len(places) != 1:
        return None
    journal = places[0] / JOURNAL if places[0].is_dir() else places[0]
    return journal if journal.name == JOURNAL and journal.is_file() else None


def _open_batch(journal: Path) -> Line:
    """The results of a batch. The journal is what is gone on with; only thumbnails are kept beside.

    Raises:
        MatteworkError: the journal cannot be read.
    """
    said: dict[str | None, Status] = {"approved": "approved", "fixed": "approved", "rejected": "skipped"}
    line = Line(_make_home(str(journal.resolve())), journal=journal)
    for entry in read_batch(journal).entries:
        status: Status = "failed" if entry.state != "done" else said.get(entry.verdict, "ready")
        item = Item(
            path=str(entry.source),
            status=status,
            confidence=entry.confidence,
            reasons=entry.reasons,
            message=entry.error or "",
            target=str(entry.target),
        )
        line.items[item.path] = item
        if (
            status == "ready" and line.file_of(item) == entry.source
        ):  # flat results hold nothing that can be corrected
            line.items[item.path] = replace(item, status="waiting")
    return line


def _make_home(named: str) -> Path:
    home = drafts_folder() / "review" / hashlib.sha256(os.fsencode(named)).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


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
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # a full disk keeps no half of it
            temporary.unlink()
        raise
