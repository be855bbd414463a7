"""Spill of a known key goes; grays and other hues stay to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.arrays import AnyArray
from mattework.errors import UsageError
from mattework.matting.spill import Key, remove_spill


def patch(*rgb: float) -> AnyArray:
    return np.full((4, 5, 3), rgb, np.float32)


SHOWN = np.ones((4, 5), np.float32)


def test_green_beyond_red_and_blue_is_taken_and_brightness_kept() -> None:
    # Green exceeds red, the larger of the others, by 0.3: a third of it goes to every channel.
    clean = remove_spill(patch(0.5, 0.8, 0.2), SHOWN, key="green")
    assert np.allclose(clean, patch(0.6, 0.6, 0.3), atol=1e-6)


def test_blue_key_and_half_an_amount() -> None:
    clean = remove_spill(patch(0.2, 0.4, 0.7), SHOWN, key="blue", amount=0.5)
    assert np.allclose(clean, patch(0.25, 0.45, 0.6), atol=1e-6)


def test_a_key_of_any_hue_and_brightness() -> None:
    orange = (0.9, 0.5, 0.1)
    clean = remove_spill(patch(0.7, 0.5, 0.3), SHOWN, key=orange)
    assert np.allclose(clean, patch(0.5, 0.5, 0.5), atol=1e-6)
    assert np.array_equal(
        remove_spill(patch(0.5, 0.8, 0.2), SHOWN, key=(0.1, 0.4, 0.1)),
        remove_spill(patch(0.5, 0.8, 0.2), SHOWN, key="green"),
    )


@pytest.mark.parametrize("key", ["green", "blue", (1.0, 0.4, 0.1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_grays_do_not_change_by_a_bit(key: Key, dtype: type) -> None:
    ramp = np.linspace(0, 1, 256)
    white = 1.0 if dtype is np.float32 else float(np.iinfo(dtype).max)
    grays: AnyArray = np.repeat((ramp * white).astype(dtype)[None, :, None], 3, axis=2)
    assert np.array_equal(remove_spill(grays, np.ones((1, 256), np.float32), key=key), grays)


def test_skin_and_complementary_colours_stay() -> None:
    for rgb in ((0.85, 0.62, 0.5), (0.8, 0.1, 0.7), (0.1, 0.2, 0.9)):
        assert np.array_equal(remove_spill(patch(*rgb), SHOWN, key="green"), patch(*rgb))


def test_hidden_pixels_stay() -> None:
    alpha = SHOWN.copy()
    alpha[0] = 0
    alpha[1] = 0.01
    clean = remove_spill(patch(0.2, 0.9, 0.2), alpha, key="green")
    assert np.array_equal(clean[0], patch(0.2, 0.9, 0.2)[0])
    assert not np.array_equal(clean[1], patch(0.2, 0.9, 0.2)[1])


@given(st.integers(0, 2**32 - 1), st.tuples(*[st.floats(0, 1)] * 3))
@settings(max_examples=60, deadline=None)
def test_no_spill_is_left_and_removing_twice_changes_nothing(
    seed: int, key: tuple[float, float, float]
) -> None:
    if np.ptp(key) < 0.1:
        key = "green"  # type: ignore[assignment]
    photo = np.random.default_rng(seed).random((9, 11, 3), dtype=np.float32)
    shown = np.ones((9, 11), np.float32)
    once = remove_spill(photo, shown, key=key)
    assert np.allclose(once.mean(axis=2), photo.mean(axis=2), atol=1e-5)
    assert np.allclose(remove_spill(once, shown, key=key), once, atol=1e-5)


def test_sixteen_bits_round_to_the_nearest_step() -> None:
    photo = np.full((2, 2, 3), (30000, 50000, 10000), np.uint16)
    clean = remove_spill(photo, np.ones((2, 2), np.float32), key="green")
    assert np.abs(clean[0, 0].astype(float) - (36666.7, 36666.7, 16666.7)).max() <= 0.5


def test_bad_requests_are_named() -> None:
    with pytest.raises(UsageError, match="hue"):
        remove_spill(patch(0, 0, 0), SHOWN, key=(0.5, 0.5, 0.5))
    with pytest.raises(UsageError, match="RGB"):
        remove_spill(np.zeros((4, 5, 4), np.uint8), SHOWN, key="green")
    with pytest.raises(UsageError, match="float64"):
        remove_spill(patch(0, 0, 0).astype(np.float64), SHOWN, key="green")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="alpha"):
        remove_spill(patch(0, 0, 0), SHOWN * np.nan, key="green")
    with pytest.raises(UsageError, match="amount"):
        remove_spill(patch(0, 0, 0), SHOWN, key="green", amount=2)


@pytest.mark.parametrize("key", ["red", (float("nan"), 0.0, 1.0), (0.5, 0.5, 0.5)])
def test_a_key_that_is_none_is_refused(key: Key) -> None:
    with pytest.raises(UsageError, match="key"):
        remove_spill(patch(0.5, 0.8, 0.2), SHOWN, key=key)
