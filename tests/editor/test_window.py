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
from PyQt6.QtWidgets import QApplication

from editor.driving import MIDDLE, Keys, save_to, wait_until
from mattework import ColorMode, Document, Layer, Metadata, Size, cut_out, save_document
from mattework_editor import workbench
from mattework_editor.compose import View
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "resources" / "samples" / "astronaut.jpg"
CONTROL, ALT, SHIFT = Keys.ControlModifier, Keys.AltModifier, Keys.ShiftModifier


def test_a_journey_from_photo_to_psd_and_on(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(PORTRAIT)
    views = [driver.canvas.look.view]
    driver.window.commands["select.subject"].trigger()
    assert driver.window.status.cancel_button.isVisible()
    driver.wait()
    told = driver.window.status.ran.text()
    assert told.startswith("mattework-subject on CPU, edge ")
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


def test_the_status_bar_tells_what_made_what_is_seen(driver: Driver, disc_file: Path, tmp_path: Path) -> None:
    ran = driver.window.status.ran
    driver.open(disc_file)
    told = [ran.text()]
    driver.key(Qt.Key.Key_B)
    driver.drag((100, 100), (110, 104))
    told.append(ran.text())
    driver.window.edge.solver.setCurrentText("guided")
    driver.window.edge.solver.activated.emit(driver.window.edge.solver.currentIndex())
    driver.wait()
    driver.bench.find_subject()
    driver.wait()
    told.append(ran.text())
    driver.key(Qt.Key.Key_Z, CONTROL)
    told.append(ran.text())
    assert told == ["", "painted by hand", "mattework-subject on CPU, edge guided", "painted by hand"]
    picture, truth = draw_disc(240, 200)
    cut_out(picture, from_mask=truth, solver="hard").save(tmp_path / "own.psd")
    driver.session.history.mark_saved()
    driver.open(tmp_path / "own.psd")
    assert ran.text() == "your mask, edge hard"


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


def test_every_brush_draws_its_kind_and_alt_inverts(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    wanted = {
        Qt.Key.Key_B: ("foreground", "background"),
        Qt.Key.Key_N: ("background", "foreground"),
        Qt.Key.Key_R: ("unknown", "restored"),
        Qt.Key.Key_T: ("transparent", "foreground"),
        Qt.Key.Key_E: ("restored", "unknown"),
    }
    for key, kinds in wanted.items():
        driver.key(key)
        for kind, modifiers in zip(kinds, (Keys.NoModifier, ALT), strict=True):
            driver.drag((100, 100), (110, 104), modifiers=modifiers)
            assert driver.session.recipe.strokes[-1].kind == kind
    names = [step.name for step in driver.session.history.steps]
    assert names[:6] == [
        "Add with Brush",
        "Take Away with Brush",
        "Take Away with Brush",
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


def test_views_cycle_compare_and_show_what_they_say(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (122, 100))
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


def test_edge_settings_are_seen_while_the_slider_moves(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(40)
    driver.key(Qt.Key.Key_B)
    driver.drag((120, 100), (121, 100))
    assert driver.bench.sources is not None
    matte = driver.bench.sources.matte
    before = matte.read(0)
    slider = driver.window.edge.shift.slider
    slider.setSliderDown(True)
    slider.setValue(80)
    wait_until(lambda: not driver.bench.display.is_working)
    assert matte.read(0).sum() > before.sum() * 1.2  # seen
    assert len(driver.session.history.steps) == 1  # but not chosen yet
    slider.setValue(0)  # tried, and moved back: nothing of it stays
    wait_until(lambda: not driver.bench.display.is_working)
    np.testing.assert_array_equal(matte.read(0), before)
    slider.setValue(80)
    slider.setSliderDown(False)
    slider.sliderReleased.emit()
    driver.wait()
    assert driver.session.recipe.edge.shift == 8.0
    assert driver.session.history.steps[-1].name == "Shift Edge"
    driver.key(Qt.Key.Key_Z, CONTROL)
    driver.wait()
    np.testing.assert_array_equal(matte.read(0), before)
    assert driver.window.edge.shift.value() == 0


def test_the_cut_out_is_shown_in_clean_colours(driver: Driver, tmp_path: Path) -> None:
    """A red disc with a wide soft edge on green: at its edge, on black, there is no green any more."""
    from PIL import Image

    y, x = np.mgrid[0:200, 0:240]
    alpha = np.clip((70 - np.hypot(x - 120, y - 100)) / 20, 0, 1).astype(np.float32)
    rgb = alpha[..., None] * np.array([200, 30, 30]) + (1 - alpha[..., None]) * np.array([20, 220, 20])
    path = tmp_path / "soft.png"
    Image.fromarray(rgb.astype(np.uint8)).save(path)
    driver.open(path)
    driver.window.tool_actions[1].trigger()
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (121, 100))
    driver.session.planes.alpha[:, :] = alpha
    driver.bench.display.show(driver.session.size.rect)
    driver.canvas.set_tool(None)
    seen = []
    for amount in (0.0, 1.0):
        driver.window.edge.colours.show_value(100 * (1 - amount))
        driver.window.edge.colours.box.setValue(100 * amount)
        driver.window.edge.colours._settle()
        driver.window.show_view(View.BLACK)
        driver.wait()
        colour = driver.see(120, 40)
        seen.append((colour.red(), colour.green()))
    assert seen[0] == pytest.approx((55, 62), abs=3)  # half of the mixed colour
    assert seen[1] == pytest.approx((100, 15), abs=8)  # half of the disc's own


def test_the_history_list_goes_back_and_forward(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    states = [driver.session.planes.alpha.unpack()]
    for x in (60, 120, 180):
        driver.drag((x, 100), (x + 5, 100))
        states.append(driver.session.planes.alpha.unpack())
    steps = driver.window.steps
    assert [steps.item(row).text() for row in range(4)] == ["Open", *["Add with Brush"] * 3]  # type: ignore[union-attr]
    for row in (1, 3, 0):
        steps.setCurrentRow(row)
        np.testing.assert_array_equal(driver.session.planes.alpha.unpack(), states[row])


def test_slow_steps_go_beside_the_window_and_lists_still_reach_their_step(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench, "QUICK_STEP", 0)
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    states = [driver.session.planes.alpha.unpack()]
    for x in (60, 120, 180):
        driver.drag((x, 100), (x + 5, 100))
        states.append(driver.session.planes.alpha.unpack())
    for row in (0, 3, 1):
        driver.window.steps.setCurrentRow(row)
        driver.wait()
        assert driver.session.history.position == row
        np.testing.assert_array_equal(driver.session.planes.alpha.unpack(), states[row])


def test_undo_takes_a_stroke_back_before_it_is_solved(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((60, 100), (120, 100), wait=False)
    driver.drag((60, 50), (120, 50), wait=False)
    for _ in range(2):
        driver.key(Qt.Key.Key_Z, CONTROL)
    driver.wait()
    assert not driver.session.planes.alpha.unpack().any()
    assert driver.session.recipe.strokes == ()


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
