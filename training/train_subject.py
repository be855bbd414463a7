"""Train the embedded subject segmenter: ``python training/train_subject.py --minutes 90``.

The time is the schedule: learning rate, frame sizes and stages follow the share of the minutes that
has passed, so any budget ends with a finished network. A run that was interrupted goes on by itself
when started again with the same folder. A file named STOP in that folder ends it within two minutes.
"""

from __future__ import annotations

import argparse
import copy
import math
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.batches import Batch, BatchStream, make_check_batches
from mattework_training.checking import check_network, images_to_tensor
from mattework_training.library import find_data
from mattework_training.losses import measure_loss
from mattework_training.network import SubjectNet, load_imagenet_encoder
from mattework_training.run_folder import Progress, RunFolder

# (part of the network, learning rate at the peak)
_DECODER_RATE, _LATE_ENCODER_RATE, _EARLY_ENCODER_RATE = 2e-3, 3e-4, 2e-4
_LATE_ENCODER = 14
_ALWAYS_FROZEN = 4
_WARM_UP = 0.04
_DECODER_ONLY = 0.04
_LAST_RATE = 0.01
_AVERAGING = 0.9985
_CLIP = 3.0
_COOL_DOWN = 120.0
_CHECKPOINT_EVERY = 300.0
_BACKBONE = Path("mobilenet_v2_imagenet_coral") / "tf2_mobilenet_v2_1.0_224_ptq_dequant.npz"


def rate_at(share: float) -> float:
    """Learning rate as a part of its peak: linear warm-up, then a cosine down to 1 %."""
    if share < _WARM_UP:
        return max(share / _WARM_UP, 0.01)
    t = min(1.0, (share - _WARM_UP) / (1 - _WARM_UP))
    return _LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * t))


