"""The layers of a recipe as views show them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mattework import BACKGROUND_LAYER, CLEAN_LAYER, PHOTO_LAYER, SHADOW_LAYER, LayerState, Recipe
from mattework_editor.compose import Look, Showing


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One of the layers that will be written: what a person sees of it and can change. `mixes`: in the file it blends with
    what is under it or is clipped to it, which views do not show."""

    name: str
    visible: bool
    opacity: float
    masked: bool | None
    """None for a layer without a mask."""
    mixes: bool = False


def list_layers(recipe: Recipe) -> list[LayerRow]:
    """The layers that the recipe makes, from the top."""
    rows = []
    has_clean = recipe.colours > 0
    if has_clean:
        rows.append(_read_row(recipe, CLEAN_LAYER, visible=True, has_mask=True))
    rows.append(_read_row(recipe, PHOTO_LAYER, visible=not has_clean, has_mask=True))
    if recipe.shadow is not None:
        row = _read_row(recipe, SHADOW_LAYER, visible=True, has_mask=False)
        rows.append(replace(row, opacity=recipe.shadow.opacity))
    if recipe.background is not None:
        rows.append(_read_row(recipe, BACKGROUND_LAYER, visible=True, has_mask=False))
    return rows


def change_layer(
    recipe: Recipe,
    name: str,
    *,
    visible: bool | None = None,
    opacity: float | None = None,
    masked: bool | None = None,
) -> Recipe:
    """The recipe with something about one of its layers changed; what is as the layer is by itself is not kept."""
    if name == SHADOW_LAYER and opacity is not None and recipe.shadow is not None:
        recipe = replace(recipe, shadow=replace(recipe.shadow, opacity=opacity))
        opacity = None
    others = tuple(one for one in recipe.layers if one.name != name)
    plain = next((one for one in list_layers(replace(recipe, layers=others)) if one.name == name), None)
    if plain is None:
        return recipe
    old = next((one for one in recipe.layers if one.name == name), LayerState(name=name))
    visible = old.visible if visible is None else visible
    opacity = old.opacity if opacity is None else opacity
    masked = old.masked if masked is None else masked
    state = replace(
        old,
        visible=None if visible == plain.visible else visible,
        opacity=None if opacity == 1.0 else opacity,
        masked=None if masked is not False else False,
    )
    kept = () if state == LayerState(name=name) else (state,)
    return replace(recipe, layers=tuple(sorted((*others, *kept), key=lambda one: one.name)))


def show_layers(look: Look, recipe: Recipe) -> Look:
    """The look with the recipe's layers shown as they are."""
    rows = {row.name: row for row in list_layers(recipe)}

    def showing(name: str) -> Showing:
        row = rows.get(name)
        if row is None or not row.visible:
            return Showing(opacity=0.0)
        return Showing(opacity=row.opacity, masked=row.masked is not False)

    return replace(
        look,
        background=showing(BACKGROUND_LAYER),
        photo=showing(PHOTO_LAYER),
        clean=showing(CLEAN_LAYER),
        shadow=showing(SHADOW_LAYER).opacity > 0,
    )


def _read_row(recipe: Recipe, name: str, *, visible: bool, has_mask: bool) -> LayerRow:
    state = next((one for one in recipe.layers if one.name == name), LayerState(name=name))
    return LayerRow(
        name=name,
        visible=visible if state.visible is None else state.visible,
        opacity=1.0 if state.opacity is None else state.opacity,
        masked=state.masked is not False if has_mask else None,
        mixes=state.blend is not None or bool(state.clipped),
    )
