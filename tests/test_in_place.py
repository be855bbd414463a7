"""Cutting one layer of a designer's document, with everything else kept."""

from __future__ import annotations

import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from psd_tools import PSDImage

import mattework
from mattework.cli.root import run_command_line
from mattework.document.model import BlendMode, ColorMode, Document, Group, Layer
from mattework.errors import RecipeError, UnsupportedFile, UsageError
from mattework.geometry import Rect, Size
from mattework.prompt import Prompt
from samples import draw_disc


@pytest.fixture
def design(tmp_path: Path) -> Path:
    """A document of three layers whose photo lies partly beyond the canvas."""
    picture, _ = draw_disc()
    size = Size(120, 100)
    ground = np.full((100, 120, 3), 90, np.uint8)
    photo = Layer("Photo", Rect(40, 30, 136, 110), picture)
    words = Layer("Words", Rect(5, 5, 25, 15), np.full((10, 20, 3), 250, np.uint8), blend=BlendMode.MULTIPLY)
    group = Group("Shot", (photo,))
    document = Document(size, ColorMode.RGB, 8, (Layer("Ground", size.rect, ground), group, words))
    path = tmp_path / "design.psd"
    mattework.save_document(document, path)
    return path


def test_the_mask_lands_on_the_layer_and_fills_its_rectangle(design: Path, tmp_path: Path) -> None:
    _, truth = draw_disc()
    done = mattework.cut_layer(design, "Shot/Photo", tmp_path / "out.psd", from_mask=truth)
    before, after = mattework.open_document(design), mattework.open_document(tmp_path / "out.psd")
    layers = {layer.name: layer for layer in after.walk_layers()}
    mask = layers["Photo"].mask
    assert mask is not None
    assert mask.rect == Rect(40, 30, 136, 110)
    assert np.abs(mask.pixels / 255 - done.cutout.alpha).max() <= 0.5 / 255 + 1e-6
    for old in before.walk_layers():
        assert (layers[old.name].pixels == old.pixels).all()
    assert layers["Words"].mask is None
    assert done.edit.layer == "Shot/Photo"


def test_a_layered_tiff_takes_the_mask_too(design: Path, tmp_path: Path) -> None:
    tiff = tmp_path / "design.tif"
    mattework.save_document(mattework.open_document(design), tiff)
    alpha = tmp_path / "alpha.png"
    cv2.imwrite(str(alpha), (draw_disc()[1] * 255).astype(np.uint8))
    arguments = ["cut", str(tiff), "--layer", "Photo", "--from-mask", str(alpha), "--keep-recipe"]
    assert run_command_line(arguments) == 0
    before, after = (mattework.open_document(tmp_path / name) for name in ("design.tif", "design.cutout.tif"))
    layers = {layer.name: layer for layer in after.walk_layers()}
    mask = layers["Photo"].mask
    assert mask is not None
    assert mask.rect == Rect(40, 30, 136, 110)
    for old in before.walk_layers():
        assert (layers[old.name].pixels == old.pixels).all()
    assert after.composite is not None
    assert np.array_equal(after.composite, mattework.flatten_document(after)[0])
    assert b"mattework" in (after.metadata.xmp or b"")


