"""What `mattework info` tells of a file that we wrote."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from mattework.cli.root import run_command_line
from mattework.recipe import RECIPE_VERSION
from samples import draw_disc

Captured = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    return run_command_line([str(one) for one in arguments])


def test_what_a_person_chose_is_told(tmp_path: Path, capsys: Captured) -> None:
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


def test_transparency_is_told(tmp_path: Path, capsys: Captured) -> None:
    rgb, inside = draw_disc()
    picture = Image.fromarray(rgb)
    picture.save(tmp_path / "plain.png")
    picture.putalpha(Image.fromarray((inside * 255).astype("uint8")))
    picture.save(tmp_path / "cut.png")
    for name, layer in (("plain.png", "+ Photo"), ("cut.png", "+ Photo  [transparency]")):
        assert run_command_line(["info", str(tmp_path / name)]) == 0
        assert layer in [line.strip() for line in capsys.readouterr().out.splitlines()]


def test_info_tells_layers_masks_and_recipe(
    disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "x.psd", "--shift", "1.5", "-q") == 0
    assert run("info", tmp_path / "x.psd") == 0
    told = capsys.readouterr().out
    for words in ("96 x 80", "Clean colours", "mask", "shift 1.5", "a soft mask of your own"):
        assert words in told
    assert run("info", tmp_path / "x.psd", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert [layer["name"] for layer in facts["layers"]] == ["Photo", "Clean colours"]
    assert facts["recipe"]["edge"]["shift"] == 1.5


def test_info_shows_a_file_whose_recipe_is_of_a_newer_version(
    disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "x.psd", "-q") == 0
    data = (tmp_path / "x.psd").read_bytes()
    current = f'"version":{RECIPE_VERSION}'.encode()
    assert current in data
    (tmp_path / "newer.psd").write_bytes(data.replace(current, b'"version":9'))
    assert run("info", tmp_path / "newer.psd") == 0
    told = capsys.readouterr().out
    assert "Clean colours" in told
    assert "newer Mattework" in told


def test_info_tells_the_container_by_its_content(
    disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    misnamed = Path(shutil.copy(disc[0], tmp_path / "misnamed.jpg"))
    assert run("info", misnamed, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["format"] == "PNG"
    assert facts["bytes"] == misnamed.stat().st_size
    assert run("info", misnamed) == 0
    assert "PNG of" in capsys.readouterr().out


@pytest.mark.parametrize("container", ["psd", "psb"])
def test_a_large_document_is_told_from_a_plain_one_whatever_its_name(
    container: str, disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    picture, mask = disc
    out = tmp_path / "x.psd"
    assert run("cut", picture, "--from-mask", mask, "--format", container, "-o", out, "-q") == 0
    assert run("info", out, "--json") == 0
    assert json.loads(capsys.readouterr().out)["format"] == container.upper()
    assert run("info", out) == 0
    assert f", {container.upper()} of " in capsys.readouterr().out
    assert run("info", shutil.copy(out, tmp_path / "misnamed.jpg")) == 0
    assert f"is really a {container.upper()} file" in capsys.readouterr().out
