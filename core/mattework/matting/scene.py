"""What a solver sees: the part of a photo that holds the unknown band, at the scale that a solver can afford."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import Bools, Floats, Plane, Samples
from mattework.document.piecewise import Derived
from mattework.geometry import Rect
from mattework.matting.trimap import UNKNOWN

PIECE = 384
"""Photo pixels by the side of a piece that is reduced at once: as many as a core's own cache holds as floats."""
AT_ONCE = 1 << 18
"""Pixels of the soft mask that are read or made at once."""
FAR = 3
"""Blocks around one that is hardly known in which others speak for it."""
_ALL = 0.999
MOST_SPREAD = 0.05
"""Variance of known alpha up to which the known pixels of a block agree."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """Known pixels from all over the photo: what colours its subject and its background have.

    `colour` (n, c) float32 in 0..1, `alpha` (n,) float32 of 0 and 1, `place` (n, 2) float32, x and y in photo pixels from
    the scene's corner.
    """

    colour: Floats
    alpha: Floats
    place: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A photo's part around the unknown band, reduced by a whole factor.

    `frame` is the part in photo pixels. One scene pixel is the mean of `factor` x `factor` photo pixels (beyond the
    right and lower border the last ones are repeated). `colour` is (h, w, c) float32 in 0..1, `unknown` (h, w) the
    pixels to solve, `alpha` (h, w) float32 with the known values (0 where unknown), `soft_mask` (h, w) float32 or None.
    `photo_side` is the long side of the whole photo; `clear` (h, w) are the pixels painted as seen through, or None. At
    least 3 x 3 pixels: smaller parts are repeated at their border.
    """

    frame: Rect
    factor: int
    colour: Floats
    unknown: Bools
    alpha: Floats
    soft_mask: Floats | None
    photo_side: int
    landmarks: Landmarks | None = None
    clear: Bools | None = None

    def take_rgb(self, where: Rect) -> Floats:
        """A part of the colours, (h, w, 3); gray three times, of four and more channels the first three."""
        colour = self.colour[where.slices]
        return colour[:, :, :3] if colour.shape[2] >= 3 else np.repeat(colour[:, :, :1], 3, axis=2)


def take_scene(
    colour: Samples,
    unknown: Bools,
    alpha: Floats,
    soft_mask: Plane[np.float32] | None,
    *,
    frame: Rect,
    factor: int,
    reach: int | None = None,
    clear: Bools | None = None,
) -> Scene:
    """Cut `frame` out of the photo and reduce it.

    What lies farther than `reach` scene pixels from the band costs next to nothing: there the scene is black, and its alpha
    that of single photo pixels. None takes it all.

    Args:
        colour: (H, W, c) or (H, W), any depth.
        unknown: (H, W).
        alpha: (H, W) float32, read where known.
        soft_mask: of the whole photo, at any resolution, or None.
        clear: (h, w) of the frame, what is seen through, or None.
    """
    pieces = _find_pieces(unknown[frame.slices], factor, reach)
    with ThreadPoolExecutor(1) as beside:
        reducing = beside.submit(reduce_colour, colour[frame.slices], factor, pieces)
        small_unknown, small_alpha = reduce_known(unknown[frame.slices], alpha[frame.slices], factor, pieces)
        small_colour = reducing.result()
    height, width = small_alpha.shape
    soft = None
    if soft_mask is not None:
        soft = sample_soft_mask(soft_mask, alpha.shape, frame, (height, width), factor)
    small_clear = None if clear is None else _reduce_marks(clear, factor)
    missing = ((0, max(0, 3 - height)), (0, max(0, 3 - width)))
    if any(after for _, after in missing):
        small_colour = np.pad(small_colour, (*missing, (0, 0)), mode="edge")
        small_unknown = np.pad(small_unknown, missing, mode="edge")
        small_alpha = np.pad(small_alpha, missing, mode="edge")
        soft = None if soft is None else np.pad(soft, missing, mode="edge")
        small_clear = None if small_clear is None else np.pad(small_clear, missing, mode="edge")
    return Scene(
        frame=frame,
        factor=factor,
        colour=small_colour,
        unknown=small_unknown,
        alpha=small_alpha,
        soft_mask=soft,
        photo_side=max(alpha.shape),
        clear=small_clear,
    )


def find_landmarks(
    colour: Samples, trimap: Plane[np.uint8], corner: tuple[int, int], *, most: int
) -> Landmarks:
    """Known pixels of the whole photo on a regular grid of at most about `most` places, seen from `corner` (x, y)."""
    step = max(1, math.ceil(math.sqrt(math.prod(trimap.shape) / most)))
    kinds = trimap[::step, ::step]
    known = kinds != UNKNOWN
    down, across = np.nonzero(known)
    place = np.column_stack([across * step - corner[0], down * step - corner[1]]).astype(np.float32)
    alpha = (kinds[known] > UNKNOWN).astype(np.float32)
    return Landmarks(colour=as_unit_floats(colour[::step, ::step])[known], alpha=alpha, place=place)


