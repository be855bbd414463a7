"""From a solved alpha to the finished cut-out: touches, edge settings, clean colours, and the layers of the document."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mattework._version import __version__
from mattework.arrays import AnyArray, Floats, Plane, split_rows
from mattework.cutout import Cutout, MadeLayers, Report, put_matte_on_document
from mattework.document.model import ColorMode, Document, array_depth, depth_white
from mattework.document.piecewise import Derived, Patchwork, Where, read_whole
from mattework.finding import FoundSubject
from mattework.own_layers import find_own_layers, sum_background, sum_shadow
from mattework.photo import Photo, find_layer, hash_samples, sum_samples
from mattework.progress import Progress, report_progress
from mattework.recipe import EdgeSettings, Recipe, RecipeInputs
from mattework.reopen import find_own_recipe, has_background, tell_about_clean, tell_about_doubtful

if TYPE_CHECKING:
    from mattework.arrays import Samples


def finish_cutout(
    document: Document,
    photo: Photo,
    alpha: Plane[np.float32],
    trimap: Plane[np.uint8],
    *,
    recipe: Recipe,
    inputs: RecipeInputs,
    progress: Progress | None = None,
) -> Cutout:
    """The cutout of an alpha that is solved already: edge settings, clean colours, layers. What an editor saves.

    The strokes of the recipe count as solved in turn, but for those that it says were drawn together before: `apply_recipe`
    makes this alpha again as `resolve_strokes` does.

    Memory follows the edge: of the planes as of the photo only parts are read, and what comes of them is laid on them.

    Args:
        document: what the photo was taken from; its metadata are kept, and its other layers where the photo is one of them.
        alpha: (H, W) float32, 0 to 1, before touches and edge settings and without the photo's own transparency.
        trimap: (H, W) uint8 of 0, 128, 255 that the alpha was solved in, strokes drawn.
        recipe, inputs: what the file is to carry.
        progress: called as `progress(step, fraction)`; raise `Cancelled` in it to stop.
    """
    run = Run(progress)
    together = recipe.strokes_together if recipe.strokes_in_turn else 0
    program = f"mattework {__version__}"
    recipe = replace(
        recipe,
        program=program,
        source_sha256=photo.hash_samples(),
        source_size=(photo.size.width, photo.size.height),
        strokes_in_turn=any(not stroke.is_touch for stroke in recipe.strokes[together:]),
        strokes_together=together,
    )
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
    solved: Plane[np.float32],
    trimap: Plane[np.uint8],
    subject: FoundSubject,
    recipe: Recipe,
    run: Run,
    *,
    keeps_background: bool = True,
) -> Cutout:
    """From a solved alpha to the finished result: touches, edge settings, colours, layers.

    Args:
        solved: (H, W) float32, 0 to 1, without the photo's own transparency.
        trimap: (H, W) uint8 of 0, 128, 255 that it was solved in.
        run: told of the steps; its notes go into the report.
        keeps_background: as of `apply_recipe`.

    Raises:
        UsageError: the recipe's background cannot be read.
        Cancelled: the run's progress wants to stop.
    """
    from mattework.edges import lay_edge_settings
    from mattework.touch import lay_touches

    with run.step("touches"):
        solved = lay_touches(solved, recipe.strokes, run.progress)
    with run.step("colours"):
        clean = _clean_colours(photo, solved, recipe, run)
    with run.step("layers"):
        matte = lay_edge_settings(solved, recipe.edge, run.progress)
        if recipe.edge != EdgeSettings() and _is_transparent(photo):
            run.notes.append(
                "The photo has a soft edge of its own, which stays: edge settings change the mask that lies over it."
            )
        alpha = _multiply_alpha(matte, photo)
        layered, recipe = _put_layers(
            document, photo, matte, alpha, clean, recipe, run, keeps_background=keeps_background
        )
    report = Report(
        model=subject.choice.model,
        model_sha256=subject.choice.sha256,
        device=subject.choice.device,
        asked=subject.choice.asked,
        asked_sha256=subject.choice.asked_sha256,
        solver=recipe.solver_used or recipe.solver,
        matting=recipe.matting if recipe.solver_used == "neural" else None,
        confidence=subject.confidence,
        reasons=subject.reasons,
        band=_share(trimap, lambda part: int(np.count_nonzero(part == 128))),
        coverage=_share(alpha, lambda part: float(part.sum(dtype=np.float64))),
        seconds=time.perf_counter() - run.started,
        steps=run.steps,
        notes=(*document.notes, *run.notes),
    )
    return Cutout(
        alpha_plane=alpha,
        trimap_plane=trimap,
        layered=layered,
        recipe=recipe,
        inputs=subject.inputs,
        report=report,
    )


def _share(plane: Plane[Any], add_up: Callable[[AnyArray], float]) -> float:
    """The mean over all pixels of what is added up strip by strip."""
    return float(sum(add_up(plane[rows, :]) for rows in split_rows(plane))) / (
        plane.shape[0] * plane.shape[1]
    )


def _put_layers(
    document: Document,
    photo: Photo,
    matte: Plane[np.float32],
    alpha: Plane[np.float32],
    clean: Patchwork[Any] | None,
    recipe: Recipe,
    run: Run,
    *,
    keeps_background: bool,
) -> tuple[Document, Recipe]:
    """The document with every layer that the recipe asks for, and the recipe with what that settled.

    `matte` becomes the layer mask; background and shadow are made of `alpha`, which has the photo's own transparency in it.
    """
    from mattework.background import make_background
    from mattework.shadow import make_shadow_layer, settle_shadow

    background = shadow = None
    own = find_own_recipe(document, photo)
    found = find_own_layers(document, photo, own)
    has_one = own is not None and found.background is not None and has_background(own, recipe)
    keeps = keeps_background and has_one
    run.notes.extend(tell_about_doubtful(found, own, recipe, keeps_background=keeps))
    run.notes.extend(tell_about_clean(found))
    if recipe.background is not None and not keeps:
        background, notes = make_background(recipe.background, document, photo, read_whole(alpha))
        run.notes.extend(notes)
    if recipe.shadow is not None:
        whole = read_whole(alpha)
        settled = settle_shadow(recipe.shadow, whole)
        recipe = replace(recipe, shadow=settled)
        shadow, notes = make_shadow_layer(document, whole, settled)
        run.notes.extend(notes)
        del whole
    made = MadeLayers(clean=cast("Samples | None", clean), background=background, shadow=shadow)
    layered = put_matte_on_document(
        document, photo, matte, made, found=found, keeps_background=keeps, states=recipe.layers
    )
    # A PSD holds ink inverted, which rounds floats: they never come back to the bit.
    is_exact = document.mode is not ColorMode.CMYK or document.depth != 32
    behind = found.background if keeps else background
    recipe = replace(
        recipe,
        mask_sha256=_hash_mask(layered, photo),
        clean_crc32=sum_samples(made.clean) if made.clean is not None and is_exact else None,
        background_crc32=sum_background(behind) if behind is not None and is_exact else None,
        shadow_crc32=None if shadow is None else sum_shadow(shadow),
    )
    return layered, recipe


def _hash_mask(document: Document, photo: Photo) -> str | None:
    layer = find_layer(document, lambda one: one.pixels is photo.colour)
    return None if layer is None or layer.mask is None else hash_samples(layer.mask.pixels)


def _clean_colours(photo: Photo, alpha: Plane[np.float32], recipe: Recipe, run: Run) -> Patchwork[Any] | None:
    """The photo's colours without the old background; without the spill of a screen, where one is named."""
    from mattework.background import parse_key
    from mattework.edges import reach_outwards
    from mattework.matting.foreground import MARGIN, lay_foreground
    from mattework.matting.spill import lay_without_spill

    if recipe.colours == 0:
        if recipe.key is not None:
            run.notes.append("No clean colours were asked for, so the spill of the screen was left too.")
        return None
    # As far as the edge settings will show them.
    margin = max(MARGIN, reach_outwards(recipe.edge))
    clean = lay_foreground(photo.colour, alpha, amount=recipe.colours, margin=margin, progress=run.progress)
    if recipe.key is None:
        return clean
    if photo.mode is not ColorMode.RGB:
        run.notes.append("The spill of a screen can only be removed from RGB pictures; it was left.")
        return clean
    return lay_without_spill(clean, alpha, key=parse_key(recipe.key), amount=recipe.colours, margin=margin)


def _is_transparent(photo: Photo) -> bool:
    own = photo.alpha
    return own is not None and bool((own < depth_white(array_depth(own))).any())


def _multiply_alpha(matte: Plane[np.float32], photo: Photo) -> Plane[np.float32]:
    own = photo.alpha
    if own is None:
        return matte
    white = np.float32(depth_white(array_depth(own)))

    def multiply(where: Where) -> Floats:
        return np.asarray(matte[where] * np.clip(own[where].astype(np.float32) / white, 0, 1), np.float32)

    return Derived(matte.shape, matte.dtype, multiply)
