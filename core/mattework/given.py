"""Soft masks and trimaps that a person brings, and the pictures of them that travel with the recipe."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import numpy as np

from mattework.arrays import AnyArray, Bytes, Floats, take_native
from mattework.document.model import array_depth, depth_white
from mattework.errors import UsageError
from mattework.geometry import Size

if TYPE_CHECKING:
    from mattework.photo import Photo
    from mattework.recipe import Recipe, RecipeInputs

MaskSource: TypeAlias = "str | PathLike[str] | bytes | BinaryIO | AnyArray"


def take_mask(source: MaskSource, tell: Callable[[str], None] | None = None) -> tuple[Floats, bytes]:
    """A soft mask of the user's, as the recipe keeps it: (h, w) float32 of 0 to 1, and the same as a 16-bit PNG.

    `tell` is given notes about a file.

    Raises:
        UsageError: an array of another shape, type or range, or labels such as 0 and 1.
        InputError: the file cannot be read.
    """
    from mattework.formats.masks import read_mask, refuse_labels

    if isinstance(source, np.ndarray):
        mask = _as_unit_mask(source)
        if source.dtype.kind == "u":  # floats may be as low, where hardly anything was found
            refuse_labels(float(mask.max()), "mask")
    else:
        mask = read_mask(source, tell=tell)
        refuse_labels(float(mask.max()), "mask")
    return keep_mask(mask)


def take_trimap(
    source: MaskSource, size: Size, tell: Callable[[str], None] | None = None
) -> tuple[Bytes, bytes]:
    """A trimap of the user's: (H, W) uint8 of 0, 128 and 255 at the photo's `size`, and the same as an 8-bit PNG.

    `tell` is given notes about a file.

    Raises:
        UsageError: another size, an array of another type, or labels such as 0, 1 and 2.
        InputError: the file cannot be read.
    """
    from mattework.formats.masks import read_trimap, refuse_labels, save_mask

    if isinstance(source, np.ndarray):
        if source.ndim != 2:
            raise UsageError(f"A trimap array is (H, W), not {source.shape}.")
        if source.dtype != np.uint8:
            raise UsageError(f"A trimap array is uint8 of 0, 128 and 255, not {source.dtype}.")
        if source.shape != size.shape:
            raise UsageError(
                f"The trimap is {source.shape[1]} x {source.shape[0]} pixels, the photo {size}. They must be equal."
            )
        refuse_labels(int(source.max(initial=0)) / 255, "trimap")
        trimap = np.full(source.shape, 128, np.uint8)
        trimap[source == 0] = 0
        trimap[source == 255] = 255
    else:
        trimap = read_trimap(source, size, tell=tell)
    png = BytesIO()
    save_mask(trimap.astype(np.float32) / np.float32(255), png, bits=8, format="png")
    return trimap, png.getvalue()


def tell_about_scaling(mask: Floats, size: Size) -> tuple[str, ...]:
    """A note when a mask (h, w) had to be scaled to the photo's `size`, and whether it may be another photo's."""
    height, width = mask.shape
    if (width, height) == (size.width, size.height):
        return ()
    note = f"The mask of {width} x {height} pixels was scaled to the photo's {size}"
    if has_other_proportions(mask, size):
        return (f"{note}, which has other proportions: see that it is this photo's mask.",)
    return (f"{note}.",)


def has_other_proportions(mask: Floats, size: Size) -> bool:
    """Whether a mask (h, w) is of another shape than the photo; a pixel of rounding on either side is none."""
    height, width = mask.shape
    difference = abs(int(width) * size.height - int(height) * size.width)
    return difference > max(size.long_side, int(width), int(height))


def rests_on_other_size(recipe: Recipe, inputs: RecipeInputs, photo: Photo) -> bool:
    """Whether a photo was cropped, turned or scaled since its recipe was made. Of a recipe that does not say how large the
    photo was (older ones don't) only other proportions than those of what it rests on are known.

    Raises:
        InputError: the pictures that travel with the recipe are damaged.
    """
    from mattework.formats.files import read_mask, read_trimap

    if recipe.source_sha256 in (None, photo.hash_samples()):
        return False
    if recipe.source_size is not None:
        return recipe.source_size != (photo.size.width, photo.size.height)
    if inputs.trimap is not None:
        return read_trimap(inputs.trimap).shape != photo.size.shape
    return inputs.soft_mask is not None and has_other_proportions(read_mask(inputs.soft_mask), photo.size)


def keep_mask(mask: Floats) -> tuple[Floats, bytes]:
    """A soft mask as the recipe keeps it (16-bit PNG), and exactly what will be read back from that."""
    from mattework.formats.files import read_mask, save_mask

    png = BytesIO()
    save_mask(mask, png, bits=16, format="png")
    return read_mask(png.getvalue(), None), png.getvalue()


def _as_unit_mask(array: AnyArray) -> Floats:
    array = take_native(array)
    if array.ndim != 2 or array.size == 0:
        raise UsageError(f"A mask array must be (h, w), not {array.shape}.")
    if array.dtype == np.bool_:
        return array.astype(np.float32)
    if array.dtype in (np.uint8, np.uint16):
        samples: AnyArray = array
        return samples.astype(np.float32) / np.float32(depth_white(array_depth(samples)))
    if array.dtype.kind != "f":
        raise UsageError(f"A mask array is bool, uint8, uint16, or float of 0 to 1, not {array.dtype}.")
    values: Floats = array.astype(np.float32)
    if not np.isfinite(values).all():
        raise UsageError(
            "The mask array holds NaN or infinite values. Replace them first, as with numpy.nan_to_num."
        )
    # Smooth scaling overshoots a little; more than that is another range.
    if values.max() > 1.5 or values.min() < -0.5:
        raise UsageError(
            f"A float mask runs from 0 to 1; this one from {values.min():g} to {values.max():g}. Scale it first."
        )
    return values.clip(0.0, 1.0)
