"""One step of training the refiner."""

from __future__ import annotations

import torch
from torch import Tensor

from mattework.matting.evidence import SOLVED_PLANE
from mattework_training.refine_batches import RefineBatch
from mattework_training.refine_network import RefineNet, measure_refine_loss
from mattework_training.trainer import Trainer

_RATE = 2e-3


class RefineTrainer(Trainer[RefineNet, RefineBatch]):
    """Trains all layers at one rate."""

    def __init__(self, device: torch.device) -> None:
        network = RefineNet().to(device).to(memory_format=torch.channels_last)
        super().__init__(network, [{"params": list(network.parameters()), "peak": _RATE}], device, 1)

    def train_layers_from(self, frozen_layers: int) -> None:
        self.network.train()

    def count_pictures(self, batch: RefineBatch) -> int:
        return len(batch[0])

    def measure(self, batch: RefineBatch) -> Tensor:
        planes, truth, unknown = (part.to(self.device) for part in batch)
        planes = planes.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.reduced):
            alpha = self.network(planes)
        solved = (planes[:, SOLVED_PLANE : SOLVED_PLANE + 1] + 1) / 2
        return measure_refine_loss(alpha.float(), truth, unknown, solved)
