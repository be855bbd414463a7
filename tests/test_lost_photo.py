"""A cut-out whose hidden photo somebody has deleted: its clean colours stand for the photo, and no other layer does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import mattework
from mattework.cli.root import run_command_line
from mattework.document.model import Document, Layer
from mattework.errors import RecipeError
from mattework.recipe import LayerState, Shadow
from samples import draw_disc


@pytest.fixture(scope="module")
def made() -> Document:
    """A cut-out from bottom to top: Background, Shadow, Photo, Clean colours."""
    picture, truth = draw_disc()
    cutout = mattework.cut_out(
        picture, from_mask=truth, background="white", shadow=Shadow(dx=9, dy=6, blur=4)
    )
    stream = BytesIO()
    cutout.save(stream, format="psd")
    return mattework.open_document(stream.getvalue())


def keep(made: Document, is_kept: Callable[[str], bool], *more: Layer) -> Document:
    """The cut-out without some of its layers, over others."""
    kept = (layer for layer in made.walk_layers() if is_kept(layer.name))
    return replace(made, layers=(*more, *kept), composite=None)


def names(document: Document) -> list[str]:
    return [layer.name for layer in document.walk_layers()]


def layer_of(document: Document, name: str) -> Layer:
    return next(layer for layer in document.walk_layers() if layer.name == name)


def test_without_the_photo_the_clean_colours_are_cut(made: Document) -> None:
    wall = Layer("Wall", made.size.rect, np.full((80, 96, 3), 90, np.uint8))
    clean = layer_of(made, "Clean colours")
    for more in ((), (wall,)):
        again = mattework.apply_recipe(keep(made, lambda name: name != "Photo", *more))
        below = [one.name for one in more]
        assert names(again.document) == [*below, "Background", "Shadow", "Photo", "Clean colours"]
        photo = layer_of(again.document, "Photo")
        assert (photo.pixels == clean.pixels).all()
        assert not photo.visible
        assert layer_of(again.document, "Clean colours").visible
        assert "'Clean colours' was used" in again.report.notes[0]
    stream = BytesIO()
    again.save(stream, format="psd")
    twice = mattework.apply_recipe(stream.getvalue())
    assert names(twice.document) == names(again.document)
    assert twice.report.notes == (), "the file holds a photo again"
    assert (twice.alpha == again.alpha).all()


def test_clean_colours_that_are_all_there_is_are_told_of(made: Document) -> None:
    recipe, _ = mattework.get_recipe(made.metadata.xmp) or pytest.fail("no recipe")
    alone = keep(made, lambda name: name == "Clean colours")
    again = mattework.apply_recipe(alone, recipe=replace(recipe, background=None, shadow=None))
    assert names(again.document) == ["Photo", "Clean colours"]
    assert "'Clean colours' was used" in again.report.notes[0]


def test_what_was_changed_about_the_clean_colours_stays_theirs(made: Document) -> None:
    theirs = keep(made, lambda name: name != "Photo")
    *behind, clean = theirs.walk_layers()
    again = mattework.apply_recipe(replace(theirs, layers=(*behind, replace(clean, opacity=0.4))))
    assert again.recipe.layers == (LayerState(name="Clean colours", opacity=0.4),)
    assert layer_of(again.document, "Clean colours").opacity == 0.4
    assert layer_of(again.document, "Photo").opacity == 1


def test_no_layer_of_another_is_taken_for_the_photo(made: Document, tmp_path: Path) -> None:
    wall = Layer("Wall", made.size.rect, np.full((80, 96, 3), 90, np.uint8))
    for more in ((), (wall,)):
        gone = keep(made, lambda name: name in ("Background", "Shadow"), *more)
        with pytest.raises(RecipeError, match=r"no longer holds the photo.*cut the photo out again"):
            mattework.apply_recipe(gone)
    with pytest.raises(RecipeError, match="no longer holds the photo"):
        mattework.apply_recipe(keep(made, lambda name: name == "Background"))
    mattework.save_document(gone, tmp_path / "gone.psd")
    assert run_command_line(["refine", str(tmp_path / "gone.psd"), "-o", str(tmp_path / "again.psd")]) != 0
    assert not (tmp_path / "again.psd").exists()


def test_clean_colours_that_changed_nothing_are_not_taken_for_the_photo() -> None:
    """Where everything is the subject, both layers hold the same samples."""
    picture, _ = draw_disc()
    cutout = mattework.cut_out(picture, from_mask=np.ones((80, 96), np.float32))
    stream = BytesIO()
    cutout.save(stream, format="psd")
    again = mattework.apply_recipe(stream.getvalue())
    photo, clean = again.document.walk_layers()
    assert (photo.name, photo.visible, clean.name, clean.visible) == ("Photo", False, "Clean colours", True)
