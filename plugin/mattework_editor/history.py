"""Undo and redo: named steps, each with the choices before and after it and the tiles that it changed.

A tile is kept as the exclusive or of its bytes before and after, packed: applying it goes from either state to the
other, and what did not change packs to nothing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from mattework import Rect
from mattework.arrays import AnyArray
from mattework_editor.tiled_plane import TiledPlane

TILE = 256

Choices = TypeVar("Choices")


@dataclass(frozen=True, slots=True)
class Patch:
    """How one tile of the plane called `plane` differs between two states."""

    plane: str
    rect: Rect
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[Choices]):
    """One thing that a person did, by the name they know it under."""

    name: str
    before: Choices
    after: Choices
    patches: tuple[Patch, ...] = ()

    @property
    def rect(self) -> Rect:
        """Every pixel that the step changed lies in this rectangle; empty when it changed choices only."""
        changed = Rect(0, 0, 0, 0)
        for patch in self.patches:
            changed = changed.unite(patch.rect)
        return changed

    @property
    def work(self) -> int:
        """How many pixels, counted by the tile, undo and redo have to go through."""
        return sum(patch.rect.area for patch in self.patches)


def find_patches(plane: str, before: AnyArray, after: AnyArray, where: Rect) -> tuple[Patch, ...]:
    """Patches for the tiles of `where` in which two (h, w) arrays, both showing `where`, differ."""
    patches = []
    for tile in where.split_into_tiles(TILE):
        inside = tile.move(-where.left, -where.top).slices
        old, new = before[inside], after[inside]
        if not np.array_equal(old, new):
            mixed = _as_bytes(old) ^ _as_bytes(new)
            patches.append(Patch(plane, tile, zlib.compress(mixed.tobytes(), 1)))
    return tuple(patches)


def apply_patch(patch: Patch, plane: TiledPlane[Any]) -> None:
    """Turn the tile of `plane` into its other state."""
    tile = plane[patch.rect.slices]
    mixed = np.frombuffer(zlib.decompress(patch.packed), np.uint8) ^ _as_bytes(tile)
    plane[patch.rect.slices] = mixed.view(plane.dtype).reshape(tile.shape)


def _as_bytes(tile: AnyArray) -> AnyArray:
    flat: AnyArray = np.ascontiguousarray(tile).reshape(-1).view(np.uint8)
    return flat


@dataclass(slots=True)
class History(Generic[Choices]):
    """Steps in order; those from `position` on are undone. `saved` is the step after which the work was saved last."""

    steps: list[Step[Choices]] = field(default_factory=list)
    position: int = 0
    _saved: Step[Choices] | None = None
    _recovered: bool = False

    @property
    def last(self) -> Step[Choices] | None:
        """The step that undo would take back."""
        return self.steps[self.position - 1] if self.position else None

    @property
    def next(self) -> Step[Choices] | None:
        """The step that redo would bring back."""
        return self.steps[self.position] if self.position < len(self.steps) else None

    @property
    def is_dirty(self) -> bool:
        return self._recovered or self.last is not self._saved

    def push(self, step: Step[Choices]) -> None:
        """Add a step that was carried out; undone ones are gone for good."""
        del self.steps[self.position :]
        self.steps.append(step)
        self.position += 1

    def step_back(self) -> Step[Choices] | None:
        step = self.last
        if step is not None:
            self.position -= 1
        return step

    def step_forward(self) -> Step[Choices] | None:
        step = self.next
        if step is not None:
            self.position += 1
        return step

    def mark_saved(self) -> None:
        self._saved, self._recovered = self.last, False

    def mark_recovered(self) -> None:
        """What was opened is unsaved work, before any step."""
        self._recovered = True
