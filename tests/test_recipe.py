from __future__ import annotations

import json
from dataclasses import asdict
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.document.model import BlendMode
from mattework.errors import RecipeError
from mattework.prompt import Prompt
from mattework.recipe import (
    RECIPE_VERSION,
    EdgeSettings,
    LayerBlend,
    LayerState,
    Recipe,
    Shadow,
    Stroke,
    SubjectChoice,
    TrimapRules,
    find_bad_setting,
    parse_recipe,
)

numbers = st.floats(-1e4, 1e4, allow_nan=False)
lengths = st.floats(0, 500)
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
    edge=st.builds(
        EdgeSettings, smooth=lengths, feather=lengths, contrast=st.floats(0, 1), shift=st.floats(-500, 500)
    ),
    colours=st.floats(0, 1),
    background=st.none() | st.text(),
    shadow=st.none()
    | st.builds(
        Shadow, kind=st.sampled_from(("drop", "contact")), dx=st.none() | numbers, blur=st.none() | lengths
    ),
    layers=st.lists(
        st.builds(
            LayerState,
            name=st.text(),
            opacity=st.none() | st.floats(0, 1),
            masked=st.none() | st.booleans(),
            blend=st.none() | st.sampled_from(get_args(LayerBlend)),
            clipped=st.none() | st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
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
    assert recipe.shadow is None
    assert recipe.layers == ()


def test_a_recipe_of_a_newer_version_says_to_install_a_newer_mattework() -> None:
    newer = json.dumps({**asdict(Recipe()), "version": RECIPE_VERSION + 1})
    with pytest.raises(RecipeError, match="newer Mattework"):
        parse_recipe(newer)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"version": 1, "edges": {"shift": 1}}', "edges"),
        ('{"version": 1, "edge": {"fether": 1}}', "edge.fether"),
        (
            '{"version": 2, "strokes": [{"kind": "unknown", "radius": 3, "points": [[1, 1]], "hard": 1}]}',
            "strokes.hard",
        ),
    ],
)
def test_a_setting_that_is_not_known_is_named_and_not_dropped(text: str, name: str) -> None:
    with pytest.raises(RecipeError, match=f'setting "{name}".* misspelt, or of a newer'):
        parse_recipe(text)


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


@pytest.mark.parametrize(
    ("edge", "word"),
    [
        (EdgeSettings(feather=1e9), "feather"),
        (EdgeSettings(smooth=-1), "smooth"),
        (EdgeSettings(shift=float("nan")), "shift"),
        (EdgeSettings(shift=float("-inf")), "shift"),
        (EdgeSettings(contrast=1.5), "contrast"),
    ],
)
def test_settings_that_would_run_for_ever_or_mean_nothing_are_named(edge: EdgeSettings, word: str) -> None:
    assert word in (find_bad_setting(Recipe(edge=edge)) or "")


@pytest.mark.parametrize(
    ("recipe", "word"),
    [
        (Recipe(shadow=Shadow(blur=-1)), "shadow's blur"),
        (Recipe(shadow=Shadow(dx=float("nan"))), "shadow's offset"),
        (Recipe(shadow=Shadow(opacity=2)), "shadow's opacity"),
        (Recipe(layers=(LayerState(name="Photo", opacity=-0.1),)), "layer's opacity"),
    ],
)
def test_shadows_and_layers_keep_to_their_ranges(recipe: Recipe, word: str) -> None:
    assert word in (find_bad_setting(recipe) or "")


def test_a_background_whose_name_cannot_be_kept_is_named_before_the_cut() -> None:
    assert "Rename the file" in (find_bad_setting(Recipe(background="caf\udce9.png")) or "")
    assert find_bad_setting(Recipe(background="café.png")) is None


def test_a_recipe_built_to_hurt_is_refused_when_it_is_read() -> None:
    for text in (
        '{"version": 1, "edge": {"shift": 1e300}}',
        '{"version": 1, "trimap": {"band": 1e12}}',
        '{"version": 1, "trimap": {"doubt": -1}}',
        '{"version": 1, "strokes": [{"kind": "unknown", "radius": 1e30, "points": [[1, 1]]}]}',
    ):
        with pytest.raises(RecipeError, match="recipe"):
            parse_recipe(text)


def test_a_stroke_must_be_somewhere() -> None:
    stroke = Stroke(kind="foreground", radius=3, points=((float("inf"), 1.0),))
    assert "point" in (find_bad_setting(Recipe(strokes=(stroke,))) or "")


@pytest.mark.parametrize(
    ("kind", "count", "words"),
    [
        ("lasso", 2, "a lasso needs at least 3 points."),
        ("box", 3, "a box has 2 points"),
        ("ring", 2, "no prompt"),
    ],
)
def test_a_gesture_of_a_wrong_kind_or_number_of_points_is_named(kind: str, count: int, words: str) -> None:
    prompt = Prompt(kind=kind, points=((1.0, 2.0),) * count)  # type: ignore[arg-type]
    recipe = Recipe(subject=SubjectChoice(origin="prompts", prompts=(prompt,)))
    assert words in (find_bad_setting(recipe) or "")


def test_a_recipe_from_before_doubts_were_decided_leaves_them_to_the_solver() -> None:
    old = json.loads(Recipe(trimap=TrimapRules(band=2.0)).to_json())
    del old["trimap"]["doubt"]
    assert parse_recipe(json.dumps({**old, "version": 1})).trimap == TrimapRules(band=2.0, doubt=0.0)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, b'{"version": 2, "program": "\xff"}', '{"version": 2, "edge": ' * 9000]
)
def test_text_that_no_reader_can_take_is_refused_in_words(text: str | bytes) -> None:
    with pytest.raises(RecipeError, match="recipe"):
        parse_recipe(text)


def test_layers_can_blend_by_every_mode_that_documents_name() -> None:
    assert {*get_args(LayerBlend), "pass through"} == {mode.value for mode in BlendMode}


def test_a_recipe_from_before_layers_could_blend_is_read() -> None:
    old = json.loads(Recipe(layers=(LayerState(name="Photo", opacity=0.5),)).to_json())
    for name in ("blend", "clipped"):
        del old["layers"][0][name]
    assert parse_recipe(json.dumps(old)).layers == (LayerState(name="Photo", opacity=0.5),)
    old["layers"][0]["blend"] = "no such mode"
    with pytest.raises(RecipeError, match="cannot be read"):
        parse_recipe(json.dumps(old))
