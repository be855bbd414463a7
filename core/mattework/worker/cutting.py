"""Masks for hosts: cut a subject, adjust the edge of an earlier cut, solve an edge anew in a band."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mattework.errors import UsageError
from mattework.worker.protocol import LOST_PAINTING, AdjustRequest, CutRequest, EdgeOptions, RefineRequest
from mattework.worker.selecting import convert_gestures

if TYPE_CHECKING:
    from mattework.arrays import AnyArray, Samples
    from mattework.cutout import Cutout
    from mattework.document.model import Document
    from mattework.geometry import Size
    from mattework.models.runtime import ModelSession
    from mattework.progress import Progress
    from mattework.recipe import EdgeSettings, MattingChoice, Recipe, RecipeInputs

Task = Literal["subject", "prompt"]

_WAYS = ("replace", "intersect", "add", "subtract")
MASK_FILE, COLOURS_FILE, SOFT_MASK_FILE = "mask.raw", "colours.raw", "soft-mask.png"


class ModelKeeper(Protocol):
    """Who keeps models open between requests."""

    def open_model(self, model: str | None, task: Task = "subject") -> ModelSession:
        """The open model of that identifier, the embedded one by default."""


def cut_subject(
    models: ModelKeeper, request: CutRequest, folder: Path | None, progress: Progress
) -> dict[str, Any]:
    """The mask of the subject, or of what the prompts mean, with clean colours and the recipe."""
    from mattework.pipeline import cut_out
    from mattework.recipe import TrimapRules
    from mattework.worker.rasters import locate_file, read_document, read_plane, unit_values

    if request.start is not None and not request.prompts:
        raise UsageError("A mask to begin from goes with prompts.")
    _check_wishes(request)
    progress("open", 0.0)
    document, raw = read_document(request.picture, folder)
    start = None
    if request.start is not None:
        start = unit_values(read_plane(locate_file(folder, request.start), request.sample, document.size))
    progress("model", 0.0)
    cutout = cut_out(
        document,
        session=models.open_model(request.model, "prompt" if request.prompts else "subject"),
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


def adjust_edge(
    _: ModelKeeper, request: AdjustRequest, folder: Path | None, progress: Progress
) -> dict[str, Any]:
    """The mask of an earlier recipe again, with other edge settings; no model looks for the subject."""
    from mattework.photo import hash_samples, take_photo
    from mattework.pipeline import apply_recipe
    from mattework.recipe import RecipeInputs, parse_recipe
    from mattework.worker.rasters import locate_file, read_document, read_plane

    progress("open", 0.0)
    document, raw = read_document(request.picture, folder)
    made = parse_recipe(request.recipe)
    name = request.edge.matting_model
    same = request.edge.solver == made.solver if name is None else made.matting and made.matting.model == name
    kept = made.matting if same else None
    solver = _check_solver(request.edge.solver, kept or name)
    matting = kept or _choose_matting(name)
    if (solver, matting) != (made.solver, made.matting):
        made = made.choose_solver(solver, matting)
    recipe = replace(
        made,
        mask_sha256=None,
        trimap=replace(made.trimap, band=request.edge.band),
        edge=_edge_settings(request.edge),
        colours=request.colours,
    )
    inputs = RecipeInputs(soft_mask=locate_file(folder, request.soft_mask).read_bytes())
    is_other = made.source_sha256 not in (None, take_photo(document).hash_samples())
    if is_other and request.part is None:
        _refuse_other_shape(inputs, document.size)
    whole = None
    if request.part is not None:
        recipe, inputs, whole = _take_part(recipe, inputs, request.part, document.size)
    cutout = apply_recipe(document, recipe=recipe, inputs=inputs, part_of=whole, progress=progress)
    mask = None
    if request.existing is not None:
        mask = read_plane(locate_file(folder, request.existing), request.sample, document.size)
    if is_other and mask is not None:
        _refuse_unlike(mask, cutout.alpha)
    value = _hand_over(cutout, request, document, raw, folder)
    # In other samples than the document's the host's mask is a rounded one, which tells nothing.
    is_rounded = mask is None or mask.dtype != next(document.walk_layers()).pixels.dtype
    if mask is not None and not is_rounded and made.mask_sha256 not in (None, hash_samples(mask)):
        value["notes"].append(LOST_PAINTING)
    return value


_OTHER_PICTURE = (
    "The picture {} since it was cut, so its edge cannot be made again from the recipe. Cut it out again, or refine the "
    "mask that it has."
)
_ALIKE, _LESS_ALIKE, _LEAST_ALIKE = 0.8, 0.1, 0.5
"""Intersection over union: of a turned mask that is the one, how much less the other has, and that any must have."""


def _refuse_other_shape(inputs: RecipeInputs, size: Size) -> None:
    """Raises: UsageError: the picture has other proportions than the soft mask that was found in it."""
    from mattework.formats.files import read_mask
    from mattework.given import has_other_proportions

    assert inputs.soft_mask is not None
    if has_other_proportions(read_mask(inputs.soft_mask), size):
        raise UsageError(_OTHER_PICTURE.format("has got other proportions"))


def _refuse_unlike(mask: AnyArray, alpha: AnyArray) -> None:
    """Raises: UsageError: the host's mask, which went with the picture, is like the recipe's turned one, or unlike it."""
    import numpy as np

    from mattework.worker.rasters import unit_values

    there, made = unit_values(mask) > 0.5, alpha > 0.5

    def compare(turned: AnyArray) -> float:
        return float((there & turned).sum() / max(1, (there | turned).sum()))

    turned = [np.flip(made, axes) for axes in ((0,), (1,), (0, 1))]
    if made.shape[0] == made.shape[1]:
        turned += [np.flip(made.T, axes) for axes in ((), (0,), (1,), (0, 1))]
    likest = max(compare(one) for one in turned)
    if likest > _ALIKE and likest > compare(made) + _LESS_ALIKE:
        raise UsageError(_OTHER_PICTURE.format("was turned or mirrored"))
    if there.any() and compare(made) < _LEAST_ALIKE:
        raise UsageError(_OTHER_PICTURE.format("was cropped or changed much"))


def _take_part(
    recipe: Recipe, inputs: RecipeInputs, part: tuple[int, int, int, int], size: Size
) -> tuple[Recipe, RecipeInputs, Size]:
    from mattework.excerpt import take_excerpt
    from mattework.geometry import Rect, Size

    left, top, width, height = part
    if min(width, height) < 1:
        raise UsageError(f"A layer of {width} x {height} has no part.")
    frame, whole = Rect.from_size(left, top, size), Size(width, height)
    if frame.is_empty or not Rect.from_size(0, 0, whole).contains(frame):
        raise UsageError(f"The part at {left}, {top} of {size} lies outside the layer of {whole}.")
    return *take_excerpt(recipe, inputs, frame=frame, whole=whole), whole


def refine_edge(
    models: ModelKeeper, request: RefineRequest, folder: Path | None, progress: Progress
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
            session=models.open_model(request.model),
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
    photo = take_photo(document)
    solution = solve_alpha(
        convert_for_matting(photo),
        trimap,
        soft_mask=known,
        solver=_check_solver(request.solver, request.matting_model),
        matting=_choose_matting(request.matting_model),
        opacity=photo.alpha,
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

    is_exact = request.sample == "float" and not request.picture.has_alpha
    matte: AnyArray = cutout.alpha if is_exact else _mask_of(cutout)
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


def _check_wishes(request: CutRequest) -> None:
    """Refuse before any work what the mask cannot become.

    Raises:
        UsageError
    """
    from mattework.worker.rasters import DTYPES

    if request.combine not in _WAYS:
        raise UsageError(f"Masks are combined by {', '.join(_WAYS)}, not {request.combine!r}.")
    if request.combine != "replace" and request.existing is None:
        raise UsageError(f"To {request.combine} a mask needs the layer's: give it as `existing`.")
    if request.sample not in DTYPES:
        raise UsageError(f"Samples of the kind {request.sample!r} are not known.")


def _combine_masks(matte: Any, request: CutRequest, document: Document, folder: Path | None) -> Any:
    import numpy as np

    from mattework.worker.rasters import locate_file, read_plane, unit_values

    if request.combine == "replace":
        return matte
    assert request.existing is not None
    ways: Mapping[str, Callable[[Any, Any], Any]] = {
        "intersect": np.minimum,
        "add": np.maximum,
        "subtract": lambda found, mask: np.minimum(mask, 1 - found),
    }
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
    from mattework.matting.solvers import choose_solver

    choose_solver(solver, _choose_matting(matting) if isinstance(matting, str) else matting)
    return solver


def _choose_matting(model: str | None) -> MattingChoice | None:
    from mattework.recipe import MattingChoice

    return None if model is None else MattingChoice(model=model)
