"""A recipe in a file of its own, for pictures that cannot hold it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mattework
from mattework.cli.root import run_command_line
from mattework.errors import FileNotReadable, OutputExists, RecipeError
from mattework.formats.recipe_file import read_recipe, save_recipe
from mattework.recipe import EdgeSettings, Recipe, RecipeInputs
from samples import save_disc


def run(*arguments: object) -> int:
    return run_command_line([str(one) for one in arguments])


@pytest.fixture
def disc(tmp_path: Path) -> tuple[Path, Path]:
    return save_disc(tmp_path)


def test_a_recipe_and_its_pictures_come_back(tmp_path: Path) -> None:
    recipe = Recipe(edge=EdgeSettings(shift=-2.5), background="white & <gold>")
    inputs = RecipeInputs(soft_mask=bytes(range(256)), trimap=b"trimap")
    save_recipe(recipe, inputs, tmp_path / "one.xmp")
    assert read_recipe(tmp_path / "one.xmp") == (recipe, inputs)
    with pytest.raises(OutputExists):
        save_recipe(recipe, inputs, tmp_path / "one.xmp")


def test_what_is_no_recipe_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.xmp").write_text("a letter")
    with pytest.raises(RecipeError, match=r"other\.xmp holds no recipe"):
        read_recipe(tmp_path / "other.xmp")
    with pytest.raises(FileNotReadable, match=r"missing\.xmp does not exist"):
        read_recipe(tmp_path / "missing.xmp")


@pytest.mark.parametrize("name", ["cut.psd", "cut.psb", "cut.tif", "cut.xmp"])
def test_a_recipe_is_read_from_every_file_that_carries_one(
    disc: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    cutout = mattework.cut_out(disc[0], from_mask=disc[1], edge=EdgeSettings(feather=3))
    cutout.save_recipe(tmp_path / name) if name.endswith("xmp") else cutout.save(tmp_path / name)
    assert mattework.read_recipe(tmp_path / name) == (cutout.recipe, cutout.inputs)
    target = tmp_path / "again.png"
    assert run("refine", disc[0], "--recipe", tmp_path / name, "-o", target) == 0
    alpha = np.asarray(Image.open(target))[..., 3]
    np.testing.assert_array_equal(alpha, np.rint(cutout.alpha * 255).astype(np.uint8))


@pytest.mark.parametrize("name", ["cut.psd", "cut.tif", "cut.xmp"])
def test_a_damaged_recipe_is_told_from_none(
    disc: tuple[Path, Path], tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cutout = mattework.cut_out(disc[0], from_mask=disc[1])
    path = tmp_path / name
    cutout.save_recipe(path) if name.endswith("xmp") else cutout.save(path)
    path.write_bytes(path.read_bytes().replace(b"</mattework:Recipe>", b"</mattework:Racipe>", 1))
    with pytest.raises(RecipeError, match=f"The recipe in .*{name} is damaged"):
        mattework.read_recipe(path)
    if not name.endswith("xmp"):
        assert run("refine", path, "-o", tmp_path / "again.png") == 7
        assert "XMP data are damaged" in capsys.readouterr().err
        with pytest.raises(RecipeError, match="XMP data are damaged"):
            mattework.apply_recipe(path)


def test_a_png_is_made_again_from_the_photo_and_its_recipe(disc: tuple[Path, Path], tmp_path: Path) -> None:
    photo, mask = disc
    first, again, moved = (tmp_path / f"{name}.png" for name in ("first", "again", "moved"))
    recipe = tmp_path / "disc.xmp"
    assert run("cut", photo, "--from-mask", mask, "-o", first, "--save-recipe", recipe, "--smooth", 2) == 0
    assert run("refine", photo, "--recipe", recipe, "-o", again) == 0
    np.testing.assert_array_equal(np.asarray(Image.open(again)), np.asarray(Image.open(first)))
    assert run("refine", photo, "--recipe", recipe, "-o", moved, "--shift", -3) == 0
    assert np.asarray(Image.open(moved))[..., 3].sum() < np.asarray(Image.open(first))[..., 3].sum()


def test_a_recipe_is_not_written_over_anything(disc: tuple[Path, Path], tmp_path: Path) -> None:
    photo, mask = disc
    before = photo.read_bytes()
    target = tmp_path / "out.png"
    assert run("cut", photo, "--from-mask", mask, "-o", target, "--save-recipe", photo, "--overwrite") == 2
    assert run("cut", photo, "--from-mask", mask, "-o", target, "--save-recipe", target) == 2
    assert run("cut", photo, mask, "--save-recipe", tmp_path / "x.xmp") == 2
    assert photo.read_bytes() == before
    assert not target.exists()
