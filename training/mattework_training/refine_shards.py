"""Solved scenes on disk, in shards: solving them costs more than learning from them, so it is done once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mattework_training.library import Data, Part
from mattework_training.refine_scenes import RefineScene, SceneMaker

Bytes = npt.NDArray[np.uint8]

SHARD = 32
"""Scenes in one file, each of them twice, see ``SceneMaker.make``."""
PLANES = ("photo", "trimap", "solved", "hints", "truth")
_SEEDS = {"train": 11, "check": 12}


def shard_path(folder: Path, part: Part, number: int) -> Path:
    return folder / f"{part}-{number:04d}.npz"


def make_shard(maker: SceneMaker, folder: Path, part: Part, number: int) -> None:
    """Draw, solve and write one shard, unless it is there."""
    target = shard_path(folder, part, number)
    if target.exists():
        return
    write_scenes(target, [scene for place in range(SHARD) for scene in maker.make(number * SHARD + place)])


def open_maker(library_part: Part, data: Data) -> SceneMaker:
    from mattework_training.library import load_library

    return SceneMaker(load_library(data, library_part), _SEEDS[library_part])


def write_scenes(target: Path, scenes: list[RefineScene]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as stream:
        planes: dict[str, Any] = {
            name: np.stack([getattr(scene, name) for scene in scenes]) for name in PLANES
        }
        np.savez_compressed(stream, kinds=np.array([scene.kind for scene in scenes]), **planes)
    os.replace(partial, target)


def read_scenes(path: Path) -> list[RefineScene]:
    with np.load(path, allow_pickle=False) as shard:
        planes = [shard[name] for name in PLANES]
        kinds = [str(kind) for kind in shard["kinds"]]
    return [RefineScene(kind, *parts) for kind, *parts in zip(kinds, *planes, strict=True)]
