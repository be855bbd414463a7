"""Clean colours: what the subject would look like without its background.

A pixel of the unknown band shows I = alpha F + (1 - alpha) B. The multi-level estimate of Germer, Uelwer, Conrad and
Harmeling, "Fast Multi-Level Foreground Estimation" (2020), finds F and B that explain I and change little from pixel to
pixel, most of all across alpha's own gradient, from the coarsest view of the picture to the finest.

Here each level takes Jacobi sweeps over whole planes, and the finer levels are worked only in tiles over the band. The
minimum over one pixel's F and B, with F' and B' the weighted means of its four neighbours and s the sum of the weights,
is

    F = F' + alpha g r,   B = B' + (1 - alpha) g r,   r = I - alpha F' - (1 - alpha) B',
    g = 1 / (alpha^2 + (1 - alpha)^2 + s).
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
from mattework.progress import Progress, report_progress

MARGIN = 16
"""How many pixels beyond the last visible one the estimate continues."""

# Measured with benchmarks/foreground.py. Germer et al. take 1e-5, 1 and a serial sweep; parallel sweeps want a
# stronger pull of the data and more turns where they are cheap.
_REGULARISATION = 1e-3
_GRADIENT_WEIGHT = 0.1
_SWEEPS = (2, 4, 10)
"""Jacobi sweeps at the full size, the half, and every smaller one."""

_BRIGHTEST = 65504.0
"""Largest half float. One damaged pixel of 1e30 would otherwise be spread over all of its surroundings."""
_BASE_SIDE = 1024
_TILE_SIDE = 256
_STRIP_PIXELS = 80_000
"""More than a tile with its surroundings has: only what is solved at once is swept in strips."""


def estimate_foreground(
    colour: Samples,
    alpha: Floats,
    *,
    amount: float = 1.0,
    progress: Progress | None = None,
    tile_side: int = _TILE_SIDE,
    base_side: int = _BASE_SIDE,
) -> Samples:
    """The colours of the subject without its background.

    What changes: pixels with 0 < alpha < 1, and pixels with alpha 0 up to `MARGIN` pixels (in each axis) away from one
    with alpha above 0. There the estimate continues smoothly, so that a mask painted or feathered a little wider still
    shows the subject's colours. Pixels with alpha 1 and everything farther out are the original, bit for bit.

    Args:
        colour: (H, W, C) uint8, uint16 or float32, any number of channels and any colour mode; straight, as
            photographed. Values that are not finite, or beyond the range of half floats, are no light and count as 0.
        alpha: (H, W) float32, 0 to 1.
        amount: 0 returns the original, 1 the full estimate; between them a linear mix.
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
    for tile, clean in _estimate_in_tiles(colour, alpha, amount, progress, tile_side, base_side):
        result[tile.slices] = clean
    return result


def lay_foreground(
    colour: Samples, alpha: Plane[np.float32], *, amount: float = 1.0, progress: Progress | None = None
) -> Patchwork[Any]:
    """What `estimate_foreground` gives, laid on `colour` where it differs: it takes memory along the edge only.

    Raises:
        UsageError, Cancelled: as `estimate_foreground`.
    """
    result = Patchwork[Any](colour)
    for tile, clean in _estimate_in_tiles(colour, alpha, amount, progress, _TILE_SIDE, _BASE_SIDE):
        result[tile.slices] = clean
    return result


def _estimate_in_tiles(
    colour: Samples,
    alpha: Plane[np.float32],
    amount: float,
    progress: Progress | None,
    tile_side: int,
    base_side: int,
) -> Iterator[tuple[Rect, AnyArray]]:
    """Every tile in which the estimate changes anything, with its new colours."""
    if colour.ndim != 3 or alpha.shape != colour.shape[:2]:
        raise UsageError(f"An alpha of {alpha.shape} does not belong to colours of {colour.shape}.")
    if not 0 <= amount <= 1:
        raise UsageError(f"The amount of clean colours is {amount}; it must lie between 0 and 1.")
    if tile_side < 1:
        raise UsageError(f"A working tile of {tile_side} pixels is none.")
    if base_side < 1:
        raise UsageError(f"A side of {base_side} pixels is none.")
    check_colour(colour)
    check_alpha(alpha)
    picture = _Picture(
        colour, alpha, depth_white(array_depth(colour)), _count_levels(max(alpha.shape, default=0), base_side)
    )
    tiles = find_band_tiles(alpha, side=tile_side, reach=MARGIN, solid=False) if amount > 0 else []
    if not tiles or colour.shape[2] == 0:
        return
    base = _solve_base(picture)
    low, high = picture.find_range()
    for index, tile in enumerate(tiles):
        report_progress(progress, "colours", index / len(tiles))
        planes, foreground, changed = _estimate_tile(picture, base, tile)
        if amount < 1:
            foreground = planes + np.float32(amount) * (foreground - planes)
        estimate = np.clip(foreground, low, high)
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


