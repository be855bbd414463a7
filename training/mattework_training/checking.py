"""Measures a network on held-out samples of the training kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from mattework_training.network import SubjectNet
from mattework_training.samples import Sample


def images_to_tensor(images: torch.Tensor) -> torch.Tensor:
    """uint8 (N, H, W, 3) to float32 (N, 3, H, W) in -1..1, channels last in memory."""
    return images.permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """``iou`` is the mean over samples that have a subject, at probability 0.5; ``mae`` is the mean
    over all; ``empty_area`` is the mean share of the frame that is called subject when there is
    none; ``iou_by_kind`` splits ``iou``."""

    iou: float
    mae: float
    empty_area: float
    iou_by_kind: dict[str, float]


def check_network(network: SubjectNet, batches: list[list[Sample]]) -> CheckResult:
    """Run in float32, in evaluation mode; the network's mode is left as evaluation."""
    network.eval()
    device = next(network.parameters()).device
    ious: dict[str, list[float]] = {}
    errors: list[float] = []
    empty: list[float] = []
    with torch.inference_mode():
        for samples in batches:
            images = torch.from_numpy(np.stack([s.image for s in samples])).to(device)
            answers = network(images_to_tensor(images)).sigmoid()[:, 0].cpu().numpy()
            for sample, answer in zip(samples, answers, strict=True):
                known = sample.known > 215
                alpha = sample.alpha.astype(np.float32) / 255
                errors.append(float(np.abs(answer - alpha)[known].mean()))
                found, wanted = (answer > 0.5) & known, (alpha > 0.5) & known
                if wanted.sum() < 20:
                    empty.append(float(found.mean()))
                    continue
                iou = float((found & wanted).sum() / (found | wanted).sum())
                ious.setdefault(sample.kind, []).append(iou)
    everything = [iou for values in ious.values() for iou in values]
    return CheckResult(
        iou=float(np.mean(everything)),
        mae=float(np.mean(errors)),
        empty_area=float(np.mean(empty)) if empty else 0.0,
        iou_by_kind={kind: float(np.mean(values)) for kind, values in sorted(ious.items())},
    )
