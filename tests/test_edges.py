"""Edge settings: each does what its name says, in pixels, and leaves everything else exactly alone."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mattework.arrays import Floats
from mattework.edges import apply_edge_settings
from mattework.errors import UsageError
from mattework.recipe import EdgeSettings


def step_alpha(height: int, width: int, at: float, soft: float = 1.0) -> Floats:
    """1 left of `at`, 0 right of it; a linear edge `soft` pixels wide."""
    x = np.arange(width, dtype=np.float32) + 0.5
    row = np.clip((at - x) / soft + 0.5, 0, 1).astype(np.float32)
    return np.ascontiguousarray(np.broadcast_to(row, (height, width)))


def disc_alpha(size: int, radius: float) -> Floats:
    y, x = np.mgrid[:size, :size].astype(np.float32) + 0.5
    return np.asarray(np.clip(radius - np.hypot(x - size / 2, y - size / 2) + 0.5, 0, 1), np.float32)


def hairy_alpha(size: int = 256, strands: int = 60) -> Floats:
    """A half plane with thin strands standing out of it to the right."""
    big = np.zeros((size * 4, size * 4), np.float32)
    big[:, :size] = 1
    for index in range(strands):
        y = int((index + 0.5) * size * 4 / strands)
        cv2.line(big, (size - 8, y), (size * 3, y + (index % 3 - 1) * 4), 1.0, 6)
    return np.asarray(cv2.resize(big, (size, size), interpolation=cv2.INTER_AREA), np.float32)


def edge_position(alpha: Floats) -> float:
    """Where the middle row's edge lies: the covered length of the row."""
    return float(alpha[alpha.shape[0] // 2].sum())


alphas = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24),
    elements=st.sampled_from([0.0, 0.25, 0.5, 0.875, 1.0]),
)
edge_settings = st.builds(
    EdgeSettings,
    smooth=st.sampled_from([0.0, 1.5, 4.0]),
    feather=st.sampled_from([0.0, 2.0]),
    contrast=st.sampled_from([0.0, 0.4, 1.0]),
    shift=st.just(0.0),
)


def test_neutral_settings_return_the_same_alpha() -> None:
    alpha = disc_alpha(40, 12)
    assert apply_edge_settings(alpha, EdgeSettings()) is alpha


@pytest.mark.parametrize("shift", [-7.3, -2.0, -0.5, 0.25, 1.0, 3.6, 15.0])
@pytest.mark.parametrize("soft", [1.0, 6.0])
def test_shift_moves_a_plain_edge_by_exactly_its_pixels(shift: float, soft: float) -> None:
    alpha = step_alpha(64, 128, 64, soft)
    moved = apply_edge_settings(alpha, EdgeSettings(shift=shift))
    assert edge_position(moved) - edge_position(alpha) == pytest.approx(shift, abs=1e-3)


@pytest.mark.parametrize("shift", [-6.0, -2.5, 2.5, 6.0])
def test_shift_moves_a_round_edge_by_its_pixels_in_every_direction(shift: float) -> None:
    alpha = disc_alpha(200, 60)
    moved = apply_edge_settings(alpha, EdgeSettings(shift=shift))
    y, x = np.mgrid[:200, :200] + 0.5
    angle = np.arctan2(y - 100, x - 100)
    for start in np.arange(-np.pi, np.pi, np.pi / 8):
        sector = (angle >= start) & (angle < start + np.pi / 8)
        radius = 60 * float(np.sqrt(moved[sector].sum() / alpha[sector].sum()))
        assert radius == pytest.approx(60 + shift, abs=0.3)


@pytest.mark.parametrize("rounding", [9e-4, 6e-8])
@pytest.mark.parametrize("shift", [31.0, 70.0, -31.0, -70.0])
def test_rounding_beyond_0_and_1_does_not_move_the_edge(rounding: float, shift: float) -> None:
    alpha = step_alpha(300, 500, 250.0)
    wanted = apply_edge_settings(alpha, EdgeSettings(shift=shift))
    rounded = (alpha * (1 + 2 * rounding) - rounding).astype(np.float32)
    result = apply_edge_settings(rounded, EdgeSettings(shift=shift))
    assert result.min() >= 0
    assert result.max() <= 1
    assert np.abs(result - wanted).max() < 0.01


