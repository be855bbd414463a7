"""Names for the array types that cross module borders, and the check of those that callers hand in.

Shapes are in docstrings; these aliases fix only the element types. Colour arrays are RGB order (or the document's
mode), C-contiguous, y down. Documents hold `Samples`; algorithms work on `Floats` in 0 to 1.
"""

from __future__ import annotations

import math
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from mattework.errors import UsageError

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
"""Pixels as a document holds them: uint8, uint16 or float32."""

Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = NDArray[np.int32]
Bools: TypeAlias = NDArray[np.bool_]
AnyArray: TypeAlias = NDArray[Any]

Kind = TypeVar("Kind", bound=np.generic, covariant=True)


class Plane(Protocol[Kind]):
    """A (H, W) plane that is read by rectangles: an array, or what is kept in another way and gives arrays of its parts.

    A part that is read may be a view; who wants to change it takes a copy.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Kind]: ...

    def __getitem__(self, where: tuple[slice, slice], /) -> NDArray[Kind]: ...


class WritablePlane(Plane[Kind], Protocol[Kind]):
    """A plane of which rectangles can be replaced."""

    def __setitem__(self, where: tuple[slice, slice], values: NDArray[Any], /) -> None: ...


STRIP_PIXELS = 1 << 20
_ROUNDING = 1e-3
_OVERSHOOT = 0.5


def split_rows(array: AnyArray | Plane[Any]) -> list[slice]:
    """The rows of a picture (H, W, …) in strips of about a million pixels, so that none is held twice in floats."""
    rows = max(1, STRIP_PIXELS // max(1, array.shape[1]))
    return [slice(top, min(top + rows, array.shape[0])) for top in range(0, array.shape[0], rows)]


def check_alpha(alpha: AnyArray | Plane[Any]) -> None:
    """Refuse what is no alpha: (H, W) float32 of 0 to 1, give or take a thousandth of rounding.

    Raises:
        UsageError: says what it is instead.
    """
    if len(alpha.shape) != 2 or alpha.dtype != np.float32:
        raise UsageError(f"The alpha must be (H, W) float32 of 0 to 1, not {alpha.shape} of {alpha.dtype}.")
    if 0 in alpha.shape:
        return
    strips = (alpha[rows, :] for rows in split_rows(alpha))
    ends = np.array([(strip.min(), strip.max()) for strip in strips])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())  # both are NaN as soon as one value is
    if not (low >= -_ROUNDING and high <= 1 + _ROUNDING):
        raise UsageError(f"The alpha must run from 0 to 1; it holds values from {low:g} to {high:g}.")


def take_native(array: AnyArray) -> AnyArray:
    """The same values in the machine's own byte order, which files of other machines are not in."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def check_soft_mask(soft_mask: AnyArray) -> None:
    """Refuse what is no soft mask: (h, w) float of 0 to 1; smooth scaling may have left it a little.

    Raises:
        UsageError: says what it is instead.
    """
    if soft_mask.ndim != 2 or soft_mask.size == 0:
        raise UsageError(f"A soft mask has two dimensions and at least one pixel, not {soft_mask.shape}.")
    if soft_mask.dtype.kind != "f":
        raise UsageError(
            f"A soft mask holds floats of 0 to 1, not {soft_mask.dtype}. Divide it by its white."
        )
    low, high = float(soft_mask.min()), float(soft_mask.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise UsageError("The soft mask holds values that are no numbers (NaN or infinity).")
    if low < -_OVERSHOOT or high > 1 + _OVERSHOOT:
        raise UsageError(f"A soft mask runs from 0 to 1; this one from {low:g} to {high:g}. Scale it first.")


def check_colour(colour: AnyArray) -> None:
    """Refuse what are no samples of a picture: (H, W) or (H, W, C), at least one channel, uint8, uint16 or float32.

    Raises:
        UsageError: says what it is instead.
    """
    if colour.ndim not in (2, 3) or (colour.ndim == 3 and colour.shape[2] == 0):
        raise UsageError(f"Colours are (H, W) or (H, W, C), not {colour.shape}.")
    if colour.dtype not in (np.uint8, np.uint16, np.float32):
        raise UsageError(f"Samples must be uint8, uint16 or float32, not {colour.dtype}.")
