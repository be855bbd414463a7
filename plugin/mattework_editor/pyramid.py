"""Picture pyramids: one plane at full size and at every half of it, so that a view of any scale reads few pixels.

Pixel (x, y) of level k is the mean of the 2^k x 2^k photo pixels from (x 2^k, y 2^k); beyond the border the last pixel is
repeated. Level 0 may come later than the others: the first look at a photo does not wait for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np

from mattework import (
    Photo,
    Rect,
    Size,
    Stroke,
    apply_edge_settings,
    array_depth,
    convert_to_srgb8,
    depth_white,
    touch_region,
)
from mattework.arrays import AnyArray, Bytes, Floats, Plane, Samples
from mattework.recipe import EdgeSettings
from mattework_editor.tiled_plane import TiledPlane

SMALLEST = 256
"""Long side under which no further level is made."""
STRIP = 1_500_000
"""Pixels of the matte that are worked on together, so that no second plane of floats is made."""


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of what the screen shows: of the photo, enlarged by `scale` and turned by `angle` degrees clockwise
    around its corner, the pixels from (`left`, `top`) on, counted from that corner."""

    scale: float
    left: int
    top: int
    size: Size
    angle: float = 0.0

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Its four corners in photo pixels."""
        right, bottom = self.left + self.size.width, self.top + self.size.height
        places = ((self.left, self.top), (right, self.top), (self.left, bottom), (right, bottom))
        return tuple(self.to_photo(x, y) for x, y in places)

    @property
    def seen(self) -> Rect:
        """The photo pixels that are seen, whole or in part; it may reach beyond the photo."""
        across, down = [x for x, _ in self.corners], [y for _, y in self.corners]
        return Rect(
            math.floor(min(across)), math.floor(min(down)), math.ceil(max(across)), math.ceil(max(down))
        )

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        across, down = cos_sin(self.angle)
        return (across * x + down * y) / self.scale, (across * y - down * x) / self.scale


def cos_sin(angle: float) -> tuple[float, float]:
    """Cosine and sine of an angle in degrees, exact for quarter turns."""
    quarters = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}
    return quarters.get(angle % 360.0) or (math.cos(math.radians(angle)), math.sin(math.radians(angle)))


class Halved:
    """A plane at half its size, made anew of the parts that are read: it takes a third of the memory of all levels."""

    dtype = np.dtype(np.uint8)

    def __init__(self, plane: Plane[np.uint8]) -> None:
        self._plane = plane
        height, width = plane.shape[:2]
        self.shape: tuple[int, ...] = ((height + 1) // 2, (width + 1) // 2, *plane.shape[2:])

    def __getitem__(self, where: tuple[slice, slice], /) -> Bytes:
        rows, columns = (range(*one.indices(side)) for one, side in zip(where, self.shape[:2], strict=True))
        if not rows or not columns:
            return np.zeros((len(rows), len(columns), *self.shape[2:]), np.uint8)
        return halve(self._plane[2 * rows.start : 2 * rows.stop, 2 * columns.start : 2 * columns.stop])


Level: TypeAlias = Bytes | TiledPlane[np.uint8] | Halved


class Pyramid:
    """Levels of a (H, W) or (H, W, C) uint8 picture; `levels[0]` is None until it has come.

    That of a matte is in tiles. Of a photo the level after it is made when it is read, where the full size came first.
    """

    def __init__(self, size: Size, levels: list[Level | None]) -> None:
        self.size = size
        self.levels = levels

    @classmethod
    def build(cls, plane: Bytes) -> Pyramid:
        size = Size(plane.shape[1], plane.shape[0])
        is_matte = plane.ndim == 2
        levels: list[Level | None] = [TiledPlane.pack(plane) if is_matte else plane]
        finer = plane
        while max(finer.shape[:2]) > SMALLEST:
            finer = halve(finer)
            levels.append(finer if is_matte or len(levels) > 1 else Halved(plane))
        return cls(size, levels)

    def read(self, number: int) -> Bytes:
        """A level, which must have come, as one array."""
        level = self.levels[number]
        assert level is not None
        return level[:, :]

    def choose_level(self, scale: float) -> int:
        """The level to read for `scale` view pixels a photo pixel: the coarsest that is at least as fine as the view."""
        level = min(len(self.levels) - 1, max(0, math.floor(-math.log2(scale) + 1e-6)))
        while self.levels[level] is None:
            level += 1
        return level

    def sample(self, part: Part, *, beyond: int | None = None) -> Bytes:
        """What the screen shows of the picture in a part of it; see `sample_plane`.

        Linear between pixels of a level; at a scale of 1 and above photo pixels are crisp.
        """
        level = self.choose_level(part.scale)
        plane = self.levels[level]
        assert plane is not None
        crisp = part.scale >= 1 and level == 0
        return sample_plane(plane, 1 / (1 << level), part, crisp=crisp, beyond=beyond)

    def update(self, where: Rect, values: Plane[np.uint8], level: int = 0) -> None:
        """Replace a part of the full size, or of another level, and what follows from it in all coarser ones; strip by
        strip."""
        base = self.levels[level]
        assert base is not None
        assert not isinstance(base, Halved)
        rows = max(1, STRIP // max(1, where.width))
        for strip in split_into_strips(where, rows):
            base[strip.slices] = values[strip.move(-where.left, -where.top).slices]
        for number in range(level + 1, len(self.levels)):
            finer, coarser = self.levels[number - 1], self.levels[number]
            assert finer is not None
            assert coarser is not None
            where = Rect(where.left // 2, where.top // 2, -(-where.right // 2), -(-where.bottom // 2))
            if isinstance(coarser, Halved):
                continue
            for strip in split_into_strips(where, rows):
                part = finer[strip.top * 2 : strip.bottom * 2, strip.left * 2 : strip.right * 2]
                coarser[strip.slices] = halve(part)


def halve(plane: Bytes) -> Bytes:
    """Means of 2 x 2 pixels; an odd last row or column is repeated."""
    import cv2

    height, width = plane.shape[:2]
    if height % 2 or width % 2:
        padded = cv2.copyMakeBorder(plane, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        plane = cast("Bytes", padded)
    half = cv2.resize(plane, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    return cast("Bytes", half)


def sample_plane(
    plane: Plane[Any],
    share: float,
    part: Part,
    *,
    crisp: bool,
    origin: tuple[float, float] = (0.0, 0.0),
    beyond: int | None = None,
) -> AnyArray:
    """Read a part of the screen out of a plane that has `share` of the photo's size.

    `origin` is where the plane begins, in its own pixels from the photo's corner. Beyond the plane its last pixels go on,
    or all is `beyond`.
    """
    import cv2

    across, down = (one * share / part.scale for one in cos_sin(part.angle))
    left, top = part.left + 0.5, part.top + 0.5
    first_x = across * left + down * top - 0.5 - origin[0]
    first_y = across * top - down * left - 0.5 - origin[1]
    width, height = part.size.width, part.size.height
    steps = [(0, 0), (width * across, -width * down), (height * down, height * across)]
    steps.append((steps[1][0] + steps[2][0], steps[1][1] + steps[2][1]))
    # Only what is looked at goes to OpenCV, whose warp takes no picture beyond 32767 pixels.
    x0, x1 = _narrow(first_x, [step[0] for step in steps], plane.shape[1])
    y0, y1 = _narrow(first_y, [step[1] for step in steps], plane.shape[0])
    matrix = np.array([[across, down, first_x - x0], [-down, across, first_y - y0]], np.float64)
    how = (cv2.INTER_NEAREST if crisp else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE if beyond is None else cv2.BORDER_CONSTANT
    value = (beyond or 0,) * 4
    seen: AnyArray = cv2.warpAffine(
        plane[y0:y1, x0:x1], matrix, (width, height), flags=how, borderMode=border, borderValue=value
    )
    return seen


def _narrow(first: float, steps: list[float], length: int) -> tuple[int, int]:
    """The pixels of an axis that are read, at least one, with a little room around."""
    begin = min(length - 1, max(0, math.floor(first + min(steps)) - 2))
    return begin, min(length, max(begin + 1, math.ceil(first + max(steps)) + 3))


def build_photo_pyramid(photo: Photo, *, with_base: bool) -> Pyramid:
    """The photo in sRGB. Without the base the full size is left out, which for a profile saves most of the time."""
    import cv2

    size = photo.size
    plain = photo.colour.dtype == np.uint8 and photo.icc is None and photo.colour.shape[2] == 3
    if with_base or max(size.width, size.height) <= SMALLEST or plain:
        return Pyramid.build(cast("Bytes", photo.colour) if plain else convert_photo(photo))
    half = Size((size.width + 1) // 2, (size.height + 1) // 2)
    samples: AnyArray = photo.colour
    if size.width % 2 or size.height % 2:
        samples = cv2.copyMakeBorder(samples, 0, size.height % 2, 0, size.width % 2, cv2.BORDER_REPLICATE)
    halved = cv2.resize(samples, (half.width, half.height), interpolation=cv2.INTER_AREA)
    small = cast("Samples", halved.reshape(*half.shape, photo.colour.shape[2]))
    rest = Pyramid.build(convert_to_srgb8(small, photo.mode, photo.icc))
    return Pyramid(size, [None, *rest.levels])


def convert_photo(photo: Photo) -> Bytes:
    """(H, W, 3) uint8 sRGB at full size."""
    return convert_to_srgb8(photo.colour, photo.mode, photo.icc)


# The matte -----------------------------------------------------------------------------------------------------------


def enlarge_rows(mask: Floats, size: Size, rows: slice) -> Floats:
    """Some rows of a soft mask (h, w) enlarged to a photo's size, bilinear, without the others. (rows, W) float32."""
    import cv2

    height = len(mask)
    places = (np.arange(rows.start, rows.stop, dtype=np.float32) + np.float32(0.5)) * np.float32(
        height / size.height
    ) - np.float32(0.5)
    upper = np.floor(places).astype(np.intp)
    share = (places - upper).astype(np.float32)[:, None]
    first, last = (int(one) for one in np.clip((upper[0], upper[-1] + 1), 0, height - 1))
    part = np.ascontiguousarray(mask[first : last + 1])
    wide = cv2.resize(part, (size.width, len(part)), interpolation=cv2.INTER_LINEAR)
    above, below = (wide[np.clip(row, first, last) - first] for row in (upper, upper + 1))
    return np.asarray(above * (1 - share) + below * share, np.float32)


