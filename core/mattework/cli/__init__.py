"""The command line: one module a command, loaded when the command is called."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn


def main() -> NoReturn:
    """Entry point of `mattework`."""
    # Our matrices are small: several BLAS threads only wait for each other, badly so on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from mattework.cli.root import run_command_line

    # Asked to end, we end as after Ctrl-C: what is half written is taken away first.
    signal.signal(signal.SIGTERM, _cancel)
    raise SystemExit(run_command_line())


def _cancel(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
