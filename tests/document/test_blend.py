"""Blend modes against values that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mattework.arrays import Floats
from mattework.document.blend import blend_colors, is_separable
from mattework.document.model import BlendMode

SEPARABLE = {
    # backdrop .25, source .75; backdrop .75, source .25
    BlendMode.NORMAL: (0.75, 0.25),
    BlendMode.DARKEN: (0.25, 0.25),
    BlendMode.LIGHTEN: (0.75, 0.75),
    BlendMode.MULTIPLY: (0.1875, 0.1875),
    BlendMode.SCREEN: (0.8125, 0.8125),
    BlendMode.COLOR_BURN: (0.0, 0.0),
    BlendMode.COLOR_DODGE: (1.0, 1.0),
    BlendMode.LINEAR_BURN: (0.0, 0.0),
    BlendMode.LINEAR_DODGE: (1.0, 1.0),
    BlendMode.OVERLAY: (0.375, 0.625),
    BlendMode.HARD_LIGHT: (0.625, 0.375),
    BlendMode.SOFT_LIGHT: (0.375, 0.65625),
    BlendMode.VIVID_LIGHT: (0.5, 0.5),
    BlendMode.LINEAR_LIGHT: (0.75, 0.25),
    BlendMode.PIN_LIGHT: (0.5, 0.5),
    BlendMode.HARD_MIX: (1.0, 1.0),
    BlendMode.DIFFERENCE: (0.5, 0.5),
    BlendMode.EXCLUSION: (0.625, 0.625),
    BlendMode.SUBTRACT: (0.0, 0.5),
    BlendMode.DIVIDE: (1 / 3, 1.0),
}


def _gray(value: float) -> Floats:
    return np.full((1, 1, 1), value, np.float32)


@pytest.mark.parametrize("mode", SEPARABLE, ids=str)
def test_separable_modes_give_the_values_of_their_formulas(mode: BlendMode) -> None:
    light_on_dark, dark_on_light = SEPARABLE[mode]
    assert blend_colors(mode, _gray(0.25), _gray(0.75)).item() == pytest.approx(light_on_dark, abs=1e-6)
    assert blend_colors(mode, _gray(0.75), _gray(0.25)).item() == pytest.approx(dark_on_light, abs=1e-6)


@pytest.mark.parametrize(
    ("mode", "backdrop", "source", "result"),
    [
        (BlendMode.COLOR_BURN, 1.0, 0.0, 1.0),
        (BlendMode.COLOR_BURN, 0.5, 0.0, 0.0),
        (BlendMode.COLOR_DODGE, 0.0, 1.0, 0.0),
        (BlendMode.COLOR_DODGE, 0.5, 1.0, 1.0),
        (BlendMode.DIVIDE, 0.5, 0.0, 1.0),
        (BlendMode.HARD_MIX, 100 / 255, 155 / 255, 1.0),
        (BlendMode.HARD_MIX, 100 / 255, 154 / 255, 0.0),
    ],
)
def test_ends_of_the_range(mode: BlendMode, backdrop: float, source: float, result: float) -> None:
    assert blend_colors(mode, _gray(backdrop), _gray(source)).item() == result


def _rgb(*values: float) -> Floats:
    return np.array([[values]], np.float32)


def _luminosity(color: Floats) -> float:
    return float(color[0, 0] @ np.array([0.3, 0.59, 0.11]))


def test_color_takes_hue_from_the_source_and_lightness_from_the_backdrop() -> None:
    backdrop, source = _rgb(0.5, 0.5, 0.5), _rgb(0.8, 0.2, 0.2)
    result = blend_colors(BlendMode.COLOR, backdrop, source)
    assert _luminosity(result) == pytest.approx(0.5, abs=1e-5)
    assert result[0, 0, 0] > result[0, 0, 1]
    assert result[0, 0, 1] == pytest.approx(result[0, 0, 2], abs=1e-6)


def test_luminosity_takes_lightness_from_the_source() -> None:
    result = blend_colors(BlendMode.LUMINOSITY, _rgb(0.6, 0.4, 0.4), _rgb(0.5, 0.5, 0.5))
    assert _luminosity(result) == pytest.approx(0.5, abs=1e-5)
    assert result[0, 0, 0] - result[0, 0, 1] == pytest.approx(0.2, abs=1e-5)


def test_saturation_of_gray_takes_the_colour_away() -> None:
    result = blend_colors(BlendMode.SATURATION, _rgb(0.9, 0.3, 0.1), _rgb(0.5, 0.5, 0.5))
    assert np.ptp(result) == pytest.approx(0, abs=1e-5)
    assert _luminosity(result) == pytest.approx(_luminosity(_rgb(0.9, 0.3, 0.1)), abs=1e-5)


def test_darker_and_lighter_color_choose_whole_pixels() -> None:
    dark, light = _rgb(0.9, 0.0, 0.0), _rgb(0.0, 0.9, 0.0)
    assert np.array_equal(blend_colors(BlendMode.DARKER_COLOR, light, dark), dark)
    assert np.array_equal(blend_colors(BlendMode.LIGHTER_COLOR, dark, light), light)


def test_gray_has_lightness_only() -> None:
    for mode in (BlendMode.HUE, BlendMode.SATURATION, BlendMode.COLOR):
        assert blend_colors(mode, _gray(0.25), _gray(0.75)).item() == 0.25
    assert blend_colors(BlendMode.LUMINOSITY, _gray(0.25), _gray(0.75)).item() == 0.75


_UNIT = st.floats(0, 1, width=32)


@given(
    st.sampled_from([mode for mode in BlendMode if mode not in (BlendMode.PASS_THROUGH, BlendMode.DISSOLVE)]),
    arrays(np.float32, (2, 3, 3), elements=_UNIT),
    arrays(np.float32, (2, 3, 3), elements=_UNIT),
)
def test_every_mode_stays_in_range_and_has_no_holes(
    mode: BlendMode, backdrop: Floats, source: Floats
) -> None:
    result = blend_colors(mode, backdrop, source)
    assert result.shape == backdrop.shape
    assert np.isfinite(result).all()
    assert result.min() >= -1e-4
    assert result.max() <= 1 + 1e-4


def test_hue_modes_are_the_ones_that_mix_channels() -> None:
    mixing = {mode for mode in BlendMode if not is_separable(mode)}
    assert BlendMode.HUE in mixing
    assert BlendMode.DARKER_COLOR in mixing
    assert BlendMode.DARKEN not in mixing
