"""Picture pyramids: one plane at full size and at every half of it, so that a view of any scale reads few pixels.

Pixel (x, y) of level k is the mean of the 2^k x 2^k photo pixels from (x 2^k, y 2^k); beyond the border the last pixel is
repeated. Level 0 may come later than the others: the first look at a photo does not wait for it.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from mattework import Photo, Rect, Size, apply_edge_settings, convert_to_srgb8
from mattework.arrays import AnyArray, Bytes, Floats, Samples
from mattework.recipe import EdgeSettings

SMALLEST = 256
"""Long side under which no further level is made."""


class Pyramid:
    """Levels of a (H, W) or (H, W, C) uint8 picture; `levels[0]` is None until it has come."""

    def __init__(self, size: Size, levels: list[Bytes | None]) -> None:
        self.size = size
        self.levels = levels

    @classmethod
    def build(cls, plane: Bytes) -> Pyramid:
        size = Size(plane.shape[1], plane.shape[0])
        levels: list[Bytes | None] = [plane]
        while max(plane.shape[:2]) > SMALLEST:
            plane = halve(plane)
            levels.append(plane)
        return cls(size, levels)

    def choose_level(self, scale: float) -> int:
        """The level to read for `scale` view pixels a photo pixel: the coarsest that is at least as fine as the view."""
        level = min(len(self.levels) - 1, max(0, math.floor(-math.log2(scale) + 1e-6)))
        while self.levels[level] is None:
            level += 1
        return level

    def sample(self, scale: float, left: float, top: float, size: Size) -> Bytes:
        """What a view of `size` shows whose first pixel's corner lies at photo position (left, top).

        Linear between pixels of a level; at a scale of 1 and above photo pixels are crisp.
        """
        level = self.choose_level(scale)
        plane = self.levels[level]
        assert plane is not None
        return sample_plane(plane, 1 / (1 << level), scale, left, top, size, crisp=scale >= 1 and level == 0)

    def update(self, where: Rect, values: Bytes) -> None:
        """Replace a part of the full size, and what follows from it in all other levels."""
        base = self.levels[0]
        assert base is not None
        base[where.slices] = values
        for level in range(1, len(self.levels)):
            finer, coarser = self.levels[level - 1], self.levels[level]
            assert finer is not None
            assert coarser is not None
            where = Rect(where.left // 2, where.top // 2, -(-where.right // 2), -(-where.bottom // 2))
            part = finer[where.top * 2 : where.bottom * 2, where.left * 2 : where.right * 2]
            coarser[where.slices] = halve(part)


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
    plane: AnyArray, share: float, scale: float, left: float, top: float, size: Size, *, crisp: bool
) -> AnyArray:
    """Read a view out of a plane that has `share` of the photo's size; see `Pyramid.sample`."""
    import cv2

    step = share / scale
    first_x, first_y = left * share, top * share
    height, width = plane.shape[:2]
    # Only the part that is looked at goes to OpenCV, whose warp takes no picture beyond 32767 pixels.
    x0 = min(width - 1, max(0, math.floor(first_x) - 2))
    y0 = min(height - 1, max(0, math.floor(first_y) - 2))
    x1 = min(width, max(x0 + 1, math.ceil(first_x + size.width * step) + 2))
    y1 = min(height, max(y0 + 1, math.ceil(first_y + size.height * step) + 2))
    matrix = np.array(
        [
            [step, 0, first_x - x0 + step / 2 - 0.5],
            [0, step, first_y - y0 + step / 2 - 0.5],
        ],
        np.float64,
    )
    how = (cv2.INTER_NEAREST if crisp else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    seen: AnyArray = cv2.warpAffine(
        plane[y0:y1, x0:x1], matrix, (size.width, size.height), flags=how, borderMode=cv2.BORDER_REPLICATE
    )
    return seen


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


def edge_reach(edge: EdgeSettings) -> int:
    """How far, in pixels, edge settings carry a change; more rather than less."""
    if edge.is_neutral:
        return 0
    return 96 + int(5 * edge.smooth + 2 * edge.feather + abs(edge.shift))


def render_matte(
    alpha: Floats, edge: EdgeSettings, opacity: Samples | None, where: Rect
) -> tuple[Rect, Bytes]:
    """The matte as it is seen after `where` of the alpha changed: the rectangle to replace, and its (h, w) uint8.

    `opacity` (H, W) is the photo's own transparency, multiplied in.
    """
    frame = Rect(0, 0, alpha.shape[1], alpha.shape[0])
    reach = edge_reach(edge)
    shown = where.grow(reach).intersect(frame)
    seen = shown.grow(reach).intersect(frame)
    matte = apply_edge_settings(np.ascontiguousarray(alpha[seen.slices]), edge)
    return shown, quantise(matte[shown.move(-seen.left, -seen.top).slices], opacity, shown)


def quantise(matte: Floats, opacity: Samples | None, where: Rect) -> Bytes:
    """0 to 1 as bytes, with the photo's own transparency at `where`."""
    import cv2

    if opacity is not None:
        own = opacity[where.slices]
        white = {"uint8": 255.0, "uint16": 65535.0}.get(own.dtype.name, 1.0)
        matte = matte * (own.astype(np.float32) / np.float32(white))
    coded: AnyArray = cv2.convertScaleAbs(np.ascontiguousarray(matte), alpha=255.0)
    return coded
