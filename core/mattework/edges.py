"""Edge settings: smooth, shift, feather and contrast, always in this order, on a finished alpha.

The order is fixed, so that the same settings give the same edge whatever the order in which a person moved the sliders:

1. **smooth** rounds the outline: a Gaussian blur (standard deviation half the setting), after which the edge is brought
   back to the steepness that it had. Straight edges stay, jags, notches and single hairs up to that size go.
2. **shift** moves the outline by that many pixels, outwards when positive, as grey dilation and erosion with a disc of
   that radius do (fractions are linear between whole radii, so a plain edge moves by exactly the setting). Where the
   alpha is made of thin structures, hair and lace, moving an outline would thicken or delete them; there the odds
   alpha : (1 - alpha) are multiplied by e for every `HAIR` pixels instead: strands get stronger or fainter, and stay.
3. **feather** softens: a Gaussian blur whose standard deviation is half the setting, so that a plain edge reaches about
   `feather` pixels to each side.
4. **contrast** hardens around 0.5: values are spread by 1 / (1 - contrast); at 1 only 0 and 1 are left.

All work is done in tiles over the edge; an alpha of 0 or 1 farther from it than the settings reach is not touched.
"""

from __future__ import annotations

import math

import numpy as np

from mattework.arrays import Floats
from mattework.band import find_band_tiles
from mattework.geometry import Rect
from mattework.recipe import EdgeSettings

HAIR = 4.0
"""Structures up to about twice this many pixels wide count as thin."""

_LARGEST_DISC = 5
_EXACT = 2e-6


def apply_edge_settings(
    alpha: Floats, settings: EdgeSettings, *, scale: float = 1.0, tile_side: int = 512
) -> Floats:
    """The alpha with smooth, shift, feather and contrast applied, in this order.

    Args:
        alpha: (H, W) float32, 0 to 1.
        settings: lengths in pixels of the full image; neutral settings return `alpha` itself.
        scale: size of `alpha` relative to the full image: 0.25 for a preview at a quarter of the size.
        tile_side: side of the working tiles in pixels; it has no influence on the result.

    Returns:
        (H, W) float32, 0 to 1. Growing `shift` never lowers a value.

    Raises:
        ValueError: a setting is outside its range (`smooth`, `feather` at least 0, `contrast` 0..1), or `scale` is not
            positive.
    """
    if min(settings.smooth, settings.feather) < 0 or not 0 <= settings.contrast <= 1:
        raise ValueError(f"Edge settings out of range: {settings}.")
    if not scale > 0:
        raise ValueError(f"The scale of a preview is {scale}; it must be positive.")
    if settings.is_neutral:
        return alpha
    reach = _reach(settings, scale)
    result = alpha.copy()
    bounds = Rect(0, 0, alpha.shape[1], alpha.shape[0])
    for tile in find_band_tiles(alpha, side=max(tile_side, 2 * reach), reach=reach):
        crop = tile.grow(reach).intersect(bounds)
        matte = _apply(np.ascontiguousarray(alpha[crop.slices]), settings, scale)
        result[tile.slices] = matte[tile.move(-crop.left, -crop.top).slices]
    return result


def _apply(matte: Floats, settings: EdgeSettings, scale: float) -> Floats:
    if settings.smooth:
        matte = _smooth(matte, settings.smooth * scale)
    if settings.shift:
        matte = _shift(matte, settings.shift * scale, scale)
    if settings.feather:
        matte = _blur(matte, settings.feather * scale / 2)
    if settings.contrast:
        matte = _harden(matte, settings.contrast)
    return matte


def _reach(settings: EdgeSettings, scale: float) -> int:
    """How far, in pixels of the alpha at hand, one pixel can influence another."""
    reach = 0
    if settings.smooth:
        reach += 3 * _kernel_radius(settings.smooth * scale / 2) + 2
    if settings.shift:
        reach += math.ceil(abs(settings.shift) * scale) + _hair_reach(scale)
    if settings.feather:
        reach += _kernel_radius(settings.feather * scale / 2)
    return reach + 1


# Smooth -------------------------------------------------------------------------------------------------------------


def _smooth(matte: Floats, length: float) -> Floats:
    """Blur, then steepen by as much as the blur has flattened the edges nearby."""
    import cv2

    sigma = length / 2
    soft = _blur(matte, sigma)
    window = np.ones(2 * _kernel_radius(sigma) + 1, np.uint8)

    def find_steepest(values: Floats) -> Floats:
        right = np.diff(values, axis=1, append=values[:, -1:])
        down = np.diff(values, axis=0, append=values[-1:])
        return np.asarray(cv2.dilate(cv2.dilate(np.hypot(right, down), window), window[None]), np.float32)

    ratio = find_steepest(matte) / np.maximum(find_steepest(soft), np.float32(1e-4))
    gain = _blur_any(np.asarray(np.clip(ratio, 1, 4 + 4 * sigma), np.float32), sigma)
    steep = (soft - np.float32(0.5)) * gain + np.float32(0.5)
    return _snap(np.asarray(steep, np.float32))


