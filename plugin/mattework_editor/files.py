"""Files in and out: a photo or a file of ours becomes a session, a session becomes a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np

from mattework import (
    Document,
    EdgeSettings,
    Mask,
    Photo,
    Recipe,
    RecipeInputs,
    SubjectChoice,
    depth_white,
    find_layer,
    find_made_layers,
    find_photo,
    follow_layers,
    get_recipe,
    hash_samples,
    list_losses,
    open_document,
    rests_on_other_size,
    save_mask,
    take_photo,
)
from mattework_editor.engine import STRIP_ROWS, Engine, Progress
from mattework_editor.pyramid import split_into_strips
from mattework_editor.session import (
    Choices,
    Planes,
    Session,
    draw_all,
    make_base,
    replay_strokes,
    start_session,
)
from mattework_editor.tiled_plane import TiledPlane

OPEN_SUFFIXES = ("jpg", "jpeg", "png", "tif", "tiff", "psd", "psb", "webp", "avif", "heic", "bmp")
RESHAPED = (
    "The picture was cropped, turned or scaled since it was cut: the work goes on from the mask in the file, without the "
    "strokes and edge settings of before."
)
LAYERED = (".psd", ".psb", ".tif", ".tiff")
SAVE_SUFFIXES = {"psd": "Photoshop", "tif": "Layered TIFF", "png": "PNG", "webp": "WebP"}


def holds_work(path: Path) -> bool:
    """Whether a file of this name can be gone on with: it keeps the photo, the mask and the recipe, not only the result."""
    return path.suffix.lower() in LAYERED


def complete_name(path: Path, suffix: str, *, keeps_other: bool = True) -> Path:
    """A file's name as a person typed it, with a suffix that says what it is: "cup.v2" has none yet, "cup.tif" has. One of
    another format than `suffix` says is kept or replaced."""
    own = path.suffix.lower()
    if own.lstrip(".") not in (*OPEN_SUFFIXES, "gif"):
        return path.with_name(f"{path.name}{suffix}")
    return path if keeps_other or own in (suffix, f"{suffix}f") else path.with_suffix(suffix)


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What a file holds, read but not solved: the photo, and the choices it carries if it is a file of ours.

    `alpha` (H, W) is the mask in the file where it is the solved alpha itself: without touches and edge settings.
    `is_ours`: the file itself carries the choices. `losses` tells what it holds that a file saved in its place would not.
    `is_painted`: `alpha` was changed by hand since the choices made it.
    """

    document: Document
    photo: Photo
    path: Path | None
    choices: Choices | None
    alpha: TiledPlane[np.float32] | None
    notes: tuple[str, ...]
    is_ours: bool = False
    losses: tuple[str, ...] = ()
    is_painted: bool = False

    @property
    def target(self) -> Path | None:
        """The file itself where saving the work may replace it: no photo, whatever was found in it."""
        if self.path is None or not self.is_ours or self.losses:
            return None
        return self.path if self.path.suffix.lower() in LAYERED else None


def read_file(path: Path) -> Opened:
    """Read a photo or a file that Mattework wrote.

    Raises:
        MatteworkError: it cannot be read, or its recipe cannot.
    """
    document = open_document(path)
    found = get_recipe(document.metadata.xmp)
    if found is None:
        return Opened(document, take_photo(document), path, None, None, document.notes)
    recipe, inputs = found
    photo, notes = find_photo(document, recipe)
    recipe = follow_layers(document, photo, recipe)
    if rests_on_other_size(recipe, inputs, photo) and (mask := _find_mask(document, photo)) is not None:
        there = _read_mask(mask, document)
        losses = list_losses(document, photo, found[0], keeps_mask=True)
        notes = (*document.notes, *notes, RESHAPED)
        choices = _begin_from(recipe, there)
        return Opened(document, photo, path, choices, there, notes, is_ours=True, losses=losses)
    touched = any(stroke.is_touch for stroke in recipe.strokes)
    mask = _find_mask(document, photo) if recipe.edge.is_neutral and not touched else None
    alpha = None if mask is None else _read_mask(mask, document)
    choices = Choices(recipe.go_on_in_turn(), inputs)
    losses = list_losses(document, photo, found[0], keeps_mask=mask is not None)
    is_painted = mask is not None and found[0].mask_sha256 not in (None, hash_samples(mask.pixels))
    notes = (*document.notes, *notes)
    return Opened(
        document, photo, path, choices, alpha, notes, is_ours=True, losses=losses, is_painted=is_painted
    )


def _begin_from(recipe: Recipe, alpha: TiledPlane[np.float32]) -> Choices:
    """What is left of a recipe for a photo that another program has cropped: its finish, around the mask that there is."""
    png = BytesIO()
    save_mask(alpha.unpack(), png, bits=16, format="png")
    rules = replace(recipe.trimap, doubt=0.0)  # the mask is all that is known
    kept = replace(
        recipe, subject=SubjectChoice(origin="mask"), trimap=rules, edge=EdgeSettings(), strokes=()
    )
    kept = replace(kept.choose_solver("auto"), strokes_in_turn=False, strokes_together=0)
    return Choices(kept.go_on_in_turn(), RecipeInputs(soft_mask=png.getvalue()))


