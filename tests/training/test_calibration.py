"""One temperature makes the probability mean something."""

from __future__ import annotations

import numpy as np
import pytest

from mattework_training.calibration import (
    Answers,
    fit_temperature,
    join_answers,
    measure_calibration_error,
    measure_surprise,
)


def draw_answers(temperature: float, count: int = 40_000) -> Answers:
    """Pixels whose truth follows the sigmoid of logit / temperature."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 4, count).astype(np.float32)
    truth = rng.random(count) < 1 / (1 + np.exp(-logits / temperature))
    return Answers(logits, truth.astype(np.float32))


@pytest.mark.parametrize("temperature", [0.6, 1.0, 1.8])
def test_the_true_temperature_is_found(temperature: float) -> None:
    assert fit_temperature(draw_answers(temperature)) == pytest.approx(temperature, rel=0.05)


def test_calibration_error_falls_to_nearly_nothing() -> None:
    answers = draw_answers(2.0)
    assert measure_calibration_error(answers, 1.0) > 0.05
    assert measure_calibration_error(answers, 2.0) < 0.01
    assert measure_surprise(answers, 2.0) < measure_surprise(answers, 1.0)


def test_joining_keeps_every_pixel() -> None:
    one, two = draw_answers(1.0, 10), draw_answers(1.0, 15)
    assert join_answers([one, two]).logits.shape == (25,)
