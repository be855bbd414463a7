"""How the two sides find each other: a record in a folder that only the user can enter.

The record names the worker's address and holds the session's secret. It is written when the worker listens and deleted
when it ends; one that a dead worker left is recognised by the address that nobody answers and by the lock that is free.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, NamedTuple

from .protocol import EngineError

LONGEST_SOCKET_PATH = 100
"""Unix socket paths end at 104 (macOS) or 108 bytes."""

WORK_PREFIX = "mattework-worker-"


class WorkerRecord(NamedTuple):
    """`address` is ("unix", path) or ("tcp", port) on the loopback; `secret` is hex."""

    protocol: int
    program: str
    pid: int
    address: tuple[str, Any]
    secret: str


def locate_runtime_folder() -> Path:
    """Where records and sockets of this user belong, whether the folder is there or not.

    MATTEWORK_RUNTIME, else `mattework` in XDG_RUNTIME_DIR, else a folder of the user's in the temporary folder (on
    Windows in the local application data).
    """
    chosen, runtime = os.environ.get("MATTEWORK_RUNTIME"), os.environ.get("XDG_RUNTIME_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir()) / "Mattework" / "run"
    if runtime and os.access(runtime, os.W_OK):
        return Path(runtime) / "mattework"
    return Path(tempfile.gettempdir()) / f"mattework-{os.getuid()}"


def make_runtime_folder() -> Path:
    """The user's private folder for records and sockets, made when it is not there.

    Raises:
        EngineError: it cannot be made, or somebody else could get in.
    """
    folder = locate_runtime_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(f"The folder {folder} cannot be made: {error.strerror}.", "runtime") from error
    check_runtime_folder(folder)
    return folder


def check_runtime_folder(folder: Path) -> None:
    """See that nobody else put the folder there, nor can put anything into it. What is there stays as it is.

    Raises:
        EngineError: it is somebody else's or open to others, or no folder.
    """
    if sys.platform == "win32":
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise EngineError(f"{folder} belongs to somebody else. Delete it, or ask who made it.", "runtime")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EngineError(
            f"Others may write into {folder}. Name a folder of its own as MATTEWORK_RUNTIME, or close it: "
            f"chmod go-w {folder}",
            "runtime",
        )


def record_path(name: str) -> Path:
    return locate_runtime_folder() / f"worker-{name}.json"


def log_path(name: str) -> Path:
    """Where the worker's standard error goes, so that its last words can be told."""
    return locate_runtime_folder() / f"worker-{name}.log"


def read_record(name: str) -> WorkerRecord | None:
    """The record of the worker of that name; None when there is none, or none that we can use.

    Raises:
        EngineError: it lies in a folder that is somebody else's.
    """
    path = record_path(name)
    try:
        check_runtime_folder(path.parent)
        raw = json.loads(path.read_text(encoding="utf-8"))
        kind, where = raw["address"]
        bytes.fromhex(raw["secret"])
        return WorkerRecord(
            int(raw["protocol"]), str(raw["program"]), int(raw["pid"]), (kind, where), raw["secret"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_record(name: str, record: WorkerRecord) -> None:
    """Write it whole or not at all, readable by the user only."""
    path = record_path(name)
    handle, temporary = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # 0600
    with open(handle, "w", encoding="utf-8") as stream:
        json.dump(record._asdict(), stream)
    os.replace(temporary, path)


def remove_record(name: str) -> None:
    """Take the record and the socket away."""
    path = record_path(name)
    for one in (path, path.with_suffix(".sock")):
        with contextlib.suppress(OSError):
            one.unlink()


def lock_path(name: str) -> Path:
    """The file whose lock the worker of that name holds for as long as it can be found."""
    return locate_runtime_folder() / f"worker-{name}.lock"


def is_place_taken(name: str) -> bool:
    """Whether a worker of that name lives: one that runs holds the lock, and the system frees it when the process ends."""
    try:
        lock = take_lock(lock_path(name))
    except OSError:
        return False
    if lock is None:
        return True
    lock.close()
    return False


def open_listener(name: str) -> tuple[socket.socket, tuple[str, Any]]:
    """A listening socket and its address. Call it only while holding the lock: a dead worker's socket is replaced."""
    path = record_path(name).with_suffix(".sock")
    if hasattr(socket, "AF_UNIX") and len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(8)
        return listener, ("unix", str(path))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    return listener, ("tcp", listener.getsockname()[1])


def open_connection(address: tuple[str, Any], timeout: float) -> socket.socket:
    """Connect to a worker.

    Raises:
        OSError: nobody is there.
    """
    kind, where = address
    if kind == "tcp":
        return socket.create_connection(("127.0.0.1", int(where)), timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(where)
    except OSError:
        connection.close()
        raise
    return connection


def take_lock(path: Path) -> IO[bytes] | None:
    """Hold a lock on a file for as long as the returned stream is open; None when another process holds it."""
    stream = open(path, "ab")  # noqa: SIM115 - the caller keeps it open
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        return None
    return stream


def make_work_folder() -> tuple[Path, IO[bytes]]:
    """A folder for raw files, private, with a lock that says that its owner lives."""
    folder = Path(tempfile.mkdtemp(prefix=WORK_PREFIX))
    lock = take_lock(folder / "owner.lock")
    if lock is None:
        raise EngineError(f"The new folder {folder} is locked by somebody else.", "runtime")
    return folder, lock


def sweep_work_folders() -> list[Path]:
    """Delete what dead workers of this user left in the temporary folder; gives what was deleted."""
    swept = []
    for folder in Path(tempfile.gettempdir()).glob(f"{WORK_PREFIX}*"):
        try:
            if folder.is_symlink() or (sys.platform != "win32" and folder.lstat().st_uid != os.getuid()):
                continue
            lock = take_lock(folder / "owner.lock")
        except OSError:
            continue
        if lock is not None:
            lock.close()
            shutil.rmtree(folder, ignore_errors=True)
            swept.append(folder)
    return swept
