"""What holds for every command: how it ends, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mattework.errors import Cancelled, OutputError
from samples import ASTRONAUT

COMMAND = (sys.executable, "-c", "from mattework.cli import main; main()")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
@pytest.mark.parametrize("arguments", [["info", str(ASTRONAUT)], ["render", str(ASTRONAUT), "-o", "-"]])
def test_a_full_disk_behind_standard_output_is_no_defect(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == OutputError.exit_code, done.stderr
    assert b"defect" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes without asking them")
def test_a_command_that_is_asked_to_end_takes_its_half_written_file_with_it(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (2500, 2500, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png", compress_level=0)
    command = [*COMMAND, "render", str(tmp_path / "noise.png"), "-o", str(tmp_path / "out.png")]
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while child.poll() is None and not list(tmp_path.glob(".out*")) and time.monotonic() < deadline:
        time.sleep(0.002)
    assert list(tmp_path.glob(".out*")), "the file was never begun"
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=60)
    assert child.returncode == Cancelled.exit_code, said
    assert b"Traceback" not in said
    assert [one.name for one in tmp_path.iterdir()] == ["noise.png"]
