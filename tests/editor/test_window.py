"""The window as a person uses it: real events, a real worker, real files."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QMessageBox

from editor.driving import Keys, list_messages, save_to, wait_until
from mattework import cut_out
from mattework_editor.compose import View
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "resources" / "samples" / "astronaut.jpg"
CONTROL, SHIFT = Keys.ControlModifier, Keys.ShiftModifier


def test_a_journey_from_photo_to_psd_and_on(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(PORTRAIT)
    views = [driver.canvas.look.view]
    driver.window.commands["select.subject"].trigger()
    assert driver.window.status.cancel_button.isVisible()
    driver.wait()
    told = driver.window.status.ran.text()
    assert told.startswith(
        ("mattework-subject on CPU, edge: ", "mattework-subject + mattework-prompt on CPU, edge: ")
    )
    views.append(driver.canvas.look.view)
    assert views == [View.ORIGINAL, View.CHECKERBOARD]
    found = driver.session.planes.alpha.unpack()
    assert found[350, 200] == 1.0
    assert found[60, 40] == 0.0

    driver.key(Qt.Key.Key_R)
    driver.drag((160, 30), (200, 15), (260, 20), (300, 60))
    refined = driver.session.planes.alpha.unpack()
    assert (refined != found).any()
    driver.key(Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(driver.session.planes.alpha.unpack(), found)
    driver.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    np.testing.assert_array_equal(driver.session.planes.alpha.unpack(), refined)

    driver.window.edge.feather.box.setValue(2.0)
    wait_until(lambda: driver.session.recipe.edge.feather == 2.0)
    names = [step.name for step in driver.session.history.steps]
    assert names == ["Select Subject", "Refine Edge", "Feather"]
    assert driver.window.isWindowModified()

    target = tmp_path / "portrait.psd"
    save_to(monkeypatch, target)
    driver.key(Qt.Key.Key_S, CONTROL)
    driver.wait()
    assert not driver.window.isWindowModified()

    psd = PSDImage.open(target)
    assert [layer.name for layer in psd] == ["Photo", "Clean colours"]
    mask = psd[1].mask
    assert mask is not None
    assert mask.size == (512, 512)
    saved = np.asarray(mask.topil())
    assert driver.bench.sources is not None
    shown = driver.bench.sources.matte.read(0)
    assert np.abs(saved.astype(int) - shown.astype(int)).max() <= 1

    recipe = driver.session.recipe
    driver.open(target)
    assert driver.window.status.ran.text() == told, "the file says what made it"
    assert driver.session.recipe.strokes == recipe.strokes
    assert driver.session.recipe.edge == recipe.edge
    assert np.abs(driver.session.planes.alpha.unpack() - refined).mean() < 2e-3
    driver.window.edge.feather.box.setValue(0.0)
    wait_until(lambda: driver.session.recipe.edge.is_neutral)
    driver.drag((100, 400), (120, 420))
    driver.key(Qt.Key.Key_S, CONTROL)
    driver.wait()
    assert not driver.session.history.is_dirty

    solved = driver.session.planes.alpha.unpack()
    driver.open(target)  # without edge settings the mask is the alpha, and nothing is solved again
    assert np.abs(driver.session.planes.alpha.unpack() - solved).max() <= 0.5 / 255 + 1e-6


def read_waits() -> dict[str, float]:
    """Seconds that each thread of this process has stood in line for a processor, because other programs had it."""
    waits = {}
    for place in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError, IndexError):
            waits[place.parent.name] = int(place.read_text(encoding="ascii").split()[1]) / 1e9
    return waits


def longest_gap(ticks: list[tuple[float, dict[str, float]]]) -> float:
    """The longest time between two ticks that our own work took.

    What one of our threads waited for a processor meanwhile is taken off: the window's own, or one that it waited for
    (which held the interpreter's lock, say).
    """
    gaps = []
    for (then, before), (now, after) in pairwise(ticks):
        waited = [after[thread] - before.get(thread, 0.0) for thread in after]
        gaps.append(now - then - max(waited, default=0.0))
    return max(gaps)


def test_the_window_stays_alive_while_the_model_runs(driver: Driver) -> None:
    driver.open(PORTRAIT)
    ticks = [(time.perf_counter(), read_waits())]
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append((time.perf_counter(), read_waits())))
    timer.start(5)
    driver.bench.find_subject()
    while driver.bench.is_busy:
        QApplication.processEvents()
    timer.stop()
    assert len(ticks) > 20
    assert longest_gap(ticks) < 0.1


def test_select_subject_waits_for_the_stroke_that_is_solved(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (126, 104), wait=False)
    assert driver.bench.is_solving
    driver.window.commands["select.subject"].trigger()
    assert "as soon as the last stroke" in driver.window.status.message.text()
    wait_until(lambda: driver.bench.is_busy)
    assert driver.window.status.progress.isVisible()
    driver.wait()
    assert [step.name for step in driver.session.history.steps] == ["Add with Brush", "Select Subject"]


def test_cancelling_leaves_everything_as_it_was(driver: Driver) -> None:
    driver.open(PORTRAIT)
    driver.bench.find_subject()
    driver.click(driver.window.status.cancel_button)
    driver.wait()
    assert driver.session.history.last is None
    assert not driver.session.planes.alpha.unpack().any()
    driver.bench.find_subject()  # and it can be started again
    driver.wait()
    assert driver.session.planes.alpha.unpack().any()


def test_a_file_with_a_background_is_opened_as_it_was_saved(driver: Driver, tmp_path: Path) -> None:
    shown: list[View] = []
    driver.bench.sources_replaced.connect(lambda _: shown.append(driver.canvas.look.view))
    for name, background, view in (
        ("on.psd", "#2060c0", View.BACKGROUND),
        ("off.psd", None, View.CHECKERBOARD),
    ):
        rgb, truth = draw_disc(240, 200)
        cut_out(rgb, from_mask=truth, solver="hard", background=background).save(tmp_path / name)
        driver.open(tmp_path / name)
        assert driver.canvas.look.view is view
        assert "Select Subject" not in driver.window.status.message.text(), "it is cut out already"
    assert shown[0] is View.ORIGINAL, "the photo is seen until its mask is there, not an empty checkerboard"
    assert shown[2] is View.ORIGINAL


def test_every_command_has_a_name_a_tip_and_every_shortcut_one_command(driver: Driver) -> None:
    keys: list[str] = []
    for action in driver.window.actions():
        assert action.text()
        assert action.toolTip()
        keys += [key.toString() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    for box in (
        driver.window.toolbar.size_box,
        driver.window.toolbar.view_box,
        driver.window.edge.solver,
        driver.canvas,
    ):
        assert box.accessibleName()


def test_what_a_view_cannot_show_is_told_in_words(driver: Driver) -> None:
    driver.window._show_failure(MemoryError())
    assert "not enough memory" in list_messages()


def test_a_message_is_read_as_it_is_written(driver: Driver, tmp_path: Path) -> None:
    photo = tmp_path / "<b>x<br>.jpg"
    photo.write_text("no picture")
    driver.open(photo)
    box = driver.find_shown(QMessageBox)
    assert "<b>x<br>.jpg" in box.text()
    assert box.textFormat() == Qt.TextFormat.PlainText