class Trainer:
    """The network, its running average, its optimiser, and one step of training."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.network = SubjectNet().to(device).to(memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.network).eval()
        self.reduced = device.type == "cuda"
        late: list[nn.Parameter] = []
        early: list[nn.Parameter] = []
        for index, layer in enumerate(self.network.encoder):
            if index >= _ALWAYS_FROZEN:
                (late if index >= _LATE_ENCODER else early).extend(layer.parameters())
        encoder = {id(p) for p in self.network.encoder.parameters()}
        decoder = [p for p in self.network.parameters() if id(p) not in encoder]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": decoder, "peak": _DECODER_RATE},
                {"params": late, "peak": _LATE_ENCODER_RATE},
                {"params": early, "peak": _EARLY_ENCODER_RATE},
            ],
            lr=_DECODER_RATE,
            betas=(0.9, 0.99),
            weight_decay=1e-4,
            foreach=True,
        )

    def start_from(self, backbone: Path) -> None:
        load_imagenet_encoder(self.network, backbone)
        self.averaged.load_state_dict(self.network.state_dict())

    def step(self, batch: Batch, rate: float, steps: int) -> float:
        """One step on ``batch``; returns the loss."""
        images, alphas, weights = (part.to(self.device, non_blocking=True) for part in batch)
        inputs = images_to_tensor(images).contiguous(memory_format=torch.channels_last)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.reduced):
            answer = self.network.forward_train(inputs)
        loss = measure_loss(answer, alphas[:, None].float().div_(255), weights[:, None].float())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        trained = [p for p in self.network.parameters() if p.grad is not None]
        nn.utils.clip_grad_norm_(trained, _CLIP)
        self.optimizer.step()
        self._average(min(_AVERAGING, (1 + steps) / (10 + steps)))
        return float(loss.item())

    @torch.no_grad()
    def _average(self, keep: float) -> None:
        ours, theirs = list(self.averaged.parameters()), list(self.network.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - keep)
        for mine, other in zip(self.averaged.buffers(), self.network.buffers(), strict=True):
            if mine.dtype.is_floating_point:
                mine.lerp_(other, 1 - keep)
            else:
                mine.copy_(other)

    def choose_precision(self, batch: Batch) -> str:
        """Use bfloat16 when steps are measurably faster with it (AMX, AVX512-BF16, GPUs)."""
        state = copy.deepcopy(self.network.state_dict())
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
        self.network.load_state_dict(state)
        self.averaged.load_state_dict(state)
        self.optimizer.state.clear()
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


def _prepare(trainer: Trainer, folder: RunFolder, backbone: Path) -> Progress:
    saved = folder.load()
    if saved is None:
        trainer.start_from(backbone)
        return Progress()
    progress, state = saved
    trainer.restore(state)
    folder.log(f"resumed at {progress.elapsed / 60:.1f} min, {progress.seen} samples")
    return progress


def train(options: argparse.Namespace) -> None:
    data = find_data(options.data)
    folder = RunFolder(options.run)
    if folder.is_finished():
        folder.log("this run is finished; give another folder with --run to train again")
        return
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    trainer = Trainer(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    progress = _prepare(trainer, folder, options.backbone or data.parent / "models" / _BACKBONE)
    stream = BatchStream(data, options.seed, progress.seen, options.workers)
    check = make_check_batches(data, 1, 160, 320)
    budget = options.minutes * 60
    stream.set_progress(min(1.0, progress.elapsed / budget))
    batch = stream.next_batch()
    if options.precision != "auto":
        trainer.reduced = options.precision == "bfloat16"
    elif progress.steps == 0:
        folder.log(trainer.choose_precision(batch))
    start = time.monotonic() - progress.elapsed
    next_save = progress.elapsed + _CHECKPOINT_EVERY
    stopped_at: float | None = None
    losses: list[float] = []
    lap_time, lap_seen = time.monotonic(), progress.seen
    frozen = -1
    while True:
        progress.elapsed = time.monotonic() - start
        share = progress.elapsed / budget
        rate = rate_at(share)
        if stopped_at is None and folder.should_stop():
            stopped_at = progress.elapsed
            folder.log("STOP found: cooling down")
        if stopped_at is not None:
            cooled = (progress.elapsed - stopped_at) / _COOL_DOWN
            rate *= max(_LAST_RATE, 1 - cooled)
            share = max(share, cooled)
        if share >= 1:
            break
        wanted = _LATE_ENCODER if share < _DECODER_ONLY else _ALWAYS_FROZEN
        if wanted != frozen:
            trainer.network.freeze_encoder(wanted)
            trainer.network.train()
            frozen = wanted
        losses.append(trainer.step(batch, rate, progress.steps))
        progress.steps += 1
        progress.seen += len(batch[0])
        if progress.steps % 100 == 0:
            now = time.monotonic()
            speed = (progress.seen - lap_seen) / (now - lap_time)
            lap_time, lap_seen = now, progress.seen
            folder.log(
                f"{progress.elapsed / 60:5.1f} min  step {progress.steps}  seen {progress.seen}  "
                f"{speed:.1f} a second  loss {sum(losses) / len(losses):.4f}  rate {rate:.3f}"
            )
            losses = []
        if progress.elapsed >= next_save:
            next_save = progress.elapsed + _CHECKPOINT_EVERY
            _save_and_check(trainer, folder, progress, check)
        stream.set_progress(share)
        batch = stream.next_batch()
    record = _save_and_check(trainer, folder, progress, check)
    folder.finish(record)
    folder.log("finished")


def _save_and_check(
    trainer: Trainer, folder: RunFolder, progress: Progress, check: list[Any]
) -> dict[str, Any]:
    folder.save(progress, trainer.state(), trainer.averaged.state_dict())
    network = copy.deepcopy(trainer.averaged).cpu()
    result = check_network(network, check)
    record = {
        "minutes": round(progress.elapsed / 60, 2),
        "seen": progress.seen,
        "steps": progress.steps,
        "iou": round(result.iou, 4),
        "mae": round(result.mae, 4),
        "empty_area": round(result.empty_area, 4),
        **{f"iou {kind}": round(value, 4) for kind, value in result.iou_by_kind.items()},
    }
    folder.append_curve(record)
    folder.log(" ".join(f"{key} {value}" for key, value in record.items()))
    return record


def _parse() -> argparse.Namespace:
    import platformdirs

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=90, help="wall-clock budget")
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument("--backbone", type=Path, help="npz of ImageNet MobileNetV2 weights")
    parser.add_argument(
        "--run",
        type=Path,
        default=platformdirs.user_cache_path("mattework") / "training" / "subject",
        help="folder for checkpoints, log and curve",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2, help="threads of the network")
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default="auto",
        help="auto times both at the start; that is unreliable beside other work",
    )
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples")
    return parser.parse_args()


if __name__ == "__main__":
    train(_parse())
    # The sample maker never ends by itself.
    sys.stdout.flush()
    sys.exit(0)
