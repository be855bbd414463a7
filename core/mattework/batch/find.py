"""Finding the pictures that somebody means: named files as they are, folders with everything below them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeAlias

from mattework.atomic import TEMPORARY_SUFFIX
from mattework.errors import FileNotReadable, UsageError
from mattework.formats.sniff import HEAD_BYTES, SUFFIXES, has_raw_name, sniff_kind

CUTOUT = ".cutout"
"""What our own results are called before their suffix: a folder that holds some is not cut out again."""
MADE_BESIDE = (".refined", ".render")
"""What is called so is ours where what it was made from lies beside it; others call their pictures so too."""
JOURNAL_NAME = "mattework-batch.jsonl"
"""What a batch writes down beside its results, and so beside the photos where these lie together."""

_LEFT_OUT = {
    "result": ("file", "files", "made by Mattework earlier left out."),
    "raw": ("camera raw file", "camera raw files", "left out: develop them in a raw converter first."),
    "stranger": ("file", "files", "of other kinds left out."),
    "hidden": ("hidden picture", "hidden pictures", "left out."),
    "hidden folder": ("hidden folder", "hidden folders", "left out."),
    "link": ("link to a folder", "links to folders", "left out: name the folder itself for its pictures."),
    "closed": ("folder", "folders", "left out, for want of permission to list what is there."),
    "there": ("picture", "pictures", "in the folder of results left out."),
}
"""What is said of what lies in folders and is not cut: of one, of several."""


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture to cut, and the path that it keeps below the folder of results."""

    source: Path
    relative: PurePath


_Candidate: TypeAlias = tuple[FoundPicture, str | None]
"""What was come upon, and why it is left out, by `_LEFT_OUT`; None for a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Pictures in the order of the request and, within a folder, of their names; sentences about what was left out."""

    pictures: tuple[FoundPicture, ...]
    notes: tuple[str, ...]


def find_pictures(
    inputs: Sequence[str], *, leave_out: Path | None = None, reports: Collection[Path] = ()
) -> Findings:
    """Find pictures in files and folders.

    A file is taken as it is, whatever it holds. A folder gives every picture below it: what has a picture's suffix, or a
    picture's first bytes. Hidden files and folders, pipes and devices, links to folders, folders that cannot be listed,
    cameras' raw files and our own earlier results stay out, and so does the folder `leave_out`, in which results are going
    to lie. The notes count them; what may be passed over without a word are hidden files that are no pictures, links to
    what is found anyway, our own results in `leave_out`, journals by their usual name, and `reports`: files of ours
    (resolved) that are no pictures, wherever they lie. A file that is named twice counts once. Of several folders, each
    one's name becomes the first part of its pictures' relative paths.

    Raises:
        UsageError: a name is empty, or there is no picture at all.
        FileNotReadable: a folder that is named cannot be listed.
    """
    folders = [name for name in inputs if name and os.path.isdir(name)]
    seen: set[Path] = set()
    pictures: list[FoundPicture] = []
    left_out: dict[str, set[Path]] = {why: set() for why in _LEFT_OUT}
    roots = [follow_links(Path(name)) for name in folders]
    for name in inputs:
        if name == "":  # as from a shell variable that is not set
            raise UsageError("A file name is empty. Check the names of the pictures.")
        path, is_folder = Path(name), name in folders
        candidates: Iterator[_Candidate] = iter([(FoundPicture(path, PurePath(path.name)), None)])
        if is_folder:
            head = PurePath(follow_links(path).name) if len(folders) > 1 else PurePath()
            candidates = _walk_folder(path, head, roots, leave_out)
        for one, why in candidates:
            if why in (None, "there", "stranger") and reports and follow_links(one.source) in reports:
                continue
            place = locate_file(one.source)
            if why is not None:
                left_out[why].add(place)
            elif place not in seen:
                seen.add(place)
                pictures.append(one)
    # What is left out of one folder may be named, or lie in another.
    counts = {why: len(places - seen) for why, places in left_out.items()}
    notes = tuple(
        f"{counts[why]} {one if counts[why] == 1 else several} {words}"
        for why, (one, several, words) in _LEFT_OUT.items()
        if counts[why]
    )
    if not pictures:
        raise UsageError(f"There is no picture in {', '.join(folders or inputs)}. {' '.join(notes)}".strip())
    return Findings(pictures=tuple(pictures), notes=notes)


