"""Edge settings: smooth, shift, feather and contrast, always in this order, on a finished alpha.

The order is fixed, so that the same settings give the same edge whatever the order in which a person moved the sliders:

1. **smooth** rounds the outline: a Gaussian blur (standard deviation half the setting), after which the edge is brought
   back to the steepness that it had. Straight edges stay, jags and notches up to that size go. Thin structures that leave
   the outline by more than `HAIR` pixels are no jags but hair, and stay.
2. **shift** moves the outline by that many pixels, outwards when positive, as grey dilation and erosion with a disc of
   that radius do (fractions are linear between whole radii, so a plain edge moves by exactly the setting). Only what is
   wide moves. Thin structures, hair and lace and the gaps in them, would be thickened to sausages or deleted; there the
   odds alpha : (1 - alpha) are multiplied by e for every `HAIR` pixels instead, so that strands get stronger or fainter
   and stay where they are.
3. **feather** softens: a Gaussian blur whose standard deviation is half the setting, so that a plain edge reaches about
   `feather` pixels to each side.
4. **contrast** hardens around 0.5: values are spread by 1 / (1 - contrast); at 1 only 0 and 1 are left.

All work is done in tiles over the edge; an alpha of 0 or 1 farther from it than the settings reach is not touched.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from mattework.arrays import Floats, Plane, check_alpha
from mattework.band import find_band_tiles
from mattework.blur import blur_plane, choose_block, reach_of_blur
from mattework.document.piecewise import Patchwork
from mattework.errors import UsageError
from mattework.geometry import Rect
from mattework.progress import Progress, report_progress
from mattework.recipe import LONGEST_EDGE_SETTING, EdgeSettings

HAIR = 4.0
"""Structures up to about twice this many pixels wide count as thin."""

LARGEST_SCALE = 4.0
"""A preview may be this much larger than the full image."""

_TILE_SIDE = 512
_LARGEST_DISC = 5
_EXACT = 2e-6


def apply_edge_settings(
    alpha: Floats, settings: EdgeSettings, *, scale: float = 1.0, tile_side: int = _TILE_SIDE
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
        UsageError: `alpha` is none; a setting is outside its range (`smooth` and `feather` 0 to `LONGEST_EDGE_SETTING`,
            `shift` as far to both sides, `contrast` 0..1); `scale` is not positive or above `LARGEST_SCALE`.
    """
    _check_request(settings, scale, tile_side)
    check_alpha(alpha)
    if settings.is_neutral:
        return alpha
    result = np.clip(alpha, 0, 1)
    for tile, matte in _apply_in_tiles(alpha, settings, scale, tile_side):
        result[tile.slices] = matte
    return result


def lay_edge_settings(
    alpha: Plane[np.float32], settings: EdgeSettings, progress: Progress | None = None
) -> Plane[np.float32]:
    """What `apply_edge_settings` gives, laid on `alpha` where it differs: it takes memory along the edge only.

    `progress` is told of the step "edge settings" tile by tile, and may raise `Cancelled`.

    Raises:
        UsageError: as `apply_edge_settings`.
    """
    _check_request(settings, 1.0, _TILE_SIDE)
    check_alpha(alpha)
    if settings.is_neutral:
        return alpha
    result = Patchwork(alpha)
    for tile, matte in _apply_in_tiles(alpha, settings, 1.0, _TILE_SIDE, progress):
        result[tile.slices] = matte
    return result


def _check_request(settings: EdgeSettings, scale: float, tile_side: int) -> None:
    lengths = (settings.smooth, settings.feather, abs(settings.shift))
    if not all(0 <= length <= LONGEST_EDGE_SETTING for length in lengths) or not 0 <= settings.contrast <= 1:
        raise UsageError(f"Edge settings out of range: {settings}.")
    if not 0 < scale <= LARGEST_SCALE:
        raise UsageError(
            f"The scale of a preview is {scale}; it must be positive, and at most {LARGEST_SCALE:g}."
        )
    if tile_side < 1:
        raise UsageError(f"A working tile of {tile_side} pixels is none.")


def _apply_in_tiles(
    alpha: Plane[np.float32],
    settings: EdgeSettings,
    scale: float,
    tile_side: int,
    progress: Progress | None = None,
) -> Iterator[tuple[Rect, Floats]]:
    """Every tile in which the settings change anything, with its new values."""
    reach = _reach(settings, scale)
    block = max(choose_block(length * scale / 2) for length in (settings.smooth, settings.feather))
    bounds = Rect(0, 0, alpha.shape[1], alpha.shape[0])
    tiles = find_band_tiles(alpha, side=max(tile_side, 2 * reach), reach=reach)
    for number, tile in enumerate(tiles):
        report_progress(progress, "edge settings", number / len(tiles))
        crop = _widen(tile.grow(reach), block).intersect(bounds)
        matte = _apply(np.ascontiguousarray(alpha[crop.slices]), settings, scale)
        yield tile, matte[tile.move(-crop.left, -crop.top).slices]


