"""A stroke is looked at while it is painted: as finely as the screen shows it, and never later than it must be."""

from __future__ import annotations

import math
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from editor.driving import wait_until
from mattework import EdgeSettings, Rect, Size, Stroke, open_document, take_photo
from mattework.recipe import StrokeKind
from mattework_editor.look_ahead import MOST_LIVE, Answer, choose_factor, find_fresh, look_ahead
from mattework_editor.pyramid import Pyramid, halve, render_matte
from mattework_editor.session import JOIN, Planes, Session, draw_onto, start_session
from mattework_editor.tiled_plane import TiledPlane
from samples import LARGE, draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

TEST: Any = QTest


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
    _, alpha = draw_disc(LARGE.width, LARGE.height)
    alpha = np.asarray(alpha, np.float32)
    trimap = np.where(alpha > 0.99, 255, np.where(alpha < 0.01, 0, 128)).astype(np.uint8)
    base = TiledPlane.pack(trimap)
    session.planes = Planes(base, base.copy(), TiledPlane.pack(alpha))
    return session


@given(pixels=st.integers(0, 50_000_000), level=st.integers(0, 6))
def test_a_live_answer_is_as_fine_as_the_screen_but_never_too_large(pixels: int, level: int) -> None:
    factor = choose_factor(pixels, level)
    assert math.log2(factor).is_integer()
    assert factor >= 1 << level
    assert pixels <= factor * factor * MOST_LIVE
    assert factor == 1 << level or pixels > (factor // 2) ** 2 * MOST_LIVE


def reduce(answer: Answer, level: int) -> tuple[Rect, NDArray[np.float32]]:
    """An answer at full size as it is at a level: the level's pixels that lie in it whole, and their means."""
    side = 1 << level
    where = answer.where
    inner = Rect(-(-where.left // side), -(-where.top // side), where.right // side, where.bottom // side)
    full = Rect(inner.left * side, inner.top * side, inner.right * side, inner.bottom * side)
    part = answer.matte[full.move(-where.left, -where.top).slices].astype(np.float32)
    return inner, part.reshape(inner.height, side, inner.width, side).mean(axis=(1, 3))


def compare(coarse: Answer, fine: Answer) -> float:
    """How far, in levels of brightness, a coarse answer is on average from a fine one at full size."""
    inner, wanted = reduce(fine, coarse.level)
    inner_there = inner.move(-coarse.where.left, -coarse.where.top)
    got = coarse.matte[inner_there.slices]
    assert got.shape == wanted.shape
    assert wanted.std() > 10  # something is to be seen there
    return float(np.abs(wanted - got).mean())


@pytest.mark.parametrize("kind", ["foreground", "background", "unknown", "restored"])
@pytest.mark.parametrize("is_soft", [False, True])
@pytest.mark.parametrize(("level", "factor"), [(0, 2), (0, 4), (1, 2), (2, 4), (1, 8)])
def test_a_coarse_look_shows_what_a_fine_one_would(
    large: Session, kind: StrokeKind, is_soft: bool, level: int, factor: int
) -> None:
    points = ((600.0, 200.0), (700.0, 260.0), (760.0, 300.0))
    stroke = Stroke(kind=kind, radius=60.0, points=points, hardness=0.3 if is_soft else 1.0)
    where = Rect(539, 139, 821, 361)
    fine = look_ahead(large, (stroke,), where, 0, 1)
    assert compare(look_ahead(large, (stroke,), where, level, factor), fine) < max(4, 1.5 * factor)


def test_a_coarse_look_heeds_edge_settings_and_touches_before_it(large: Session) -> None:
    recipe = replace(large.recipe, edge=EdgeSettings(shift=2.0, feather=6.0))
    large.choose("Shift Edge", recipe)
    large.touch("Erase", [Stroke(kind="background", radius=80.0, points=((620.0, 600.0),), hardness=0.5)])
    large.touch("Erase", [Stroke(kind="background", radius=30.0, points=((20.0, 20.0),), hardness=0.5)])
    stroke = Stroke(kind="foreground", radius=40.0, points=((560.0, 480.0), (700.0, 520.0)))
    where = Rect(500, 400, 780, 700)
    assert compare(look_ahead(large, (stroke,), where, 2, 4), look_ahead(large, (stroke,), where, 0, 1)) < 4


def test_a_coarse_look_heeds_the_photos_own_transparency(large: Session) -> None:
    opacity = np.linspace(0, 255, LARGE.width).astype(np.uint8)[None].repeat(LARGE.height, axis=0)
    large.photo = replace(large.photo, alpha=opacity)
    stroke = Stroke(kind="foreground", radius=40.0, points=((560.0, 480.0), (700.0, 520.0)))
    where = Rect(500, 400, 780, 700)
    assert compare(look_ahead(large, (stroke,), where, 1, 2), look_ahead(large, (stroke,), where, 0, 1)) < 3


@settings(max_examples=60, deadline=None)
@given(
    left=st.integers(-40, LARGE.width + 20),
    top=st.integers(-40, LARGE.height + 20),
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    level=st.integers(0, 3),
    coarser=st.integers(0, 3),
)
def test_a_look_fills_what_it_was_asked_for_and_no_more(
    unchanged: Session, left: int, top: int, width: int, height: int, level: int, coarser: int
) -> None:
    """What the solver's answer will replace: no pixel of the pyramid beyond it may change."""
    session = unchanged
    where = Rect(left, top, left + width, top + height).intersect(session.size.rect)
    if where.is_empty:
        return
    middle = (left + width / 2, top + height / 2)
    stroke = Stroke(kind="unknown", radius=max(width, height) / 2, points=(middle,))
    answer = look_ahead(session, (stroke,), where, level, 1 << (level + coarser))
    side, zone = 1 << level, where.grow(JOIN).intersect(session.size.rect)
    assert answer.where == Rect(
        zone.left // side, zone.top // side, -(-zone.right // side), -(-zone.bottom // side)
    )
    assert answer.matte.shape == answer.where.size.shape


@pytest.mark.parametrize("factor", [1, 2, 16, 64])
@pytest.mark.parametrize("size", [Size(7, 3), Size(900, 2)])
def test_a_photo_of_a_few_pixels_is_looked_at_coarsely_too(size: Size, factor: int) -> None:
    rgb = np.zeros((*size.shape, 3), np.uint8)
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    buffer.seek(0)
    document = open_document(buffer)
    session = start_session(document, take_photo(document))
    stroke = Stroke(kind="foreground", radius=99.0, points=((3.0, 1.0), (899.0, 1.0)))
    answer = look_ahead(session, (stroke,), session.size.rect, 0, factor)
    assert answer.where == size.rect
    assert (answer.matte == 255).all()


POINTS = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(points=POINTS, known=st.integers(1, 8), pieces=st.integers(1, 3), radius=st.floats(1, 20))
def test_what_is_fresh_of_a_gesture_holds_all_that_it_has_changed(
    points: list[tuple[float, float]], known: int, pieces: int, radius: float
) -> None:
    def cut(points: list[tuple[float, float]]) -> list[Stroke]:
        step = max(1, len(points) // pieces)
        parts = [points[max(0, begin - 1) : begin + step] for begin in range(0, len(points), step)]
        return [Stroke(kind="unknown", radius=radius, points=tuple(part)) for part in parts]

    before, after = cut(points[:known]), cut(points)
    blank, frame = np.zeros((90, 90), np.uint8), Rect(0, 0, 90, 90)
    differs = draw_onto(blank, blank, before, frame) != draw_onto(blank, blank, after, frame)
    differs[find_fresh(before, after).intersect(frame).slices] = False
    assert not differs.any()


@given(level=st.integers(0, 3), left=st.integers(0, 90), top=st.integers(0, 60), side=st.integers(1, 40))
def test_a_level_that_is_changed_changes_those_after_it_alone(
    level: int, left: int, top: int, side: int
) -> None:
    rng = np.random.default_rng(1)
    pyramid = Pyramid.build(rng.integers(0, 255, (2000, 2500), np.uint8))
    before = [pyramid.read(number) for number in range(len(pyramid.levels))]
    values = rng.integers(0, 255, (side, side), np.uint8)
    pyramid.update(Rect(left, top, left + side, top + side), values, level)
    plane = before[level].copy()
    plane[top : top + side, left : left + side] = values
    for number in range(level):
        np.testing.assert_array_equal(pyramid.read(number), before[number])
    for number in range(level, len(before)):
        np.testing.assert_array_equal(pyramid.read(number), plane)
        plane = halve(plane)


# In the window ---------------------------------------------------------------------------------------------------------


def check_matte(driver: Driver) -> None:
    """What is shown is what the session says, at every level."""
    session, sources = driver.session, driver.bench.sources
    assert sources is not None
    _, matte = render_matte(
        session.planes.alpha, session.recipe.edge, None, session.size.rect, session.recipe.strokes
    )
    whole = Pyramid.build(matte)
    for number in range(len(whole.levels)):
        np.testing.assert_array_equal(sources.matte.read(number), whole.read(number))


@pytest.mark.parametrize("scale", [0.3, 1.0])
@pytest.mark.parametrize("angle", [0.0, 20.0])
def test_nothing_of_coarse_looks_stays_when_a_stroke_is_solved(
    driver: Driver, large_file: Path, scale: float, angle: float
) -> None:
    driver.open(large_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.turn_to(angle)
    driver.canvas.zoom_to(scale)
    driver.canvas.set_radius(90 if scale < 1 else 150)
    seen: list[object] = []
    driver.bench.display.refreshed.connect(seen.append)
    driver.drag((400, 300), (520, 380), (640, 420), (700, 500), wait=False)
    driver.wait()
    wait_until(lambda: not driver.bench.tasks.running)
    assert seen
    assert driver.session.recipe.strokes
    check_matte(driver)
    wait_until(lambda: not driver.canvas.is_incomplete)
    shown = driver.canvas.grab().toImage()
    driver.canvas.refresh(None)
    wait_until(lambda: not driver.canvas.is_incomplete)
    assert driver.canvas.grab().toImage() == shown  # the screen too, to the last pixel


def begin_stroke(driver: Driver) -> list[Rect]:
    """Paint with a brush so large that its answers are coarse, and hold. Gives what is refreshed."""
    driver.key(Qt.Key.Key_B)
    driver.canvas.zoom_to(1.0)
    driver.canvas.set_radius(200)
    driver.bench.strokes._live._rest.setInterval(1_000_000)  # the test says when the hand has rested
    seen: list[Rect] = []
    driver.bench.display.refreshed.connect(seen.append)
    middle = driver.canvas.rect().center()
    TEST.mousePress(driver.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    TEST.mouseMove(driver.canvas, middle + QPoint(60, 10))
    wait_until(lambda: bool(seen) and not driver.bench.tasks.running)
    return seen


def read_shown(driver: Driver) -> NDArray[np.uint8]:
    assert driver.bench.sources is not None
    return driver.bench.sources.matte.read(0)


def test_a_coarse_look_becomes_finer_when_the_hand_rests(driver: Driver, large_file: Path) -> None:
    driver.open(large_file)
    begin_stroke(driver)
    assert 2 < len(np.unique(read_shown(driver))) < 250  # its rim is made of steps that are enlarged

    def is_fine() -> bool:
        """Rests whenever nothing is on its way: the hand's last movement may still bring another coarse look."""
        if not driver.bench.tasks.running:
            driver.bench.strokes._live._rest.timeout.emit()
        return set(np.unique(read_shown(driver))) == {0, 255}  # a hard brush on an empty photo, at full size

    wait_until(is_fine)
    driver.canvas.set_tool(driver.canvas.tool)  # gives the gesture up
    driver.wait()
    check_matte(driver)


def test_no_look_at_a_stroke_that_was_given_up_arrives_later(driver: Driver, large_file: Path) -> None:
    driver.open(large_file)
    seen = begin_stroke(driver)
    driver.bench.strokes._live._rest.timeout.emit()
    assert driver.bench.tasks.running  # a finer look is being made
    driver.canvas.set_tool(driver.canvas.tool)
    looks = len(seen)
    wait_until(lambda: not driver.bench.tasks.running)
    driver.wait()
    assert len(seen) <= looks + 1
    check_matte(driver)
    assert not read_shown(driver).any()


def test_a_stroke_is_answered_where_it_is_seen_from_nearer(driver: Driver, large_file: Path) -> None:
    """Coarser levels alone are answered from far away; they are not what is seen from near."""
    driver.open(large_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.zoom_to(0.25)
    stroke = Stroke(kind="foreground", radius=50.0, points=((300.0, 300.0), (400.0, 300.0)))
    assert driver.bench.strokes.show_live((stroke,), 0.25)
    wait_until(lambda: not driver.bench.tasks.running)
    assert driver.bench.sources is not None
    assert driver.bench.sources.matte.read(2)[75, 85] == 255
    assert not read_shown(driver).any()
    longer = replace(stroke, points=(*stroke.points, (410.0, 300.0)))
    assert driver.bench.strokes.show_live((longer,), 1.0)
    wait_until(lambda: not driver.bench.tasks.running)
    assert (read_shown(driver)[290:310, 280:400] == 255).all()
    driver.bench.strokes.end_live()
    driver.wait()
    check_matte(driver)
