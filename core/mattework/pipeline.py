"""The way of a picture.

A source becomes a document; its photo is taken; a subject is found in it; the edge is solved; the colours are cleaned; the
result is put back on the document as layers with a mask. Every choice is written down in the recipe, and the recipe can
be applied again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mattework._version import __version__
from mattework.cutout import Cutout, name_file
from mattework.document.layer_names import CLEAN_LAYER
from mattework.document.model import Document
from mattework.errors import InputError, RecipeError, UsageError
from mattework.finding import FoundSubject, find_with_model, find_with_prompts, open_warm_model
from mattework.finishing import Run, finish_alpha
from mattework.geometry import Size
from mattework.given import MaskSource, has_other_proportions, take_mask, take_trimap, tell_about_scaling
from mattework.layer_states import follow_layers
from mattework.photo import Photo, Source, convert_for_matting, open_source, take_photo
from mattework.prompt import Prompt
from mattework.recipe import (
    EdgeSettings,
    MattingChoice,
    Recipe,
    RecipeInputs,
    Shadow,
    SolverName,
    Stroke,
    SubjectChoice,
    TrimapRules,
    find_bad_setting,
    parse_recipe,
)
from mattework.reopen import (
    describe_transfer,
    find_photo,
    list_losses,
    tell_about_layers,
    tell_about_painting,
)

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.progress import Progress


def cut_out(
    source: Source,
    *,
    model: str | None = None,
    device: str = "auto",
    session: ModelSession | None = None,
    from_mask: MaskSource | None = None,
    trimap: MaskSource | None = None,
    prompts: Sequence[Prompt] = (),
    strokes: Sequence[Stroke] = (),
    rules: TrimapRules | None = None,
    solver: SolverName = "auto",
    matting_model: str | None = None,
    edge: EdgeSettings | None = None,
    colours: float = 1.0,
    key: str | None = None,
    background: str | None = None,
    shadow: Shadow | None = None,
    zoom: bool = True,
    input_side: int = 0,
    progress: Progress | None = None,
) -> Cutout:
    """Cut the subject out of a photograph.

    Args:
        source: path, bytes, open file, PIL image, array (see `open_source`) or document.
        model: identifier of a model in the catalogue that finds subjects, or of one that answers prompts where there are
            any; the embedded one when not given.
        device: auto, cpu, cuda, rocm, dml, coreml or openvino, for all networks. A named one that is not there is an error;
            auto goes on with the CPU where the other fails, and the report says so.
        session: a model opened by `open_model`, used instead of `model` and `device`; stays warm over many pictures.
        from_mask: a soft mask of your own instead of a model: file or (h, w) array of 0 to 1, any resolution. With prompts
            it is where they begin.
        trimap: a trimap of your own at the photo's size: file or (H, W) array of 0, 128, 255.
        prompts: points, boxes, lassos and scribbles in pixels of the photo that say which thing is meant, instead of the
            subject that a model finds by itself.
        strokes: brush gestures that go before the mask: foreground, background, unknown, transparent.
        rules: how wide the unknown band is laid, and how far from the outline a model is taken at its word; a mask of
            your own always is left to the solver where it is soft.
        solver: auto, closed-form, guided, hard or neural.
        matting_model: identifier of the installed matting model that solves the edge; it goes with neural, and turns auto
            into that. Without it neural takes the first one that is installed.
        edge: parametric settings applied to the solved alpha.
        colours: amount of clean colours, 0 (no such layer) to 1.
        key: colour of the screen behind the subject ("green", "#00b140"): its spill is taken out of the clean colours.
        background: what to put behind, none by default: a colour, a gradient, "blur" for the blurred photo, or the path
            of a picture; see `parse_background`.
        shadow: a shadow to lay under the subject, none by default.
        zoom: let the model look a second time at a small subject.
        input_side: long side of what the model sees, 0 for the model's own. Where it takes none so small or so large, it
            sees the nearest that it takes, and the report says so.
        progress: called as `progress(step, fraction)`; raise `Cancelled` in it to stop.

    Raises:
        MatteworkError: see the tree in `mattework.errors`.
    """
    if trimap is not None and (from_mask is not None or prompts):
        raise UsageError("A trimap of your own is the last word: a soft mask or prompts do not go with it.")
    if matting_model is not None and solver not in ("auto", "neural"):
        raise UsageError(
            f'The matting model {matting_model} goes with the solver "neural", not with "{solver}".'
        )
    _check_kinds(shadow=(shadow, Shadow), edge=(edge, EdgeSettings), rules=(rules, TrimapRules))
    _check_kinds(**{f"prompts[{number}]": (one, Prompt) for number, one in enumerate(prompts)})
    _check_kinds(**{f"strokes[{number}]": (one, Stroke) for number, one in enumerate(strokes)})
    recipe = Recipe(
        program=f"mattework {__version__}",
        trimap=rules
        or TrimapRules(doubt=0.0 if from_mask is not None and not prompts else TrimapRules().doubt),
        strokes=tuple(strokes),
        solver=solver if matting_model is None else "neural",
        matting=None if matting_model is None else MattingChoice(model=matting_model),
        edge=edge or EdgeSettings(),
        colours=colours,
        key=key,
        background=background,
        shadow=shadow,
    )
    _check_request(recipe)
    if input_side < 0:
        raise UsageError(f"The long side of what the model sees may not be negative, as {input_side} is.")
    if recipe.solver == "neural":
        from mattework.matting.network import find_matting_model

        find_matting_model(recipe.matting)  # before a subject is looked for
    if background is not None:
        from mattework.background import parse_background

        parse_background(background)
    run = Run(progress)
    with run.step("open"):
        document = open_source(source)
        photo = take_photo(document)
        run.notes.extend(tell_about_layers(document, photo))
    if trimap is not None:
        drawn, png = take_trimap(trimap, photo.size, run.notes.append)
        choice = SubjectChoice(origin="trimap")
        subject = FoundSubject(choice=choice, inputs=RecipeInputs(trimap=png), trimap=drawn)
    elif from_mask is not None and not prompts:
        soft_mask, png = take_mask(from_mask, run.notes.append)
        run.notes.extend(tell_about_scaling(soft_mask, photo.size))
        choice = SubjectChoice(origin="mask")
        subject = FoundSubject(choice=choice, inputs=RecipeInputs(soft_mask=png), soft_mask=soft_mask)
    else:
        with run.step("model"):
            session = session or open_warm_model(model, device, task="prompt" if prompts else "subject")
        with run.step("subject"):
            how: Any = {"zoom": zoom, "input_side": input_side, "progress": progress}
            if prompts:
                start = None if from_mask is None else take_mask(from_mask, run.notes.append)[0]
                if start is not None:
                    run.notes.extend(tell_about_scaling(start, photo.size))
                subject = find_with_prompts(photo, session, prompts, start=start, **how)
            else:
                subject = find_with_model(photo, session, **how)
        run.notes.extend((*session.notes, *subject.notes))
    size = (photo.size.width, photo.size.height)
    recipe = replace(recipe, source_sha256=photo.hash_samples(), source_size=size, subject=subject.choice)
    if session is not None and device == "auto" and session.device.name == "cpu":
        device = "cpu"
    cutout = _make_cutout(document, photo, subject, recipe, run, device)
    return replace(cutout, read_from=name_file(source))


def apply_recipe(
    source: Source,
    *,
    recipe: Recipe | None = None,
    inputs: RecipeInputs | None = None,
    part_of: Size | None = None,
    keeps_background: bool = True,
    progress: Progress | None = None,
) -> Cutout:
    """Make the alpha of a recipe again, without the model: from the soft mask or trimap that travels with it.

    Args:
        source: a file or document that Mattework wrote, or any photo when `recipe` and `inputs` are given.
        recipe: a changed recipe (another edge setting, another solver, more strokes); the file's own when None.
        inputs: soft mask or trimap that it rests on; the file's own when None.
        part_of: size of the whole photo, when source, recipe and inputs are of a part of it (`take_excerpt`).
        keeps_background: leave the background in the file as it is where the recipe names the same one, even when its
            picture is gone; False makes it again, for a picture that may have changed under its name.
        progress: called as `progress(step, fraction)`; raise `Cancelled` in it to stop.

    Raises:
        RecipeError: the file carries no recipe, or not what it rests on, or its edge was solved by another file of the
            matting model than the one that is installed.
        MatteworkError: see the tree in `mattework.errors`.
    """
    from mattework.formats.xmp import get_recipe

    if recipe is not None:
        _check_request(recipe)
    run = Run(progress)
    with run.step("open"):
        document = open_source(source)
        own = get_recipe(document.metadata.xmp)
    if own is None and (recipe is None or inputs is None):
        raise RecipeError(
            "The file carries no recipe of Mattework. Cut it out first, or give a recipe with its soft mask."
            + "".join(f" {note}" for note in document.notes if "XMP" in note)
        )
    own_recipe, own_inputs = own or (recipe or Recipe(), RecipeInputs())
    recipe, inputs = recipe or own_recipe, inputs or own_inputs
    photo, notes = find_photo(document, recipe)
    sha256 = photo.hash_samples()
    is_other = recipe.source_sha256 not in (None, sha256)
    layers = list(document.walk_layers())
    if len(layers) == 1 and layers[0].pixels is photo.colour and layers[0].name != CLEAN_LAYER:
        notes = ()  # there was no other layer to take
    if is_other:
        notes = (*notes, describe_transfer(recipe, inputs))
    painted = tell_about_painting(document, photo, own_recipe)
    run.notes.extend((*notes, *painted))
    losses = (*list_losses(document, photo, own_recipe, keeps_mask=True), *painted)
    recipe = replace(recipe, source_sha256=sha256, source_size=(photo.size.width, photo.size.height))
    if own is not None and (recipe.layers, recipe.shadow) == (own_recipe.layers, own_recipe.shadow):
        followed = follow_layers(document, photo, own_recipe)
        recipe = replace(recipe, layers=followed.layers, shadow=followed.shadow)
    if recipe.solver == recipe.solver_used == "neural" and recipe.matting is None:
        run.notes.append(
            "The recipe does not say which network solved its edge; the installed one was taken."
        )
    subject = _restore_subject(recipe, inputs, photo)
    mask = subject.soft_mask
    if is_other and mask is not None and has_other_proportions(mask, photo.size):
        run.notes.extend(tell_about_scaling(mask, photo.size))
    cutout = _make_cutout(
        document, photo, subject, recipe, run, part_of=part_of, keeps_background=keeps_background
    )
    return replace(cutout, read_from=name_file(source, None if own is None else losses))


def _make_cutout(
    document: Document,
    photo: Photo,
    subject: FoundSubject,
    recipe: Recipe,
    run: Run,
    device: str = "auto",
    part_of: Size | None = None,
    keeps_background: bool = True,
) -> Cutout:
    """From a found subject to the finished result: trimap, alpha, and all that follows."""
    from mattework.matting.solve import solve_alpha
    from mattework.matting.solvers import OpenSolver
    from mattework.matting.trimap import draw_strokes, make_trimap

    colour = convert_for_matting(photo)
    together = recipe.drawn_first
    in_turn = recipe.strokes[len(together) :]
    with run.step("trimap"):
        base = subject.trimap
        if base is None:
            assert subject.soft_mask is not None
            base = make_trimap(
                subject.soft_mask, photo.size, rgb=colour, rules=recipe.trimap, part_of=part_of
            )
        elif recipe.trimap.band != TrimapRules().band:
            run.notes.append(
                "The trimap lays the unknown band itself: the width that was set for it was not used."
            )
        trimap = draw_strokes(base, together) if together else base
    with run.step("edge"):
        solution = solve_alpha(
            colour,
            trimap,
            soft_mask=subject.soft_mask,
            strokes=together,
            solver=recipe.wanted_solver,
            matting=recipe.matting,
            opacity=photo.alpha,
            device=device,
            progress=run.progress,
        )
        alpha = solution.alpha
        told, ran = list[str](), list[OpenSolver]()
        if in_turn:
            from mattework.matting.resolve import resolve_strokes

            trimap, alpha = resolve_strokes(
                colour,
                base,
                alpha,
                recipe.strokes,
                already=len(together),
                soft_mask=subject.soft_mask,
                solver=recipe.wanted_solver,
                matting=solution.matting or recipe.matting,
                opacity=photo.alpha,
                device=device,
                progress=run.progress,
                tell=told.append,
                ran=ran.append,
            )
        used, matting, said = solution.solver, solution.matting, solution.notes
        if ran and used == "none":  # what was not there before may be painted now
            painted = next((one for one in ran if one.matting is not None), ran[-1])
            used, matting, said = painted.name, painted.matting, painted.notes
        run.notes.extend(note for note in dict.fromkeys((*said, *told)) if note not in run.notes)
    kept = recipe.matting if recipe.solver == "neural" else None  # with nothing unknown no network ran
    recipe = replace(recipe, solver_used=used, matting=matting or kept)
    return finish_alpha(
        document, photo, alpha, trimap, subject, recipe, run, keeps_background=keeps_background
    )


def _check_kinds(**given: tuple[object, type]) -> None:
    """Refuse what is neither None nor of its kind, in words, before it is asked for what it has not."""
    for name, (value, kind) in given.items():
        if value is not None and not isinstance(value, kind):
            raise UsageError(f"{name} must be a mattework.{kind.__name__}, not {value!r}.")


def _check_request(recipe: Recipe) -> None:
    """Refuse settings that cannot be carried out before any work is done."""
    try:
        bad = find_bad_setting(recipe)
    except TypeError as error:
        raise UsageError(
            f"A setting is of a wrong type ({error}). Give plain numbers, words and tuples."
        ) from error
    if bad is not None:
        raise UsageError(bad[0].upper() + bad[1:])
    try:
        parse_recipe(recipe.to_json())
    except (TypeError, RecipeError) as error:  # it would be found out when the work is saved, or opened again
        raise UsageError(
            f"A setting cannot be kept in a recipe ({error}). Give plain numbers, words and tuples."
        ) from error
    if recipe.shadow is not None:
        from mattework.shadow import parse_shadow_colour

        parse_shadow_colour(recipe.shadow.colour)
    if recipe.key is not None:
        from mattework.background import parse_key

        parse_key(recipe.key)


def _restore_subject(recipe: Recipe, inputs: RecipeInputs, photo: Photo) -> FoundSubject:
    from mattework.formats.files import read_mask, read_trimap

    word = "soft mask" if inputs.trimap is None else "trimap"
    try:
        if inputs.trimap is not None:
            trimap = read_trimap(inputs.trimap)
            if trimap.shape != photo.size.shape:
                raise RecipeError(
                    f"The recipe rests on a trimap of {trimap.shape[1]} x {trimap.shape[0]} pixels, and the photo has "
                    f"{photo.size}: it is another photo's. Cut this photo with a trimap of its own."
                )
            return FoundSubject(choice=recipe.subject, inputs=inputs, trimap=trimap)
        if inputs.soft_mask is not None:
            soft_mask = read_mask(inputs.soft_mask)
            return FoundSubject(choice=recipe.subject, inputs=inputs, soft_mask=soft_mask)
    except InputError as error:
        raise RecipeError(
            f"The {word} stored with the recipe is damaged, so it cannot be re-applied. Cut the photo out again."
        ) from error
    raise RecipeError(
        "The recipe came without the soft mask or trimap that it rests on. Cut the photo out again."
    )
