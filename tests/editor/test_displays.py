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
