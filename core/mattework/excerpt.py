"""A recipe for a part of the photo that it was made for: what a preview at full size solves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect, Size
from mattework.matting.brush import move_stroke
from mattework.recipe import Recipe, RecipeInputs

_AROUND = 2
"""Pixels around a place that cubic interpolation looks at."""


def take_excerpt(
    recipe: Recipe, inputs: RecipeInputs, *, frame: Rect, whole: Size
) -> tuple[Recipe, RecipeInputs]:
    """The recipe and its pictures for the part `frame` of a photo of the size `whole`.

    Given to `apply_recipe` with the pixels of that part alone, and `part_of=whole`, they make about the alpha that the
    whole would have there: what lies within some widths of the unknown band from the frame's border knows less of its
    surroundings, a frame that ends near the outline tells hairs from lines of the ground by less, and a large photo's band
    may be solved at a reduced scale where the part is not. Edge settings keep their lengths, in pixels. The hashes, the
    layer's path and the shadow are left out, since they belong to the whole.

    Raises:
        InputError: a picture of `inputs` is damaged.
    """
    from mattework.formats.files import read_mask, read_trimap
    from mattework.given import keep_mask, take_trimap

    part = replace(
        recipe,
        source_sha256=None,
        source_size=None,
        mask_sha256=None,
        clean_crc32=None,
        background_crc32=None,
        shadow_crc32=None,
        layer=None,
        layers=(),
        shadow=None,
        strokes=tuple(move_stroke(stroke, -frame.left, -frame.top) for stroke in recipe.strokes),
    )
    soft_mask = trimap = None
    if inputs.soft_mask is not None:
        _, soft_mask = keep_mask(_sample_part(read_mask(inputs.soft_mask), frame, whole))
    if inputs.trimap is not None:
        rows, columns = slice(frame.top, frame.bottom), slice(frame.left, frame.right)
        _, trimap = take_trimap(np.ascontiguousarray(read_trimap(inputs.trimap)[rows, columns]), frame.size)
    return part, RecipeInputs(soft_mask=soft_mask, trimap=trimap)


def _sample_part(soft_mask: Floats, frame: Rect, whole: Size) -> Floats:
    """The part of a soft mask, as fine as the whole is: lengths in its pixels decide how wide the band is."""
    import cv2

    down, across = soft_mask.shape[0] / whole.height, soft_mask.shape[1] / whole.width
    rows, columns = max(1, round(frame.height * down)), max(1, round(frame.width * across))
    step_down, step_across = frame.height * down / rows, frame.width * across / columns
    # From pixel centre to pixel centre.
    y = ((np.arange(rows) + 0.5) * step_down + frame.top * down - 0.5).astype(np.float32)
    x = ((np.arange(columns) + 0.5) * step_across + frame.left * across - 0.5).astype(np.float32)
    # OpenCV counts the mask's pixels with 16 bits here: it is shown no more of it than is needed.
    top, left = (max(0, math.floor(places[0]) - _AROUND) for places in (y, x))
    soft_mask = soft_mask[top : math.ceil(y[-1]) + _AROUND + 1, left : math.ceil(x[-1]) + _AROUND + 1]
    across_all, down_all = np.meshgrid(x - np.float32(left), y - np.float32(top))
    sampled = cv2.remap(soft_mask, across_all, down_all, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(sampled, 0.0, 1.0), np.float32).reshape(rows, columns)