@dataclass(frozen=True, slots=True)
class _Estimate:
    """Foreground and background, each (C, h, w) float32."""

    foreground: Floats
    background: Floats

    def crop(self, rect: Rect) -> _Estimate:
        rows, columns = rect.slices
        return _Estimate(self.foreground[:, rows, columns], self.background[:, rows, columns])

    def put(self, rect: Rect, part: _Estimate) -> None:
        """Write a part into the arrays."""
        rows, columns = rect.slices
        self.foreground[:, rows, columns], self.background[:, rows, columns] = (
            part.foreground,
            part.background,
        )


def _estimate_tile(picture: _Picture, base: _Estimate, tile: Rect) -> tuple[Floats, Floats, Bools]:
    """One tile's own colours and estimate, both (C, h, w), and which of its pixels (h, w) change."""
    step = 1 << picture.levels
    near = tile.grow(_halo(picture.levels)).intersect(picture.rect)
    # The crop lies on the base level's grid, so that every level sees the same pixels whatever the tile.
    coarse = Rect(near.left // step, near.top // step, -(-near.right // step), -(-near.bottom // step))
    crop = Rect(coarse.left * step, coarse.top * step, coarse.right * step, coarse.bottom * step)
    pyramid = [_read_crop(picture, crop)]
    for _ in range(1, picture.levels):
        pyramid.append(_shrink(pyramid[-1], 2))
    window = tile.move(-crop.left, -crop.top)
    foreground = _refine(pyramid, base.crop(coarse), window, 0).foreground
    planes, matte = pyramid[0][:-1], pyramid[0][-1]
    changed = _within_margin(matte, window) & (matte[window.slices] < 1)
    return planes[(slice(None), *window.slices)], foreground, changed


def _within_margin(matte: Floats, window: Rect) -> Bools:
    """Which pixels of the window lie at most `MARGIN` from one with alpha above 0."""
    import cv2

    kernel = np.ones((2 * MARGIN + 1, 1), np.uint8)
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
        reach = 2 * (reach + 1) + _count_sweeps(level)
    return max(reach, MARGIN)


def _solve_base(picture: _Picture) -> _Estimate:
    """The estimate for the whole picture, halved as often as its levels say; read in strips to save memory."""
    step = 1 << picture.levels
    width, height = _ceil_to(picture.rect.width, step), _ceil_to(picture.rect.height, step)
    rows = max(step, 256 // step * step)
    strips = [Rect(0, top, width, min(height, top + rows)) for top in range(0, height, rows)]
    return _solve_whole(
        np.concatenate([_read_small(picture, strip) for strip in strips], axis=1), picture.levels
    )


def _read_small(picture: _Picture, strip: Rect) -> Floats:
    """As `_read_crop`, shrunk to the base level; integer samples are averaged as they are, which is fast."""
    import cv2

    step = 1 << picture.levels
    if picture.white == 1.0:
        return _shrink(_read_crop(picture, strip), step)
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


def _solve_whole(planes: Floats, level: int) -> _Estimate:
    """Multi-level estimate from a single pixel up to the size of `planes`."""
    _, rows, columns = planes.shape
    if rows == columns == 1:
        return _Estimate(planes[:-1], planes[:-1])
    small = _shrink(np.pad(planes, ((0, 0), (0, rows % 2), (0, columns % 2)), mode="edge"), 2)
    coarse = _double(_solve_whole(small, level + 1)).crop(Rect(0, 0, columns, rows))
    return _sweep(planes, coarse, _count_sweeps(level))


def _refine(pyramid: list[Floats], coarse: _Estimate, window: Rect, level: int) -> _Estimate:
    """Carry the estimate below the pyramid up to one window of its `level`."""
    if level == len(pyramid):
        return coarse.crop(window)
    planes = pyramid[level]
    sweeps = _count_sweeps(level)
    # A sweep carries a border's error one pixel inwards, enlarging carries it one small pixel: take as much more.
    wide = window.grow(sweeps)
    half = Rect(wide.left // 2, wide.top // 2, -(-wide.right // 2), -(-wide.bottom // 2)).grow(1)
    half = half.intersect(Rect(0, 0, planes.shape[2] // 2, planes.shape[1] // 2))
    wide = wide.intersect(Rect(half.left * 2, half.top * 2, half.right * 2, half.bottom * 2))
    start = _double(_refine(pyramid, coarse, half, level + 1)).crop(wide.move(-2 * half.left, -2 * half.top))
    solved = _sweep(planes[(slice(None), *wide.slices)], start, sweeps)
    return solved.crop(window.move(-wide.left, -wide.top))


def _count_sweeps(level: int) -> int:
    return _SWEEPS[min(level, len(_SWEEPS) - 1)]


def _shrink(planes: Floats, step: int) -> Floats:
    """Means of step x step pixels; both sides are multiples of `step`."""
    import cv2

    if step == 1:
        return planes
    size = planes.shape[2] // step, planes.shape[1] // step
    return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes])


def _double(estimate: _Estimate) -> _Estimate:
    """Twice the size, bilinear."""
    import cv2

    def enlarge(planes: Floats) -> Floats:
        count, rows, columns = planes.shape
        large: Floats = np.empty((count, rows * 2, columns * 2), np.float32)
        for plane, target in zip(planes, large, strict=True):
            cv2.resize(plane, (columns * 2, rows * 2), dst=target, interpolation=cv2.INTER_LINEAR)
        return large

    return _Estimate(enlarge(estimate.foreground), enlarge(estimate.background))


def _sweep(planes: Floats, start: _Estimate, sweeps: int) -> _Estimate:
    """Jacobi sweeps of the 2 x 2 systems. `start` is used up: its arrays hold the result.

    Large planes are swept in strips, and as many more rows around as a strip's border can make itself felt: a dozen planes
    at work are then a dozen strips, and the result is the same to the bit.
    """
    _, height, width = planes.shape
    rows = max(_STRIP_PIXELS // max(1, width), sweeps)
    if rows >= height:
        return _sweep_at_once(planes, start, sweeps)
    solved: list[tuple[Rect, _Estimate]] = []
    for top in range(0, height, rows):
        strip = Rect(0, top, width, min(top + rows, height))
        wide = Rect(0, max(0, top - sweeps), width, min(strip.bottom + sweeps, height))
        part = start.crop(wide)
        own = _Estimate(part.foreground.copy(), part.background.copy())
        swept = _sweep_at_once(planes[(slice(None), *wide.slices)], own, sweeps)
        solved.append((strip, swept.crop(strip.move(0, -wide.top))))
        if len(solved) > 1:  # what lies above is read no more
            start.put(*solved.pop(0))
    start.put(*solved.pop())
    return start


def _sweep_at_once(planes: Floats, start: _Estimate, sweeps: int) -> _Estimate:
    """Sweeps over all pixels at once."""
    image, matte = planes[:-1], planes[-1]
    channels, rows, columns = image.shape
    edge = np.pad(matte, 1, mode="edge")
    weights = []
    for place in _AROUND:
        weight = edge[place] - matte
        np.abs(weight, out=weight)
        weight *= np.float32(_GRADIENT_WEIGHT)
        weight += np.float32(_REGULARISATION)
        weights.append(weight)
    total = weights[0] + weights[1] + weights[2] + weights[3]
    for weight in weights:
        weight /= total
    rest = 1 - matte
    gain = 1 / (matte * matte + rest * rest + total)
    gain_front, gain_back = matte * gain, rest * gain
    del edge, total, rest, gain  # planes as large as the picture: twenty are needed at once as it is

    padded_front, padded_back = (np.empty((rows + 2, columns + 2), np.float32) for _ in range(2))
    mean_front, mean_back, spare = (np.empty((rows, columns), np.float32) for _ in range(3))
    inner = slice(1, -1), slice(1, -1)
    # Channel by channel: the dozen planes at work then fit into the processor's cache.
    for channel in range(channels):
        padded_front[inner] = start.foreground[channel]
        padded_back[inner] = start.background[channel]
        for _ in range(sweeps):
            _mean_around(padded_front, weights, mean_front, spare)
            _mean_around(padded_back, weights, mean_back, spare)
            residual = np.subtract(mean_front, mean_back, out=spare)
            residual *= matte
            residual += mean_back
            np.subtract(image[channel], residual, out=residual)
            np.add(mean_back, gain_back * residual, out=padded_back[inner])
            residual *= gain_front
            np.add(mean_front, residual, out=padded_front[inner])
        start.foreground[channel], start.background[channel] = padded_front[inner], padded_back[inner]
    return start


_AROUND = (
    (slice(0, -2), slice(1, -1)),
    (slice(2, None), slice(1, -1)),
    (slice(1, -1), slice(0, -2)),
    (slice(1, -1), slice(2, None)),
)


def _mean_around(padded: Floats, weights: list[Floats], mean: Floats, spare: Floats) -> None:
    """Weighted mean of the four neighbours, into `mean`; the plane's edge repeats beyond it."""
    padded[0], padded[-1] = padded[1], padded[-2]
    padded[:, 0], padded[:, -1] = padded[:, 1], padded[:, -2]
    np.multiply(padded[_AROUND[0]], weights[0], out=mean)
    for place, weight in zip(_AROUND[1:], weights[1:], strict=True):
        mean += np.multiply(padded[place], weight, out=spare)


def _ceil_to(value: int, step: int) -> int:
    return -(-value // step) * step
