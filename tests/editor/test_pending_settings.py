"""A setting that is moved and not settled yet, when something else happens."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt

from editor.driving import TEST, Keys, save_to, wait_until
from mattework import EdgeSettings, Recipe, Shadow, Stroke, resolve_region
from mattework_editor.choosing import find_chosen, lay_chosen
from mattework_editor.files import read_file
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


def test_what_is_moved_just_before_saving_is_saved(
    disc: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_to(monkeypatch, tmp_path / "kept.psd")
    disc.window.edge.smooth.slider.setValue(50)
    disc.key(Qt.Key.Key_S, Keys.ControlModifier)
    disc.wait()
    wait_until(lambda: disc.session.recipe.edge.smooth == 5.0, 5)
    disc.wait()
    assert not disc.session.history.is_dirty
    kept = read_file(tmp_path / "kept.psd").choices
    assert kept is not None
    assert kept.recipe.edge.smooth == 5.0


def test_undo_takes_back_what_was_moved_last_and_not_the_stroke_before(disc: Driver) -> None:
    disc.bench.paint("Add", (Stroke(kind="foreground", radius=12, points=((80, 100), (90, 110))),))
    disc.wait()
    painted = disc.session.recipe.strokes
    disc.window.edge.smooth.slider.setValue(50)
    disc.key(Qt.Key.Key_Z, Keys.ControlModifier)
    TEST.qWait(500)
    disc.wait()
    assert disc.session.recipe.edge == EdgeSettings()
    assert disc.window.edge.smooth.value() == 0
    assert disc.session.recipe.strokes == painted, "the stroke is still there"


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
    panel.shift.settle()
    assert [one.edge for one in chosen] == [replace(edge, shift=3.0)]


def test_a_shadows_other_numbers_stay_as_they_were(application: object) -> None:
    panel, chosen = ShadowPanel(lambda shadow: shadow), list[Recipe]()
    panel.recipe_chosen.connect(lambda _, recipe: chosen.append(recipe))
    shadow = Shadow(kind="drop", dx=2.5, dy=7.25, blur=3.4, opacity=0.335)
    panel.show_recipe(Recipe(shadow=shadow))
    panel.dx.box.setValue(9)
    panel.dx.settle()
    (recipe,) = chosen
    assert recipe.shadow is not None
    assert replace(recipe.shadow, colour=shadow.colour) == replace(shadow, dx=9)


@pytest.fixture
def slow_strokes(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Strokes are solved when the event is set."""
    goes_on = threading.Event()

    def solve(*given: Any, **named: Any) -> Any:
        if named.get("thorough"):
            assert goes_on.wait(20)
        return resolve_region(*given, **named)

    monkeypatch.setattr("mattework_editor.strokes.resolve_region", solve)
    return goes_on


def paint_slowly(disc: Driver) -> None:
    disc.bench.paint("Refine Edge", (Stroke(kind="unknown", radius=12, points=((80, 100), (90, 110))),))
    wait_until(lambda: disc.bench.is_solving, 5)


def choose(box: Any, value: float) -> None:
    box.box.setValue(value)
    box.settle()


def test_two_sliders_moved_while_a_stroke_is_solved_are_both_chosen(
    disc: Driver, slow_strokes: threading.Event
) -> None:
    paint_slowly(disc)
    choose(disc.window.edge.feather, 4.0)
    disc.bench.changed.emit()  # the panel shows what is settled so far
    choose(disc.window.edge.smooth, 3.0)
    slow_strokes.set()
    disc.wait()
    wait_until(lambda: disc.session.recipe.edge == EdgeSettings(feather=4.0, smooth=3.0), 5)
    assert [step.name for step in disc.session.history.steps][-3:] == ["Refine Edge", "Feather", "Smooth"]


def test_undo_takes_back_a_setting_that_waits_before_the_stroke(
    disc: Driver, slow_strokes: threading.Event
) -> None:
    paint_slowly(disc)
    choose(disc.window.edge.feather, 4.0)
    disc.bench.stepping.undo()
    slow_strokes.set()
    disc.wait()
    assert disc.session.recipe.edge == EdgeSettings()
    assert disc.session.recipe.strokes[-1].kind == "unknown", "the stroke itself stays"


@given(
    st.tuples(*[st.sampled_from([0.0, 1.0, 2.0])] * 4),
    st.tuples(*[st.sampled_from([0.0, 1.0, 2.0])] * 4),
    st.sampled_from([None, "white"]),
)
def test_what_was_chosen_is_all_that_changes(
    smooths: tuple[float, ...], feathers: tuple[float, ...], background: str | None
) -> None:
    """A setting laid on a recipe that has changed since leaves what else is in it."""
    own = Recipe(edge=EdgeSettings(smooth=smooths[0], feather=feathers[0]))
    wanted = Recipe(edge=EdgeSettings(smooth=smooths[1], feather=feathers[0]), background=background)
    since = Recipe(edge=EdgeSettings(smooth=smooths[2], feather=feathers[2]), colours=0.5)
    laid = lay_chosen(since, find_chosen(own, wanted))
    smooth = smooths[2] if smooths[0] == smooths[1] else smooths[1]
    assert laid == replace(
        since, edge=EdgeSettings(smooth=smooth, feather=feathers[2]), background=background
    )
