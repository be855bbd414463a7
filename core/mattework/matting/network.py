"""Alpha by a network that takes a photo and a trimap, such as ViTMatte: any installed model of the catalogue.

The network sees the scene in overlapping tiles, and only those that hold unknown pixels; where tiles overlap, their answers
pass into one another.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect
from mattework.matting.scene import Scene
from mattework.progress import Progress, report_progress

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.models.spec import ModelSpec, SizeRule

TILE = 512
"""Side of what a network without a size of its own is shown at once, in scene pixels."""
OVERLAP = 64
"""How far a network sees beyond the piece that a tile is for."""


def list_matting_models() -> list[ModelSpec]:
    """Every model that solves a trimap, the user's own before the catalogue's, larger ones before smaller ones."""
    from mattework.models.store import open_store

    takes_trimap = [
        spec
        for spec in open_store().list_specs()
        if spec.task == "matting" and spec.input.companion == "trimap-channel"
    ]
    return sorted(takes_trimap, key=lambda spec: (spec.origin != "user", -(spec.megabytes or 0.0)))


def find_matting_model() -> ModelSpec | None:
    """The first of `list_matting_models` that is installed."""
    from mattework.models.store import open_store

    store = open_store()
    return next((spec for spec in list_matting_models() if store.is_installed(spec)), None)


def open_matting_model(spec: ModelSpec, device: str = "auto") -> ModelSession:
    """Open a model of `list_matting_models`; the last one stays open until its file changes.

    Raises:
        ModelNotInstalled, ConsentNeeded, ModelDamaged, ModelFailed, DeviceUnavailable, OutOfMemory: see `open_session`.
    """
    from mattework.models.runtime import open_session
    from mattework.models.store import open_store

    store = open_store()
    found = store.find_file(spec.file())
    key = (spec, device, None if found is None else (found.path, found.path.stat().st_mtime_ns))
    if key not in _WARM:
        session = open_session(spec, store, device=device)
        _WARM.clear()
        _WARM[key] = session
    return _WARM[key]


_WARM: dict[Hashable, ModelSession] = {}


def solve_with_network(scene: Scene, session: ModelSession, progress: Progress | None = None) -> Floats:
    """Alpha of a scene, (h, w) float32 in 0..1; known pixels keep their values.

    Raises:
        ModelFailed, OutOfMemory: see `ModelSession.run`.
    """
    from mattework.models.runtime import predict_mask
    from mattework.models.tensors import resize_smoothly

    decided = ~scene.unknown & ((scene.alpha == 0) | (scene.alpha == 1))
    trimap = np.where(decided, scene.alpha, np.float32(0.5)).astype(np.float32)
    height, width = scene.unknown.shape
    frame = Rect(0, 0, width, height)
    side = _choose_side(session.spec.input.size)
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
        colour = scene.colour[around.slices]
        if colour.shape[2] != 3:
            colour = np.repeat(colour[:, :, :1], 3, axis=2)
        photo = np.rint(colour * 255.0).astype(np.uint8)
        answer = predict_mask(session, photo, companion=trimap[around.slices])
        if answer.shape != around.size.shape:
            answer = resize_smoothly(answer, around.size).clip(0.0, 1.0)
        weight = _weigh_tile(around, frame)
        total[around.slices] += weight * answer
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
