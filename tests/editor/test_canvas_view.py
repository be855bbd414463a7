"""What the canvas shows: views, zoom and pan, colours through the photo's profile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication

from editor.driving import MIDDLE, TEST, Keys, wait_until
from mattework import ColorMode, Document, Layer, Metadata, Rect, Size, save_document
from mattework.arrays import Bytes
from mattework_editor import canvas_tiles
from mattework_editor.canvas import TAP
from mattework_editor.canvas_tiles import TILE
from mattework_editor.canvas_view import BUDGET
from mattework_editor.compose import View, compose_view

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL, ALT = Keys.ControlModifier, Keys.AltModifier


def test_zooming_keeps_the_point_under_the_pointer(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    place, ratio = driver.at(180, 60), driver.canvas.devicePixelRatioF()
    under = driver.canvas.view.to_photo(place.x() * ratio, place.y() * ratio)
    driver.wheel(180, 60, 360)
    assert driver.canvas.view.scale > 1.5
    assert driver.canvas.view.to_photo(place.x() * ratio, place.y() * ratio) == pytest.approx(under, abs=0.5)
    driver.key(Qt.Key.Key_0, CONTROL)
    assert driver.canvas.view.scale == driver.canvas.view.fitting_scale
    driver.key(Qt.Key.Key_Plus, CONTROL)
    driver.key(Qt.Key.Key_Plus, CONTROL)
    assert driver.canvas.view.scale == pytest.approx(2.0)
    driver.key(Qt.Key.Key_1, CONTROL)
    assert driver.canvas.view.scale == 1.0


def test_space_and_the_middle_button_pan(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.zoom_to(4.0)
    before = driver.canvas.view
    driver.drag((100, 100), (120, 110), button=MIDDLE)
    after = driver.canvas.view
    assert (after.left - before.left, after.top - before.top) == (80, 40)
    driver.hold(Qt.Key.Key_Space)
    driver.drag((120, 110), (100, 100))
    driver.let_go(Qt.Key.Key_Space)
    assert driver.canvas.view == before
    assert driver.session.history.last is None


def test_turning_with_a_key_that_repeats_leaves_the_tool_chosen(driver: Driver, disc_file: Path) -> None:
    """X11 tells some repeats of a held key as let go and pressed anew, most while the mouse moves."""
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    brush, canvas = driver.canvas.tool, driver.canvas

    def repeat() -> None:
        driver.let_go(Qt.Key.Key_R)
        driver.hold(Qt.Key.Key_R)

    driver.hold(Qt.Key.Key_R)
    TEST.qWait(TAP + 50)
    repeat()
    driver.drag((200, 100), (120, 180))
    repeat()
    driver.let_go(Qt.Key.Key_R)
    wait_until(lambda: not canvas._turn_key)
    assert canvas.view.angle != 0
    assert canvas.tool is brush

    driver.hold(Qt.Key.Key_R)
    TEST.qWait(TAP + 50)
    driver.let_go(Qt.Key.Key_R)
    wait_until(lambda: canvas.tool is not brush)  # held long, but nothing was turned: the key's own command


def test_views_cycle_compare_and_show_what_they_say(driver: Driver, disc_file: Path) -> None:
    driver.open_painted(disc_file, radius=30)
    driver.canvas.set_tool(None)

    def seen(x: float, y: float) -> tuple[int, int, int]:
        QApplication.processEvents()
        colour = driver.see(x, y)
        return colour.red(), colour.green(), colour.blue()

    photo = tuple(int(one) for one in driver.session.photo.colour[100, 120])
    driver.window.show_view(View.BLACK)
    assert seen(10, 10) == (0, 0, 0)
    assert seen(120, 100) == pytest.approx(photo, abs=1)
    driver.key(Qt.Key.Key_F)
    assert driver.canvas.look.view is View.WHITE
    assert seen(10, 10) == (255, 255, 255)
    driver.key(Qt.Key.Key_X)
    assert seen(10, 10) == pytest.approx(
        tuple(int(one) for one in driver.session.photo.colour[10, 10]), abs=1
    )
    driver.key(Qt.Key.Key_X)
    assert driver.canvas.look.view is View.WHITE
    driver.window.show_view(View.MASK)
    assert seen(120, 100) == (255, 255, 255)
    visited = set()
    for _ in View:
        driver.key(Qt.Key.Key_F)
        visited.add(driver.canvas.look.view)
    assert visited == {*View} - {View.PICTURE}, "no picture was chosen, so there is nothing to see on it"


def test_a_view_on_a_picture_tells_where_to_choose_one(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_5, ALT)
    assert driver.canvas.look.view is View.PICTURE
    assert "View panel" in driver.window.status.message.text()


def test_what_changes_out_of_sight_leaves_nothing_to_be_painted(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.zoom_to(8.0)
    wait_until(lambda: not driver.canvas.is_incomplete and not driver.bench.tasks.running)
    view = driver.canvas.view
    left, top = (int(one) for one in view.to_photo(0, 0))
    assert left > 8
    assert top > 8
    waits = []
    for near in (-left, 4):
        driver.canvas.refresh(Rect(left + near, top + near, left + near + 4, top + near + 4))
        waits.append(driver.canvas.is_incomplete)
    assert waits == [False, True]
    wait_until(lambda: not driver.canvas.is_incomplete)


def test_a_view_that_begins_where_a_tile_does_is_painted_whole(
    driver: Driver, large_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(large_file)
    driver.canvas.set_tool(None)
    driver.canvas.zoom_to(1.0)
    driver.canvas.pan_by(-2 * TILE - driver.canvas.view.left, -TILE - driver.canvas.view.top)
    assert (driver.canvas.view.left, driver.canvas.view.top) == (-2 * TILE, -TILE)

    def take_time(*parts: Any) -> Bytes:
        time.sleep(1.5 * BUDGET)  # a tile for every event
        return compose_view(*parts)

    TEST.mouseMove(
        driver.canvas, driver.canvas.rect().center() + QPoint(driver.canvas.width() // 3, 0)
    )  # tiles there first
    monkeypatch.setattr(canvas_tiles, "compose_view", take_time)
    driver.canvas.refresh()
    wait_until(lambda: not driver.canvas.is_incomplete)


@pytest.mark.parametrize("depth", [8, 16])
def test_colours_go_through_the_profile_of_the_photo(driver: Driver, tmp_path: Path, depth: int) -> None:
    """sRGB with red and green swapped: what the file calls red is green."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    white, dtype = (255, np.uint8) if depth == 8 else (65535, np.uint16)
    pixels = np.zeros((300, 400, 3), dtype)
    pixels[..., 0] = white
    size = Size(400, 300)
    document = Document(
        size,
        ColorMode.RGB,
        8 if depth == 8 else 16,
        (Layer("Photo", size.rect, pixels),),
        Metadata(icc=bytes(profile)),
    )
    path = tmp_path / "swapped.png"
    save_document(document, path)
    driver.open(path)
    driver.canvas.set_tool(None)
    for scale in (0.4, 1.0, 3.0):
        driver.canvas.zoom_to(scale)
        wait_until(lambda: not driver.canvas.is_incomplete and not driver.bench.tasks.running)
        QApplication.processEvents()
        colour = driver.see(200, 150)
        assert (colour.red(), colour.green(), colour.blue()) == pytest.approx((0, 255, 0), abs=3)
