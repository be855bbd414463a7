"""Files that are either whole or not there.

The bytes go to a temporary name in the target's folder, are flushed to the disk, and take the target's name in one step.
A crash, a kill or a full disk at any moment leaves the old file (or none), and at worst a `.NAME.….mattework` beside it,
which the next one to write that file takes away. A lock tells it that nobody is writing there any more.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from mattework.errors import OutputExists, OutputNotWritable

TEMPORARY_SUFFIX = ".mattework"

_LINK_UNSUPPORTED = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse, before any work is done, a target that cannot be written.

    Raises:
        OutputExists: the file is there and `overwrite` is False.
        OutputNotWritable: it is a folder, a device or no name for a file, its folder is missing, or may not be written to.
    """
    mode = _read_mode(target)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputNotWritable(f"{target} is a folder. Name a file to write.")
    if mode is not None and not stat.S_ISREG(mode):
        # Replacing it, as a file is replaced, would take a device or a pipe away from the whole machine.
        raise OutputNotWritable(f"{target} is a device or a pipe and not a file. Name a file to write.")
    if not overwrite and (mode is not None or os.path.islink(target)):
        raise _exists(target)
    folder = target.parent
    if not folder.is_dir():
        raise OutputNotWritable(
            f"{target} cannot be written: the folder {folder} does not exist. Create it first."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        if _is_read_only(folder):
            raise OutputNotWritable(
                f"{target} cannot be written: the disk is read-only. Choose another folder."
            )
        raise OutputNotWritable(
            f"{target} cannot be written: no permission to write in the folder {folder}. Choose another one."
        )


def is_same_file(target: Path, name: str | os.PathLike[str]) -> bool:
    """Whether a target is the file of that name, under this name or another."""
    with contextlib.suppress(OSError):
        return target.samefile(name)
    return False


@contextmanager
def write_atomically(target: Path, *, overwrite: bool, sync: bool = True) -> Iterator[BinaryIO]:
    """A seekable stream, open for writing and reading, whose bytes become `target` when the block ends without an error.

    A link is followed, so that the file it names is replaced and not the link; an overwritten file keeps its permissions.
    Without `sync` nothing waits for the disk: for files that only running programs hand each other, which a power cut may
    take.

    Raises:
        OutputExists: the file is there, or appeared meanwhile, and `overwrite` is False.
        OutputNotWritable: no permission, a read-only or full disk; nothing is left behind.
    """
    target = Path(os.path.realpath(target)) if os.path.islink(target) else Path(target)
    check_target(target, overwrite=overwrite)
    remove_orphans(target)
    temporary = _name_temporary(target)
    try:
        # The name is known before the file is there: whenever we are told to end, it is taken away.
        try:
            while (stream := _open_temporary(temporary)) is None:
                temporary = _name_temporary(target)
            try:
                yield stream
                stream.flush()
                if sync:
                    os.fsync(stream.fileno())
            finally:
                _close(stream)
            _take_name(temporary, target, overwrite=overwrite)
        except OSError as error:
            raise _not_writable(target, error) from error
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if sync:
        _sync_folder(target.parent)


def link_atomically(source: Path, target: Path) -> None:
    """Make `target` one more name of the file `source`, in one step; a file that had the name loses it.

    Raises:
        OutputNotWritable: another disk, one without hard links, no permission; `target` is as it was.
    """
    check_target(target, overwrite=True)
    remove_orphans(target)
    temporary = _name_temporary(target)
    try:
        os.link(os.path.realpath(source), temporary)  # of a link, the file that it names
        os.replace(temporary, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise _not_writable(target, error) from error
    finally:
        with contextlib.suppress(OSError):  # replacing a file by itself keeps both names
            temporary.unlink()


def remove_orphans(target: Path) -> None:
    """Delete what writers of this file left behind when they were killed."""
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if not (entry.name.startswith(_prefix(target)) and entry.name.endswith(TEMPORARY_SUFFIX)):
                continue
            path = Path(entry.path)
            with contextlib.suppress(OSError):  # Windows does not delete what somebody has open
                if sys.platform == "win32":
                    path.unlink()
                    continue
                with path.open("rb") as orphan:
                    if _lock(orphan) and _is_named(orphan, path):
                        path.unlink()


def _read_mode(target: Path) -> int | None:
    """What lies at the path, or where its link leads; None when that is nothing."""
    try:
        return target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _not_writable(target, error) from error
    except ValueError as error:
        raise OutputNotWritable(f"{str(target)!r} cannot be the name of a file ({error}).") from error


def _prefix(target: Path) -> str:
    # Long names leave no room for ours, so the temporary name does not repeat the whole of it. The checksum tells apart
    # names that begin alike: between closing and renaming nothing guards a file from who takes it for an orphan of theirs.
    return f".{target.stem[:40]}.{zlib.crc32(os.fsencode(target.name)):08x}."


def _name_temporary(target: Path) -> Path:
    return target.with_name(f"{_prefix(target)}{secrets.token_hex(6)}{TEMPORARY_SUFFIX}")


def _open_temporary(temporary: Path) -> BinaryIO | None:
    """A new file, locked as long as it is open; None when somebody took it for an orphan before it was locked."""
    # Opened by its name and not by a descriptor: tifffile asks the stream for the name.
    stream = open(temporary, "x+b")  # noqa: SIM115
    try:
        if not _lock(stream) or _is_named(stream, temporary):
            return stream
    except BaseException:  # told to end just now
        stream.close()
        raise
    stream.close()
    return None


def is_taken(stream: IO[bytes]) -> bool:
    """Whether somebody else has this file, and else nobody until it is closed; False, too, where there are no locks
    (Windows, some network shares)."""
    return _try_lock(stream) is False


def _lock(stream: IO[bytes]) -> bool:
    """Whether the stream's file is ours alone now, for sure."""
    return _try_lock(stream) is True


def _try_lock(stream: IO[bytes]) -> bool | None:
    """Whether the stream's file is ours now and not somebody else's; None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_named(stream: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _take_name(temporary: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        # Windows refuses to change a file that is open elsewhere; the error says so.
        with contextlib.suppress(OSError):
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
        return
    try:
        # A hard link fails when the name is taken, in one step: nobody can slip in between a check and a rename.
        os.link(temporary, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        if error.errno not in _LINK_UNSUPPORTED:
            raise
        _reserve_and_replace(temporary, target)
        return
    temporary.unlink()


def _reserve_and_replace(temporary: Path, target: Path) -> None:
    """For file systems without hard links (FAT, some network shares): take the name with an empty file, then replace it."""
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError as error:
        raise _exists(target) from error
    try:
        os.replace(temporary, target)
    except BaseException:  # told to end just now, too
        target.unlink(missing_ok=True)
        raise


def _close(stream: BinaryIO) -> None:
    # Closing flushes: after a full disk it fails a second time, and the first error is the one to tell.
    try:
        stream.close()
    except OSError:
        with contextlib.suppress(OSError):
            stream.close()


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows cannot open folders, some shares cannot sync them
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_read_only(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):  # Windows
        return False
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _exists(target: Path) -> OutputExists:
    return OutputExists(
        f"{target} exists already and was left as it is. Choose another name, or ask to overwrite it."
    )


def _not_writable(target: Path, error: OSError) -> OutputNotWritable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputNotWritable(
            f"{target} was not written: the disk is full. Free some space; nothing was changed."
        )
    if error.errno == errno.EROFS:
        return OutputNotWritable(f"{target} was not written: the disk is read-only. Choose another folder.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return OutputNotWritable(
            f"{target} was not written: no permission, or another program has it open. Nothing was changed."
        )
    if error.errno == errno.ENAMETOOLONG:
        return OutputNotWritable(
            f"{target} was not written: the name is too long for this disk. Choose a shorter one."
        )
    return OutputNotWritable(
        f"{target} was not written ({error.strerror or error}). Try another folder; nothing was changed."
    )
