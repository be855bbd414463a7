"""Hashes of model files, and small JSON files of state that are either whole or as they were."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mattework.errors import ModelError
from mattework.models.folders import cache_folder
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
        raise ModelError(f"The model file {path} cannot be read: {error.strerror or error}.") from error
    return FileHashes(sha256=sha256.hexdigest(), md5=md5.hexdigest())


def recall_hashes(path: Path, *, progress: Progress | None = None) -> FileHashes:
    """The file's hashes, from the cache while its size and time of change are the same, so that a start does not read
    a gigabyte to be sure of it.

    Raises:
        ModelError: the file cannot be read.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror or error}.") from error
    stamp = [status.st_size, status.st_mtime_ns]
    kept = read_state(_cache_path()).get(str(path))
    if isinstance(kept, dict) and kept.get("stamp") == stamp:
        with contextlib.suppress(KeyError, TypeError):
            return FileHashes(sha256=kept["sha256"], md5=kept["md5"])
    hashes = hash_file(path, progress=progress)
    remember_hashes(path, hashes, stamp)
    return hashes


def remember_hashes(path: Path, hashes: FileHashes, stamp: list[int] | None = None) -> None:
    """Keep the hashes for the next start. A cache that cannot be written costs time, nothing else."""
    if stamp is None:
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns]
    entry = {"stamp": stamp, "sha256": hashes.sha256, "md5": hashes.md5}
    cache = {known: value for known, value in read_state(_cache_path()).items() if Path(known).exists()}
    with contextlib.suppress(OSError, UnicodeEncodeError):  # a path that is no text is not kept
        write_state(_cache_path(), {**cache, str(path): entry})


def read_state(path: Path) -> dict[str, Any]:
    """A small JSON object; empty when it is missing or damaged."""
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        return {}


def write_state(path: Path, state: Mapping[str, Any]) -> None:
    """Replace a small JSON object in one step.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    import msgspec

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(state), indent=2))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _cache_path() -> Path:
    return cache_folder() / "model-hashes.json"
