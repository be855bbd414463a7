"""A save that is killed, or runs out of disk, at any moment: the old file or the new one is there, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from formats.break_saves import MOMENTS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="breaks saves in forked processes")

HERE = Path(__file__).resolve()
MANNERS = ("psd", "tif", "psd-layer", "tif-layer")


def break_saves(folder: Path, how: str, manner: str) -> dict[str, int]:
    paths = os.pathsep.join(str(HERE.parents[level] / part) for level, part in ((2, "core"), (1, "")))
    done = subprocess.run(
        [sys.executable, str(HERE.with_name("break_saves.py")), str(folder), how, manner],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("manner", MANNERS)
def test_a_killed_save_leaves_a_whole_file_and_the_next_one_clears_up(tmp_path: Path, manner: str) -> None:
    found = break_saves(tmp_path, "kill", manner)
    assert found["other"] == 0
    assert found["old"] > 0  # some were killed in time
    assert found["litter at the end"] == 0


@pytest.mark.parametrize("manner", MANNERS)
def test_files_that_may_not_grow_are_refused_and_leave_the_old_one(tmp_path: Path, manner: str) -> None:
    found = break_saves(tmp_path, "limit", manner)
    assert found["old"] == found["refused"] == MOMENTS
    assert found["litter"] == found["litter at the end"] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or subprocess.run(command, capture_output=True).returncode
    ):
        pytest.skip("a small disk can be made by root on Linux only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("manner", MANNERS)
def test_a_full_disk_leaves_the_old_file(small_disk: Path, manner: str) -> None:
    found = break_saves(small_disk, "disk", manner)
    assert found["other"] == 0
    assert found["old"] == found["refused"] > MOMENTS // 2
    assert found["litter"] == found["litter at the end"] == 0
