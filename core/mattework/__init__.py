"""Mattework cuts subjects out of photographs: locally, at full resolution, into layered files that stay editable.

    import mattework

    cutout = mattework.cut_out("photo.jpg")
    cutout.save("photo.psd")

The names in `__all__` are the public surface, with `mattework.errors`; docs/library.md shows them at work. They are loaded
when first used, so that `import mattework` costs next to nothing and no heavy library is touched before it is needed.

    whole pictures     cut_out, cut_layer, apply_recipe, refine_layer -> Cutout, with its Report
    models             open_model -> ModelSession; open_store, install_model; open_selector for clicks
    steps              take_photo, make_trimap, solve_alpha, apply_edge_settings, estimate_foreground ...
    files              open_document, save_document, read_mask, save_mask; Document and what is in it
    choices            Recipe and its parts: Prompt, Stroke, TrimapRules, EdgeSettings, Shadow ...
    many pictures      read_batch, note_review: the journal of `mattework cut FOLDER`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mattework._version import __version__

if TYPE_CHECKING:
    from mattework.background import make_background, parse_background, parse_colour, parse_key
    from mattework.batch.entry import BatchEntry
    from mattework.batch.journal import Batch, note_review, read_batch
    from mattework.cutout import Cutout, Report
    from mattework.document.colour import convert_to_srgb8
    from mattework.document.composite import flatten_document
    from mattework.document.layer_names import BACKGROUND_LAYER, CLEAN_LAYER, PHOTO_LAYER, SHADOW_LAYER
    from mattework.document.model import (
        BlendMode,
        ColorMode,
        Document,
        Group,
        Layer,
        Mask,
        Metadata,
        array_depth,
        depth_white,
    )
    from mattework.edges import apply_edge_settings, reach_outwards
    from mattework.errors import MatteworkError
    from mattework.excerpt import take_excerpt
    from mattework.finding import open_model
    from mattework.finishing import finish_cutout
    from mattework.formats.files import open_document, read_mask, read_trimap, save_document, save_mask
    from mattework.formats.limits import Limits
    from mattework.formats.recipe_file import read_recipe
    from mattework.formats.xmp import drop_recipe, get_recipe
    from mattework.geometry import Point, Rect, Size
    from mattework.given import rests_on_other_size
    from mattework.gradient import Gradient, write_gradient
    from mattework.in_place import LayerCut, cut_layer, refine_layer
    from mattework.layer_states import follow_layers
    from mattework.matting.brush import stroke_bounds
    from mattework.matting.foreground import estimate_foreground, lay_foreground
    from mattework.matting.network import list_matting_models
    from mattework.matting.resolve import resolve_region, resolve_strokes
    from mattework.matting.solve import AlphaSolution, solve_alpha
    from mattework.matting.spill import lay_without_spill, remove_spill
    from mattework.matting.trimap import draw_strokes, lay_trimap, make_trimap
    from mattework.models.consent import give_consent, has_consent
    from mattework.models.download import install_model
    from mattework.models.runtime import ModelSession
    from mattework.models.spec import ModelSpec
    from mattework.models.store import KnownFile, ModelStore, open_store
    from mattework.own_layers import OwnLayers
    from mattework.photo import Photo, convert_for_matting, find_layer, hash_samples, take_photo
    from mattework.pipeline import apply_recipe, cut_out
    from mattework.progress import Progress
    from mattework.prompt import Prompt, PromptKind
    from mattework.quality import DOUBTFUL
    from mattework.recipe import (
        EdgeSettings,
        LayerState,
        MattingChoice,
        Recipe,
        RecipeInputs,
        Shadow,
        ShadowKind,
        SolverName,
        Stroke,
        StrokeKind,
        SubjectChoice,
        TrimapRules,
        parse_recipe,
    )
    from mattework.reopen import find_made_layers, find_photo, list_losses
    from mattework.segment.opening import open_selector
    from mattework.segment.prompted import ObjectSelector
    from mattework.segment.selection import Selection
    from mattework.shadow import draw_shadow, settle_shadow, tell_about_shadow
    from mattework.touch import touch_alpha, touch_region

_HOMES = {
    "mattework.batch.entry": ("BatchEntry",),
    "mattework.batch.journal": ("Batch", "note_review", "read_batch"),
    "mattework.background": ("make_background", "parse_background", "parse_colour", "parse_key"),
    "mattework.cutout": ("Cutout", "Report"),
    "mattework.document.colour": ("convert_to_srgb8",),
    "mattework.document.composite": ("flatten_document",),
    "mattework.document.layer_names": ("BACKGROUND_LAYER", "CLEAN_LAYER", "PHOTO_LAYER", "SHADOW_LAYER"),
    "mattework.document.model": (
        "BlendMode",
        "ColorMode",
        "Document",
        "Group",
        "Layer",
        "Mask",
        "Metadata",
        "array_depth",
        "depth_white",
    ),
    "mattework.edges": ("apply_edge_settings", "reach_outwards"),
    "mattework.excerpt": ("take_excerpt",),
    "mattework.errors": ("MatteworkError",),
    "mattework.formats.files": ("open_document", "read_mask", "read_trimap", "save_document", "save_mask"),
    "mattework.finding": ("open_model",),
    "mattework.finishing": ("finish_cutout",),
    "mattework.formats.limits": ("Limits",),
    "mattework.formats.recipe_file": ("read_recipe",),
    "mattework.formats.xmp": ("drop_recipe", "get_recipe"),
    "mattework.geometry": ("Point", "Rect", "Size"),
    "mattework.gradient": ("Gradient", "write_gradient"),
    "mattework.in_place": ("LayerCut", "cut_layer", "refine_layer"),
    "mattework.given": ("rests_on_other_size",),
    "mattework.layer_states": ("follow_layers",),
    "mattework.matting.foreground": ("estimate_foreground", "lay_foreground"),
    "mattework.matting.network": ("list_matting_models",),
    "mattework.matting.resolve": ("resolve_region", "resolve_strokes"),
    "mattework.matting.solve": ("AlphaSolution", "solve_alpha"),
    "mattework.matting.spill": ("lay_without_spill", "remove_spill"),
    "mattework.matting.brush": ("stroke_bounds",),
    "mattework.matting.trimap": ("draw_strokes", "lay_trimap", "make_trimap"),
    "mattework.models.consent": ("give_consent", "has_consent"),
    "mattework.models.download": ("install_model",),
    "mattework.models.runtime": ("ModelSession",),
    "mattework.models.spec": ("ModelSpec",),
    "mattework.models.store": ("KnownFile", "ModelStore", "open_store"),
    "mattework.photo": ("Photo", "convert_for_matting", "find_layer", "hash_samples", "take_photo"),
    "mattework.pipeline": ("apply_recipe", "cut_out"),
    "mattework.progress": ("Progress",),
    "mattework.prompt": ("Prompt", "PromptKind"),
    "mattework.quality": ("DOUBTFUL",),
    "mattework.recipe": (
        "EdgeSettings",
        "LayerState",
        "MattingChoice",
        "Recipe",
        "RecipeInputs",
        "Shadow",
        "ShadowKind",
        "SolverName",
        "Stroke",
        "StrokeKind",
        "SubjectChoice",
        "TrimapRules",
        "parse_recipe",
    ),
    "mattework.own_layers": ("OwnLayers",),
    "mattework.reopen": ("find_made_layers", "find_photo", "list_losses"),
    "mattework.segment.opening": ("open_selector",),
    "mattework.segment.prompted": ("ObjectSelector",),
    "mattework.segment.selection": ("Selection",),
    "mattework.shadow": ("draw_shadow", "settle_shadow", "tell_about_shadow"),
    "mattework.touch": ("touch_alpha", "touch_region"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BACKGROUND_LAYER",
    "CLEAN_LAYER",
    "DOUBTFUL",
    "PHOTO_LAYER",
    "SHADOW_LAYER",
    "AlphaSolution",
    "Batch",
    "BatchEntry",
    "BlendMode",
    "ColorMode",
    "Cutout",
    "Document",
    "EdgeSettings",
    "Gradient",
    "Group",
    "KnownFile",
    "Layer",
    "LayerCut",
    "LayerState",
    "Limits",
    "Mask",
    "MatteworkError",
    "MattingChoice",
    "Metadata",
    "ModelSession",
    "ModelSpec",
    "ModelStore",
    "ObjectSelector",
    "OwnLayers",
    "Photo",
    "Point",
    "Progress",
    "Prompt",
    "PromptKind",
    "Recipe",
    "RecipeInputs",
    "Rect",
    "Report",
    "Selection",
    "Shadow",
    "ShadowKind",
    "Size",
    "SolverName",
    "Stroke",
    "StrokeKind",
    "SubjectChoice",
    "TrimapRules",
    "__version__",
    "apply_edge_settings",
    "apply_recipe",
    "array_depth",
    "convert_for_matting",
    "convert_to_srgb8",
    "cut_layer",
    "cut_out",
    "depth_white",
    "draw_shadow",
    "draw_strokes",
    "drop_recipe",
    "estimate_foreground",
    "find_layer",
    "find_made_layers",
    "find_photo",
    "finish_cutout",
    "flatten_document",
    "follow_layers",
    "get_recipe",
    "give_consent",
    "has_consent",
    "hash_samples",
    "install_model",
    "lay_foreground",
    "lay_trimap",
    "lay_without_spill",
    "list_losses",
    "list_matting_models",
    "make_background",
    "make_trimap",
    "note_review",
    "open_document",
    "open_model",
    "open_selector",
    "open_store",
    "parse_background",
    "parse_colour",
    "parse_key",
    "parse_recipe",
    "reach_outwards",
    "read_batch",
    "read_mask",
    "read_recipe",
    "read_trimap",
    "refine_layer",
    "remove_spill",
    "resolve_region",
    "resolve_strokes",
    "rests_on_other_size",
    "save_document",
    "save_mask",
    "settle_shadow",
    "solve_alpha",
    "stroke_bounds",
    "take_excerpt",
    "take_photo",
    "tell_about_shadow",
    "touch_alpha",
    "touch_region",
    "write_gradient",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'mattework' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
