"""The command line: one module a command, loaded when the command is called."""

from __future__ import annotations

import io
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from mattework.errors import Cancelled

ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that ask a program to end: from other programs, and from a terminal that is closed."""


def main() -> NoReturn:
    """Entry point of `mattework`."""
    # Our matrices are small: several BLAS threads only wait for each other, badly so on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _open_closed_streams()
    # Names of files and layers may hold letters that a pipe's encoding has no place for.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    # Asked to end, we end as after Ctrl-C: what is half written is taken away first.
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _cancel)
    try:
        from mattework.cli.root import run_command_line
    except KeyboardInterrupt:  # on a cold disk loading takes seconds
        print("mattework: Cancelled.", file=sys.stderr)
        raise SystemExit(Cancelled.exit_code) from None
    raise SystemExit(run_command_line())


def _open_closed_streams() -> None:
    """Give us the standard streams that whoever started us has closed, as services and desktops do.

    Else the next file that is opened, which may be a result, has the number of standard error and gets all that libraries
    print there.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open until the end


def _cancel(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
