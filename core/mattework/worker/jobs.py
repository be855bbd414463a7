"""What a worker can do: each request is one function of the core's own, on pictures from raw files."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from mattework._version import __version__
from mattework.errors import MatteworkError, UsageError
from mattework.worker.protocol import (
    PROTOCOL,
    AdjustRequest,
    ColoursRequest,
    CutRequest,
    EdgeOptions,
    RefineRequest,
    SelectRequest,
    ShadowRequest,
)
from mattework.worker.selecting import WarmSelectors, convert_gestures, select_object

if TYPE_CHECKING:
    from mattework.arrays import AnyArray, Samples
    from mattework.cutout import Cutout
    from mattework.document.model import Document
    from mattework.models.runtime import ModelSession
    from mattework.models.spec import ModelSpec
    from mattework.progress import Progress
    from mattework.recipe import EdgeSettings, MattingChoice

Report = Callable[[str, float], None]
Task = Literal["subject", "prompt"]
Params = TypeVar("Params")

MASK_FILE, COLOURS_FILE, SOFT_MASK_FILE = "mask.raw", "colours.raw", "soft-mask.png"
SHADOW_FILE = "shadow.raw"

STAGES = {
    "open": (0.00, "reading the picture"),
    "model": (0.02, "loading the model"),
    "subject": (0.10, "finding the subject"),
    "trimap": (0.30, "laying the unknown band"),
    "edge": (0.35, "solving the edge"),
    "colours": (0.80, "cleaning the colours"),
    "layers": (0.97, "writing the mask"),
}
"""Where each step of the pipeline begins on the way from 0 to 1, and what people read meanwhile."""


@dataclass(slots=True)
class Jobs:
    """The operations, with the models and encoded photos that stay warm between them."""

    selectors: WarmSelectors = field(default_factory=WarmSelectors)
    _sessions: dict[Task, tuple[str, ModelSession]] = field(default_factory=dict)
    _loading: threading.Lock = field(default_factory=threading.Lock)

    def run(self, op: str, params: Mapping[str, Any], folder: Path | None, report: Report) -> dict[str, Any]:
        """Carry out one request; gives the value of its result.

        Raises:
            MatteworkError: refused or failed, with a sentence for people.
            Cancelled: `report` wanted the work to stop.
        """
        if op == "about":
            return describe_engine()
        if op not in _OPERATIONS:
            raise UsageError(f"This Mattework engine cannot {op!r}. Update Mattework.")
        kind, operation = _OPERATIONS[op]
        request = _read_params(params, kind)
        value: dict[str, Any] = operation(self, request, folder, _follow_stages(report))
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
        from mattework.segment.prompted import DEFAULT_PROMPT_MODEL

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
    from mattework.segment.prompted import DEFAULT_PROMPT_MODEL

    store = open_store()
    installed = [spec for spec in store.list_specs() if store.is_installed(spec)]

    def name_all(specs: Sequence[ModelSpec]) -> list[dict[str, str]]:
        return [{"id": spec.id, "name": spec.display_name} for spec in specs]

    return {
        "program": __version__,
        "protocol": PROTOCOL,
        "python": sys.executable,
        "pid": os.getpid(),
        "models": name_all([spec for spec in installed if spec.task == "subject"]),
        "default_model": DEFAULT_MODEL,
        "prompt_models": name_all([spec for spec in installed if spec.task == "prompt"]),
        "default_prompt_model": DEFAULT_PROMPT_MODEL,
        "matting_models": name_all([spec for spec in list_matting_models() if store.is_installed(spec)]),
    }


def cut_subject(jobs: Jobs, request: CutRequest, folder: Path | None, progress: Progress) -> dict[str, Any]:
    from mattework.pipeline import cut_out
    from mattework.recipe import TrimapRules
    from mattework.worker.rasters import locate_file, read_document, read_plane, unit_values

    if request.start is not None and not request.prompts:
        raise UsageError("A mask to begin from goes with prompts.")
    progress("open", 0.0)
    document, raw = read_document(request.picture, folder)
    start = None
    if request.start is not None:
        start = unit_values(read_plane(locate_file(folder, request.start), request.sample, document.size))
    progress("model", 0.0)
    cutout = cut_out(
        document,
        session=jobs.open_model(request.model, "prompt" if request.prompts else "subject"),
        prompts=convert_gestures(request.prompts),
        from_mask=start,
        rules=TrimapRules(band=request.edge.band),
        solver=_check_solver(request.edge.solver, request.edge.matting_model),
        matting_model=request.edge.matting_model,
        edge=_edge_settings(request.edge),
        colours=request.colours,
        progress=progress,
    )
    return _hand_over(cutout, request, document, raw, folder)


def select_thing(
    jobs: Jobs, request: SelectRequest, folder: Path | None, progress: Progress
) -> dict[str, Any]:
    session = jobs.open_model(request.model, "prompt")
    return select_object(jobs.selectors, session, request, folder, progress)


def adjust_edge(_: Jobs, request: AdjustRequest, folder: Path | None, progress: Progress) -> dict[str, Any]:
    """The mask of an earlier recipe again, with other edge settings; no model is needed."""
    from mattework.photo import hash_samples
    from mattework.pipeline import apply_recipe
    from mattework.recipe import RecipeInputs, parse_recipe
    from mattework.worker.rasters import locate_file, read_document, read_plane

    progress("open", 0.0)
    document, raw = read_document(request.picture, folder)
    made = parse_recipe(request.recipe)
    name = request.edge.matting_model
    kept = made.matting if name is None or (made.matting and made.matting.model == name) else None
    recipe = replace(
        made,
        mask_sha256=None,
        solver=_check_solver(request.edge.solver, kept or name),
        matting=kept or _choose_matting(name),
        trimap=replace(made.trimap, band=request.edge.band),
        edge=_edge_settings(request.edge),
        colours=request.colours,
    )
    inputs = RecipeInputs(soft_mask=locate_file(folder, request.soft_mask).read_bytes())
    cutout = apply_recipe(document, recipe=recipe, inputs=inputs, progress=progress)
    value = _hand_over(cutout, request, document, raw, folder)
    if request.existing is not None and made.mask_sha256 is not None:
        mask = read_plane(locate_file(folder, request.existing), request.sample, document.size)
        # In other samples than the document's the host's mask is a rounded one, which tells nothing.
        if mask.dtype == next(document.walk_layers()).pixels.dtype and hash_samples(mask) != made.mask_sha256:
            value["notes"].append(
                "The mask was changed after it was cut; that work is not in the new edge. Undo brings it back."
            )
    return value


def refine_edge(
    jobs: Jobs, request: RefineRequest, folder: Path | None, progress: Progress
) -> dict[str, Any]:
    """Alpha solved in the band that the host gives, faded into the mask that is there as far as the band says."""
    import numpy as np

    from mattework.matting.solve import solve_alpha
    from mattework.photo import convert_for_matting, take_photo
    from mattework.pipeline import cut_out
    from mattework.worker.rasters import locate_file, read_document, read_plane, unit_values

    progress("open", 0.0)
    document, _ = read_document(request.picture, folder)
    size = document.size
    weight = unit_values(read_plane(locate_file(folder, request.band), request.band_sample, size))
    if not weight.any():
        raise UsageError(
            "There is nothing to refine: the selection does not touch the layer. Select the hair or the edge first."
        )
    notes: tuple[str, ...] = ()
    if request.existing is not None:
        known = unit_values(read_plane(locate_file(folder, request.existing), request.sample, size))
    else:
        progress("model", 0.0)
        cutout = cut_out(
            document,
            session=jobs.open_model(request.model),
            solver=_check_solver(request.solver, request.matting_model),
            matting_model=request.matting_model,
            colours=0.0,
            progress=progress,
        )
        known, notes = unit_values(_mask_of(cutout)), cutout.report.notes
    trimap = np.full(size.shape, 128, np.uint8)
    outside = weight == 0
    trimap[outside & (known <= 0.02)] = 0
    trimap[outside & (known >= 0.98)] = 255
    if not (trimap == 255).any() or not (trimap == 0).any():
        raise UsageError(
            "Outside the selection there must be some subject (white in the mask) and some background (black), so that "
            "the edge between them can be told. Select a narrower band along the edge."
        )
    # What is neither selected nor decided keeps its mask: nothing is solved there.
    trimap[outside & (trimap == 128)] = np.where(known[outside & (trimap == 128)] < 0.5, 0, 255)
    progress("edge", 0.0)
    solution = solve_alpha(
        convert_for_matting(take_photo(document)),
        trimap,
        soft_mask=known,
        solver=_check_solver(request.solver, request.matting_model),
        matting=_choose_matting(request.matting_model),
        progress=progress,
    )
    progress("layers", 0.0)
    _write_mask(known + weight * (solution.alpha - known), request.sample, folder)
    return {
        "mask": MASK_FILE,
        "notes": [*notes, *solution.notes],
        "report": {
            "solver": solution.solver,
            "matting": None if solution.matting is None else asdict(solution.matting),
            "seconds": round(solution.seconds, 3),
        },
    }


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
    from mattework.geometry import Size
    from mattework.recipe import Recipe, Shadow, find_bad_setting
    from mattework.shadow import draw_shadow, is_cut_off, parse_shadow_colour, settle_shadow
    from mattework.worker.rasters import DTYPES, locate_file, quantise, read_plane, unit_values, write_plane

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
    size = Size(request.width, request.height)
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


def _hand_over(
    cutout: Cutout,
    request: CutRequest | AdjustRequest,
    document: Document,
    raw: Any,
    folder: Path | None,
) -> dict[str, Any]:
    """Mask, clean colours and soft mask as files; recipe and report as values."""
    from mattework.document.layer_names import CLEAN_LAYER
    from mattework.document.model import Layer
    from mattework.worker.rasters import locate_file, write_colours

    matte: AnyArray = _mask_of(cutout)
    if isinstance(request, CutRequest):
        matte = cutout.alpha if request.with_transparency else matte
        matte = _combine_masks(matte, request, document, folder)
    _write_mask(matte, request.sample, folder)
    value: dict[str, Any] = {
        "mask": MASK_FILE,
        "recipe": cutout.recipe.to_json(),
        "report": cutout.report.to_dict(),
        "notes": list(cutout.report.notes),
    }
    for layer in cutout.document.layers:
        if isinstance(layer, Layer) and layer.name == CLEAN_LAYER:
            write_colours(layer.pixels, document, raw, request.picture, locate_file(folder, COLOURS_FILE))
            value["colours"] = COLOURS_FILE
    if cutout.inputs.soft_mask is not None:
        locate_file(folder, SOFT_MASK_FILE).write_bytes(cutout.inputs.soft_mask)
        value["soft_mask"] = SOFT_MASK_FILE
    return value


def _combine_masks(matte: Any, request: CutRequest, document: Document, folder: Path | None) -> Any:
    import numpy as np

    from mattework.worker.rasters import locate_file, read_plane, unit_values

    if request.combine == "replace":
        return matte
    ways: Mapping[str, Callable[[Any, Any], Any]] = {
        "intersect": np.minimum,
        "add": np.maximum,
        "subtract": lambda found, mask: np.minimum(mask, 1 - found),
    }
    if request.combine not in ways or request.existing is None:
        raise UsageError(f"Masks are combined by replace, {', '.join(ways)}, not {request.combine!r}.")
    existing = unit_values(read_plane(locate_file(folder, request.existing), request.sample, document.size))
    return ways[request.combine](unit_values(matte), existing)


def _mask_of(cutout: Cutout) -> Samples:
    """The matte without the photo's own transparency: what a layer mask must hold, as the document holds it."""
    from mattework.document.model import Layer

    masks = [one.mask for one in cutout.document.layers if isinstance(one, Layer) and one.mask is not None]
    return masks[0].pixels


