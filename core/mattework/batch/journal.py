"""The journal of a batch: a text file with one JSON object a line, appended while the batch runs.

It is what a broken run goes on from, what reports are made of, and what a person's review is written into. The first line
of every run names the format and the settings:

    {"mattework_batch": 1, "program": "mattework 0.1.0", "folder": "...", "settings": {...}, "outputs": ["report.html"]}

After that lines about pictures: `state` is "started" before a file is written, "written" as soon as it is there, then
"done" or "failed"; "reviewed" lines carry a person's `verdict`. The last line about a source counts, a verdict only while
it is newer than the result; which file the batch wrote stays known whatever follows. At the end of a run that wrote
reports, `{"outputs": [...]}` names their files.
Paths are relative to the journal's folder (with forward slashes, `../` too), so that photos and results can be moved
together; `folder` says where it lay, for photos that stayed behind. A path on another drive is whole.
A last line that a crash has cut off is passed over.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast, get_args

from mattework._version import __version__
from mattework.atomic import is_taken
from mattework.batch.entry import BatchEntry, Verdict, describe_entry
from mattework.batch.find import JOURNAL_NAME, follow_links, locate_file
from mattework.batch.lines import decode_line, encode_line
from mattework.errors import FileNotReadable, OutputNotWritable, UnsupportedFile, UsageError

if TYPE_CHECKING:
    pass

JOURNAL_VERSION = 1
_STAMPS = ("source_bytes", "source_modified", "target_bytes", "target_modified")
"""Of these 0 stands for what is not known, which reading takes for granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A journal as it was read: the settings of its last run, and an entry a picture in the order of their first lines.

    `outputs` are the reports that its runs were asked to write, and all files that they were.
    """

    path: Path
    program: str
    settings: Mapping[str, Any]
    outputs: tuple[Path, ...]
    entries: tuple[BatchEntry, ...]


class Journal:
    """A journal that is open for appending; every line is on the disk when `write` returns."""

    def __init__(
        self, path: Path, *, settings: Mapping[str, Any], outputs: Sequence[Path] = (), anew: bool
    ) -> None:
        """Begin a run; `anew` drops what is there, else lines are added.

        Raises:
            UsageError: another run is writing it.
            OutputNotWritable: no permission, no such folder, a full disk.
        """
        self.path = path
        self._base = _find_base(path)
        self._turn = Lock()
        is_new = not os.path.exists(path)
        try:
            self._stream = path.open("ab")
            if is_taken(self._stream):
                self._stream.close()
                raise UsageError(
                    f"Another run is writing the journal {path}. Wait until it has ended, or give another folder with -o."
                )
            if anew:
                self._stream.truncate(0)
            elif path.is_file() and not _ends_a_line(path):
                self._stream.write(b"\n")
        except OSError as error:
            raise _not_written(path, error) from error
        header = {
            "mattework_batch": JOURNAL_VERSION,
            "program": f"mattework {__version__}",
            "at": _now(),
            "folder": str(self._base),
            "settings": dict(settings),
            "outputs": [_shorten(one, self._base) for one in outputs],
        }
        try:
            self._append(header)
        except OutputNotWritable:
            # A journal without its first line would stand in the way of the next run.
            with suppress(OSError):
                self._stream.close()
            if is_new:
                path.unlink(missing_ok=True)
            raise

    def write(self, entry: BatchEntry) -> None:
        """Add what is known now of a picture.

        Raises:
            OutputNotWritable: a full disk.
        """
        known = describe_entry(replace(entry, at=_now(), verdict=None))
        known |= {"source": _shorten(entry.source, self._base), "target": _shorten(entry.target, self._base)}
        # What a person looks for first comes first.
        line = {name: known.pop(name) for name in ("state", "source", "target", "at")}
        empty = {
            name for name, one in known.items() if one in (None, (), [], {}) or (name in _STAMPS and not one)
        }
        self._append(line | {name: one for name, one in known.items() if name not in empty})

    def note_written(self, entry: BatchEntry) -> None:
        """Say that the result of `entry` is there, as its stamp tells it; from any thread.

        Raises:
            OutputNotWritable: a full disk.
        """
        self._append(
            {
                "state": "written",
                "source": _shorten(entry.source, self._base),
                "target": _shorten(entry.target, self._base),
                "at": _now(),
                "target_bytes": entry.target_bytes,
                "target_modified": entry.target_modified,
            }
        )

    def note_outputs(self, paths: Sequence[Path]) -> None:
        """Say which files the reports of this run are.

        Raises:
            OutputNotWritable: a full disk.
        """
        self._append({"outputs": [_shorten(one, self._base) for one in paths], "at": _now()})

    def close(self) -> None:
        # A line that found no room is told by who wrote it; closing tries it once more.
        with suppress(OSError):
            self._stream.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, value: dict[str, Any]) -> None:
        try:
            with self._turn:
                self._stream.write(encode_line(value) + b"\n")
                self._stream.flush()
                os.fsync(self._stream.fileno())
        except OSError as error:
            raise _not_written(self.path, error) from error


def note_review(path: str | os.PathLike[str], source: Path, verdict: Verdict) -> None:
    """Write into the journal at `path` what a person says of one source's result: approved, fixed or rejected.

    Raises:
        UsageError: another verdict.
        FileNotReadable, UnsupportedFile: there is no journal.
        OutputNotWritable: no permission, a full disk.
    """
    if verdict not in get_args(Verdict):
        raise UsageError(f"A verdict is one of {', '.join(get_args(Verdict))}, not {verdict!r}.")
    journal = Path(path)
    read_batch(journal)
    line = {
        "state": "reviewed",
        "source": _shorten(source, _find_base(journal)),
        "verdict": verdict,
        "at": _now(),
    }
    try:
        cut_off = not _ends_a_line(journal)
        with journal.open("ab") as stream:
            stream.write((b"\n" if cut_off else b"") + encode_line(line) + b"\n")
    except OSError as error:
        raise _not_written(journal, error) from error


def read_batch(path: str | os.PathLike[str]) -> Batch:
    """Read a journal.

    Raises:
        FileNotReadable: missing, a folder, or no permission.
        UnsupportedFile: not a journal of a batch, or one of a newer version.
    """
    journal = Path(path)
    try:
        lines = journal.read_bytes().splitlines()
    except OSError as error:
        raise FileNotReadable(
            f"{journal} cannot be read: {error.strerror}. Name the {JOURNAL_NAME} that lies beside the results."
        ) from error
    places = _Places(_find_base(journal))
    header: dict[str, Any] | None = None
    outputs: dict[Path, None] = {}
    entries: dict[Path, BatchEntry] = {}
    for line in lines:
        value = _parse_line(line)
        if value is None:
            continue
        if "mattework_batch" in value and isinstance(value.get("folder"), str):
            places.before = Path(value["folder"])
        if isinstance(value.get("outputs"), list):  # of a run's first line, and of its last
            outputs |= {places.find(str(one)): None for one in value["outputs"]}
        if "mattework_batch" in value:
            header = value
            _check_version(journal, value)
        elif header is not None and isinstance(value.get("source"), str):
            _take_line(entries, value, places)
    if header is None:
        raise UnsupportedFile(f"{journal} is no journal of a batch. They are called {JOURNAL_NAME}.")
    return Batch(
        path=journal,
        program=str(header.get("program", "")),
        settings=settings if isinstance(settings := header.get("settings"), dict) else {},
        outputs=tuple(outputs),
        entries=tuple(entries.values()),
    )


def _take_line(entries: dict[Path, BatchEntry], value: dict[str, Any], places: _Places) -> None:
    import msgspec

    source = places.find(value["source"])
    if value.get("state") == "reviewed":
        if source in entries and value.get("verdict") in get_args(Verdict):
            entries[source] = replace(entries[source], verdict=cast("Verdict", value["verdict"]))
        return
    known = {name: one for name, one in value.items() if name in BatchEntry.__slots__}
    known["source"], known["target"] = str(source), str(places.find_beside(str(value.get("target", ""))))
    before = entries.get(source)
    is_written = value.get("state") == "written"
    if is_written:  # no state of its own: it goes on
        known["state"] = "started"
    try:
        entry = msgspec.convert(known, BatchEntry, dec_hook=lambda kind, one: kind(one))
    except msgspec.ValidationError:
        return  # a line of somebody else's making: the picture counts as not done
    if before is not None and before.target == entry.target:
        if is_written:
            entry = replace(before, target_bytes=entry.target_bytes, target_modified=entry.target_modified)
        elif not entry.target_modified:
            entry = replace(entry, target_bytes=before.target_bytes, target_modified=before.target_modified)
    entries[source] = entry


def _parse_line(line: bytes) -> dict[str, Any] | None:
    try:
        value = decode_line(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _check_version(journal: Path, header: dict[str, Any]) -> None:
    version = header["mattework_batch"]
    if not isinstance(version, int) or version > JOURNAL_VERSION:
        raise UnsupportedFile(
            f"{journal} has version {version}; this Mattework reads up to {JOURNAL_VERSION}. Install a newer Mattework."
        )


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


@dataclass(slots=True)
class _Places:
    """What the names in a journal stand for: `base` is its folder now, `before` the one it had as they were written."""

    base: Path
    before: Path | None = None

    def find(self, name: str) -> Path:
        """The file of a name; where it leads out of the folder, what stayed behind when the folder was moved counts too."""
        here = Path(os.path.normpath(self.base / name))
        if self.before in (None, self.base) or not name.startswith("../") or os.path.exists(here):
            return here
        there = Path(os.path.normpath(self.before / name))
        return there if os.path.exists(there) else here

    def find_beside(self, name: str) -> Path:
        """The same for a file that may be gone: its folder tells."""
        folder, slash, last = name.rpartition("/")
        return self.find(folder + slash) / last


def _find_base(journal: Path) -> Path:
    """The folder that names in a journal are relative to."""
    return follow_links(journal).parent


def _shorten(path: Path, base: Path) -> str:
    place = locate_file(path)
    try:
        return Path(os.path.relpath(place, base)).as_posix()
    except ValueError:  # on another drive
        return str(place)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _not_written(path: Path, error: OSError) -> OutputNotWritable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputNotWritable(f"The journal {path} cannot be written: the disk is full. Free some space.")
    return OutputNotWritable(
        f"The journal {path} cannot be written: {error.strerror or error}. Give a folder that can be written with -o, or "
        "another place for the journal with --journal."
    )
