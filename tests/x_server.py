"""A screen without a monitor: Xvfb under a display number of its own."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_used = itertools.count()


@contextmanager
def run_xvfb(width: int, height: int, *options: str) -> Iterator[str]:
    """Run a server until the block ends; gives what DISPLAY is to be, once programs can connect.

    The number is this process's own. Where the server looks for a free one, it may take that of a server that is just
    ending, and lose its socket when the other removes what it believes to be its own.

    Raises:
        RuntimeError: Xvfb did not start.
    """
    number = 1000 + os.getpid() * 8 % 50_000 + next(_used) % 8
    reader, writer = os.pipe()
    command = ["Xvfb", f":{number}", "-displayfd", str(writer), "-nolisten", "tcp"]
    server = subprocess.Popen(
        [*command, "-screen", "0", f"{width}x{height}x24", *options],
        pass_fds=[writer],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as stream:
            if not stream.readline().strip():
                raise RuntimeError(f"Xvfb did not start on display :{number}")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(20)