def _write_mask(mask: AnyArray, sample: str, folder: Path | None) -> None:
    """A mask in the samples of a document, or floats of 0 to 1, in the samples that the host wants."""
    from mattework.worker.rasters import DTYPES, locate_file, quantise, unit_values, write_plane

    if sample not in DTYPES:
        raise UsageError(f"Samples of the kind {sample!r} are not known.")
    wanted = DTYPES[sample]
    if mask.dtype != wanted:
        mask = quantise(unit_values(mask), wanted)
    write_plane(mask, locate_file(folder, MASK_FILE))


def _edge_settings(edge: EdgeOptions) -> EdgeSettings:
    from mattework.recipe import EdgeSettings

    return EdgeSettings(smooth=edge.smooth, feather=edge.feather, contrast=edge.contrast, shift=edge.shift)


def _check_solver(solver: str, matting: MattingChoice | str | None = None) -> Any:
    from mattework.matting.solve import choose_solver

    choose_solver(solver, _choose_matting(matting) if isinstance(matting, str) else matting)
    return solver


def _choose_matting(model: str | None) -> MattingChoice | None:
    from mattework.recipe import MattingChoice

    return None if model is None else MattingChoice(model=model)


def _read_params(params: Mapping[str, Any], kind: type[Params]) -> Params:
    import msgspec

    try:
        return msgspec.convert(params, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"The request cannot be read: {error}.") from error


def _follow_stages(report: Report) -> Progress:
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
        report(text, begin + (min([*later, 1.0]) - begin) * fraction)

    return advance
