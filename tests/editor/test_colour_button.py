"""A colour is seen in the picture while it is chosen, and is one step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QColorDialog

from editor.driving import Keys, choose_colour

if TYPE_CHECKING:
    from editor.driving import Driver


@pytest.fixture
def disc(driver: Driver, disc_file: Path) -> Driver:
    """The disc on white, as it will be saved."""
    driver.open_painted(disc_file, radius=30)
    driver.window.background._choose("#ffffff")
    driver.wait()
    return driver


@pytest.mark.parametrize("accepts", [True, False])
def test_a_colour_is_seen_while_it_is_chosen(
    disc: Driver, monkeypatch: pytest.MonkeyPatch, accepts: bool
) -> None:
    panel, seen = disc.window.background, []
    before = len(disc.session.history.steps)

    def look() -> None:
        disc.wait()
        seen.append(disc.see(10, 10).name())
        assert len(disc.session.history.steps) == before, "trying is no step"

    choose_colour(monkeypatch, QColor("#2040c0"), accepts=accepts, look=look)
    disc.click(panel.colour)
    disc.wait()
    assert seen == ["#2040c0"]
    assert disc.see(10, 10).name() == ("#2040c0" if accepts else "#ffffff")
    assert panel.colour.colour().name() == ("#2040c0" if accepts else "#ffffff")
    assert len(disc.session.history.steps) == before + accepts
    if accepts:
        disc.key(Qt.Key.Key_Z, Keys.ControlModifier)
        disc.wait()
        assert disc.see(10, 10).name() == "#ffffff"


def test_giving_up_a_colour_leaves_the_button_s_words(disc: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    button = disc.window.edge.screen_colour
    words = button.text()
    choose_colour(monkeypatch, QColor("#00b140"), accepts=False)
    disc.click(button)
    assert button.text() == words
    assert disc.session.recipe.key is None


@pytest.mark.parametrize("takes_the_same", [True, False])
def test_giving_up_a_colour_shows_what_the_recipe_says(
    disc: Driver, monkeypatch: pytest.MonkeyPatch, takes_the_same: bool
) -> None:
    """Also where the panel cannot say all of it: a gradient of three colours, whose middle stays meanwhile."""
    panel = disc.window.background
    panel._choose("linear-gradient(90deg, red, lime, blue)")
    disc.wait()
    assert disc.see(120, 10).green() > 200
    assert disc.see(4, 10).red() > 200
    tried = panel.first.colour()

    def look() -> None:
        disc.wait()
        assert disc.see(4, 10).red() < 100
        assert disc.see(120, 10).green() > 200

    def work(dialog: QColorDialog) -> int:
        dialog.setCurrentColor(QColor("#102030"))
        look()
        dialog.setCurrentColor(tried)
        return int(takes_the_same)

    monkeypatch.setattr(QColorDialog, "exec", work)
    disc.click(panel.first)
    disc.wait()
    assert disc.see(120, 10).green() > 200
    assert disc.see(4, 10).red() > 200
