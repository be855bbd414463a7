"""Hundreds of hostile files: none crashes, hangs, eats the memory, or passes as sound when its end is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hostile import make_hostile_files, make_seeds

HARMLESS_CUT = {"cut-last-", "cut-0.995-", "cut-0.99-"}


def open_in_child(folder: Path) -> dict[str, dict[str, Any]]:
    child = Path(__file__).with_name("hostile.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(child), str(folder)], capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    results = {line["name"]: line for line in lines if "name" in line}
    begun = [line["begin"] for line in lines if "begin" in line]
    assert done.returncode == 0, (
        f"the process died at {begun[-1] if begun else 'its start'}: {done.stderr[-2000:]}"
    )
    return results


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in make_hostile_files():
        (folder / name).write_bytes(data)
    return open_in_child(folder)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("sound")
    for name, data in make_seeds().items():
        (folder / name).write_bytes(data)
    return open_in_child(folder)


def test_every_seed_is_sound(sound: dict[str, dict[str, Any]]) -> None:
    refused = {name: result.get("message") for name, result in sound.items() if not result["opened"]}
    assert not refused
    assert len(sound) >= 25


def test_nothing_but_our_own_errors_comes_out(outcome: dict[str, dict[str, Any]]) -> None:
    crashes = {name: result["crash"] for name, result in outcome.items() if "crash" in result}
    assert not crashes
    assert len(outcome) > 500


def test_every_refusal_is_a_sentence_with_the_name_of_the_file(outcome: dict[str, dict[str, Any]]) -> None:
    for name, result in outcome.items():
        if not result["opened"]:
            message = result["message"]
            assert name in message, message
            assert message.rstrip().endswith((".", ")")), message
            assert len(message) < 600, message


def test_a_file_without_its_end_never_passes_as_sound(
    outcome: dict[str, dict[str, Any]], sound: dict[str, dict[str, Any]]
) -> None:
    """It is refused, or all its pixels were there, or a note says what is missing."""
    silent = []
    for name, result in outcome.items():
        if not name.startswith("cut-") or not result["opened"]:
            continue
        whole = sound[name.split("-", 2)[2]]
        if result["sum"] != whole["sum"] and result["notes"] == whole["notes"]:
            silent.append(name)
    assert not silent


def test_memory_stays_bounded(outcome: dict[str, dict[str, Any]]) -> None:
    assert max(result["peak"] for result in outcome.values()) < 1800, "megabytes at the peak"


def test_bombs_are_refused(outcome: dict[str, dict[str, Any]]) -> None:
    bombs = {
        name: result for name, result in outcome.items() if name.startswith("bomb-2") or name == "bomb.tif"
    }
    assert bombs
    assert not [name for name, result in bombs.items() if result["opened"]]


def test_a_wrong_suffix_is_read_by_its_content(outcome: dict[str, dict[str, Any]]) -> None:
    assert outcome["wrong-name.jpg"]["opened"]


def test_corpus_of_hostile_files(shared_data: Path) -> None:
    folder = shared_data / "psd-corpus" / "made-here"
    if not folder.is_dir():
        pytest.skip(f"no hostile corpus at {folder}")
    results = open_in_child(folder)
    assert not {name: result["crash"] for name, result in results.items() if "crash" in result}
