"""Each measure against a value computed by hand; the arithmetic stands beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mattework.arrays import AnyArray
from mattework.metrics import (
    measure_boundary_f,
    measure_connectivity_error,
    measure_f,
    measure_gradient_error,
    measure_iou,
    measure_mad,
    measure_mse,
    measure_s,
    measure_sad,
)


def array(*rows: list[float]) -> AnyArray:
    return np.array(rows, np.float32)


PREDICTION = array([0.0, 0.5], [1.0, 0.25])
TRUTH = array([0.0, 1.0], [0.0, 0.0])
REGION = np.array([[True, True], [False, True]])


def test_sad_mse_and_mad() -> None:
    # Differences 0, -0.5, 1, 0.25: sum of magnitudes 1.75, sum of squares 0.25 + 1 + 0.0625 = 1.3125.
    assert measure_sad(PREDICTION, TRUTH) == pytest.approx(0.00175)
    assert measure_mad(PREDICTION, TRUTH) == pytest.approx(1.75 / 4)
    assert measure_mse(PREDICTION, TRUTH) == pytest.approx(1.3125 / 4)


def test_region_leaves_the_rest_out() -> None:
    # Without the lower left pixel: 0.5 + 0.25 = 0.75 and 0.25 + 0.0625 = 0.3125 over three pixels.
    assert measure_sad(PREDICTION, TRUTH, REGION) == pytest.approx(0.00075)
    assert measure_mad(PREDICTION, TRUTH, REGION) == pytest.approx(0.25)
    assert measure_mse(PREDICTION, TRUTH, REGION) == pytest.approx(0.3125 / 3)
    nothing = np.zeros((2, 2), np.bool_)
    assert measure_mad(PREDICTION, TRUTH, nothing) == 0
    assert measure_sad(PREDICTION, TRUTH, nothing) == 0


def test_gradient_error_of_a_ramp() -> None:
    # Sigma 1.4 gives nine taps. The Gaussian exp(-k^2 / 3.92) / 3.509279 is, for k = 0 to 4,
    #   0.284959 0.220797 0.102713 0.028687 0.004810, together 0.998973;
    # its derivative is -k / 1.96 of that, so a slope of 1 per pixel answers with
    #   2 (0.220797 + 4 * 0.102713 + 9 * 0.028687 + 16 * 0.004810) / 1.96 = 0.986522.
    # Squares: Gaussian 0.201496, derivative 0.051399, energy sqrt(0.201496 * 0.051399) = 0.101768.
    # Per unit of slope: 0.998973 * 0.986522 / 0.101768 = 9.6839. A ramp of 0.05: 0.484194, squared 0.234444.
    ramp = np.ascontiguousarray(np.broadcast_to(np.arange(20, dtype=np.float32) * 0.05, (20, 20)))
    middle = np.zeros((20, 20), np.bool_)
    middle[10, 10] = True
    flat = np.zeros_like(ramp)
    assert measure_gradient_error(ramp, flat, middle) == pytest.approx(0.000234444, rel=1e-4)
    assert measure_gradient_error(ramp.T.copy(), flat, middle) == pytest.approx(0.000234444, rel=1e-4)
    # The same slope the other way has the same magnitude.
    assert measure_gradient_error(ramp, ramp[:, ::-1].copy(), middle) == pytest.approx(0, abs=1e-12)


def test_connectivity_of_an_island() -> None:
    # The largest region of every level is the first three pixels; the last two are connected up to level 0.
    # Degrees of the truth there: 1 - 1 = 0 and 0. Of the prediction: 1 - 0 = 1 and 1 - 0.5 = 0.5. Error 1 + 0.5.
    assert measure_connectivity_error(array([1, 1, 1, 0, 0.5]), array([1, 1, 1, 1, 1])) == pytest.approx(
        0.0015
    )


def test_connectivity_of_a_fading_end() -> None:
    # The last pixel is connected up to 0.4. Prediction: gap 0, degree 1. Truth: gap 0.6, degree 0.4. Error 0.6.
    truth = array([1, 1, 1, 1])
    assert measure_connectivity_error(array([1, 1, 1, 0.4]), truth) == pytest.approx(0.0006)
    # Connected up to 0.9, gaps 0.05 and 0.1: both under 0.15, which is forgiven.
    assert measure_connectivity_error(array([1, 1, 1, 0.95]), truth) == 0
    only_first = np.array([[True, False, False, False]])
    assert measure_connectivity_error(array([1, 1, 1, 0.4]), truth, only_first) == 0


def test_iou() -> None:
    # Foreground: prediction {0.5, 1}, truth {1}: one shared, two in the union.
    assert measure_iou(PREDICTION, TRUTH) == pytest.approx(1 / 2)
    # Without the pixel that only the prediction takes, one of one.
    assert measure_iou(PREDICTION, TRUTH, REGION) == 1
    assert measure_iou(np.zeros((3, 3)), np.zeros((3, 3))) == 1
    assert measure_iou(np.ones((3, 3)), np.zeros((3, 3))) == 0


def test_f_measure() -> None:
    # Thresholds take 1, 2, 3 or 4 pixels from the left: (P, R) = (1, 1/3), (1, 2/3), (2/3, 2/3), (3/4, 1).
    # F with 0.3: 1.3/3 / (0.3 + 1/3) = 0.684; 2.6/3 / (0.3 + 2/3) = 26/29 = 0.897; 0.667; 0.975 / 1.225 = 0.796.
    best = measure_f(array([0.9, 0.6, 0.4, 0.0]), array([1, 1, 0, 1]))
    assert best.value == pytest.approx(26 / 29)
    assert best.precision == 1
    assert best.recall == pytest.approx(2 / 3)
    assert 0.4 < best.threshold <= 0.6
    # With b = 1 recall counts as much: 2 * 0.75 / 1.75 = 6/7 for all four pixels.
    assert measure_f(array([0.9, 0.6, 0.4, 0.0]), array([1, 1, 0, 1]), beta_squared=1).value == pytest.approx(
        6 / 7
    )
    assert measure_f(np.zeros((2, 2)), np.zeros((2, 2))).value == 1
    assert measure_f(np.ones((2, 2)), np.zeros((2, 2))).value == 0
    # In a region of the first three pixels: (1, 1/2), (1, 1), (2/3, 1).
    region = np.array([[True, True, True, False]])
    assert measure_f(array([0.9, 0.6, 0.4, 0.0]), array([1, 1, 0, 1]), region).value == 1


def right_half(column: int) -> AnyArray:
    mask = np.zeros((6, 6), np.float32)
    mask[:, column:] = 1
    return mask


def test_boundary_f() -> None:
    truth = right_half(3)
    assert measure_boundary_f(right_half(4), truth, tolerance=1) == 1
    assert measure_boundary_f(right_half(5), truth, tolerance=1) == 0
    # Upper half right, lower half two pixels off. Outline of the prediction: column 2 in rows 0 to 2, (2, 3), (2, 4),
    # column 4 in rows 3 to 5: eight pixels, four within one pixel of column 2. Of the truth's six pixels, rows 0 to 3 lie
    # within one pixel of that outline. P = 1/2, R = 2/3, F = 2 (1/3) / (7/6) = 4/7.
    half = right_half(3)
    half[3:, 3:5] = 0
    assert measure_boundary_f(half, truth, tolerance=1) == pytest.approx(4 / 7)
    # In the upper two rows alone the outlines are the same.
    upper = np.zeros((6, 6), np.bool_)
    upper[:2] = True
    assert measure_boundary_f(half, truth, upper, tolerance=1) == 1
    # A tolerance of 0.2 is ceil(0.2 * 8.485) = 2 pixels, which forgives everything here.
    assert measure_boundary_f(right_half(5), truth, tolerance=0.2) == 1
    assert measure_boundary_f(np.zeros((6, 6)), np.zeros((6, 6))) == 1
    assert measure_boundary_f(np.zeros((6, 6)), truth) == 0


def test_s_measure() -> None:
    # Object: m = 0.7, s = sqrt(0.1^2 + 0.1^2) = 0.141421 on both sides: 1.4 / (0.49 + 1 + 0.141421) = 0.858147.
    # Region: the centre of the truth is row 0, column 0.5, rounded to 0: parts are the first pixel and the other three.
    #   First: no spread, 1. Others: x = 0.4, y = 1/3, var x = 0.04, var y = 1/3, cov = 0.1:
    #   4 * 0.4 / 3 * 0.1 / ((0.16 + 1/9) * 0.373333) = 0.053333 / 0.101215 = 0.526930.
    #   0.25 * 1 + 0.75 * 0.526930 = 0.645198. Together 0.5 * 0.858147 + 0.5 * 0.645198 = 0.751672.
    assert measure_s(array([0.8, 0.6, 0.2, 0.4]), array([1, 1, 0, 0])) == pytest.approx(0.751672, abs=2e-6)
    assert measure_s(array([0.3, 0.1]), array([0, 0])) == pytest.approx(0.8)
    assert measure_s(array([0.3, 0.1]), array([1, 1])) == pytest.approx(0.2)


def test_perfect_predictions() -> None:
    rng = np.random.default_rng(0)
    alpha = rng.random((20, 30), dtype=np.float32)
    mask = (alpha > 0.6).astype(np.float32)
    for error in (measure_sad, measure_mse, measure_mad, measure_gradient_error, measure_connectivity_error):
        assert error(alpha, alpha) == 0
    assert measure_iou(mask, mask) == 1
    assert measure_f(mask, mask).value == 1
    assert measure_boundary_f(mask, mask) == 1
    assert measure_s(mask, mask) == pytest.approx(1)


@pytest.mark.parametrize(
    "measure", [measure_sad, measure_gradient_error, measure_boundary_f, measure_f, measure_s]
)
def test_shapes_that_do_not_belong_together_are_named(measure: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match=r"\(4, 4\).*\(4, 5\)"):
        measure(np.zeros((4, 4)), np.zeros((4, 5)))


def test_region_must_be_boolean() -> None:
    with pytest.raises(ValueError, match="boolean"):
        measure_sad(PREDICTION, TRUTH, np.ones((2, 2), np.uint8))
