"""The tools beside the plain brushes, by real mouse, pen and keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QPoint, Qt

from editor.driving import LEFT, TEST, Keys, save_to, wait_until
from mattework_editor.compose import View

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL, ALT, SHIFT = Keys.ControlModifier, Keys.AltModifier, Keys.ShiftModifier


def shown(driver: Driver) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The matte as it is on the screen, at full size."""
    assert driver.bench.sources is not None
    return driver.bench.sources.matte.read(0).astype(np.int64)


def fill(driver: Driver, disc_file: Path) -> None:
    """Open the disc and paint foreground over it."""
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(60)
    driver.drag((120, 100), (121, 100))


def test_number_keys_and_shift_brackets_make_a_brush_partial_and_soft(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(30)
    driver.key(Qt.Key.Key_B)
    driver.key(Qt.Key.Key_4)
    driver.drag((60, 100), (100, 100))
    assert driver.session.recipe.strokes[-1].opacity == 0.4
    assert shown(driver)[100, 80] == pytest.approx(0.4 * 255, abs=1)
    assert not driver.session.planes.trimap.unpack().any()  # nothing was solved for it
    driver.key(Qt.Key.Key_0)
    driver.key(Qt.Key.Key_BracketLeft, SHIFT)
    driver.key(Qt.Key.Key_BracketLeft, SHIFT)
    assert driver.window.brush.hardness.value() == 50
    driver.drag((180, 100), (180, 100))
    assert driver.session.recipe.strokes[-1].hardness == 0.5
    assert shown(driver)[100, 180] == 255
    assert 100 < shown(driver)[100, 202] < 160
    driver.key(Qt.Key.Key_Z, CONTROL)
    assert not shown(driver)[:, 140:].any()
    driver.key(Qt.Key.Key_Z, CONTROL)
    assert not shown(driver).any()
    driver.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert shown(driver)[100, 80] == pytest.approx(0.4 * 255, abs=1)


def test_a_hard_stroke_paints_over_soft_ones(driver: Driver, disc_file: Path) -> None:
    fill(driver, disc_file)
    driver.canvas.set_radius(20)
    driver.key(Qt.Key.Key_5)
    driver.key(Qt.Key.Key_N)
    driver.drag((110, 100), (130, 100))
    assert shown(driver)[100, 120] == pytest.approx(127, abs=2)
    driver.key(Qt.Key.Key_0)
    driver.key(Qt.Key.Key_B)
    driver.drag((110, 100), (130, 100))
    assert shown(driver)[100, 120] == 255


def test_a_pen_can_press_opacity(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(12)
    driver.key(Qt.Key.Key_B)
    box = driver.window.brush.pressed
    box.setCurrentIndex(1)
    box.activated.emit(1)
    driver.pen((40, 100, 0.25), (100, 100, 0.25), (160, 100, 0.75), (200, 100, 0.75))
    assert len(driver.session.recipe.strokes) == 1
    assert shown(driver)[100, 60] == pytest.approx(64, abs=3)
    assert shown(driver)[100, 190] == pytest.approx(191, abs=3)


def test_a_stroke_is_seen_while_the_button_is_down_and_escape_takes_it_back(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(20)
    for key in (Qt.Key.Key_0, Qt.Key.Key_5):  # hard ones are solved, partial ones blended
        driver.key(key)
        driver.key(Qt.Key.Key_B)
        TEST.mousePress(driver.canvas, LEFT, Keys.NoModifier, driver.at(100, 100))
        TEST.mouseMove(driver.canvas, driver.at(140, 100))
        wait_until(lambda: bool(shown(driver)[100, 120]))
        assert driver.session.history.last is None
        driver.key(Qt.Key.Key_Escape)
        TEST.mouseRelease(driver.canvas, LEFT, Keys.NoModifier, driver.at(140, 100))
        driver.wait()
        assert driver.session.recipe.strokes == ()
        wait_until(lambda: not shown(driver).any())


def test_what_is_painted_while_the_model_runs_is_done_after_it(driver: Driver) -> None:
    portrait = Path(__file__).resolve().parents[2] / "resources" / "samples" / "astronaut.jpg"
    driver.open(portrait)
    driver.bench.find_subject()
    driver.key(Qt.Key.Key_B)
    driver.drag((30, 40), (60, 40), wait=False)
    driver.drag((30, 90), (60, 90), wait=False)
    assert driver.bench.is_busy
    assert "as soon as" in driver.window.status.message.text()
    driver.key(Qt.Key.Key_Z, CONTROL)  # the second is taken back before it was done
    driver.wait()
    assert [step.name for step in driver.session.history.steps] == ["Select Subject", "Add with Brush"]
    assert driver.session.planes.alpha.unpack()[40, 45] == 1.0
    assert driver.session.planes.alpha.unpack()[90, 45] == 0.0


def test_bridging_closes_a_hole_and_alt_removes_a_speck(driver: Driver, disc_file: Path) -> None:
    fill(driver, disc_file)
    driver.session.planes.alpha[98:101, 118:121] = 0
    driver.session.planes.alpha[20:23, 30:33] = 1
    driver.bench.display.show(driver.session.size.rect)
    driver.key(Qt.Key.Key_J)
    driver.canvas.set_radius(16)
    driver.drag((119, 99), (120, 99))
    driver.drag((31, 21), (32, 21), modifiers=ALT)
    assert [stroke.kind for stroke in driver.session.recipe.strokes[1:]] == ["bridged", "cleaned"]
    assert shown(driver)[99, 119] == 255
    assert shown(driver)[21, 31] == 0


def test_ctrl_turns_a_tool_round_as_alt_does(driver: Driver, disc_file: Path) -> None:
    """Many desktops keep Alt and the mouse for moving windows."""
    fill(driver, disc_file)
    driver.canvas.set_radius(10)
    driver.drag((120, 100), (130, 100), modifiers=CONTROL)
    assert driver.session.recipe.strokes[-1].kind == "background"
    assert shown(driver)[100, 125] == 0


def test_a_polygon_is_closed_by_a_double_click_enter_or_its_first_corner(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_P)

    def click(x: float, y: float, modifiers: Keys = Keys.NoModifier) -> None:
        TEST.mouseClick(driver.canvas, LEFT, modifiers, driver.at(x, y))

    for corner in ((20, 20), (100, 20), (100, 100)):
        click(*corner)
    TEST.mouseMove(driver.canvas, driver.at(20, 100))
    TEST.mouseDClick(driver.canvas, LEFT, Keys.NoModifier, driver.at(20, 100))
    driver.wait()
    area = driver.session.recipe.strokes[-1]
    assert area.shape == "area"
    assert shown(driver)[30, 90] == 255
    assert shown(driver)[130, 90] == 0
    click(40, 30, ALT)
    for corner in ((80, 30), (80, 60), (40, 60)):
        click(*corner)
    click(40, 30)
    driver.wait()
    assert driver.session.recipe.strokes[-1].kind == "background"
    assert shown(driver)[45, 60] == 0
    for corner in ((130, 120), (200, 120), (10, 10), (160, 180)):
        click(*corner)
        if corner == (10, 10):
            driver.key(Qt.Key.Key_Backspace)
    driver.key(Qt.Key.Key_Return)
    driver.wait()
    assert len(driver.session.recipe.strokes) == 3
    assert len(driver.session.recipe.strokes[-1].points) == 3
    click(50, 50)
    click(90, 50)
    for _ in range(2):  # corners, and not the steps before
        driver.key(Qt.Key.Key_Z, CONTROL)
    assert not driver.canvas.is_painting
    click(50, 50)
    driver.key(Qt.Key.Key_Escape)
    assert len(driver.session.history.steps) == 3
    assert not driver.canvas.is_painting


def test_a_gradient_fades_the_cut_out(driver: Driver, disc_file: Path) -> None:
    fill(driver, disc_file)
    driver.key(Qt.Key.Key_G)
    driver.drag((80, 100), (160, 100))
    row = shown(driver)[100]
    assert row[75] == 0
    assert row[120] == pytest.approx(128, abs=6)
    assert row[165] == 255
    driver.key(Qt.Key.Key_Z, CONTROL)
    assert shown(driver)[100, 75] == 255


def test_the_screen_colour_is_picked_and_cleared(driver: Driver, tmp_path: Path) -> None:
    from PIL import Image

    rgb = np.full((80, 120, 3), (20, 180, 60), np.uint8)
    rgb[:, 80:] = 128
    path = tmp_path / "screen.png"
    Image.fromarray(rgb).save(path)
    driver.open(path)
    driver.key(Qt.Key.Key_K)
    keys = []
    driver.drag((40, 40), (40, 40))
    keys.append(driver.session.recipe.key)
    driver.key(Qt.Key.Key_Z, CONTROL)
    keys.append(driver.session.recipe.key)
    driver.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    keys.append(driver.session.recipe.key)
    driver.drag((40, 40), (40, 40), modifiers=ALT)
    keys.append(driver.session.recipe.key)
    assert keys == ["#14b43c", None, "#14b43c", None]
    driver.drag((100, 40), (100, 40))  # a gray is no screen
    assert driver.session.recipe.key is None
    assert "hue" in driver.window.status.message.text()


def test_spill_goes_from_what_is_seen_and_the_panel_names_the_screen(driver: Driver, tmp_path: Path) -> None:
    from PIL import Image

    rgb = np.full((80, 120, 3), (20, 180, 60), np.uint8)
    rgb[20:60, 30:90] = (120, 150, 120)  # gray with spill
    path = tmp_path / "spill.png"
    Image.fromarray(rgb).save(path)
    driver.open(path)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(15)
    driver.drag((45, 40), (75, 40))
    driver.key(Qt.Key.Key_K)
    driver.drag((10, 10), (10, 10))
    driver.window.show_view(View.BLACK)
    driver.wait()
    assert "#14b43c" in driver.window.edge.screen_colour.text()

    def green() -> int:
        clean = driver.bench.sources.clean if driver.bench.sources else None
        assert clean is not None
        y, x = 40 - (clean.where.top << clean.level), 60 - (clean.where.left << clean.level)
        red, green, _ = np.asarray(clean.pixels)[y >> clean.level, x >> clean.level].astype(int)
        return int(green - red)

    wait_until(lambda: green() < 12)
    driver.click(driver.window.edge.no_screen)
    wait_until(lambda: green() > 25)
    assert driver.session.recipe.key is None


def test_touches_are_saved_in_the_file_and_can_be_changed_after_opening_it_again(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psd_tools import PSDImage

    fill(driver, disc_file)
    driver.key(Qt.Key.Key_G)
    driver.drag((80, 100), (160, 100))
    driver.key(Qt.Key.Key_N)
    driver.key(Qt.Key.Key_3)
    driver.drag((150, 70), (160, 70))
    before, strokes = shown(driver), driver.session.recipe.strokes
    target = tmp_path / "touched.psd"
    save_to(monkeypatch, target)
    driver.key(Qt.Key.Key_S, CONTROL)
    driver.wait()
    mask = PSDImage.open(target)[-1].mask
    assert mask is not None
    assert np.abs(np.asarray(mask.topil()) - before).max() <= 1
    driver.open(target)
    assert driver.session.recipe.strokes == strokes
    assert np.abs(shown(driver) - before).max() <= 2


def test_saving_waits_for_the_last_stroke(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(disc_file)
    target = tmp_path / "at-once.psd"
    save_to(monkeypatch, target)
    driver.key(Qt.Key.Key_R)
    driver.canvas.set_radius(40)
    driver.drag((60, 100), (180, 100), wait=False)
    assert driver.bench.is_solving
    driver.key(Qt.Key.Key_S, CONTROL)
    wait_until(target.exists)
    driver.wait()
    assert not driver.session.history.is_dirty
    driver.open(target)
    assert len(driver.session.recipe.strokes) == 1


def test_a_movement_after_a_pause_is_looked_at_at_once_and_others_in_turn(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    canvas, seen = driver.canvas, []
    canvas.gesture_moved.connect(lambda gesture: seen.append(len(gesture.samples)))
    middle, none = canvas.rect().center(), Keys.NoModifier
    TEST.mousePress(canvas, LEFT, none, middle)
    wait_until(lambda: bool(seen) and not canvas._live.isActive())
    TEST.mouseMove(canvas, middle + QPoint(5, 0))
    assert seen == [1, 2], "at once"
    TEST.mouseMove(canvas, middle + QPoint(6, 0))
    TEST.mouseMove(canvas, middle + QPoint(7, 0))
    assert seen == [1, 2], "but not too often"
    wait_until(lambda: len(seen) == 3)
    assert seen[-1] == 4, "and nothing is forgotten"
    TEST.mouseRelease(canvas, LEFT, none, middle + QPoint(7, 0))
    driver.wait()


def test_a_pen_that_presses_opacity_does_not_thin_a_brush_that_has_none(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(12)
    driver.key(Qt.Key.Key_R)
    box = driver.window.brush.pressed
    box.setCurrentIndex(1)
    box.activated.emit(1)
    driver.pen((40, 100, 0.25), (100, 100, 0.5), (160, 100, 0.75))
    assert [stroke.radius for stroke in driver.session.recipe.strokes] == [12]
    box.setCurrentIndex(0)
    box.activated.emit(0)
    driver.pen((40, 60, 0.25), (100, 60, 0.5), (160, 60, 0.75))
    (thin,) = driver.session.recipe.strokes[1:]
    assert [thin.radius * force for force in thin.pressures] == pytest.approx([3, 6, 9], abs=0.05)
    assert driver.session.recipe.strokes[0].pressures == ()


def test_panning_twice_in_haste_closes_no_polygon(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_P)
    for corner in ((60, 60), (180, 60), (180, 140)):
        TEST.mouseClick(driver.canvas, LEFT, Keys.NoModifier, driver.at(*corner))
    TEST.mouseDClick(driver.canvas, Qt.MouseButton.MiddleButton, Keys.NoModifier, driver.at(100, 100))
    TEST.mouseRelease(driver.canvas, Qt.MouseButton.MiddleButton, Keys.NoModifier, driver.at(100, 100))
    driver.hold(Qt.Key.Key_Space)
    TEST.mouseDClick(driver.canvas, LEFT, Keys.NoModifier, driver.at(100, 100))
    TEST.mouseRelease(driver.canvas, LEFT, Keys.NoModifier, driver.at(100, 100))
    driver.let_go(Qt.Key.Key_Space)
    assert driver.canvas.is_painting
    driver.key(Qt.Key.Key_Return)
    driver.wait()
    assert [stroke.shape for stroke in driver.session.recipe.strokes] == ["area"]