def edge_reach(edge: EdgeSettings) -> int:
    """How far, in pixels, edge settings carry a change; more rather than less."""
    if edge.is_neutral:
        return 0
    return 96 + int(5 * edge.smooth + 2 * edge.feather + abs(edge.shift))


def render_matte(
    alpha: Plane[np.float32],
    edge: EdgeSettings,
    opacity: Samples | None,
    where: Rect,
    strokes: Sequence[Stroke] = (),
) -> tuple[Rect, Bytes]:
    """The matte as it is seen after `where` of the alpha changed: the rectangle to replace, and its (h, w) uint8.

    `strokes` are those of the recipe, touches among them; `opacity` (H, W) is the photo's own transparency, multiplied in.
    """
    shown = where.grow(edge_reach(edge)).intersect(Rect(0, 0, alpha.shape[1], alpha.shape[0]))
    coded = np.empty(shown.size.shape, np.uint8)
    for strip in split_for_edge(shown, edge):
        part = render_strip(alpha, edge, opacity, strip, strokes)
        coded[strip.move(-shown.left, -shown.top).slices] = part
    return shown, coded


def split_for_edge(shown: Rect, edge: EdgeSettings) -> list[Rect]:
    """A part of the photo in strips of `STRIP` pixels, or a few more where edge settings reach far."""
    return split_into_strips(shown, max(STRIP // max(1, shown.width), 4 * edge_reach(edge)))


def render_strip(
    alpha: Plane[np.float32],
    edge: EdgeSettings,
    opacity: Samples | None,
    strip: Rect,
    strokes: Sequence[Stroke] = (),
) -> Bytes:
    """The matte of a part of the photo as it is seen, (h, w) uint8; arguments as in `render_matte`."""
    seen = strip.grow(edge_reach(edge)).intersect(Rect(0, 0, alpha.shape[1], alpha.shape[0]))
    matte = apply_edge_settings(touch_region(alpha, strokes, seen), edge)
    return quantise(matte[strip.move(-seen.left, -seen.top).slices], opacity, strip)


def split_into_strips(rect: Rect, rows: int) -> list[Rect]:
    """The rectangle in strips of so many rows, at least one, from the top; the last may have fewer."""
    tops = range(rect.top, rect.bottom, max(1, rows))
    return [Rect(rect.left, top, rect.right, min(top + max(1, rows), rect.bottom)) for top in tops]


def quantise(matte: Floats, opacity: Samples | None, where: Rect) -> Bytes:
    """0 to 1 as bytes, with the photo's own transparency at `where`."""
    import cv2

    if opacity is not None:
        own = opacity[where.slices]
        white = depth_white(array_depth(own))
        matte = matte * (own.astype(np.float32) / np.float32(white))
    coded: AnyArray = cv2.convertScaleAbs(np.ascontiguousarray(matte), alpha=255.0)
    return coded