def test_a_layer_that_is_not_there_is_named_with_those_that_are(design: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Shot/Photo"):
        mattework.cut_layer(design, "Foto", tmp_path / "out.psd", from_mask=draw_disc()[1])
    assert not (tmp_path / "out.psd").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs a list of open files")
def test_a_document_is_closed_before_it_is_replaced_as_windows_wants(
    design: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file = os.replace

    def check_first(source: Path, target: Path) -> None:
        opened = [os.path.realpath(one.path) for one in os.scandir("/proc/self/fd")]
        assert str(design.resolve()) not in opened
        replace_file(source, target)

    monkeypatch.setattr(os, "replace", check_first)
    mattework.cut_layer(design, "Photo", design, from_mask=draw_disc()[1], overwrite=True)
    assert any(one.mask for one in mattework.open_document(design).walk_layers())


def test_what_would_need_a_layer_of_its_own_is_refused(design: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="background would need layers"):
        mattework.cut_layer(design, "Photo", tmp_path / "out.psd", background="white")
    assert not (tmp_path / "out.psd").exists()


def test_a_mask_that_is_there_is_not_lost_unasked(design: Path, tmp_path: Path) -> None:
    truth = draw_disc()[1]
    first = tmp_path / "first.psd"
    mattework.cut_layer(design, "Photo", first, from_mask=truth)
    with pytest.raises(UsageError, match="has a mask"):
        mattework.cut_layer(first, "Photo", tmp_path / "second.psd", from_mask=truth)
    mattework.cut_layer(first, "Photo", tmp_path / "second.psd", from_mask=truth, existing="multiply")
    mask = next(
        one.mask for one in mattework.open_document(tmp_path / "second.psd").walk_layers() if one.mask
    )
    once = next(one.mask for one in mattework.open_document(first).walk_layers() if one.mask)
    assert (mask.pixels <= once.pixels).all()


def test_another_word_for_what_becomes_of_a_mask_is_refused(design: Path, tmp_path: Path) -> None:
    target, truth = tmp_path / "out.psd", draw_disc()[1]
    with pytest.raises(UsageError, match="multiply, intersect, keep, not 'add'"):
        mattework.cut_layer(design, "Photo", target, existing="add", from_mask=truth)  # type: ignore[arg-type]
    assert not target.exists()


def test_the_command_line_masks_a_layer_by_name(design: Path, tmp_path: Path) -> None:
    target = tmp_path / "masked.psd"
    assert run_command_line(["cut", str(design), "--layer", "Photo", "-o", str(target)]) == 0
    photo = next(one for one in PSDImage.open(target).descendants() if one.name == "Photo")
    assert photo.has_mask()


def test_the_recipe_is_written_only_when_asked_for(design: Path, tmp_path: Path) -> None:
    truth = draw_disc()[1]
    plain, kept = tmp_path / "plain.psd", tmp_path / "kept.psd"
    mattework.cut_layer(design, "Photo", plain, from_mask=truth)
    mattework.cut_layer(design, "Photo", kept, from_mask=truth, keep_recipe=True)
    assert mattework.open_document(plain).metadata.xmp is None
    assert b"mattework" in (mattework.open_document(kept).metadata.xmp or b"")


def test_a_picture_without_layers_is_called_what_it_is(tmp_path: Path) -> None:
    from PIL import Image

    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    with pytest.raises(UnsupportedFile, match=r"photo\.jpg is a JPEG file, which has no layers"):
        mattework.cut_layer(photo, "Photo", tmp_path / "out.psd", from_mask=draw_disc()[1])


@pytest.mark.parametrize("name", ["from_mask", "trimap"])
@pytest.mark.parametrize("way", ["array", "file", "stream"])
def test_a_mask_as_large_as_the_document_lies_where_it_lies_there(
    design: Path, tmp_path: Path, name: str, way: str
) -> None:
    truth = np.rint(draw_disc()[1] * 255).astype(np.uint8)
    own = (
        np.where(truth == 255, 255, np.where(truth == 0, 0, 128)).astype(np.uint8)
        if name == "trimap"
        else truth
    )
    whole = np.zeros((100, 120), np.uint8)
    whole[30:, 40:] = own[:70, :80]
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), whole)
    given: Any = {"array": whole, "file": path, "stream": BytesIO(path.read_bytes())}[way]
    clipped = own.copy()
    clipped[70:] = 0
    clipped[:, 80:] = 0
    choices: dict[str, Any] = {name: given}
    done = mattework.cut_layer(design, "Photo", tmp_path / "whole.psd", **choices)
    choices = {name: clipped}
    same = mattework.cut_layer(design, "Photo", tmp_path / "own.psd", **choices)
    np.testing.assert_array_equal(done.cutout.alpha, same.cutout.alpha)
    assert any("its part over the layer" in note for note in done.cutout.report.notes)
    assert same.cutout.report.notes == ()


