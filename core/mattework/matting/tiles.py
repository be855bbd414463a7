"""A network's work on the band alone: overlapping squares that cover it, whose answers pass into one another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mattework.arrays import Bools, Floats
from mattework.geometry import Rect, Size
from mattework.progress import Progress, report_progress


def cover_band(wanted: Bools, side: int) -> list[Rect]:
    """Rectangles of at most `side` x `side` that hold every wanted pixel (h, w) once, each begun where the next such pixel
    lies: a thin band takes a third fewer than of a grid."""
    height, width = wanted.shape
    pieces = list[Rect]()
    rows = np.flatnonzero(wanted.any(axis=1))
    while rows.size:
        top = int(rows[0])
        bottom = min(top + side, height)
        columns = np.flatnonzero(wanted[top:bottom].any(axis=0))
        while columns.size:
            left = int(columns[0])
            right = min(left + side, width)
            pieces.append(Rect(left, top, right, bottom))
            columns = columns[np.searchsorted(columns, right) :]
        rows = rows[np.searchsorted(rows, bottom) :]
    return pieces


def solve_in_tiles(
    wanted: Bools,
    side: int,
    overlap: int,
    answer: Callable[[Rect], Floats],
    progress: Progress | None = None,
    *,
    multiple: int | None = None,
    at_once: int = 1,
) -> tuple[Floats, Floats]:
    """What `answer` says of squares of a scene that together hold all wanted pixels, (h, w) float32, and how much that
    counts, (h, w) in 0..1: all on wanted pixels, falling to nothing around them.

    Args:
        wanted: (h, w).
        side: of the squares; at a scene's border they are moved inwards, and only a smaller scene makes them smaller.
        overlap: what a square sees beyond its piece; less than half the side. Half of that from its border its answers
            begin to count.
        answer: is given a square, and gives its alpha in 0..1, (side, side) or any other size.
        progress: told of every square; may raise `Cancelled`.
        multiple: for an `answer` that takes sides of any multiple: squares are cut to what is wanted of their pieces
            and what is seen beyond it, which spares a thin band a third of the area.
        at_once: squares that are worked on beside each other.
    """
    from mattework.models.tensors import resize_smoothly

    frame = Size(wanted.shape[1], wanted.shape[0]).rect
    pieces = cover_band(wanted, max(1, side - 2 * overlap))
    total = np.zeros(wanted.shape, np.float32)
    weights = np.zeros(wanted.shape, np.float32)
    if multiple is None:
        squares = [_surround(piece, (side, side), overlap, frame) for piece in pieces]
    else:
        squares = [_cut_square(wanted, piece, overlap, multiple) for piece in pieces]
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for done, (around, part) in enumerate(zip(squares, pool.map(answer, squares), strict=True)):
                report_progress(progress, "solving alpha", done / len(pieces))
                if part.shape != around.size.shape:
                    part = resize_smoothly(part, around.size).clip(0.0, 1.0)
                weight = _weigh_tile(around, frame, overlap)
                total[around.slices] += weight * part
                weights[around.slices] += weight
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    np.divide(total, weights, out=total, where=weights > 0)
    return total, np.minimum(weights, 1, out=weights)


def _surround(piece: Rect, sides: tuple[int, int], overlap: int, frame: Rect) -> Rect:
    """The rectangle of so many rows and columns around a piece, moved into the scene; smaller only where the scene is."""
    height, width = sides
    left = max(frame.left, min(piece.left - overlap, frame.right - width))
    top = max(frame.top, min(piece.top - overlap, frame.bottom - height))
    return Rect(left, top, left + width, top + height).intersect(frame)


def _cut_square(wanted: Bools, piece: Rect, overlap: int, multiple: int) -> Rect:
    """The same around what is wanted of a piece, with sides that are a multiple."""
    held = wanted[piece.slices]
    rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
    least = Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    height, width = (-(-(side + 2 * overlap) // multiple) * multiple for side in least.size.shape)
    frame = Size(wanted.shape[1], wanted.shape[0]).rect
    return _surround(least.move(piece.left, piece.top), (height, width), overlap, frame)


def _weigh_tile(around: Rect, frame: Rect, overlap: int) -> Floats:
    """(h, w) over `around`: 1 in its piece, 0 near its border, where the network saw too little of the surroundings; 1 up
    to the border of the scene."""

    def ramp(start: int, end: int, first: int, last: int) -> Floats:
        places = np.arange(start, end, dtype=np.float32) + np.float32(0.5)
        up = 2 * (places - start) / overlap - 1 if start > first else np.ones_like(places)
        down = 2 * (end - places) / overlap - 1 if end < last else np.ones_like(places)
        return np.clip(np.minimum(up, down), 0, 1).astype(np.float32)

    across = ramp(around.left, around.right, frame.left, frame.right)
    return ramp(around.top, around.bottom, frame.top, frame.bottom)[:, None] * across[None]
