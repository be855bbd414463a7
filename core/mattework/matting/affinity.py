"""Affinity between pixels of like colour, wherever they lie: what the closed form's small windows cannot see.

Holes in lace, islands of background between hairs and strands that cross the band have no known pixel beside them. A
link to pixels of the same colour, known or unknown, decides them: KNN matting (Chen, Li and Tang, IEEE TPAMI 2013),
here as the intra-unknown flow of Aksoy, Aydin and Pollefeys, "Designing Effective Inter-Pixel Information Flow for
Natural Image Matting" (CVPR 2017), with known pixels near the band among the neighbours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import AnyArray, Bools, Floats
from mattework.matting.scene import Scene

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEIGHBOURS = 7
"""Links from an unknown pixel to the nearest of all pixels, known or not."""
KNOWN_NEIGHBOURS = 3
"""And to the nearest known ones, so that an island of one colour is not linked to itself alone."""
KNOWN_WEIGHT = 0.2
KNOWN_DISTANCE = 0.03
"""Distance in colour and place at which such a link is down to 1/e of `KNOWN_WEIGHT`."""
PLACE_SHARE = 0.05
"""What the whole long side of the photo weighs against the whole range of one colour channel."""
RING = 12
"""How far from the band known pixels are taken as neighbours, in scene pixels."""
MOST_KNOWN = 20_000
"""Known pixels among which the nearest are looked for: of more than that every second, third ... is taken."""
SETTLED_SHARE = 2.0
"""What a link to a settled pixel counts: it has links of its own to what is solved, and they are not looked for."""
SLACK = 1.0
"""A neighbour may be farther than the true one by this share. It costs no accuracy, and takes a quarter less time."""
LEAF = 32
"""Points that the search compares one by one."""
ROWS = 8192
"""Unknown pixels whose links are worked out together."""
KNOWN, SETTLED = -1, -2
"""In the place of an unknown pixel's number."""


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Links of U unknown pixels: `matrix` (U, U) and `right` (U,) as in `laplacian.BandSystem`, to be added to it with a
    weight; `guess` (U,) the alpha of the nearest known colours and `certainty` (U,) in 0..1 how near they are."""

    matrix: csr_array
    right: NDArray[np.float64]
    guess: NDArray[np.float64]
    certainty: NDArray[np.float64]


def link_like_colours(scene: Scene, ring: int = RING, settled: Bools | None = None) -> Links:
    """Laplacian of the links between the unknown pixels of a scene (at least one) and their nearest in colour and place.

    Known pixels within `ring` of the band and the scene's `landmarks` are among the neighbours, and so are `settled` ones
    (h, w): they have an alpha already, found on a coarser scale, and are linked to as the unknown ones are.
    """
    from scipy.sparse import diags_array

    features, alpha, row = _gather_candidates(scene, ring, settled)
    ours = features[row >= 0]
    links, right, degree = _link_nearest(features, ours, alpha, row)
    known = np.flatnonzero(row == KNOWN)
    known = known[:: max(1, math.ceil(len(known) / MOST_KNOWN))]
    features, alpha = features[known], alpha[known]
    index, distance = _find_nearest(features, ours, KNOWN_NEIGHBOURS, itself=False)
    known_weight = KNOWN_WEIGHT * np.exp(-((distance / KNOWN_DISTANCE) ** 2))
    certainty = known_weight.sum(axis=1)
    nearest = (known_weight * alpha[index]).sum(axis=1)
    del features, ours, index, distance, known_weight
    return Links(
        matrix=(diags_array(degree + certainty) - links).tocsr(),
        right=right + nearest,
        guess=nearest / np.maximum(certainty, 1e-9),
        certainty=certainty / (KNOWN_WEIGHT * KNOWN_NEIGHBOURS),
    )


def _link_nearest(
    features: NDArray[np.float64], ours: NDArray[np.float64], alpha: Floats, row: NDArray[np.int32]
) -> tuple[csr_array, NDArray[np.float64], NDArray[np.float64]]:
    """Links among the unknown pixels (U, U), in both directions; and for each what known neighbours pull it to, and the
    sum of all its links. Worked out some thousand pixels at a time."""
    from scipy.sparse import csr_array

    count = len(ours)
    right, others = np.zeros(count), np.zeros(count)
    weights, columns, counts = list[AnyArray](), list[AnyArray](), [np.zeros(1, np.int32)]
    index, distance = _find_nearest(features, ours, NEIGHBOURS, itself=True)
    for first in range(0, count, ROWS):
        some = slice(first, first + ROWS)
        weight = np.maximum(1.0 - distance[some], 0.0)
        column = row[index[some]]
        weight[column == SETTLED] *= SETTLED_SHARE
        inside = column >= 0
        known_weight = np.where(inside, 0.0, weight)
        right[some] = (known_weight * alpha[index[some]]).sum(axis=1)
        others[some] = known_weight.sum(axis=1)
        weights.append(weight[inside])
        columns.append(column[inside])
        counts.append(np.count_nonzero(inside, axis=1).astype(np.int32))
    del index, distance
    starts = np.cumsum(np.concatenate(counts), dtype=np.int32)
    links = csr_array((np.concatenate(weights), np.concatenate(columns), starts), shape=(count, count))
    del weights, columns
    links.sort_indices()
    links = (links + links.T).tocsr()
    return links, right, links.sum(axis=1) + others


def _find_nearest(
    features: NDArray[np.float64], queries: NDArray[np.float64], most: int, *, itself: bool
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Indices and distances (queries, at most `most`) of near features, see `SLACK`; `itself` leaves the nearest out."""
    from scipy.spatial import KDTree

    ranks = np.arange(1, min(most + itself, len(features)) + 1)[int(itself) :]
    if ranks.size == 0:
        return np.zeros((len(queries), 0), np.intp), np.zeros((len(queries), 0))
    distance, index = KDTree(features, LEAF).query(queries, ranks, eps=SLACK, workers=-1)
    return np.asarray(index, np.intp).reshape(len(queries), -1), np.asarray(distance, np.float64).reshape(
        len(queries), -1
    )


def _gather_candidates(
    scene: Scene, ring: int, settled: Bools | None
) -> tuple[NDArray[np.float64], Floats, NDArray[np.int32]]:
    """Features (n, c + 2), alpha (n,) and the unknown's number (n,), `KNOWN` or `SETTLED`, in order."""
    import cv2

    side = 2 * ring + 1
    near = np.flatnonzero(cv2.dilate(scene.unknown.astype(np.uint8), np.ones((side, side), np.uint8)))
    down, across = np.divmod(near, scene.unknown.shape[1])
    colour = scene.colour.reshape(-1, scene.colour.shape[2])[near]
    place = np.column_stack([across, down])
    alpha = scene.alpha.reshape(-1)[near]
    if scene.landmarks is not None:
        colour = np.concatenate([colour, scene.landmarks.colour])
        place = np.concatenate([place, scene.landmarks.place / scene.factor])
        alpha = np.concatenate([alpha, scene.landmarks.alpha])
    row = np.full(len(alpha), KNOWN, np.int32)
    ours = scene.unknown.reshape(-1)[near]
    row[: len(near)][ours] = np.arange(int(np.count_nonzero(ours)))
    if settled is not None:
        row[: len(near)][settled.reshape(-1)[near]] = SETTLED
    features = np.column_stack([colour, place * (PLACE_SHARE * scene.factor / scene.photo_side)])
    return features.astype(np.float64), alpha, row
