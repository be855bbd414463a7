"""A file of ours that another program has changed: which mask is gone on with, and what is never lost in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

import mattework
from mattework import EdgeSettings, Layer, Mask
from mattework_editor.engine import Engine
from mattework_editor.files import lay_choices, make_session, read_file, save_session
from samples import draw_disc

HEIGHT, WIDTH = 100, 120
HOLE = np.s_[45:55, 55:65]
CLEAN, PHOTO = "Clean colours", "Photo"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def made(tmp_path: Path) -> Path:
    picture, truth = draw_disc(WIDTH, HEIGHT)
    path = tmp_path / "disc.psd"
    mattework.cut_out(picture, from_mask=truth).save(path)
    return path


def change(path: Path, change_layer: Callable[[Layer], Layer], *more: Layer) -> None:
    document = mattework.open_document(path)
    layers = tuple(change_layer(one) if isinstance(one, Layer) else one for one in document.layers)
    mattework.save_document(replace(document, layers=(*layers, *more), composite=None), path, overwrite=True)


def paint_masks(path: Path, *names: str) -> None:
    def paint(layer: Layer) -> Layer:
        if layer.name not in names or layer.mask is None:
            return layer
        pixels = np.array(layer.mask.pixels[:, :], np.uint8)
        pixels[HOLE] = 0
        return replace(layer, mask=replace(layer.mask, pixels=pixels))

    change(path, paint)


def read_hole(path: Path) -> dict[str, float]:
    layers = mattework.open_document(path).walk_layers()
    return {one.name: float(np.mean(one.mask.pixels[HOLE])) for one in layers if one.mask is not None}


def test_the_mask_of_another_layer_is_not_taken_for_the_cut(made: Path, engine: Engine) -> None:
    before = read_hole(made)
    grade = np.zeros((HEIGHT, WIDTH), np.uint8)
    grade[:, :20] = 255
    rect = mattework.Rect(0, 0, WIDTH, HEIGHT)
    colour = np.full((HEIGHT, WIDTH, 3), 30, np.uint8)
    change(made, lambda one: one, Layer("Grade", rect, colour, None, Mask(rect, grade)))
    save_session(make_session(read_file(made), engine), made, overwrite=True)
    assert read_hole(made) == {**before, "Grade": 0}


@pytest.mark.parametrize("names", [(PHOTO, CLEAN), (CLEAN,)])
def test_what_was_painted_on_the_mask_stays_or_is_told_of(
    made: Path, engine: Engine, names: tuple[str, ...]
) -> None:
    paint_masks(made, *names)
    opened = read_file(made)
    assert opened.target == made
    session = make_session(opened, engine)
    session.choose("Feather", replace(session.recipe, edge=EdgeSettings(feather=1)))
    save_session(session, made, overwrite=True)
    assert max(read_hole(made).values()) < 128, "the mask goes on as it was painted"
    again = read_file(made)
    assert again.losses, "with a feather the edge is solved anew, without what was painted"
    assert again.target is None, "the file is not written over unasked"


def test_a_mask_that_was_painted_on_the_hidden_photo_alone_is_told_of(made: Path) -> None:
    paint_masks(made, PHOTO)
    opened = read_file(made)
    assert opened.losses
    assert opened.target is None


def test_a_draft_on_a_painted_file_does_not_write_over_it(made: Path) -> None:
    paint_masks(made, PHOTO, CLEAN)
    opened = read_file(made)
    assert opened.choices is not None
    recovered = lay_choices(opened, opened.choices, opened.path)
    assert recovered.alpha is None
    assert recovered.losses
    assert recovered.target is None


def test_a_file_as_it_was_made_may_be_saved_over(made: Path, engine: Engine) -> None:
    session = make_session(read_file(made), engine)
    session.choose("Feather", replace(session.recipe, edge=EdgeSettings(feather=1)))
    save_session(session, made, overwrite=True)
    again = read_file(made)
    assert (again.losses, again.target) == ((), made)
