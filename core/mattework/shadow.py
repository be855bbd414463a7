"""Shadows for a cut-out, made from its final alpha: a drop shadow, or one on the ground that the subject stands on.

A shadow is a plane of its own, the opacity of one colour, so that it becomes a layer under the cut-out and can be faded,
moved or painted on there. It is soft, so it is worked out at a size at which its blur is a few pixels wide and enlarged:
24 megapixels cost little more than one pass over the alpha.

**Drop** is the alpha, moved and blurred by a Gaussian.

**Contact** lies on the ground, which is told from the alpha alone:

1. The floor is the line on which the subject would rest: the one under its centre of gravity that touches it from below,
   rising by at most `SLOPE`. Of two feet the nearer one is lower in the picture; both then stand on the line.
2. A point at height h over the floor throws its shadow (dx, dy) * h / H away from the floor below it, H being the height
   of the subject: a parallel projection of an upright cut-out onto the ground.
3. The shadow's blur and its fading grow with h, as a penumbra does with the distance between what throws it and what it
   falls on; the blur is blended from a few Gaussians.
4. Where the underside is next to the floor, the light of the sky cannot reach: a narrow dark strip along the floor, which
   vanishes where the underside is more than a few hundredths of H above it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from mattework.arrays import AnyArray, Floats, Samples
from mattework.blur import blur_plane, reduce_plane
from mattework.document.layer_names import SHADOW_LAYER
from mattework.document.model import depth_dtype, depth_white
from mattework.errors import UsageError
from mattework.geometry import Rect
from mattework.recipe import Shadow

if TYPE_CHECKING:
    from mattework.document.model import Document, Layer

SLOPE = 0.3
"""Most that the floor may rise for every pixel to the side."""

_FINEST = 0.005
"""Standard deviation of a contact shadow's blur at the foot, in heights of the subject."""
_STRIP, _NEAR = 0.012, 0.03
"""Half the thickness of the dark strip, and the gap above the floor with which it vanishes, in heights of the subject."""
_CAST = 0.8
_FADING = 0.6
"""How much of a contact shadow is gone at its far end."""
_LEVELS = 5
_WORKING_SIGMA = 2.0
_FAINTEST = 1 / 1024
_LONGEST_MAP = 32_000
"""Side up to which OpenCV looks up pixels elsewhere in a picture (`cv2.remap` counts them with 16 bits)."""


def settle_shadow(shadow: Shadow, alpha: Floats, *, scale: float = 1.0) -> Shadow:
    """The shadow with every length that is None chosen for the size of the subject.

    Args:
        alpha: (H, W) float32, 0 to 1.
        scale: size of `alpha` relative to the full image, whose pixels the lengths are in.
    """
    subject = _find_subject(alpha)
    extent = alpha.shape if subject is None else subject.size.shape
    height, width = extent[0] / scale, extent[1] / scale
    mean = math.sqrt(width * height)
    suits = {
        "drop": (0.02 * mean, 0.03 * mean, 0.1 * mean),
        "contact": (0.3 * height, -0.14 * height, 0.12 * mean),
    }
    dx, dy, blur = (float(round(length)) for length in suits[shadow.kind])
    return replace(
        shadow,
        dx=dx if shadow.dx is None else shadow.dx,
        dy=dy if shadow.dy is None else shadow.dy,
        blur=blur if shadow.blur is None else shadow.blur,
    )


