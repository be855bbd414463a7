"""Alpha by a network that takes a photo and a trimap, such as ViTMatte, or one that corrects what closed-form matting
found, such as the built-in refiner: any installed model of the catalogue.

The network sees the scene in overlapping tiles, and only those that hold unknown pixels; where tiles overlap, their answers
pass into one another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

import numpy as np

from mattework.arrays import Floats
from mattework.errors import ModelNotInstalled, RecipeError, UnknownModel, UsageError
from mattework.geometry import Rect
from mattework.matting.closed_form import solve_closed_form
from mattework.matting.evidence import gather_evidence
from mattework.matting.scene import Scene
from mattework.progress import Progress, report_progress
from mattework.recipe import MattingChoice

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.models.spec import ModelSpec, SizeRule

TILE = 512
"""Side of what a network without a size of its own is shown at once, in scene pixels."""
OVERLAP = 64
"""How far a network sees beyond the piece that a tile is for."""


def list_matting_models() -> list[ModelSpec]:
    """Every model that solves a trimap: the user's own, the catalogue's, the built-in one; of each larger ones first."""
    from mattework.models.store import open_store

    takes_trimap = [spec for spec in open_store().list_specs() if spec.solves_trimap]
    return sorted(
        takes_trimap, key=lambda spec: (spec.origin != "user", spec.embedded, -(spec.megabytes or 0.0))
    )


def find_matting_model(wanted: MattingChoice | None = None) -> ModelSpec:
    """The installed model that was asked for, or the first of `list_matting_models` that is installed.

    Raises:
        UsageError: the model that was asked for solves no trimap.
        UnknownModel: there is no record of that id.
        ModelNotInstalled: it is not there, or none is; says which file is missing and how to get it.
    """
    from mattework.models.catalogue import find_spec
    from mattework.models.store import open_store

    store = open_store()
    if wanted is None:
        installed = next((spec for spec in list_matting_models() if store.is_installed(spec)), None)
        if installed is None:
            raise ModelNotInstalled(
                'The solver "neural" needs a matting model that takes a trimap, and none is installed. '
                f"{_advise_matting_model()}"
            )
        return installed
    told = "" if wanted.sha256 is None else f"{_name_recipe(wanted)} "
    try:
        spec = find_spec(wanted.model)
    except UnknownModel as error:
        if not told:
            raise
        raise UnknownModel(
            f"{told}Lay its ONNX file and its record into {store.home}, or solve the edge another way: "
            "--matting-model ID or --edge closed-form."
        ) from error
    if not spec.solves_trimap:
        names = ", ".join(one.id for one in list_matting_models())
        raise UsageError(f"{spec.id} is no model that solves a trimap. Those that are known: {names}.")
    if not store.is_installed(spec):
        missing = [file for file in spec.files if store.find_file(file) is None]
        raise ModelNotInstalled(told + store.describe_missing(spec, missing))
    return spec


def _advise_matting_model() -> str:
    known = [spec for spec in list_matting_models() if spec.pages and not spec.embedded]
    if not known:
        return "Lay one with its record into the model folder (see `mattework models import --help`)."
    spec = known[-1]
    return f"For one, fetch {spec.display_name} from {spec.pages[0]} and run: mattework models import FILE --as {spec.id}."


def _name_recipe(choice: MattingChoice) -> str:
    return f"The edge of this recipe was solved by the network {choice.model} (sha256 {(choice.sha256 or '')[:12]})."


def open_matting_model(wanted: MattingChoice | None = None, device: str = "auto") -> ModelSession:
    """Open what `find_matting_model` finds; the last one stays open until its file changes.

    Raises:
        UsageError, UnknownModel: see `find_matting_model`.
        RecipeError: the file has another hash than the one that was asked for.
        ModelNotInstalled, ConsentNeeded, ModelDamaged, ModelFailed, DeviceUnavailable, OutOfMemory: see `open_session`.
    """
    from mattework.models.runtime import open_session
    from mattework.models.store import open_store

    store = open_store()
    spec = find_matting_model(wanted)
    found = store.find_file(spec.file())
    key = (spec, device, None if found is None else (found.path, found.path.stat().st_mtime_ns))
    session = _WARM.get(key)  # taken once: another thread may put its own there meanwhile
    if session is None:
        session = open_session(spec, store, device=device)
        _WARM.clear()
        _WARM[key] = session
    if wanted is not None and wanted.sha256 not in (None, session.sha256):
        raise RecipeError(
            f"{_name_recipe(wanted)} The file of that name here is another one ({session.sha256[:12]}). Bring the old one "
            f"back, or solve the edge anew with this one: --matting-model {wanted.model}."
        )
    return session


_WARM: dict[Hashable, ModelSession] = {}


def solve_with_network(scene: Scene, session: ModelSession, progress: Progress | None = None) -> Floats:
    """Alpha of a scene, (h, w) float32 in 0..1; known pixels keep their values.

    Raises:
        ModelFailed, OutOfMemory: see `ModelSession.run`.
    """
    if session.spec.input.companion == "evidence":
        return _refine_solution(scene, session, progress)
    return _solve_trimap(scene, session, progress)


def _solve_trimap(scene: Scene, session: ModelSession, progress: Progress | None) -> Floats:
    from mattework.models.runtime import predict_mask

    decided = ~scene.unknown & ((scene.alpha == 0) | (scene.alpha == 1))
    trimap = np.where(decided, scene.alpha, np.float32(0.5)).astype(np.float32)

    def answer(around: Rect) -> Floats:
        photo = np.rint(scene.take_rgb(around) * 255.0).astype(np.uint8)
        return predict_mask(session, photo, companion=trimap[around.slices])

    return _solve_in_tiles(scene, _choose_side(session.spec.input.size), answer, progress)


def _refine_solution(scene: Scene, session: ModelSession, progress: Progress | None) -> Floats:
    """The closed form's alpha, corrected by a network that sees what it weighed; what was painted as seen through stays."""
    from mattework.models.tensors import read_mask

    solved = solve_closed_form(scene, _take_third(progress, 0))
    evidence = gather_evidence(scene, solved, _take_third(progress, 1))
    rule = session.spec.input
    name = rule.name or next(iter(session.input_types()))

    def answer(around: Rect) -> Floats:
        height, width = around.size.shape
        missing = (-height % rule.size.multiple, -width % rule.size.multiple)
        padded = np.pad(evidence.take_planes(around), ((0, 0), (0, missing[0]), (0, missing[1])), mode="edge")
        outputs = dict(zip(session.output_names(), session.run({name: padded[None]}), strict=True))
        return read_mask(session.spec.output, outputs)[:height, :width].clip(0.0, 1.0)

    refined = _solve_in_tiles(scene, _choose_side(rule.size), answer, _take_third(progress, 2))
    return refined if scene.clear is None else np.where(scene.clear, solved, refined).astype(np.float32)


