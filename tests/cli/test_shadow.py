"""Shadows and backgrounds from the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage

from mattework import get_recipe, open_document
from mattework.cli.root import run_command_line
from mattework.recipe import Shadow
from samples import draw_disc


@pytest.fixture
def disc(tmp_path: Path) -> tuple[Path, Path]:
    picture, truth = draw_disc(240, 200)
    Image.fromarray(picture).save(tmp_path / "disc.png")
    Image.fromarray(np.rint(truth * 255).astype(np.uint8)).save(tmp_path / "mask.png")
    return tmp_path / "disc.png", tmp_path / "mask.png"


def run(*arguments: object) -> int:
    return run_command_line([str(one) for one in arguments])


def shadow_of(path: Path) -> Shadow | None:
    found = get_recipe(open_document(path).metadata.xmp)
    assert found is not None
    return found[0].shadow


def test_a_shadow_is_cut_changed_and_taken_away(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, mask = disc
    first, second, third = (tmp_path / f"{name}.psd" for name in ("first", "second", "third"))
    assert run("cut", picture, "--from-mask", mask, "--edge", "hard", "--shadow", "contact", "-o", first) == 0
    assert [layer.name for layer in PSDImage.open(first)] == ["Shadow", "Photo", "Clean colours"]
    made = shadow_of(first)
    assert made is not None
    assert made.kind == "contact"
    assert made.dy is not None, "what suits the subject is written down"
    assert run("refine", first, "--shadow-opacity", "0.9", "--shadow-offset", "30,-12", "-o", second) == 0
    assert shadow_of(second) == Shadow(kind="contact", dx=30, dy=-12, blur=made.blur, opacity=0.9)
    assert len(list(PSDImage.open(second))) == 3
    assert run("refine", second, "--shadow", "none", "-o", third) == 0
    assert [layer.name for layer in PSDImage.open(third)] == ["Photo", "Clean colours"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--shadow-blur", "4"], "--shadow drop or contact"),
        (["--shadow", "drop", "--shadow-offset", "3"], "two numbers"),
        (["--shadow", "drop", "--shadow-colour", "night"], "no colour"),
        (["--background", "white..night"], "gradient"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(
    disc: tuple[Path, Path],
    tmp_path: Path,
    options: list[str],
    word: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "out.psd", *options) == 2
    assert word in capsys.readouterr().err
    assert not (tmp_path / "out.psd").exists()


def test_a_background_is_taken_away_by_none(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, mask = disc
    first, second = tmp_path / "first.psd", tmp_path / "second.psd"
    assert (
        run("cut", picture, "--from-mask", mask, "--edge", "hard", "--background", "white", "-o", first) == 0
    )
    assert run("refine", first, "--background", "none", "-o", second) == 0
    assert [layer.name for layer in PSDImage.open(second)] == ["Photo", "Clean colours"]


def test_a_background_picture_that_changed_under_its_name_is_taken_where_it_is_given(
    disc: tuple[Path, Path], tmp_path: Path
) -> None:
    picture, mask = disc
    behind, first = tmp_path / "behind.png", tmp_path / "first.psd"
    Image.new("RGB", (120, 100), "red").save(behind)
    assert (
        run("cut", picture, "--from-mask", mask, "--edge", "hard", "--background", behind, "-o", first) == 0
    )
    Image.new("RGB", (120, 100), "blue").save(behind)
    kept, given = tmp_path / "kept.psd", tmp_path / "given.psd"
    assert run("refine", first, "--shift", "-1", "-o", kept) == 0
    assert run("refine", first, "--background", behind, "-o", given) == 0
    for path, colour in ((kept, (255, 0, 0)), (given, (0, 0, 255))):
        layers = list(open_document(path).walk_layers())
        assert [layer.name for layer in layers] == ["Background", "Photo", "Clean colours"]
        assert (layers[0].pixels == colour).all()


def test_a_gradient_and_the_blurred_photo_stand_behind(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, mask = disc
    for number, background in enumerate(("linear-gradient(90deg, black, white)", "blur(9)")):
        target = tmp_path / f"{number}.png"
        arguments = ("--from-mask", mask, "--edge", "hard", "--background", background, "-o", target)
        assert run("cut", picture, *arguments) == 0
    gradient, blurred = (np.asarray(Image.open(tmp_path / f"{n}.png")).astype(int) for n in (0, 1))
    assert gradient[5, 5].max() < 10
    assert gradient[5, -5].min() > 245
    original = np.asarray(Image.open(picture)).astype(int)
    assert np.abs(blurred[100, 120] - original[100, 120]).max() == 0, "the subject is sharp"
    assert np.ptp(blurred[5:30, 5:60], axis=(0, 1)).max() < np.ptp(original[5:30, 5:60], axis=(0, 1)).min()
