"""What each view shows: photo, matte and trimap put together for one rectangle of the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from mattework import Rect, Size
from mattework.arrays import AnyArray, Bytes, Floats
from mattework_editor.pyramid import Pyramid, sample_plane

CHECK = 8
"""Side of a square of the checkerboard, in screen pixels."""


class View(Enum):
    """Ways to look at the work, in the order in which F goes through them."""

    CHECKERBOARD = "checkerboard"
    BLACK = "black"
    WHITE = "white"
    BACKGROUND = "background"
    OVERLAY = "overlay"
    MASK = "mask"
    BAND = "band"
    ORIGINAL = "original"


CUT_OUT_VIEWS = (View.CHECKERBOARD, View.BLACK, View.WHITE, View.BACKGROUND)


@dataclass(frozen=True, slots=True, eq=False)
class CleanPart:
    """Clean colours (h, w, 3) uint8 for the pixels `where` of a level of the photo's pyramid."""

    level: int
    where: Rect
    pixels: Bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """How a view is drawn. Colours are sRGB bytes. `backdrop` (h, w, 3) lies behind the subject instead of `colour`."""

    view: View = View.CHECKERBOARD
    colour: tuple[int, int, int] = (64, 128, 96)
    overlay: tuple[int, int, int] = (230, 40, 40)
    strength: float = 0.6
    backdrop: Bytes | None = None


@dataclass(slots=True, eq=False)
class Sources:
    """What views are made of: `colour` (sRGB) and `matte` pyramids, the `trimap` (H, W) at full size, and clean colours
    for a part, where they are known."""

    colour: Pyramid
    matte: Pyramid
    trimap: Bytes
    clean: CleanPart | None = None

    @property
    def size(self) -> Size:
        return self.colour.size


def compose_view(sources: Sources, look: Look, scale: float, left: int, top: int, size: Size) -> Bytes:
    """One rectangle of a view.

    Args:
        scale: screen pixels a photo pixel.
        left, top: first pixel of the rectangle, in screen pixels from the photo's corner.

    Returns:
        (h, w, 3) uint8, RGB.
    """
    x, y = left / scale, top / scale
    if look.view is View.MASK:
        return np.repeat(sources.matte.sample(scale, x, y, size)[..., None], 3, axis=2)
    colour = sources.colour.sample(scale, x, y, size)
    if look.view is View.ORIGINAL:
        return colour
    if look.view is View.BAND:
        return _tint_band(colour, sample_plane(sources.trimap, 1.0, scale, x, y, size, crisp=True))
    matte = sources.matte.sample(scale, x, y, size).astype(np.float32) * np.float32(1 / 255)
    if look.view is View.OVERLAY:
        return blend(colour, _fill(look.overlay, size), 1 - np.float32(look.strength) * (1 - matte))
    clean = _sample_clean(sources, scale, x, y, size)
    return blend(
        colour if clean is None else clean, _make_ground(sources, look, scale, left, top, size), matte
    )


def blend(front: Bytes, back: Bytes, weight: Floats) -> Bytes:
    """`front` over `back` by a weight (h, w) of 0 to 1."""
    import cv2

    mixed: AnyArray = cv2.blendLinear(front, back, weight, 1 - weight)
    return mixed


def draw_checkerboard(left: int, top: int, size: Size) -> Bytes:
    """(h, w, 3): light squares that stay where they are when the picture is panned by whole pixels."""
    across = ((np.arange(left, left + size.width) // CHECK) % 2).astype(bool)
    down = ((np.arange(top, top + size.height) // CHECK) % 2).astype(bool)
    board = np.where(down[:, None] ^ across[None], np.uint8(204), np.uint8(255))
    return np.repeat(board[..., None], 3, axis=2)


def _sample_clean(sources: Sources, scale: float, x: float, y: float, size: Size) -> Bytes | None:
    """The clean colours of a rectangle of the view, if they are known at its scale for all of it."""
    part = sources.clean
    if part is None or part.level != sources.colour.choose_level(scale):
        return None
    share = 1 / (1 << part.level)
    right, bottom = x + size.width / scale, y + size.height / scale
    wanted = Rect(int(x * share), int(y * share), math.ceil(right * share), math.ceil(bottom * share))
    plane = sources.colour.levels[part.level]
    assert plane is not None
    if not part.where.contains(wanted.intersect(Rect(0, 0, plane.shape[1], plane.shape[0]))):
        return None
    crisp = scale >= 1 and part.level == 0
    left, top = x - part.where.left / share, y - part.where.top / share
    return sample_plane(part.pixels, share, scale, left, top, size, crisp=crisp)


def _make_ground(sources: Sources, look: Look, scale: float, left: int, top: int, size: Size) -> Bytes:
    if look.view is View.CHECKERBOARD:
        return draw_checkerboard(left, top, size)
    if look.view is View.BACKGROUND and look.backdrop is not None:
        share = look.backdrop.shape[1] / sources.size.width
        return sample_plane(look.backdrop, share, scale, left / scale, top / scale, size, crisp=False)
    grounds = {View.BLACK: (0, 0, 0), View.WHITE: (255, 255, 255), View.BACKGROUND: look.colour}
    return _fill(grounds[look.view], size)


def _fill(colour: tuple[int, int, int], size: Size) -> Bytes:
    ground = np.empty((*size.shape, 3), np.uint8)
    ground[:] = colour
    return ground


def _tint_band(colour: Bytes, trimap: Bytes) -> Bytes:
    """The unknown band in yellow, background dark, foreground as it is."""
    weight = np.where(trimap == 128, np.float32(0.45), np.where(trimap == 0, np.float32(0.25), np.float32(1)))
    yellow = (trimap == 128)[..., None] * np.array([255, 214, 10], np.uint8)
    return blend(colour, yellow.astype(np.uint8), weight)
