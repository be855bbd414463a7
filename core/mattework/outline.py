"""Outlines that cross themselves: a lasso encloses everything that its line runs around, however often.

Filling by the even-odd rule leaves holes where a line overlaps itself. An outline is taken apart at its crossings into
simple loops instead, and what it encloses is what any of them does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.float64]
_Place = tuple[float, float]

_NEAR = 1e-9
"""Share of a side within which it is met at its end."""


def split_outline(points: Sequence[tuple[float, float]]) -> tuple[Corners, ...]:
    """The loops, each (n, 2) with n >= 3 and without crossings, that a closed outline through `points` is made of.

    An outline that does not meet itself comes back as the only one, with the corners that it has.
    """
    return _split(tuple((float(x), float(y)) for x, y in points))


@lru_cache(maxsize=16)  # one outline is drawn strip by strip
def _split(points: tuple[_Place, ...]) -> tuple[Corners, ...]:
    corners = [here for before, here in zip(points[-1:] + points[:-1], points, strict=True) if here != before]
    if len(corners) < 3:
        return ()
    way = _insert_crossings(corners)
    if len(way) == len(corners) == len(set(way)):
        return (np.array(corners),)
    loops: list[list[_Place]] = []
    line: list[_Place] = []
    where: dict[_Place, int] = {}
    for place in way:
        if place in where:  # the line has come back: what lies between is a loop
            start = where[place]
            loops.append(line[start:])
            for passed in line[start + 1 :]:
                del where[passed]
            del line[start + 1 :]
        else:
            where[place] = len(line)
            line.append(place)
    loops.append(line)
    return tuple(np.array(loop) for loop in loops if len(loop) >= 3)


def _insert_crossings(corners: list[_Place]) -> list[_Place]:
    """The corners with every place between them where the outline meets itself; both sides name it by the same numbers."""
    starts = np.array(corners)
    ends = np.roll(starts, -1, axis=0)
    met: dict[int, list[tuple[float, _Place]]] = defaultdict(list)
    first, second = _find_near_sides(starts, ends)
    for one, other in (
        (first, second),
        (second, first),
    ):  # an end that lies on another side, also on one that runs along
        for point, tip in ((starts[one], one), (ends[one], (one + 1) % len(corners))):
            step = ends[other] - starts[other]
            length = np.maximum((step**2).sum(axis=1), 1e-300)
            share = ((point - starts[other]) * step).sum(axis=1) / length
            off = np.abs(_cross(step, point - starts[other])) / length
            for at in np.flatnonzero((off < _NEAR) & (share > _NEAR) & (share < 1 - _NEAR)):
                met[int(other[at])].append((float(share[at]), corners[int(tip[at])]))
    step, step2 = ends[first] - starts[first], ends[second] - starts[second]
    gap = starts[second] - starts[first]
    turn = _cross(step, step2)
    with np.errstate(all="ignore"):
        share, share2 = _cross(gap, step2) / turn, _cross(gap, step) / turn
    inner = (share > _NEAR) & (share < 1 - _NEAR) & (share2 > _NEAR) & (share2 < 1 - _NEAR)
    for at in np.flatnonzero(inner):
        x, y = starts[first[at]] + share[at] * step[at]
        place = (float(x), float(y))
        met[int(first[at])].append((float(share[at]), place))
        met[int(second[at])].append((float(share2[at]), place))
    way: list[_Place] = []
    for number, corner in enumerate(corners):
        between = dict.fromkeys(place for _, place in sorted(met.get(number, ())))
        way += [corner, *between]
    return way


def _cross(one: Corners, other: Corners) -> Corners:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


def _find_near_sides(starts: Corners, ends: Corners) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The numbers of all pairs of sides that may meet: their bounding boxes do."""
    from scipy.spatial import cKDTree

    middles = (starts + ends) / 2
    length = np.hypot(*(ends - starts).T)
    # Sides by length, doubling: those of a class meet only sides of it and of lower ones whose middles lie as near.
    ranks = np.ceil(np.log2(np.maximum(length, np.median(length)))).astype(int)
    pairs = []
    for rank in np.unique(ranks):
        own, lower = np.flatnonzero(ranks == rank), np.flatnonzero(ranks <= rank)
        found = cKDTree(middles[own]).query_ball_tree(cKDTree(middles[lower]), 2.0**rank)
        counts = [len(one) for one in found]
        pairs.append(np.column_stack([np.repeat(own, counts), lower[np.concatenate(found).astype(np.intp)]]))
    first, second = np.concatenate(pairs).T
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    touching = (low[first] <= high[second]).all(axis=1) & (low[second] <= high[first]).all(axis=1)
    keep = (first != second) & touching
    both = np.unique(np.sort(np.column_stack([first[keep], second[keep]]), axis=1), axis=0)
    return both[:, 0], both[:, 1]
