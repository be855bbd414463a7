"""The prompt network: features of a photograph once, and an answer for every gesture.

The encoder is the subject network's, with one narrow lateral per stride. The decoder sees these features and a map of
the prompts, and is cheap enough to run at every click. Besides the map itself it sees how much each place looks like the
clicked ones: the cosine between its features and their mean under the positive clicks, the negative clicks and the
previous mask. Iterative clicks with the previous mask as input follow Sofiiuk et al., "Reviving Iterative Training with
Mask Guidance for Interactive Segmentation" (ICIP 2022).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mattework_training.network import TAP_CHANNELS, Logits, SubjectNet, build_encoder, conv_norm, tap_encoder

WIDTHS = (16, 32, 48, 64, 96)
PROMPT_CHANNELS = 4
"""Positive, negative, region (box or lasso), previous mask; at half the input size."""

_EMBEDDING = 32


class PromptEncoder(nn.Module):
    """Input (N, 3, H, W) RGB of -1..1, sides multiples of 32; output one tensor per stride 2, 4, 8, 16, 32."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = build_encoder()
        self.laterals = nn.ModuleList(conv_norm(c, w, 1) for c, w in zip(TAP_CHANNELS, WIDTHS, strict=True))
        self._frozen_layers = 0

    def freeze(self, layers: int) -> None:
        """Keep the first ``layers`` encoder layers as they are (they also skip the gradient)."""
        self._frozen_layers = layers
        for index, layer in enumerate(self.encoder):
            for parameter in layer.parameters():
                parameter.requires_grad_(index >= layers)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        taps = tap_encoder(self.encoder, x, self._frozen_layers)
        return tuple(lateral(tap) for lateral, tap in zip(self.laterals, taps, strict=True))


def _halve(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class _Likeness(nn.Module):
    """How much each place looks like the marked ones: one channel per kind of mark, -1..1."""

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.embed = nn.Conv2d(channels, _EMBEDDING, 1)
        self.spread = nn.Conv2d(3, channels, 1)

    def forward(self, features: Tensor, prompts: Tensor) -> Tensor:
        e = self.embed(features)
        e = e * (e.square().sum(1, keepdim=True) + 1e-4).rsqrt()
        marks = torch.cat([prompts[:, :2], prompts[:, 3:4]], 1)
        marks = F.avg_pool2d(marks, self.factor)
        likenesses = []
        for kind in range(3):
            weight = marks[:, kind : kind + 1]
            mean = (e * weight).sum((2, 3), keepdim=True) / (weight.sum((2, 3), keepdim=True) + 1e-3)
            likenesses.append((e * mean).sum(1, keepdim=True))
        y: Tensor = self.spread(torch.cat(likenesses, 1))
        return y


class PromptDecoder(nn.Module):
    """Input: the encoder's five tensors and the prompts (N, 4, H/2, W/2) of 0..1. Output: logits (N, 1, H/2, W/2)."""

    def __init__(self) -> None:
        super().__init__()
        w = WIDTHS
        self.stem = nn.Sequential(conv_norm(PROMPT_CHANNELS, w[0], 3), conv_norm(w[0], w[0], 3))
        self.down = nn.ModuleList(_halve(w[i], w[i + 1]) for i in range(4))
        self.context = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(w[4], w[4], 1), nn.ReLU(inplace=True))
        self.top = nn.Sequential(conv_norm(w[4], w[4], 3), conv_norm(w[4], w[4], 3))
        self.narrow = nn.ModuleList(conv_norm(w[i + 1], w[i], 1) for i in range(4))
        self.fuse = nn.ModuleList(conv_norm(w[i], w[i], 3) for i in range(4))
        self.think = nn.ModuleDict({str(i): conv_norm(w[i], w[i], 3) for i in (2, 3)})
        self.like = nn.ModuleDict({str(i): _Likeness(w[i], 2**i) for i in (2, 3)})
        self.head = nn.Conv2d(w[0], 1, 3, padding=1)
        self.head_quarter = nn.Conv2d(w[1], 1, 1)
        self.head_sixteenth = nn.Conv2d(w[3], 1, 1)

    def forward_train(self, features: tuple[Tensor, ...], prompts: Tensor) -> Logits:
        marks = [self.stem(prompts)]
        for down in self.down:
            marks.append(down(marks[-1]))
        y = features[4] + marks[4]
        y = self.top(y + self.context(y))
        sixteenth = quarter = y
        for level in (3, 2, 1, 0):
            y = F.interpolate(self.narrow[level](y), scale_factor=2.0, mode="bilinear", align_corners=False)
            y = y + features[level] + marks[level]
            if level in (2, 3):
                y = y + self.like[str(level)](features[level], prompts)
            y = self.fuse[level](y)
            if level in (2, 3):
                y = y + self.think[str(level)](y)
            if level == 3:
                sixteenth = self.head_sixteenth(y)
            elif level == 1:
                quarter = self.head_quarter(y)
        return Logits(half=self.head(y), quarter=quarter, sixteenth=sixteenth)

    def forward(
        self, f2: Tensor, f4: Tensor, f8: Tensor, f16: Tensor, f32: Tensor, prompts: Tensor
    ) -> Tensor:
        return self.forward_train((f2, f4, f8, f16, f32), prompts).half


class PromptNet(nn.Module):
    """Encoder and decoder, as they are trained together."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = PromptEncoder()
        self.decode = PromptDecoder()


def start_from_subject(network: PromptNet, subject: SubjectNet) -> None:
    """Take over what both networks share: the encoder, its laterals, and the feature pyramid."""
    network.encode.encoder.load_state_dict(subject.encoder.state_dict())
    network.encode.laterals.load_state_dict(subject.laterals.state_dict())
    for name in ("context", "top", "narrow", "fuse", "head", "head_quarter", "head_sixteenth"):
        getattr(network.decode, name).load_state_dict(getattr(subject, name).state_dict())
