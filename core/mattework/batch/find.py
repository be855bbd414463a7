"""Finding the pictures that somebody means: named files as they are, folders with everything below them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from mattework.errors import FileNotReadable, UsageError
from mattework.formats.sniff import HEAD_BYTES, SUFFIXES, has_raw_name, sniff_kind

OWN_RESULTS = (".cutout", ".refined", ".render")
"""What our own results are called before their suffix: a folder that holds some is not cut out again."""


_LEFT_OUT = {
    "result": ("file", "made by Mattework earlier left out."),
    "raw": ("camera raw file", "left out: develop them in a raw converter first."),
    "stranger": ("file", "of other kinds left out."),
}
"""What is said of files in folders that are not cut."""


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture to cut, and the path that it keeps below the folder of results."""

    source: Path
    relative: PurePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Pictures in the order of the request and, within a folder, of their names; sentences about what was left out."""

    pictures: tuple[FoundPicture, ...]
    notes: tuple[str, ...]


def find_pictures(inputs: Sequence[str], *, leave_out: Path | None = None) -> Findings:
    """Find pictures in files and folders.

    A file is taken as it is, whatever it holds. A folder gives every picture below it: what has a picture's suffix, or a
    picture's first bytes. Hidden files, pipes and devices, links to folders, cameras' raw files and our own earlier results
    stay out, and so does the folder `leave_out`, in which results are going to lie. A file that is named twice counts
    once. Of several folders, each one's name becomes the first part of its pictures' relative paths.

    Raises:
        UsageError: a name is empty, or there is no picture at all.
        FileNotReadable: a folder cannot be listed.
    """
    folders = [name for name in inputs if name and os.path.isdir(name)]
    seen: set[Path] = set()
    pictures: list[FoundPicture] = []
    left_out: Counter[str] = Counter()
    for name in inputs:
        if name == "":  # as from a shell variable that is not set
            raise UsageError("A file name is empty. Check the names of the pictures.")
        path, is_folder = Path(name), name in folders
        candidates = iter([FoundPicture(path, PurePath(path.name))])
        if is_folder:
            head = PurePath(path.resolve().name) if len(folders) > 1 else PurePath()
            candidates = _walk_folder(path, head, leave_out)
        for one in candidates:
            why = _find_why_not(one.source) if is_folder else None
            if why is not None:
                left_out[why] += 1
            elif (place := locate_file(one.source)) not in seen:
                seen.add(place)
                pictures.append(one)
    notes = tuple(
        f"{_count(left_out[why], what)} {words}" for why, (what, words) in _LEFT_OUT.items() if left_out[why]
    )
    if not pictures:
        raise UsageError(f"There is no picture in {', '.join(folders)}. {' '.join(notes)}".strip())
    return Findings(pictures=tuple(pictures), notes=notes)


def locate_file(path: Path) -> Path:
    """Absolute, links in its folders resolved, so that one file has one name; a link to the file itself stays."""
    return path.parent.resolve() / path.name


def _walk_folder(folder: Path, head: PurePath, leave_out: Path | None) -> Iterator[FoundPicture]:
    def refuse(error: OSError) -> None:
        raise FileNotReadable(
            f"The folder {error.filename} cannot be listed: {error.strerror}. Allow reading it, or name the others."
        ) from error

    left_out = None if leave_out is None else leave_out.resolve()
    for place, subfolders, files in os.walk(folder, onerror=refuse):
        here = Path(place)
        subfolders[:] = sorted(
            (name for name in subfolders if not name.startswith(".") and (here / name).resolve() != left_out),
            key=_natural,
        )
        for name in sorted(files, key=_natural):
            if not name.startswith("."):
                yield FoundPicture(here / name, head / here.relative_to(folder) / name)


def _find_why_not(path: Path) -> str | None:
    """Why a file in a folder is left out, by `_LEFT_OUT`; None for a picture."""
    if _is_own_result(path):
        return "result"
    if has_raw_name(path.name):
        return "raw"
    return None if _is_picture(path) else "stranger"


def _is_picture(path: Path) -> bool:
    if not os.path.isfile(path) and os.path.exists(path):
        return False  # opening a pipe would wait for whoever writes into it
    if path.suffix.lower() in SUFFIXES:
        return True  # if it is none after all, that is told as its error and not passed over
    try:
        with path.open("rb") as stream:
            return sniff_kind(stream.read(HEAD_BYTES)) is not None
    except OSError:
        return False


def _is_own_result(path: Path) -> bool:
    return path.stem.lower().endswith(OWN_RESULTS)


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Shot 9 comes before shot 10."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part.casefold())
        for part in re.split(r"(\d+)", name)
        if part
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
