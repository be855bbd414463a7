"""A setting that is moved and not settled yet, when something else happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt

from editor.driving import TEST, Keys, save_to, wait_until
from mattework import EdgeSettings, Recipe, Shadow
from mattework_editor.panels.edge import EdgePanel
from mattework_editor.panels.shadow import ShadowPanel

if TYPE_CHECKING:
    from editor.driving import Driver

LEFT = Qt.MouseButton.LeftButton


def test_a_stroke_that_is_solved_meanwhile_does_not_take_a_slider_back(disc: Driver) -> None:
    smooth = disc.window.edge.smooth
    disc.window.edge.show()
    smooth.slider.setValue(50)  # by the wheel: it counts as chosen a moment later
    disc.bench.changed.emit()  # as when a stroke is solved just now
    assert smooth.value() == 5.0
    wait_until(lambda: disc.session.recipe.edge.smooth == 5.0, 5)
    disc.wait()


def test_a_slider_that_is_held_stays_where_it_is_held(disc: Driver) -> None:
    smooth = disc.window.edge.smooth
    smooth.slider.setSliderDown(True)
    smooth.slider.setValue(50)
    disc.bench.changed.emit()
    assert smooth.value() == 5.0
    smooth.slider.setSliderDown(False)
    wait_until(lambda: disc.session.recipe.edge.smooth == 5.0, 5)
    disc.wait()


def test_what_is_moved_just_before_saving_is_not_lost(
    disc: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_to(monkeypatch, tmp_path / "kept.psd")
    disc.window.edge.smooth.slider.setValue(50)
    disc.key(Qt.Key.Key_S, Keys.ControlModifier)
    disc.wait()
    wait_until(lambda: disc.session.recipe.edge.smooth == 5.0, 5)
    disc.wait()
    assert disc.session.history.is_dirty


def test_a_setting_that_waits_is_not_laid_on_another_photo(disc: Driver, disc_file: Path) -> None:
    disc.session.history.mark_saved()
    disc.window.edge.smooth.slider.setValue(50)
    disc.open(disc_file)
    TEST.qWait(500)
    disc.wait()
    assert disc.session.recipe.edge == EdgeSettings()
    assert disc.window.edge.smooth.value() == 0


def test_a_slider_leaves_the_others_as_finely_as_they_were_chosen(application: object) -> None:
    panel, chosen = EdgePanel(), list[Recipe]()
    panel.recipe_chosen.connect(lambda _, recipe: chosen.append(recipe))
    edge = EdgeSettings(smooth=1.25, feather=60.0, contrast=0.333, shift=0.04)
    panel.show_recipe(Recipe(edge=edge))
    panel.shift.box.setValue(3.0)
    panel.shift._settle()
    assert [one.edge for one in chosen] == [replace(edge, shift=3.0)]


def test_a_shadows_other_numbers_stay_as_they_were(application: object) -> None:
    panel, chosen = ShadowPanel(lambda shadow: shadow), list[Recipe]()
    panel.recipe_chosen.connect(lambda _, recipe: chosen.append(recipe))
    shadow = Shadow(kind="drop", dx=2.5, dy=7.25, blur=3.4, opacity=0.335)
    panel.show_recipe(Recipe(shadow=shadow))
    panel.dx.box.setValue(9)
    panel.dx._settle()
    (recipe,) = chosen
    assert recipe.shadow is not None
    assert replace(recipe.shadow, colour=shadow.colour) == replace(shadow, dx=9)
