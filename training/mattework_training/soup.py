"""The mean of one run's weights at several times.

Fine-tuning walks away from what the first weights knew of the world; the mean of points on the way knows more of it than
the last one, and fits the training data nearly as well (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR
2022, and "Model soups", ICML 2022). The last point fits best and may count for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch


def read_mean(paths: Sequence[Path], last_share: float) -> dict[str, Any]:
    """The mean of the weights in files of one network, averaged with the last by its share of 0 to 1.

    Raises ``ValueError`` without files, ``OSError`` for one that cannot be read.
    """
    if not paths:
        raise ValueError("There are no weights to take the mean of.")
    states = [torch.load(path, weights_only=True) for path in paths]
    return {
        name: torch.stack([state[name].double() for state in states])
        .mean(0)
        .lerp(last.double(), last_share)
        .to(last.dtype)
        if last.dtype.is_floating_point
        else last
        for name, last in states[-1].items()
    }
