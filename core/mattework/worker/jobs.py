"""What a worker can do: each request is one function of the core's own, on pictures from raw files."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mattework._version import __version__
from mattework.errors import MatteworkError, UsageError
from mattework.recipe import find_unknown_field
from mattework.worker.cutting import COLOURS_FILE, Task, adjust_edge, cut_subject, refine_edge
from mattework.worker.protocol import (
    PROTOCOL,
    AdjustRequest,
    ColoursRequest,
    CutRequest,
    RefineRequest,
    SelectRequest,
    ShadowRequest,
)
from mattework.worker.selecting import WarmSelectors, select_object

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.models.spec import ModelSpec
    from mattework.progress import Progress

Params = TypeVar("Params")

SHADOW_FILE = "shadow.raw"

STAGES = {
    "open": (0.00, "reading the picture"),
    "model": (0.02, "loading the model"),
    "subject": (0.10, "finding the subject"),
    "trimap": (0.30, "laying the unknown band"),
    "edge": (0.35, "solving the edge"),
    "touches": (0.80, "laying on the brush strokes"),
    "colours": (0.82, "cleaning the colours"),
    "layers": (0.97, "writing the mask"),
}
"""Where each step of the pipeline begins on the way from 0 to 1, and what people read meanwhile."""


@dataclass(slots=True)
class Jobs:
    """The operations, with the models and encoded photos that stay warm between them."""

    selectors: WarmSelectors = field(default_factory=WarmSelectors)
    _sessions: dict[Task, tuple[str, ModelSession]] = field(default_factory=dict)
    _loading: threading.Lock = field(default_factory=threading.Lock)

    def run(
        self, op: str, params: Mapping[str, Any], folder: Path | None, progress: Progress
    ) -> dict[str, Any]:
        """Carry out one request; gives the value of its result.

        `progress` is told sentences for people, and 0 to 1 of the whole way.

        Raises:
            MatteworkError: refused or failed, with a sentence for people.
            Cancelled: `progress` wanted the work to stop.
        """
        if op == "about":
            return describe_engine()
        if op not in _OPERATIONS:
            raise UsageError(f"This Mattework engine cannot {op!r}. Update Mattework.")
        kind, operation = _OPERATIONS[op]
        request = _read_params(params, kind)
        value: dict[str, Any] = operation(self, request, folder, _follow_stages(progress))
        return value

    def warm_up(self, model: str | None) -> None:
        """Load the model in the background: the host is busy sending pixels meanwhile."""

        def load() -> None:
            from mattework.models.catalogue import find_spec

            # Whatever is wrong with the model is told by the request that needs it.
            with contextlib.suppress(MatteworkError, MemoryError):
                prompted = model is not None and find_spec(model).task == "prompt"
                self.open_model(model, "prompt" if prompted else "subject")

        threading.Thread(target=load, daemon=True).start()

    def open_model(self, model: str | None, task: Task = "subject") -> ModelSession:
        """The open model of that identifier, the embedded one by default. The last one for each task is kept."""
        from mattework.finding import DEFAULT_MODEL, open_model
        from mattework.segment.prompt_model import DEFAULT_PROMPT_MODEL

        name = model or (DEFAULT_MODEL if task == "subject" else DEFAULT_PROMPT_MODEL)
        with self._loading:
            kept = self._sessions.get(task)
            if kept is None or kept[0] != name:
                kept = self._sessions[task] = (name, open_model(name, task=task))
            return kept[1]


def describe_engine() -> dict[str, Any]:
    """What the engine is, and which models that find, select or solve the edge are installed here: for dialogs and for the
    doctor."""
    from mattework.finding import DEFAULT_MODEL
    from mattework.matting.network import list_matting_models
    from mattework.models.store import open_store
    from mattework.segment.prompt_model import DEFAULT_PROMPT_MODEL

    store = open_store()
    installed = [spec for spec in store.list_specs() if store.is_installed(spec)]

    def name_all(specs: Sequence[ModelSpec]) -> list[dict[str, str]]:
        return [{"id": spec.id, "name": spec.display_name} for spec in specs]

    networks = [spec for spec in list_matting_models() if store.is_installed(spec)]
    return {
        "program": __version__,
        "protocol": PROTOCOL,
        "python": sys.executable,
        "pid": os.getpid(),
        "models": name_all([spec for spec in installed if spec.task == "subject"]),
        "default_model": DEFAULT_MODEL,
        "prompt_models": name_all([spec for spec in installed if spec.task == "prompt"]),
        "default_prompt_model": DEFAULT_PROMPT_MODEL,
        # What is built in is a part of "auto": hosts name it where a recipe does, and do not offer it beside that.
        "matting_models": name_all([spec for spec in networks if not spec.embedded]),
        "built_in_matting_models": name_all([spec for spec in networks if spec.embedded]),
    }


def select_thing(
    jobs: Jobs, request: SelectRequest, folder: Path | None, progress: Progress
) -> dict[str, Any]:
    session = jobs.open_model(request.model, "prompt")
    return select_object(jobs.selectors, session, request, folder, progress)


def clean_colours(
    _: Jobs, request: ColoursRequest, folder: Path | None, progress: Progress
) -> dict[str, Any]:
    from mattework.matting.foreground import estimate_foreground
    from mattework.photo import take_photo
    from mattework.worker.rasters import locate_file, read_document, read_plane, unit_values, write_colours

    progress("open", 0.0)
    document, raw = read_document(request.picture, folder)
    photo = take_photo(document)
    alpha = unit_values(read_plane(locate_file(folder, request.mask), request.sample, document.size))
    if photo.alpha is not None:
        alpha = alpha * unit_values(photo.alpha)
    if not alpha.any():
        raise UsageError("The mask shows nothing of the layer: there are no edge colours to clean.")
    progress("colours", 0.0)
    clean = estimate_foreground(photo.colour, alpha, amount=request.amount, progress=progress)
    write_colours(clean, document, raw, request.picture, locate_file(folder, COLOURS_FILE))
    return {"colours": COLOURS_FILE, "notes": []}


def throw_shadow(_: Jobs, request: ShadowRequest, folder: Path | None, progress: Progress) -> dict[str, Any]:
    """The opacity of a shadow for a mask, for a layer of its own under the subject."""
    from mattework.recipe import Recipe, Shadow, find_bad_setting
    from mattework.shadow import draw_shadow, is_cut_off, parse_shadow_colour, settle_shadow
    from mattework.worker.rasters import (
        DTYPES,
        locate_file,
        quantise,
        read_plane,
        take_size,
        unit_values,
        write_plane,
    )

    if request.kind not in ("drop", "contact"):
        raise UsageError(f"A shadow is a drop or a contact shadow, not {request.kind!r}.")
    shadow = Shadow(
        kind="drop" if request.kind == "drop" else "contact",
        dx=request.dx,
        dy=request.dy,
        blur=request.blur,
        opacity=request.opacity,
        colour=request.colour,
    )
    bad = find_bad_setting(Recipe(shadow=shadow))
    if bad is not None:
        raise UsageError(bad[0].upper() + bad[1:])
    colour = parse_shadow_colour(shadow.colour)
    progress("layers", 0.0)
    size = take_size(request.width, request.height)
    alpha = unit_values(read_plane(locate_file(folder, request.mask), request.sample, size))
    shadow = settle_shadow(shadow, alpha)
    rect, plane = draw_shadow(alpha, shadow)
    notes = []
    if rect.is_empty:
        notes.append("There is no shadow to be seen: nothing throws one, or it falls outside the picture.")
    elif shadow.kind == "contact" and is_cut_off(alpha):
        notes.append("The lower border cuts the subject off: the ground of its shadow was taken to be there.")
    write_plane(quantise(plane, DTYPES[request.sample]), locate_file(folder, SHADOW_FILE))
    return {
        "file": SHADOW_FILE,
        "rect": None if rect.is_empty else [rect.left, rect.top, rect.width, rect.height],
        "shadow": {"kind": shadow.kind, "dx": shadow.dx, "dy": shadow.dy, "blur": shadow.blur},
        "opacity": shadow.opacity,
        "colour": list(colour),
        "notes": notes,
    }


_OPERATIONS: Mapping[str, tuple[type[Any], Callable[..., dict[str, Any]]]] = {
    "cut": (CutRequest, cut_subject),
    "select": (SelectRequest, select_thing),
    "adjust": (AdjustRequest, adjust_edge),
    "refine": (RefineRequest, refine_edge),
    "colours": (ColoursRequest, clean_colours),
    "shadow": (ShadowRequest, throw_shadow),
}


def _read_params(params: Mapping[str, Any], kind: type[Params]) -> Params:
    import msgspec

    try:
        request = msgspec.convert(params, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"The request cannot be read: {error}.") from error
    # A misspelt name must not be passed over: it would quietly give another result.
    unknown = find_unknown_field(params, msgspec.to_builtins(request))
    if unknown is not None:
        raise UsageError(f'The request cannot be read: nothing here is called "{unknown}".')
    return request


def _follow_stages(whole: Progress) -> Progress:
    """One way from 0 to 1 out of the steps of the pipeline and the finer steps inside them."""
    names = list(STAGES)
    stage = "open"

    def advance(step: str, fraction: float) -> None:
        nonlocal stage
        if step in STAGES:
            if names.index(step) < names.index(stage):
                return
            stage = step
        begin, text = STAGES[stage]
        later = [STAGES[name][0] for name in names[names.index(stage) + 1 :]]
        whole(text, begin + (min([*later, 1.0]) - begin) * fraction)

    return advance
