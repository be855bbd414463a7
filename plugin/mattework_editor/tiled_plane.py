"""A plane in tiles: what is of one value over a whole tile, as most of a matte and a trimap is, takes no memory.

It is read and written by rectangles, like an array (`plane[rect.slices]`); what is read is always a new array. Tiles are
never changed once they are made, so that copies of a plane share them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mattework import Size

SIDE = 64

Kind = TypeVar("Kind", np.uint8, np.float32)


class TiledPlane(Generic[Kind]):
    """See the module. `shape` is (H, W). Slices are those of a rectangle in the plane; reading takes steps too."""

    def __init__(self, size: Size, kind: type[Kind]) -> None:
        """A plane of zeros."""
        self.shape = size.shape
        self.dtype: np.dtype[Kind] = np.dtype(kind)
        grid = -(-size.height // SIDE), -(-size.width // SIDE)
        self._values: NDArray[Kind] = np.zeros(grid, self.dtype)
        self._is_mixed = np.zeros(grid, np.bool_)
        self._mixed: dict[tuple[int, int], NDArray[Kind]] = {}

    @classmethod
    def pack(cls, plane: NDArray[Kind]) -> TiledPlane[Kind]:
        """An array (H, W) as a plane in tiles."""
        height, width = plane.shape
        packed = cls(Size(width, height), plane.dtype.type)
        packed[:, :] = plane
        return packed

    def copy(self) -> TiledPlane[Kind]:
        twin = TiledPlane(Size(self.shape[1], self.shape[0]), self.dtype.type)
        twin._values, twin._is_mixed = self._values.copy(), self._is_mixed.copy()
        twin._mixed = dict(self._mixed)
        return twin

    def unpack(self) -> NDArray[Kind]:
        """All of it as one array (H, W)."""
        return self[:, :]

    @property
    def is_plain(self) -> bool:
        """Whether all of it has one value."""
        return not self._mixed and bool((self._values == self._values.flat[0]).all())

    @property
    def nbytes(self) -> int:
        """Memory that it takes, tiles that it shares with its copies among it."""
        return self._values.nbytes + self._is_mixed.nbytes + sum(tile.nbytes for tile in self._mixed.values())

    def __getitem__(self, where: tuple[slice, slice], /) -> NDArray[Kind]:
        down, across = (_cut(one, length) for one, length in zip(where, self.shape, strict=True))
        grid = np.ix_(_tiles(down), _tiles(across))
        wide = np.repeat(self._values[grid], [run.length for run in across], axis=1)
        read: NDArray[Kind] = np.repeat(wide, [run.length for run in down], axis=0)
        for y, x in np.argwhere(self._is_mixed[grid]).tolist():
            row, column = down[y], across[x]
            tile = self._mixed.get((row.tile, column.tile))
            if tile is not None:  # else another thread has just made it plain
                read[row.outside, column.outside] = tile[row.inside, column.inside]
        return read

    def __setitem__(self, where: tuple[slice, slice], values: NDArray[Kind] | float, /) -> None:
        """`values` (h, w), or one for all; steps are not taken."""
        down, across = (_cut(one, length) for one, length in zip(where, self.shape, strict=True))
        shape = sum(run.length for run in down), sum(run.length for run in across)
        values = np.broadcast_to(np.asarray(values, self.dtype), shape)
        begins = [column.outside.start for column in across]
        for row in down if across else ():
            band = values[row.outside]
            lows = np.minimum.reduceat(band.min(axis=0), begins)
            highs = np.maximum.reduceat(band.max(axis=0), begins)
            for column, is_plain in zip(across, (lows == highs).tolist(), strict=True):
                self._put(row, column, band[:, column.outside], is_plain=is_plain)

    def _put(self, row: _Run, column: _Run, part: NDArray[Kind], *, is_plain: bool) -> None:
        place, first = (row.tile, column.tile), part[0, 0]
        if is_plain and not self._is_mixed[place] and self._values[place] == first:
            return
        shape = tuple(min(SIDE, length - tile * SIDE) for tile, length in zip(place, self.shape, strict=True))
        if part.shape != shape:
            old = self._mixed.get(place)
            tile = np.full(shape, self._values[place], self.dtype) if old is None else old.copy()
            tile[row.inside, column.inside] = part
            is_plain = is_plain and bool((tile == first).all())
        else:
            tile = part.copy()
        if is_plain:
            self._values[place] = first
            self._mixed.pop(place, None)
        else:
            self._mixed[place] = tile
        self._is_mixed[place] = not is_plain


@dataclass(frozen=True, slots=True)
class _Run:
    """What a slice takes of one row (or column) of tiles: where it is in what is read, and where in the tile."""

    tile: int
    outside: slice
    inside: slice

    @property
    def length(self) -> int:
        return self.outside.stop - self.outside.start  # type: ignore[no-any-return]


def _cut(where: slice, length: int) -> list[_Run]:
    places = range(*where.indices(length))
    runs, done = [], 0
    while done < len(places):
        tile = places[done] // SIDE
        end = min(len(places), -(-((tile + 1) * SIDE - places.start) // places.step))
        inside = slice(places[done] - tile * SIDE, places[end - 1] - tile * SIDE + 1, places.step)
        runs.append(_Run(tile, slice(done, end), inside))
        done = end
    return runs


def _tiles(runs: list[_Run]) -> NDArray[np.intp]:
    return np.array([run.tile for run in runs], np.intp)
