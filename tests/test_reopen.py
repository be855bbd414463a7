"""A cut-out that came back from somebody's desk: nothing of their work is lost without a word."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import mattework
from mattework.cli.root import run_command_line
from mattework.errors import RecipeError, UsageError
from mattework.formats.recipe_file import read_recipe
from mattework.geometry import Rect
from mattework.recipe import EdgeSettings, StrokeKind
from matting.scenes import draw_composite
from samples import draw_disc


@pytest.fixture
def cutout() -> mattework.Cutout:
    picture, truth = draw_disc()
    return mattework.cut_out(picture, from_mask=truth)


def open_saved(cutout: mattework.Cutout, path: Path) -> mattework.Document:
    cutout.save(path)
    return mattework.open_document(path)


def save_again(document: mattework.Document, path: Path) -> Path:
    mattework.save_document(document, path)
    return path


@pytest.mark.parametrize("suffix", ["psd", "psb", "tif"])
def test_an_untouched_file_gives_no_note(cutout: mattework.Cutout, tmp_path: Path, suffix: str) -> None:
    document = open_saved(cutout, tmp_path / f"cut.{suffix}")
    assert mattework.apply_recipe(document).report.notes == ()


def test_the_photo_itself_has_no_mask_that_could_have_been_painted_on(
    cutout: mattework.Cutout, tmp_path: Path
) -> None:
    Image.fromarray(draw_disc()[0]).save(tmp_path / "photo.png")
    cutout.save_recipe(tmp_path / "photo.xmp")
    recipe, inputs = read_recipe(tmp_path / "photo.xmp")
    again = mattework.apply_recipe(tmp_path / "photo.png", recipe=recipe, inputs=inputs)
    assert again.report.notes == ()
    assert (again.alpha == cutout.alpha).all()


def test_another_photo_than_the_recipes_is_told_what_is_taken_over(tmp_path: Path) -> None:
    picture, truth = draw_disc()
    stroke = mattework.Stroke(kind="foreground", radius=3, points=((40.0, 40.0),))
    cutout = mattework.cut_out(picture, from_mask=truth, strokes=[stroke])
    other = np.ascontiguousarray(picture[:, ::-1])
    again = mattework.apply_recipe(other, recipe=cutout.recipe, inputs=cutout.inputs)
    (note,) = again.report.notes
    assert "another photo" in note
    assert "Taken over from the recipe: the soft mask, 1 stroke and the settings." in note
    assert "Made anew from this photo: the unknown band, the edge, the clean colours." in note
    assert "Strokes and lengths count in the pixels of the photo that it was made from." in note
    square = mattework.apply_recipe(other[:, :60], recipe=cutout.recipe, inputs=cutout.inputs)
    assert "other proportions" in square.report.notes[1]
    plain = replace(cutout.recipe, strokes=())
    (note,) = mattework.apply_recipe(other, recipe=plain, inputs=cutout.inputs).report.notes
    assert "Strokes and lengths" not in note
    nameless = replace(cutout.recipe, source_sha256=None)
    assert mattework.apply_recipe(other, recipe=nameless, inputs=cutout.inputs).report.notes == ()


@pytest.mark.parametrize("own_trimap", [True, False])
def test_what_was_painted_stroke_by_stroke_is_made_again_to_the_bit(own_trimap: bool) -> None:
    scene = draw_composite(200)
    given: dict[str, Any] = {"trimap": scene.trimap} if own_trimap else {"from_mask": scene.alpha}
    start = mattework.cut_out(scene.colour, **given)
    document = mattework.open_document(save_as_psd(start))
    photo, _ = mattework.find_photo(document, start.recipe)
    painting: tuple[tuple[StrokeKind, float, float, float], ...] = (
        ("unknown", 100.0, 100.0, 1.0),
        ("foreground", 140.0, 60.0, 1.0),
        ("background", 150.0, 75.0, 1.0),
        ("restored", 150.0, 80.0, 1.0),
        ("background", 120.0, 110.0, 0.3),
    )
    strokes = tuple(
        mattework.Stroke(kind=kind, radius=9, points=((x, y), (x + 20, y + 9)), hardness=hardness)
        for kind, x, y, hardness in painting
    )
    soft_mask = None if own_trimap else mattework.read_mask(start.inputs.soft_mask or b"")
    trimap, alpha = mattework.resolve_strokes(
        photo.colour, start.trimap, start.alpha, strokes, soft_mask=soft_mask
    )
    painted = mattework.finish_cutout(
        document, photo, alpha, trimap, recipe=replace(start.recipe, strokes=strokes), inputs=start.inputs
    )
    again = mattework.apply_recipe(save_as_psd(painted))
    np.testing.assert_array_equal(again.alpha, painted.alpha)
    np.testing.assert_array_equal(again.trimap, trimap)
    assert again.report.notes == ()
    at_once = mattework.apply_recipe(
        save_as_psd(painted), recipe=replace(painted.recipe, strokes_in_turn=False)
    )
    assert (at_once.alpha != painted.alpha).any()


@pytest.mark.parametrize("own_trimap", [True, False])
def test_what_is_painted_after_strokes_that_were_given_together_is_made_again_to_the_bit(
    own_trimap: bool,
) -> None:
    scene = draw_composite(200)
    given: dict[str, Any] = {"trimap": scene.trimap} if own_trimap else {"from_mask": scene.alpha}
    first = (
        mattework.Stroke(kind="unknown", radius=12, points=((100.0, 100.0), (130.0, 90.0))),
        mattework.Stroke(kind="foreground", radius=9, points=((120.0, 95.0),)),
    )
    start = mattework.cut_out(scene.colour, strokes=first, **given)
    assert start.recipe.drawn_first == first
    document = mattework.open_document(save_as_psd(start))
    photo, _ = mattework.find_photo(document, start.recipe)
    strokes = (*first, mattework.Stroke(kind="background", radius=9, points=((125.0, 95.0), (150.0, 80.0))))
    soft_mask = None if own_trimap else mattework.read_mask(start.inputs.soft_mask or b"")
    base = mattework.cut_out(scene.colour, **given).trimap
    trimap, alpha = mattework.resolve_strokes(
        photo.colour, base, start.alpha, strokes, already=len(first), soft_mask=soft_mask
    )
    recipe = replace(start.recipe.go_on_in_turn(), strokes=strokes)
    painted = mattework.finish_cutout(document, photo, alpha, trimap, recipe=recipe, inputs=start.inputs)
    assert painted.recipe.drawn_first == first
    again = mattework.apply_recipe(save_as_psd(painted))
    np.testing.assert_array_equal(again.alpha, painted.alpha)
    np.testing.assert_array_equal(again.trimap, trimap)
    all_in_turn = mattework.apply_recipe(
        save_as_psd(painted), recipe=replace(painted.recipe, strokes_together=0)
    )
    assert (all_in_turn.alpha != painted.alpha).any()


def save_as_psd(cutout: mattework.Cutout) -> bytes:
    file = BytesIO()
    cutout.save(file, format="psd")
    return file.getvalue()


def test_a_trimap_of_another_photo_is_refused(cutout: mattework.Cutout) -> None:
    picture, truth = draw_disc()
    trimap = np.where(truth > 0.9, 255, np.where(truth < 0.1, 0, 128)).astype(np.uint8)
    made = mattework.cut_out(picture, trimap=trimap)
    with pytest.raises(RecipeError, match="trimap of 96 x 80 pixels, and the photo has 60 x 80"):
        mattework.apply_recipe(picture[:, :60], recipe=made.recipe, inputs=made.inputs)


@pytest.mark.parametrize("name", ["soft_mask", "trimap"])
def test_a_damaged_picture_in_the_recipe_is_named(cutout: mattework.Cutout, name: str) -> None:
    png = cutout.inputs.soft_mask or pytest.fail("no mask")
    inputs = mattework.RecipeInputs(**{name: png[: len(png) // 2]})
    with pytest.raises(RecipeError, match=f"{name.replace('_', ' ')} stored with the recipe is damaged"):
        mattework.apply_recipe(draw_disc()[0], recipe=cutout.recipe, inputs=inputs)


def test_layers_that_a_designer_added_stay_where_they_are(cutout: mattework.Cutout, tmp_path: Path) -> None:
    document = open_saved(cutout, tmp_path / "cut.psd")
    label = mattework.Layer("Label", Rect(2, 3, 12, 8), np.full((5, 10, 3), 9, np.uint8))
    paper = mattework.Layer("Paper", document.size.rect, np.full((80, 96, 3), 200, np.uint8))
    theirs = replace(document, layers=(paper, mattework.Group("Cut", document.layers), label))
    again = mattework.apply_recipe(
        save_again(theirs, tmp_path / "theirs.psd"),
        recipe=replace(cutout.recipe, edge=EdgeSettings(shift=-2)),
    )
    names = [(level, node.name) for level, node in again.document.walk()]
    assert names == [(0, "Paper"), (0, "Cut"), (1, "Photo"), (1, "Clean colours"), (0, "Label")]
    kept = {node.name: node for _, node in again.document.walk()}["Label"]
    assert isinstance(kept, mattework.Layer)
    assert (kept.pixels == label.pixels).all()
    assert again.alpha.sum() < cutout.alpha.sum()


@pytest.mark.parametrize("suffix", ["psd", "tif"])
@pytest.mark.parametrize("what", ["renamed", "on a larger canvas"])
def test_a_cut_out_with_layers_of_ours_is_refined_whatever_became_of_them(
    cutout: mattework.Cutout, tmp_path: Path, what: str, suffix: str
) -> None:
    """It is no document of somebody's, one layer of which was cut."""
    document = open_saved(cutout, tmp_path / "cut.psd")
    if what == "renamed":
        layers = tuple(replace(one, name=f"My {one.name}") for one in document.walk_layers())
        theirs = replace(document, layers=layers)
    else:
        theirs = replace(document, size=mattework.Size(110, 90))
    path, target = save_again(theirs, tmp_path / f"theirs.{suffix}"), tmp_path / f"again.{suffix}"
    assert run_command_line(["refine", str(path), "-o", str(target), "--shift", "-1"]) == 0
    assert mattework.open_document(target).size == theirs.size
    assert mattework.apply_recipe(path).document.size == theirs.size


