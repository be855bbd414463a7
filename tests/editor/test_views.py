"""Looking at the work: turned, split, with ants, on grounds. Real events, real pixels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QFileDialog

from editor.driving import LEFT, TEST, Keys, choose_colour, pixel, shown, wait_until
from mattework_editor.compose import View

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL, SHIFT = Keys.ControlModifier, Keys.ShiftModifier


def photo_at(driver: Driver, x: int, y: int) -> tuple[int, ...]:
    return tuple(int(one) for one in driver.session.photo.colour[y, x])


def tool_name(driver: Driver) -> str:
    return "" if driver.canvas.tool is None else driver.canvas.tool.name


# Turning ---------------------------------------------------------------------------------------------------------------


def test_holding_r_and_dragging_turns_the_view_and_a_tap_still_chooses_the_brush(disc: Driver) -> None:
    middle = disc.canvas.rect().center()
    disc.hold(Qt.Key.Key_R)
    TEST.mousePress(disc.canvas, LEFT, Keys.NoModifier, middle + QPoint(150, 0))
    TEST.mouseMove(disc.canvas, middle + QPoint(106, 106))
    TEST.mouseRelease(disc.canvas, LEFT, Keys.NoModifier, middle + QPoint(106, 106))
    disc.let_go(Qt.Key.Key_R)
    assert disc.canvas.view.angle == pytest.approx(45, abs=1)
    assert tool_name(disc) == "", "the brush of that key was not meant"
    assert len(disc.session.history.steps) == 1, "nothing was painted"
    disc.key(Qt.Key.Key_R)
    assert tool_name(disc) == "Refine Edge"
    disc.key(Qt.Key.Key_0, Keys.AltModifier)
    assert disc.canvas.view.angle == 0


def test_shift_holds_a_turn_to_steps_of_15_degrees(disc: Driver) -> None:
    disc.hold(Qt.Key.Key_R)
    middle = QPointF(disc.canvas.rect().center())
    disc.canvas._turning = (0.0, 0.0)
    disc.canvas._turn(middle + QPointF(100, 70), True)
    assert disc.canvas.view.angle == 30
    disc.let_go(Qt.Key.Key_R)
    disc.canvas._turning = None
    disc.key(Qt.Key.Key_BracketRight, CONTROL)
    assert disc.canvas.view.angle == 45
    disc.key(Qt.Key.Key_BracketLeft, CONTROL)
    assert disc.canvas.view.angle == 30


def test_a_turned_view_shows_the_photo_turned_and_nothing_beyond_it(disc: Driver) -> None:
    disc.window.show_view(View.ORIGINAL)
    disc.canvas.zoom_to(2.0)
    disc.canvas.turn_to(30)
    picture = shown(disc)
    surround = (disc.canvas.surround.red(), disc.canvas.surround.green(), disc.canvas.surround.blue())
    for x, y in ((30, 30), (200, 40), (120, 100), (60, 170)):
        assert pixel(disc, picture, x, y) == pytest.approx(photo_at(disc, x, y), abs=12)
    for x, y in ((-12, 100), (120, -12), (252, 100)):
        assert pixel(disc, picture, x, y) == surround


@pytest.mark.parametrize("angle", [30.0, 90.0, 200.0])
def test_a_brush_paints_where_it_points_in_a_turned_view(
    driver: Driver, disc_file: Path, angle: float
) -> None:
    driver.open(disc_file)
    driver.canvas.zoom_to(2.0)
    driver.canvas.turn_to(angle)
    driver.canvas.set_radius(12)
    driver.key(Qt.Key.Key_B)
    driver.drag((60, 70), (90, 70))
    y, x = np.nonzero(driver.session.planes.trimap.unpack() == 255)
    assert (x.min(), x.max(), y.min(), y.max()) == pytest.approx((48, 101, 58, 81), abs=1.5)
    assert driver.at(60, 70) != QPoint(60, 70)


# Views -----------------------------------------------------------------------------------------------------------------


def test_ants_walk_along_the_line_where_the_mask_is_half(disc: Driver) -> None:
    disc.canvas.zoom_to(3.0)
    disc.window.show_view(View.ORIGINAL)
    plain = shown(disc)
    disc.window.show_view(View.ANTS)
    first = shown(disc)
    changed = (plain != first).any(axis=2)
    assert set(map(tuple, first[changed].tolist())) == {(0, 0, 0), (255, 255, 255)}
    rows, columns = np.nonzero(changed)
    places = [
        disc.canvas.view.to_photo(column + 0.5, row + 0.5) for row, column in zip(rows, columns, strict=True)
    ]
    assert disc.bench.sources is not None
    matte = disc.bench.sources.matte.read(0)
    for x, y in places[::7]:
        around = matte[max(0, int(y) - 1) : int(y) + 3, max(0, int(x) - 1) : int(x) + 3]
        assert around.min() < 128 <= around.max()
    wait_until(lambda: bool((shown(disc) != first).any()))
    walked = shown(disc)
    assert ((walked != plain).any(axis=2) | ~changed).mean() > 0.99, "the ants walk, the line stays"
    disc.window.show_view(View.MASK)
    assert not disc.canvas._walk.isActive()


def test_the_divider_between_before_and_after_can_be_dragged(disc: Driver) -> None:
    disc.window.show_view(View.BLACK)
    disc.key(Qt.Key.Key_X, SHIFT)
    picture = shown(disc)
    assert pixel(disc, picture, 10, 10) == pytest.approx(photo_at(disc, 10, 10), abs=1)
    assert pixel(disc, picture, 230, 10) == (0, 0, 0)
    at = QPoint(disc.canvas.width() // 2, 20)
    TEST.mousePress(disc.canvas, LEFT, Keys.NoModifier, at)
    TEST.mouseMove(disc.canvas, QPoint(disc.canvas.width() - 60, 20))
    TEST.mouseRelease(disc.canvas, LEFT, Keys.NoModifier, QPoint(disc.canvas.width() - 60, 20))
    picture = shown(disc)
    assert pixel(disc, picture, 230, 10) == pytest.approx(photo_at(disc, 230, 10), abs=1)
    assert len(disc.session.history.steps) == 1, "dragging the divider paints nothing"
    disc.key(Qt.Key.Key_X, SHIFT)
    assert disc.canvas.split is None
    assert pixel(disc, shown(disc), 10, 10) == (0, 0, 0)


def test_the_view_panel_chooses_colours_that_are_remembered(
    disc: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = disc.window.look
    choose_colour(monkeypatch, QColor(10, 200, 30))
    disc.click(panel.ground)
    assert disc.canvas.look.view.value == "colour"
    assert pixel(disc, shown(disc), 10, 10) == (10, 200, 30)
    disc.click(panel.overlay)
    panel.strength.box.setValue(100)
    assert disc.canvas.look.view.value == "overlay"
    assert pixel(disc, shown(disc), 10, 10) == (10, 200, 30)
    panel.strength.box.setValue(0)
    assert pixel(disc, shown(disc), 10, 10) == pytest.approx(photo_at(disc, 10, 10), abs=1)
    assert disc.window.settings.value("ground") == "#0ac81e"


def test_a_picture_to_judge_the_edge_on_is_seen_and_not_saved(
    disc: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    Image.new("RGB", (90, 60), (250, 240, 10)).save(tmp_path / "wall.png")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "wall.png"), ""))
    disc.click(disc.window.look.picture)
    wait_until(lambda: disc.canvas.look.view is View.PICTURE)
    assert pixel(disc, shown(disc), 10, 10) == (250, 240, 10)
    assert disc.session.recipe.background is None
    assert len(disc.session.history.steps) == 1


FINE_SCREEN = """
import numpy as np
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from mattework_editor.app import make_application
from mattework_editor.canvas import Canvas
from mattework_editor.compose import Look, Sources, View
from mattework_editor.pyramid import Pyramid
from mattework_editor.tools import TOOLS

