"""The command line: one module a command, loaded when the command is called."""

from __future__ import annotations

import io
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that ask a program to end: from other programs, and from a terminal that is closed."""


def main() -> NoReturn:
    """Entry point of `mattework`."""
    # Our matrices are small: several BLAS threads only wait for each other, badly so on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from mattework.cli.root import run_command_line

    # Names of files and layers may hold letters that a pipe's encoding has no place for.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    # Asked to end, we end as after Ctrl-C: what is half written is taken away first.
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _cancel)
    raise SystemExit(run_command_line())


def _cancel(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
