"""Strands that leave the band: hair tips, whiskers, antennae and cables that hang on the outline before a plain ground.

A segmenter's outline smooths them away, and a band that is as wide as its error ends before they do. They show as thin
detail (a white or black top-hat, Meyer 1979) that is far stronger than the ground's own, touches the band, and becomes
sparser with the distance from it: lines of a wall or a railing behind the subject go on.
"""

from __future__ import annotations

import numpy as np

from mattework.arrays import AnyArray, Bools, Bytes, Floats, Samples
from mattework.geometry import Size
from mattework.matting.reach import code_light, distance_to, resize

SEEN_SIDE = 2048
"""Long side at which strands are looked for, at most."""
LONGEST_SHARE = 0.06
"""Of the photo's long side: as far as that a strand is followed from the band."""
THICKEST = 3
"""Half the width of a strand, in pixels of what is seen."""
LEAST_DETAIL, LEAST_PEAK = 8, 25
"""Of 255 levels of the square root of light. Every place of a strand stands out by more than the first, and at least one by
more than the second: noise hangs together too."""
ABOVE_GROUND = 5.0
"""By so many times does a strand's detail exceed the mean detail of the ground behind it."""
PLAIN = 3.0
"""Mean detail, in levels, up to which a ground is plain."""
SURROUNDINGS = 0.05
"""Standard deviation of what counts as the surroundings, as a share of the long side."""
NEAR, FAR = 0.35, 1.5
"""Of the longest length: strands are counted up to the first, and beyond the longest up to the second."""
DECAY = 0.35
"""What may be left of the near strands beyond, as a share."""
GAP = 2
"""Pixels by which a strand may be interrupted."""
GROWTH = 3
"""What a strand is grown by, in pixels of what is seen, so that sure ground is seen beside it."""
LARGEST_BLOCK = 8
"""Means over the surroundings are taken of blocks of at most so many pixels; the shortest strands are two blocks long."""
FARTHEST = 0.67
"""In a part of a photo that ends before the longest strand would, what is farther than this share of the farthest counts as
ground."""


def find_strands(background: Bools, rgb: Samples, size: Size, whole: Size, *, band: float = 1.0) -> Bools:
    """What of the certain background may be a strand of the subject.

    Args:
        background: (h, w) certain background, at any size; the band and the subject are the rest.
        rgb: (H, W) or (H, W, C) photo of the same frame, any depth. What is not finite is no detail.
        size: the frame's size.
        whole: the whole photo's, of which the frame may be a part. A part follows strands by what it shows of the ground.
        band: the rules' factor; strands are followed as much farther or less far.

    Returns:
        (h, w) bool, true only in the background.
    """
    import cv2

    nothing = np.zeros(background.shape, bool)
    seen = size.scale_to_long_side(min(size.long_side, round(SEEN_SIDE * size.long_side / whole.long_side)))
    side = seen.long_side * whole.long_side / size.long_side
    longest = LONGEST_SHARE * side * band
    block = min(LARGEST_BLOCK, int(NEAR * longest / 2))
    if block < 1 or not background.any():
        return nothing
    ground = np.asarray(resize(background.astype(np.uint8) * np.uint8(255), seen)) > 250
    detail = _measure_detail(rgb, seen)
    limit = _set_limits(detail, ground, block, longest, SURROUNDINGS * side, size != whole)
    if limit is None:
        return nothing
    thin = (detail > limit) & ground
    if not thin.any():
        return nothing
    linked = _grow(thin, GAP) & ground
    count, labels = cv2.connectedComponents(linked.astype(np.uint8))
    rim = _grow(~ground, GAP + 1)
    hanging, strong = np.zeros(count, bool), np.zeros(count, bool)
    hanging[labels[rim & linked]] = True
    places = np.flatnonzero(thin)
    parts = labels.reshape(-1)[places]
    strong[parts[detail.reshape(-1)[places] > LEAST_PEAK]] = True
    strands = np.zeros(thin.size, np.uint8)
    strands[places[(hanging & strong)[parts]]] = 255
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * GROWTH + 1, 2 * GROWTH + 1))
    grown = cv2.dilate(strands.reshape(thin.shape), disc)
    laid = resize(grown, Size(background.shape[1], background.shape[0]))
    return np.asarray((laid >= 128) & background)