application = make_application()
colour = np.zeros((200, 240, 3), np.uint8)
colour[:, :, 0], colour[:, :, 1] = np.arange(240), np.arange(200)[:, None]
canvas = Canvas()
canvas.resize(300, 300)
canvas.show()
plane = np.zeros((200, 240), np.uint8)
canvas.show_sources(Sources(Pyramid.build(colour), Pyramid.build(plane), plane))
canvas.show_look(Look(view=View.ORIGINAL))
canvas.zoom_to(2.0)
canvas.turn_to(90)
got = []
canvas.gesture_ended.connect(lambda gesture: got.extend(gesture.samples))
application.processEvents()
shown = canvas.grab().toImage()
print(canvas.devicePixelRatioF(), shown.width())
place = QPoint(150, 130)
seen = shown.pixelColor(300, 260)
canvas.set_tool(TOOLS[0]())
QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
print(got[0].x - seen.red() - 0.5, got[0].y - seen.green() - 0.5)
"""


def test_on_a_screen_with_two_pixels_a_point_the_brush_still_meets_what_is_seen() -> None:
    """At 100 % one photo pixel is one pixel of the screen, and the pointer is over the pixel that it shows."""
    environment = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", FINE_SCREEN], env=environment, capture_output=True, text=True, check=True
    )
    ratio, width, dx, dy = (float(one) for one in done.stdout.split())
    assert (ratio, width) == (2.0, 600.0)
    assert abs(dx) <= 1
    assert abs(dy) <= 1


SEAMS = """
import sys
import numpy as np
from PyQt6.QtWidgets import QApplication, QWidget
from mattework_editor.app import make_application
from mattework_editor.canvas import Canvas
from mattework_editor.compose import Look, Sources, View
from mattework_editor.pyramid import Pyramid

application = make_application()
dots = np.zeros((1200, 1200, 3), np.uint8)
dots[::2, ::2] = dots[1::2, 1::2] = 255
window = QWidget()
window.resize(700, 700)
canvas = Canvas(window)
canvas.setGeometry(41, 42, 600, 600)  # where it begins between two pixels of the screen
window.show()
plane = np.zeros((1200, 1200), np.uint8)
canvas.show_sources(Sources(Pyramid.build(dots), Pyramid.build(plane), plane))
canvas.show_look(Look(view=View.ORIGINAL))
canvas.zoom_to(1.0)
window.grab()
while canvas.is_incomplete:
    window.grab()
image = window.grab().toImage()
ratio = image.devicePixelRatio()
span = range(round(46 * ratio), round(636 * ratio))
seen = {image.pixelColor(x, y).red() for x in span for y in (200, 201, 202, 450)}
seen |= {image.pixelColor(x, y).red() for y in span for x in (200, 201, 202, 450)}
print(ratio, *sorted(seen))
"""


@pytest.mark.parametrize("scale", ["1.25", "1.5", "2"])
def test_pixels_are_whole_and_tiles_without_seams_on_every_screen(scale: str) -> None:
    """At 100 % the smallest pattern that there is stays black and white, and nothing of what is behind shows through."""
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", SEAMS], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(float(scale)), "0", "255"]
