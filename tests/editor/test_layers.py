"""The layers panel: what is switched there is seen, saved, read by others, and restored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from editor.driving import LEFT, TEST, Keys, save_to, wait_until
from mattework import ColorMode, Document, Group, Layer, LayerState, Recipe, Shadow, Size, save_document
from mattework_editor.compose import Look
from mattework_editor.layer_look import change_layer, list_layers, show_layers
from mattework_editor.panels.layers import LayerWidget
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

FULL = Recipe(background="white", shadow=Shadow(opacity=0.5))


@given(
    changes=st.lists(
        st.tuples(
            st.sampled_from(("Clean colours", "Photo", "Shadow", "Background")),
            st.sampled_from(("visible", "opacity", "masked")),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_what_is_changed_is_listed_and_changing_it_back_leaves_nothing(
    changes: list[tuple[str, str, bool]],
) -> None:
    recipe = FULL
    for name, what, on in changes:
        value: bool | float = (1.0 if on else 0.25) if what == "opacity" else on
        recipe = change_layer(recipe, name, **{what: value})  # type: ignore[arg-type]
        row = next(one for one in list_layers(recipe) if one.name == name)
        if what != "masked" or row.masked is not None:
            assert getattr(row, what) == value
    for plain in list_layers(FULL):
        recipe = change_layer(recipe, plain.name, visible=plain.visible, opacity=plain.opacity, masked=True)
    assert recipe == FULL


def test_how_a_layer_blends_stays_when_something_else_about_it_is_changed() -> None:
    set_ = LayerState(name="Photo", blend="multiply", clipped=True)
    recipe = change_layer(replace(FULL, layers=(set_,)), "Photo", opacity=0.5)
    assert recipe.layers == (replace(set_, opacity=0.5),)


def test_a_look_shows_what_is_listed() -> None:
    look = show_layers(Look(), FULL)
    assert (look.photo.opacity, look.clean.opacity, look.background.opacity, look.shadow) == (0, 1, 1, True)
    hidden = show_layers(look, change_layer(FULL, "Clean colours", visible=False))
    assert hidden.clean.opacity == 0
    without = show_layers(look, Recipe(colours=0.0))
    assert (without.photo.opacity, without.clean.opacity, without.shadow) == (1, 0, False)


def start(driver: Driver, path: Path) -> None:
    driver.open(path)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(40)
    driver.drag((120, 100), (122, 100))
    for panel, kind in ((driver.window.background, 1), (driver.window.shadow, 1)):
        button = panel.kinds.button(kind)
        assert button is not None
        driver.click(button)
        driver.wait()


def row(driver: Driver, name: str) -> LayerWidget:
    return driver.window.layers.rows[name]


def test_rows_stand_in_columns_and_a_hidden_layer_still_shows_where_to_click(
    driver: Driver, disc_file: Path
) -> None:
    start(driver, disc_file)
    QApplication.processEvents()
    rows = list(driver.window.layers.rows.values())
    assert len({one.title.x() for one in rows}) == 1
    assert len({one.height() for one in rows}) == 1
    hidden, shown = (row(driver, name).eye for name in ("Photo", "Clean colours"))
    assert not hidden.isChecked()
    pictures = [one.icon().pixmap(48, 48).toImage() for one in (hidden, shown)]
    drawn = [
        sum(picture.pixelColor(x, y).alpha() > 60 for x in range(48) for y in range(48))
        for picture in pictures
    ]
    assert min(drawn) > 40
    assert pictures[0] != pictures[1]


def test_layers_are_switched_saved_and_restored(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(driver, disc_file)
    assert list(driver.window.layers.rows) == ["Clean colours", "Photo", "Shadow", "Background"]
    driver.click(row(driver, "Background").eye)
    mask = row(driver, "Clean colours").mask_button
    assert mask is not None
    TEST.mouseClick(mask, LEFT, Keys.ShiftModifier)
    row(driver, "Shadow").opacity.setValue(30)
    wait_until(
        lambda: driver.session.recipe.shadow is not None and driver.session.recipe.shadow.opacity == 0.3
    )
    row(driver, "Clean colours").opacity.setValue(80)
    wait_until(lambda: driver.session.history.steps[-1].name == "Opacity of Clean colours")
    names = [step.name for step in driver.session.history.steps]
    assert names[-4:] == [
        "Hide Background",
        "Mask of Clean colours Off",
        "Opacity of Shadow",
        "Opacity of Clean colours",
    ]
    target = tmp_path / "layers.psd"
    save_to(monkeypatch, target)
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    driver.wait()
    psd = PSDImage.open(target)
    assert [layer.name for layer in psd] == ["Background", "Shadow", "Photo", "Clean colours"]
    assert [layer.is_visible() for layer in psd] == [False, True, False, True]
    assert [layer.opacity for layer in psd] == [255, 76, 255, 204]
    assert psd[3].mask is not None
    assert psd[3].mask.disabled
    recipe = driver.session.recipe
    driver.open(target)
    assert driver.session.recipe.layers == recipe.layers
    assert not row(driver, "Background").eye.isChecked()
    assert row(driver, "Shadow").opacity.value() == 30
    again = row(driver, "Clean colours").mask_button
    assert again is not None
    states = [again.is_on]
    TEST.keyClick(again, Qt.Key.Key_Space)
    states.append(again.is_on)
    driver.key(Qt.Key.Key_Z, Keys.ControlModifier)
    states.append(again.is_on)
    assert states == [False, True, False]


def test_the_thumbnails_show_what_the_layers_hold(driver: Driver, disc_file: Path) -> None:
    start(driver, disc_file)
    picture = row(driver, "Photo").picture

    def middle() -> tuple[int, int, int] | None:
        pixmap = picture.pixmap()
        if pixmap.isNull():
            return None
        colour = pixmap.toImage().pixelColor(pixmap.width() // 2, pixmap.height() // 2)
        return colour.red(), colour.green(), colour.blue()

    wait_until(lambda: middle() is not None)
    assert middle() == pytest.approx((200, 70, 60), abs=16)
    wait_until(lambda: not row(driver, "Background").picture.pixmap().isNull())


def test_other_layers_of_a_file_are_listed_and_kept(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mattework import cut_out

    picture, truth = draw_disc(240, 200)
    cut = cut_out(picture, from_mask=truth, solver="hard")
    size = Size(240, 200)
    logo = Layer("Logo", size.rect, np.full((200, 240, 3), 9, np.uint8), opacity=0.5, visible=False)
    cut.save(tmp_path / "plain.psd")
    from mattework import open_document

    plain = open_document(tmp_path / "plain.psd")
    group = Group("Marks", (logo,))
    document = Document(size, ColorMode.RGB, 8, (*plain.layers, group), plain.metadata)
    save_document(document, tmp_path / "design.psd")
    driver.open(tmp_path / "design.psd")
    others = driver.window.layers._others
    listed = [(one.node.name, one.level, one.node.visible) for one in others]
    assert listed == [("Marks", 0, True), ("Logo", 1, False)], "a group stands over what is in it"
    driver.click(row(driver, "Clean colours").eye)
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    driver.wait()
    psd = PSDImage.open(tmp_path / "design.psd")
    assert [layer.name for layer in psd.descendants()] == ["Photo", "Clean colours", "Marks", "Logo"]
    assert not psd[1].is_visible()
    assert [layer.opacity for layer in psd.descendants()][-1] == 128