def test_shift_inwards_keeps_hair_that_erosion_would_delete() -> None:
    alpha = hairy_alpha()
    strands = np.s_[:, 110:160]
    moved = apply_edge_settings(alpha, EdgeSettings(shift=-2))
    eroded = cv2.erode(alpha, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    assert eroded[strands].mean() < 0.05 * alpha[strands].mean()
    assert moved[strands].sum() > 0.5 * alpha[strands].sum()
    assert moved[strands].sum() < 0.95 * alpha[strands].sum()


def test_shift_opens_no_gap_between_hair_and_body() -> None:
    alpha = hairy_alpha()
    moved = apply_edge_settings(alpha, EdgeSettings(shift=-6))
    assert (moved[20:-20, :60] == 1).all()


def test_shift_outwards_does_not_fill_the_gaps_between_hairs() -> None:
    alpha = hairy_alpha()
    strands = np.s_[:, 110:160]
    gaps = alpha[strands] == 0
    moved = apply_edge_settings(alpha, EdgeSettings(shift=2))
    assert moved[strands][gaps].mean() < 0.1
    assert moved[strands].sum() > 1.05 * alpha[strands].sum()


def test_feather_reaches_about_its_pixels_and_keeps_the_outline() -> None:
    alpha = step_alpha(80, 160, 80)
    soft = apply_edge_settings(alpha, EdgeSettings(feather=10))
    row = soft[40]
    assert edge_position(soft) == pytest.approx(80, abs=1e-3)
    assert 0.01 < row[89] < 0.06
    assert 0.94 < row[70] < 0.99
    assert row[80 + 17] == 0
    assert row[80 - 18] == 1


def test_contrast_hardens_around_the_middle() -> None:
    alpha = step_alpha(64, 96, 48, soft=20)
    hard = apply_edge_settings(alpha, EdgeSettings(contrast=0.75))
    assert (
        (hard[32] > 0) & (hard[32] < 1)
    ).sum() == 4  # 20 px / 4 = 5 px wide: centres at -2.5 and 2.5 are just 1 and 0
    assert edge_position(hard) == pytest.approx(48, abs=1e-3)
    cut = apply_edge_settings(alpha, EdgeSettings(contrast=1))
    assert set(np.unique(cut)) <= {0.0, 0.5, 1.0}


def test_smooth_takes_jags_away_and_leaves_straight_edges() -> None:
    straight = step_alpha(128, 128, 64)
    kept = apply_edge_settings(straight, EdgeSettings(smooth=6))
    assert np.abs(kept - straight).max() < 0.2
    jagged = straight.copy()
    jagged[::8, 64:67] = 1
    jagged[1::8, 64:67] = 1
    smooth = apply_edge_settings(jagged, EdgeSettings(smooth=6))
    position = smooth[32:96].sum(axis=1)
    assert np.ptp(jagged[32:96].sum(axis=1)) == 3
    assert np.ptp(position) < 0.8
    assert ((smooth[64] > 0.02) & (smooth[64] < 0.98)).sum() <= 5


def test_smooth_keeps_a_soft_edge_soft() -> None:
    soft = step_alpha(96, 160, 80, soft=24)
    smooth = apply_edge_settings(soft, EdgeSettings(smooth=6))
    assert np.abs(smooth - soft).max() < 0.06


def test_smooth_keeps_hair() -> None:
    alpha = hairy_alpha()
    smooth = apply_edge_settings(alpha, EdgeSettings(smooth=5))
    assert np.abs(smooth - alpha)[:, 90:170].max() < 0.02


def test_shift_outwards_does_not_thicken_a_lone_strand() -> None:
    alpha = step_alpha(200, 200, 60)
    alpha[99:101, 60:160] = 0.6
    moved = apply_edge_settings(alpha, EdgeSettings(shift=4))
    assert (moved[99:101, 80:160] > 0.65).all()
    assert moved[110:, 80:160].max() == moved[97, 80:160].max() == 0
    assert edge_position(moved[150:]) == pytest.approx(64, abs=1e-3)


def test_shift_inwards_keeps_a_lone_strand_joined_to_the_body() -> None:
    alpha = step_alpha(200, 200, 60)
    alpha[99:101, 60:160] = 0.6
    moved = apply_edge_settings(alpha, EdgeSettings(shift=-4))
    assert moved[99:101, :150].min() > 0.3
    assert edge_position(moved[150:]) == pytest.approx(56, abs=1e-3)


def test_pixels_far_from_the_edge_stay_exactly_0_and_1() -> None:
    alpha = disc_alpha(300, 80)
    every = EdgeSettings(smooth=5, feather=6, contrast=0.2, shift=3)
    result = apply_edge_settings(alpha, every)
    y, x = np.mgrid[:300, :300] + 0.5
    distance = np.hypot(x - 150, y - 150)
    assert (result[distance < 50] == 1).all()
    assert (result[distance > 110] == 0).all()
    assert result.dtype == np.float32
    assert result.min() >= 0
    assert result.max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"smooth": 5.0},
        {"feather": 8.0},
        {"shift": -6.0},
        {"smooth": 4.0, "feather": 3.0, "shift": 2.5, "contrast": 0.3},
        {"smooth": 30.0, "feather": 90.0},
    ],
)
def test_result_does_not_depend_on_the_tile(change: dict[str, float]) -> None:
    alpha = np.maximum(hairy_alpha(300, 50), disc_alpha(300, 90))
    wanted = replace(EdgeSettings(), **change)
    small = apply_edge_settings(alpha, wanted, tile_side=32)
    large = apply_edge_settings(alpha, wanted, tile_side=4096)
    assert np.abs(small - large).max() < 2e-5


