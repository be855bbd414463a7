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

from mattework.cli.root import run_command_line
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


@pytest.mark.parametrize(
    "arguments",
    [["models", "list"], ["--help"], ["render", str(ASTRONAUT), "-q", "-o", "-", "--format", "psd"]],
)
def test_a_reader_that_has_seen_enough_is_no_failure(arguments: list[str]) -> None:
    """As `| head` is."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:
        done = subprocess.run([*COMMAND, *arguments], stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_names_that_a_pipe_has_no_letters_for_are_told_all_the_same(tmp_path: Path) -> None:
    picture = tmp_path / "足.png"
    Image.new("L", (4, 3)).save(picture)
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    for arguments, said in (([], rb"\u8db3.png: 4 x 3"), (["--json"], "足.png".encode())):
        done = subprocess.run(
            [*COMMAND, "info", str(picture), *arguments], capture_output=True, check=False, env=environment
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stdout, "text as the pipe can take it, JSON always as UTF-8"


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes without asking them")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_command_that_is_asked_to_end_takes_its_half_written_file_with_it(
    name: str, tmp_path: Path
) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (2500, 2500, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png", compress_level=0)
    # Tests that run under nohup would hand their deafness on.
    code = f"import signal; signal.signal(signal.{name}, signal.SIG_DFL); {COMMAND[-1]}"
    command = [*COMMAND[:-1], code, "render", str(tmp_path / "noise.png"), "-o", str(tmp_path / "out.png")]
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while child.poll() is None and not list(tmp_path.glob(".out*")) and time.monotonic() < deadline:
        time.sleep(0.002)
    assert list(tmp_path.glob(".out*")), "the file was never begun"
    child.send_signal(getattr(signal, name))
    _, said = child.communicate(timeout=60)
    assert child.returncode == Cancelled.exit_code, said
    assert b"Traceback" not in said
    assert [one.name for one in tmp_path.iterdir()] == ["noise.png"]


def test_ctrl_c_while_the_program_loads_is_no_traceback() -> None:
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        f"sys.meta_path.insert(0, Interrupt()); {COMMAND[-1]}"
    )
    done = subprocess.run([*COMMAND[:-1], code, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (Cancelled.exit_code, "mattework: Cancelled.\n")


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that closes streams")
def test_a_command_works_without_standard_streams(tmp_path: Path) -> None:
    """As services and desktops start programs. What libraries print must not get into the result either."""
    target = tmp_path / "out.png"
    code = (
        "import os, sys\n"
        "import mattework.formats.files as files\n"
        "save = files.save_document\n"
        "def chat(*given, **options):\n"
        "    options['progress'] = lambda *_: os.write(2, b'a warning')\n"
        "    return save(*given, **options)\n"
        f"files.save_document = chat; {COMMAND[-1]}"
    )
    command = [*COMMAND[:-1], code, "render", str(ASTRONAUT), "-o", str(target)]
    done = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command], check=False)
    assert done.returncode == 0
    with Image.open(target) as picture:
        picture.load()
    assert b"a warning" not in target.read_bytes()


def test_a_photo_in_place_of_a_command_is_shown_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my photo.jpg").touch()
    assert run_command_line(["my photo.jpg"]) == 2
    assert "mattework cut 'my photo.jpg'" in capsys.readouterr().err


def test_a_misspelt_command_is_told_the_one_like_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["refin", "x.psd"]) == 2
    assert "mattework refine?" in capsys.readouterr().err


def test_a_terminal_is_not_filled_with_a_picture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run_command_line(["render", str(ASTRONAUT), "-o", "-"]) == 2
    shown = capsys.readouterr()
    assert "fill the terminal" in shown.err
    assert shown.out == ""
