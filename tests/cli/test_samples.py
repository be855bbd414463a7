"""`mattework samples`, and the refusals of targets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mattework.cli.root import run_command_line


def test_samples_a_second_time_say_what_this_command_can_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "mine")
    assert run_command_line(["samples", folder]) == 0
    capsys.readouterr()
    assert run_command_line(["samples", folder]) == 4
    said = capsys.readouterr().err
    assert "name another folder" in said
    assert "with -o" not in said
    assert run_command_line(["samples", folder, "--overwrite"]) == 0


def test_a_photo_as_its_own_target_is_refused_without_the_advice_to_overwrite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (8, 8)).save(photo)
    assert run_command_line(["cut", str(photo), "-o", str(photo)]) == 2
    said = capsys.readouterr().err
    assert "one of the pictures that are read" in said
    assert "--overwrite" not in said


def test_a_target_without_a_suffix_is_told_how_a_folder_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (8, 8)).save(photo)
    assert run_command_line(["cut", str(photo), "-o", str(tmp_path / "cutouts")]) == 2
    assert "end in a slash" in capsys.readouterr().err
