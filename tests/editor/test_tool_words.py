"""What tools and their keys tell: what was chosen, and why a gesture would change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt

from editor.driving import Keys
from mattework_editor.compose import View

if TYPE_CHECKING:
    from editor.driving import Driver

ALT, SHIFT = Keys.AltModifier, Keys.ShiftModifier


def view(driver: Driver) -> View:
    return driver.window.views.view


def told(driver: Driver) -> str:
    return driver.window.status.message.text()


def steps(driver: Driver) -> list[str]:
    return [step.name for step in driver.session.history.steps]


@pytest.fixture
def disc(driver: Driver, disc_file: Path) -> Driver:
    """The disc, with foreground painted over its middle."""
    driver.open_painted(disc_file, radius=30)
    return driver


def test_a_tool_that_is_chosen_says_how_it_is_used(disc: Driver) -> None:
    disc.key(Qt.Key.Key_G)
    assert "fades in between" in told(disc)


def test_keys_of_the_brush_are_told_and_who_does_not_heed_them(disc: Driver) -> None:
    disc.key(Qt.Key.Key_4)
    assert told(disc) == "Brush opacity 40 %."
    disc.key(Qt.Key.Key_BracketLeft, SHIFT)
    assert told(disc) == "Brush hardness 75 %."
    disc.key(Qt.Key.Key_T)
    disc.key(Qt.Key.Key_0)
    assert told(disc) == "Brush opacity 100 %. Transparent does not heed it."


def test_a_screen_colour_is_told_and_a_strange_one_doubted(driver: Driver, tmp_path: Path) -> None:
    from PIL import Image

    picture = Image.new("RGB", (240, 200), (10, 180, 60))
    picture.paste((90, 60, 10), (60, 50, 180, 150))
    picture.paste((128, 128, 128), (0, 0, 20, 20))
    picture.save(tmp_path / "green.png")
    driver.open(tmp_path / "green.png")
    driver.key(Qt.Key.Key_K)
    driver.drag((200, 180))
    assert told(driver).startswith("Screen #0ab43c: its spill")
    assert "neither green" not in told(driver)
    driver.drag((120, 100))
    assert "neither green nor blue" in told(driver)
    driver.drag((200, 180), modifiers=ALT)
    assert "left as they are" in told(driver)
    driver.drag((10, 10))
    assert "hue" in told(driver)
    driver.canvas.zoom_to(0.5)
    driver.drag((-20, 100))
    assert told(driver) == "Click inside the photo."
    assert steps(driver) == ["Screen Colour", "Screen Colour", "No Screen Colour"]


@pytest.mark.parametrize(
    ("key", "place", "modifiers", "why"),
    [
        (Qt.Key.Key_T, (20, 20), Keys.NoModifier, "nothing is selected here"),
        (Qt.Key.Key_E, (20, 20), Keys.NoModifier, "no stroke of yours"),
        (Qt.Key.Key_J, (20, 20), Keys.NoModifier, "No gap"),
        (Qt.Key.Key_J, (20, 20), ALT, "No speck"),
    ],
)
def test_a_stroke_that_would_change_nothing_says_why_and_is_no_step(
    disc: Driver, key: Qt.Key, place: tuple[int, int], modifiers: Keys, why: str
) -> None:
    before = steps(disc)
    disc.key(key)
    disc.canvas.set_radius(8)
    disc.drag(place, (place[0] + 2, place[1]), modifiers=modifiers)
    assert why in told(disc)
    assert steps(disc) == before
    if key != Qt.Key.Key_J:
        disc.drag((120, 100), (125, 100))
        assert len(steps(disc)) == len(before) + 1, "where there is something it is done"


def test_the_original_is_seen_again_when_the_first_step_is_taken_back(disc: Driver) -> None:
    """Nothing is selected then: a cut-out of nothing would leave the window empty."""
    assert view(disc) is View.OVERLAY
    disc.window.show_view(View.CHECKERBOARD)
    disc.key(Qt.Key.Key_Z, Keys.ControlModifier)
    assert view(disc) is View.ORIGINAL
    disc.key(Qt.Key.Key_Y, Keys.ControlModifier)
    assert view(disc) is View.OVERLAY