def halve_scene(scene: Scene) -> Scene:
    """The same scene at half the scale."""
    unknown, alpha = reduce_known(scene.unknown, scene.alpha, 2)
    soft = None if scene.soft_mask is None else _reduce(scene.soft_mask[:, :, None], 2)[:, :, 0]
    return replace(
        scene,
        factor=scene.factor * 2,
        colour=_reduce(scene.colour, 2),
        unknown=unknown,
        alpha=alpha,
        soft_mask=soft,
        clear=None if scene.clear is None else _reduce_marks(scene.clear, 2),
    )


def _reduce_marks(marks: Bools, factor: int) -> Bools:
    """Blocks of which half is marked."""
    reduced: Bools = _reduce(marks.astype(np.float32)[:, :, None], factor)[:, :, 0] >= 0.5
    return reduced


def as_unit_floats(samples: Samples) -> Floats:
    """Samples of any depth as (h, w, c) float32 in 0..1; what lies outside or is no number is clipped."""
    floats: Floats = samples.astype(np.float32)
    if samples.ndim == 2:
        floats = floats[:, :, None]
    if samples.dtype.kind == "f":
        return np.clip(np.nan_to_num(floats), 0.0, 1.0)
    floats *= np.float32(1.0 / (255.0 if samples.dtype.itemsize == 1 else 65535.0))
    return floats


