"""One step of training, alone or together with equal processes.

Several one-threaded processes that add their gradients once a step beat one process with several
threads on a machine that has other work to do: threads wait for one another hundreds of times a step.
"""

from __future__ import annotations

import copy
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from mattework_training.batches import Batch
from mattework_training.checking import images_to_tensor
from mattework_training.losses import measure_loss
from mattework_training.network import SubjectNet, load_imagenet_encoder

# Learning rates at the peak.
_DECODER_RATE, _LATE_ENCODER_RATE, _EARLY_ENCODER_RATE = 2e-3, 3e-4, 2e-4
LATE_ENCODER = 14
ALWAYS_FROZEN = 4
WHOLE_ENCODER = 18
_AVERAGING = 0.9985
_CLIP = 3.0


N = TypeVar("N", bound=nn.Module)
B = TypeVar("B")


class Trainer(ABC, Generic[N, B]):
    """A network, its running average, and its optimiser.

    ``groups`` are parameter groups with a ``peak`` learning rate each. ``partners`` is how many processes train
    together; all of them must call ``step`` equally often.
    """

    def __init__(self, network: N, groups: list[dict[str, Any]], device: torch.device, partners: int) -> None:
        self.device = device
        self.partners = partners
        self.network = network
        self.averaged: N = copy.deepcopy(network).eval()
        self.reduced = device.type == "cuda"
        self.optimizer = torch.optim.AdamW(
            groups, lr=_DECODER_RATE, betas=(0.9, 0.99), weight_decay=1e-4, foreach=True
        )

    @abstractmethod
    def measure(self, batch: B) -> Tensor:
        """The loss of a batch, a scalar in float32."""

    @abstractmethod
    def train_layers_from(self, frozen_layers: int) -> None:
        """Freeze so many layers of the encoder, and train the others."""

    @abstractmethod
    def count_pictures(self, batch: B) -> int: ...

    def begin(self, weights: dict[str, Any]) -> None:
        """Start from these weights of the whole network."""
        self.network.load_state_dict(weights)
        self.averaged.load_state_dict(weights)

    def step(self, batch: B, rate: float, steps: int) -> float:
        """One step on ``batch`` at ``rate`` (a share of the peak rates); returns its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        loss = self.measure(batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        trained = [p for p in self.network.parameters() if p.grad is not None]
        if self.partners > 1:
            self._share_gradients(trained)
        nn.utils.clip_grad_norm_(trained, _CLIP)
        self.optimizer.step()
        self._average(min(_AVERAGING, (1 + steps) / (10 + steps)))
        return float(loss.item())

    def _share_gradients(self, trained: list[nn.Parameter]) -> None:
        gradients = [p.grad for p in trained if p.grad is not None]
        joined = torch.cat([g.reshape(-1) for g in gradients])
        dist.all_reduce(joined)
        joined /= self.partners
        for gradient, part in zip(gradients, joined.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    @torch.no_grad()
    def _average(self, keep: float) -> None:
        ours, theirs = list(self.averaged.parameters()), list(self.network.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - keep)
        for mine, other in zip(self.averaged.buffers(), self.network.buffers(), strict=True):
            if mine.dtype.is_floating_point:
                mine.lerp_(other, 1 - keep)
            else:
                mine.copy_(other)

    def choose_precision(self, batch: B) -> str:
        """Take bfloat16 when steps are faster with it (AMX, AVX512-BF16, GPUs); says what it saw.

        Everything is as before afterwards. Only for a process that trains alone.
        """
        state = copy.deepcopy(self.state())
        times = {}
        self.network.train()
        for reduced in (False, True):
            self.reduced = reduced
            laps = []
            for _ in range(4):
                start = time.perf_counter()
                self.step(batch, 0.0, 0)
                laps.append(time.perf_counter() - start)
            times[reduced] = min(laps[1:])
        self.restore(state)
        self.reduced = times[True] < 0.9 * times[False]
        return f"float32 {times[False]:.2f} s a step, bfloat16 {times[True]:.2f} s"

    def state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "reduced": self.reduced,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.reduced = state["reduced"]


def group_parameters(network: nn.Module, encoder: nn.ModuleList) -> list[dict[str, Any]]:
    """The decoder's parameters, the encoder's late ones and its early ones, with their peak rates."""
    late: list[nn.Parameter] = []
    early: list[nn.Parameter] = []
    for index, layer in enumerate(encoder):
        if index >= ALWAYS_FROZEN:
            (late if index >= LATE_ENCODER else early).extend(layer.parameters())
    inside = {id(p) for p in encoder.parameters()}
    decoder = [p for p in network.parameters() if id(p) not in inside]
    return [
        {"params": decoder, "peak": _DECODER_RATE},
        {"params": late, "peak": _LATE_ENCODER_RATE},
        {"params": early, "peak": _EARLY_ENCODER_RATE},
    ]


class SubjectTrainer(Trainer[SubjectNet, Batch]):
    """Trains the subject network."""

    def __init__(self, device: torch.device, partners: int) -> None:
        network = SubjectNet().to(device).to(memory_format=torch.channels_last)
        super().__init__(network, group_parameters(network, network.encoder), device, partners)

    def start_from(self, backbone: Path) -> None:
        load_imagenet_encoder(self.network, backbone)
        self.averaged.load_state_dict(self.network.state_dict())

    def train_layers_from(self, frozen_layers: int) -> None:
        self.network.freeze_encoder(frozen_layers)
        self.network.train()

    def count_pictures(self, batch: Batch) -> int:
        return len(batch[0])

    def measure(self, batch: Batch) -> Tensor:
        images, alphas, weights = (part.to(self.device, non_blocking=True) for part in batch)
        inputs = images_to_tensor(images).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.reduced):
            answer = self.network.forward_train(inputs)
        return measure_loss(answer, alphas[:, None].float().div_(255), weights[:, None].float())
