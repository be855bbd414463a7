"""Trains the prompt network: answers to a first gesture, corrected by simulated clicks where it is worst."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mattework_training.checking import images_to_tensor
from mattework_training.gestures import (
    NEGATIVE,
    POSITIVE,
    PREVIOUS,
    click_inside,
    click_worst_error,
    draw_box,
)
from mattework_training.library import Data, load_library
from mattework_training.losses import measure_loss
from mattework_training.network import SubjectNet
from mattework_training.prompt_batches import PromptBatch, draw_prompt_shape, make_prompt_batch
from mattework_training.prompt_network import PromptNet, start_from_subject
from mattework_training.prompt_samples import TARGETS, PromptSample, PromptSampleMaker
from mattework_training.trainer import Trainer, group_parameters

_ROUNDS = (0.36, 0.26, 0.22, 0.16)
"""How often 0, 1, 2, 3 further clicks are made before the answer that is learnt from."""

_FORGET_PREVIOUS = 0.15
_CLICKED_WEIGHT = 4.0


class PromptSource:
    """Batches for the prompt network."""

    def open(self, data: Data, seed: int) -> None:
        self._maker = PromptSampleMaker(load_library(data, "train"), seed)

    def plan(self, rng: np.random.Generator, progress: float, partners: int) -> tuple[tuple[int, int], int]:
        height, width, count = draw_prompt_shape(rng, progress)
        return (height, width), max(2, round(count / partners))

    def make(self, indices: Sequence[int], shape: tuple[int, int]) -> PromptBatch:
        return make_prompt_batch(self._maker, indices, shape)


class PromptTrainer(Trainer[PromptNet, PromptBatch]):
    """See the module."""

    def __init__(self, device: torch.device, partners: int, seed: int) -> None:
        network = PromptNet().to(device).to(memory_format=torch.channels_last)
        super().__init__(network, group_parameters(network, network.encode.encoder), device, partners)
        self._rng = np.random.default_rng(seed)

    def start_from(self, weights: Path) -> None:
        """Take over a trained subject network."""
        subject = SubjectNet()
        subject.load_state_dict(torch.load(weights, weights_only=True, map_location="cpu"))
        start_from_subject(self.network, subject)
        self.averaged.load_state_dict(self.network.state_dict())

    def train_layers_from(self, frozen_layers: int) -> None:
        self.network.encode.freeze(frozen_layers)
        self.network.train()

    def count_pictures(self, batch: PromptBatch) -> int:
        return len(batch.images)

    def measure(self, batch: PromptBatch) -> Tensor:
        inputs = images_to_tensor(batch.images.to(self.device)).contiguous(memory_format=torch.channels_last)
        prompts = batch.prompts.to(self.device).float()
        alphas = batch.alphas.to(self.device)[:, None].float().div_(255)
        weights = batch.weights.to(self.device)[:, None].float()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.reduced):
            features = tuple(f.repeat_interleave(TARGETS, 0) for f in self.network.encode(inputs))
        rounds = int(self._rng.choice(len(_ROUNDS), p=_ROUNDS))
        if rounds:
            still = tuple(f.detach() for f in features)
            self.network.decode.eval()
            for _ in range(rounds):
                prompts = self._click_again(still, prompts, alphas, weights)
            self.network.decode.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.reduced):
            answer = self.network.decode.forward_train(features, prompts)
        clicked = prompts[:, POSITIVE : POSITIVE + 1] + prompts[:, NEGATIVE : NEGATIVE + 1]
        return measure_loss(answer, alphas, weights * (1 + _CLICKED_WEIGHT * clicked.clamp(max=1)))

    @torch.no_grad()
    def _click_again(
        self, features: tuple[Tensor, ...], prompts: Tensor, alphas: Tensor, weights: Tensor
    ) -> Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.reduced):
            answers = self.network.decode.forward_train(features, prompts).half.sigmoid()[:, 0]
        maps = prompts.cpu().numpy().copy()
        answered, wanted = answers.float().cpu().numpy(), alphas[:, 0].cpu().numpy()
        known = weights[:, 0].cpu().numpy() > 0
        for i in range(len(maps)):
            click_worst_error(maps[i], answered[i], wanted[i], known[i], self._rng)
            maps[i, PREVIOUS] = 0 if self._rng.random() < _FORGET_PREVIOUS else answered[i]
        return torch.from_numpy(maps).to(self.device)


def check_prompts(network: PromptNet, batches: list[list[PromptSample]]) -> dict[str, float]:
    """Mean IoU after 1, 3 and 5 deepest clicks and from a box, over held-out things; by kind after 3."""
    network.eval()
    device = next(network.parameters()).device
    ious: dict[str, list[float]] = {}

    def note(name: str, answer: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> None:
        found, meant = (answer > 0.5) & known, (wanted > 0.5) & known
        ious.setdefault(name, []).append(float((found & meant).sum() / max(1, (found | meant).sum())))

    with torch.inference_mode():
        for samples in batches:
            batch = _stack(samples)
            features = tuple(
                f.repeat_interleave(TARGETS, 0)
                for f in network.encode(images_to_tensor(batch.images.to(device)))
            )
            wanted = batch.alphas.numpy().astype(np.float32) / 255
            known = batch.weights.numpy() > 0
            kinds = [kind for sample in samples for kind in sample.kinds]
            maps = np.zeros((len(wanted), 4, *wanted.shape[1:]), np.float32)
            boxes = maps.copy()
            for i in range(len(maps)):
                click_inside(maps[i], wanted[i], None)
                draw_box(boxes[i], wanted[i], None)
            answers = (
                network.decode.forward_train(features, torch.from_numpy(boxes).to(device))
                .half.sigmoid()[:, 0]
                .cpu()
                .numpy()
            )
            for i in range(len(maps)):
                note("box", answers[i], wanted[i], known[i])
            for clicks in range(1, 6):
                logits = network.decode.forward_train(features, torch.from_numpy(maps).to(device)).half
                answers = logits.sigmoid()[:, 0].cpu().numpy()
                for i in range(len(maps)):
                    if clicks in (1, 3, 5):
                        note(f"clicks {clicks}", answers[i], wanted[i], known[i])
                    if clicks == 3:
                        note(kinds[i], answers[i], wanted[i], known[i])
                    click_worst_error(maps[i], answers[i], wanted[i], known[i], None)
                    maps[i, PREVIOUS] = answers[i]
    return {f"iou {name}": float(np.mean(values)) for name, values in sorted(ious.items())}


def _stack(samples: list[PromptSample]) -> PromptBatch:
    from mattework_training.prompt_batches import stack_prompt_samples

    return stack_prompt_samples(samples, range(len(samples)))


def make_prompt_checks(data: Data, seed: int, count: int, side: int) -> list[list[PromptSample]]:
    """Always the same held-out samples, square, in lists of at most eight."""
    maker = PromptSampleMaker(load_library(data, "check"), seed)
    samples = [maker.make(i, (side, side)) for i in range(count)]
    return [samples[i : i + 8] for i in range(0, count, 8)]
