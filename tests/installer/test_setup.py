"""Setting up a checkout: what is installed when, without installing anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts are for sh")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The scripts beside an environment whose pip only writes down what it was asked for."""
    for name in ("mattework", "installer/setup.sh", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, text in {
        "python": f'if [ "$1" = -m ]; then echo "$*" >>asked; else exec {sys.executable} "$@"; fi',
        "pip": "",
        "mattework": 'echo "$*" >>ran',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    return tmp_path


def call(checkout: Path, *command: str) -> list[str]:
    """What pip was asked to install during one call."""
    (checkout / "asked").unlink(missing_ok=True)
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    asked = checkout / "asked"
    return [line.split()[-1] for line in asked.read_text().splitlines()] if asked.exists() else []


def test_the_first_call_installs_and_the_second_does_not(checkout: Path) -> None:
    assert call(checkout, "./mattework", "cut", "a b.jpg") == ["."]
    assert call(checkout, "./mattework", "cut", "a b.jpg") == []
    assert (checkout / "ran").read_text() == "cut a b.jpg\n" * 2


def test_a_folder_that_was_moved_is_made_ready_again(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert call(checkout, "./mattework", "info") == ["."]
    moved = tmp_path_factory.mktemp("moved") / "my mattework"
    shutil.move(checkout, moved)
    assert call(moved, "./mattework", "info") == ["."]
    assert call(moved, "./mattework", "info") == []


def test_the_editor_comes_when_it_is_opened(checkout: Path) -> None:
    assert call(checkout, "./mattework", "info") == ["."]
    assert call(checkout, "./mattework", "edit") == [".[editor]"]
    assert call(checkout, "./mattework", "edit") == []
    assert call(checkout, "./mattework", "info") == []


def test_what_the_checks_install_is_enough_for_all(checkout: Path) -> None:
    assert call(checkout, "installer/setup.sh", "dev") == [".[dev]"]
    assert call(checkout, "./mattework", "edit") == []
    assert call(checkout, "./mattework", "cut") == []


def test_an_environment_that_was_broken_off_half_way_is_made_again(checkout: Path) -> None:
    (checkout / ".venv/bin/pip").unlink()
    maker = checkout / "python"
    maker.write_text(
        f'#!/bin/sh\nif [ "$1" = -m ]; then echo "$*" >>made; else exec {sys.executable} "$@"; fi\n'
    )
    maker.chmod(0o755)

    subprocess.run(
        ["installer/setup.sh"],
        cwd=checkout,
        check=True,
        capture_output=True,
        env={**os.environ, "MATTEWORK_PYTHON": str(maker)},
    )

    assert (checkout / "made").read_text() == "-m venv .venv\n"


def test_another_pyproject_installs_again(checkout: Path) -> None:
    call(checkout, "./mattework", "cut")
    with (checkout / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert call(checkout, "./mattework", "cut") == ["."]


@pytest.mark.parametrize("is_watched", [True, False])
def test_packages_are_told_to_who_watches_and_not_to_a_log(checkout: Path, is_watched: bool) -> None:
    import pty

    terminal, end = pty.openpty()
    subprocess.run(
        ["installer/setup.sh"], cwd=checkout, check=True, stderr=end if is_watched else subprocess.DEVNULL
    )
    os.close(end)
    os.close(terminal)

    assert ("--quiet" in (checkout / "asked").read_text()) is not is_watched
