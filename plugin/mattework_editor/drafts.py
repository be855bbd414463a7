"""Drafts: what is needed to go on after a crash, in the platform's state folder.

A draft is the recipe with its strokes, the soft mask, and where the photo lies: small, so it is written after every
step. The alpha is solved again from it. A draft is deleted when its work is saved or given up. It belongs to the process
that wrote it: drafts of processes that still run are left alone. A lock beside the draft tells, which the system frees
whatever the process ends by; where there is none, the process's number does, which another may have by then. A picture
that has no file (it was pasted) is kept beside its draft, as it came.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from mattework import Document, Recipe, RecipeInputs, save_document
from mattework.errors import RecipeError
from mattework_editor.session import Choices


class _Stored(msgspec.Struct):
    version: int
    pid: int
    path: str
    recipe: str
    soft_mask: bytes | None
    trimap: bytes | None
    pasted: bool = False


HALF = ".draft-"
"""What a draft is called, before its process, while it is written."""
PICTURE = ".psd"
"""Suffix of a picture that is kept beside its draft: of the same name, and a format that keeps every sample."""
LOCK = ".lock"
"""Suffix of the file beside a draft that the process which works on it has locked."""
HOUR = 60 * 60
_LOCKS: dict[Path, IO[bytes]] = {}
"""The locks of the drafts that this process works on."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Unsaved work on the photo at `path`; `file` is where it is kept. `pasted`: the photo has no file of its own, and
    lies beside the draft."""

    file: Path
    path: Path
    choices: Choices
    pasted: bool = False


def drafts_folder() -> Path:
    """The platform's folder for state; MATTEWORK_STATE overrides it."""
    import platformdirs

    named = os.environ.get("MATTEWORK_STATE")
    return Path(named) if named else platformdirs.user_state_path("mattework") / "drafts"


def name_draft() -> Path:
    """A file name that no other session uses."""
    return drafts_folder() / f"{uuid.uuid4().hex}.draft"


def write_draft(file: Path, photo: Path | Document, choices: Choices) -> None:
    """Write or replace a draft, whole or not at all. A photo that is no file is written beside it, once.

    Raises:
        OSError, MatteworkError: the state folder cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _take_lock(file)
    path = photo if isinstance(photo, Path) else file.with_suffix(PICTURE)
    if isinstance(photo, Document) and not path.is_file():
        save_document(photo, path)
    stored = _Stored(
        1,
        os.getpid(),
        write_name(path.resolve()),
        choices.recipe.to_json(),
        choices.inputs.soft_mask,
        choices.inputs.trimap,
        isinstance(photo, Document),
    )
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f"{HALF}{os.getpid()}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.msgpack.encode(stored))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def delete_draft(file: Path) -> None:
    lock = _LOCKS.pop(file, None)
    if lock is not None:
        lock.close()  # Windows deletes nothing that is open
    for one in (file, file.with_suffix(PICTURE), file.with_suffix(LOCK)):
        with contextlib.suppress(OSError):
            one.unlink()


def find_drafts() -> list[Draft]:
    """Drafts whose process has ended and whose photo is still there, newest first."""
    folder = drafts_folder()
    if not folder.is_dir():
        return []
    _clear_companions(folder)
    _clear_halves(folder)
    files = sorted(folder.glob("*.draft"), key=find_time, reverse=True)
    return [draft for draft in map(_read_draft, files) if draft is not None]


def _clear_companions(folder: Path) -> None:
    """Take pictures and locks away whose draft was never written: the process was killed between the two."""
    for one in (*folder.glob(f"*{PICTURE}"), *folder.glob(f"*{LOCK}")):
        if not one.with_suffix(".draft").exists() and time.time() - find_time(one) > HOUR:
            with contextlib.suppress(OSError):
                one.unlink()


def _clear_halves(folder: Path) -> None:
    """Take drafts away that were never whole: the process was killed while it wrote them."""
    for half in folder.glob(f"{HALF}*"):
        pid = half.name.removeprefix(HALF).partition("-")[0]
        if pid.isdigit() and int(pid) != os.getpid() and not _is_running(int(pid)):
            with contextlib.suppress(OSError):
                half.unlink()


def write_name(path: Path | str) -> str:
    """A file's name as text for every encoder: one that is no text, as from an older system, by its bytes."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "\0" + os.fsencode(path).hex()
    return str(path)


def read_name(text: str) -> Path:
    """The file of a name that `write_name` wrote.

    Raises:
        ValueError: it is none.
    """
    return Path(os.fsdecode(bytes.fromhex(text[1:]))) if text.startswith("\0") else Path(text)


def find_time(path: Path) -> float:
    """When a file was last written, in seconds; that of now where another process has just taken it away."""
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _read_draft(file: Path) -> Draft | None:
    from mattework import parse_recipe

    try:
        stored = msgspec.msgpack.decode(file.read_bytes(), type=_Stored)
        recipe: Recipe = parse_recipe(stored.recipe)
        path = read_name(stored.path)
    except (OSError, ValueError, msgspec.DecodeError, msgspec.ValidationError, RecipeError):
        return None
    if not path.is_file() or _is_worked_on(file, stored.pid):
        return None
    inputs = RecipeInputs(soft_mask=stored.soft_mask, trimap=stored.trimap)
    return Draft(file, path, Choices(recipe.go_on_in_turn(), inputs), stored.pasted)


def _take_lock(file: Path) -> None:
    """Lock a draft for as long as this process runs, or until it is deleted."""
    if file in _LOCKS:
        return
    with contextlib.suppress(OSError):  # the draft is worth more than its lock
        lock = file.with_suffix(LOCK)
        stream = lock.open("ab")
        is_ours = _try_lock(stream)
        if is_ours:
            _LOCKS[file] = stream
            return
        stream.close()
        if is_ours is None:  # or it would say that nobody works on the draft
            lock.unlink()


def _is_worked_on(file: Path, pid: int) -> bool:
    """Whether another process, which had this number when it wrote the draft, still runs."""
    if file in _LOCKS:
        return False
    is_free = None  # where the draft is of a version that knew no locks
    with contextlib.suppress(OSError), file.with_suffix(LOCK).open("r+b") as stream:
        is_free = _try_lock(stream)
    return _is_running(pid) if is_free is None else not is_free


def _try_lock(stream: IO[bytes]) -> bool | None:
    """Whether the stream's file is ours now and not another process's; None where there are no locks."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_running(pid: int) -> bool:
    if os.name == "nt":
        return _is_running_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid != os.getpid()


def _is_running_windows(pid: int) -> bool:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009
    handle = kernel.OpenProcess(0x1000, False, pid)
    if not handle:
        return False
    kernel.CloseHandle(handle)
    return pid != os.getpid()
