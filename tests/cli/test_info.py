"""What `mattework info` tells of a file that we wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mattework.cli.root import run_command_line
from samples import draw_disc


def test_what_a_person_chose_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo, mask, out = tmp_path / "disc.png", tmp_path / "mask.png", tmp_path / "disc.psd"
    rgb, inside = draw_disc()
    Image.fromarray(rgb).save(photo)
    Image.fromarray((inside > 0).astype("uint8") * 255).save(mask)
    choices = ["--shadow", "contact", "--background", "white..#ccc", "--key", "green"]
    source = [str(photo), "--from-mask", str(mask), "--edge", "guided", "-q"]
    assert run_command_line(["cut", *source, *choices, "-o", str(out)]) == 0
    capsys.readouterr()

    assert run_command_line(["info", str(out)]) == 0
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["screen", "green"] in told
    assert ["backdrop", "white..#ccc"] in told
    assert ["shadow", "contact"] in told
    assert not [line for line in told if line and line[0] in ("prompts", "strokes")]


def test_transparency_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rgb, inside = draw_disc()
    picture = Image.fromarray(rgb)
    picture.save(tmp_path / "plain.png")
    picture.putalpha(Image.fromarray((inside * 255).astype("uint8")))
    picture.save(tmp_path / "cut.png")
    for name, layer in (("plain.png", "+ Photo"), ("cut.png", "+ Photo  [transparency]")):
        assert run_command_line(["info", str(tmp_path / name)]) == 0
        assert layer in [line.strip() for line in capsys.readouterr().out.splitlines()]