def draw_shadow(alpha: Floats, shadow: Shadow, *, scale: float = 1.0) -> tuple[Rect, Floats]:
    """The shadow that an alpha throws, at full strength: its `opacity` and `colour` are for whoever lays it down.

    What the picture's border cuts off is taken to go on beyond it.

    Args:
        alpha: (H, W) float32, 0 to 1, the cut-out as it will be seen.
        scale: size of `alpha` relative to the full image, as for `settle_shadow`.

    Returns:
        The rectangle of the picture outside which there is no shadow, empty when there is none at all, and the shadow in
        it, (h, w) float32, 0 to 1.
    """
    subject = _find_subject(alpha)
    settled = settle_shadow(shadow, alpha, scale=scale)
    assert settled.dx is not None
    assert settled.dy is not None
    assert settled.blur is not None
    if subject is None:
        return Rect(0, 0, 0, 0), np.zeros((0, 0), np.float32)
    dx, dy, blur = settled.dx * scale, settled.dy * scale, settled.blur * scale
    if shadow.kind == "drop":
        step = _choose_step(blur / 4)
        small = _shift(reduce_plane(alpha, step), dx / step, dy / step)
        return _enlarge(blur_plane(small, blur / 4 / step), step, alpha.shape)
    finest = _FINEST * subject.height
    step = max(_choose_step(finest), -(-max(alpha.shape) // _LONGEST_MAP))
    small = reduce_plane(alpha, step)
    plane = _cast_on_ground(small, dx / step, dy / step, blur / 4 / step, subject.height / step)
    return _enlarge(plane, step, alpha.shape)


def make_shadow_layer(
    document: Document, alpha: Floats, shadow: Shadow
) -> tuple[Layer | None, tuple[str, ...]]:
    """A layer with the shadow of an alpha that fills the canvas, in the document's mode and depth; notes for people.

    Its blend mode is normal, because some programs hide a layer that multiplies where nothing lies under it. None when
    there is no subject, or all of its shadow falls outside the picture.

    Raises:
        UsageError: `colour` is no colour.
    """
    from mattework.document.colour import convert_srgb_colour
    from mattework.document.model import Layer

    colour = parse_shadow_colour(shadow.colour)
    rect, plane = draw_shadow(alpha, shadow)
    if rect.is_empty:
        return None, ("There is no shadow to be seen: nothing throws one, or it falls outside the picture.",)
    pixels = np.empty((*rect.size.shape, document.mode.channels), depth_dtype(document.depth))
    pixels[:] = convert_srgb_colour(colour, document.mode, document.depth, document.metadata.icc)
    opacity = plane * np.float32(depth_white(document.depth))
    if document.depth != 32:
        opacity = np.rint(opacity, out=opacity)
    layer = Layer(
        SHADOW_LAYER,
        rect,
        cast("Samples", pixels),
        cast("Samples", opacity.astype(pixels.dtype)),
        opacity=shadow.opacity,
    )
    return layer, tell_about_shadow(alpha, shadow)


def tell_about_shadow(alpha: Floats, shadow: Shadow) -> tuple[str, ...]:
    """Notes for people on how a shadow was made that an alpha throws.

    Args:
        alpha: (H, W) float32, 0 to 1, at any size.
    """
    if shadow.kind != "contact" or not is_cut_off(alpha):
        return ()
    return (
        "The picture's lower border cuts the subject off, so its foot is not seen; the ground of its shadow was taken "
        "to be there.",
    )


def parse_shadow_colour(text: str) -> tuple[float, float, float]:
    """The colour of a shadow as sRGB of 0 to 1.

    Raises:
        UsageError: it is no colour.
    """
    from mattework.background import parse_colour

    colour = parse_colour(text)
    if colour is None:
        raise UsageError(f"The shadow's colour {text!r} is no colour. Write black, or as in #20242c.")
    return colour


def is_cut_off(alpha: Floats) -> bool:
    """Whether the lower border cuts the subject off for more than a tenth of its width."""
    subject = _find_subject(alpha)
    return subject is not None and int((alpha[-1] > 0.5).sum()) > 0.1 * subject.width


def _find_subject(alpha: Floats) -> Rect | None:
    """The rectangle of what is more subject than not."""
    solid = alpha > 0.5
    columns, rows = np.flatnonzero(solid.any(axis=0)), np.flatnonzero(solid.any(axis=1))
    if not len(rows):
        return None
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _cast_on_ground(alpha: Floats, dx: float, dy: float, far_sigma: float, height: float) -> Floats:
    """The contact shadow at the working size; lengths in its pixels."""
    import cv2

    rows, columns = alpha.shape
    floor, underside = _find_floor(alpha)
    lean, rise = dx / height, -dy / height
    slope = float(floor[-1] - floor[0]) / max(1, columns - 1)
    y = np.arange(rows, dtype=np.float32)[:, None] + np.float32(0.5)
    x = np.arange(columns, dtype=np.float32)[None] + np.float32(0.5)
    # A shadow at (x, y) comes from height `up`: y = floor(x - lean up) - rise up.
    up = (floor[None] - y) / np.float32(
        math.copysign(max(abs(rise + slope * lean), 0.01), rise + slope * lean)
    )
    source_x = x - up * np.float32(lean)
    source_y = floor[None] - np.float32(slope * lean) * up - up
    thrown = cv2.remap(
        alpha, source_x - 0.5, source_y - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )
    share: Floats = np.clip(up / np.float32(height), 0, 1).astype(np.float32)
    faded: Floats = np.where(up > 0, thrown * (1 - np.float32(_FADING) * share), 0).astype(np.float32)
    near_sigma = max(0.8, _FINEST * height)
    cast_shadow = _blur_with_distance(faded, share, near_sigma, max(near_sigma, far_sigma))
    gap = np.where(np.isfinite(underside), floor - underside, np.inf)
    touch = np.exp(-gap / (_NEAR * height)).astype(np.float32)[None]
    touch = blur_plane(np.repeat(touch, 3, axis=0), max(1.0, 0.5 * _STRIP * height))[1:2]
    thick = max(near_sigma, _STRIP * height)
    strip = touch * np.exp(-0.5 * ((y - floor[None]) / np.float32(thick)) ** 2)
    dark: Floats = 1 - (1 - np.float32(_CAST) * cast_shadow) * (1 - strip)
    return np.ascontiguousarray(dark, np.float32)


def _find_floor(alpha: Floats) -> tuple[Floats, Floats]:
    """The floor under every column, and the underside of the subject there, -inf where a column has none: (W,) each.

    `alpha` has something in it.
    """
    rows, columns = alpha.shape
    solid = alpha > 0.5 * alpha.max()  # what is thinner than a working pixel is nowhere half of one
    underside = np.where(solid.any(axis=0), rows - np.argmax(solid[::-1], axis=0), -np.inf)
    x = np.arange(columns)
    centre = float(np.average(x, weights=solid.sum(axis=0)))
    # Among lines that touch from below, the one under the centre of gravity is the one that is highest there.
    slopes = np.linspace(-SLOPE, SLOPE, 61)
    touching = np.max(underside[None] - slopes[:, None] * (x[None] - centre), axis=1)
    best = int(np.argmin(touching))
    floor = touching[best] + slopes[best] * (x - centre)
    return floor.astype(np.float32), underside.astype(np.float32)


def _blur_with_distance(plane: Floats, share: Floats, near: float, far: float) -> Floats:
    """The plane blurred by a standard deviation that goes from `near` to `far` as `share` goes from 0 to 1."""
    if far < near * 1.2:
        return blur_plane(plane, near)
    sigmas = [near * (far / near) ** (level / (_LEVELS - 1)) for level in range(_LEVELS)]
    wanted = np.float32(near) + share * np.float32(far - near)
    place = np.log(wanted / np.float32(near)) * np.float32((_LEVELS - 1) / math.log(far / near))
    out = np.zeros_like(plane)
    for level, sigma in enumerate(sigmas):
        weight = np.clip(1 - np.abs(place - np.float32(level)), 0, 1)
        out += weight * blur_plane(plane, sigma)
    return out


def _choose_step(sigma: float) -> int:
    """By how much a plane may be reduced that will be blurred by this standard deviation."""
    return max(1, math.floor(sigma / _WORKING_SIGMA))


def _shift(plane: Floats, dx: float, dy: float) -> Floats:
    """The plane moved, its border pixels drawn out; by whole pixels, which for a plane that is blurred by `_WORKING_SIGMA`
    or more is followed by what is left, linearly."""
    import cv2

    height, width = plane.shape
    x = np.clip(np.arange(width) - math.floor(dx), 0, width - 1)
    y = np.clip(np.arange(height) - math.floor(dy), 0, height - 1)
    moved: AnyArray = plane[y][:, x]
    rest_x, rest_y = dx - math.floor(dx), dy - math.floor(dy)
    if rest_x or rest_y:
        kernel_x, kernel_y = np.array([rest_x, 1 - rest_x, 0]), np.array([rest_y, 1 - rest_y, 0])
        moved = cv2.sepFilter2D(moved, cv2.CV_32F, kernel_x, kernel_y, borderType=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(moved, np.float32)


def _enlarge(small: Floats, step: int, shape: tuple[int, ...]) -> tuple[Rect, Floats]:
    """The plane at full size, cropped to where it is not nothing."""
    import cv2

    dark: AnyArray = small > _FAINTEST
    columns, rows = np.flatnonzero(dark.any(axis=0)), np.flatnonzero(dark.any(axis=1))
    if not len(rows):
        return Rect(0, 0, 0, 0), np.zeros((0, 0), np.float32)
    part = Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    if step > 1:
        part = part.grow(1).intersect(Rect(0, 0, small.shape[1], small.shape[0]))
    plane = np.ascontiguousarray(small[part.slices])
    rect = Rect(part.left * step, part.top * step, part.right * step, part.bottom * step)
    if step > 1:
        plane = cast("Floats", cv2.resize(plane, (rect.width, rect.height), interpolation=cv2.INTER_LINEAR))
    seen = rect.intersect(Rect(0, 0, shape[1], shape[0]))
    return seen, np.ascontiguousarray(np.clip(plane[: seen.height, : seen.width], 0, 1))
