"""Parts: the connected pieces of a matte and its holes, and the strokes that drop, keep or fill them.

A stroke here is an area along the part's outline, so that it is in the recipe and opens again as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from mattework import Rect, Size, Stroke, touch_region
from mattework.arrays import AnyArray, Bytes, Plane
from mattework.recipe import StrokeKind
from mattework_editor.pyramid import split_into_strips
from mattework_editor.tiled_plane import TiledPlane

Kind: TypeAlias = Literal["part", "hole"]

FAINT = 0.02
"""Alpha up to which a pixel belongs to no part, and below 1 minus which it belongs to a hole."""
MOST = 200
"""Parts, and holes, that are listed: the largest."""
ROWS = 256
"""Rows that are looked at together: labels of all of the picture would take as much memory as the alpha."""
CONNECTIVITY: dict[Kind, int] = {"part": 8, "hole": 4}


@dataclass(frozen=True, slots=True)
class Part:
    """A connected piece of the matte, or a hole in it. `area` in photo pixels; `outline` (x, y) runs around all of it."""

    kind: Kind
    area: int
    bounds: Rect
    outline: tuple[tuple[float, float], ...]


def find_parts(
    alpha: Plane[np.float32], strokes: Sequence[Stroke] = (), rows: int = ROWS
) -> tuple[tuple[Part, ...], int]:
    """The largest parts of an alpha (H, W) and then its largest holes; and how many smaller ones there are.

    Pixels that touch by a corner are one part, but not one hole. What is at most half opaque all over is no part, what
    is at least half opaque all over is no hole; a hole is closed all around. Touches among the strokes count. Work is
    done in strips of `rows`, which have no influence on the parts.
    """
    ranks = _rank(alpha, strokes, rows)
    parts, more = _trace(ranks, "part", rows)
    holes, more_holes = _trace(ranks, "hole", rows)
    return (*parts, *holes), more + more_holes


def drop_parts(chosen: Sequence[Part], others: Sequence[Part]) -> tuple[Stroke, ...]:
    """Strokes that take parts away; others that lie inside their outlines come back."""
    taken = [_make_area(part, "background") for part in chosen]
    inside = [
        one
        for one in others
        if one.kind == "part" and any(part.bounds.contains(one.bounds) for part in chosen)
    ]
    return (*taken, *(_make_area(part, "restored") for part in inside))


def fill_holes(chosen: Sequence[Part]) -> tuple[Stroke, ...]:
    return tuple(_make_area(part, "foreground") for part in chosen)


def _make_area(part: Part, kind: StrokeKind) -> Stroke:
    return Stroke(kind=kind, radius=0.0, points=part.outline, shape="area")


def _rank(alpha: Plane[np.float32], strokes: Sequence[Stroke], rows: int) -> TiledPlane[np.uint8]:
    """0 for what belongs to no part, 1 below one half, 2 at one half, 3 above, 4 for what belongs to no hole."""
    size = Size(alpha.shape[1], alpha.shape[0])
    ranks = TiledPlane(size, np.uint8)
    for strip in split_into_strips(size.rect, rows):
        some = touch_region(alpha, strokes, strip)
        rank = (some > FAINT).astype(np.uint8)
        for passed in (some >= 0.5, some > 0.5, some >= 1 - FAINT):
            rank += passed
        ranks[strip.slices] = rank
    return ranks


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Connected pieces of a plane (n): `place` (n, 2) is the strip that a piece begins in and its label there, `bounds`
    (n, 4) its left, top, right and bottom; `is_sure` says whether any of it is more than half opaque (for holes: less)."""

    place: AnyArray
    area: AnyArray
    bounds: AnyArray
    is_sure: AnyArray


def _trace(ranks: TiledPlane[np.uint8], kind: Kind, rows: int) -> tuple[list[Part], int]:
    height, width = ranks.shape
    strips = split_into_strips(Rect(0, 0, width, height), rows)
    pieces = _find_pieces(ranks, kind, strips)
    wanted = pieces.is_sure
    if kind == "hole":
        left, top, right, bottom = pieces.bounds.T
        wanted = wanted & (left > 0) & (top > 0) & (right < width) & (bottom < height)
    found = np.flatnonzero(wanted)
    kept = found[np.argsort(-pieces.area[found], kind="stable")][:MOST].tolist()
    starts = _find_starts(ranks, kind, strips, pieces, kept)
    parts = []
    for piece in kept:
        bounds = Rect(*pieces.bounds[piece].tolist())
        outline = _outline(ranks, kind, starts[piece], bounds)
        parts.append(Part(kind, int(pieces.area[piece]), bounds, outline))
    return parts, len(found) - len(kept)


