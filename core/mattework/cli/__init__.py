"""The command line: one module a command, loaded when the command is called."""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """Entry point of `mattework`."""
    from mattework.cli.root import run_command_line

    raise SystemExit(run_command_line())
