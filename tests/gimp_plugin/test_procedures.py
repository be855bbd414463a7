"""What the procedures offer, beside what layers keep."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from gimp_plugin.conftest import Importer
from mattework import SolverName
from mattework.recipe import Recipe


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
