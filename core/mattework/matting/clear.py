"""Glass, smoke and veils: how dense a thing is that is seen through, where little or nothing solid of it is known.

One photo cannot tell clear glass from a painted picture of its ground; people take it for glass. So of all alphas that
explain a pixel over one of the background colours around, the least is the estimate: alpha at which the thing's own
colour has just become possible, between black and white. It is the least alpha of Smith and Blinn, "Blue Screen Matting"
(SIGGRAPH 1996), over background colours that are sampled as Gastal and Oliveira do in "Shared Sampling for Real-Time
Alpha Matting" (Eurographics 2010): once for neighbouring pixels. Where a mix of such a colour and a known one of the
thing itself gives the pixel, as in a veil that hangs from solid cloth, the mix is the estimate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Bools
from mattework.matting.scene import Scene

WEIGHT = 0.03
"""Of the estimate against one matting window. A tenth of it is 12 % worse in the mean, ten times it the same to 1 %."""
CELL = 8
"""Scene pixels that share their samples, by the side of a square."""
SAMPLES = 32
"""Background colours next to a cell, and as many again from a wider circle."""
THINNING = 9
"""The wider circle holds every so manieth background pixel."""
OWN_SAMPLES = 24
"""Known colours of the thing next to a cell, of which every fourth is mixed with every fourth of the background."""
BEST = 3
"""Samples that explain a pixel best; their mean is taken, so that noise does not choose."""
MISFIT = 0.02
"""Distance between a pixel and a mix at which the mix is trusted by 1/e."""
_CHUNK = 2048


def estimate_clear_alpha(scene: Scene, ring: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """An estimate of alpha for each pixel of `scene.clear`, from known colours within `ring` of the band and landmarks.

    Returns:
        Numbers of the pixels among the unknown ones of the scene, and their alpha, 0 to 1. Both are empty where nothing is
        seen through or no background is known.
    """
    nothing = np.zeros(0, np.intp), np.zeros(0)
    if scene.clear is None or not scene.clear.any():
        return nothing
    near = _find_near(scene, ring)
    colours, places = _gather_background(scene, near)
    if not len(colours):
        return nothing
    down, across = np.nonzero(scene.clear & scene.unknown)
    width = scene.unknown.shape[1]
    rows = (np.cumsum(scene.unknown.reshape(-1)) - 1)[down * width + across]
    cell_of = np.unique(down // CELL * width + across // CELL, return_inverse=True)[1]
    count = np.bincount(cell_of)
    middle = np.stack([np.bincount(cell_of, one) / count for one in (across, down)], axis=1)
    behind = np.concatenate(
        [_sample(colours[::step], places[::step], middle, SAMPLES) for step in (1, THINNING)], axis=1
    )
    own_colours, own_places = _gather(scene, near & ~scene.unknown & (scene.alpha == 1), with_landmarks=False)
    own = _sample(own_colours, own_places, middle, OWN_SAMPLES)[:, ::4] if len(own_colours) else None
    pixels = scene.colour[down, across]
    found = np.empty(len(pixels))
    for first in range(0, len(pixels), _CHUNK):
        part = slice(first, first + _CHUNK)
        cells = cell_of[part]
        found[part] = _find_least(pixels[part], behind[cells])
        if own is not None:
            mixed, trust = _find_mix(pixels[part], behind[cells, ::4], own[cells])
            found[part] += trust * (mixed - found[part])
    return rows, found


def knows_background(scene: Scene, ring: int) -> bool:
    """Whether `estimate_clear_alpha` has a colour of the background to look through to."""
    return len(_gather_background(scene, _find_near(scene, ring))[0]) > 0


def _find_near(scene: Scene, ring: int) -> Bools:
    import cv2

    side = 2 * ring + 1
    near = cv2.dilate(scene.unknown.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    return np.asarray(near, np.bool_)


def _gather_background(scene: Scene, near: Bools) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return _gather(scene, near & ~scene.unknown & (scene.alpha == 0), with_landmarks=True)


def _gather(
    scene: Scene, there: Bools, *, with_landmarks: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Colours (n, c) and places (n, 2), x and y in scene pixels; landmarks are those of the background."""
    down, across = np.nonzero(there)
    colours, places = scene.colour[down, across], np.stack([across, down], axis=1).astype(np.float32)
    if with_landmarks and scene.landmarks is not None:
        sure = scene.landmarks.alpha == 0
        colours = np.concatenate([colours, scene.landmarks.colour[sure]])
        places = np.concatenate([places, scene.landmarks.place[sure] / np.float32(scene.factor)])
    return colours, places


def _sample(
    colours: NDArray[np.float32], places: NDArray[np.float32], middle: NDArray[np.float64], most: int
) -> NDArray[np.float32]:
    """(cells, at most `most`, c): the colours nearest in place to each cell's middle."""
    from scipy.spatial import KDTree

    _, index = KDTree(places).query(middle, np.arange(1, min(most, len(places)) + 1))
    sampled: NDArray[np.float32] = colours[index]
    return sampled


def _find_least(pixels: NDArray[np.float32], behind: NDArray[np.float32]) -> NDArray[np.float32]:
    """The least alpha over `behind` (n, samples, c) at which a colour between 0 and 1 gives the pixel (n, c)."""
    more = pixels[:, None] - behind
    needed = np.maximum(more / np.maximum(1 - behind, 1e-3), -more / np.maximum(behind, 1e-3)).max(axis=2)
    best = min(BEST, behind.shape[1])
    least = np.partition(needed, best - 1, axis=1)[:, :best].mean(axis=1)
    return np.asarray(np.clip(least, 0.0, 1.0), np.float32)


def _find_mix(
    pixels: NDArray[np.float32], behind: NDArray[np.float32], own: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The alpha of the mixes of `behind` and `own`, both (n, samples, c), that come nearest to the pixel, and how far they
    can be trusted, 0 to 1."""
    apart = own[:, None] - behind[:, :, None]
    more = (pixels[:, None] - behind)[:, :, None]
    length = np.maximum(np.einsum("nbfc,nbfc->nbf", apart, apart), 1e-4)
    share = np.clip(np.einsum("nbfc,nbfc->nbf", np.broadcast_to(more, apart.shape), apart) / length, 0, 1)
    misfit = np.square(more - share[..., None] * apart).sum(axis=3).reshape(len(pixels), -1)
    best = min(BEST, misfit.shape[1])
    nearest = np.argpartition(misfit, best - 1, axis=1)[:, :best]
    alpha = np.take_along_axis(share.reshape(len(pixels), -1), nearest, axis=1).mean(axis=1)
    rest = np.take_along_axis(misfit, nearest, axis=1).mean(axis=1)
    return alpha, np.exp(-rest / np.float32(MISFIT**2))