# Refining ------------------------------------------------------------------------------------------------------------


def test_strokes_lie_in_the_document_as_prompts_do(design: Path, tmp_path: Path) -> None:
    stroke = mattework.Stroke(kind="background", radius=4, points=((88.0, 70.0),))
    picture, truth = draw_disc()
    done = mattework.cut_layer(design, "Photo", tmp_path / "out.psd", from_mask=truth, strokes=[stroke])
    assert truth[40, 48] == 1
    assert done.cutout.alpha[40, 48] == 0
    (moved,) = done.cutout.recipe.strokes
    assert moved.points == ((48.0, 40.0),), "the recipe counts from the layer's corner"
    alone = mattework.cut_out(picture, from_mask=truth, strokes=[moved])
    assert (done.cutout.alpha == alone.alpha).all()


@pytest.fixture(params=["psd", "tif"])
def masked(design: Path, request: pytest.FixtureRequest) -> Path:
    """The document with one layer cut and its recipe kept, as PSD and as TIFF."""
    if request.param == "tif":
        mattework.save_document(mattework.open_document(design), design.with_suffix(".tif"))
    target = design.with_name(f"masked.{request.param}")
    mattework.cut_layer(
        design.with_suffix(f".{request.param}"), "Photo", target, from_mask=draw_disc()[1], keep_recipe=True
    )
    return target


def read_layers(path: Path) -> dict[str, Layer]:
    return {layer.name: layer for layer in mattework.open_document(path).walk_layers()}


