"""What other layers of a file show around the cut-out, held against what the core's compositor makes of the whole file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from mattework import (
    BlendMode,
    Document,
    Group,
    Layer,
    Mask,
    Rect,
    Shadow,
    cut_out,
    flatten_document,
    open_document,
    save_document,
)
from mattework_editor.compose import View, compose_view
from mattework_editor.context import draw_context, split_document
from mattework_editor.exporting import Export, make_export
from mattework_editor.files import read_file
from mattework_editor.panels.layers import list_others
from mattework_editor.pyramid import Part
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver


def fill(name: str, rect: Rect, colour: tuple[int, int, int], **more: object) -> Layer:
    pixels = np.empty((*rect.size.shape, 3), np.uint8)
    pixels[:] = colour
    return Layer(name, rect, pixels, **more)  # type: ignore[arg-type]


WALL = fill("Wall", Rect(0, 0, 240, 200), (40, 60, 120))
FLOOR = fill("Floor", Rect(0, 150, 240, 200), (250, 240, 200), blend=BlendMode.MULTIPLY, opacity=0.7)
TITLE = fill("Title", Rect(60, 80, 180, 110), (255, 255, 0), opacity=0.6)
STAMP = fill(
    "Stamp",
    Rect(10, 10, 60, 50),
    (0, 255, 0),
    mask=Mask(
        Rect(10, 10, 60, 50), np.repeat(np.arange(50, dtype=np.uint8) * 5, 40).reshape(50, 40).T.copy()
    ),
)
GLOW = fill("Glow", Rect(0, 0, 240, 200), (90, 90, 90), blend=BlendMode.SCREEN)


def make_design(tmp_path: Path, *over: Layer | Group, clipped: bool = False) -> Path:
    """A cut-out of the disc on a wall and a floor, with layers over it, as a PSD with a recipe."""
    picture, truth = draw_disc(240, 200)
    cut_out(picture, from_mask=truth, solver="hard").save(tmp_path / "plain.psd")
    plain = open_document(tmp_path / "plain.psd")
    pair = tuple(replace(one, opacity=1.0) for one in plain.layers)
    tops = tuple(replace(one, clipped=clipped) for one in over)
    document = replace(plain, layers=(WALL, FLOOR, *pair, *tops), composite=None)
    save_document(document, tmp_path / "design.psd")
    return tmp_path / "design.psd"


def see(driver: Driver) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    assert driver.bench.sources is not None
    size = driver.session.size
    return compose_view(driver.bench.sources, driver.canvas.look, Part(1.0, 0, 0, size)).astype(np.int64)


def test_a_design_opens_as_it_was_saved_with_its_other_layers(driver: Driver, tmp_path: Path) -> None:
    path = make_design(tmp_path, TITLE, Group("Marks", (STAMP,)))
    driver.open(path)
    assert driver.canvas.look.view is View.BACKGROUND
    whole, alpha = flatten_document(open_document(path))
    assert alpha is None
    assert np.abs(see(driver) - whole).max() <= 3
    assert tuple(whole[95, 120]) != tuple(driver.session.photo.colour[95, 120]), (
        "the title lies over the disc"
    )
    driver.window.show_view(View.CHECKERBOARD)
    assert np.abs(see(driver) - whole).mean() > 20, "other views show the cut-out alone"


def test_what_mixes_with_what_is_under_it_is_left_out_and_said_so(driver: Driver, tmp_path: Path) -> None:
    path = make_design(tmp_path, TITLE, GLOW)
    driver.open(path)
    without = open_document(path)
    whole, _ = flatten_document(replace(without, layers=without.layers[:-1]))
    assert np.abs(see(driver) - whole).max() <= 3
    others = list_others(driver.session.document, driver.session.photo)
    drawn = [(one.node.name, one.is_drawn) for one in others]
    assert drawn == [("Glow", False), ("Title", True), ("Floor", True), ("Wall", True)]


def test_what_is_clipped_to_the_cut_out_is_left_out(tmp_path: Path) -> None:
    opened = read_file(make_design(tmp_path, TITLE, clipped=True))
    context = split_document(opened.document, opened.photo)
    assert [node.name for node in context.unseen] == ["Title"]
    part = draw_context(opened.document, context)
    assert part.over is None
    assert part.under is not None


def test_a_pair_inside_of_a_group_has_layers_on_both_sides(tmp_path: Path) -> None:
    document = open_document(make_design(tmp_path))
    wall, floor, *pair = document.layers
    group = Group("Scene", (floor, *pair, TITLE))
    nested = replace(document, layers=(wall, group, STAMP), composite=None)
    photo = next(one for one in pair if isinstance(one, Layer))
    from mattework import Photo

    context = split_document(nested, Photo(photo.pixels, None, nested.mode, None))
    assert [node.name for node in context.under] == ["Wall", "Scene"]
    assert [node.name for node in context.over] == ["Scene", "Stamp"]
    part = draw_context(nested, context)
    assert part.under is not None
    plain, _ = flatten_document(Document(document.size, document.mode, 8, (WALL, FLOOR)))
    assert np.abs(part.under[..., :3].astype(int) - plain).max() <= 1


def test_a_design_without_recipe_says_that_its_layers_were_put_together(
    driver: Driver, tmp_path: Path
) -> None:
    document = Document(WALL.rect.size, open_document(make_design(tmp_path)).mode, 8, (WALL, FLOOR, TITLE))
    save_document(document, tmp_path / "flat.psd")
    driver.open(tmp_path / "flat.psd")
    assert "layers (3) were put together" in driver.window.status.message.text()
    assert driver.window.layers._others == ()


def save_arranged(tmp_path: Path, order: Callable[..., tuple[Layer, ...]]) -> Path:
    """A cut-out of the disc on white with a shadow, its four layers put otherwise."""
    picture, truth = draw_disc(240, 200)
    shadow = Shadow(dx=20, dy=5, blur=4, opacity=0.6)
    cut_out(picture, from_mask=truth, solver="hard", background="white", shadow=shadow).save(
        tmp_path / "plain.psd"
    )
    plain = open_document(tmp_path / "plain.psd")
    document = replace(plain, layers=order(*plain.walk_layers()), composite=None)
    save_document(document, tmp_path / "design.psd")
    return tmp_path / "design.psd"


@pytest.mark.parametrize(
    ("order", "others", "exported"),
    [
        pytest.param(
            lambda b, s, p, c: (replace(b, name="Wall"), replace(s, name="Soft"), p, c),
            [],
            ["Photo", "Clean colours"],
            id="renamed behind",
        ),
        pytest.param(
            lambda b, s, p, c: (b, s, p, replace(c, name="Subject")),
            [],
            ["Photo", "Subject"],
            id="renamed clean colours",
        ),
        pytest.param(
            lambda b, s, p, c: (b, s, p, c, replace(TITLE, name="Shadow")),
            ["Shadow"],
            ["Photo", "Clean colours", "Shadow"],
            id="somebody's own of such a name",
        ),
    ],
)
def test_what_a_cut_out_made_is_known_by_more_than_its_name(
    driver: Driver,
    tmp_path: Path,
    order: Callable[..., tuple[Layer, ...]],
    others: list[str],
    exported: list[str],
) -> None:
    path = save_arranged(tmp_path, order)
    driver.open(path)
    whole, _ = flatten_document(open_document(path))
    assert np.abs(see(driver) - whole).max() <= 3
    session = driver.session
    assert [one.node.name for one in list_others(session.document, session.photo)] == others
    driver.bench.change_recipe("Background", replace(session.recipe, background="#ff0000", shadow=None))
    driver.wait()
    assert tuple(see(driver)[190, 3]) == (255, 0, 0)
    document = make_export(session, Export(kind="psd", crop=False, background=False, shadow=False))
    assert [layer.name for layer in document.walk_layers()] == exported


@pytest.mark.parametrize("change", [{"blend": BlendMode.MULTIPLY}, {"clipped": True}])
def test_a_layer_of_ours_that_mixes_is_told_to_be_drawn_plainly(
    driver: Driver, tmp_path: Path, change: dict[str, object]
) -> None:
    path = save_arranged(tmp_path, lambda b, s, p, c: (b, s, p, replace(c, **change)))
    driver.open(path)
    titles = {name: row.title for name, row in driver.window.layers.rows.items()}
    assert titles["Clean colours"].text() == "Clean colours (drawn plainly)"
    assert "mixes with what is under it" in titles["Clean colours"].toolTip()
    assert titles["Shadow"].text() == "Shadow"
