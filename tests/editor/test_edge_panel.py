"""The edge panel's solvers, with the networks that are installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from mattework import MattingChoice, Recipe
from mattework_editor.panels.edge import EdgePanel

MINE = MattingChoice(model="mine", sha256="ab" * 32)


@pytest.fixture
def panel(application: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EdgePanel:
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("MATTEWORK_MODELS", str(folder))
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "none"))
    (folder / "mine.onnx").write_bytes(b"not run here")
    (folder / "mine.toml").write_text(
        'id = "mine"\ntask = "matting"\ntitle = "My own"\nfiles = [{ name = "mine.onnx" }]\n'
        'input = { size = { rule = "native", multiple = 32 }, companion = "trimap-channel" }\n'
    )
    return EdgePanel()


def choose(panel: EdgePanel, entry: str) -> Recipe:
    chosen: list[Recipe] = []
    panel.recipe_chosen.connect(lambda _, recipe: chosen.append(recipe))
    panel.solver.setCurrentIndex(panel.solver.findData(entry))
    panel.solver.activated.emit(panel.solver.currentIndex())
    return chosen[-1]


def test_an_installed_network_is_among_the_solvers(panel: EdgePanel) -> None:
    entries = [panel.solver.itemText(n) for n in range(panel.solver.count())]
    assert entries == ["Automatic", "Closed form", "Guided filter", "Hard cut", "Network: My own"]
    panel.show_recipe(Recipe())
    recipe = choose(panel, "neural mine")
    assert (recipe.solver, recipe.matting) == ("neural", MattingChoice(model="mine"))


def test_networks_that_came_or_went_meanwhile_are_listed_and_can_be_chosen(
    panel: EdgePanel, tmp_path: Path
) -> None:
    panel.show_recipe(Recipe(solver="guided"))
    record = (tmp_path / "models" / "mine.toml").read_text()
    (tmp_path / "models" / "other.onnx").write_bytes(b"nor this")
    (tmp_path / "models" / "other.toml").write_text(
        record.replace("mine", "other").replace("My own", "Another")
    )
    (tmp_path / "models" / "mine.onnx").unlink()
    chosen: list[Recipe] = []
    panel.recipe_chosen.connect(lambda _, recipe: chosen.append(recipe))
    panel.list_solvers()
    assert panel.solver.currentData() == "guided"
    entries = [panel.solver.itemText(n) for n in range(4, panel.solver.count())]
    assert entries == ["Network: Another"]
    panel.choose_network("other")
    assert [(one.solver, one.matting) for one in chosen] == [("neural", MattingChoice(model="other"))]


def test_the_built_in_refiner_is_listed_only_while_a_recipe_asks_for_it_by_name(panel: EdgePanel) -> None:
    name, entry = "Network: Mattework refiner", "neural mattework-refiner"
    own = Recipe(solver="neural", matting=MattingChoice(model="mattework-refiner", sha256="ef" * 32))
    assert panel.solver.findText(name) < 0
    panel.show_recipe(own)
    assert (panel.solver.currentText(), panel.solver.currentData()) == (name, entry)
    assert choose(panel, entry) == own
    panel.list_solvers()
    assert panel.solver.currentText() == name
    panel.show_recipe(replace(own, solver="auto", solver_used="neural"))
    assert panel.solver.currentText() == "Automatic"
    assert panel.solver.findText(name) < 0


def test_the_built_in_refiner_can_be_chosen_by_its_name_all_the_same(panel: EdgePanel) -> None:
    """As the Models dialog does."""
    chosen: list[Recipe] = []
    panel.recipe_chosen.connect(lambda _, recipe: chosen.append(recipe))
    panel.choose_network("mattework-refiner")
    assert [(one.solver, one.matting) for one in chosen] == [
        ("neural", MattingChoice(model="mattework-refiner"))
    ]
    assert panel.solver.currentText() == "Network: Mattework refiner"


def test_the_panel_begins_with_a_recipes_own_defaults(panel: EdgePanel) -> None:
    assert (panel.band.value(), panel.colours.value()) == (1.0, 100.0)
    assert panel.screen_colour.text() == "Screen: none"


def test_another_solver_forgets_the_network_and_the_same_one_keeps_its_hash(panel: EdgePanel) -> None:
    own = Recipe(solver="neural", matting=MINE)
    panel.show_recipe(own)
    assert panel.solver.currentText() == "Network: My own"
    assert choose(panel, "neural mine") == own
    assert choose(panel, "guided") == replace(own, solver="guided", matting=None)


def test_automatic_chosen_again_changes_nothing_but_what_an_older_version_solved(panel: EdgePanel) -> None:
    refined = MattingChoice(model="mattework-refiner", sha256="ef" * 32)
    own = Recipe(solver="auto", solver_used="neural", matting=refined)
    panel.show_recipe(own)
    assert choose(panel, "auto") == own
    panel.show_recipe(replace(own, solver_used="closed-form", matting=None))
    assert choose(panel, "auto") == Recipe(solver="auto")
    panel.show_recipe(replace(own, solver_used="closed-form", matting=None))
    assert choose(panel, "closed-form") == Recipe(solver="closed-form")


def test_a_network_that_is_not_installed_is_shown_by_its_name(panel: EdgePanel) -> None:
    panel.show_recipe(Recipe(solver="neural", matting=MattingChoice(model="hers", sha256="cd" * 32)))
    assert panel.solver.currentText() == "Network: hers (not installed)"
