"""What each view shows: photo, matte and trimap put together for one rectangle of the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

import numpy as np

from mattework import Rect, Size
from mattework.arrays import AnyArray, Bytes, Floats, Plane
from mattework_editor.pyramid import Part, Pyramid, sample_plane

CHECK = 8
"""Side of a square of the checkerboard, in screen pixels."""
TILE = 256
"""Boards of whole tiles are kept, for the views to be cut out of."""


class View(Enum):
    """Ways to look at the work, in the order in which F goes through them."""

    CHECKERBOARD = "checkerboard"
    BLACK = "black"
    WHITE = "white"
    COLOUR = "colour"
    PICTURE = "picture"
    BACKGROUND = "background"
    OVERLAY = "overlay"
    MASK = "mask"
    ANTS = "ants"
    BAND = "band"
    ORIGINAL = "original"


CUT_OUT_VIEWS = (View.CHECKERBOARD, View.BLACK, View.WHITE, View.COLOUR, View.PICTURE, View.BACKGROUND)
SHADOW_VIEWS = (View.CHECKERBOARD, View.PICTURE, View.BACKGROUND)
"""Views of the cut-out that show its shadow too; on plain grounds the edge is judged, which a shadow would hide."""


@dataclass(frozen=True, slots=True, eq=False)
class CleanPart:
    """Clean colours (h, w, 3) uint8 for the pixels `where` of a level of the photo's pyramid; read by rectangles."""

    level: int
    where: Rect
    pixels: Plane[np.uint8]


@dataclass(frozen=True, slots=True)
class Showing:
    """How a layer is shown: at what opacity (0: hidden), and whether its mask is on."""

    opacity: float = 1.0
    masked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """How a view is drawn. Colours are sRGB bytes.

    `colour` and `picture` (h, w, 3) are the grounds of the views of these names; `backdrop` (h, w, 3) is the background
    that will be saved, None for a transparent one. A picture and a backdrop that are transparent in parts have (h, w, 4),
    colours multiplied by alpha. `under` and `over` (h, w, 4), likewise, are what other layers of the file show there.
    `background`, `shadow`, `photo` and `clean` say how the layers are shown, from the bottom.
    """

    view: View = View.CHECKERBOARD
    colour: tuple[int, int, int] = (64, 128, 96)
    picture: Bytes | None = None
    overlay: tuple[int, int, int] = (230, 40, 40)
    strength: float = 0.6
    backdrop: Bytes | None = None
    under: Bytes | None = None
    over: Bytes | None = None
    background: Showing = field(default_factory=Showing)
    photo: Showing = field(default_factory=lambda: Showing(opacity=0.0))
    clean: Showing = field(default_factory=Showing)
    shadow: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ShadowPart:
    """A shadow as it is seen: `plane` (h, w) uint8 has `share` of the photo's size and begins at `origin` in its own
    pixels; `colour` is sRGB bytes."""

    plane: Bytes
    share: float
    origin: tuple[int, int]
    colour: tuple[int, int, int]
    opacity: float


@dataclass(slots=True, eq=False)
class Sources:
    """What views are made of: `colour` (sRGB) and `matte` pyramids, the `trimap` (H, W) at full size, clean colours for a
    part, where they are known, and the shadow."""

    colour: Pyramid
    matte: Pyramid
    trimap: Plane[np.uint8]
    clean: CleanPart | None = None
    shadow: ShadowPart | None = None

    @property
    def size(self) -> Size:
        return self.colour.size


def compose_view(sources: Sources, look: Look, part: Part) -> Bytes:
    """One rectangle of a view, (h, w, 3) uint8, RGB. Beyond the photo its border goes on."""
    if look.view is View.MASK:
        return np.repeat(sources.matte.sample(part)[..., None], 3, axis=2)
    colour = sources.colour.sample(part)
    if look.view in (View.ORIGINAL, View.ANTS):
        return colour
    if look.view is View.BAND:
        return _tint_band(colour, sample_plane(sources.trimap, 1.0, part, crisp=True))
    matte = sources.matte.sample(part).astype(np.float32) * np.float32(1 / 255)
    if look.view is View.OVERLAY:
        return blend(colour, _fill(look.overlay, part.size), 1 - np.float32(look.strength) * (1 - matte))
    seen = _make_ground(sources, look, part)
    if look.shadow and look.view in SHADOW_VIEWS and sources.shadow is not None:
        seen = _lay_shadow(seen, sources.shadow, part)
    if look.photo.opacity:
        seen = blend(colour, seen, _weigh(matte, look.photo))
    if look.clean.opacity:
        clean = _sample_clean(sources, part)
        seen = blend(colour if clean is None else clean, seen, _weigh(matte, look.clean))
    return _lay_others(seen, look.over, sources, part) if look.view is View.BACKGROUND else seen


def blend(front: Bytes, back: Bytes, weight: Floats) -> Bytes:
    """`front` over `back` by a weight (h, w) of 0 to 1."""
    import cv2

    mixed: AnyArray = cv2.blendLinear(front, back, weight, 1 - weight)
    return mixed