def _find_pieces(unknown: Bools, factor: int, reach: int | None) -> list[Rect]:
    """Pieces of the reduced picture, in its pixels, that hold all within `reach` of the band; None for all pieces."""
    height, width = unknown.shape
    side = max(1, PIECE // factor)
    whole = Rect(0, 0, -(-width // factor), -(-height // factor))
    pieces = whole.split_into_tiles(side)
    if reach is None:
        return pieces
    steps = -(-reach // side)
    rows, columns = -(-whole.height // side), -(-whole.width // side)
    near = np.zeros((rows, columns), bool)
    for piece in pieces:
        if unknown[_enlarge_rect(piece, factor).slices].any():
            row, column = piece.top // side, piece.left // side
            near[max(0, row - steps) : row + steps + 1, max(0, column - steps) : column + steps + 1] = True
    return [piece for piece in pieces if near[piece.top // side, piece.left // side]]


def _enlarge_rect(piece: Rect, factor: int) -> Rect:
    return Rect(piece.left * factor, piece.top * factor, piece.right * factor, piece.bottom * factor)


def reduce_colour(samples: Samples, factor: int, pieces: list[Rect] | None = None) -> Floats:
    """Means of `factor` x `factor` blocks, (ceil(h / factor), ceil(w / factor), c) float32 in 0..1.

    Only in `pieces` (in pixels of the result), where given. No float copy of the whole ever exists.
    """
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    small = np.zeros((-(-height // factor), -(-width // factor), channels), np.float32)
    for piece in pieces if pieces is not None else _rect_of(small).split_into_tiles(max(1, PIECE // factor)):
        values = as_unit_floats(samples[_enlarge_rect(piece, factor).slices])
        small[piece.slices] = _reduce(values, factor) if factor > 1 else values
    return small


def reduce_known(
    unknown: Bools, alpha: Floats, factor: int, pieces: list[Rect] | None = None
) -> tuple[Bools, Floats]:
    """Which blocks are unknown, and the mean known alpha of the others (0 in unknown blocks).

    A block is known where all of it is, or where half of it is and the known values agree. What is thinner than a block
    does not vanish so: a block with anything unknown stays so unless one beside it is unknown throughout, and one with
    anything known, alike, is known unless there are such blocks of that kind within `FAR` of it. Outside `pieces` (in
    pixels of the result), where given, no pixel is unknown, and one of each block stands for it.
    """
    if factor == 1:
        return unknown, np.where(unknown, np.float32(0), alpha)
    height, width = -(-alpha.shape[0] // factor), -(-alpha.shape[1] // factor)
    share = np.ones((height, width), np.float32)
    agree = np.ones((height, width), bool)
    mean = alpha[::factor, ::factor].copy()
    for piece in pieces if pieces is not None else _rect_of(mean).split_into_tiles(max(1, PIECE // factor)):
        full = _enlarge_rect(piece, factor).slices
        known = (~unknown[full]).astype(np.float32)
        value = known * alpha[full]
        held = _reduce(known[:, :, None], factor)[:, :, 0]
        first, second = (_reduce(one[:, :, None], factor)[:, :, 0] for one in (value, value * value))
        share[piece.slices] = held
        held = np.maximum(held, 1e-6)
        mean[piece.slices] = first / held
        agree[piece.slices] = second / held - (first / held) ** 2 < MOST_SPREAD
    known_block = (share > _ALL) | ((share >= 0.5) & agree)
    thin = known_block & (share <= _ALL)
    if thin.any():
        known_block &= ~(thin & ~_is_near(share < 1 - _ALL, 1))
    weak = ~known_block & (share > 1 - _ALL) & (share < 0.5) & agree
    if weak.any():
        for is_kind in (mean > 0.5, mean <= 0.5):
            known_block |= weak & is_kind & ~_is_near(known_block & ~weak & is_kind, FAR)
    return ~known_block, np.asarray(np.where(known_block, mean, 0.0), np.float32)


def _is_near(marked: Bools, reach: int) -> Bools:
    """Where something is marked within `reach` pixels, corners too."""
    import cv2

    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return np.asarray(cv2.dilate(marked.astype(np.uint8), window), np.bool_)


def _rect_of(picture: Floats) -> Rect:
    return Rect(0, 0, picture.shape[1], picture.shape[0])


def _reduce(values: Floats, factor: int) -> Floats:
    import cv2

    height, width, channels = values.shape
    rows, columns = -(-height // factor), -(-width // factor)
    below, right = rows * factor - height, columns * factor - width
    if below or right:
        values = np.asarray(cv2.copyMakeBorder(values, 0, below, 0, right, cv2.BORDER_REPLICATE), np.float32)
    small = cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(rows, columns, channels)


def sample_soft_mask(
    soft_mask: Plane[np.float32],
    photo_shape: tuple[int, ...],
    frame: Rect,
    shape: tuple[int, int],
    factor: int,
) -> Floats:
    """The soft mask at the scene's pixels, bilinear: (h, w) float32 in 0..1.

    Only what the frame shows of the mask is read; what is taken between two pixels is held strip by strip.
    """
    down, across = soft_mask.shape[0] / photo_shape[0], soft_mask.shape[1] / photo_shape[1]
    columns = ((np.arange(shape[1]) + 0.5) * factor + frame.left) * across - 0.5
    rows = ((np.arange(shape[0]) + 0.5) * factor + frame.top) * down - 0.5
    reduction = max(down, across) * factor
    side = round(reduction) if reduction > 1.5 else 1  # the mask is finer than the scene
    sampled = np.empty(shape, np.float32)
    beside = _Between.find(columns, soft_mask.shape[1])
    count = max(1, int(AT_ONCE / (max(1, shape[1]) * max(1.0, reduction) ** 2)))
    for strip in (slice(top, top + count) for top in range(0, shape[0], count)):
        below = _Between.find(rows[strip], soft_mask.shape[0])
        part = _read_means(soft_mask, below.begin, below.end, beside.begin, beside.end, side)
        wide = below.mix(part, axis=0)
        np.clip(beside.mix(wide, axis=1), 0.0, 1.0, out=sampled[strip])
    return sampled


def enlarge_soft_mask(soft_mask: Floats, photo_shape: tuple[int, ...], frame: Rect) -> Plane[np.float32]:
    """The soft mask of a part of a photo, as large as that, made where it is read; bilinear, in 0..1."""
    corner = Rect(0, 0, frame.width, frame.height)

    def sample(where: tuple[slice, slice]) -> Floats:
        down, across = (range(*one.indices(side)) for one, side in zip(where, frame.size.shape, strict=True))
        part = Rect(across.start, down.start, across.stop, down.stop).intersect(corner)
        return sample_soft_mask(soft_mask, photo_shape, part.move(frame.left, frame.top), part.size.shape, 1)

    return Derived(frame.size.shape, np.dtype(np.float32), sample)


def _read_means(plane: Plane[np.float32], top: int, bottom: int, left: int, right: int, side: int) -> Floats:
    """A part of a plane whose pixels are the means of the `side` x `side` around them; border pixels are repeated."""
    import cv2

    height, width = plane.shape
    rows = slice(max(0, top - side), min(height, bottom + side))
    columns = slice(max(0, left - side), min(width, right + side))
    part = np.ascontiguousarray(plane[rows, columns], np.float32)
    if side > 1:
        part = np.asarray(cv2.blur(part, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32)
    return part[top - rows.start : bottom - rows.start, left - columns.start : right - columns.start]


@dataclass(frozen=True, slots=True, eq=False)
class _Between:
    """Places between the pixels of an axis: pixels `begin` to `end` are all that they need, of which `first` and `second`
    are the two around each place, and `share` says how near the second is."""

    begin: int
    end: int
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    share: Floats

    @classmethod
    def find(cls, places: NDArray[Any], length: int) -> _Between:
        places = np.clip(places, 0, length - 1)
        first = np.floor(places).astype(np.intp)
        second = np.minimum(first + 1, length - 1)
        begin, end = (int(first[0]), int(second[-1]) + 1) if len(places) else (0, 0)
        return cls(begin, end, first - begin, second - begin, (places - first).astype(np.float32))

    def mix(self, part: Floats, axis: int) -> Floats:
        """The values at the places; `part` is pixels `begin` to `end`."""
        share = np.expand_dims(self.share, 1 - axis)
        mixed: Floats = part.take(self.first, axis=axis)
        mixed *= 1 - share
        further = part.take(self.second, axis=axis)
        further *= share
        mixed += further
        return mixed
