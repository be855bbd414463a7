"""What a person changed about the layers that a recipe makes: shown or not, how opaque, how it blends, mask on or off.

The states live in the layered file itself, as any program reads them, and in the recipe, so that the layers can be made
again without losing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from mattework.document.layer_names import BACKGROUND_LAYER, CLEAN_LAYER, PHOTO_LAYER, SHADOW_LAYER
from mattework.document.model import BlendMode, Document, Layer
from mattework.own_layers import find_own_layers
from mattework.photo import Photo, find_layer
from mattework.recipe import LayerBlend, LayerState, Recipe

OPACITY_STEP = 1 / 255
"""Files keep a layer's opacity in so many steps; less is no change."""


def apply_layer_state(layer: Layer, states: Sequence[LayerState]) -> Layer:
    """The layer as its state says; without one it stays what it is."""
    state = next((one for one in states if one.name == layer.name), None)
    if state is None:
        return layer
    mask = layer.mask
    if mask is not None and state.masked is not None:
        mask = replace(mask, enabled=state.masked)
    return replace(
        layer,
        visible=layer.visible if state.visible is None else state.visible,
        opacity=layer.opacity if state.opacity is None else state.opacity,
        mask=mask,
        blend=layer.blend if state.blend is None else BlendMode(state.blend),
        clipped=layer.clipped if state.clipped is None else state.clipped,
    )


def follow_layers(document: Document, photo: Photo, recipe: Recipe) -> Recipe:
    """The recipe with what was changed about its layers in the document since, in whatever program.

    Args:
        document: a layered file that was made with `recipe`; another one leaves the recipe as it is.
        photo: the recipe's photo in it, as `find_photo` gives it.
    """
    own = find_layer(document, lambda one: one.pixels is photo.colour)
    if own is None:
        return recipe
    found = find_own_layers(document, photo, recipe)
    layers = {CLEAN_LAYER: found.clean, SHADOW_LAYER: found.shadow, BACKGROUND_LAYER: found.background}
    # Clean colours may stand for the photo.
    layers |= {own.name if own.name == CLEAN_LAYER else PHOTO_LAYER: own}
    ours = {name: layer for name, layer in layers.items() if layer is not None}
    shadow, states = recipe.shadow, []
    for name, layer in ours.items():
        opacity = None if abs(layer.opacity - 1) < OPACITY_STEP else layer.opacity
        if name == SHADOW_LAYER and shadow is not None:
            if abs(layer.opacity - shadow.opacity) >= OPACITY_STEP:
                shadow = replace(shadow, opacity=layer.opacity)
            opacity = None
        hidden_by_itself = name == PHOTO_LAYER and CLEAN_LAYER in ours
        visible = None if layer.visible is not hidden_by_itself else layer.visible
        masked = None if layer.mask is None or layer.mask.enabled else False
        state = LayerState(
            name=name,
            visible=visible,
            opacity=opacity,
            masked=masked,
            blend=_read_blend(layer),
            clipped=True if layer.clipped else None,
        )
        if state != LayerState(name=name):
            states.append(state)
    return replace(recipe, shadow=shadow, layers=tuple(sorted(states, key=lambda one: one.name)))


def _read_blend(layer: Layer) -> LayerBlend | None:
    """How a layer blends where a person has set it; what is ours blends normally, and only groups pass through."""
    if layer.blend in (BlendMode.NORMAL, BlendMode.PASS_THROUGH):
        return None
    return cast("LayerBlend", layer.blend.value)