@pytest.mark.parametrize(
    "change",
    [
        {"smooth": 12.0},
        {"feather": 16.0},
        {"shift": -12.0},
        {"shift": 10.0},
        {"feather": 12.0, "shift": 6.0, "contrast": 0.3},
    ],
)
def test_preview_looks_like_the_full_result(change: dict[str, float]) -> None:
    alpha = disc_alpha(640, 200)
    alpha[300:340, 480:600] = 1
    wanted = replace(EdgeSettings(), **change)

    def quarter(values: Floats) -> Floats:
        return np.asarray(cv2.resize(values, (160, 160), interpolation=cv2.INTER_AREA), np.float32)

    full = quarter(apply_edge_settings(alpha, wanted))
    preview = apply_edge_settings(quarter(alpha), wanted, scale=0.25)
    assert np.abs(preview - full).mean() < 0.004
    assert (np.abs(preview - full) > 0.25).mean() < 0.004


@given(alphas, edge_settings, st.floats(-5, 5), st.floats(0, 3))
@settings(max_examples=120, deadline=None)
def test_growing_shift_never_lowers_a_value(
    alpha: Floats, wanted: EdgeSettings, shift: float, more: float
) -> None:
    less = apply_edge_settings(alpha, replace(wanted, shift=shift))
    greater = apply_edge_settings(alpha, replace(wanted, shift=shift + more))
    assert (greater >= less - 1e-5).all()


@given(alphas, edge_settings, st.floats(-5, 5))
@settings(max_examples=60, deadline=None)
def test_results_are_alphas(alpha: Floats, wanted: EdgeSettings, shift: float) -> None:
    result = apply_edge_settings(alpha, replace(wanted, shift=shift))
    assert result.shape == alpha.shape
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert result.min() >= 0
    assert result.max() <= 1
    if alpha.min() == alpha.max() and alpha.max() in (0, 1):
        assert np.array_equal(result, alpha)


def test_settings_out_of_range_are_refused() -> None:
    alpha = disc_alpha(20, 5)
    for wanted in (
        EdgeSettings(smooth=-1),
        EdgeSettings(feather=-1),
        EdgeSettings(contrast=1.2),
        EdgeSettings(smooth=math.nan),
        EdgeSettings(shift=math.inf),
        EdgeSettings(feather=1e9),
        EdgeSettings(contrast=math.nan),
    ):
        with pytest.raises(UsageError, match="out of range"):
            apply_edge_settings(alpha, wanted)
    with pytest.raises(UsageError, match="scale"):
        apply_edge_settings(alpha, EdgeSettings(shift=1), scale=0)
    for scale in (math.nan, math.inf, 1e6):
        with pytest.raises(UsageError, match="scale"):
            apply_edge_settings(alpha, EdgeSettings(shift=1), scale=scale)
    with pytest.raises(UsageError, match="tile"):
        apply_edge_settings(alpha, EdgeSettings(shift=1), tile_side=0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 1e30])
def test_an_alpha_that_is_none_is_refused(value: float) -> None:
    alpha = disc_alpha(20, 5)
    alpha[4, 4] = value
    with pytest.raises(UsageError, match="from 0 to 1"):
        apply_edge_settings(alpha, EdgeSettings(feather=2))
    with pytest.raises(UsageError, match="float32"):
        apply_edge_settings(np.zeros((4, 4), np.uint8), EdgeSettings(feather=2))


@given(alphas, edge_settings, st.sampled_from([-1.5, 0.0, 2.0]))
@settings(max_examples=40, deadline=None)
def test_rows_and_columns_are_treated_alike(alpha: Floats, wanted: EdgeSettings, shift: float) -> None:
    wanted = replace(wanted, shift=shift)
    upright = apply_edge_settings(alpha, wanted)
    lying = apply_edge_settings(np.ascontiguousarray(alpha.T), wanted)
    np.testing.assert_allclose(lying.T, upright, atol=2e-3)


def test_smooth_leaves_straight_edges_on_all_sides_of_a_thing() -> None:
    alpha = np.zeros((300, 400), np.float32)
    alpha[80:220, 100:300] = 1
    smooth = apply_edge_settings(alpha, EdgeSettings(smooth=8))
    np.testing.assert_allclose(smooth[:, 200], alpha[:, 200], atol=0.02)
    np.testing.assert_allclose(smooth[150], alpha[150], atol=0.02)
