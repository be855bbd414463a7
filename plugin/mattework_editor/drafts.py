"""Drafts: what is needed to go on after a crash, in the platform's state folder.

A draft is the recipe with its strokes, the soft mask, and where the photo lies: small, so it is written after every
step. The alpha is solved again from it. A draft is deleted when its work is saved or given up. It belongs to the process
that wrote it: drafts of processes that still run are left alone.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mattework import Recipe, RecipeInputs
from mattework.errors import RecipeError
from mattework_editor.session import Choices


class _Stored(msgspec.Struct):
    version: int
    pid: int
    path: str
    recipe: str
    soft_mask: bytes | None
    trimap: bytes | None


@dataclass(frozen=True, slots=True)
class Draft:
    """Unsaved work on the photo at `path`; `file` is where it is kept."""

    file: Path
    path: Path
    choices: Choices


def drafts_folder() -> Path:
    """The platform's folder for state; MATTEWORK_STATE overrides it."""
    import platformdirs

    named = os.environ.get("MATTEWORK_STATE")
    return Path(named) if named else platformdirs.user_state_path("mattework") / "drafts"


def name_draft() -> Path:
    """A file name that no other session uses."""
    return drafts_folder() / f"{uuid.uuid4().hex}.draft"


def write_draft(file: Path, path: Path, choices: Choices) -> None:
    """Write or replace a draft, whole or not at all.

    Raises:
        OSError: the state folder cannot be written.
    """
    stored = _Stored(
        1,
        os.getpid(),
        str(path.resolve()),
        choices.recipe.to_json(),
        choices.inputs.soft_mask,
        choices.inputs.trimap,
    )
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".draft-")
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
    with contextlib.suppress(OSError):
        file.unlink()


def find_drafts() -> list[Draft]:
    """Drafts whose process has ended and whose photo is still there, newest first."""
    folder = drafts_folder()
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.draft"), key=lambda one: one.stat().st_mtime, reverse=True)
    return [draft for draft in map(_read_draft, files) if draft is not None]


def _read_draft(file: Path) -> Draft | None:
    from mattework import parse_recipe

    try:
        stored = msgspec.msgpack.decode(file.read_bytes(), type=_Stored)
        recipe: Recipe = parse_recipe(stored.recipe)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError, RecipeError):
        return None
    path = Path(stored.path)
    if not path.is_file() or _is_running(stored.pid):
        return None
    return Draft(file, path, Choices(recipe, RecipeInputs(soft_mask=stored.soft_mask, trimap=stored.trimap)))


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
