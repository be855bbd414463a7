"""Numbers in the panels, typed by a person: mouse, Enter, and Ctrl+Z after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication

from editor.driving import LEFT, TEST, wait_until

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
    assert QApplication.focusWidget() is driver.canvas
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
    wait_until(lambda: driver.bench.engine._client is not None)  # it is closed with the window
