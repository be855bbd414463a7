"""Small files of state: whole, and none of several changes is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mattework.errors import OutputNotWritable
from mattework.models.state import change_state, read_state

CORE = Path(__file__).resolve().parents[2] / "core"


def test_a_state_is_what_the_change_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "config" / "a.json"
    assert read_state(path) == {}

    change_state(path, lambda known: known | {"one": 1})
    change_state(path, lambda known: known | {"two": 2})

    assert read_state(path) == {"one": 1, "two": 2}
    assert [one.name for one in path.parent.iterdir()] == ["a.json"]


def test_a_state_that_stays_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    change_state(path, lambda known: known | {"one": 1})
    before = path.stat().st_ino, path.stat().st_mtime_ns

    change_state(path, lambda known: known | {"one": 1})

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    "text", [b"", b"{ not json", b"[1, 2]", b"\x00\x00", b'{"\xff": 1}', b'{"a":' + b"[" * 9999]
)
def test_a_damaged_state_counts_as_empty(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text)

    assert read_state(path) == {}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file in the way")

    with pytest.raises(OutputNotWritable, match="config cannot be made"):
        change_state(tmp_path / "config" / "a.json", lambda known: known | {"one": 1})


@pytest.mark.skipif(sys.platform == "win32", reason="folders know no locks there; the last to write wins")
def test_of_changes_by_several_processes_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    program = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from mattework.models.state import change_state
        def add(known):
            time.sleep(0.005)
            return known | {{name: number}}
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(10):
            name = sys.argv[1] + str(number)
            change_state(Path({str(path)!r}), add)
    """)
    environment = {**os.environ, "PYTHONPATH": str(CORE)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "abcd"
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:  # all at once
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in running:
        one.communicate()
    assert [one.returncode for one in running] == [0] * 4

    assert len(read_state(path)) == 40
