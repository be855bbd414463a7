"""Where the subject is: found by a network alone, or pointed at by a person; with what the recipe keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from mattework.arrays import Bytes, Floats
from mattework.errors import UsageError
from mattework.given import keep_mask
from mattework.photo import Photo, make_network_view, make_opacity_preview
from mattework.prompt import Prompt, make_plain
from mattework.recipe import RecipeInputs, SubjectChoice

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.models.spec import ModelSpec
    from mattework.progress import Progress
    from mattework.segment.selection import Selection
    from mattework.segment.subject import SubjectResult

DEFAULT_MODEL = "mattework-subject"
PREVIEW_SIDE = 2048
"""Long side of the picture that networks look at: enough for a second look at a small subject."""

DRAWN = "The ground is one flat colour, so all that differs from it was taken for the subject."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundSubject:
    """Where the subject is: a soft mask at any resolution, or a finished trimap; and how we know."""

    choice: SubjectChoice
    inputs: RecipeInputs
    soft_mask: Floats | None = None
    trimap: Bytes | None = None
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def open_model(
    model: str | None = None, device: str = "auto", *, task: Literal["subject", "prompt"] = "subject"
) -> ModelSession:
    """Open a model, to hand it to `cut_out` or `open_selector` as `session` for many pictures.

    Args:
        model: its identifier in the catalogue; the embedded one for the task when not given.
        device: as for `cut_out`.
        task: "subject" for a model that finds subjects by itself, "prompt" for one that answers prompts.

    Raises:
        UsageError: the model does another kind of work, or the task is another one.
        UnknownModel, ModelNotInstalled, ConsentNeeded, ModelDamaged, ModelFailed, DeviceUnavailable, OutOfMemory.
    """
    from mattework.models.catalogue import find_spec
    from mattework.models.runtime import open_session
    from mattework.models.store import open_store

    if task == "prompt":
        from mattework.segment.prompt_model import open_prompt_model

        return open_prompt_model(model, device)
    if task != "subject":
        raise UsageError(f'A model is opened for the task "subject" or "prompt", not for {task!r}.')
    spec = find_spec(DEFAULT_MODEL if model is None else model)
    _refuse_prompted(spec)
    if spec.task == "inpaint" or spec.input.companion != "none":
        raise UsageError(
            f"{spec.display_name} does not find subjects by itself: {spec.purpose} "
            "`mattework models list --task subject` shows those that do."
        )
    return open_session(spec, open_store(), device=device)


def _refuse_prompted(spec: ModelSpec) -> None:
    if spec.task == "prompt":
        raise UsageError(
            f"{spec.display_name} selects what you point at; it does not find subjects by itself. "
            "Give it a point or a box: mattework cut --point or --box."
        )


open_warm_model = lru_cache(maxsize=1)(open_model)
"""As `open_model`; the last one stays open: a second picture in one process does not load it again."""


def find_with_model(
    photo: Photo, session: ModelSession, *, zoom: bool, input_side: int, progress: Progress | None
) -> FoundSubject:
    """What the network takes for the subject (see `find_subject`), or all of a drawing of which it found some."""
    from mattework.segment.flat_ground import find_drawing
    from mattework.segment.subject import find_subject

    _refuse_prompted(session.spec)
    preview = make_network_view(photo, PREVIEW_SIDE)
    side = _choose_side(session, input_side)
    found = find_subject(preview, session, zoom=zoom, long_side=side or None, progress=progress)
    choice = SubjectChoice(
        origin="model",
        model=session.spec.id,
        sha256=session.sha256,
        device=session.device.label,
        asked=found.asked,
        asked_sha256=hash_asked(found.asked),
        input_side=side,
        zoom=zoom,
    )
    notes = tell_about_side(session.spec, input_side, side)
    drawing = find_drawing(preview, found.soft_mask, make_opacity_preview(photo, PREVIEW_SIDE))
    if drawing is None:
        return _keep(found, choice, notes)
    if drawing.agreement > found.confidence:
        found = replace(found, confidence=drawing.agreement, reasons=())
    return _keep(replace(found, soft_mask=drawing.soft_mask), choice, (*notes, DRAWN))


def find_with_prompts(
    photo: Photo,
    session: ModelSession,
    prompts: Sequence[Prompt],
    *,
    start: Floats | None = None,
    zoom: bool,
    input_side: int,
    progress: Progress | None,
) -> FoundSubject:
    """What the prompts, in pixels of the photo, mean to the network, from the soft mask `start` on where there is one.

    See `ObjectSelector.select`.

    Raises:
        UsageError: no prompt says what belongs to the object, or one lies outside the photo.
    """
    from mattework.segment.opening import open_selector

    try:
        prompts = [make_plain(prompt) for prompt in prompts]
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"A point of a prompt is no pair of numbers: {error}.") from error
    if start is None and not any(prompt.adds for prompt in prompts):
        raise UsageError("Nothing says what is to be cut out. Give a point on it, or a box around it.")
    side = _choose_side(session, input_side)
    selector = open_selector(
        make_network_view(photo, PREVIEW_SIDE),
        size=photo.size,
        session=session,
        long_side=side or None,
        zoom=zoom,
        progress=progress,
    )
    found = selector.select(prompts, previous=start, progress=progress)
    choice = SubjectChoice(
        origin="prompts",
        model=session.spec.id,
        sha256=session.sha256,
        device=session.device.label,
        asked=found.asked,
        asked_sha256=hash_asked(found.asked),
        input_side=side,
        zoom=zoom,
        prompts=tuple(prompts),
    )
    return _keep(found, choice, tell_about_side(session.spec, input_side, side))


def _choose_side(session: ModelSession, input_side: int) -> int:
    """The long side that the network is shown where `input_side` is asked for; 0 for its own."""
    from mattework.models.placement import bound_side

    return bound_side(session.spec.input.size, input_side) if input_side else 0


def tell_about_side(spec: ModelSpec, asked: int, shown: int) -> tuple[str, ...]:
    """The note on a long side that a network does not take."""
    if shown == asked:
        return ()
    return (f"{spec.display_name} does not take a long side of {asked} pixels; it was shown {shown}.",)


def hash_asked(model: str | None) -> str | None:
    """The hash of the model that had a say beside the one that ran; it is open still."""
    from mattework.segment.prompt_model import open_companion

    return None if model is None else open_companion(model).sha256


def _keep(found: SubjectResult | Selection, choice: SubjectChoice, notes: tuple[str, ...]) -> FoundSubject:
    soft_mask, png = keep_mask(found.soft_mask)
    return FoundSubject(
        choice=choice,
        inputs=RecipeInputs(soft_mask=png),
        soft_mask=soft_mask,
        confidence=found.confidence,
        reasons=found.reasons,
        notes=notes,
    )