def draw_checkerboard(left: int, top: int, size: Size) -> Bytes:
    """(h, w, 3): light squares that stay where they are when the picture is panned by whole pixels."""
    period = 2 * CHECK
    board = _lay_board(*(-(-length // TILE) * TILE for length in size.shape))
    top, left = top % period, left % period
    return board[top : top + size.height, left : left + size.width].copy()


@lru_cache(maxsize=4)
def _lay_board(height: int, width: int) -> Bytes:
    """A checkerboard from the corner of a square on, a period larger than asked for."""
    down, across = (np.arange(length + 2 * CHECK) // CHECK % 2 == 1 for length in (height, width))
    board = np.where(down[:, None] ^ across[None], np.uint8(204), np.uint8(255))
    return np.repeat(board[..., None], 3, axis=2)


def _weigh(matte: Floats, showing: Showing) -> Floats:
    if not showing.masked:
        return np.full_like(matte, showing.opacity)
    return matte if showing.opacity == 1.0 else matte * np.float32(showing.opacity)


def _lay_shadow(seen: Bytes, shadow: ShadowPart, part: Part) -> Bytes:
    dark = sample_plane(shadow.plane, shadow.share, part, crisp=False, origin=shadow.origin, beyond=0)
    if not dark.any():
        return seen
    weight = dark.astype(np.float32) * np.float32(shadow.opacity / 255)
    return blend(_fill(shadow.colour, part.size), seen, weight)


def _sample_clean(sources: Sources, part: Part) -> Bytes | None:
    """The clean colours of a rectangle of the view, if they are known at its scale for all of it."""
    clean = sources.clean
    if clean is None or clean.level != sources.colour.choose_level(part.scale):
        return None
    side = 1 << clean.level
    seen = part.seen
    wanted = Rect(seen.left // side, seen.top // side, -(-seen.right // side), -(-seen.bottom // side))
    plane = sources.colour.levels[clean.level]
    assert plane is not None
    if not clean.where.contains(wanted.intersect(Rect(0, 0, plane.shape[1], plane.shape[0]))):
        return None
    crisp = part.scale >= 1 and clean.level == 0
    origin = (clean.where.left, clean.where.top)
    return sample_plane(clean.pixels, 1 / side, part, crisp=crisp, origin=origin)


def _make_ground(sources: Sources, look: Look, part: Part) -> Bytes:
    if look.view in (View.CHECKERBOARD, View.PICTURE, View.BACKGROUND):
        board = draw_checkerboard(part.left, part.top, part.size)
        if look.view is View.PICTURE and look.picture is not None:
            return _lay_picture(board, look.picture, sources, part)
        if look.view is not View.BACKGROUND:
            return board
        if look.backdrop is not None and look.background.opacity:
            ground = _lay_picture(board, look.backdrop, sources, part)
            opacity = np.full(part.size.shape, look.background.opacity, np.float32)
            board = ground if look.background.opacity == 1 else blend(ground, board, opacity)
        return _lay_others(board, look.under, sources, part)
    grounds = {View.BLACK: (0, 0, 0), View.WHITE: (255, 255, 255), View.COLOUR: look.colour}
    return _fill(grounds[look.view], part.size)


def _lay_picture(board: Bytes, picture: Bytes, sources: Sources, part: Part) -> Bytes:
    """A picture that fills the frame, over the board where it is transparent."""
    lay_whole = picture.shape[2] == 3
    return _sample_ground(picture, sources, part) if lay_whole else _lay_others(board, picture, sources, part)


def _lay_others(seen: Bytes, others: Bytes | None, sources: Sources, part: Part) -> Bytes:
    """Colours that are multiplied by their opacity already, over what is seen."""
    if others is None:
        return seen
    front = sample_plane(others, others.shape[1] / sources.size.width, part, crisp=False)
    rest = 1 - front[..., 3:].astype(np.float32) * np.float32(1 / 255)
    laid: Bytes = np.rint(front[..., :3] + seen * rest).clip(0, 255).astype(np.uint8)
    return laid


def _sample_ground(picture: Bytes, sources: Sources, part: Part) -> Bytes:
    return sample_plane(picture, picture.shape[1] / sources.size.width, part, crisp=False)


def _fill(colour: tuple[int, int, int], size: Size) -> Bytes:
    ground = np.empty((*size.shape, 3), np.uint8)
    ground[:] = colour
    return ground


def _tint_band(colour: Bytes, trimap: Bytes) -> Bytes:
    """The unknown band in yellow, background dark, foreground as it is."""
    weight = np.where(trimap == 128, np.float32(0.45), np.where(trimap == 0, np.float32(0.25), np.float32(1)))
    yellow = (trimap == 128)[..., None] * np.array([255, 214, 10], np.uint8)
    return blend(colour, yellow.astype(np.uint8), weight)
