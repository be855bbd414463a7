"""Numbers in the panels, typed by a person: mouse, Enter, and Ctrl+Z after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication

from editor.driving import LEFT, TEST, list_messages, wait_until
from mattework_editor.export_dialog import ExportDialog

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL, PLAIN = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def test_a_number_is_typed_after_a_double_click_and_undo_after_it_is_the_windows(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    driver.window.activateWindow()
    box = driver.window.edge.feather.box
    line = box.lineEdit()
    assert line is not None
    right_of_the_text = QPoint(line.width() - 3, line.height() // 2)
    TEST.mouseClick(line, LEFT, PLAIN, right_of_the_text)
    TEST.mouseDClick(line, LEFT, PLAIN, right_of_the_text)
    TEST.keyClicks(box, "2.5")
    TEST.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 2.5
    assert QApplication.focusWidget() is driver.canvas, list_messages()
    wait_until(lambda: driver.session.recipe.edge.feather == 2.5)

    box.setFocus()
    TEST.keyClick(box, Qt.Key.Key_Z, CONTROL)
    wait_until(lambda: driver.session.recipe.edge.feather == 0.0)
    wait_until(lambda: box.value() == 0.0)

    TEST.keyClick(box, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    wait_until(lambda: box.value() == 2.5)
    box.selectAll()
    TEST.keyClicks(box, "7")
    TEST.keyClick(box, Qt.Key.Key_Z, CONTROL)
    assert driver.session.history.position == 1
    assert not box.text().startswith("7")


def test_a_layers_opacity_is_typed_like_other_numbers(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.window.commands["select.subject"].trigger()
    driver.wait()
    driver.window.background._choose("#102030")
    driver.wait()
    driver.window.activateWindow()
    layer = driver.window.layers.rows["Background"]
    line = layer.opacity.lineEdit()
    assert line is not None
    assert layer.opacity.text() == "100 %"
    TEST.mouseDClick(line, LEFT, PLAIN, QPoint(line.width() - 3, line.height() // 2))
    TEST.keyClicks(layer.opacity, "40")
    TEST.keyClick(layer.opacity, Qt.Key.Key_Return)
    assert layer.opacity.text() == "40 %"
    assert QApplication.focusWidget() is driver.canvas, list_messages()
    wait_until(lambda: driver.session.history.steps[-1].name == "Opacity of Background")
    layer = driver.window.layers.rows["Background"]
    layer.opacity.setFocus()
    TEST.keyClick(layer.opacity, Qt.Key.Key_Z, CONTROL)
    wait_until(lambda: driver.window.layers.rows["Background"].opacity.text() == "100 %")


def test_the_export_dialogs_numbers_are_whole_and_typed_like_others(driver: Driver) -> None:
    dialog = ExportDialog(driver.window.settings, has_background=True, has_shadow=True, parent=driver.window)
    dialog.crop.setChecked(True)
    dialog.show()
    dialog.activateWindow()
    assert dialog.length.text() == "As it is"
    for box, typed in ((dialog.margin, "25"), (dialog.length, "1200")):
        line = box.lineEdit()
        assert line is not None
        TEST.mouseDClick(line, LEFT, PLAIN, QPoint(line.width() - 3, line.height() // 2))
        TEST.keyClicks(box, typed)
        assert box.text() == f"{typed} px"
    export = dialog.export()
    assert (export.margin, export.long_side) == (25, 1200)
    assert isinstance(export.margin, int)
    assert isinstance(export.long_side, int)
    assert isinstance(export.quality, int)
    dialog.accept()
    again = ExportDialog(driver.window.settings, has_background=True, has_shadow=True, parent=driver.window)
    assert (again.margin.value(), again.length.value()) == (25, 1200)
