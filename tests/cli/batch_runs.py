"""How tests run the command line over many pictures, and what lies there then."""

from __future__ import annotations

from pathlib import Path

import pytest

from mattework.cli.root import run_command_line

Captured = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    return run_command_line([str(one) for one in arguments])


def list_files(folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
