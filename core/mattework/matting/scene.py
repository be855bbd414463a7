"""What a solver sees: the part of a photo that holds the unknown band, at the scale that a solver can afford."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Bools, Bytes, Floats, Samples
from mattework.geometry import Rect
from mattework.matting.trimap import BACKGROUND, FOREGROUND, UNKNOWN

STRIP_ROWS = 256
"""Rows of the reduced picture that are converted to float at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A photo's part around the unknown band, reduced by a whole factor.

    `frame` is the part in photo pixels. One scene pixel is the mean of `factor` x `factor` photo pixels (fewer at the
    right and lower border). `colour` is (h, w, c) float32 in 0..1, `trimap` (h, w) uint8, `soft_mask` (h, w) float32 or
    None. At least 3 x 3 pixels: smaller parts are repeated at their border.
    """

    frame: Rect
    factor: int
    colour: Floats
    trimap: Bytes
    soft_mask: Floats | None

    @property
    def unknown(self) -> Bools:
        return np.asarray(self.trimap == UNKNOWN)


def find_unknown(trimap: Bytes) -> Rect:
    """The smallest rectangle that holds all unknown pixels; empty when there is none."""
    rows = np.flatnonzero((trimap == UNKNOWN).any(axis=1))
    if rows.size == 0:
        return Rect(0, 0, 0, 0)
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero((trimap[top:bottom] == UNKNOWN).any(axis=0))
    return Rect(int(columns[0]), top, int(columns[-1]) + 1, bottom)


def choose_factor(trimap: Bytes, frame: Rect, *, most_unknown: int, most_pixels: int) -> int:
    """The smallest reduction at which `frame` keeps to both limits and still shows known pixels of both kinds."""
    part = trimap[frame.slices]
    unknown = int(np.count_nonzero(part == UNKNOWN))
    factor = max(1, math.ceil(math.sqrt(max(unknown / most_unknown, frame.area / most_pixels))))
    while factor > 1:
        reduced = reduce_trimap(part, factor)
        if (reduced == FOREGROUND).any() and (reduced == BACKGROUND).any():
            break
        factor -= 1
    return factor


def take_scene(
    colour: Samples, trimap: Bytes, soft_mask: Floats | None, *, frame: Rect, factor: int
) -> Scene:
    """Cut `frame` out of the photo and reduce it. `soft_mask` covers the whole photo, at any resolution."""
    small_colour = reduce_colour(colour[frame.slices], factor)
    small_trimap = reduce_trimap(trimap[frame.slices], factor)
    height, width = small_trimap.shape
    soft = None
    if soft_mask is not None:
        soft = sample_soft_mask(soft_mask, trimap.shape, frame, (height, width), factor)
    missing = ((0, max(0, 3 - height)), (0, max(0, 3 - width)))
    if any(after for _, after in missing):
        small_colour = np.pad(small_colour, (*missing, (0, 0)), mode="edge")
        small_trimap = np.pad(small_trimap, missing, mode="edge")
        soft = None if soft is None else np.pad(soft, missing, mode="edge")
    return Scene(frame=frame, factor=factor, colour=small_colour, trimap=small_trimap, soft_mask=soft)


def as_unit_floats(samples: Samples) -> Floats:
    """Samples of any depth as (h, w, c) float32 in 0..1; what lies outside or is no number is clipped."""
    floats: Floats = samples.astype(np.float32)
    if samples.ndim == 2:
        floats = floats[:, :, None]
    if samples.dtype.kind == "f":
        return np.clip(np.nan_to_num(floats), 0.0, 1.0)
    floats *= np.float32(1.0 / (255.0 if samples.dtype.itemsize == 1 else 65535.0))
    return floats


def reduce_colour(samples: Samples, factor: int) -> Floats:
    """Means of `factor` x `factor` blocks, (ceil(h / factor), ceil(w / factor), c) float32 in 0..1.

    Converted in strips, so that no float copy of the whole ever exists.
    """
    import cv2

    if factor == 1:
        return as_unit_floats(samples)
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    rows, columns = -(-height // factor), -(-width // factor)
    reduced = np.empty((rows, columns, channels), np.float32)
    for first in range(0, rows, STRIP_ROWS):
        last = min(rows, first + STRIP_ROWS)
        strip = as_unit_floats(samples[first * factor : last * factor])
        below, right = (last - first) * factor - strip.shape[0], columns * factor - width
        if below or right:
            strip = np.asarray(
                cv2.copyMakeBorder(strip, 0, below, 0, right, cv2.BORDER_REPLICATE), np.float32
            )
        small = cv2.resize(strip, (columns, last - first), interpolation=cv2.INTER_AREA)
        reduced[first:last] = small.reshape(last - first, columns, channels)
    return reduced


def reduce_trimap(trimap: Bytes, factor: int) -> Bytes:
    """A block is known where at least half of it is known as one kind and nothing in it as the other."""
    import cv2

    if factor == 1:
        return np.ascontiguousarray(trimap)
    height, width = trimap.shape
    rows, columns = -(-height // factor), -(-width // factor)
    padded = cv2.copyMakeBorder(
        trimap, 0, rows * factor - height, 0, columns * factor - width, cv2.BORDER_REPLICATE
    )
    shares = [
        cv2.resize((padded == kind).astype(np.uint8) * 255, (columns, rows), interpolation=cv2.INTER_AREA)
        for kind in (FOREGROUND, BACKGROUND)
    ]
    reduced = np.full((rows, columns), UNKNOWN, np.uint8)
    reduced[(shares[0] >= 128) & (shares[1] == 0)] = FOREGROUND
    reduced[(shares[1] >= 128) & (shares[0] == 0)] = BACKGROUND
    return reduced


def sample_soft_mask(
    soft_mask: Floats, photo_shape: tuple[int, ...], frame: Rect, shape: tuple[int, int], factor: int
) -> Floats:
    """The soft mask at the scene's pixels, bilinear: (h, w) float32 in 0..1."""
    import cv2

    down, across = soft_mask.shape[0] / photo_shape[0], soft_mask.shape[1] / photo_shape[1]
    columns = ((np.arange(shape[1]) + 0.5) * factor + frame.left) * across - 0.5
    rows = ((np.arange(shape[0]) + 0.5) * factor + frame.top) * down - 0.5
    source = np.ascontiguousarray(soft_mask, np.float32)
    reduction = max(down, across) * factor
    if reduction > 1.5:  # the mask is finer than the scene
        side = round(reduction)
        source = np.asarray(cv2.blur(source, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32)
    wide = _interpolate_rows(source, rows)
    return np.clip(_interpolate_rows(wide.T, columns).T, 0.0, 1.0)


def _interpolate_rows(source: Floats, places: NDArray[np.float64]) -> Floats:
    places = np.clip(places, 0, source.shape[0] - 1)
    first = np.floor(places).astype(np.intp)
    second = np.minimum(first + 1, source.shape[0] - 1)
    share = (places - first).astype(np.float32)[:, None]
    mixed: Floats = source[first] * (1 - share) + source[second] * share
    return mixed
