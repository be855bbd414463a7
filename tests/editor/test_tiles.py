"""The tiles and the mark that show a stroke as it grows: mended bit by bit, they are what would be drawn at once."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QPainter

from mattework import Rect
from mattework_editor.canvas_tiles import TILE, Tiles, _order_tiles
from mattework_editor.gesture import Brush, Gesture, Mark, Sample
from mattework_editor.viewport import Viewport

if TYPE_CHECKING:
    from editor.driving import Driver


def test_tiles_are_made_from_the_hand_outwards() -> None:
    seen = Rect(130, 300, 1400, 1100)
    order = _order_tiles(seen, 700.0, 900.0)
    assert order[0] == (700 // TILE, 900 // TILE)
    far = [math.hypot((x + 0.5) * TILE - 700, (y + 0.5) * TILE - 900) for x, y in order]
    assert far == sorted(far)
    assert set(order) == {(x, y) for x in range(6) for y in range(1, 5)}


@pytest.mark.parametrize("where", [Rect(300, 200, 360, 233), Rect(0, 0, 7, 5), Rect(1100, 950, 1203, 1001)])
def test_the_coarse_picture_follows_a_change_as_if_it_were_made_anew(
    application: object, driver: Driver, large_file: Path, where: Rect
) -> None:
    """Tiles for which there is no time yet are shown coarse, also in the middle of a stroke."""
    driver.open(large_file)
    sources, view = driver.bench.sources, driver.canvas.view.zoom(0.5, 0.0, 0.0)
    assert sources is not None

    def paint(tiles: Tiles) -> QImage:
        picture = QImage(view.screen.width, view.screen.height, QImage.Format.Format_RGB32)
        picture.fill(0)
        painter = QPainter(picture)
        exposed = view.screen.rect
        assert tiles.paint(painter, sources, view, exposed, time.perf_counter() - 1, (0.0, 0.0))
        painter.end()
        return picture

    tiles = Tiles()
    before = paint(tiles)
    sources.matte.update(where, np.full(where.size.shape, 255, np.uint8))
    assert paint(tiles) == before  # nobody has told it yet
    tiles.age(where, view)
    after = paint(tiles)
    assert after != before
    assert after == paint(Tiles())


@pytest.mark.parametrize("view_scale", [0.37, 1.0])
def test_tiles_that_are_mended_in_part_show_the_change(
    application: object, driver: Driver, large_file: Path, view_scale: float
) -> None:
    driver.open(large_file)
    sources, view = driver.bench.sources, driver.canvas.view.zoom(view_scale, 0.0, 0.0)
    assert sources is not None

    def paint(tiles: Tiles) -> NDArray[np.uint8]:
        picture = QImage(view.screen.width, view.screen.height, QImage.Format.Format_RGB32)
        picture.fill(0)
        painter = QPainter(picture)
        assert not tiles.paint(painter, sources, view, view.screen.rect, time.perf_counter() + 60, (0.0, 0.0))
        painter.end()
        return read_pixels(picture)

    tiles = Tiles()
    before = paint(tiles)
    for where in (Rect(300, 200, 360, 233), Rect(330, 210, 560, 240), Rect(240, 240, 250, 250)):
        sources.matte.update(where, np.full(where.size.shape, 255, np.uint8))
        tiles.age(where, view, partly=True)
        wanted = paint(Tiles()).astype(np.int16)
        assert np.abs(paint(tiles) - wanted).max() <= (0 if view_scale == 1 else 2)
        assert (wanted != before).any()
        tiles.age(where, view)
        np.testing.assert_array_equal(paint(tiles), wanted)


@pytest.mark.parametrize("pressures", [(1.0, 1.0, 1.0, 1.0), (0.5, 0.5, 0.8, 0.3), (0.4, 0.4, 0.4, 0.4)])
@pytest.mark.parametrize("pressed", ["size", "opacity"])
def test_a_mark_that_grows_is_the_mark_that_is_drawn_at_once(
    driver: Driver, large_file: Path, pressures: tuple[float, ...], pressed: Literal["size", "opacity"]
) -> None:
    driver.open(large_file)
    tool, view = driver.canvas.tool, driver.canvas.view
    assert tool is not None
    places = ((300.0, 300.0), (300.0, 300.0), (500.0, 320.0), (420.0, 600.0))
    samples = [Sample(*place, force) for place, force in zip(places, pressures, strict=True)]
    gesture, mark = Gesture(tool, Brush(radius=60.0, pressed=pressed), False), Mark()
    for sample in samples:
        gesture.samples.append(sample)
        grown = mark.bring(gesture, view)
    at_once = Mark().bring(gesture, view)
    assert not at_once.allGray()
    assert count_different(grown, at_once) < 200  # of a few thousand: the soft rim where stretches meet
    nearer = view.zoom(view.scale * 2, 0.0, 0.0)
    assert mark.bring(gesture, nearer) == Mark().bring(gesture, nearer)
    assert count_different(draw_gesture(gesture, view), draw_gesture(replace(gesture, mark=None), view)) < 200


def draw_gesture(gesture: Gesture, view: Viewport) -> QImage:
    picture = QImage(view.screen.width, view.screen.height, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    gesture.tool.draw(painter, gesture, view)
    painter.end()
    return picture


def count_different(one: QImage, other: QImage) -> int:
    opacities = [read_pixels(image)[..., 3].astype(np.int16) for image in (one, other)]
    return int(np.count_nonzero(np.abs(opacities[0] - opacities[1]) > 8))


def read_pixels(image: QImage) -> NDArray[np.uint8]:
    """(h, w, 4): blue, green, red, opacity."""
    bits = image.constBits()
    assert bits is not None
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits.asstring(), np.uint8).reshape(image.height(), image.width(), 4)
