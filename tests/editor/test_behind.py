"""What lies behind the subject, while it is chosen: gradients, the photo blurred, pictures, shadows. Real pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

from editor.driving import Keys, choose_colour, pixel, shown, wait_until
from mattework_editor.compose import View

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


def test_a_gradient_behind_is_seen_at_once_and_is_one_step(disc: Driver) -> None:
    panel = disc.window.background
    button = panel.kinds.button(2)
    assert button is not None
    disc.click(button)
    wait_until(lambda: disc.canvas.look.backdrop is not None)
    assert disc.canvas.look.view is View.BACKGROUND
    picture = shown(disc)
    assert pixel(disc, picture, 10, 4)[0] > pixel(disc, picture, 10, 195)[0] + 50
    panel.angle.slider.setSliderDown(True)
    panel.angle.slider.setValue(90)  # only tried
    turned = shown(disc)
    assert pixel(disc, turned, 4, 10)[0] > pixel(disc, turned, 235, 10)[0] + 50
    panel.angle.slider.setSliderDown(False)
    panel.angle.slider.sliderReleased.emit()
    disc.wait()
    assert disc.session.recipe.background == "linear-gradient(90deg, #ffffff, #b8bec6)"
    assert [step.name for step in disc.session.history.steps][1:] == ["Background", "Background"]
    disc.key(Qt.Key.Key_Z, CONTROL)
    disc.key(Qt.Key.Key_Z, CONTROL)
    disc.wait()
    assert disc.canvas.look.backdrop is None
    assert panel.kinds.checkedId() == 0


def test_what_lies_between_the_ends_of_a_gradient_stays(
    disc: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = disc.window.background
    recipe = disc.session.recipe
    disc.bench.change_recipe(
        "Background", replace(recipe, background="linear-gradient(to right, red, lime 25%, blue)")
    )
    disc.wait()
    panel.angle.box.setValue(180)
    panel.angle.settle()
    disc.wait()
    assert disc.session.recipe.background == "linear-gradient(180deg, #ff0000 0%, #00ff00 25%, #0000ff 100%)"
    assert disc.see(10, 51).green() > 200
    choose_colour(monkeypatch, QColor("#102030"))
    disc.click(panel.last)
    disc.wait()
    assert disc.session.recipe.background == "linear-gradient(180deg, #ff0000 0%, #00ff00 25%, #102030 100%)"
    for kind in (1, 2):  # a colour, and a gradient again: of the two colours that are seen
        button = panel.kinds.button(kind)
        assert button is not None
        disc.click(button)
        disc.wait()
    assert disc.session.recipe.background == "linear-gradient(180deg, #ff0000, #102030)"


def test_the_blurred_photo_behind_has_nothing_of_the_subject(disc: Driver) -> None:
    disc.key(Qt.Key.Key_B)
    disc.canvas.set_radius(75)
    disc.drag((120, 100), (122, 100))
    button = disc.window.background.kinds.button(3)
    assert button is not None
    disc.click(button)
    wait_until(lambda: disc.canvas.look.backdrop is not None)
    backdrop = disc.canvas.look.backdrop
    assert backdrop is not None
    assert backdrop[100, 120, 0] < 110, "the red disc is gone from it"
    assert disc.session.recipe.background == "blur(5)", "what suits a small photo"


def test_a_background_picture_that_is_gone_is_shown_from_the_file(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    from mattework import cut_out
    from samples import draw_disc

    wall = tmp_path / "wall.png"
    Image.new("RGB", (90, 60), (250, 240, 10)).save(wall)
    picture, truth = draw_disc(240, 200)
    cut_out(picture, from_mask=truth, solver="hard", background=str(wall)).save(tmp_path / "cut.psd")
    wall.unlink()
    failed: list[str] = []
    driver.bench.failed.connect(failed.append)
    driver.open(tmp_path / "cut.psd")
    driver.window.show_view(View.BACKGROUND)
    assert pixel(driver, shown(driver), 10, 10) == (250, 240, 10)
    assert failed == []


def test_a_background_picture_is_as_transparent_on_the_screen_as_its_file(
    disc: Driver, tmp_path: Path
) -> None:
    picture = np.full((200, 240, 4), (255, 0, 0, 255), np.uint8)
    picture[:100, :, 3] = 0
    Image.fromarray(picture).save(tmp_path / "half.png")
    recipe = replace(disc.session.recipe, background=str(tmp_path / "half.png"))
    disc.bench.change_recipe("Background", recipe)
    wait_until(lambda: disc.canvas.look.backdrop is not None)
    disc.window.show_view(View.BACKGROUND)
    seen = shown(disc)
    assert pixel(disc, seen, 8, 192) == (255, 0, 0)
    red, green, blue = pixel(disc, seen, 8, 8)
    assert red == green == blue > 100, "the board shows through"


def test_a_shadow_is_seen_while_its_sliders_move(disc: Driver) -> None:
    disc.window.show_view(View.CHECKERBOARD)
    before = shown(disc)
    button = disc.window.shadow.kinds.button(1)
    assert button is not None
    disc.click(button)
    disc.wait()
    shadow = disc.session.recipe.shadow
    assert shadow is not None
    assert shadow.dx is not None, "lengths that suit the subject"
    sides = [pixel(disc, before, 162, 140), pixel(disc, shown(disc), 162, 140)]
    panel = disc.window.shadow
    panel.dx.slider.setSliderDown(True)
    panel.dx.slider.setValue(30)
    panel.dy.slider.setSliderDown(True)
    panel.dy.slider.setValue(20)
    sides.append(pixel(disc, shown(disc), 165, 130))
    assert sides[2][0] < sides[0][0] - 60, "tried, and seen"
    assert disc.session.recipe.shadow == shadow, "but not chosen yet"
    panel.dx.slider.setSliderDown(False)
    panel.dx.slider.sliderReleased.emit()
    disc.wait()
    assert disc.session.recipe.shadow.dx == 30
    disc.window.show_view(View.WHITE)
    assert pixel(disc, shown(disc), 165, 130) == (255, 255, 255), "on white the edge is judged"


def test_a_contact_shadow_of_what_the_border_cuts_off_says_so_when_chosen_and_when_saved(
    driver: Driver, disc_file: Path, tmp_path: Path
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 120), (120, 199))
    kinds, message = driver.window.shadow.kinds, driver.window.status.message
    choose = [kinds.button(number) for number in range(3)]
    assert choose[1] is not None
    assert choose[2] is not None
    choose[2].click()
    assert "cuts the subject off" in message.text()
    driver.bench.save_file(tmp_path / "out.psd", overwrite=False)
    driver.wait()
    assert message.text().startswith("Saved out.psd.")
    assert "cuts the subject off" in message.text()
    choose[1].click()
    assert "cuts the subject off" not in message.text()