def _find_pieces(ranks: TiledPlane[np.uint8], kind: Kind, strips: list[Rect]) -> _Pieces:
    """The pieces of every strip, and those of neighbouring strips that touch made one."""
    parts, pairs = [], []
    count, last = 0, np.full(ranks.shape[1], -1)
    for number, strip in enumerate(strips):
        some = ranks[strip.slices]
        labels, stats = _label(some, kind)
        sure = np.zeros(len(stats), bool)
        sure[labels[some > 2 if kind == "part" else some < 2]] = True
        left, top, across, down, area = stats[1:].T.astype(np.int64)
        bounds = np.column_stack([left, top + strip.top, left + across, top + strip.top + down])
        place = np.column_stack([np.full(len(area), number), np.arange(1, len(stats))])
        parts.append((place, area, bounds, sure[1:]))
        first, end = (np.where(row > 0, row.astype(np.int64) + (count - 1), -1) for row in labels[[0, -1]])
        if number:
            pairs += _find_neighbours(last, first, kind)
        count, last = count + len(area), end
    place, area, bounds, sure = (np.concatenate(some) for some in zip(*parts, strict=True))
    roots = _join(count, pairs)
    heads, into = np.unique(roots, return_inverse=True)
    whole = _Pieces(place[heads], np.zeros_like(heads), bounds[heads], np.zeros(len(heads), bool))
    np.add.at(whole.area, into, area)
    np.logical_or.at(whole.is_sure, into, sure)
    np.minimum.at(whole.bounds[:, :2], into, bounds[:, :2])
    np.maximum.at(whole.bounds[:, 2:], into, bounds[:, 2:])
    return whole


def _join(count: int, pairs: list[list[int]]) -> AnyArray:
    """For each of so many pieces the first of all that it hangs together with by pairs."""
    above: dict[int, int] = {}

    def find(piece: int) -> int:
        while (upper := above.get(piece, piece)) != piece:
            above[piece] = above.get(upper, upper)
            piece = upper
        return piece

    for one, other in pairs:
        first, second = sorted((find(one), find(other)))
        above[second] = first
    roots = np.arange(count)
    for piece in above:
        roots[piece] = find(piece)
    return roots


def _cover(ranks: Bytes, kind: Kind) -> Bytes:
    """1 for pixels of parts, or of holes."""
    return (ranks > 0 if kind == "part" else ranks < 4).view(np.uint8)


def _label(ranks: Bytes, kind: Kind) -> tuple[AnyArray, AnyArray]:
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        _cover(ranks, kind), connectivity=CONNECTIVITY[kind]
    )
    return labels, stats


def _find_neighbours(last: AnyArray, first: AnyArray, kind: Kind) -> list[list[int]]:
    """Pieces (-1: none) that touch between the last row of a strip and the first of the next, each pair once."""
    slants = [(last, first)]
    if CONNECTIVITY[kind] == 8:
        slants += [(last[1:], first[:-1]), (last[:-1], first[1:])]
    pairs = np.concatenate([np.column_stack(slant) for slant in slants])
    touching = pairs[(pairs >= 0).all(axis=1)]
    pairs_once: list[list[int]] = np.unique(touching, axis=0).tolist()
    return pairs_once


def _find_starts(
    ranks: TiledPlane[np.uint8], kind: Kind, strips: list[Rect], pieces: _Pieces, kept: list[int]
) -> dict[int, tuple[int, int]]:
    """One pixel (x, y) of each kept piece."""
    starts = {}
    for number in np.unique(pieces.place[kept, 0]).tolist():
        strip = strips[number]
        labels, stats = _label(ranks[strip.slices], kind)
        for piece in kept:
            if pieces.place[piece, 0] == number:
                label = pieces.place[piece, 1]
                left, top = stats[label][:2].tolist()
                starts[piece] = left + int(np.argmax(labels[top, left:] == label)), top + strip.top
    return starts


def _outline(
    ranks: TiledPlane[np.uint8], kind: Kind, start: tuple[int, int], bounds: Rect
) -> tuple[tuple[float, float], ...]:
    """Along the pixels just outside of a component, in picture coordinates."""
    import cv2

    room = np.zeros((bounds.height + 2, bounds.width + 2), np.uint8)
    for strip in split_into_strips(bounds, ROWS):
        inside = strip.move(1 - bounds.left, 1 - bounds.top)
        room[inside.slices] = _cover(ranks[strip.slices], kind)
    mask = np.zeros((bounds.height + 4, bounds.width + 4), np.uint8)
    seed = start[0] - bounds.left + 1, start[1] - bounds.top + 1
    cv2.floodFill(room, mask, seed, 0, flags=CONNECTIVITY[kind] | cv2.FLOODFILL_MASK_ONLY | (1 << 8))
    del room
    mask[[0, -1]] = mask[:, [0, -1]] = 0  # which it has filled too
    cv2.dilate(mask, np.ones((3, 3), np.uint8), dst=mask)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(contours, key=len)
    points = np.asarray(cv2.approxPolyDP(longest, 0.5, True)).reshape(-1, 2)
    return tuple((float(x + bounds.left - 1.5), float(y + bounds.top - 1.5)) for x, y in points)
