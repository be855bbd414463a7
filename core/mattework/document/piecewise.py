"""Samples that no array holds whole: they are read by rectangles, like an array, and made for the parts that are read.

A cut-out on its way into a file is such: its clean colours are the photo's but along the edge, and its mask follows from
the matte. What writes files reads bands of rows, so that neither is ever laid out in full.
"""

from __future__ import annotations

from collections.abc import Callable
from types import EllipsisType
from typing import Any, Generic, TypeAlias, TypeVar, cast, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mattework.arrays import AnyArray, Plane, split_rows

SIDE = 64
"""Side of a patch in pixels."""
_AT_ONCE = 1 << 17
"""Pixels that are derived together: what they are derived from, often floats, is larger than they are."""

Kind = TypeVar("Kind", bound=np.generic)
Where: TypeAlias = tuple[slice, slice]


class Piecewise(Generic[Kind]):
    """What reads like an array (H, W) or (H, W, C): `shape`, `dtype` and the like, and `samples[rows]`,
    `samples[rows, columns]` (slices, with steps forwards too) and `samples[..., channel]`, which is piecewise itself.

    What is read may be a view of what lies under it; who wants to change it takes a copy. NumPy's functions take it for
    the whole array, which they then lay out.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Kind]) -> None:
        self.shape, self.dtype = shape, dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of the samples, not of the memory that they take here."""
        return self.size * self.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    @overload
    def __getitem__(self, where: slice | Where, /) -> NDArray[Kind]: ...
    @overload
    def __getitem__(self, where: tuple[EllipsisType, int], /) -> Piecewise[Kind]: ...
    def __getitem__(self, where: Any, /) -> Any:
        match where:
            case slice():
                return self[where, :]
            case (slice() as rows, slice() as columns) if min(rows.step or 1, columns.step or 1) > 0:
                return self.read(rows, columns)
            case (EllipsisType(), int(channel)) if self.ndim == 3:
                return _Channel(self, channel)
        raise IndexError("Piecewise samples are read by slices of rows and columns, or by channel.")

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> AnyArray:
        if copy is False:
            raise ValueError("Piecewise samples are no array: reading all of them makes one.")
        whole: AnyArray = np.empty(self.shape, self.dtype)
        for rows in split_rows(whole):
            whole[rows] = self.read(rows, slice(None))
        return whole if dtype is None else whole.astype(dtype, copy=False)

    def read(self, rows: slice, columns: slice, channel: int | None = None) -> NDArray[Kind]:
        """The samples of a rectangle, all channels or one."""
        raise NotImplementedError


class _Channel(Piecewise[Kind]):
    def __init__(self, samples: Piecewise[Kind], channel: int) -> None:
        super().__init__(samples.shape[:2], samples.dtype)
        self._samples, self._channel = samples, channel

    def read(self, rows: slice, columns: slice, channel: int | None = None) -> NDArray[Kind]:
        return self._samples.read(rows, columns, self._channel)


class Derived(Piecewise[Kind]):
    """Samples that follow from others pixel by pixel: `make` gives those of a rectangle, every time it is read."""

    def __init__(
        self, shape: tuple[int, ...], dtype: np.dtype[Kind], make: Callable[[Where], NDArray[Kind]]
    ) -> None:
        super().__init__(shape, dtype)
        self._make = make

    def read(self, rows: slice, columns: slice, channel: int | None = None) -> NDArray[Kind]:
        down, across = (
            range(*one.indices(side)) for one, side in zip((rows, columns), self.shape, strict=False)
        )
        step = max(1, _AT_ONCE // max(1, len(across)))
        if len(down) <= step:
            made = self._make((rows, columns))
            return made if channel is None else made[..., channel]
        channels = self.shape[2:] if channel is None else ()
        whole: NDArray[Kind] = np.empty((len(down), len(across), *channels), self.dtype)
        for top in range(0, len(down), step):
            part = down[top : top + step]
            whole[top : top + step] = self.read(slice(part.start, part.stop, part.step), columns, channel)
        return whole


class Patchwork(Piecewise[Kind]):
    """Samples that are those of `base`, an array or a plane of parts, but where others were laid on them.

    `patchwork[rows, columns] = samples` takes slices without steps. Only squares in which a sample differs from the base's
    are kept.
    """

    def __init__(self, base: Plane[Kind]) -> None:
        super().__init__(base.shape, base.dtype)
        self.base = base
        self._patches: dict[tuple[int, int], NDArray[Kind]] = {}

    @property
    def is_plain(self) -> bool:
        """Whether it is its base and nothing else."""
        return not self._patches

    def __setitem__(self, where: Where, samples: NDArray[Kind], /) -> None:
        down, across = (range(*one.indices(side)) for one, side in zip(where, self.shape, strict=False))
        for top in range(down.start // SIDE * SIDE, down.stop, SIDE):
            for left in range(across.start // SIDE * SIDE, across.stop, SIDE):
                rows, columns = _meet(down, top), _meet(across, left)
                self._lay(top, left, (rows[1], columns[1]), samples[rows[0], columns[0]])

    def _lay(self, top: int, left: int, inside: Where, part: NDArray[Kind]) -> None:
        place = top // SIDE, left // SIDE
        under = self.base[top : top + SIDE, left : left + SIDE]
        old = self._patches.get(place, under)
        if np.array_equal(old[inside], part):
            return
        patch = old.copy()
        patch[inside] = part
        if np.array_equal(patch, under):
            self._patches.pop(place, None)
        else:
            self._patches[place] = patch

    def read(self, rows: slice, columns: slice, channel: int | None = None) -> NDArray[Kind]:
        samples = self.base[rows, columns]
        down, across = (
            range(*one.indices(side)) for one, side in zip((rows, columns), self.shape, strict=False)
        )
        if channel is not None:
            samples = samples[..., channel]
        is_own = False
        for y in _squares(down):
            for x in _squares(across):
                patch = self._patches.get((y, x))
                if patch is None:
                    continue
                if not is_own:
                    samples, is_own = samples.copy(), True
                outside, inside = zip(_meet(down, y * SIDE), _meet(across, x * SIDE), strict=True)
                samples[outside] = patch[inside] if channel is None else patch[(*inside, channel)]
        return samples


def read_whole(samples: Plane[Kind]) -> NDArray[Kind]:
    """All of it as one array: an array as it is, and what is piecewise laid out in full."""
    if isinstance(samples, np.ndarray):
        return samples
    if isinstance(samples, Patchwork) and samples.is_plain:
        return read_whole(samples.base)
    return cast("NDArray[Kind]", np.ascontiguousarray(samples[:, :]))


def _squares(places: range) -> range:
    return range(places.start // SIDE, -(-places.stop // SIDE)) if places else range(0)


def _meet(places: range, begin: int) -> tuple[slice, slice]:
    """Which of the places lie in the `SIDE` pixels from `begin` on: their numbers, and where they are from there."""
    step = places.step
    first = max(0, -(-(begin - places.start) // step))
    end = max(first, min(len(places), -(-(begin + SIDE - places.start) // step)))
    start = places.start + first * step - begin
    return slice(first, end), slice(start, start + (end - first) * step, step)
