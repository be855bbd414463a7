"""Where bytes come from and go to: paths, open streams, pipes, and bytes in memory."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOBase
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from mattework.atomic import check_target, write_atomically
from mattework.errors import FileNotReadable, FileTooLarge, OutOfMemory, OutputNotWritable, UsageError
from mattework.formats.limits import Limits

Source: TypeAlias = str | os.PathLike[str] | BinaryIO | bytes
Target: TypeAlias = str | os.PathLike[str] | BinaryIO
Writer: TypeAlias = Callable[[BinaryIO], tuple[str, ...]]

_COPY_BYTES = 1 << 20


@contextmanager
def open_source(source: Source, limits: Limits, name: str | None) -> Iterator[tuple[BinaryIO, str]]:
    """A seekable stream of the source, and what to call it.

    Raises:
        FileNotReadable: missing, a folder, a device, or no permission.
        FileTooLarge: a pipe that delivers more than the limit.
        UsageError: no path, no bytes and no stream of bytes.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield BytesIO(source), name or "The picture"
    elif isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        with _open_path(path) as stream:
            yield (stream if stream.seekable() else _spool(stream, limits, path)), name or path
    else:
        if isinstance(cast("object", source), TextIOBase):
            raise UsageError(
                'A picture is read as bytes, and this file was opened as text. Open it with "rb".'
            )
        if not hasattr(source, "read"):
            raise UsageError(
                f"A file is a path, bytes or an open file here, not {type(source).__name__}. Where an array is taken too, "
                "numpy.asarray makes one of a PIL image."
            )
        shown = name or str(getattr(source, "name", None) or "The picture")
        yield (source if source.seekable() else _spool(source, limits, shown)), shown


def write_target(target: Target, write: Writer, *, overwrite: bool) -> tuple[str, ...]:
    """Run `write` on a seekable stream whose bytes then become the target: a file, atomically, or an open stream.

    Raises:
        OutputExists, OutputNotWritable: as `write_atomically`; a stream that cannot take the bytes, too.
        BrokenPipeError: whoever read the stream has gone.
        OutOfMemory: the picture is too large for this machine.
    """
    try:
        if isinstance(target, (str, os.PathLike)):
            path = Path(target)
            check_target(path, overwrite=overwrite)
            with write_atomically(path, overwrite=overwrite) as stream:
                return write(stream)
        with tempfile.NamedTemporaryFile(suffix=".mattework") as holder:
            spool = cast("BinaryIO", holder.file)
            try:
                notes = write(spool)
                spool.flush()
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                raise OutputNotWritable(
                    f"The disk is full: {tempfile.gettempdir()} has no room for the picture. Free some space and try again."
                ) from error
            spool.seek(0)
            while block := spool.read(_COPY_BYTES):
                target.write(block)
            target.flush()
            return notes
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputNotWritable(
            f"The picture could not be written to its stream ({reason}). Write it to a file instead."
        ) from error
    except MemoryError as error:
        raise OutOfMemory(
            "There is not enough memory to write this picture. Close other programs, or make it smaller."
        ) from error


def folder_of(stream: BinaryIO) -> str | None:
    """The folder that a stream's file lies in, for temporary files that may be as large; None when it has none."""
    name = getattr(stream, "name", None)
    folder = os.path.dirname(os.path.abspath(name)) if isinstance(name, str) else None
    return folder if folder and os.path.isdir(folder) else None


def _open_path(path: str) -> BinaryIO:
    try:
        kind = stat.S_IFMT(Path(path).stat().st_mode)
        if kind == stat.S_IFDIR:
            raise FileNotReadable(f"{path} is a folder. Name a picture file inside it.")
        if kind not in (stat.S_IFREG, stat.S_IFIFO):
            raise FileNotReadable(f"{path} is a device and not a file. Name a picture file.")
        return open(path, "rb")
    except FileNotFoundError as error:
        raise FileNotReadable(f"{path} does not exist. Check the name.") from error
    except PermissionError as error:
        raise FileNotReadable(
            f"{path} cannot be read: no permission. Change its permissions first."
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileNotReadable(f"{path!r} cannot be read ({reason}). Check the name and the disk.") from error


def _spool(stream: BinaryIO, limits: Limits, name: str) -> BinaryIO:
    """A pipe's bytes in memory, no more than the limit."""
    data = BytesIO()
    while block := stream.read(_COPY_BYTES):
        data.write(block)
        if data.tell() > limits.max_bytes:
            raise FileTooLarge(
                f"{name} delivers more than {limits.max_bytes / 1e9:.1f} GB. Save it as a file first."
            )
    return data
