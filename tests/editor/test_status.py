"""The status bar: what is said of the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from editor.driving import Keys
from mattework import cut_out
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


def test_the_status_bar_tells_what_made_what_is_seen(driver: Driver, disc_file: Path, tmp_path: Path) -> None:
    ran = driver.window.status.ran
    driver.open(disc_file)
    told = [ran.text()]
    driver.key(Qt.Key.Key_B)
    driver.drag((100, 100), (110, 104))
    told.append(ran.text())
    driver.window.edge.solver.setCurrentText("Guided filter")
    driver.window.edge.solver.activated.emit(driver.window.edge.solver.currentIndex())
    driver.wait()
    driver.bench.find_subject()
    driver.wait()
    told.append(ran.text())
    driver.key(Qt.Key.Key_Z, CONTROL)
    told.append(ran.text())
    assert told == ["", "painted by hand", "mattework-subject on CPU, edge: guided filter", "painted by hand"]
    picture, truth = draw_disc(240, 200)
    cut_out(picture, from_mask=truth, solver="hard").save(tmp_path / "own.psd")
    driver.session.history.mark_saved()
    driver.open(tmp_path / "own.psd")
    assert ran.text() == "your mask, edge: hard cut"


def test_the_message_keeps_off_the_edge_of_the_window(driver: Driver) -> None:
    status = driver.window.status
    status.tell("")
    QApplication.processEvents()
    blank = status.grab().toImage()
    status.tell("MMM")
    QApplication.processEvents()
    written = status.grab().toImage()
    changed = [
        x
        for x in range(written.width())
        for y in range(written.height())
        if written.pixel(x, y) != blank.pixel(x, y)
    ]
    assert min(changed) >= 6 * status.devicePixelRatioF()


def test_a_message_that_has_no_room_ends_in_an_ellipsis(driver: Driver) -> None:
    status = driver.window.status
    long = "Edges are uncertain over most of the outline. " * 9
    status.tell(long)
    QApplication.processEvents()
    message = status.message
    assert message.text() == message.toolTip() == long
    cut_short = message.grab().toImage()
    room = message.contentsRect().width()
    seen = message.fontMetrics().elidedText(long, Qt.TextElideMode.ElideRight, room)
    assert seen.endswith("…")
    status.tell(seen)
    assert message.grab().toImage() == cut_short


def test_an_empty_window_tells_no_scale(driver: Driver, disc_file: Path) -> None:
    scale = driver.window.status.scale
    assert scale.text() == ""
    driver.open(disc_file)
    assert scale.text().endswith(" %")
