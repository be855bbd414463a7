"""Several GIMPs, one that is killed, one that may not write, and one on a full disk: real processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from hosts.gimp.conftest import stop_engines
from hosts.gimp.host import GimpHost
from hosts.gimp.test_journeys import succeed
from patience import finish_program


def start_gimp(host: GimpHost, name: str, task: str = "cut", **settings: str) -> subprocess.Popen[bytes]:
    """GIMP without windows, running crowd.py; its process is GIMP's own, whatever it was started through."""
    variables = {
        "MATTEWORK_TEST_WORK": str(host.work),
        "MATTEWORK_TEST_NAME": name,
        "MATTEWORK_TEST_TASK": task,
        **settings,
    }
    with (host.work / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            host.command(host.work / "crowd.py", variables),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def read_answer(host: GimpHost, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((host.work / "out" / name).read_text(encoding="utf-8"))
    return answer


def list_raw_files(host: GimpHost) -> list[Path]:
    return list((host.work / "tmp").rglob("*.raw"))


def test_two_gimps_at_once_share_one_engine(host: GimpHost) -> None:
    engines = set((host.work / "run").glob("worker-*.json"))
    gimps = [start_gimp(host, f"crowd{number}") for number in range(2)]
    for gimp in gimps:
        finish_program(gimp)
        assert gimp.returncode == 0
    for number in range(2):
        entry = read_answer(host, f"crowd{number}")
        succeed(entry)
        assert [one["mask"] for one in entry["layers"]] == [True, True]
    assert len(set((host.work / "run").glob("worker-*.json")) - engines) <= 1


def test_a_gimp_that_is_killed_leaves_no_files(host: GimpHost) -> None:
    with start_gimp(host, "killed", "slow") as gimp:
        end = time.monotonic() + 600
        while len(list_raw_files(host)) < 3:
            assert gimp.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        gimp.kill()
    end = time.monotonic() + 240
    while list_raw_files(host):
        assert time.monotonic() < end, "leftovers after four minutes"
        time.sleep(0.2)
    assert not (host.work / "out" / "killed").exists()


def test_where_nothing_can_be_written_one_sentence_names_the_folder(host: GimpHost) -> None:
    with start_gimp(host, "locked", MATTEWORK_RUNTIME="/proc/no-such-folder") as gimp:
        finish_program(gimp)
        assert gimp.returncode == 0
    entry = read_answer(host, "locked")
    assert entry["status"] == "execution-error"
    assert "The folder /proc/no-such-folder cannot be made" in entry["error"]
    assert entry["layers"] == [{"name": "Disc", "visible": True, "mask": False}]


ON_A_SMALL_DISK = """
SIZE=$1; FOLDER=$2; LEFT=$3; shift 3
mount -t tmpfs -o "size=$SIZE" none "$FOLDER"
"$@"
find "$FOLDER" -type f -size +0 > "$LEFT"
"""


@pytest.mark.parametrize("size", ["16k", "36k"], ids=["no room for the picture", "no room for the result"])
def test_on_a_full_disk_one_sentence_says_so_and_nothing_stays(host: GimpHost, size: str) -> None:
    """The picture takes 23 kB of the temporary folder, what comes back another 31."""
    if os.getuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("a small disk can only be made by root, where mounting is allowed")
    small, left = host.work / "small", host.work / "out" / "left"
    for name in ("tmp", "run"):
        (small / name).mkdir(parents=True)
    variables = {
        "MATTEWORK_TEST_WORK": str(host.work),
        "MATTEWORK_TEST_NAME": "full",
        "MATTEWORK_TEST_TASK": "cut",
        "MATTEWORK_RUNTIME": str(small / "run"),
        "TMPDIR": str(small / "tmp"),
    }
    script = ["unshare", "-m", "--propagation", "private", "sh", "-euc", ON_A_SMALL_DISK, "sh"]
    gimp = host.command(host.work / "crowd.py", variables)
    try:
        process = subprocess.Popen(
            [*script, size, str(small / "tmp"), str(left), *gimp],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        printed = finish_program(process)
        assert process.returncode == 0, printed.decode("utf-8", "replace")
        entry = read_answer(host, "full")
        assert entry["status"] == "execution-error"
        assert entry["error"].startswith("The disk is full: ")
        assert entry["error"].endswith("Free some space and try again.")
        assert entry["layers"] == [{"name": "Disc", "visible": True, "mask": False}]
        assert left.read_text(encoding="utf-8") == ""
    finally:
        stop_engines(small)
        shutil.rmtree(small)