def test_a_mask_of_labels_is_refused_also_where_it_is_as_large_as_the_document(
    design: Path, tmp_path: Path
) -> None:
    size = mattework.open_document(design).size
    labels = np.zeros(size.shape, np.uint8)
    labels[: size.height // 2] = 1
    cv2.imwrite(str(tmp_path / "labels.png"), labels)
    with pytest.raises(UsageError, match="Multiply it by 255"):
        mattework.cut_layer(design, "Shot/Photo", tmp_path / "masked.psd", from_mask=tmp_path / "labels.png")


def test_refining_makes_the_same_mask_on_the_same_layer(masked: Path) -> None:
    target = masked.with_name(f"again{masked.suffix}")
    assert run_command_line(["refine", str(masked), "-o", str(target)]) == 0
    before, after = read_layers(masked), read_layers(target)
    assert list(after) == list(before) == ["Ground", "Photo", "Words"]
    for name, layer in before.items():
        assert (after[name].pixels == layer.pixels).all()
        assert after[name].blend is layer.blend
    old, new = before["Photo"].mask, after["Photo"].mask
    assert old is not None
    assert new is not None
    assert old.rect == new.rect == Rect(40, 30, 136, 110)
    np.testing.assert_array_equal(old.pixels, new.pixels)
    assert [name for name, layer in after.items() if layer.mask] == ["Photo"]
    assert mattework.read_recipe(target) == mattework.read_recipe(masked)
    assert mattework.read_recipe(target)[0].layer == "Shot/Photo"


def test_a_changed_setting_reaches_that_layer_only(masked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = masked.with_name(f"tighter{masked.suffix}")
    assert run_command_line(["refine", str(masked), "-o", str(target), "--shift", "-3"]) == 0
    told = capsys.readouterr().err
    assert "Layer “Shot/Photo”: changed the layer mask" in told
    assert "not as the recipe made it" not in told
    before, after = read_layers(masked)["Photo"].mask, read_layers(target)["Photo"].mask
    assert before is not None
    assert after is not None
    assert after.pixels.sum() < before.pixels.sum()
    assert mattework.read_recipe(target)[0].edge.shift == -3


def test_a_refined_document_is_called_as_the_one_it_came_from(masked: Path) -> None:
    assert run_command_line(["refine", str(masked)]) == 0
    assert masked.with_name(f"masked.refined{masked.suffix}").is_file()


@pytest.mark.parametrize("name", ["masked", "masked.bin", "masked.jpg"])
def test_a_refined_document_whose_name_says_something_else_is_called_what_it_is(
    masked: Path, name: str
) -> None:
    stranger = masked.with_name(f"the-{name}")
    stranger.write_bytes(masked.read_bytes())
    assert run_command_line(["refine", str(stranger)]) == 0
    again = masked.with_name(f"the-masked.refined{masked.suffix}")
    assert list(read_layers(again)) == ["Ground", "Photo", "Words"]


def test_a_refined_document_can_be_flattened_into_another_format(masked: Path) -> None:
    target = masked.with_name("flat.png")
    assert run_command_line(["refine", str(masked), "-o", str(target), "--shift", "-3"]) == 0
    flat = mattework.open_document(target)
    assert flat.size == Size(120, 100)
    assert b"mattework" not in (flat.metadata.xmp or b"")


@pytest.mark.parametrize("target", ["-", "deep.psd"])
@pytest.mark.parametrize(("option", "value"), [("--bits", "16"), ("--quality", "50")])
def test_what_a_document_with_layers_does_not_take_is_refused(
    masked: Path, target: str, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = target if target == "-" else str(masked.with_name(target))
    assert run_command_line(["refine", str(masked), "-o", name, option, value]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "PSD" in captured.err


def test_a_layer_is_known_by_its_pixels_when_its_name_has_changed(masked: Path) -> None:
    recipe, inputs = mattework.read_recipe(masked)
    document = mattework.open_document(masked)
    ground, group, words = document.layers
    assert isinstance(group, Group)
    renamed = replace(group, children=(replace(group.children[0], name="Cup"),))
    path = masked.with_name(f"renamed{masked.suffix}")
    mattework.save_document(replace(document, layers=(words, renamed, ground)), path)
    target = masked.with_name(f"again{masked.suffix}")
    for changed in (recipe, replace(recipe, layer=None)):  # files of before have no path in them
        done = mattework.refine_layer(path, target, recipe=changed, inputs=inputs, overwrite=True)
        assert done.edit.layer == "Shot/Cup"
        assert [name for name, layer in read_layers(target).items() if layer.mask] == ["Cup"]


def test_a_recipe_of_no_layer_here_is_refused(design: Path, masked: Path) -> None:
    recipe, inputs = mattework.read_recipe(masked)
    stranger = replace(recipe, layer="Shot/Cup", source_sha256="0" * 64)
    with pytest.raises(RecipeError, match="of no layer of"):
        mattework.refine_layer(design, design.with_name("out.psd"), recipe=stranger, inputs=inputs)
    with pytest.raises(RecipeError, match="holds no recipe"):
        mattework.refine_layer(design, design.with_name("out.psd"))
    assert not design.with_name("out.psd").exists()


def test_what_refining_cannot_keep_is_said(design: Path, masked: Path) -> None:
    target = masked.with_name(f"again{masked.suffix}")
    assert run_command_line(["refine", str(masked), "-o", str(target), "--background", "white"]) == 2
    recipe, inputs = mattework.read_recipe(masked)
    with pytest.raises(UsageError, match="background would need layers"):
        mattework.refine_layer(masked, target, recipe=replace(recipe, background="white"), inputs=inputs)
    with pytest.raises(RecipeError, match="the layer “Photo” alone"):
        mattework.apply_recipe(
            masked
        )  # it makes layers for the whole picture, and this recipe is not of that
    joined = masked.with_name(f"joined{masked.suffix}")
    half = np.zeros((80, 96), np.float32)
    half[:, :48] = 1
    mattework.cut_layer(masked, "Photo", joined, from_mask=half, existing="intersect", keep_recipe=True)
    done = mattework.refine_layer(joined, target)
    assert any("not as the recipe made it" in note for note in done.cutout.report.notes)


def test_a_document_may_be_refined_in_its_place(masked: Path) -> None:
    assert run_command_line(["refine", str(masked), "-o", str(masked), "--feather", "2"]) == 4
    assert run_command_line(["refine", str(masked), "-o", str(masked), "--feather", "2", "--overwrite"]) == 0
    assert mattework.read_recipe(masked)[0].edge.feather == 2


def test_a_document_is_not_written_under_the_name_of_a_flat_picture(tmp_path: Path) -> None:
    picture, truth = draw_disc(40, 30)
    mattework.cut_out(picture, from_mask=truth).save(tmp_path / "a.psd")
    with pytest.raises(UsageError, match="no name for a PSD, PSB or TIFF"):
        mattework.cut_layer(tmp_path / "a.psd", "Photo", tmp_path / "b.png", existing="replace")
    with pytest.raises(UsageError, match="no name for a PSD, PSB or TIFF"):
        mattework.refine_layer(tmp_path / "a.psd", tmp_path / "b.png")
    arguments = ["cut", str(tmp_path / "a.psd"), "--layer", "Photo", "-o", str(tmp_path / "b.png")]
    assert run_command_line(arguments) == UsageError.exit_code
    assert [path.name for path in tmp_path.iterdir()] == ["a.psd"]


def test_prompts_in_pixels_of_the_layer_are_not_moved(design: Path, tmp_path: Path) -> None:
    """As the recipe of a layer holds them."""
    of_document = Prompt(kind="point", points=((88.0, 70.0),))
    first = mattework.cut_layer(design, "Photo", tmp_path / "a.psd", prompts=[of_document])
    kept = first.cutout.recipe.subject.prompts
    assert kept[0].points == ((48.0, 40.0),)
    second = mattework.cut_layer(design, "Photo", tmp_path / "b.psd", layer_prompts=kept)
    assert second.cutout.recipe.subject.prompts == kept
    assert np.array_equal(first.cutout.alpha, second.cutout.alpha)


def test_a_prompt_beside_the_layer_is_refused_in_the_pixels_that_were_given(
    design: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.psd"
    wanted = "The point 20,20 lies outside the layer “Shot/Photo”, which reaches from 40,30 to 136,110"
    with pytest.raises(UsageError, match=wanted):
        mattework.cut_layer(design, "Photo", target, prompts=[Prompt(kind="point", points=((20.0, 20.0),))])
    assert not target.exists()


def test_a_recipe_of_another_layer_is_not_dropped_in_silence(design: Path, tmp_path: Path) -> None:
    truth, first = draw_disc()[1], tmp_path / "first.psd"
    mattework.cut_layer(design, "Photo", first, from_mask=truth, keep_recipe=True)
    ground = np.ones((100, 120), np.float32)
    ground[:50] = 0
    choices: dict[str, Any] = {"from_mask": ground, "keep_recipe": True}
    done = mattework.cut_layer(first, "Ground", tmp_path / "second.psd", **choices)
    assert any("that of the layer “Shot/Photo” made room" in note for note in done.cutout.report.notes)
    before = first.read_bytes()
    with pytest.raises(UsageError, match="that of the layer “Shot/Photo” made room"):
        mattework.cut_layer(first, "Ground", first, overwrite=True, **choices)
    assert first.read_bytes() == before
    again = mattework.cut_layer(
        first, "Photo", first, from_mask=truth, keep_recipe=True, existing="replace", overwrite=True
    )
    assert not any("made room" in note for note in again.cutout.report.notes)


def test_a_recipe_that_no_longer_tells_of_the_mask_is_told(design: Path, tmp_path: Path) -> None:
    truth, first = draw_disc()[1], tmp_path / "first.psd"
    mattework.cut_layer(design, "Photo", first, from_mask=truth, keep_recipe=True)

    def list_notes(existing: Any, layer: str = "Photo") -> tuple[str, ...]:
        mask = truth if layer == "Photo" else np.eye(100, 120, dtype=np.float32)
        done = mattework.cut_layer(
            first, layer, tmp_path / "next.psd", from_mask=mask, existing=existing, overwrite=True
        )
        return done.cutout.report.notes

    assert any("still carries the recipe" in note for note in list_notes("replace"))
    assert not any("still carries the recipe" in note for note in list_notes("keep"))
    assert not any("still carries the recipe" in note for note in list_notes("refuse", "Ground"))
