"""The subject network: a MobileNetV2 encoder and a lean feature pyramid, 2.1 million parameters.

The encoder is MobileNetV2 1.0 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear
Bottlenecks", CVPR 2018) without its last 1280-channel layer. Its batch norms are already folded
into the ImageNet weights that we start from, so it has none to train. The decoder follows feature
pyramid networks (Lin et al., CVPR 2017): one narrow lateral per stride, bilinear doubling, a sum
and one 3x3 convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

# (expansion, channels, blocks, stride of the first block), table 2 of the paper.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
# Encoder layers whose output the decoder reads: strides 2, 4, 8, 16, 32.
TAPS = (1, 3, 6, 13, 17)
TAP_CHANNELS = (16, 24, 32, 96, 320)
STRIDE = 32


class _Conv(nn.Module):
    """Convolution with bias and ReLU6, padded as TensorFlow's SAME does for even sizes."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int, groups: int, act: bool) -> None:
        super().__init__()
        self.pad_after = size > 1 and stride == 2
        padding = 0 if self.pad_after else size // 2
        self.conv = nn.Conv2d(inputs, outputs, size, stride, padding, groups=groups)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        if self.pad_after:
            x = F.pad(x, (0, 1, 0, 1))
        y: Tensor = self.conv(x)
        return F.relu6(y, inplace=True) if self.act else y


class _InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        widen = [_Conv(inputs, hidden, 1, 1, 1, True)] if expansion > 1 else []
        self.body = nn.Sequential(
            *widen,
            _Conv(hidden, hidden, 3, stride, hidden, True),
            _Conv(hidden, outputs, 1, 1, 1, False),
        )
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(x)
        return x + y if self.shortcut else y


def build_encoder() -> nn.ModuleList:
    layers: list[nn.Module] = [_Conv(3, 32, 3, 2, 1, True)]
    inputs = 32
    for expansion, channels, blocks, stride in _STAGES:
        for block in range(blocks):
            first = block == 0
            layers.append(_InvertedResidual(inputs, channels, stride if first else 1, expansion))
            inputs = channels
    return nn.ModuleList(layers)


def tap_encoder(encoder: nn.ModuleList, x: Tensor, frozen_layers: int = 0) -> list[Tensor]:
    """The encoder's outputs that a decoder reads, at strides 2, 4, 8, 16 and 32; no gradient in the frozen layers."""
    taps = []
    for index, layer in enumerate(encoder):
        with torch.set_grad_enabled(torch.is_grad_enabled() and index >= frozen_layers):
            x = layer(x)
        if index in TAPS:
            taps.append(x)
    return taps


def conv_norm(inputs: int, outputs: int, size: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Logits:
    """Outputs during training. ``half`` is the answer at half the input size, (N, 1, H/2, W/2);
    ``quarter`` and ``sixteenth`` are auxiliary answers at those sizes."""

    half: Tensor
    quarter: Tensor
    sixteenth: Tensor


class SubjectNet(nn.Module):
    """Says for every pixel how likely it belongs to the photograph's subject.

    Input: (N, 3, H, W) float, RGB scaled to -1..1, H and W multiples of 32.
    Output of ``forward``: (N, 1, H, W) logits. ``forward_train`` gives ``Logits`` instead.
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 48, 64, 96)) -> None:
        super().__init__()
        self.encoder = build_encoder()
        self.laterals = nn.ModuleList(conv_norm(c, w, 1) for c, w in zip(TAP_CHANNELS, widths, strict=True))
        self.context = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(widths[4], widths[4], 1),
            nn.ReLU(inplace=True),
        )
        self.top = nn.Sequential(conv_norm(widths[4], widths[4], 3), conv_norm(widths[4], widths[4], 3))
        self.narrow = nn.ModuleList(conv_norm(widths[i + 1], widths[i], 1) for i in range(4))
        self.fuse = nn.ModuleList(conv_norm(widths[i], widths[i], 3) for i in range(4))
        self.head = nn.Conv2d(widths[0], 1, 3, padding=1)
        self.head_quarter = nn.Conv2d(widths[1], 1, 1)
        self.head_sixteenth = nn.Conv2d(widths[3], 1, 1)
        self._frozen_layers = 0

    def freeze_encoder(self, layers: int) -> None:
        """Keep the first ``layers`` encoder layers as they are (they also skip the gradient)."""
        self._frozen_layers = layers
        for index, layer in enumerate(self.encoder):
            for parameter in layer.parameters():
                parameter.requires_grad_(index >= layers)

    def forward_train(self, x: Tensor) -> Logits:
        taps = tap_encoder(self.encoder, x, self._frozen_layers)
        y = self.laterals[4](taps[4])
        y = self.top(y + self.context(y))
        sixteenth = quarter = y
        for level in (3, 2, 1, 0):
            y = F.interpolate(
                self.narrow[level](y),
                scale_factor=2.0,
                mode="bilinear",
                align_corners=False,
            )
            y = self.fuse[level](y + self.laterals[level](taps[level]))
            if level == 3:
                sixteenth = self.head_sixteenth(y)
            elif level == 1:
                quarter = self.head_quarter(y)
        return Logits(half=self.head(y), quarter=quarter, sixteenth=sixteenth)

    def forward(self, x: Tensor) -> Tensor:
        half = self.forward_train(x).half
        return F.interpolate(half, scale_factor=2.0, mode="bilinear", align_corners=False)


def load_imagenet_encoder(network: SubjectNet, path: Path) -> None:
    """Copy ImageNet weights with folded batch norm into the encoder.

    ``path`` is an npz with keys ``NN.w`` (OIHW) and ``NN.b`` in execution order. Raises
    ``ValueError`` when a shape does not fit, ``OSError`` when the file cannot be read.
    """
    with np.load(path) as archive:
        pairs = [
            (torch.from_numpy(archive[f"{i:02d}.w"]), torch.from_numpy(archive[f"{i:02d}.b"]).flatten())
            for i in range(min(len(archive.files) // 2, len(list_convolutions(network))))
        ]
    fill_encoder(network, pairs, path)


def list_convolutions(network: SubjectNet) -> list[nn.Conv2d]:
    """The encoder's convolutions in execution order."""
    return [module for module in network.encoder.modules() if isinstance(module, nn.Conv2d)]


@torch.no_grad()
def fill_encoder(network: SubjectNet, pairs: Sequence[tuple[Tensor, Tensor]], path: Path) -> None:
    """Copy weights (OIHW) and biases in execution order into the encoder; ``path`` is where they came from.

    Raises ``ValueError`` when a shape does not fit, or there are too few.
    """
    convolutions = list_convolutions(network)
    for index, (conv, (weight, bias)) in enumerate(zip(convolutions, pairs, strict=False)):
        if weight.shape != conv.weight.shape or conv.bias is None:
            raise ValueError(
                f"{path}: layer {index} has shape {tuple(weight.shape)}, "
                f"the network needs {tuple(conv.weight.shape)}"
            )
        conv.weight.copy_(weight)
        conv.bias.copy_(bias)
    if len(pairs) < len(convolutions):
        raise ValueError(f"{path} has {len(pairs)} layers, the network needs {len(convolutions)}")
