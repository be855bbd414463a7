"""Batches for the refiner: random crops of solved scenes, turned and mirrored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mattework.geometry import Rect
from mattework.matting.evidence import enlarge_colours, spread_colours, stack_evidence
from mattework_training.refine_scenes import RefineScene
from mattework_training.refine_shards import read_scenes

Bytes = npt.NDArray[np.uint8]
RefineBatch = tuple[Tensor, Tensor, Tensor]
"""Evidence (N, 16, S, S), true alpha (N, 1, S, S), unknown (N, 1, S, S); float32."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scene with the known colours carried over it, both (H, W, 3) uint8."""

    scene: RefineScene
    subject: Bytes
    ground: Bytes


def prepare(scene: RefineScene) -> Prepared:
    photo = to_unit(scene.photo)
    whole = Rect(0, 0, photo.shape[1], photo.shape[0])
    carried = (enlarge_colours(spread_colours(photo, scene.trimap == kind), whole) for kind in (255, 0))
    subject, ground = (np.rint(colours * 255).astype(np.uint8) for colours in carried)
    return Prepared(scene, subject, ground)


def evidence_of(one: Prepared) -> npt.NDArray[np.float32]:
    """(16, H, W), see ``mattework.matting.evidence``."""
    scene = one.scene
    sides = scene.trimap == 255, scene.trimap == 0
    photo, solved, hints, subject, ground = map(
        to_unit, (scene.photo, scene.solved, scene.hints, one.subject, one.ground)
    )
    return stack_evidence(photo, sides, solved, hints, subject, ground)


def to_unit(values: Bytes) -> npt.NDArray[np.float32]:
    """0..255 as 0..1."""
    return values.astype(np.float32) / np.float32(255)


def change_colors(rng: np.random.Generator) -> Callable[[Bytes], Bytes]:
    """Other colours by which a mix stays the same mix: channels change places, are stretched, and turned to negatives."""
    order = rng.permutation(3)
    gain = rng.uniform(0.6, 1.0, 3) * np.where(rng.random(3) < 0.25, -1, 1)
    ends = np.sort(np.stack([0 * gain, 255 * gain]), axis=0)
    offset = rng.uniform(-ends[0], 255 - ends[1])

    def change(picture: Bytes) -> Bytes:
        changed: Bytes = np.rint(picture[..., order] * gain + offset).astype(np.uint8)
        return changed

    return change


class RefineBatches:
    """Draws crops from the shards of a folder; shards that appear later join."""

    def __init__(self, folder: Path, seed: int, *, side: int = 160, batch: int = 12) -> None:
        self._folder, self._side, self._batch = folder, side, batch
        self._rng = np.random.default_rng(seed)
        self._read: set[str] = set()
        self._scenes: list[Prepared] = []
        self.look_for_more()

    def __len__(self) -> int:
        return len(self._scenes)

    def look_for_more(self, most: int = 1000) -> None:
        """Read shards that have come since, at most so many."""
        new = [path for path in sorted(self._folder.glob("train-*.npz")) if path.name not in self._read]
        for path in new[:most]:
            self._scenes.extend(prepare(scene) for scene in read_scenes(path))
            self._read.add(path.name)

    def next_batch(self) -> RefineBatch:
        drawn = [self._draw() for _ in range(self._batch)]
        planes, truths, bands = (torch.from_numpy(np.stack(parts)) for parts in zip(*drawn, strict=True))
        return planes, truths[:, None], bands[:, None]

    def _draw(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        rng, side = self._rng, self._side
        one = self._scenes[rng.integers(len(self._scenes))]
        scene = one.scene
        places = np.flatnonzero(scene.trimap == 128)
        row, column = divmod(int(places[rng.integers(len(places))]), scene.trimap.shape[1])
        top, left = (
            int(np.clip(place - rng.integers(side // 4, side - side // 4), 0, extent - side))
            for place, extent in zip((row, column), scene.trimap.shape, strict=True)
        )
        turns, mirrored = int(rng.integers(4)), rng.random() < 0.5

        def cut(plane: Bytes) -> Bytes:
            part = plane[top : top + side, left : left + side]
            return np.ascontiguousarray(np.rot90(part[:, ::-1] if mirrored else part, turns))

        light = change_colors(rng)
        crop = Prepared(
            RefineScene(
                scene.kind,
                light(cut(scene.photo)),
                *map(cut, (scene.trimap, scene.solved, scene.hints, scene.truth)),
            ),
            light(cut(one.subject)),
            light(cut(one.ground)),
        )
        truth = crop.scene.truth.astype(np.float32) / np.float32(255)
        return evidence_of(crop), truth, (crop.scene.trimap == 128).astype(np.float32)
