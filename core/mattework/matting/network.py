"""Alpha by a network that takes a photo and a trimap, such as ViTMatte, or one that corrects what closed-form matting
found, such as the built-in refiner: any installed model of the catalogue.

The network sees the scene in overlapping tiles that are laid over the unknown band (`tiles`).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np

from mattework.arrays import Floats
from mattework.errors import ModelNotInstalled, RecipeError, UnknownModel, UsageError
from mattework.geometry import Rect
from mattework.matting.evidence import gather_evidence
from mattework.matting.scene import Scene
from mattework.matting.tiles import solve_in_tiles
from mattework.progress import Progress, take_part
from mattework.recipe import MattingChoice

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.models.spec import ModelSpec, SizeRule

TILE = 512
"""Side of what a network without a size of its own is shown at once, in scene pixels."""
OVERLAP = 64
"""How far a network sees beyond the piece that a tile is for."""
REFINER_OVERLAP = 24
"""The same for a refiner, which corrects what is nearly right."""
AT_ONCE = 2
"""Tiles of a refiner at once: the next is laid out while one is seen."""


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

    alpha, _ = solve_in_tiles(scene.unknown, _choose_side(session.spec.input.size), OVERLAP, answer, progress)
    return np.asarray(np.where(scene.unknown, alpha, scene.alpha), np.float32)


def _refine_solution(scene: Scene, session: ModelSession, progress: Progress | None) -> Floats:
    """The closed form's alpha, corrected by a network that sees what it weighed; what was painted as seen through stays."""
    from mattework.models.tensors import read_mask

    evidence = gather_evidence(scene, take_part(progress, 0, 0.7))
    rule = session.spec.input
    name = rule.name or next(iter(session.input_types()))

    def answer(around: Rect) -> Floats:
        height, width = around.size.shape
        missing = (-height % rule.size.multiple, -width % rule.size.multiple)
        padded = np.pad(evidence.take_planes(around), ((0, 0), (0, missing[0]), (0, missing[1])), mode="edge")
        outputs = dict(zip(session.output_names(), session.run({name: padded[None]}), strict=True))
        return read_mask(session.spec.output, outputs)[:height, :width].clip(0.0, 1.0)

    open_ = scene.unknown if scene.clear is None else scene.unknown & ~scene.clear
    wanted = evidence.find_doubtful() & open_
    side = max(rule.size.side or TILE, 3 * REFINER_OVERLAP)
    refined, share = solve_in_tiles(
        wanted,
        side,
        REFINER_OVERLAP,
        answer,
        take_part(progress, 0.7, 1),
        multiple=rule.size.multiple,
        at_once=AT_ONCE,
    )
    share *= open_
    refined -= evidence.solved
    refined *= share
    refined += evidence.solved
    return refined


def _choose_side(rule: SizeRule) -> int:
    """Tiles of a network's own size, where it has one, so that nothing is scaled."""
    own = {"stretch": min(rule.width, rule.height), "letterbox": min(rule.width, rule.height)}
    side = own.get(rule.rule) or rule.side or TILE
    return max(side, 3 * OVERLAP)