def _take_third(progress: Progress | None, before: int) -> Progress | None:
    """What tells of one third of a step, of which so many are done."""
    return None if progress is None else lambda step, fraction: progress(step, (before + fraction) / 3)


def _solve_in_tiles(
    scene: Scene, side: int, answer: Callable[[Rect], Floats], progress: Progress | None
) -> Floats:
    """Alpha (h, w) of what `answer` says of squares of `side` that hold unknown pixels."""
    from mattework.models.tensors import resize_smoothly

    height, width = scene.unknown.shape
    frame = Rect(0, 0, width, height)
    pieces = [
        piece
        for piece in frame.split_into_tiles(max(1, side - 2 * OVERLAP))
        if scene.unknown[piece.slices].any()
    ]
    total = np.zeros(scene.unknown.shape, np.float32)
    weights = np.zeros(scene.unknown.shape, np.float32)
    for done, piece in enumerate(pieces):
        report_progress(progress, "solving alpha", done / len(pieces))
        around = _surround(piece, side, frame)
        part = answer(around)
        if part.shape != around.size.shape:
            part = resize_smoothly(part, around.size).clip(0.0, 1.0)
        weight = _weigh_tile(around, frame)
        total[around.slices] += weight * part
        weights[around.slices] += weight
    solved = total / np.maximum(weights, 1e-6)
    return np.asarray(np.where(scene.unknown, solved, scene.alpha), np.float32)


def _choose_side(rule: SizeRule) -> int:
    """Tiles of a network's own size, where it has one, so that nothing is scaled."""
    own = {"stretch": min(rule.width, rule.height), "letterbox": min(rule.width, rule.height)}
    side = own.get(rule.rule) or rule.side or TILE
    return max(side, 3 * OVERLAP)


def _surround(piece: Rect, side: int, frame: Rect) -> Rect:
    """The square of `side` around a piece, moved into the scene; smaller only where the scene is."""
    left = max(frame.left, min(piece.left - OVERLAP, frame.right - side))
    top = max(frame.top, min(piece.top - OVERLAP, frame.bottom - side))
    return Rect(left, top, left + side, top + side).intersect(frame)


def _weigh_tile(around: Rect, frame: Rect) -> Floats:
    """(h, w) over `around`: 1 in its middle, 0 near its border, where the network saw too little of the surroundings; 1 up
    to the border of the scene."""

    def ramp(start: int, end: int, first: int, last: int) -> Floats:
        places = np.arange(start, end, dtype=np.float32) + np.float32(0.5)
        up = (places - start) / OVERLAP - 0.5 if start > first else np.ones_like(places)
        down = (end - places) / OVERLAP - 0.5 if end < last else np.ones_like(places)
        return np.clip(np.minimum(up, down), 0, 1).astype(np.float32)

    across = ramp(around.left, around.right, frame.left, frame.right)
    return ramp(around.top, around.bottom, frame.top, frame.bottom)[:, None] * across[None]