def follow_links(path: Path) -> Path:
    """Absolute, and where links lead; one that leads round in a circle, which `Path.resolve` refuses, stays as it is."""
    return Path(os.path.realpath(path))


def locate_file(path: Path) -> Path:
    """Absolute, links in its folders resolved, so that one file has one name; a link to the file itself stays."""
    return follow_links(path.parent) / path.name


def _walk_folder(
    folder: Path, head: PurePath, roots: Sequence[Path], leave_out: Path | None
) -> Iterator[_Candidate]:
    """What lies below a folder; `roots` are all that are walked."""

    closed: list[Path] = []

    def pass_over(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise FileNotReadable(
                f"The folder {folder} cannot be listed: {error.strerror}. Allow reading it, or name the others."
            ) from error
        closed.append(Path(error.filename))

    left_out = None if leave_out is None else follow_links(leave_out)
    for place, subfolders, files in os.walk(folder, onerror=pass_over):
        here = Path(place)
        below = head / here.relative_to(folder)
        walked = []
        for name in sorted(subfolders, key=_natural):
            path = here / name
            leads_to = follow_links(path)
            if leads_to == left_out:
                for file, stems in _list_files(leads_to):
                    if _find_why_not(file, stems) is None:
                        yield FoundPicture(file, below / file.name), "there"
            elif name.startswith("."):
                yield FoundPicture(path, below / name), "hidden folder"
            elif not path.is_symlink():
                walked.append(name)
            elif not any(root == leads_to or root in leads_to.parents for root in roots):
                yield FoundPicture(path, below / name), "link"
        subfolders[:] = walked
        stems = _take_stems(files)
        for name in sorted(files, key=_natural):
            path = here / name
            if name == JOURNAL_NAME:
                continue
            if not name.startswith("."):
                yield FoundPicture(path, below / name), _find_why_not(path, stems)
            elif path.suffix != TEMPORARY_SUFFIX and _looks_like_picture(path):
                yield FoundPicture(path, below / name), "hidden"
    for path in closed:
        yield FoundPicture(path, head / path.relative_to(folder)), "closed"


def _list_files(folder: Path) -> Iterator[tuple[Path, frozenset[str]]]:
    """Every file below a folder that is not hidden, as far as it can be listed, with the stems of those beside it."""
    for place, subfolders, files in os.walk(folder):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        stems = _take_stems(files)
        yield from ((Path(place, name), stems) for name in files if not name.startswith("."))


def _take_stems(files: Collection[str]) -> frozenset[str]:
    """Of those that are called like pictures, in lower case."""
    paths = map(PurePath, files)
    return frozenset(path.stem.lower() for path in paths if path.suffix.lower() in SUFFIXES)


def _find_why_not(path: Path, stems: Collection[str]) -> str | None:
    """Why a file in a folder of files of such `stems` is left out, by `_LEFT_OUT`; None for a picture."""
    if _is_own_result(path.stem.lower(), stems):
        return "result"
    if has_raw_name(path.name):
        return "raw"
    return None if _is_picture(path) else "stranger"


def _is_picture(path: Path) -> bool:
    if path.suffix.lower() in SUFFIXES:
        # If it is none after all, that is told as its error and not passed over.
        return os.path.isfile(path) or not os.path.exists(path)
    return _looks_like_picture(path)


def _looks_like_picture(path: Path) -> bool:
    """Whether its first bytes are a picture's; macOS leaves hidden files that are only called like one."""
    if not os.path.isfile(path):
        return False  # opening a pipe would wait for whoever writes into it
    try:
        with path.open("rb") as stream:
            return sniff_kind(stream.read(HEAD_BYTES)) is not None
    except OSError:
        return False


def _is_own_result(stem: str, stems: Collection[str]) -> bool:
    for tag in MADE_BESIDE:
        if stem.endswith(tag):
            source = stem.removesuffix(tag)
            return source in stems or _is_own_result(source, stems)
    return stem.endswith(CUTOUT)


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Shot 9 comes before shot 10."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part.casefold())
        for part in re.split(r"(\d+)", name)
        if part
    )
