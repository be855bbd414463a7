from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.errors import RecipeError
from mattework.recipe import (
    RECIPE_VERSION,
    EdgeSettings,
    Recipe,
    Stroke,
    SubjectChoice,
    TrimapRules,
    parse_recipe,
)

numbers = st.floats(-1e4, 1e4, allow_nan=False)
strokes = st.builds(
    Stroke,
    kind=st.sampled_from(("foreground", "background", "unknown", "transparent")),
    radius=st.floats(0.5, 500),
    points=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5).map(tuple),
)
recipes = st.builds(
    Recipe,
    program=st.text(),
    source_sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    subject=st.builds(SubjectChoice, model=st.none() | st.text(), zoom=st.booleans()),
    trimap=st.builds(TrimapRules, band=st.floats(0.1, 10)),
    strokes=st.lists(strokes, max_size=4).map(tuple),
    solver=st.sampled_from(("auto", "closed-form", "guided", "hard")),
    edge=st.builds(EdgeSettings, smooth=numbers, feather=numbers, contrast=st.floats(0, 1), shift=numbers),
    colours=st.floats(0, 1),
    background=st.none() | st.text(),
)


@given(recipes)
def test_a_recipe_survives_being_written_and_read(recipe: Recipe) -> None:
    assert parse_recipe(recipe.to_json()) == recipe


@given(recipes)
def test_the_same_recipe_is_always_the_same_text(recipe: Recipe) -> None:
    assert parse_recipe(recipe.to_json()).to_json() == recipe.to_json()


def test_a_recipe_of_an_older_version_opens_and_takes_defaults_for_what_it_lacks() -> None:
    written = '{"version": 1, "program": "mattework 0.1.0", "edge": {"shift": -1.5}}'
    recipe = parse_recipe(written)
    assert recipe.edge == EdgeSettings(shift=-1.5)
    assert recipe.trimap == TrimapRules()


def test_a_recipe_of_a_newer_version_says_to_install_a_newer_mattework() -> None:
    newer = json.dumps({**asdict(Recipe()), "version": RECIPE_VERSION + 1})
    with pytest.raises(RecipeError, match="newer Mattework"):
        parse_recipe(newer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        '{"version": "1"}',
        '{"version": true}',
        '{"version": 0}',
        '{"version": 1, "solver": 7}',
    ],
)
def test_what_is_no_recipe_is_refused_in_words(text: str) -> None:
    with pytest.raises(RecipeError, match="recipe"):
        parse_recipe(text)
