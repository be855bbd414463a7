"""Shadow, background and what was changed about layers, through files and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from psd_tools import PSDImage

import mattework
from mattework.document.model import BlendMode, Document, Group, Layer
from mattework.recipe import LayerState, Shadow
from samples import CAT, draw_disc


@pytest.fixture
def cutout() -> mattework.Cutout:
    picture, truth = draw_disc(240, 200)
    return mattework.cut_out(
        picture,
        from_mask=truth,
        solver="hard",
        background="white..#999",
        shadow=Shadow(kind="contact", opacity=0.6),
    )


def names(document: Document) -> list[str]:
    return [node.name for node in document.layers]


def layer_of(document: Document, name: str) -> Layer:
    return next(layer for layer in document.walk_layers() if layer.name == name)


def test_the_shadow_lies_between_background_and_subject(cutout: mattework.Cutout, tmp_path: Path) -> None:
    assert names(cutout.document) == ["Background", "Shadow", "Photo", "Clean colours"]
    cutout.save(tmp_path / "cut.psd")
    psd = PSDImage.open(tmp_path / "cut.psd")
    assert [layer.name for layer in psd] == ["Background", "Shadow", "Photo", "Clean colours"]
    assert psd[1].opacity == 153
    flat = np.asarray(psd.composite().convert("RGB")).astype(int)
    assert flat[161, 120].max() < flat[161, 10].min() - 15, "dark below the disc's foot"


def test_a_shadow_on_nothing_is_part_of_a_transparent_png(tmp_path: Path) -> None:
    picture, truth = draw_disc(240, 200)
    cut = mattework.cut_out(
        picture, from_mask=truth, solver="hard", shadow=Shadow(dx=30, dy=30, blur=4, opacity=0.5)
    )
    cut.save(tmp_path / "cut.png")
    colour, alpha = mattework.flatten_document(mattework.open_document(tmp_path / "cut.png"))
    assert alpha is not None
    assert tuple(colour[145, 175]) == (0, 0, 0)
    assert alpha[145, 175] == pytest.approx(128, abs=1)
    assert alpha[10, 10] == 0


@pytest.mark.parametrize("suffix", [".psd", ".tif"])
def test_applying_a_recipe_again_makes_no_second_shadow(
    cutout: mattework.Cutout, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"cut{suffix}"
    cutout.save(path)
    again = mattework.apply_recipe(path)
    assert names(again.document) == names(cutout.document)
    assert again.recipe == cutout.recipe
    for name in names(again.document):
        np.testing.assert_array_equal(
            layer_of(again.document, name).pixels, layer_of(cutout.document, name).pixels
        )
    moved = mattework.apply_recipe(path, recipe=replace(again.recipe, shadow=Shadow(dx=40, dy=0, blur=9)))
    assert names(moved.document) == names(cutout.document)
    assert layer_of(moved.document, "Shadow").rect != layer_of(cutout.document, "Shadow").rect
    without = mattework.apply_recipe(path, recipe=replace(again.recipe, shadow=None, background=None))
    assert names(without.document) == ["Photo", "Clean colours"]


def test_a_designers_own_layers_of_the_same_names_stay(tmp_path: Path) -> None:
    """Only what a recipe of ours had made is taken away, not what merely has its name."""
    picture, truth = draw_disc(240, 200)
    size = mattework.Size(240, 200)
    theirs = Layer("Shadow", size.rect, np.zeros((200, 240, 3), np.uint8), np.full((200, 240), 9, np.uint8))
    photo = Layer("Photo", size.rect, picture)
    group = Group("Subject", (theirs, photo))
    document = Document(size, mattework.ColorMode.RGB, 8, (group,))
    cut = mattework.cut_out(picture, from_mask=truth, solver="hard")
    made = mattework.finish_cutout(
        document,
        mattework.Photo(photo.pixels, None, mattework.ColorMode.RGB, None),
        cut.alpha,
        cut.trimap,
        recipe=replace(cut.recipe, shadow=Shadow()),
        inputs=cut.inputs,
    )
    inside = made.document.layers[0]
    assert isinstance(inside, Group)
    assert [node.name for node in inside.children] == ["Shadow", "Shadow", "Photo", "Clean colours"]
    made.save(tmp_path / "made.psd")
    again = mattework.apply_recipe(tmp_path / "made.psd")
    inside = again.document.layers[0]
    assert isinstance(inside, Group)
    assert [node.name for node in inside.children] == ["Shadow", "Shadow", "Photo", "Clean colours"]
    np.testing.assert_array_equal(layer_of(again.document, "Shadow").alpha, theirs.alpha)


def test_what_was_changed_about_layers_is_in_the_file_and_stays(
    cutout: mattework.Cutout, tmp_path: Path
) -> None:
    states = (
        LayerState(name="Background", visible=False),
        LayerState(name="Photo", visible=True, masked=False),
        LayerState(name="Clean colours", opacity=0.4),
        LayerState(name="Shadow", visible=False),
    )
    first = tmp_path / "first.psd"
    cutout.save(first)
    changed = mattework.apply_recipe(first, recipe=replace(cutout.recipe, layers=states))
    second = tmp_path / "second.psd"
    changed.save(second)
    psd = PSDImage.open(second)
    assert [layer.is_visible() for layer in psd] == [False, False, True, True]
    assert psd[2].mask is not None
    assert psd[2].mask.disabled
    assert psd[3].opacity == 102
    again = mattework.apply_recipe(second)
    assert set(again.recipe.layers) == set(states)


def test_what_another_program_changed_about_layers_is_followed(
    cutout: mattework.Cutout, tmp_path: Path
) -> None:
    path = tmp_path / "cut.psd"
    cutout.save(path)
    document = mattework.open_document(path)
    turned = []
    for layer in document.layers:
        assert isinstance(layer, Layer)
        mask = None if layer.mask is None else replace(layer.mask, enabled=layer.name != "Clean colours")
        opacity = {"Shadow": 0.2, "Clean colours": 0.8}.get(layer.name, 1.0)
        turned.append(replace(layer, opacity=opacity, visible=layer.name != "Background", mask=mask))
    mattework.save_document(replace(document, layers=tuple(turned), composite=None), tmp_path / "turned.psd")
    recipe = mattework.apply_recipe(tmp_path / "turned.psd").recipe
    assert recipe.shadow is not None
    assert recipe.shadow.opacity == pytest.approx(0.2, abs=1 / 255)
    states = {state.name: state for state in recipe.layers}
    assert set(states) == {"Background", "Photo", "Clean colours"}
    assert states["Background"].visible is False
    assert states["Photo"].visible is True
    assert states["Clean colours"].masked is False
    assert states["Clean colours"].opacity == pytest.approx(0.8, abs=1 / 255)


@pytest.mark.parametrize("suffix", [".psd", ".tif"])
def test_how_layers_blend_and_are_clipped_is_followed(
    cutout: mattework.Cutout, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"cut{suffix}"
    cutout.save(path)
    document = mattework.open_document(path)
    modes = {
        "Background": BlendMode.LUMINOSITY,
        "Shadow": BlendMode.MULTIPLY,
        "Clean colours": BlendMode.SOFT_LIGHT,
    }
    set_ = tuple(
        replace(one, blend=modes.get(one.name, one.blend), clipped=one.name == "Clean colours")
        for one in document.walk_layers()
    )
    mattework.save_document(replace(document, layers=set_, composite=None), tmp_path / f"set{suffix}")
    softer = replace(cutout.recipe, edge=mattework.EdgeSettings(shift=-2))
    again = mattework.apply_recipe(tmp_path / f"set{suffix}", recipe=softer)
    again.save(tmp_path / f"again{suffix}")
    for made in (again.document, mattework.open_document(tmp_path / f"again{suffix}")):
        for layer in made.walk_layers():
            assert layer.blend is modes.get(layer.name, BlendMode.NORMAL)
            assert layer.clipped is (layer.name == "Clean colours")
    assert set(again.recipe.layers) == {
        LayerState(name="Background", blend="luminosity"),
        LayerState(name="Shadow", blend="multiply"),
        LayerState(name="Clean colours", blend="soft light", clipped=True),
    }
    plain = mattework.apply_recipe(path, recipe=again.recipe)
    assert layer_of(plain.document, "Shadow").blend is BlendMode.MULTIPLY


def test_a_background_picture_can_be_taken_away_again(tmp_path: Path) -> None:
    picture, truth = draw_disc(96, 80)
    cut = mattework.cut_out(picture, from_mask=truth, solver="hard", background=str(CAT))
    cut.save(tmp_path / "cut.psd")
    bare = mattework.apply_recipe(tmp_path / "cut.psd", recipe=replace(cut.recipe, background=None))
    assert names(bare.document) == ["Photo", "Clean colours"]


def test_a_blurred_background_follows_the_alpha(tmp_path: Path) -> None:
    picture, truth = draw_disc(240, 200)
    cut = mattework.cut_out(picture, from_mask=truth, solver="hard", background="blur(6)")
    cut.save(tmp_path / "cut.psd")
    wider = mattework.apply_recipe(
        tmp_path / "cut.psd", recipe=replace(cut.recipe, edge=mattework.EdgeSettings(shift=-25))
    )
    before, after = (layer_of(one.document, "Background").pixels for one in (cut, wider))
    assert names(wider.document) == names(cut.document)
    assert (before != after).any()
