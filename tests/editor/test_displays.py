"""What is seen of the edge before it is chosen: its settings, and clean colours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt

from editor.driving import Keys, wait_until
from mattework_editor.compose import View

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


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


def test_settings_chosen_while_a_stroke_is_solved_come_after_it(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.canvas.set_radius(40)
    driver.key(Qt.Key.Key_B)
    driver.drag((120, 100), (121, 100), wait=False)
    driver.key(Qt.Key.Key_R)
    driver.drag((80, 100), (160, 100), wait=False)
    assert driver.bench.is_solving
    for setting, value in ((driver.window.edge.shift, 20), (driver.window.edge.colours, 50)):
        setting.slider.setSliderDown(True)
        setting.slider.setValue(value)
        setting.slider.setSliderDown(False)
        setting.slider.sliderReleased.emit()
    assert "as soon as" in driver.window.status.message.text()
    driver.wait()
    names = [step.name for step in driver.session.history.steps]
    assert names == ["Add with Brush", "Refine Edge", "Shift Edge", "Clean Colours"]
    recipe = driver.session.recipe
    assert (recipe.edge.shift, recipe.colours, len(recipe.strokes)) == (2.0, 0.5, 2)
    assert (driver.window.edge.shift.value(), driver.window.edge.colours.value()) == (2, 50)


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
        driver.window.edge.colours.settle()
        driver.window.show_view(View.BLACK)
        driver.wait()
        colour = driver.see(120, 40)
        seen.append((colour.red(), colour.green()))
    assert seen[0] == pytest.approx((55, 62), abs=3)  # half of the mixed colour
    assert seen[1] == pytest.approx((100, 15), abs=8)  # half of the disc's own


@pytest.mark.parametrize("key", [None, "green"])
def test_clean_colours_for_the_screen_are_those_of_the_core(key: str | None) -> None:
    from mattework import Rect, Size, estimate_foreground, parse_key, remove_spill
    from mattework_editor.clean_display import BASE_SIDE, clean_part
    from mattework_editor.tiled_plane import TiledPlane

    colour = np.random.default_rng(5).integers(0, 256, (300, 420, 3), np.uint8)
    alpha = TiledPlane(Size(420, 300), np.float32)
    alpha[60:200, 90:300] = np.linspace(0, 1, 210, dtype=np.float32)
    part = clean_part(colour, alpha, Rect(40, 30, 400, 280), 0, 0.8, key=key)
    assert part.where == Rect(40, 30, 400, 280)
    matte = np.rint(alpha[part.where.slices] * 255).astype(np.float32) / np.float32(255)
    own = np.ascontiguousarray(colour[part.where.slices])
    clean = estimate_foreground(own, matte, amount=0.8, base_side=BASE_SIDE)
    if key is not None:
        clean = remove_spill(clean, matte, key=parse_key(key), amount=0.8, margin=16)
    np.testing.assert_array_equal(np.asarray(part.pixels), clean)
    assert (clean != own).any()
