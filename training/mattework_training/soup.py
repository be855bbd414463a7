"""The mean of weights: of one run's at several times, and of those with the weights that it went on from.

Fine-tuning walks away from what the first weights knew of the world; the mean of points on the way knows more of it than
the last one, and fits the training data nearly as well (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR
2022, and "Model soups", ICML 2022). The last point fits best and may count for more.

What a batch norm follows may grow without changing any answer, and does so in training. Norms are therefore folded into the
weights before them first, so that each network counts by what it answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

State = dict[str, Any]


def fold_norms(network: nn.Module) -> State:
    """The weights of a network that answers the same, in which every batch norm only adds its bias.

    A norm is looked for behind the convolution without a bias of its own that precedes it in an ``nn.Sequential``.
    ``network`` is not changed.
    """
    state: State = {name: value.clone() for name, value in network.state_dict().items()}
    for outer, module in network.named_modules():
        if not isinstance(module, nn.Sequential):
            continue
        for index, norm in enumerate(module):
            if not isinstance(norm, nn.BatchNorm2d):
                continue
            conv, own = f"{outer}.{index - 1}.weight", f"{outer}.{index}"
            scale = state[f"{own}.weight"] / (state[f"{own}.running_var"] + norm.eps).sqrt()
            state[conv] *= scale[:, None, None, None]
            state[f"{own}.bias"] -= state[f"{own}.running_mean"] * scale
            state[f"{own}.running_mean"].zero_()
            state[f"{own}.running_var"].fill_(1 - norm.eps)
            state[f"{own}.weight"].fill_(1)
    return state


def mix_weights(states: Sequence[State], shares: Sequence[float]) -> State:
    """The sum of ``states`` of one network times ``shares``, which add up to 1; whole numbers are the last one's."""
    return {
        name: sum(share * state[name].double() for share, state in zip(shares, states, strict=True)).to(
            last.dtype
        )
        if last.dtype.is_floating_point
        else last
        for name, last in states[-1].items()
    }


def read_mean(paths: Sequence[Path], last_share: float, network: nn.Module) -> State:
    """The mean of the weights in files, norms folded, averaged with the last by its share of 0 to 1.

    ``network`` is of the files' kind; it is left with the last weights. Raises ``ValueError`` without files, ``OSError``
    for one that cannot be read.
    """
    if not paths:
        raise ValueError("There are no weights to take the mean of.")
    states = []
    for path in paths:
        network.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
        states.append(fold_norms(network))
    each = (1 - last_share) / len(states)
    return mix_weights(states, [each] * (len(states) - 1) + [each + last_share])
