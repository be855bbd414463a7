"""From a solved alpha to the finished cut-out: touches, edge settings, clean colours, and the layers of the document."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from mattework._version import __version__
from mattework.arrays import Bytes, Floats, Samples
from mattework.cutout import Cutout, Report, put_matte_on_document
from mattework.document.model import ColorMode, Document, array_depth, depth_white
from mattework.finding import FoundSubject
from mattework.photo import Photo, find_layer, hash_samples
from mattework.progress import Progress, report_progress
from mattework.recipe import Recipe, RecipeInputs
from mattework.reopen import find_own_recipe, has_background


def finish_cutout(
    document: Document,
    photo: Photo,
    alpha: Floats,
    trimap: Bytes,
    *,
    recipe: Recipe,
    inputs: RecipeInputs,
    progress: Progress | None = None,
) -> Cutout:
    """The cutout of an alpha that is solved already: edge settings, clean colours, layers. What an editor saves.

    Args:
        document: what the photo was taken from; its metadata are kept, and its other layers where the photo is one of them.
        alpha: (H, W) float32, 0 to 1, before touches and edge settings and without the photo's own transparency.
        trimap: (H, W) uint8 of 0, 128, 255 that the alpha was solved in, strokes drawn.
        recipe, inputs: what the file is to carry.
        progress: called as `progress(step, fraction)`; raise `Cancelled` in it to stop.
    """
    run = Run(progress)
    recipe = replace(recipe, program=f"mattework {__version__}", source_sha256=photo.hash_samples())
    return finish_alpha(
        document, photo, alpha, trimap, FoundSubject(choice=recipe.subject, inputs=inputs), recipe, run
    )


@dataclass(slots=True)
class Run:
    """Times and notes of one run."""

    progress: Progress | None
    steps: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        report_progress(self.progress, name, 0.0)
        before = time.perf_counter()
        yield
        self.steps[name] = time.perf_counter() - before
        report_progress(self.progress, name, 1.0)


def finish_alpha(
    document: Document,
    photo: Photo,
    solved: Floats,
    trimap: Bytes,
    subject: FoundSubject,
    recipe: Recipe,
    run: Run,
) -> Cutout:
    """From a solved alpha to the finished result: touches, edge settings, colours, layers.

    Args:
        solved: (H, W) float32, 0 to 1, without the photo's own transparency.
        trimap: (H, W) uint8 of 0, 128, 255 that it was solved in.
        run: told of the steps; its notes go into the report.

    Raises:
        UsageError: the recipe's background cannot be read.
        Cancelled: the run's progress wants to stop.
    """
    from mattework.edges import apply_edge_settings
    from mattework.touch import touch_alpha

    solved = touch_alpha(solved, recipe.strokes)
    with run.step("colours"):
        clean = _clean_colours(photo, solved, recipe, run)
    with run.step("layers"):
        matte = apply_edge_settings(solved, recipe.edge)
        alpha = _multiply_alpha(matte, photo)
        layered, recipe = _put_layers(document, photo, matte, alpha, clean, recipe, run)
    report = Report(
        model=subject.choice.model,
        model_sha256=subject.choice.sha256,
        device=subject.choice.device,
        solver=recipe.solver_used or recipe.solver,
        matting=recipe.matting if recipe.solver_used == "neural" else None,
        confidence=subject.confidence,
        reasons=subject.reasons,
        band=float(np.count_nonzero(trimap == 128)) / trimap.size,
        coverage=float(alpha.mean(dtype=np.float64)),
        seconds=time.perf_counter() - run.started,
        steps=run.steps,
        notes=(*document.notes, *run.notes),
    )
    return Cutout(
        alpha=alpha, trimap=trimap, document=layered, recipe=recipe, inputs=subject.inputs, report=report
    )


def _put_layers(
    document: Document,
    photo: Photo,
    matte: Floats,
    alpha: Floats,
    clean: Samples | None,
    recipe: Recipe,
    run: Run,
) -> tuple[Document, Recipe]:
    """The document with every layer that the recipe asks for, and the recipe with what that settled.

    `matte` becomes the layer mask; background and shadow are made of `alpha`, which has the photo's own transparency in it.
    """
    from mattework.background import make_background
    from mattework.shadow import make_shadow_layer, settle_shadow

    background = shadow = None
    own = find_own_recipe(document, photo)
    keeps = own is not None and recipe.background is not None and has_background(document, own, recipe)
    if recipe.background is not None and not keeps:
        background, notes = make_background(recipe.background, document, photo, alpha)
        run.notes.extend(notes)
    if recipe.shadow is not None:
        settled = settle_shadow(recipe.shadow, alpha)
        recipe = replace(recipe, shadow=settled)
        shadow, notes = make_shadow_layer(document, alpha, settled)
        run.notes.extend(notes)
    layered = put_matte_on_document(
        document,
        photo,
        matte,
        clean,
        background,
        shadow,
        own=own,
        keeps_background=keeps,
        states=recipe.layers,
    )
    return layered, replace(recipe, mask_sha256=_hash_mask(layered, photo))


def _hash_mask(document: Document, photo: Photo) -> str | None:
    layer = find_layer(document, lambda one: one.pixels is photo.colour)
    return None if layer is None or layer.mask is None else hash_samples(layer.mask.pixels)


def _clean_colours(photo: Photo, alpha: Floats, recipe: Recipe, run: Run) -> Samples | None:
    """The photo's colours without the old background; without the spill of a screen, where one is named."""
    from mattework.background import parse_key
    from mattework.matting.foreground import estimate_foreground
    from mattework.matting.spill import remove_spill

    if recipe.colours == 0:
        return None
    clean = estimate_foreground(photo.colour, alpha, amount=recipe.colours, progress=run.progress)
    if recipe.key is None:
        return clean
    if photo.mode is not ColorMode.RGB:
        run.notes.append("The spill of a screen can only be removed from RGB pictures; it was left.")
        return clean
    return remove_spill(clean, alpha, key=parse_key(recipe.key), amount=recipe.colours)


def _multiply_alpha(matte: Floats, photo: Photo) -> Floats:
    if photo.alpha is None:
        return matte
    return matte * (photo.alpha.astype(np.float32) / np.float32(depth_white(array_depth(photo.alpha))))