def test_of_two_layers_that_are_alike_the_one_with_the_mask_is_refined(tmp_path: Path) -> None:
    picture, truth = draw_disc()
    rect = Rect(0, 0, 96, 80)
    alike = tuple(mattework.Layer(name, rect, picture) for name in ("Below", "Above"))
    document = mattework.Document(rect.size, mattework.ColorMode.RGB, 8, alike)
    mattework.save_document(document, tmp_path / "design.psd")
    masked = tmp_path / "masked.psd"
    mattework.cut_layer(tmp_path / "design.psd", "Below", masked, from_mask=truth, keep_recipe=True)
    recipe, _ = mattework.get_recipe(mattework.open_document(masked).metadata.xmp) or pytest.fail("no recipe")
    again = mattework.apply_recipe(masked, recipe=replace(recipe, edge=EdgeSettings(shift=-2)))
    below, above = again.document.walk_layers()
    assert (above.name, above.mask) == ("Above", None)
    before = next(iter(mattework.open_document(masked).walk_layers())).mask
    assert below.mask is not None
    assert before is not None
    assert below.mask.pixels.sum() < before.pixels.sum()


def test_painting_on_the_mask_is_noticed(cutout: mattework.Cutout, tmp_path: Path) -> None:
    document = open_saved(cutout, tmp_path / "cut.psd")
    photo, clean = document.walk_layers()
    assert clean.mask is not None
    pixels = clean.mask.pixels.copy()
    pixels[:4, :4] = 255
    painted = replace(document, layers=(photo, replace(clean, mask=replace(clean.mask, pixels=pixels))))
    again = mattework.apply_recipe(save_again(painted, tmp_path / "painted.psd"))
    assert any("by hand" in note for note in again.report.notes)


