"""The way of a picture.

A source becomes a document; its photo is taken; a subject is found in it; the edge is solved; the colours are cleaned; the
result is put back on the document as layers with a mask. Every choice is written down in the recipe, and the recipe can
be applied again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import numpy as np

from mattework._version import __version__
from mattework.arrays import AnyArray, Bytes, Floats, Samples
from mattework.cutout import CLEAN_LAYER, Cutout, Report, put_matte_on_document
from mattework.document.model import ColorMode, Document, array_depth, depth_white
from mattework.errors import RecipeError, UsageError
from mattework.photo import (
    PHOTO_LAYER,
    Photo,
    Source,
    convert_for_matting,
    find_layer,
    make_preview,
    open_source,
    take_photo,
)
from mattework.recipe import (
    EdgeSettings,
    Recipe,
    RecipeInputs,
    SolverName,
    Stroke,
    SubjectChoice,
    TrimapRules,
)

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.progress import Progress

DEFAULT_MODEL = "mattework-subject"
PREVIEW_SIDE = 2048
"""Long side of the picture that networks look at: enough for a second look at a small subject."""

MaskSource: TypeAlias = "str | PathLike[str] | bytes | BinaryIO | AnyArray"


def cut_out(
    source: Source,
    *,
    model: str | None = None,
    device: str = "auto",
    session: ModelSession | None = None,
    from_mask: MaskSource | None = None,
    trimap: MaskSource | None = None,
    strokes: Sequence[Stroke] = (),
    rules: TrimapRules | None = None,
    solver: SolverName = "auto",
    edge: EdgeSettings | None = None,
    colours: float = 1.0,
    key: str | None = None,
    background: str | None = None,
    zoom: bool = True,
    input_side: int = 0,
    progress: Progress | None = None,
) -> Cutout:
    """Cut the subject out of a photograph.

    Args:
        source: path, bytes, open file, PIL image, array (see `open_source`) or document.
        model: identifier of a subject model in the catalogue; the embedded one when not given.
        device: auto, cpu, cuda, rocm, dml, coreml or openvino. A named one that is not there is an error.
        session: an open model, used instead of `model` and `device`; keeps a network warm over many pictures.
        from_mask: a soft mask of your own instead of a model: file or (h, w) array of 0 to 1, any resolution.
        trimap: a trimap of your own at the photo's size: file or (H, W) array of 0, 128, 255.
        strokes: brush gestures that go before the mask: foreground, background, unknown, transparent.
        rules: how wide the unknown band is laid.
        solver: auto, closed-form, guided, hard or neural.
        edge: parametric settings applied to the solved alpha.
        colours: amount of clean colours, 0 (no such layer) to 1.
        key: colour of the screen behind the subject ("green", "#00b140"): its spill is taken out of the clean colours.
        background: a colour or the path of a picture to put behind; none by default.
        zoom: let the model look a second time at a small subject.
        input_side: long side of what the model sees, 0 for the model's own.
        progress: called as `progress(step, fraction)`; raise `Cancelled` in it to stop.

    Raises:
        MatteworkError: see the tree in `mattework.errors`.
    """
    if sum(one is not None for one in (from_mask, trimap)) == 2:
        raise UsageError("Give either a soft mask or a trimap of your own, not both.")
    if not 0.0 <= colours <= 1.0:
        raise UsageError(f"The amount of clean colours runs from 0 to 1, not {colours}.")
    run = _Run(progress)
    with run.step("open"):
        document = open_source(source)
        photo = take_photo(document)
    if trimap is not None:
        subject = _take_trimap(trimap, photo)
    elif from_mask is not None:
        subject = _take_mask(from_mask)
    else:
        with run.step("model"):
            session = session or _warm_session(model or DEFAULT_MODEL, device)
        with run.step("subject"):
            subject = _find_subject(photo, session, zoom, input_side, run)
    recipe = Recipe(
        program=f"mattework {__version__}",
        source_sha256=photo.hash_samples(),
        subject=subject.choice,
        trimap=rules or TrimapRules(),
        strokes=tuple(strokes),
        solver=solver,
        edge=edge or EdgeSettings(),
        colours=colours,
        key=key,
        background=background,
    )
    return _make_cutout(document, photo, subject, recipe, run)


def apply_recipe(
    source: Source,
    *,
    recipe: Recipe | None = None,
    inputs: RecipeInputs | None = None,
    progress: Progress | None = None,
) -> Cutout:
    """Make the alpha of a recipe again, without the model: from the soft mask or trimap that travels with it.

    Args:
        source: a file or document that Mattework wrote, or any photo when `recipe` and `inputs` are given.
        recipe: a changed recipe (another edge setting, another solver, more strokes); the file's own when None.
        inputs: soft mask or trimap that it rests on; the file's own when None.
        progress: called as `progress(step, fraction)`; raise `Cancelled` in it to stop.

    Raises:
        RecipeError: the file carries no recipe, or not what it rests on.
    """
    from mattework.formats.xmp import get_recipe

    run = _Run(progress)
    with run.step("open"):
        document = open_source(source)
        own = get_recipe(document.metadata.xmp)
    if own is None and (recipe is None or inputs is None):
        raise RecipeError(
            "The file carries no recipe of Mattework. Cut it out first, or give a recipe with its soft mask."
        )
    own_recipe, own_inputs = own or (recipe or Recipe(), RecipeInputs())
    recipe, inputs = recipe or own_recipe, inputs or own_inputs
    photo, notes = find_photo(document, recipe)
    run.notes.extend(notes)
    recipe = replace(recipe, source_sha256=photo.hash_samples())
    subject = _restore_subject(recipe, inputs, photo)
    return _make_cutout(document, photo, subject, recipe, run)


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
        document: what the photo was taken from; its layers are replaced, its metadata kept.
        alpha: (H, W) float32, 0 to 1, before edge settings and without the photo's own transparency.
        trimap: (H, W) uint8 of 0, 128, 255 that the alpha was solved in, strokes drawn.
        recipe, inputs: what the file is to carry.
        progress: called as `progress(step, fraction)`; raise `Cancelled` in it to stop.
    """
    run = _Run(progress)
    recipe = replace(recipe, program=f"mattework {__version__}", source_sha256=photo.hash_samples())
    return _finish(
        document, photo, alpha, trimap, _Subject(choice=recipe.subject, inputs=inputs), recipe, run
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Subject:
    """Where the subject is: a soft mask at any resolution, or a finished trimap; and how we know."""

    choice: SubjectChoice
    inputs: RecipeInputs
    soft_mask: Floats | None = None
    trimap: Bytes | None = None
    confidence: float | None = None
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class _Run:
    """Times and notes of one run."""

    progress: Progress | None
    steps: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        from mattework.progress import report_progress

        report_progress(self.progress, name, 0.0)
        before = time.perf_counter()
        yield
        self.steps[name] = time.perf_counter() - before
        report_progress(self.progress, name, 1.0)


def _make_cutout(document: Document, photo: Photo, subject: _Subject, recipe: Recipe, run: _Run) -> Cutout:
    """From a found subject to the finished result: trimap, alpha, and all that follows."""
    from mattework.matting.solve import solve_alpha
    from mattework.matting.trimap import draw_strokes, make_trimap

    colour = convert_for_matting(photo)
    with run.step("trimap"):
        if subject.trimap is not None:
            trimap = draw_strokes(subject.trimap, recipe.strokes)
        else:
            assert subject.soft_mask is not None
            trimap = make_trimap(
                subject.soft_mask, photo.size, rgb=colour, rules=recipe.trimap, strokes=recipe.strokes
            )
    with run.step("edge"):
        solution = solve_alpha(
            colour, trimap, soft_mask=subject.soft_mask, solver=recipe.solver, progress=run.progress
        )
        run.notes.extend(solution.notes)
    recipe = replace(recipe, solver_used=solution.solver)
    return _finish(document, photo, solution.alpha, trimap, subject, recipe, run)


def _finish(
    document: Document,
    photo: Photo,
    solved: Floats,
    trimap: Bytes,
    subject: _Subject,
    recipe: Recipe,
    run: _Run,
) -> Cutout:
    """From a solved alpha to the finished result: edge settings, colours, layers."""
    from mattework.background import make_background
    from mattework.edges import apply_edge_settings

    with run.step("colours"):
        clean = _clean_colours(photo, solved, recipe, run)
    with run.step("layers"):
        matte = apply_edge_settings(solved, recipe.edge)
        background = make_background(recipe.background, document) if recipe.background else None
        layered = put_matte_on_document(document, photo, matte, clean, background)
    alpha = _multiply_alpha(matte, photo)
    report = Report(
        model=subject.choice.model,
        model_sha256=subject.choice.sha256,
        device=subject.choice.device,
        solver=recipe.solver_used or recipe.solver,
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


def _clean_colours(photo: Photo, alpha: Floats, recipe: Recipe, run: _Run) -> Samples | None:
    """The photo's colours without the old background; without the spill of a screen, where one is named."""
    from mattework.background import parse_colour
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
    key = parse_colour(recipe.key)
    if key is None or max(key) - min(key) < 0.05:
        raise UsageError(
            f"The screen {recipe.key!r} is not a colour with a hue. Write green, blue, or as in #00b140."
        )
    return remove_spill(clean, alpha, key=key, amount=recipe.colours)


def _find_subject(photo: Photo, session: ModelSession, zoom: bool, input_side: int, run: _Run) -> _Subject:
    from mattework.segment.subject import find_subject

    preview = make_preview(photo, PREVIEW_SIDE)
    found = find_subject(preview, session, zoom=zoom, long_side=input_side or None, progress=run.progress)
    soft_mask, png = _keep_mask(found.soft_mask)
    choice = SubjectChoice(
        origin="model",
        model=session.spec.id,
        sha256=session.sha256,
        device=session.device.label,
        input_side=input_side,
        zoom=zoom,
    )
    return _Subject(
        choice=choice,
        inputs=RecipeInputs(soft_mask=png),
        soft_mask=soft_mask,
        confidence=found.confidence,
        reasons=found.reasons,
    )


def _take_mask(source: MaskSource) -> _Subject:
    from mattework.formats.files import read_mask

    mask = _as_unit_mask(source) if isinstance(source, np.ndarray) else read_mask(source, None)
    soft_mask, png = _keep_mask(mask)
    return _Subject(
        choice=SubjectChoice(origin="mask"), inputs=RecipeInputs(soft_mask=png), soft_mask=soft_mask
    )


def _take_trimap(source: MaskSource, photo: Photo) -> _Subject:
    from mattework.formats.files import read_trimap, save_mask

    if isinstance(source, np.ndarray):
        if source.shape != photo.size.shape:
            raise UsageError(
                f"The trimap is {source.shape[1]} x {source.shape[0]} pixels, the photo {photo.size}. They must be equal."
            )
        trimap = np.full(source.shape, 128, np.uint8)
        trimap[source == 0] = 0
        trimap[source == 255] = 255
    else:
        trimap = read_trimap(source, photo.size)
    png = BytesIO()
    save_mask(trimap.astype(np.float32) / np.float32(255), png, bits=8, format="png")
    return _Subject(
        choice=SubjectChoice(origin="trimap"), inputs=RecipeInputs(trimap=png.getvalue()), trimap=trimap
    )


def _restore_subject(recipe: Recipe, inputs: RecipeInputs, photo: Photo) -> _Subject:
    from mattework.formats.files import read_mask, read_trimap

    if inputs.trimap is not None:
        return _Subject(choice=recipe.subject, inputs=inputs, trimap=read_trimap(inputs.trimap, photo.size))
    if inputs.soft_mask is not None:
        return _Subject(choice=recipe.subject, inputs=inputs, soft_mask=read_mask(inputs.soft_mask, None))
    raise RecipeError(
        "The recipe came without the soft mask or trimap that it rests on. Cut the photo out again."
    )


def find_photo(document: Document, recipe: Recipe) -> tuple[Photo, tuple[str, ...]]:
    """The photo that a recipe speaks of, with notes: the layer with its very samples, or the one of the photo's name."""

    def as_photo(layer_colour: Samples, layer_alpha: Samples | None) -> Photo:
        return Photo(layer_colour, layer_alpha, document.mode, document.metadata.icc)

    same = find_layer(
        document, lambda one: as_photo(one.pixels, one.alpha).hash_samples() == recipe.source_sha256
    )
    if same is not None:
        return as_photo(same.pixels, same.alpha), ()
    named = find_layer(document, lambda one: one.name == PHOTO_LAYER) or find_layer(
        document, lambda one: one.name != CLEAN_LAYER
    )
    if named is None:
        return take_photo(document), ()
    note = f"The photo has changed since the recipe was made; the layer {named.name!r} was used."
    return as_photo(named.pixels, named.alpha), (note,)


def _keep_mask(mask: Floats) -> tuple[Floats, bytes]:
    """A soft mask as the recipe keeps it (16-bit PNG), and exactly what will be read back from that."""
    from mattework.formats.files import read_mask, save_mask

    png = BytesIO()
    save_mask(mask, png, bits=16, format="png")
    return read_mask(png.getvalue(), None), png.getvalue()


def _as_unit_mask(array: AnyArray) -> Floats:
    if array.ndim != 2 or array.size == 0:
        raise UsageError(f"A mask array must be (h, w), not {array.shape}.")
    if array.dtype == np.bool_:
        return array.astype(np.float32)
    if array.dtype in (np.uint8, np.uint16):
        samples: AnyArray = array
        return samples.astype(np.float32) / np.float32(depth_white(array_depth(samples)))
    values = np.nan_to_num(array.astype(np.float32))
    return values.clip(0.0, 1.0)


def _multiply_alpha(matte: Floats, photo: Photo) -> Floats:
    if photo.alpha is None:
        return matte
    return matte * (photo.alpha.astype(np.float32) / np.float32(depth_white(array_depth(photo.alpha))))


@lru_cache(maxsize=1)
def _warm_session(model: str, device: str) -> ModelSession:
    """The last model used stays open: a second picture in one process does not load it again."""
    from mattework.models.catalogue import find_spec
    from mattework.models.runtime import open_session
    from mattework.models.store import open_store

    store = open_store()
    return open_session(find_spec(model), store, device=device)


__all__ = ["DEFAULT_MODEL", "Cutout", "Report", "apply_recipe", "cut_out", "find_photo", "finish_cutout"]
