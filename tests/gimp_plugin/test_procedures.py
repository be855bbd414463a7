"""What the procedures offer, beside what layers keep."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from gimp_plugin.conftest import Importer
from mattework import SolverName
from mattework.recipe import MattingChoice, Recipe


@pytest.mark.parametrize("solver", get_args(SolverName))
def test_adjusting_begins_from_whatever_solver_the_recipe_names(plugin: Importer, solver: SolverName) -> None:
    """GIMP quietly takes the first value for one that is not offered."""
    gimp, layers, procedures = plugin("Gimp"), plugin("layers"), plugin("procedures")
    layer = gimp.Layer("L", 2, 2)
    layers.keep_recipe(layer, replace(Recipe(), solver=solver).to_json(), None)
    kept = plugin("results").read_recipe_edge(layer)
    assert kept["solver"] == solver
    offered = {one.name: one for one in procedures.BY_NAME["mattework-adjust-edge"].arguments}
    assert kept["solver"] in dict(offered["solver"].values)
    assert set(kept) <= set(offered)


def test_adjusting_begins_from_the_network_that_the_recipe_names(plugin: Importer) -> None:
    gimp, layers = plugin("Gimp"), plugin("layers")
    layer = gimp.Layer("L", 2, 2)
    recipe = Recipe(solver="neural", matting=MattingChoice(model="mine", sha256="ab" * 32))
    layers.keep_recipe(layer, recipe.to_json(), None)
    kept = plugin("results").read_recipe_edge(layer)
    assert (kept["solver"], kept["matting-model"]) == ("neural", "mine")


def test_networks_are_offered_when_they_are_installed(plugin: Importer) -> None:
    solvers = plugin("solvers")
    plain = ["auto", "closed-form", "guided", "hard"]
    assert [one for one, _ in solvers.list_ways([], "guided", "")[0]] == plain
    ways, chosen = solvers.list_ways([("a", "First"), ("b", "Second")], "neural", "b")
    assert ways[4:] == [("neural a", "Network: First"), ("neural b", "Network: Second")]
    assert chosen == "neural b"
    assert solvers.list_ways([("a", "First")], "neural", "")[1] == "neural a"
    assert solvers.split_way("neural b") == ("neural", "b")
    assert solvers.split_way("guided") == ("guided", "")


def test_the_built_in_network_is_offered_only_where_it_is_chosen_by_its_name(plugin: Importer) -> None:
    list_ways, built_in = plugin("solvers").list_ways, [("ours", "Built in")]
    others = [("a", "First")]
    for solver, network in (("auto", ""), ("guided", "ours"), ("neural", "a"), ("neural", "")):
        assert "neural ours" not in dict(list_ways(others, solver, network, built_in)[0])
    for installed, network in ((others, "ours"), ([], "ours"), ([], "")):
        ways, chosen = list_ways(installed, "neural", network, built_in)
        assert (chosen, dict(ways)[chosen]) == ("neural ours", "Network: Built in")


@pytest.mark.parametrize("installed", [[], [("a", "First")]])
def test_a_recipes_network_that_is_not_installed_is_not_replaced_in_silence(
    plugin: Importer, installed: list[tuple[str, str]]
) -> None:
    ways, chosen = plugin("solvers").list_ways(installed, "neural", "hers")
    assert chosen == "neural hers"
    assert dict(ways)[chosen] == "Network: hers (not installed)"


@pytest.mark.parametrize(
    ("solver", "network", "wanted"),
    [("neural", "mine", "mine"), ("neural", "", None), ("neural", None, None), ("guided", "mine", None)],
)
def test_only_the_network_solver_asks_for_a_network(
    plugin: Importer, solver: str, network: str | None, wanted: str | None
) -> None:
    edge = plugin("solvers").plain_edge({"solver": solver, "matting-model": network})
    assert (edge.solver, edge.matting_model) == (solver, wanted)


def test_every_procedure_that_solves_an_edge_takes_a_network(plugin: Importer) -> None:
    for record in plugin("procedures").RECORDS:
        names = [argument.name for argument in record.arguments]
        assert ("solver" in names) == ("matting-model" in names), record.name
