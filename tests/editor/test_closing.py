"""Leaving a photo without leaving the program."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox

from editor.driving import Keys, answer, save_to, wait_until
from mattework_editor import drafts, files
from mattework_editor.engine import Progress

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier
BUTTONS = QMessageBox.StandardButton


@pytest.fixture
def painted(driver: Driver, disc_file: Path) -> Driver:
    assert not driver.window.commands["file.close"].isEnabled()
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((120, 100), (140, 100))
    return driver


def assert_is_empty(driver: Driver) -> None:
    window = driver.window
    assert driver.bench.session is None
    assert driver.bench.sources is None
    assert window.welcome.isVisible()
    assert window.windowTitle() == "Mattework"
    assert not window.isWindowModified()
    assert window.steps.count() == 0
    assert window.layers.rows == {}
    assert window.status.scale.text() == ""
    for name in ("file.close", "file.save", "file.export", "edit.undo", "select.subject"):
        assert not window.commands[name].isEnabled(), name


def test_closing_asks_and_shows_the_empty_window(painted: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, BUTTONS.Cancel)
    painted.key(Qt.Key.Key_W, CONTROL)
    assert asked == ["Save changes?"]
    assert painted.bench.session is not None
    answer(monkeypatch, BUTTONS.Discard)
    painted.key(Qt.Key.Key_W, CONTROL)
    painted.wait()
    assert_is_empty(painted)
    assert drafts.find_drafts() == []


def test_what_is_saved_first_is_closed_then(
    painted: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, BUTTONS.Save)
    save_to(monkeypatch, tmp_path / "kept.psd")
    painted.key(Qt.Key.Key_W, CONTROL)
    wait_until(lambda: painted.bench.session is None)
    painted.wait()
    assert (tmp_path / "kept.psd").is_file()
    assert_is_empty(painted)


def test_another_photo_is_opened_after_closing(
    painted: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted.bench.change_recipe("Colour", painted.session.recipe.__class__(background="#102030"))
    answer(monkeypatch, BUTTONS.Discard)
    painted.key(Qt.Key.Key_W, CONTROL)
    assert painted.window.background.kinds.checkedId() == 0, "the panels forget the photo"
    Image.new("RGB", (60, 40), (9, 99, 199)).save(tmp_path / "small.png")
    painted.open(tmp_path / "small.png")
    assert painted.session.size.width == 60
    assert not painted.window.welcome.isVisible()
    assert list(painted.window.layers.rows) != []


def test_a_photo_whose_opening_is_given_up_is_not_left_half_open(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is seen before it is ready: Cancel then leads to the empty window, and not to a picture without tools."""

    def take_long(_: object, __: object, progress: Progress) -> None:
        while True:
            time.sleep(0.01)
            progress("making", 0.5)

    monkeypatch.setattr(files, "make_session", take_long)
    driver.window.open_path(disc_file)
    wait_until(lambda: driver.bench.sources is not None)
    driver.bench.cancel()
    wait_until(lambda: not driver.bench.is_busy and driver.bench.sources is None)
    driver.wait()
    assert driver.window.status.message.text() == "Cancelled."
    assert_is_empty(driver)


def test_a_photo_is_not_closed_while_it_is_worked_on(painted: Driver, tmp_path: Path) -> None:
    painted.bench.save_file(tmp_path / "x.psd", overwrite=False)
    painted.window.filing.close_photo()
    assert "Something else" in painted.window.status.message.text()
    painted.wait()
    assert painted.bench.session is not None


def export_slowly(driver: Driver) -> list[object]:
    """Hand the cut-out over for a second; gives what came of it, once it is there."""
    made: list[object] = []

    def work(_: object, progress: Progress) -> str:
        for _ in range(50):
            time.sleep(0.02)
            progress("making", 0.5)
        return "a file"

    driver.bench.note_kept()
    driver.bench.hand_over("Exporting", work, made.append)
    return made


def test_closing_waits_for_what_is_exported(painted: Driver) -> None:
    made = export_slowly(painted)
    painted.window.close()
    assert painted.window.isVisible()
    assert "as soon as the work that runs has ended" in painted.window.status.message.text()
    wait_until(lambda: not painted.window.isVisible(), 20)
    assert made == ["a file"]


def test_who_closes_twice_does_not_wait(painted: Driver) -> None:
    made = export_slowly(painted)
    painted.window.close()
    painted.window.close()
    assert not painted.window.isVisible()
    painted.wait()
    assert made == []
