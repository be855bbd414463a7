"""A stroke is looked at while it is painted: as finely as the screen shows it, and never later than it must be."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QPainter

from editor.driving import wait_until
from mattework import EdgeSettings, Rect, Size, Stroke, open_document, take_photo
from mattework.recipe import StrokeKind
from mattework_editor.canvas_tiles import TILE, Tiles, _order_tiles
from mattework_editor.pyramid import render_matte
from mattework_editor.session import JOIN, Planes, Session, start_session
from mattework_editor.strokes import MOST_LIVE, choose_live_factor, look_ahead
from mattework_editor.tiled_plane import TiledPlane
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

SIZE = Size(1203, 1001)


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disc on a photo of odd sides, larger than the window that shows it."""
    rgb, _ = draw_disc(SIZE.width, SIZE.height)
    path = tmp_path_factory.mktemp("live") / "large.png"
    Image.fromarray(np.asarray(rgb)).save(path)
    return path


@pytest.fixture
def large(large_file: Path) -> Session:
    return cut_disc(large_file)


@pytest.fixture(scope="module")
def unchanged(large_file: Path) -> Session:
    """The same for tests that leave it as it is."""
    return cut_disc(large_file)


def cut_disc(large_file: Path) -> Session:
    """A session on a photo of a disc that is cut out already, with a band around its edge."""
    document = open_document(large_file)
    session = start_session(document, take_photo(document), large_file)
    _, alpha = draw_disc(SIZE.width, SIZE.height)
    alpha = np.asarray(alpha, np.float32)
    trimap = np.where(alpha > 0.99, 255, np.where(alpha < 0.01, 0, 128)).astype(np.uint8)
    base = TiledPlane.pack(trimap)
    session.planes = Planes(base, base.copy(), TiledPlane.pack(alpha))
    return session


@given(pixels=st.integers(0, 50_000_000), scale=st.floats(0.02, 64))
def test_a_live_answer_is_as_fine_as_the_screen_but_never_too_large(pixels: int, scale: float) -> None:
    factor = choose_live_factor(pixels, scale)
    assert math.log2(factor).is_integer()
    assert pixels <= factor * factor * MOST_LIVE
    assert factor * scale <= 1 or factor == 1 or pixels > (factor // 2) ** 2 * MOST_LIVE


@pytest.mark.parametrize("kind", ["foreground", "background", "unknown", "restored"])
@pytest.mark.parametrize("is_soft", [False, True])
def test_a_coarse_look_shows_what_a_fine_one_would(large: Session, kind: StrokeKind, is_soft: bool) -> None:
    points = ((600.0, 200.0), (700.0, 260.0), (760.0, 300.0))
    stroke = Stroke(kind=kind, radius=60.0, points=points, hardness=0.3 if is_soft else 1.0)
    where = Rect(539, 139, 821, 361)
    fine_zone, fine = look_ahead(large, (stroke,), where)
    for scale in (0.5, 0.25):
        zone, coarse = look_ahead(large, (stroke,), where, scale)
        assert fine_zone.contains(zone)
        assert coarse.shape == zone.size.shape
        inner = fine[zone.move(-fine_zone.left, -fine_zone.top).slices].astype(np.float32)
        assert np.abs(inner - coarse).mean() < 4
        assert np.abs(inner - coarse).mean() < 0.2 * max(1.0, float(np.abs(inner - inner.mean()).mean()))


def test_a_coarse_look_heeds_edge_settings_and_touches_before_it(large: Session) -> None:
    recipe = replace(large.recipe, edge=EdgeSettings(shift=2.0, feather=6.0))
    large.choose("Shift Edge", recipe)
    large.touch("Erase", [Stroke(kind="background", radius=80.0, points=((620.0, 600.0),), hardness=0.5)])
    stroke = Stroke(kind="foreground", radius=40.0, points=((560.0, 480.0), (700.0, 520.0)))
    where = Rect(500, 400, 780, 700)
    fine_zone, fine = look_ahead(large, (stroke,), where)
    zone, coarse = look_ahead(large, (stroke,), where, 0.25)
    inner = fine[zone.move(-fine_zone.left, -fine_zone.top).slices].astype(np.float32)
    assert inner.std() > 20  # something is to be seen there
    assert np.abs(inner - coarse).mean() < 4


@settings(max_examples=40, deadline=None)
@given(
    left=st.integers(-40, SIZE.width + 20),
    top=st.integers(-40, SIZE.height + 20),
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    scale=st.sampled_from((1.0, 0.5, 0.3, 0.125)),
)
def test_a_look_fills_what_it_was_asked_for(
    unchanged: Session, left: int, top: int, width: int, height: int, scale: float
) -> None:
    session = unchanged
    where = Rect(left, top, left + width, top + height).intersect(session.size.rect)
    if where.is_empty:
        return
    middle = (left + width / 2, top + height / 2)
    stroke = Stroke(kind="unknown", radius=max(width, height) / 2, points=(middle,))
    zone, matte = look_ahead(session, (stroke,), where, scale)
    wanted, side = where.grow(JOIN).intersect(session.size.rect), choose_live_factor(where.area, scale)
    assert matte.shape == zone.size.shape
    assert (zone.left, zone.top) == (wanted.left, wanted.top)
    assert (
        0 <= wanted.right - zone.right <= side // 2
    )  # the photo's last columns may be missing until it is solved
    assert 0 <= wanted.bottom - zone.bottom <= side // 2


def test_a_photo_of_a_few_pixels_is_looked_at_from_far_away_too() -> None:
    rgb, _ = draw_disc(7, 3)
    buffer = BytesIO()
    Image.fromarray(np.asarray(rgb)).save(buffer, "PNG")
    buffer.seek(0)
    document = open_document(buffer)
    session = start_session(document, take_photo(document))
    stroke = Stroke(kind="foreground", radius=9.0, points=((3.0, 1.0),))
    zone, matte = look_ahead(session, (stroke,), session.size.rect, 1 / 32)
    assert zone.top == zone.left == 0
    assert (matte == 255).all()


def test_nothing_of_coarse_looks_stays_when_a_stroke_is_solved(driver: Driver, large_file: Path) -> None:
    driver.open(large_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.zoom_to(0.3)
    driver.canvas.set_radius(90)
    seen: list[object] = []
    driver.bench.display.refreshed.connect(seen.append)
    driver.drag((400, 300), (520, 380), (640, 420), (700, 500), wait=False)
    driver.wait()
    wait_until(lambda: not driver.bench.tasks.running)
    session, sources = driver.session, driver.bench.sources
    assert seen
    assert sources is not None
    assert session.recipe.strokes
    _, matte = render_matte(
        session.planes.alpha, session.recipe.edge, None, session.size.rect, session.recipe.strokes
    )
    np.testing.assert_array_equal(sources.matte.read(0), matte)


# The tiles that show it ----------------------------------------------------------------------------------------------


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