def _grow(there: Bools, by: int) -> Bools:
    import cv2

    return np.asarray(cv2.dilate(there.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0)


def _measure_detail(rgb: Samples, seen: Size) -> Bytes:
    """How far each place stands out from what lies on both sides of it, in levels, the most of all channels."""
    import cv2

    reduced = np.ascontiguousarray(resize(rgb, seen)).reshape(*seen.shape, -1)
    if reduced.dtype == np.uint8:
        levels = cv2.LUT(reduced, _take_levels(np.arange(256, dtype=np.uint8)))
    else:
        levels = np.empty(reduced.shape, np.uint8)
        for channel in range(reduced.shape[2]):
            levels[..., channel] = _take_levels(reduced[..., channel])
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * THICKEST + 1, 2 * THICKEST + 1))
    detail = cv2.morphologyEx(levels, cv2.MORPH_TOPHAT, disc)
    detail = np.maximum(detail, cv2.morphologyEx(levels, cv2.MORPH_BLACKHAT, disc)).reshape(*seen.shape, -1)
    most = detail[..., 0]
    for channel in range(1, detail.shape[2]):
        most = np.maximum(most, detail[..., channel])
    if reduced.dtype == np.float32:
        most = np.where(_grow(~np.isfinite(reduced).all(axis=2), THICKEST), np.uint8(0), most)
    return np.ascontiguousarray(most, np.uint8)


def _take_levels(samples: AnyArray) -> Bytes:
    return np.asarray(np.rint(code_light(samples) * 255.0), np.uint8)


def _set_limits(
    detail: Bytes, ground: Bools, block: int, longest: float, spread: float, is_part: bool
) -> Floats | None:
    """The detail that a strand exceeds, endless where there can be none; None where nowhere can be any.

    Args:
        detail: (h, w) in levels.
        ground: (h, w) certain background.
        block: side of the blocks for each of which it is chosen, from what is seen about the ground in the surroundings.
        longest: length of the longest strand, in pixels.
        spread: standard deviation of the surroundings, in pixels.
        is_part: the picture may end where the ground goes on.

    Returns:
        (h, w) float32.
    """
    import cv2

    seen = Size(ground.shape[1], ground.shape[0])
    blocks = Size(*(max(1, round(length / block)) for length in (seen.width, seen.height)))

    def see(plane: AnyArray) -> Floats:
        return np.asarray(resize(plane.astype(np.float32), blocks))

    def enlarge(plane: Floats) -> Floats:
        return np.asarray(
            cv2.resize(plane, (seen.width, seen.height), interpolation=cv2.INTER_NEAREST), np.float32
        )

    share = see(ground)
    bare = share > 0.999
    away = distance_to(share < 0.5) * np.float32(block)
    beyond = bare & (away > longest)
    if is_part and bare.any() and not beyond.any():
        beyond = bare & (away >= FARTHEST * away[bare].max())
    sigma = max(1.0, spread / block)
    usual = _mean_around(see(detail), beyond, sigma)
    if usual is None:
        return None
    limit = np.asarray(np.maximum(ABOVE_GROUND * usual, LEAST_DETAIL), np.float32)
    thin = see((detail > enlarge(limit)) & ground)
    near = _mean_around(thin, bare & (away <= NEAR * longest), sigma)
    out = _mean_around(thin, bare & (away > longest) & (away <= FAR * longest), sigma)
    limit[(share == 0) | (away > longest) | (usual >= PLAIN)] = np.inf
    if near is not None and out is not None:
        limit[out > DECAY * near] = np.inf
    elif not is_part:
        return None
    return enlarge(limit) if np.isfinite(limit).any() else None


def _mean_around(values: Floats, there: Bools, sigma: float) -> Floats | None:
    """The mean of the values that are `there`, weighted by nearness; None where there are none.

    Far from all of them it is the mean of all.
    """
    import cv2

    if not there.any():
        return None
    weights, sums = (
        cv2.GaussianBlur(plane, (0, 0), sigma) for plane in (there.astype(np.float32), values * there)
    )
    few = np.float32(1e-3)
    return np.asarray((sums + few * values[there].mean()) / (weights + few), np.float32)
