"""Painting on the canvas: where strokes land, the brush and its size, pens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt

from editor.driving import LEFT, MIDDLE, TEST, Keys
from mattework_editor.session import replay_strokes, start_session

if TYPE_CHECKING:
    from editor.driving import Driver

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "resources" / "samples" / "astronaut.jpg"
CONTROL, ALT, SHIFT = Keys.ControlModifier, Keys.AltModifier, Keys.ShiftModifier


def test_every_brush_draws_its_kind_and_alt_inverts(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    wanted = {
        Qt.Key.Key_B: ("foreground", "background"),
        Qt.Key.Key_N: ("background", "foreground"),
        Qt.Key.Key_T: ("transparent", "foreground"),  # while something is selected there
        Qt.Key.Key_R: ("unknown", "restored"),
        Qt.Key.Key_E: ("restored", "unknown"),
    }
    for key, kinds in wanted.items():
        driver.key(key)
        for kind, modifiers in zip(kinds, (Keys.NoModifier, ALT), strict=True):
            driver.drag((100, 100), (110, 104), modifiers=modifiers)
            assert driver.session.recipe.strokes[-1].kind == kind
    names = [step.name for step in driver.session.history.steps]
    assert names[:8] == [
        "Add with Brush",
        "Take Away with Brush",
        "Take Away with Brush",
        "Add with Brush",
        "Transparent with Brush",
        "Add with Brush",
        "Refine Edge",
        "Restore the Model's Edge",
    ]
    assert len(names) == 10


def test_a_stroke_lands_where_the_pointer_was(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.zoom_to(2.0)
    driver.canvas.set_radius(12)
    driver.key(Qt.Key.Key_B)
    driver.drag((60, 70), (90, 70))
    painted = driver.session.planes.trimap.unpack() == 255
    y, x = np.nonzero(painted)
    assert abs(x.min() - 48) <= 1
    assert abs(x.max() - 101) <= 1
    assert abs(y.min() - 58) <= 1
    assert abs(y.max() - 81) <= 1


def test_shift_draws_a_straight_line_from_the_last_stroke(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(4)
    driver.key(Qt.Key.Key_B)
    driver.drag((40, 40), (41, 40))
    driver.drag((160, 120), (160, 120), modifiers=SHIFT)
    assert driver.session.planes.trimap.unpack()[80, 100] == 255
    assert len(driver.session.history.steps) == 2


def test_the_brush_suits_the_photo_until_a_person_chooses_one(
    driver: Driver, disc_file: Path, tmp_path: Path
) -> None:
    driver.open(disc_file)
    assert driver.window.toolbar.size_box.value() == 8
    driver.open(PORTRAIT)
    assert driver.canvas.radius == 9
    driver.close()
    assert not driver.window.settings.contains("radius"), "nobody chose it"
    driver.window.show()
    driver.window.commands["tools.larger"].trigger()
    chosen = driver.canvas.radius
    driver.open(disc_file)
    assert driver.canvas.radius == chosen
    driver.close()
    assert driver.window.settings.value("radius", type=float) == chosen


def test_brackets_and_the_wheel_change_the_brush(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(20)
    driver.key(Qt.Key.Key_BracketRight)
    assert driver.canvas.radius == pytest.approx(25)
    driver.key(Qt.Key.Key_BracketLeft)
    assert driver.canvas.radius == pytest.approx(20)
    driver.wheel(100, 100, 120, CONTROL)
    assert driver.canvas.radius > 20
    assert driver.window.toolbar.size_box.value() == pytest.approx(2 * driver.canvas.radius, abs=0.5)


def test_the_pressure_of_a_pen_scales_the_brush(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(20)
    driver.key(Qt.Key.Key_B)
    driver.pen((40, 100, 0.2), (80, 100, 0.2), (120, 100, 1.0), (180, 100, 1.0))
    painted = (driver.session.planes.trimap.unpack() == 255).sum(axis=0)
    assert painted[60] < 14
    assert abs(int(painted[150]) - 40) <= 2
    assert len(driver.session.history.steps) == 1


def test_a_pens_strokes_are_the_same_when_a_file_is_opened_again(driver: Driver, large_file: Path) -> None:
    driver.open(large_file)
    session = driver.session
    driver.canvas.set_radius(40)
    middle = session.size.width / 2
    for key, top in ((Qt.Key.Key_B, 200.0), (Qt.Key.Key_N, 290.0), (Qt.Key.Key_R, 245.0)):
        driver.key(key)
        driver.pen(*((middle - 120 + 40 * at, top + 20 * at, 0.2 + 0.13 * at) for at in range(7)))
    assert [len(one.pressures) > 3 for one in session.recipe.strokes] == [True] * 3
    assert not any(one.is_touch for one in session.recipe.strokes)
    fresh = start_session(session.document, session.photo)
    again = replay_strokes(fresh.planes, session.colour, session.choices)
    np.testing.assert_array_equal(again.trimap.unpack(), session.planes.trimap.unpack())
    np.testing.assert_array_equal(again.alpha.unpack(), session.planes.alpha.unpack())
    assert 0.1 < again.alpha.unpack()[session.planes.trimap.unpack() == 128].mean() < 0.9


def test_a_stroke_ends_with_its_own_button_while_another_pans(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(10)
    canvas, none = driver.canvas, Keys.NoModifier
    TEST.mousePress(canvas, LEFT, none, driver.at(60, 60))
    TEST.mouseMove(canvas, driver.at(80, 60))
    TEST.mousePress(canvas, MIDDLE, none, driver.at(80, 60))
    TEST.mouseMove(canvas, driver.at(90, 60))
    TEST.mouseRelease(canvas, LEFT, none, driver.at(90, 60))
    assert not canvas.is_painting
    TEST.mouseRelease(canvas, MIDDLE, none, driver.at(90, 60))
    driver.wait()
    assert len(driver.session.history.steps) == 1
    view = canvas.view
    TEST.mouseMove(canvas, driver.at(150, 150))
    assert not canvas.is_painting
    assert canvas.view == view, "nothing is held that would pan"
