"""A file of ours that another program has changed: which mask is gone on with, and what is never lost in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Literal, cast

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

import mattework
from mattework import EdgeSettings, Layer, Mask, Stroke
from mattework.arrays import Floats, Samples
from mattework_editor.engine import Engine
from mattework_editor.files import lay_choices, make_planes, make_session, read_file, save_session
from mattework_editor.session import Session
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


def test_two_masks_painted_each_otherwise_are_told_of_however_often_they_are_saved(
    made: Path, engine: Engine
) -> None:
    """The one that is seen goes on, and is still not what the recipe makes."""
    paint_masks(made, PHOTO, CLEAN)

    def paint_more(layer: Layer) -> Layer:
        if layer.name != PHOTO or layer.mask is None:
            return layer
        pixels = np.array(layer.mask.pixels[:, :], np.uint8)
        pixels[:10] = 255
        return replace(layer, mask=replace(layer.mask, pixels=pixels))

    change(made, paint_more)
    opened = read_file(made)
    assert opened.losses
    session = make_session(opened, engine)
    session.choose("Feather", replace(session.recipe, edge=EdgeSettings(feather=1)))
    save_session(session, made, overwrite=True)
    assert max(read_hole(made).values()) < 128
    assert read_file(made).losses


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


def quantise(values: Floats, depth: Literal[8, 16]) -> Samples:
    if depth == 8:
        return np.rint(values * 255).astype(np.uint8)
    return np.rint(values * 65535).astype(np.uint16)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("is_cut", [False, True], ids=["photo", "cut-out"])
def test_what_the_editor_saves_is_what_its_recipe_makes(
    tmp_path: Path, engine: Engine, depth: Literal[8, 16], is_cut: bool
) -> None:
    """To the bit, also where a hard contrast shows every rounding, and where the photo has a soft edge of its own."""
    white = 2**depth - 1
    picture, truth = draw_disc(WIDTH, HEIGHT)
    colour = quantise(np.asarray(picture / 255, np.float32), depth)
    soft = np.asarray(mattework.cut_out(colour, from_mask=truth).alpha)
    opacity = quantise(soft, depth) if is_cut else None
    rect = mattework.Rect(0, 0, WIDTH, HEIGHT)
    layers = (Layer("Photo", rect, colour, opacity),)
    photo = tmp_path / "photo.tif"
    mattework.save_document(
        mattework.Document(mattework.Size(WIDTH, HEIGHT), mattework.ColorMode.RGB, depth, layers), photo
    )
    opened = read_file(photo)
    mask = BytesIO()
    mattework.save_mask(truth, mask, bits=16, format="png")
    started = make_session(opened, engine)
    choices = replace(started.choices, inputs=mattework.RecipeInputs(soft_mask=mask.getvalue()))
    planes, choices = make_planes(opened.photo, choices, engine)
    session = Session(opened.document, opened.photo, choices, planes, photo)
    session.choose("Contrast", replace(session.recipe, edge=EdgeSettings(contrast=0.9)))
    path = tmp_path / "cut.psd"
    save_session(session, path, overwrite=False)
    made = mattework.apply_recipe(path).layered
    saved = mattework.open_document(path)
    for one, other in zip(made.walk_layers(), saved.walk_layers(), strict=True):
        assert one.mask is not None
        assert other.mask is not None
        assert 0 < other.mask.pixels[:, :].mean() < white
        assert np.array_equal(one.mask.pixels[:, :], other.mask.pixels[:, :])


def change_pixels(path: Path, change: Callable[[Samples], Samples]) -> Floats:
    """Change every plane of the layers of a PSD likewise, as cropping, turning and scaling do; gives the changed mask."""
    document = mattework.open_document(path)
    height, width = change(np.zeros(document.size.shape, np.uint8)).shape
    rect = mattework.Rect(0, 0, width, height)

    def take(samples: Samples) -> Samples:
        return cast("Samples", np.array(change(samples[:, :])))

    def change_layer(layer: Layer) -> Layer:
        mask = None if layer.mask is None else replace(layer.mask, pixels=take(layer.mask.pixels), rect=rect)
        alpha = None if layer.alpha is None else take(layer.alpha)
        return replace(layer, pixels=take(layer.pixels), alpha=alpha, rect=rect, mask=mask)

    layers = tuple(change_layer(one) for one in document.layers if isinstance(one, Layer))
    changed = replace(document, size=rect.size, layers=layers, composite=None, read_from=None)
    mattework.save_document(changed, path, overwrite=True)
    mask = next(one.mask.pixels for one in layers if one.mask is not None)
    return (mask[:, :] / np.float32(255)).astype(np.float32)


@pytest.mark.parametrize("as_trimap", [False, True])
def test_a_file_that_was_cropped_elsewhere_goes_on_from_its_mask(
    tmp_path: Path, engine: Engine, as_trimap: bool
) -> None:
    picture, truth = draw_disc(WIDTH, HEIGHT)
    path = tmp_path / "disc.psd"
    trimap = np.where(truth > 0.9, 255, np.where(truth < 0.1, 0, 128)).astype(np.uint8)
    given = {"trimap": trimap} if as_trimap else {"from_mask": truth}
    mattework.cut_out(picture, **given, edge=EdgeSettings(feather=3.0), colours=0.5).save(path)
    left, right = 30, 90
    wanted = change_pixels(path, lambda samples: samples[:, left:right])

    opened = read_file(path)
    assert any("cropped, turned or scaled" in note for note in opened.notes)
    session = make_session(opened, engine)
    np.testing.assert_array_equal(session.planes.alpha.unpack(), wanted)
    assert session.recipe.edge.is_neutral
    assert session.recipe.colours == 0.5
    truth = truth[:, left:right]
    trimap = session.planes.base.unpack()
    assert (trimap[truth > 0.999] > 0).all(), "the trimap is where the subject is now"
    assert trimap[HEIGHT // 2, (right - left) // 2] == 255
    assert (trimap[truth == 0] < 255).all()
    save_session(session, path, overwrite=True)
    again = read_file(path)
    assert again.choices is not None
    assert again.choices.recipe.subject.origin == "mask"
    np.testing.assert_allclose(make_session(again, engine).planes.alpha.unpack(), wanted, atol=1 / 255)


@pytest.mark.parametrize("how", ["scaled", "cropped"])
def test_strokes_are_not_drawn_on_a_file_that_was_scaled_or_cropped_in_proportion(
    tmp_path: Path, engine: Engine, how: str
) -> None:
    picture, truth = draw_disc(WIDTH, HEIGHT)
    path = tmp_path / "disc.psd"
    stroke = Stroke(kind="foreground", radius=4, points=((10, 10),))
    mattework.cut_out(picture, from_mask=truth, strokes=(stroke,)).save(path)
    place = (
        np.s_[::2, ::2] if how == "scaled" else np.s_[HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4]
    )
    wanted = change_pixels(path, lambda samples: samples[place])

    opened = read_file(path)
    assert any("cropped, turned or scaled" in note for note in opened.notes)
    session = make_session(opened, engine)
    assert session.recipe.strokes == ()
    np.testing.assert_array_equal(session.planes.alpha.unpack(), wanted)
    trimap = session.planes.base.unpack()
    assert (trimap[wanted == 0] < 255).all(), "nothing is foreground where the stroke would be now"
