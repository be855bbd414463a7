"""The refiner: a small U-Net that corrects a solved alpha, and begins as the identity.

U-Net after Ronneberger, Fischer and Brox (MICCAI 2015); it works at half size on unshuffled pixels (Shi et al., CVPR
2016) and ends in two convolutions at full size.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mattework.matting.evidence import PLANES, SOLVED_PLANE

WIDTHS = (32, 48, 64, 80)
HEAD = 12
MULTIPLE = 16
"""Heights and widths must be multiples of this."""
# Mean error of the solver in the band: what is usual, and what is added so that no sample counts for too much.
_USUAL_ERROR, _LEAST_ERROR = 0.06, 0.015


def _convolve(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class RefineNet(nn.Module):
    """(N, 16, H, W) of ``mattework.matting.evidence`` to (N, 1, H, W) alpha, not clipped while training."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_convolve(PLANES * 4, WIDTHS[0]), _convolve(WIDTHS[0], WIDTHS[0]))
        self.down = nn.ModuleList(
            nn.Sequential(_convolve(narrow, wide, 2), _convolve(wide, wide))
            for narrow, wide in pairwise(WIDTHS)
        )
        self.bottom = _convolve(WIDTHS[-1], WIDTHS[-1])
        self.lateral = nn.ModuleList(nn.Conv2d(wide, narrow, 1) for narrow, wide in pairwise(WIDTHS))
        self.up = nn.ModuleList(_convolve(width, width) for width in WIDTHS[:-1])
        self.enlarge = nn.Conv2d(WIDTHS[0], HEAD * 4, 1)
        self.fine = nn.Conv2d(HEAD + PLANES, 16, 3, 1, 1)
        self.last = nn.Conv2d(16, 1, 3, 1, 1)
        nn.init.zeros_(self.last.weight)
        assert self.last.bias is not None
        nn.init.zeros_(self.last.bias)

    def forward(self, planes: Tensor) -> Tensor:
        x = self.stem(F.pixel_unshuffle(planes, 2))
        skips = []
        for layer in self.down:
            skips.append(x)
            x = layer(x)
        x = self.bottom(x)
        for lateral, up, skip in zip(reversed(self.lateral), reversed(self.up), reversed(skips), strict=True):
            larger = F.interpolate(lateral(x), scale_factor=2.0, mode="bilinear", align_corners=False)
            x = up(larger + skip)
        x = F.pixel_shuffle(self.enlarge(x), 2)
        x = F.relu(self.fine(torch.cat([x, planes], 1)))
        solved = (planes[:, SOLVED_PLANE : SOLVED_PLANE + 1] + 1) / 2
        alpha: Tensor = solved + self.last(x)
        return alpha if self.training else alpha.clamp(0, 1)


def measure_refine_loss(alpha: Tensor, truth: Tensor, unknown: Tensor, solved: Tensor) -> Tensor:
    """Mean error in the band, and of the gradients of the error at three scales; all (N, 1, H, W) float32.

    Each sample counts by what is left of the solver's own error: where that is small, little is to be spoilt.
    """
    error = (alpha - truth) * unknown
    count = unknown.sum(dim=(1, 2, 3)).clamp_min(1)
    before = ((solved - truth).abs() * unknown).sum(dim=(1, 2, 3)) / count
    loss = (error.square() + 1e-6).sqrt().mul(unknown).sum(dim=(1, 2, 3))
    for factor in (1, 2, 4):
        coarse = F.avg_pool2d(error, factor) if factor > 1 else error
        across = (coarse[..., 1:] - coarse[..., :-1]).abs().sum(dim=(1, 2, 3))
        down = (coarse[..., 1:, :] - coarse[..., :-1, :]).abs().sum(dim=(1, 2, 3))
        loss = loss + 0.4 * (across + down) * factor * factor
    return (loss / count * _USUAL_ERROR / (before + _LEAST_ERROR)).mean()
