"""The command palette: commands and settings are found by letters and reached without the mouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDockWidget, QWidget

from editor.driving import TEST, Keys
from mattework_editor.compose import View
from mattework_editor.palette import Palette

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


def test_a_command_is_found_by_letters_and_run_without_the_mouse(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_K, CONTROL)
    palette = driver.find_shown(Palette)
    TEST.keyClicks(palette.field, "mask")
    assert "Mask" in palette.list.item(0).text()  # type: ignore[union-attr]
    driver.key(Qt.Key.Key_Return, on=palette.field)
    QApplication.processEvents()
    assert driver.canvas.look.view is View.MASK
    assert not [one for one in driver.window.findChildren(Palette) if one.isVisible()]


def test_every_panel_is_brought_to_the_front_by_its_name(driver: Driver) -> None:
    for dock in driver.window.docks:
        for _ in range(2):  # the second time it is in front already, and stays
            driver.key(Qt.Key.Key_K, CONTROL)
            palette = driver.find_shown(Palette)
            TEST.keyClicks(palette.field, f"window {dock.windowTitle()}")
            driver.key(Qt.Key.Key_Return, on=palette.field)
            QApplication.processEvents()
            assert not dock.visibleRegion().isEmpty(), dock.windowTitle()
    driver.window.docks[0].close()
    driver.window.commands[f"panel.{driver.window.docks[0].objectName()}"].trigger()
    QApplication.processEvents()
    assert driver.window.docks[0].isVisible()


def test_arrows_move_in_the_palette_and_shortcuts_are_found_by_their_keys(driver: Driver) -> None:
    driver.key(Qt.Key.Key_P, CONTROL | Keys.ShiftModifier)
    palette = driver.find_shown(Palette)
    listed = [palette.list.item(row).text() for row in range(palette.list.count())]  # type: ignore[union-attr]
    assert len(listed) == len(set(listed))
    assert len(listed) > len(driver.window.commands.commands) + 30
    driver.key(Qt.Key.Key_Up, on=palette.field)
    assert palette.list.currentRow() == palette.list.count() - 1
    driver.key(Qt.Key.Key_Down, on=palette.field)
    assert palette.list.currentRow() == 0
    TEST.keyClicks(palette.field, "Ctrl+Y")
    assert "Redo" in palette.list.item(0).text()  # type: ignore[union-attr]
    driver.key(Qt.Key.Key_Return, on=palette.field)  # cannot be done now, so the palette stays
    assert palette.isVisible()
    assert "Not now" in palette.tip.text()
    palette.field.setText("qqqqq")
    assert "No command" in palette.tip.text()
    driver.key(Qt.Key.Key_Escape, on=palette.field)
    QApplication.processEvents()
    assert not driver.window.findChildren(Palette) or not palette.isVisible()


def go_to(driver: Driver, letters: str) -> QWidget | None:
    """Type letters into the palette and press Enter; gives what has the keys then."""
    driver.key(Qt.Key.Key_K, CONTROL)
    palette = driver.find_shown(Palette)
    TEST.keyClicks(palette.field, letters)
    driver.key(Qt.Key.Key_Return, on=palette.field)
    QApplication.processEvents()
    return QApplication.focusWidget()


def test_a_setting_is_found_and_gets_the_keys_in_its_panel(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    window = driver.window
    for letters, control in (
        ("feather", window.edge.feather.box),
        ("contrast", window.edge.contrast.box),
        ("shift", window.edge.shift.box),
        ("solver", window.edge.solver),
        ("reset shape", window.edge.reset),
        ("brush size", window.brush.diameter.box),
        ("pen pressure", window.brush.pressed),
        ("overlay opacity", window.look.strength.box),
        ("drop shadow", window.shadow.kinds.button(1)),
        ("opacity of photo", window.layers.rows["Photo"].opacity),
    ):
        assert go_to(driver, letters) is control, letters
        assert control is not None
        assert not control.visibleRegion().isEmpty(), letters


def test_a_setting_is_found_by_what_explains_it(driver: Driver) -> None:
    driver.key(Qt.Key.Key_K, CONTROL)
    palette = driver.find_shown(Palette)
    TEST.keyClicks(palette.field, "spill")
    listed = [palette.list.item(row).text() for row in range(palette.list.count())]  # type: ignore[union-attr]
    assert "Edge ▸ Screen" in listed
    palette.close()


def test_a_found_number_is_typed_over(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    box = go_to(driver, "feather")
    assert box is not None
    TEST.keyClicks(box, "3")
    driver.key(Qt.Key.Key_Return, on=box)
    assert driver.session.recipe.edge.feather == 0, "it rests a moment"
    assert driver.window.edge.feather.value() == 3


def test_a_setting_is_reached_in_a_panel_that_was_closed_or_that_floats(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    dock = driver.window.findChild(QDockWidget, "edge")
    assert dock is not None
    dock.close()
    assert go_to(driver, "feather") is driver.window.edge.feather.box
    assert not dock.visibleRegion().isEmpty()


def test_what_only_a_choice_brings_up_leads_to_that_choice(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    background, shadow = driver.window.background, driver.window.shadow
    assert go_to(driver, "background colour") is background.kinds.button(1)
    driver.click(background.kinds.button(1))  # type: ignore[arg-type]
    assert go_to(driver, "background colour") is background.colour
    assert go_to(driver, "background angle") is background.kinds.button(2)
    assert go_to(driver, "shadow softness") is shadow.kinds.button(1)
    driver.click(shadow.kinds.button(2))  # type: ignore[arg-type]
    assert go_to(driver, "shadow softness") is shadow.blur.box


def test_settings_that_cannot_be_made_yet_are_listed_as_such(driver: Driver) -> None:
    driver.key(Qt.Key.Key_K, CONTROL)
    palette = driver.find_shown(Palette)
    TEST.keyClicks(palette.field, "feather")
    assert "Edge" in palette.list.item(0).text()  # type: ignore[union-attr]
    driver.key(Qt.Key.Key_Return, on=palette.field)
    assert palette.isVisible()
    assert "Not now" in palette.tip.text()
    palette.close()
