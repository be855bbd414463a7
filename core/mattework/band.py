"""Where an alpha is worth any work: the cells of a picture that its edge runs through."""

from __future__ import annotations

import numpy as np

from mattework.arrays import Bools, Plane
from mattework.geometry import Rect

CELL = 32
"""Side of a cell in pixels. Tiles are made of whole cells, so work in tiles is aligned to it."""


def find_band_tiles(
    alpha: Plane[np.float32], *, side: int = 256, reach: int = 0, solid: bool = True
) -> list[Rect]:
    """Rectangles that cover the edge of `alpha` and everything within `reach` pixels of it, each pixel once.

    The edge is every pixel with 0 < alpha < 1 and every border between a 0 and a 1. Corners of the rectangles lie on
    multiples of `CELL` or on the picture's border; the cost follows the length of the edge.

    Args:
        alpha: (H, W) float32, 0 to 1.
        side: longest side of a rectangle in pixels, rounded down to whole cells (at least one).
        reach: how far from the edge, in pixels, a pixel must still be covered.
        solid: whether cells that are 1 throughout are covered too; without them only the outer side is reached for.
    """
    height, width = alpha.shape
    if height == 0 or width == 0:
        return []
    clear, full = _classify_cells(alpha)
    wanted = ~(clear | full)
    wanted |= (_grow_cells(clear, 1) & full) | (_grow_cells(full, 1) & clear)
    wanted = _grow_cells(wanted, -(-reach // CELL))
    if not solid:
        wanted &= ~full
    step = max(1, side // CELL)
    tiles = []
    for top in range(0, wanted.shape[0], step):
        for left in range(0, wanted.shape[1], step):
            block = wanted[top : top + step, left : left + step]
            rows, columns = np.flatnonzero(block.any(axis=1)), np.flatnonzero(block.any(axis=0))
            if rows.size:
                tiles.append(
                    Rect(
                        (left + int(columns[0])) * CELL,
                        (top + int(rows[0])) * CELL,
                        min(width, (left + int(columns[-1]) + 1) * CELL),
                        min(height, (top + int(rows[-1]) + 1) * CELL),
                    )
                )
    return tiles


def _classify_cells(alpha: Plane[np.float32]) -> tuple[Bools, Bools]:
    """Per cell: is it 0 throughout, is it 1 throughout."""
    height, width = alpha.shape
    columns = np.arange(0, width, CELL)
    rows = range(0, height, CELL)
    clear = np.empty((len(rows), columns.size), np.bool_)
    full = np.empty_like(clear)
    for index, top in enumerate(rows):
        strip = alpha[top : top + CELL, :]
        clear[index] = np.maximum.reduceat(strip.max(axis=0), columns) <= 0
        full[index] = np.minimum.reduceat(strip.min(axis=0), columns) >= 1
    return clear, full


def _grow_cells(cells: Bools, count: int) -> Bools:
    """Cells within `count` cells (all eight directions) of a true one."""
    for axis in (0, 1):
        grown = cells.copy()
        for shift in range(1, min(count, cells.shape[axis] - 1) + 1):
            near, far = [slice(None)] * 2, [slice(None)] * 2
            near[axis], far[axis] = slice(shift, None), slice(None, -shift)
            grown[tuple(near)] |= cells[tuple(far)]
            grown[tuple(far)] |= cells[tuple(near)]
        cells = grown
    return cells
