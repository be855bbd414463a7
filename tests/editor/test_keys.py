"""The keys stay where a person has them, also when the control that has them is disabled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDockWidget

import mattework
from editor.driving import TEST, wait_until
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver


@pytest.fixture
def disc(driver: Driver, disc_file: Path) -> Driver:
    """The disc, with two parts painted."""
    driver.open_painted(disc_file, radius=20)
    driver.drag((30, 30), (31, 30))
    return driver


def test_a_button_of_the_parts_leaves_its_panel_in_front(disc: Driver) -> None:
    window, parts = disc.window, disc.window.parts
    dock = window.findChild(QDockWidget, "parts")
    assert dock is not None
    dock.raise_()
    wait_until(lambda: not parts.is_working and parts.list.count() == 2)
    parts.list.setFocus()
    parts.list.setCurrentRow(1)
    parts.drop.setFocus()
    disc.click(parts.drop)
    disc.wait()
    wait_until(lambda: not parts.is_working and parts.list.count() == 1)
    assert not parts.drop.isEnabled()
    assert not dock.visibleRegion().isEmpty(), "another panel has come before it"
    assert parts.list.hasFocus()


def test_a_control_that_is_disabled_while_its_work_runs_has_the_keys_again(disc: Driver) -> None:
    slider = disc.window.edge.band.slider
    before = slider.value()
    slider.setFocus()
    for _ in range(2):
        TEST.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
        wait_until(lambda: disc.bench.is_busy)
        assert not slider.isEnabled()
        assert disc.canvas.hasFocus()
        disc.wait()
        assert slider.hasFocus()
    assert slider.value() == before + 2


def test_a_control_does_not_take_the_keys_from_who_has_gone_on_to_the_picture(disc: Driver) -> None:
    slider = disc.window.edge.band.slider
    slider.setFocus()
    TEST.keyClick(slider, Qt.Key.Key_Right)
    wait_until(lambda: disc.bench.is_busy)
    disc.drag((80, 100), (90, 100))
    assert disc.canvas.hasFocus()


def test_a_number_that_was_typed_leaves_the_keys_with_the_picture(disc: Driver) -> None:
    box = disc.window.edge.band.box
    box.setFocus()
    box.selectAll()
    TEST.keyClicks(box, "1.5")
    TEST.keyClick(box, Qt.Key.Key_Return)
    wait_until(lambda: disc.session.recipe.trimap.band == 1.5)
    disc.wait()
    assert disc.canvas.hasFocus()


def test_a_button_that_disables_itself_hands_the_keys_to_the_picture(disc: Driver) -> None:
    edge, dock = disc.window.edge, disc.window.findChild(QDockWidget, "edge")
    assert dock is not None
    disc.key(Qt.Key.Key_K)
    disc.drag((5, 190))
    wait_until(edge.no_screen.isEnabled)
    edge.no_screen.setFocus()
    TEST.keyClick(edge.no_screen, Qt.Key.Key_Space)
    disc.wait()
    assert not edge.no_screen.isEnabled()
    assert disc.canvas.hasFocus()
    assert not dock.visibleRegion().isEmpty(), "the next control is in a panel behind it"


def test_a_control_that_is_gone_with_its_photo_is_forgotten(disc: Driver, tmp_path: Path) -> None:
    picture, truth = draw_disc()
    mattework.cut_out(picture, from_mask=truth, background="red").save(tmp_path / "other.psd")
    disc.bench.note_kept()
    dock = disc.window.findChild(QDockWidget, "layers")
    assert dock is not None
    dock.raise_()
    QApplication.processEvents()
    eye = next(iter(disc.window.layers.rows.values())).eye
    eye.setFocus()
    assert eye.hasFocus()
    disc.open(tmp_path / "other.psd")
    wait_until(lambda: sip.isdeleted(eye))
    disc.bench.changed.emit()
    disc.wait()
    assert disc.canvas.hasFocus()