def test_a_background_picture_that_is_gone_stays_as_the_layer_that_it_is(tmp_path: Path) -> None:
    picture, truth = draw_disc()
    beach = tmp_path / "beach.png"
    Image.fromarray(np.full((30, 30, 3), (10, 90, 200), np.uint8)).save(beach)
    cutout = mattework.cut_out(picture, from_mask=truth, background=str(beach))
    document = open_saved(cutout, tmp_path / "cut.psd")
    beach.unlink()
    again = mattework.apply_recipe(document, recipe=replace(cutout.recipe, edge=EdgeSettings(feather=2)))
    layers = list(again.document.walk_layers())
    assert [layer.name for layer in layers] == ["Background", "Photo", "Clean colours"]
    assert (layers[0].pixels == (10, 90, 200)).all()
    red = mattework.apply_recipe(document, recipe=replace(cutout.recipe, background="red"))
    layers = list(red.document.walk_layers())
    assert [layer.name for layer in layers] == ["Background", "Photo", "Clean colours"]
    assert (layers[0].pixels == (255, 0, 0)).all()


def test_cutting_a_layered_file_says_that_its_layers_were_put_together(cutout: mattework.Cutout) -> None:
    document = cutout.document
    again = mattework.cut_out(document, from_mask=np.ones((80, 96), np.float32))
    assert "layers (2)" in again.report.notes[0]


def test_cutting_a_cutout_again_points_to_refining(cutout: mattework.Cutout, tmp_path: Path) -> None:
    document = open_saved(cutout, tmp_path / "cut.psd")
    again = mattework.cut_out(document, from_mask=np.ones((80, 96), np.float32))
    assert "refine" in again.report.notes[0]


@pytest.mark.parametrize(
    "request_",
    [{"edge": EdgeSettings(shift=float("nan"))}, {"edge": EdgeSettings(feather=1e9)}, {"key": "gray"},
     {"background": "no such file"}, {"colours": 2.0}],
)  # fmt: skip
def test_a_request_that_cannot_be_carried_out_is_refused_before_the_picture_is_opened(
    request_: dict[str, object],
) -> None:
    with pytest.raises(UsageError):
        mattework.cut_out("no-such-file.jpg", **request_)  # type: ignore[arg-type]
