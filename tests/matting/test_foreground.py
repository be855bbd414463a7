"""Clean colours: exact where they must not change, right where the truth is known, the same whatever the tile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.arrays import AnyArray, Floats
from mattework.errors import Cancelled, UsageError
from mattework.matting.foreground import MARGIN, estimate_foreground

RED = np.array([0.8, 0.2, 0.1], np.float32)
BLUE = np.array([0.1, 0.3, 0.9], np.float32)


def ramp_alpha(height: int, width: int, soft: float = 20.0) -> Floats:
    """1 on the left, 0 on the right, a ramp between."""
    x = np.arange(width, dtype=np.float32)
    row = np.clip((width / 2 - x) / soft + 0.5, 0, 1).astype(np.float32)
    return np.ascontiguousarray(np.broadcast_to(row, (height, width)))


def mix_colours(alpha: Floats) -> Floats:
    return (alpha[..., None] * RED + (1 - alpha[..., None]) * BLUE).astype(np.float32)


def striped_alpha(size: int, seed: int = 3) -> Floats:
    """Thin slanted strands: many alphas, no wide solid part."""
    y, x = np.mgrid[:size, :size]
    wave = np.sin(x / 3.1 + y / 11.0 + seed) + np.sin(x / 7.7 - y / 5.3)
    fade = np.clip(1.6 - np.hypot(x - size / 2, y - size / 2) / (size / 4), 0, 1)
    return np.asarray(np.clip(wave * 0.6 + 0.4, 0, 1) * fade, np.float32)


def test_recovers_flat_colours_behind_a_ramp() -> None:
    alpha = ramp_alpha(96, 128)
    clean = estimate_foreground(mix_colours(alpha), alpha)
    visible = alpha > 0.05
    assert np.abs(clean[visible] - RED).max() < 0.02


def test_strands_lose_the_colour_of_the_background() -> None:
    alpha = striped_alpha(160)
    photo = mix_colours(alpha)
    clean = estimate_foreground(photo, alpha)
    band = (alpha > 0) & (alpha < 1)
    weight = alpha[..., None]
    before = np.abs(weight * (photo - RED))[band].mean()
    after = np.abs(weight * (clean - RED))[band].mean()
    assert after < before / 10


def test_solid_and_far_pixels_are_the_original_bit_for_bit() -> None:
    rng = np.random.default_rng(1)
    alpha = ramp_alpha(100, 200)
    photo = rng.integers(0, 65536, (100, 200, 3), dtype=np.uint16)
    clean = estimate_foreground(photo, alpha)
    last_visible = int(np.flatnonzero(alpha[0] > 0)[-1])
    assert np.array_equal(clean[alpha == 1], photo[alpha == 1])
    assert np.array_equal(clean[:, last_visible + MARGIN + 1 :], photo[:, last_visible + MARGIN + 1 :])


def test_margin_beyond_the_edge_carries_the_subjects_colour() -> None:
    alpha = ramp_alpha(96, 160)
    clean = estimate_foreground(mix_colours(alpha), alpha)
    last_visible = int(np.flatnonzero(alpha[0] > 0)[-1])
    margin = clean[:, last_visible + 1 : last_visible + 1 + MARGIN]
    assert np.abs(margin - RED).max() < 0.1


def test_hard_mask_changes_only_the_margin_outside() -> None:
    alpha = np.zeros((80, 80), np.float32)
    alpha[20:60, 20:60] = 1
    photo = mix_colours(alpha)
    clean = estimate_foreground(photo, alpha)
    assert np.array_equal(clean[alpha == 1], photo[alpha == 1])
    assert np.abs(clean[40, 61] - RED).max() < 0.1
    assert np.array_equal(clean[0, 0], photo[0, 0])


def test_amount_mixes_linearly_between_photo_and_estimate() -> None:
    alpha = striped_alpha(90)
    photo = mix_colours(alpha)
    full = estimate_foreground(photo, alpha)
    half = estimate_foreground(photo, alpha, amount=0.5)
    assert np.allclose(half, (photo + full) / 2, atol=1e-5)
    assert np.array_equal(estimate_foreground(photo, alpha, amount=0.0), photo)


def test_amount_mixes_linearly_where_the_estimate_is_brighter_than_white() -> None:
    alpha = striped_alpha(90)
    photo: AnyArray = (
        np.round(alpha[..., None] * np.array([255, 250, 180]) + 12).clip(0, 255).astype(np.uint8)
    )
    full, half = (estimate_foreground(photo, alpha, amount=amount).astype(int) for amount in (1.0, 0.5))
    assert (full == 255).any()
    assert np.abs(2 * half - photo - full).max() <= 2


@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535)])
def test_integer_depths_agree_with_float_to_one_step_or_so(dtype: type, white: int) -> None:
    alpha = striped_alpha(150)
    photo: AnyArray = np.round(mix_colours(alpha) * white).astype(dtype)
    clean = estimate_foreground(photo, alpha)
    exact = estimate_foreground((photo / np.float32(white)).astype(np.float32), alpha)
    assert clean.dtype == dtype
    assert np.abs(clean / white - exact).max() < 2.5 / 255 if dtype is np.uint8 else 2.5 / 65535


def test_sixteen_bits_are_not_reduced_to_eight() -> None:
    alpha = ramp_alpha(64, 512, soft=300)
    photo = np.round(mix_colours(alpha) * 65535).astype(np.uint16)
    rng = np.random.default_rng(0)
    photo += rng.integers(0, 300, photo.shape, dtype=np.uint16)
    clean = estimate_foreground(photo, alpha)
    band = (alpha > 0) & (alpha < 1)
    assert len(np.unique(clean[band])) > 256


@pytest.mark.parametrize("channels", [1, 3, 4, 6])
def test_any_channel_count_and_each_channel_for_itself(channels: int) -> None:
    alpha = striped_alpha(70)
    rng = np.random.default_rng(5)
    photo = rng.random((70, 70, channels), dtype=np.float32)
    clean = estimate_foreground(photo, alpha)
    assert clean.shape == photo.shape
    alone = estimate_foreground(np.ascontiguousarray(photo[..., -1:]), alpha)
    assert np.allclose(clean[..., -1:], alone, atol=1e-6)
    assert estimate_foreground((photo * 255).astype(np.uint8), alpha).shape == photo.shape


@pytest.mark.parametrize("size", [(1200, 700), (1025, 1301)])
def test_result_does_not_depend_on_the_tile(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    y, x = np.mgrid[: size[0], : size[1]]
    alpha = np.clip((300 - np.hypot(y - 600, x - 350)) / 60 + 0.2 * np.sin(x / 3.0) + 0.5, 0, 1).astype(
        np.float32
    )
    photo = rng.random((*size, 3), dtype=np.float32)
    results = [estimate_foreground(photo, alpha, tile_side=side) for side in (32, 160, 4096)]
    assert np.abs(results[0] - results[2]).max() < 1e-5
    assert np.abs(results[1] - results[2]).max() < 1e-5


@pytest.mark.parametrize(("kind", "most"), [(np.float32, 1e-5), (np.uint8, 2)])
def test_the_side_of_the_base_bounds_memory_and_little_more(kind: type[np.generic], most: float) -> None:
    alpha = striped_alpha(700)
    photo = mix_colours(alpha)
    photo = (photo * 255).round().astype(np.uint8) if kind is np.uint8 else photo
    results = [estimate_foreground(photo, alpha, base_side=side).astype(float) for side in (64, 1024)]
    assert np.abs(results[0] - results[1]).max() <= most
    with pytest.raises(UsageError, match="side"):
        estimate_foreground(photo, alpha, base_side=0)


def test_same_input_gives_the_same_bytes() -> None:
    alpha = striped_alpha(128)
    photo = mix_colours(alpha)
    assert estimate_foreground(photo, alpha).tobytes() == estimate_foreground(photo, alpha).tobytes()


def test_inputs_are_left_alone() -> None:
    alpha = striped_alpha(64)
    photo = mix_colours(alpha)
    before = photo.copy(), alpha.copy()
    estimate_foreground(photo, alpha)
    assert np.array_equal(photo, before[0])
    assert np.array_equal(alpha, before[1])


def test_values_that_are_not_finite_do_not_spread() -> None:
    alpha = striped_alpha(128)
    photo = mix_colours(alpha)
    photo[64, 64] = np.nan
    photo[10, 10] = np.inf
    clean = estimate_foreground(photo, alpha)
    bad = ~np.isfinite(clean).all(axis=2)
    assert bad.sum() <= 2


def test_highlights_above_white_are_kept() -> None:
    alpha = ramp_alpha(64, 128)
    photo = mix_colours(alpha) * 4
    clean = estimate_foreground(photo, alpha)
    assert np.abs(clean[alpha > 0.3] - 4 * RED).max() < 0.2


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 2**32 - 1),
    st.sampled_from([np.uint8, np.uint16, np.float32]),
)
@settings(max_examples=60, deadline=None)
def test_tiny_pictures(height: int, width: int, seed: int, dtype: type) -> None:
    rng = np.random.default_rng(seed)
    alpha = rng.choice(np.array([0, 0.3, 0.9, 1], np.float32), (height, width))
    photo: AnyArray = (
        rng.random((height, width, 3)) * (1 if dtype is np.float32 else np.iinfo(dtype).max)
    ).astype(dtype)
    clean = estimate_foreground(photo, alpha)
    assert clean.shape == photo.shape
    assert clean.dtype == photo.dtype
    assert np.isfinite(clean).all()
    assert np.array_equal(clean[alpha == 1], photo[alpha == 1])


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_constant_alphas(value: float) -> None:
    photo = np.random.default_rng(4).random((50, 60, 3), dtype=np.float32)
    clean = estimate_foreground(photo, np.full((50, 60), value, np.float32))
    assert np.isfinite(clean).all()
    assert np.array_equal(clean, photo) == (value in (0.0, 1.0))


def test_progress_can_cancel() -> None:
    alpha = striped_alpha(128)

    def stop(step: str, fraction: float) -> None:
        raise Cancelled("The work was stopped.")

    with pytest.raises(Cancelled):
        estimate_foreground(mix_colours(alpha), alpha, progress=stop)


def test_mismatched_shapes_are_named() -> None:
    with pytest.raises(UsageError, match=r"\(5, 5\)"):
        estimate_foreground(np.zeros((5, 6, 3), np.uint8), np.zeros((5, 5), np.float32))
    with pytest.raises(UsageError, match="amount"):
        estimate_foreground(np.zeros((5, 5, 3), np.uint8), np.zeros((5, 5), np.float32), amount=1.5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, -0.5, 2.0])
def test_an_alpha_that_is_none_is_refused(value: float) -> None:
    alpha = striped_alpha(32)
    alpha[3, 4] = value
    with pytest.raises(UsageError, match="must run from 0 to 1"):
        estimate_foreground(np.zeros((32, 32, 3), np.uint8), alpha)


def test_damaged_pixels_do_not_spread() -> None:
    alpha = striped_alpha(64)
    colour = mix_colours(alpha).astype(np.float32)
    colour[0, 0], colour[1, 1], colour[2, 2] = 1e30, np.nan, np.inf
    clean = estimate_foreground(colour, alpha)
    assert np.isfinite(clean[8:]).all()
    ordinary = np.abs(
        clean[48:, 48:] - estimate_foreground(mix_colours(alpha).astype(np.float32), alpha)[48:, 48:]
    )
    assert ordinary.max() < 0.05