# Shift --------------------------------------------------------------------------------------------------------------


def _shift(matte: Floats, distance: float, scale: float) -> Floats:
    """Move plain edges, strengthen or fade thin structures; which is which does not depend on `distance`.

    A region of hair is solid to an edge that moves inwards and empty to one that moves outwards, so that no gap opens
    where the two meet. Every step grows with `distance`, and so does the result.
    """
    hair = _find_hair(matte, scale)
    odds = np.float32(math.exp(min(50.0, abs(distance) / (HAIR * scale))))
    if distance > 0:
        grown = _dilate(np.minimum(matte, 1 - hair), distance)
        stronger = matte * odds / (matte * odds + (1 - matte))
        return _snap(np.maximum(grown, matte + hair * (stronger - matte)))
    shrunk = 1 - _dilate(1 - np.maximum(matte, hair), -distance)
    fainter = matte / (matte + (1 - matte) * odds)
    return _snap(np.minimum(shrunk, matte + hair * (fainter - matte)))


def _find_hair(matte: Floats, scale: float) -> Floats:
    """0 where edges are plain, 1 where thin structures and thin gaps abound."""
    radius = HAIR * scale
    rest = 1 - matte
    closed = 1 - _dilate(1 - _dilate(matte, radius), radius)
    opened = _dilate(1 - _dilate(rest, radius), radius)
    thin = _blur(closed - opened, _hair_sigma(scale))
    return np.asarray(np.clip((thin - np.float32(0.1)) * 4, 0, 1), np.float32)


def _hair_sigma(scale: float) -> float:
    return 2 * HAIR * scale


def _hair_reach(scale: float) -> int:
    return 4 * math.ceil(HAIR * scale) + _kernel_radius(_hair_sigma(scale))


def _dilate(matte: Floats, radius: float) -> Floats:
    """Grey dilation with a disc; between whole radii the result is linear in the radius."""
    whole = math.floor(radius)
    lower = _dilate_whole(matte, whole)
    share = np.float32(radius - whole)
    if share == 0:
        return lower
    upper = _dilate_whole(matte, whole + 1)
    return lower + share * (upper - lower)


def _dilate_whole(matte: Floats, radius: int) -> Floats:
    """Grey dilation with a disc of whole radius; large discs are made of several small ones."""
    import cv2

    while radius > 0:
        step = min(radius, _LARGEST_DISC)
        y, x = np.mgrid[-step : step + 1, -step : step + 1]
        disc = (x * x + y * y <= (step + 0.3) ** 2).astype(np.uint8)
        grown = np.asarray(cv2.dilate(matte, disc), np.float32)
        if step == 1:
            # The cross is too small along diagonals, the square too large; a third of the way is round.
            grown += np.float32(0.35) * (
                np.asarray(cv2.dilate(matte, np.ones_like(disc)), np.float32) - grown
            )
        matte = grown
        radius -= step
    return matte


# Feather and contrast -----------------------------------------------------------------------------------------------


def _blur(matte: Floats, sigma: float) -> Floats:
    """Gaussian blur, cut off at three standard deviations; 0 and 1 beyond its reach stay exact."""
    return _snap(_blur_any(matte, sigma))


def _blur_any(values: Floats, sigma: float) -> Floats:
    import cv2

    side = 2 * _kernel_radius(sigma) + 1
    if side == 1:
        return values
    return np.asarray(
        cv2.GaussianBlur(values, (side, side), sigma, borderType=cv2.BORDER_REPLICATE), np.float32
    )


def _kernel_radius(sigma: float) -> int:
    return math.ceil(3 * sigma)


def _harden(matte: Floats, contrast: float) -> Floats:
    if contrast >= 1:
        return np.asarray(np.where(matte == 0.5, 0.5, matte > 0.5), np.float32)
    slope = np.float32(1 / (1 - contrast))
    return np.asarray(np.clip((matte - np.float32(0.5)) * slope + np.float32(0.5), 0, 1), np.float32)


def _snap(matte: Floats) -> Floats:
    """Rounding errors next to 0 and 1 become 0 and 1 again."""
    matte = np.where(matte < _EXACT, np.float32(0), matte)
    return np.where(matte > 1 - _EXACT, np.float32(1), matte)
