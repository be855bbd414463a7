"""The loss of the subject network, at half the input size, where it costs a quarter."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mattework_training.network import Logits


def _match_region(logits: Tensor, alpha: Tensor, weight: Tensor) -> Tensor:
    """Weighted cross-entropy plus one minus the weighted soft intersection over union."""
    entropy = F.binary_cross_entropy_with_logits(logits, alpha, reduction="none")
    total = weight.sum((1, 2, 3)).clamp_min(1)
    loss = ((weight * entropy).sum((1, 2, 3)) / total).mean()
    p = logits.sigmoid()
    both = (weight * p * alpha).sum((1, 2, 3))
    either = (weight * (p + alpha - p * alpha)).sum((1, 2, 3))
    return loss + (1 - (both + 1) / (either + 1)).mean()


def _match_edges(logits: Tensor, alpha: Tensor, known: Tensor) -> Tensor:
    """Mean difference of horizontal and vertical gradients where both neighbours are known."""
    error = logits.sigmoid() - alpha
    across = (error[..., :, 1:] - error[..., :, :-1]).abs() * known[..., :, 1:] * known[..., :, :-1]
    down = (error[..., 1:, :] - error[..., :-1, :]).abs() * known[..., 1:, :] * known[..., :-1, :]
    return across.mean() + down.mean()


def measure_loss(answer: Logits, alpha: Tensor, weight: Tensor) -> Tensor:
    """Scalar loss. ``alpha`` (N, 1, H/2, W/2) in 0..1; ``weight`` likewise: 0 where unlabelled,
    1 elsewhere, up to 5 near the edge of the subject. Everything is computed in float32."""
    half = answer.half.float()
    loss = _match_region(half, alpha, weight)
    loss = loss + 2 * _match_edges(half, alpha, (weight > 0).float())
    for logits in (answer.quarter, answer.sixteenth):
        size = logits.shape[-2:]
        small_alpha = F.adaptive_avg_pool2d(alpha, size)
        small_weight = F.adaptive_avg_pool2d(weight, size)
        loss = loss + 0.3 * _match_region(logits.float(), small_alpha, small_weight)
    return loss