def _widen(where: Rect, block: int) -> Rect:
    """The smallest rectangle of whole blocks that holds another."""
    left, top = (place // block * block for place in (where.left, where.top))
    right, bottom = (-(-place // block) * block for place in (where.right, where.bottom))
    return Rect(left, top, right, bottom)


def _apply(matte: Floats, settings: EdgeSettings, scale: float) -> Floats:
    matte = np.clip(matte, 0, 1)  # rounding beyond it would be multiplied by the odds of a shift
    if settings.smooth:
        matte = _smooth(matte, settings.smooth * scale, scale)
    if settings.shift:
        matte = _shift(matte, settings.shift * scale, scale)
    if settings.feather:
        matte = _blur(matte, settings.feather * scale / 2)
    if settings.contrast:
        matte = _harden(matte, settings.contrast)
    return matte


def reach_outwards(settings: EdgeSettings, *, scale: float = 1.0) -> int:
    """How far beyond the last visible pixel these settings can show something, in pixels of the alpha at hand.

    Args:
        scale: size of the alpha relative to the full image.
    """
    moved = math.ceil(max(0.0, settings.shift) * scale)
    blurred = sum(reach_of_blur(length * scale / 2) for length in (settings.smooth, settings.feather))
    return moved + blurred


def _reach(settings: EdgeSettings, scale: float) -> int:
    """How far, in pixels of the alpha at hand, one pixel can influence another."""
    reach = 0
    if settings.smooth:
        reach += max(3 * reach_of_blur(settings.smooth * scale / 2) + 2, _strand_reach(scale))
    if settings.shift:
        reach += math.ceil(abs(settings.shift) * scale) + _strand_reach(scale)
    if settings.feather:
        reach += reach_of_blur(settings.feather * scale / 2)
    return reach + 1


# Smooth -------------------------------------------------------------------------------------------------------------


def _smooth(matte: Floats, length: float, scale: float) -> Floats:
    """Blur, then steepen by as much as the blur has flattened the edges nearby; strands stay as they were."""
    import cv2

    sigma = length / 2
    soft = _blur(matte, sigma)
    window = np.ones(2 * math.ceil(3 * sigma) + 1, np.uint8)

    def find_steepest(values: Floats) -> Floats:
        right = np.diff(values, axis=1, append=values[:, -1:])
        down = np.diff(values, axis=0, append=values[-1:])
        return np.asarray(
            cv2.dilate(cv2.dilate(np.hypot(right, down), window[:, None]), window[None]), np.float32
        )

    ratio = find_steepest(matte) / np.maximum(find_steepest(soft), np.float32(1e-4))
    gain = blur_plane(np.asarray(np.clip(ratio, 1, 4 + 4 * sigma), np.float32), sigma)
    steep = (soft - np.float32(0.5)) * gain + np.float32(0.5)
    steep = np.clip(steep, 0, 1)
    return _snap(np.asarray(steep + _find_strands(matte, scale) * (matte - steep), np.float32))


# Shift --------------------------------------------------------------------------------------------------------------


def _shift(matte: Floats, distance: float, scale: float) -> Floats:
    """Move the outline; inwards is the same as moving the background's outline outwards."""
    if distance > 0:
        return _snap(_grow(matte, distance, scale))
    return _snap(1 - _grow(1 - matte, -distance, scale))


def _grow(matte: Floats, distance: float, scale: float) -> Floats:
    """Dilate what is wide, strengthen what is thin, keep thin gaps. Both parts only rise with `distance`."""
    wide = _open(matte, scale)
    # Beside thin gaps the wide parts stay where they are: they would close the gaps.
    held = np.minimum(wide, 1 - _find_strands(1 - matte, scale))
    odds = np.float32(math.exp(min(50.0, distance / (HAIR * scale))))
    stronger = matte * odds / (matte * odds + (1 - matte))
    return np.asarray(np.maximum(dilate(held, distance), stronger), np.float32)


def _open(matte: Floats, scale: float) -> Floats:
    """The alpha without structures thinner than a disc of radius `HAIR`."""
    radius = HAIR * scale
    return dilate(1 - dilate(1 - matte, radius), radius)


def _find_strands(matte: Floats, scale: float) -> Floats:
    """1 around thin structures that leave the wide parts by more than `HAIR`, 0 elsewhere.

    What is thin but lies closer, as the corners that opening rounds do, belongs to the outline.
    """
    strands = matte - dilate(_open(matte, scale), HAIR * scale)
    seeds = np.asarray(np.clip((strands - np.float32(0.05)) * 8, 0, 1), np.float32)
    if not seeds.any():
        return seeds
    return _blur(dilate(seeds, 2.5 * HAIR * scale), HAIR * scale / 2)


def _strand_reach(scale: float) -> int:
    length = HAIR * scale
    return 5 * math.ceil(length) + math.ceil(2.5 * length) + reach_of_blur(length / 2)


def dilate(matte: Floats, radius: float) -> Floats:
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
    """Gaussian blur; 0 and 1 beyond its reach stay exact."""
    return _snap(blur_plane(matte, sigma))


def _harden(matte: Floats, contrast: float) -> Floats:
    if contrast >= 1:
        return np.asarray(np.where(matte == 0.5, 0.5, matte > 0.5), np.float32)
    slope = np.float32(1 / (1 - contrast))
    return np.asarray(np.clip((matte - np.float32(0.5)) * slope + np.float32(0.5), 0, 1), np.float32)


def _snap(matte: Floats) -> Floats:
    """Rounding errors next to 0 and 1 become 0 and 1 again."""
    matte = np.where(matte < _EXACT, np.float32(0), matte)
    return np.where(matte > 1 - _EXACT, np.float32(1), matte)
