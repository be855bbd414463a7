"""Hashes of model files, remembered so that a start does not read a gigabyte."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mattework.errors import ModelError, OutputError
from mattework.models.folders import cache_folder
from mattework.models.spec import FileRole
from mattework.models.state import State, change_state, read_state
from mattework.progress import Progress, report_progress

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHashes:
    """Both hashes in lower-case hex."""

    sha256: str
    md5: str

    def match(self, *, sha256: str | None, md5: str | None) -> bool:
        """Whether every hash that is known agrees; False when none is known. The md5 counts only without a sha256.

        A published sha256 decides alone: an md5 can be forged.
        """
        if sha256 is not None:
            return self.sha256 == sha256
        return md5 is not None and self.md5 == md5


def join_hashes(by_role: Mapping[FileRole, str]) -> str:
    """One sha256 for a model of one file or several, whose own are given by role, in the record's order.

    That of the file where there is one, else that of the lines "role sha256", each with its end.
    """
    if len(by_role) == 1:
        return next(iter(by_role.values()))
    lines = "".join(f"{role} {sha256}\n" for role, sha256 in by_role.items())
    return hashlib.sha256(lines.encode()).hexdigest()


class FileStamp(NamedTuple):
    """What changes when a file does: its size, and in nanoseconds the times of its last change, as it says and as the file
    system saw it: installers set the former to what they like."""

    bytes: int
    modified: int
    changed: int


def stamp_file(path: Path) -> FileStamp:
    """The file's stamp now.

    Raises:
        ModelError: it is not there or cannot be looked at.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise _not_readable(path, error) from error
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def hash_file(path: Path, *, progress: Progress | None = None) -> FileHashes:
    """Read the whole file and hash it.

    Raises:
        ModelError: the file cannot be read.
    """
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    try:
        size = path.stat().st_size
        done = 0
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                sha256.update(block)
                md5.update(block)
                done += len(block)
                report_progress(progress, "verify", done / max(1, size))
    except OSError as error:
        raise _not_readable(path, error) from error
    return FileHashes(sha256=sha256.hexdigest(), md5=md5.hexdigest())


def recall_hashes(path: Path, *, progress: Progress | None = None) -> FileHashes:
    """The file's hashes, from the cache while its size and time of change are the same, so that a start does not read
    a gigabyte to be sure of it.

    Raises:
        ModelError: the file cannot be read.
    """
    stamp = stamp_file(path)
    kept = read_state(_cache_path()).get(str(path))
    if isinstance(kept, dict) and kept.get("stamp") == list(stamp):
        with contextlib.suppress(KeyError, TypeError):
            return FileHashes(sha256=kept["sha256"], md5=kept["md5"])
    hashes = hash_file(path, progress=progress)
    remember_hashes(path, hashes, stamp)
    return hashes


def remember_hashes(path: Path, hashes: FileHashes, stamp: FileStamp | None = None) -> None:
    """Keep the hashes for the next start. A cache that cannot be written costs time, nothing else."""
    entry = {"stamp": list(stamp or stamp_file(path)), "sha256": hashes.sha256, "md5": hashes.md5}

    def add(cache: State) -> State:
        return {known: value for known, value in cache.items() if os.path.exists(known)} | {str(path): entry}

    with contextlib.suppress(OutputError, UnicodeEncodeError):  # a path that is no text is not kept
        change_state(_cache_path(), add)


def _not_readable(path: Path, error: OSError) -> ModelError:
    return ModelError(f"The model file {path} cannot be read: {error.strerror or error}.")


def _cache_path() -> Path:
    return cache_folder() / "model-hashes.json"
