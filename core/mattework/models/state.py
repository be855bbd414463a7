"""Small JSON files of state: hashes that were seen, terms that were accepted. Each is whole or as it was."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from mattework.atomic import write_atomically
from mattework.errors import OutputNotWritable

State: TypeAlias = dict[str, Any]


def read_state(path: Path) -> State:
    """A small JSON object; empty when it is missing or damaged."""
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError):
        return {}


def change_state(path: Path, change: Callable[[State], State]) -> None:
    """Replace a small JSON object by what `change` makes of it; of several that change it at a time, none is lost.

    Raises:
        OutputNotWritable: the folder cannot be made or written to, or the disk is full.
    """
    import msgspec

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritable(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    with _hold_folder(path.parent):
        known = read_state(path)
        wanted = change(dict(known))
        if wanted == known:
            return
        text = msgspec.json.format(msgspec.json.encode(wanted), indent=2)
        with write_atomically(path, overwrite=True) as stream:
            stream.write(text)


@contextmanager
def _hold_folder(folder: Path) -> Iterator[None]:
    """Keep others from changing states in a folder meanwhile. Where folders know no locks, the last to write wins."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # some network shares
            descriptor = os.open(folder, os.O_RDONLY)
            held.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
