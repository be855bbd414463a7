"""Clean colours: what the subject would look like without its background.

A pixel of the unknown band shows I = alpha F + (1 - alpha) B. The multi-level estimate of Germer, Uelwer, Conrad and
Harmeling, "Fast Multi-Level Foreground Estimation" (2020), finds F and B that explain I and change little from pixel to
pixel, most of all across alpha's own gradient, from the coarsest view of the picture to the finest.

The finer levels are worked only in tiles over the band; what is done at a level is in `foreground_sweeps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mattework.arrays import (
    AnyArray,
    Bools,
    Floats,
    Plane,
    Samples,
    check_alpha,
    check_colour,
    split_rows,
)
from mattework.band import find_band_tiles
from mattework.document.model import array_depth, depth_white
from mattework.document.piecewise import Patchwork
from mattework.errors import UsageError
from mattework.geometry import Rect
from mattework.matting.foreground_sweeps import Estimate, count_sweeps, refine_window, shrink, solve_whole
from mattework.progress import Progress, report_progress

MARGIN = 16
"""How many pixels beyond the last visible one the estimate continues, where no more is asked for."""

_BRIGHTEST = 65504.0
"""Largest half float. One damaged pixel of 1e30 would otherwise be spread over all of its surroundings."""
_BASE_SIDE = 1024
_TILE_SIDE = 256


def estimate_foreground(
    colour: Samples,
    alpha: Floats,
    *,
    amount: float = 1.0,
    margin: int = MARGIN,
    progress: Progress | None = None,
    tile_side: int = _TILE_SIDE,
    base_side: int = _BASE_SIDE,
) -> Samples:
    """The colours of the subject without its background.

    What changes: pixels with 0 < alpha < 1, and pixels with alpha 0 up to `margin` pixels (in each axis) away from one
    with alpha above 0. There the estimate continues smoothly, so that a mask painted or feathered a little wider still
    shows the subject's colours. Pixels with alpha 1 and everything farther out are the original, bit for bit.

    Args:
        colour: (H, W, C) uint8, uint16 or float32, any number of channels and any colour mode; straight, as
            photographed. Values that are not finite, or beyond the range of half floats, are no light and count as 0.
        alpha: (H, W) float32, 0 to 1.
        amount: 0 returns the original, 1 the full estimate; between them a linear mix.
        margin: how far beyond the last visible pixel the estimate continues; as far as the mask will be grown or feathered
            (`edges.reach_outwards`).
        progress: told about every tile.
        tile_side: side of the working tiles in pixels; it bounds memory and has no influence on the result.
        base_side: longest side, in pixels, at which the whole picture is solved at once. It bounds memory too; with another
            one integer samples, which are rounded when they are reduced to it, may come out a little different.

    Returns:
        A new array like `colour`. Integer samples keep to their range; float samples to 0..1, extended to the range that
        `colour` itself takes.

    Raises:
        UsageError: shapes do not belong together, `amount` is outside 0..1, `alpha` is none or `colour` no samples.
        Cancelled: `progress` wants the work to stop.
    """
    result = colour.copy()
    for tile, clean in _estimate_in_tiles(colour, alpha, amount, margin, progress, tile_side, base_side):
        result[tile.slices] = clean
    return result


def lay_foreground(
    colour: Samples,
    alpha: Plane[np.float32],
    *,
    amount: float = 1.0,
    margin: int = MARGIN,
    progress: Progress | None = None,
    base_side: int = _BASE_SIDE,
) -> Patchwork[Any]:
    """What `estimate_foreground` gives, laid on `colour` where it differs: it takes memory along the edge only.

    Raises:
        UsageError, Cancelled: as `estimate_foreground`.
    """
    result = Patchwork[Any](colour)
    for tile, clean in _estimate_in_tiles(colour, alpha, amount, margin, progress, _TILE_SIDE, base_side):
        result[tile.slices] = clean
    return result


def _estimate_in_tiles(
    colour: Samples,
    alpha: Plane[np.float32],
    amount: float,
    margin: int,
    progress: Progress | None,
    tile_side: int,
    base_side: int,
) -> Iterator[tuple[Rect, AnyArray]]:
    """Every tile in which the estimate changes anything, with its new colours."""
    if colour.ndim != 3 or alpha.shape != colour.shape[:2]:
        raise UsageError(f"An alpha of {alpha.shape} does not belong to colours of {colour.shape}.")
    if not 0 <= amount <= 1:
        raise UsageError(f"The amount of clean colours is {amount}; it must lie between 0 and 1.")
    if margin < 0:
        raise UsageError(f"A margin of {margin} pixels is none.")
    if tile_side < 1:
        raise UsageError(f"A working tile of {tile_side} pixels is none.")
    if base_side < 1:
        raise UsageError(f"A side of {base_side} pixels is none.")
    check_colour(colour)
    check_alpha(alpha)
    picture = _Picture(
        colour, alpha, depth_white(array_depth(colour)), _count_levels(max(alpha.shape, default=0), base_side)
    )
    tiles = find_band_tiles(alpha, side=tile_side, reach=margin, solid=False) if amount > 0 else []
    if not tiles or colour.shape[2] == 0:
        return
    base = _solve_base(picture)
    low, high = picture.find_range()
    for index, tile in enumerate(tiles):
        report_progress(progress, "colours", index / len(tiles))
        planes, foreground, changed = _estimate_tile(picture, base, tile, margin)
        estimate = np.clip(foreground, low, high)
        if amount < 1:
            estimate = planes + np.float32(amount) * (estimate - planes)
        if picture.white != 1.0:
            estimate = estimate * np.float32(picture.white) + np.float32(0.5)
        clean = colour[tile.slices].copy()
        np.copyto(clean, np.moveaxis(estimate, 0, 2).astype(colour.dtype), where=changed[..., None])
        yield tile, clean
    report_progress(progress, "colours", 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """What is given: colours, alpha, the sample that means 1.0, and how often the whole is halved to solve the base."""

    colour: Samples
    alpha: Plane[np.float32]
    white: float
    levels: int

    @property
    def rect(self) -> Rect:
        return Rect(0, 0, self.alpha.shape[1], self.alpha.shape[0])

    def find_range(self) -> tuple[float, float]:
        """The range that estimates keep to, in units of white."""
        low, high = 0.0, 1.0
        for rows in split_rows(self.colour) if self.white == 1.0 else ():
            light = np.abs(self.colour[rows]) <= _BRIGHTEST
            low = float(np.min(self.colour[rows], initial=low, where=light))
            high = float(np.max(self.colour[rows], initial=high, where=light))
        return low, high


def _estimate_tile(
    picture: _Picture, base: Estimate, tile: Rect, margin: int
) -> tuple[Floats, Floats, Bools]:
    """One tile's own colours and estimate, both (C, h, w), and which of its pixels (h, w) change."""
    step = 1 << picture.levels
    near = tile.grow(max(_halo(picture.levels), margin)).intersect(picture.rect)
    # The crop lies on the base level's grid, so that every level sees the same pixels whatever the tile.
    coarse = Rect(near.left // step, near.top // step, -(-near.right // step), -(-near.bottom // step))
    crop = Rect(coarse.left * step, coarse.top * step, coarse.right * step, coarse.bottom * step)
    pyramid = [_read_crop(picture, crop)]
    for _ in range(1, picture.levels):
        pyramid.append(shrink(pyramid[-1], 2))
    window = tile.move(-crop.left, -crop.top)
    foreground = refine_window(pyramid, base.crop(coarse), window, 0).foreground
    planes, matte = pyramid[0][:-1], pyramid[0][-1]
    changed = _within_margin(matte, window, margin) & (matte[window.slices] < 1)
    return planes[(slice(None), *window.slices)], foreground, changed


def _within_margin(matte: Floats, window: Rect, margin: int) -> Bools:
    """Which pixels of the window lie at most `margin` from one with alpha above 0."""
    import cv2

    kernel = np.ones((2 * margin + 1, 1), np.uint8)
    seen = cv2.dilate((matte > 0).astype(np.uint8), kernel)
    return np.asarray(cv2.dilate(seen, kernel.T)[window.slices] > 0, np.bool_)


def _read_crop(picture: _Picture, crop: Rect) -> Floats:
    """Colour planes and, last, the matte: (C + 1, h, w). Beyond the right and lower border the picture's edge repeats."""
    inside = crop.intersect(picture.rect)
    planes = np.empty((picture.colour.shape[2] + 1, *inside.size.shape), np.float32)
    planes[:-1] = np.moveaxis(picture.colour[inside.slices], 2, 0)
    if picture.white == 1.0:
        colours = planes[:-1]
        colours[~(np.abs(colours) <= _BRIGHTEST)] = 0.0
    else:
        planes[:-1] *= np.float32(1.0 / picture.white)
    planes[-1] = picture.alpha[inside.slices]
    if inside == crop:
        return planes
    return np.pad(
        planes, ((0, 0), (0, crop.height - inside.height), (0, crop.width - inside.width)), mode="edge"
    )


def _count_levels(long_side: int, base_side: int) -> int:
    """How often the picture is halved, at least once, before the whole of it is solved at once."""
    levels = 1
    while -(-long_side // (1 << levels)) > base_side:
        levels += 1
    return levels


def _halo(levels: int) -> int:
    """How far, in pixels of the full picture, a crop's border can make itself felt."""
    reach = 0
    for level in reversed(range(levels)):
        reach = 2 * (reach + 1) + count_sweeps(level)
    return reach


def _solve_base(picture: _Picture) -> Estimate:
    """The estimate for the whole picture, halved as often as its levels say; read in strips to save memory."""
    step = 1 << picture.levels
    width, height = _ceil_to(picture.rect.width, step), _ceil_to(picture.rect.height, step)
    rows = max(step, 256 // step * step)
    strips = [Rect(0, top, width, min(height, top + rows)) for top in range(0, height, rows)]
    return solve_whole(
        np.concatenate([_read_small(picture, strip) for strip in strips], axis=1), picture.levels
    )


def _read_small(picture: _Picture, strip: Rect) -> Floats:
    """As `_read_crop`, shrunk to the base level; integer samples are averaged as they are, which is fast."""
    import cv2

    step = 1 << picture.levels
    if picture.white == 1.0:
        return shrink(_read_crop(picture, strip), step)
    inside = strip.intersect(picture.rect)
    beyond = ((0, strip.height - inside.height), (0, strip.width - inside.width))
    size = strip.width // step, strip.height // step
    planes = np.empty((picture.colour.shape[2] + 1, size[1], size[0]), np.float32)
    samples: AnyArray = picture.colour[inside.slices]
    pixels = np.pad(samples, (*beyond, (0, 0)), mode="edge")
    matte = np.pad(picture.alpha[inside.slices], beyond, mode="edge")
    planes[-1] = cv2.resize(matte, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)
    planes[:-1] = np.moveaxis(small, 2, 0)
    planes[:-1] *= np.float32(1.0 / picture.white)
    return planes


def _ceil_to(value: int, step: int) -> int:
    return -(-value // step) * step