def lay_choices(opened: Opened, choices: Choices, path: Path | None) -> Opened:
    """The file with other choices than its own, of which its mask says nothing."""
    found = get_recipe(opened.document.metadata.xmp) if opened.is_ours else None
    losses = opened.losses if found is None else list_losses(opened.document, opened.photo, found[0])
    return replace(opened, path=path, choices=choices, alpha=None, losses=losses, is_painted=False)


def make_session(opened: Opened, engine: Engine, progress: Progress | None = None) -> Session:
    """A session from a file: quick for a photo; a file of ours may have its edge solved again.

    Raises:
        EngineError, MatteworkError, Cancelled.
    """
    if opened.choices is None:
        return start_session(opened.document, opened.photo, opened.path)
    planes, choices = make_planes(opened.photo, opened.choices, engine, opened.alpha, progress)
    return Session(opened.document, opened.photo, choices, planes, opened.path, is_painted=opened.is_painted)


def make_planes(
    photo: Photo,
    choices: Choices,
    engine: Engine,
    alpha: TiledPlane[np.float32] | None = None,
    progress: Progress | None = None,
) -> tuple[Planes, Choices]:
    """The planes of some choices, solved again unless `alpha` gives the result; and the choices with what solved them.

    Raises:
        EngineError, MatteworkError, Cancelled.
    """
    from mattework import convert_for_matting, solve_alpha

    colour = convert_for_matting(photo)
    base = make_base(choices, photo.size, colour)
    if alpha is not None:
        return Planes(base, draw_all(base, choices.recipe.strokes), alpha.copy()), choices
    recipe = choices.recipe
    drawn = draw_all(base, recipe.drawn_first)
    if drawn.is_plain:
        solved = TiledPlane(photo.size, np.float32)
        solved[:, :] = 1.0 if (drawn[:1, :1] == 255).all() else 0.0
    elif choices.inputs.soft_mask is None:
        found = solve_alpha(
            colour,
            drawn.unpack(),
            strokes=recipe.drawn_first,
            solver=recipe.wanted_solver,
            matting=recipe.matting,
            opacity=photo.alpha,
            progress=progress,
        )
        solved = TiledPlane.pack(found.alpha)
        kept = recipe.matting if recipe.solver == "neural" else None
        recipe = replace(recipe, solver_used=found.solver, matting=found.matting or kept)
    else:
        solved, recipe = engine.solve_base(photo, recipe, choices.inputs, progress)
    choices = replace(choices, recipe=recipe)
    planes = Planes(base, drawn, solved)
    return replay_strokes(planes, colour, choices, progress, opacity=photo.alpha), choices


def save_session(
    session: Session, path: Path, *, overwrite: bool, progress: Progress | None = None
) -> tuple[str, ...]:
    """Write the session's result as it is seen; gives the notes of how it was made, and of what the format could not
    hold.

    Raises:
        MatteworkError: see `mattework.save_document`; the file that was there is left as it was.
    """
    cutout = session.finish(progress)
    if session.is_painted:
        # The choices do not make this mask: the file goes on saying that it was changed by hand.
        cutout = replace(cutout, recipe=replace(cutout.recipe, mask_sha256=session.recipe.mask_sha256))
    told = set(session.document.notes)  # on opening
    made = (note for note in cutout.report.notes if note not in told)
    return (*made, *cutout.save(path, overwrite=overwrite, progress=progress))


def _find_mask(document: Document, photo: Photo) -> Mask | None:
    """The mask of the cut-out as it is seen: of the clean colours, else of the photo. Those of other layers are not it."""
    pair = (
        find_made_layers(document, photo).clean,
        find_layer(document, lambda one: one.pixels is photo.colour),
    )
    masks = [one.mask for one in pair if one is not None and one.mask is not None]
    return next((one for one in masks if one.rect == document.size.rect), None)


def _read_mask(mask: Mask, document: Document) -> TiledPlane[np.float32]:
    white = depth_white(document.depth)
    alpha = TiledPlane(document.size, np.float32)
    for strip in split_into_strips(document.size.rect, STRIP_ROWS):
        alpha[strip.slices] = mask.pixels[strip.slices].astype(np.float32) / np.float32(white)
    return alpha


def merge_found(own: Recipe, found: Recipe) -> Recipe:
    """The recipe after a model run: the subject is the model's, all other choices stay the person's."""
    return replace(
        own,
        subject=found.subject,
        solver_used=found.solver_used,
        matting=found.matting,
        program=found.program,
        strokes_together=0,
    )
