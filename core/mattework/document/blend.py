"""Blend modes: what colour results where a source lies over a backdrop, both opaque.

Sources: W3C Compositing and Blending Level 1 (2015), section 9, which agrees with PDF 32000-1:2008, section 11.3.5, for
the modes that both name; Adobe Photoshop's documentation for the others (linear burn, vivid, linear and pin light, hard
mix, subtract, divide, darker and lighter colour). Soft light takes a square root for light sources as Photoshop does,
where the W3C takes a polynomial for dark backdrops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from mattework.arrays import AnyArray, Bools, Floats
from mattework.document.model import BlendMode

_Blend: TypeAlias = Callable[[Floats, Floats], Floats]

_TINY = np.float32(1e-6)
_LUMA = np.array([0.3, 0.59, 0.11], dtype=np.float32)


def blend_colors(mode: BlendMode, backdrop: Floats, source: Floats) -> Floats:
    """B(backdrop, source) of the W3C's general formula, for opaque colours.

    Both (..., channels), float32, additive (0 black, 1 white; CMYK is turned round first); the result is new or `source`
    itself. The non-separable modes need three channels (red, green, blue) or one (gray). Dissolve and pass through have
    no colour formula of their own and count as normal.
    """
    function = _SEPARABLE.get(mode)
    if function is not None:
        return function(backdrop, source)
    if mode in _NON_SEPARABLE:
        return (
            _blend_gray(mode, backdrop, source)
            if source.shape[-1] == 1
            else _blend_hsl(mode, backdrop, source)
        )
    return source


def is_separable(mode: BlendMode) -> bool:
    """Whether every channel is blended by itself."""
    return mode not in _NON_SEPARABLE


def _floats(values: AnyArray) -> Floats:
    return np.asarray(values, dtype=np.float32)


# --- each channel by itself ------------------------------------------------------------------------------------------


def _multiply(cb: Floats, cs: Floats) -> Floats:
    return cb * cs


def _screen(cb: Floats, cs: Floats) -> Floats:
    return cb + cs - cb * cs


def _color_burn(cb: Floats, cs: Floats) -> Floats:
    burnt = 1 - np.minimum(1, (1 - cb) / np.maximum(cs, _TINY))
    return np.where(cb >= 1, np.float32(1), burnt)


def _color_dodge(cb: Floats, cs: Floats) -> Floats:
    dodged = np.minimum(1, cb / np.maximum(1 - cs, _TINY))
    return np.where(cb <= 0, np.float32(0), dodged)


def _linear_burn(cb: Floats, cs: Floats) -> Floats:
    return _floats(np.maximum(cb + cs - 1, 0))


def _linear_dodge(cb: Floats, cs: Floats) -> Floats:
    return _floats(np.minimum(cb + cs, 1))


def _hard_light(cb: Floats, cs: Floats) -> Floats:
    return np.where(cs <= 0.5, 2 * cb * cs, _screen(cb, 2 * cs - 1))


def _overlay(cb: Floats, cs: Floats) -> Floats:
    return _hard_light(cs, cb)


def _soft_light(cb: Floats, cs: Floats) -> Floats:
    dark = cb - (1 - 2 * cs) * cb * (1 - cb)
    light = cb + (2 * cs - 1) * (np.sqrt(np.maximum(cb, 0)) - cb)
    return np.where(cs <= 0.5, dark, light)


def _vivid_light(cb: Floats, cs: Floats) -> Floats:
    return np.where(cs <= 0.5, _color_burn(cb, 2 * cs), _color_dodge(cb, 2 * cs - 1))


def _linear_light(cb: Floats, cs: Floats) -> Floats:
    return _floats(np.clip(cb + 2 * cs - 1, 0, 1))


def _pin_light(cb: Floats, cs: Floats) -> Floats:
    return np.where(cs <= 0.5, np.minimum(cb, 2 * cs), np.maximum(cb, 2 * cs - 1))


def _hard_mix(cb: Floats, cs: Floats) -> Floats:
    # A hair under 1, because 8-bit values that add to white must count although their floats may not.
    return (cb + cs >= 1 - _TINY).astype(np.float32)


def _difference(cb: Floats, cs: Floats) -> Floats:
    return _floats(np.abs(cb - cs))


def _exclusion(cb: Floats, cs: Floats) -> Floats:
    return cb + cs - 2 * cb * cs


def _subtract(cb: Floats, cs: Floats) -> Floats:
    return _floats(np.maximum(cb - cs, 0))


def _divide(cb: Floats, cs: Floats) -> Floats:
    divided = np.minimum(1, cb / np.maximum(cs, _TINY))
    return np.where(cs <= 0, np.float32(1), divided)


_SEPARABLE: dict[BlendMode, _Blend] = {
    BlendMode.DARKEN: np.minimum,
    BlendMode.MULTIPLY: _multiply,
    BlendMode.COLOR_BURN: _color_burn,
    BlendMode.LINEAR_BURN: _linear_burn,
    BlendMode.LIGHTEN: np.maximum,
    BlendMode.SCREEN: _screen,
    BlendMode.COLOR_DODGE: _color_dodge,
    BlendMode.LINEAR_DODGE: _linear_dodge,
    BlendMode.OVERLAY: _overlay,
    BlendMode.SOFT_LIGHT: _soft_light,
    BlendMode.HARD_LIGHT: _hard_light,
    BlendMode.VIVID_LIGHT: _vivid_light,
    BlendMode.LINEAR_LIGHT: _linear_light,
    BlendMode.PIN_LIGHT: _pin_light,
    BlendMode.HARD_MIX: _hard_mix,
    BlendMode.DIFFERENCE: _difference,
    BlendMode.EXCLUSION: _exclusion,
    BlendMode.SUBTRACT: _subtract,
    BlendMode.DIVIDE: _divide,
}


# --- all channels together -------------------------------------------------------------------------------------------

_NON_SEPARABLE = frozenset(
    {
        BlendMode.DARKER_COLOR,
        BlendMode.LIGHTER_COLOR,
        BlendMode.HUE,
        BlendMode.SATURATION,
        BlendMode.COLOR,
        BlendMode.LUMINOSITY,
    }
)


def _luminosity(color: Floats) -> Floats:
    return np.asarray(color @ _LUMA, dtype=np.float32)[..., None]


def _clip_color(color: Floats) -> Floats:
    """Bring every channel into 0..1 without changing the luminosity."""
    light = _luminosity(color)
    low = color.min(axis=-1, keepdims=True)
    high = color.max(axis=-1, keepdims=True)
    color = np.where(low < 0, light + (color - light) * light / np.maximum(light - low, _TINY), color)
    return np.where(high > 1, light + (color - light) * (1 - light) / np.maximum(high - light, _TINY), color)


def _set_luminosity(color: Floats, light: Floats) -> Floats:
    return _clip_color(color + (light - _luminosity(color)))


def _saturation(color: Floats) -> Floats:
    spread: Floats = color.max(axis=-1, keepdims=True) - color.min(axis=-1, keepdims=True)
    return spread


def _set_saturation(color: Floats, saturation: Floats) -> Floats:
    low = color.min(axis=-1, keepdims=True)
    spread = _saturation(color)
    return np.where(spread > 0, (color - low) * saturation / np.maximum(spread, _TINY), np.float32(0))


def _choose(where: Bools, yes: Floats, no: Floats) -> Floats:
    return np.where(where, yes, no)


def _blend_hsl(mode: BlendMode, cb: Floats, cs: Floats) -> Floats:
    if mode is BlendMode.HUE:
        return _set_luminosity(_set_saturation(cs, _saturation(cb)), _luminosity(cb))
    if mode is BlendMode.SATURATION:
        return _set_luminosity(_set_saturation(cb, _saturation(cs)), _luminosity(cb))
    if mode is BlendMode.COLOR:
        return _set_luminosity(cs, _luminosity(cb))
    if mode is BlendMode.LUMINOSITY:
        return _set_luminosity(cb, _luminosity(cs))
    darker = _luminosity(cs) < _luminosity(cb)
    return _choose(darker, cs, cb) if mode is BlendMode.DARKER_COLOR else _choose(darker, cb, cs)


def _blend_gray(mode: BlendMode, cb: Floats, cs: Floats) -> Floats:
    """Gray has no hue and no saturation: only lightness can come from the source."""
    if mode is BlendMode.DARKER_COLOR:
        return np.minimum(cb, cs)
    if mode is BlendMode.LIGHTER_COLOR:
        return np.maximum(cb, cs)
    return cs if mode is BlendMode.LUMINOSITY else cb
