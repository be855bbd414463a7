"""The sweeps of the multi-level foreground estimate (see `foreground`): what is done at a level, and from one to the next.

Each level takes Jacobi sweeps over whole planes. The minimum over one pixel's F and B, with F' and B' the weighted means of
its four neighbours and s the sum of the weights, is

    F = F' + alpha g r,   B = B' + (1 - alpha) g r,   r = I - alpha F' - (1 - alpha) B',
    g = 1 / (alpha^2 + (1 - alpha)^2 + s).

Planes are (C + 1, h, w) float32: the colours, and last the matte.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Rect

# Measured with benchmarks/foreground.py. Germer et al. take 1e-5, 1 and a serial sweep; parallel sweeps want a
# stronger pull of the data and more turns where they are cheap.
_REGULARISATION = 1e-3
_GRADIENT_WEIGHT = 0.1
_SWEEPS = (2, 4, 10)
"""Jacobi sweeps at the full size, the half, and every smaller one."""

_STRIP_PIXELS = 80_000
"""More than a tile with its surroundings has: only what is solved at once is swept in strips."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Foreground and background, each (C, h, w) float32."""

    foreground: Floats
    background: Floats

    def crop(self, rect: Rect) -> Estimate:
        rows, columns = rect.slices
        return Estimate(self.foreground[:, rows, columns], self.background[:, rows, columns])

    def put(self, rect: Rect, part: Estimate) -> None:
        """Write a part into the arrays."""
        rows, columns = rect.slices
        self.foreground[:, rows, columns], self.background[:, rows, columns] = (
            part.foreground,
            part.background,
        )


def solve_whole(planes: Floats, level: int) -> Estimate:
    """Multi-level estimate from a single pixel up to the size of `planes`."""
    _, rows, columns = planes.shape
    if rows == columns == 1:
        return Estimate(planes[:-1], planes[:-1])
    small = shrink(np.pad(planes, ((0, 0), (0, rows % 2), (0, columns % 2)), mode="edge"), 2)
    coarse = _double(solve_whole(small, level + 1)).crop(Rect(0, 0, columns, rows))
    return _sweep(planes, coarse, count_sweeps(level))


def refine_window(pyramid: list[Floats], coarse: Estimate, window: Rect, level: int) -> Estimate:
    """Carry the estimate below the pyramid up to one window of its `level`."""
    if level == len(pyramid):
        return coarse.crop(window)
    planes = pyramid[level]
    sweeps = count_sweeps(level)
    # A sweep carries a border's error one pixel inwards, enlarging carries it one small pixel: take as much more.
    wide = window.grow(sweeps)
    half = Rect(wide.left // 2, wide.top // 2, -(-wide.right // 2), -(-wide.bottom // 2)).grow(1)
    half = half.intersect(Rect(0, 0, planes.shape[2] // 2, planes.shape[1] // 2))
    wide = wide.intersect(Rect(half.left * 2, half.top * 2, half.right * 2, half.bottom * 2))
    start = _double(refine_window(pyramid, coarse, half, level + 1)).crop(
        wide.move(-2 * half.left, -2 * half.top)
    )
    solved = _sweep(planes[(slice(None), *wide.slices)], start, sweeps)
    return solved.crop(window.move(-wide.left, -wide.top))


def count_sweeps(level: int) -> int:
    """How many sweeps a level takes; level 0 is the full size."""
    return _SWEEPS[min(level, len(_SWEEPS) - 1)]


def shrink(planes: Floats, step: int) -> Floats:
    """Means of step x step pixels; both sides are multiples of `step`."""
    import cv2

    if step == 1:
        return planes
    size = planes.shape[2] // step, planes.shape[1] // step
    return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes])


def _double(estimate: Estimate) -> Estimate:
    """Twice the size, bilinear."""
    import cv2

    def enlarge(planes: Floats) -> Floats:
        count, rows, columns = planes.shape
        large: Floats = np.empty((count, rows * 2, columns * 2), np.float32)
        for plane, target in zip(planes, large, strict=True):
            cv2.resize(plane, (columns * 2, rows * 2), dst=target, interpolation=cv2.INTER_LINEAR)
        return large

    return Estimate(enlarge(estimate.foreground), enlarge(estimate.background))


def _sweep(planes: Floats, start: Estimate, sweeps: int) -> Estimate:
    """Jacobi sweeps of the 2 x 2 systems. `start` is used up: its arrays hold the result.

    Large planes are swept in strips, and as many more rows around as a strip's border can make itself felt: a dozen planes
    at work are then a dozen strips, and the result is the same to the bit.
    """
    _, height, width = planes.shape
    rows = max(_STRIP_PIXELS // max(1, width), sweeps)
    if rows >= height:
        return _sweep_at_once(planes, start, sweeps)
    solved: list[tuple[Rect, Estimate]] = []
    for top in range(0, height, rows):
        strip = Rect(0, top, width, min(top + rows, height))
        wide = Rect(0, max(0, top - sweeps), width, min(strip.bottom + sweeps, height))
        part = start.crop(wide)
        own = Estimate(part.foreground.copy(), part.background.copy())
        swept = _sweep_at_once(planes[(slice(None), *wide.slices)], own, sweeps)
        solved.append((strip, swept.crop(strip.move(0, -wide.top))))
        if len(solved) > 1:  # what lies above is read no more
            start.put(*solved.pop(0))
    start.put(*solved.pop())
    return start


def _sweep_at_once(planes: Floats, start: Estimate, sweeps: int) -> Estimate:
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
