"""The plug-in's folder: what is in it, putting it in place, and taking it away.

Everything is built beside the target and moved in one step, so that GIMP never meets half a plug-in, and no file of an
older or newer version stays behind.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from mattework._version import __version__
from mattework.atomic import write_atomically
from mattework.errors import OutputExists, OutputNotWritable
from mattework.gimp_setup.profiles import Profile
from mattework.worker.protocol import PROTOCOL

NAME = "mattework"
MAIN_FILE = f"{NAME}.py"
ENGINE_FILE = "engine.json"
WORKER_PACKAGE = "mattework_worker"
CARRIED = ("__init__.py", "client.py", "launch.py", "protocol.py", "rendezvous.py")
"""Modules of `mattework.worker` that the plug-in takes along: the standard library is all they need."""


@cache
def source_folder() -> Path:
    """The plug-in as it came: inside the installed package, or `gimp/mattework` of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources" / "gimp" / NAME
    checkout = package.parent.parent / "gimp" / NAME
    return installed if installed.is_dir() or not checkout.is_dir() else checkout


def gather_files() -> dict[str, bytes]:
    """Every file of the plug-in by its path in the folder, but for the record of the engine."""
    source = source_folder()
    files = {path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(source.rglob("*.py"))}
    worker = Path(__file__).resolve().parent.parent / "worker"
    files.update({f"{WORKER_PACKAGE}/{name}": (worker / name).read_bytes() for name in CARRIED})
    return files


def engine_command() -> list[str]:
    """What starts this very engine: this Python, with nothing of the current folder on its path."""
    return [sys.executable, "-P", "-m", NAME]


def engine_record() -> dict[str, Any]:
    return {"command": engine_command(), "program": __version__, "protocol": PROTOCOL}


def read_engine_record(folder: Path) -> dict[str, Any] | None:
    """What an installed plug-in knows of its engine; None when there is no such record, or a damaged one."""
    try:
        record = json.loads((folder / ENGINE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    command = record.get("command") if isinstance(record, dict) else None
    if not isinstance(command, list) or not command or not all(isinstance(one, str) for one in command):
        return None
    return dict(record)


def is_ours(folder: Path) -> bool:
    """Whether a folder is this plug-in of any version, and not something else of that name."""
    return (folder / MAIN_FILE).is_file() and (folder / "mattework_plugin").is_dir()


def is_current(folder: Path) -> bool:
    """Whether an installed plug-in is file for file this version, and knows this engine."""
    files = gather_files()
    try:
        same = all((folder / name).read_bytes() == data for name, data in files.items())
        extra = {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")} - set(files)
    except OSError:
        return False
    return same and not extra and is_executable(folder) and read_engine_record(folder) == engine_record()


def is_executable(folder: Path) -> bool:
    return sys.platform == "win32" or os.access(folder / MAIN_FILE, os.X_OK)


def install_folder(profile: Profile) -> None:
    """Put the plug-in into a profile, in place of any other version of it.

    Raises:
        OutputExists: a folder of that name is there and is not ours.
        OutputNotWritable: the profile cannot be written to, or the disk is full.
    """
    target = profile.plugins / NAME
    if os.path.lexists(target) and not target.is_symlink() and not is_ours(target):
        raise OutputExists(
            f"{target} is there and is not Mattework's plug-in. Move it away, then run: mattework gimp install"
        )
    try:
        profile.plugins.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="mattework-install-", dir=profile.folder) as temporary:
            fresh, old = Path(temporary) / NAME, Path(temporary) / "old"
            _write_files(fresh)
            if target.is_symlink():
                target.unlink()
            elif target.exists():
                target.rename(old)
            try:
                fresh.rename(target)
            except BaseException:
                if old.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise OutputNotWritable(
            f"The plug-in cannot be put into {profile.plugins}: {error.strerror or error}. "
            "See whether the folder is yours and the disk has room, then run: mattework gimp install"
        ) from error


def remove_folder(profile: Profile) -> bool:
    """Take the plug-in out of a profile; gives whether it was there.

    Raises:
        OutputExists: the folder of that name is not ours.
        OutputNotWritable: it cannot be deleted.
    """
    target = profile.plugins / NAME
    if not os.path.lexists(target):
        return False
    if not target.is_symlink() and not is_ours(target):
        raise OutputExists(f"{target} is not Mattework's plug-in and was left alone.")
    try:
        target.unlink() if target.is_symlink() else shutil.rmtree(target)
    except OSError as error:
        raise OutputNotWritable(f"{target} cannot be deleted: {error.strerror or error}.") from error
    return True


def pack_zip(path: Path) -> None:
    """The folder as a zip for people who install by hand; it finds the engine by itself, or says how to get it.

    Raises:
        OutputExists: the file is there.
        OutputNotWritable: it cannot be written.
    """
    with (
        write_atomically(path, overwrite=False) as stream,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, data in gather_files().items():
            entry = zipfile.ZipInfo(f"{NAME}/{name}", (2026, 1, 1, 0, 0, 0))
            mode = 0o755 if name == MAIN_FILE else 0o644
            entry.external_attr = (stat.S_IFREG | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def _write_files(folder: Path) -> None:
    for name, data in gather_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / MAIN_FILE).chmod(0o755)  # GIMP passes over files that cannot be run, without a word
    (folder / ENGINE_FILE).write_text(json.dumps(engine_record(), indent=1) + "\n", encoding="utf-8")
