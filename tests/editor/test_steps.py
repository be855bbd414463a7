"""Undo, redo, and the list of steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QPainter

from editor.driving import Keys
from mattework_editor import stepping
from mattework_editor.panels.steps import StepsPanel

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


def test_the_history_list_goes_back_and_forward(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    states = [driver.session.planes.alpha.unpack()]
    for x in (60, 120, 180):
        driver.drag((x, 100), (x + 5, 100))
        states.append(driver.session.planes.alpha.unpack())
    steps = driver.window.steps
    assert [steps.item(row).text() for row in range(4)] == ["Open", *["Add with Brush"] * 3]  # type: ignore[union-attr]
    for row in (1, 3, 0):
        steps.setCurrentRow(row)
        np.testing.assert_array_equal(driver.session.planes.alpha.unpack(), states[row])


def test_slow_steps_go_beside_the_window_and_lists_still_reach_their_step(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "QUICK_STEP", 0)
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    states = [driver.session.planes.alpha.unpack()]
    for x in (60, 120, 180):
        driver.drag((x, 100), (x + 5, 100))
        states.append(driver.session.planes.alpha.unpack())
    for row in (0, 3, 1):
        driver.window.steps.setCurrentRow(row)
        driver.wait()
        assert driver.session.history.position == row
        np.testing.assert_array_equal(driver.session.planes.alpha.unpack(), states[row])


def test_undo_pressed_while_a_slow_step_runs_is_not_lost(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "QUICK_STEP", 0)
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    states = [driver.session.planes.alpha.unpack()]
    for x in (60, 120, 180):
        driver.drag((x, 100), (x + 5, 100))
        states.append(driver.session.planes.alpha.unpack())

    def press(*keys: tuple[Qt.Key, Keys]) -> None:
        for key, held in keys:
            driver.window.commands.update()
            driver.key(key, held)
        assert driver.bench.is_busy
        driver.wait()

    undo, redo = (Qt.Key.Key_Z, CONTROL), (Qt.Key.Key_Z, CONTROL | Keys.ShiftModifier)
    for keys, row in (((undo, undo, undo, undo), 0), ((redo, redo, redo), 3), ((undo, undo, redo), 2)):
        press(*keys)
        assert driver.session.history.position == row
        np.testing.assert_array_equal(driver.session.planes.alpha.unpack(), states[row])


def test_undo_takes_a_stroke_back_before_it_is_solved(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((60, 100), (120, 100), wait=False)
    driver.drag((60, 50), (120, 50), wait=False)
    for _ in range(2):
        driver.key(Qt.Key.Key_Z, CONTROL)
    driver.wait()
    assert not driver.session.planes.alpha.unpack().any()
    assert driver.session.recipe.strokes == ()


def ink_rows(image: QImage) -> int:
    """How many rows of pixels from the highest mark on the ground to the lowest."""
    ground = image.pixel(image.width() - 1, image.height() - 1)
    marked = [
        y for y in range(image.height()) if any(image.pixel(x, y) != ground for x in range(image.width() - 1))
    ]
    return max(marked) - min(marked) + 1


def test_accents_of_the_first_step_are_not_cut_off(application: object) -> None:
    steps = StepsPanel()
    steps.addItem("ÄÖÜÉ")
    steps.resize(200, 120)
    steps.setFrameShape(StepsPanel.Shape.NoFrame)
    steps.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    free = QImage(200, 120, QImage.Format.Format_RGB32)
    free.fill(Qt.GlobalColor.white)
    painter = QPainter(free)
    painter.setFont(steps.font())
    painter.drawText(20, 60, "ÄÖÜÉ")
    painter.end()
    viewport = steps.viewport()
    assert viewport is not None
    assert ink_rows(viewport.grab().toImage()) == ink_rows(free)
