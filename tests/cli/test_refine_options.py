"""What options of a cut change, or say that they do not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mattework.cli.root import run_command_line
from samples import draw_disc

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """A picture beside a soft mask and a trimap for it."""
    picture, truth = draw_disc()
    Image.fromarray(picture).save(tmp_path / "disc.png")
    Image.fromarray(np.rint(truth * 255).astype(np.uint8)).save(tmp_path / "mask.png")
    trimap = np.full(truth.shape, 128, np.uint8)
    trimap[truth > 0.99], trimap[truth < 0.01] = 255, 0
    Image.fromarray(trimap).save(tmp_path / "trimap.png")
    return tmp_path / "disc.png"


def run(capsys: Captured, *arguments: object) -> dict[str, object]:
    assert run_command_line([*map(str, arguments), "--json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def read_notes(told: dict[str, object]) -> str:
    notes = told["notes"]
    assert isinstance(notes, list)
    return " ".join(notes)


def test_the_width_of_a_band_that_a_trimap_lays_is_told_of(disc: Path, capsys: Captured) -> None:
    trimap = ["--trimap", disc.with_name("trimap.png")]
    plain = run(capsys, "cut", disc, *trimap, "-o", disc.with_name("a.psd"))
    wide = run(capsys, "cut", disc, *trimap, "--band", 3, "-o", disc.with_name("b.psd"))
    assert "band" not in read_notes(plain)
    assert "The trimap lays the unknown band itself" in read_notes(wide)


def test_spill_that_stays_is_told_of(disc: Path, capsys: Captured) -> None:
    mask = ["--from-mask", disc.with_name("mask.png"), "--key", "green"]
    none = run(capsys, "cut", disc, *mask, "--colours", 0, "-o", disc.with_name("a.psd"))
    assert "the spill of the screen was left" in read_notes(none)


def test_a_screen_can_be_named_and_taken_back(disc: Path, capsys: Captured) -> None:
    first, second = disc.with_name("a.psd"), disc.with_name("b.psd")
    run(capsys, "cut", disc, "--from-mask", disc.with_name("mask.png"), "--key", "green", "-o", first)
    run(capsys, "refine", first, "--key", "none", "-o", second)
    assert run_command_line(["info", str(second), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recipe"]["key"] is None
    assert run_command_line(["info", str(first), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recipe"]["key"] == "green"


@pytest.mark.parametrize("command", ["cut", "refine", "render"])
def test_a_background_named_from_home_is_not_written_over(
    command: str, disc: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(disc.parent))
    monkeypatch.setenv("USERPROFILE", str(disc.parent))
    behind, cut = disc.with_name("behind.png"), disc.with_name("cut.psd")
    Image.new("RGB", (64, 64), (10, 20, 30)).save(behind)
    before = behind.read_bytes()
    run(capsys, "cut", disc, "--from-mask", disc.with_name("mask.png"), "-o", cut)
    extra = ["--from-mask", str(disc.with_name("mask.png"))] if command == "cut" else []
    source = disc if command == "cut" else cut
    arguments = [
        command,
        str(source),
        *extra,
        "--background",
        "~/behind.png",
        "-o",
        str(behind),
        "--overwrite",
    ]
    assert run_command_line(arguments) == 2
    assert "would be gone" in capsys.readouterr().err
    assert behind.read_bytes() == before
