"""Batches for the prompt network: every picture once, with two things that may be meant, each with a first gesture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from mattework_training.batches import draw_shape, weigh_edges
from mattework_training.gestures import draw_first_gesture
from mattework_training.prompt_samples import TARGETS, PromptSample, PromptSampleMaker

PIXELS_PER_BATCH = 12 * 256 * 256


@dataclass(frozen=True, slots=True)
class PromptBatch:
    """``images`` (N, H, W, 3) uint8; for each of the 2 N things, picture by picture: ``alphas`` and ``weights``
    (2 N, h, w) uint8 and float16, ``prompts`` (2 N, 4, h, w) float16; h and w are half of H and W."""

    images: Tensor
    alphas: Tensor
    weights: Tensor
    prompts: Tensor


def stack_prompt_samples(samples: Sequence[PromptSample], seeds: Sequence[int]) -> PromptBatch:
    """Samples of one shape as a batch; ``seeds`` decide the first gestures."""
    height, width = samples[0].known.shape
    half = (width // 2, height // 2)
    alphas, weights, prompts = [], [], []
    for sample, seed in zip(samples, seeds, strict=True):
        rng = np.random.default_rng((seed, 1))
        known = cv2.resize(sample.known, half, interpolation=cv2.INTER_AREA).astype(np.uint8)
        for target in sample.alphas:
            alpha = cv2.resize(target, half, interpolation=cv2.INTER_AREA).astype(np.uint8)
            alphas.append(alpha)
            weights.append(weigh_edges(alpha, known))
            wanted = alpha.astype(np.float32) / 255
            prompts.append(draw_first_gesture(wanted, known > 215, rng).astype(np.float16))
    return PromptBatch(
        torch.from_numpy(np.stack([s.image for s in samples])),
        torch.from_numpy(np.stack(alphas)),
        torch.from_numpy(np.stack(weights)),
        torch.from_numpy(np.stack(prompts)),
    )


def make_prompt_batch(
    maker: PromptSampleMaker, indices: Sequence[int], shape: tuple[int, int]
) -> PromptBatch:
    return stack_prompt_samples([maker.make(i, shape) for i in indices], indices)


def draw_prompt_shape(rng: np.random.Generator, progress: float) -> tuple[int, int, int]:
    """Height and width of the next batch's frames, and how many of them."""
    height, width = draw_shape(rng, progress)
    return height, width, max(2, round(PIXELS_PER_BATCH / (height * width)))


__all__ = ["TARGETS", "PromptBatch", "draw_prompt_shape", "make_prompt_batch", "stack_prompt_samples"]
