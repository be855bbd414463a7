"""Makes the probability mean something: one temperature, fitted on held-out samples.

After Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017): logits are divided by the
temperature that makes the held-out labels most likely. Networks trained with a region loss are
overconfident, so it is usually above 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits and true alphas of many pixels, each (P,) float32."""

    logits: Values
    alphas: Values


def join_answers(parts: Sequence[Answers]) -> Answers:
    return Answers(
        np.concatenate([part.logits for part in parts]), np.concatenate([part.alphas for part in parts])
    )


def measure_surprise(answers: Answers, temperature: float) -> float:
    """Mean cross-entropy in nats of ``answers`` at ``temperature``."""
    z = answers.logits.astype(np.float64) / temperature
    return float(np.mean(np.logaddexp(0, z) - answers.alphas * z))


def fit_temperature(answers: Answers) -> float:
    """The temperature between 0.25 and 4 with the least surprise, to within 0.5 %."""
    low, high = np.log(0.25), np.log(4.0)
    ratio = (np.sqrt(5) - 1) / 2
    while high - low > 0.005:
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if measure_surprise(answers, float(np.exp(a))) < measure_surprise(answers, float(np.exp(b))):
            high = b
        else:
            low = a
    return float(np.exp((low + high) / 2))


def measure_calibration_error(answers: Answers, temperature: float, bins: int = 15) -> float:
    """Expected calibration error: mean distance between confidence and truth over bins, 0..1."""
    z = np.clip(answers.logits / temperature, -60, 60)
    p = 1 / (1 + np.exp(-z))
    index = np.minimum((p * bins).astype(np.intp), bins - 1)
    counts = np.bincount(index, minlength=bins)
    confidence = np.bincount(index, p, minlength=bins)
    truth = np.bincount(index, answers.alphas, minlength=bins)
    return float(np.abs(confidence - truth).sum() / max(1, counts.sum()))
