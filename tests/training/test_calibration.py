"""The calibration error says how far a probability is from how often it is right."""

from __future__ import annotations

import numpy as np
import pytest

from mattework_training.calibration import Answers, join_answers, measure_calibration_error


def draw_answers(temperature: float, count: int = 40_000) -> Answers:
    """Pixels whose truth follows the sigmoid of logit / temperature."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 4, count).astype(np.float32)
    truth = rng.random(count) < 1 / (1 + np.exp(-logits / temperature))
    return Answers(logits, truth.astype(np.float32))


def test_true_probabilities_have_next_to_no_error() -> None:
    assert measure_calibration_error(draw_answers(1.0)) < 0.01


@pytest.mark.parametrize("temperature", [0.4, 2.0])
def test_timid_and_boastful_probabilities_have_an_error(temperature: float) -> None:
    assert measure_calibration_error(draw_answers(temperature)) > 0.05


def test_joining_keeps_every_pixel() -> None:
    one, two = draw_answers(1.0, 10), draw_answers(1.0, 15)
    assert join_answers([one, two]).logits.shape == (25,)
