"""Train the refiner of solved alphas: ``python training/train_refiner.py --minutes 50``.

Needs scenes from ``training/make_refiner_scenes.py``, which may still be at work. Schedule, checkpoints, curve and STOP
file are as in ``train_subject.py``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import platformdirs
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework.metrics import measure_gradient_error, measure_sad
from mattework_training.pace import Pace
from mattework_training.published import read_refiner
from mattework_training.refine_batches import RefineBatches, evidence_of, prepare
from mattework_training.refine_network import RefineNet
from mattework_training.refine_shards import read_scenes
from mattework_training.refine_trainer import RefineTrainer
from mattework_training.run_folder import Progress, RunFolder

_CACHE = platformdirs.user_cache_path("mattework") / "training"
_CHECK_EVERY = 300.0
_LOG_EVERY = 100
_BATCHES_FOR_NORMS = 20


def refine(network: RefineNet, planes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(16, H, W) to alpha (H, W) 0..1; sides are multiples of 16."""
    with torch.inference_mode():
        seen = torch.from_numpy(planes[None]).to(next(network.parameters()).device)
        alpha: npt.NDArray[np.float32] = network(seen)[0, 0].cpu().numpy()
    return alpha


def check(network: RefineNet, scenes_folder: Path, most: int) -> dict[str, float]:
    """Held-out scenes: how much of the solver's SAD and gradient error is left, of all and by kind."""
    totals: dict[str, npt.NDArray[np.float64]] = {}
    count = 0
    for path in sorted(scenes_folder.glob("check-*.npz")):
        for scene in read_scenes(path):
            if count >= most:
                break
            count += 1
            unknown, truth = scene.trimap == 128, scene.truth.astype(np.float32) / 255
            solved = scene.solved.astype(np.float32) / 255
            refined = np.where(unknown, refine(network, evidence_of(prepare(scene))), solved)
            errors = [
                measure(alpha.astype(np.float32), truth, unknown)
                for measure in (measure_sad, measure_gradient_error)
                for alpha in (solved, refined)
            ]
            for kind in ("all", scene.kind):
                totals[kind] = totals.get(kind, np.zeros(4)) + errors
    result = {}
    for kind, (sad, sad_left, gradient, gradient_left) in sorted(totals.items()):
        result[f"sad {kind}"] = round(float(sad_left / sad), 4)
        result[f"gradient {kind}"] = round(float(gradient_left / gradient), 4)
    return result


def train(options: argparse.Namespace) -> None:
    folder = RunFolder(options.run)
    if folder.is_finished():
        folder.log("this run is finished; give another folder with --run to train again")
        return
    with folder.claim():
        _train(options, folder)


def _train(options: argparse.Namespace, folder: RunFolder) -> None:
    cv2.setNumThreads(1)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    trainer = RefineTrainer(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    saved = folder.load()
    progress, state = (Progress(), None) if saved is None else saved
    batches = RefineBatches(options.scenes, options.seed + progress.steps, batch=options.batch)
    if not len(batches):
        raise SystemExit(f"No scenes in {options.scenes}; make some with training/make_refiner_scenes.py.")
    if state is not None:
        trainer.restore(state)
    elif options.weights is not None:
        trainer.begin(_read_weights(options.weights, batches))
    trainer.train_layers_from(0)
    if progress.steps == 0:
        folder.log(trainer.choose_precision(batches.next_batch()))
    parameters = sum(p.numel() for p in trainer.network.parameters())
    folder.log(f"{parameters} parameters, from {progress.elapsed / 60:.1f} min, {len(batches)} scenes")
    pace = Pace(options.minutes * 60, progress.elapsed)
    next_check = progress.elapsed + _CHECK_EVERY
    losses: list[float] = []
    while True:
        moment = pace.now()
        if folder.should_stop() and pace.stop_soon():
            folder.log("STOP found: cooling down")
        if moment.share >= 1:
            break
        losses.append(trainer.step(batches.next_batch(), moment.rate * options.rate, progress.steps))
        progress.steps += 1
        progress.seen += options.batch
        progress.elapsed = pace.elapsed
        if progress.steps % _LOG_EVERY == 0:
            folder.log(
                f"{progress.elapsed / 60:5.1f} min  seen {progress.seen}  scenes {len(batches)}  "
                f"loss {sum(losses) / len(losses):.4f}  rate {moment.rate:.3f}"
            )
            losses = []
            batches.look_for_more(2)
        if progress.elapsed >= next_check:
            next_check = progress.elapsed + _CHECK_EVERY
            _save_and_check(trainer, folder, progress, options)
    folder.finish(_save_and_check(trainer, folder, progress, options))
    folder.log("finished")


def _read_weights(path: Path, batches: RefineBatches) -> dict[str, Any]:
    """Of a run, or of a published file, whose norms get their statistics from crops."""
    if path.suffix == ".onnx":
        crops = [batches.next_batch()[0] for _ in range(_BATCHES_FOR_NORMS)]
        return dict(read_refiner(path, crops).state_dict())
    weights: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    return weights


def _save_and_check(
    trainer: RefineTrainer, folder: RunFolder, progress: Progress, options: argparse.Namespace
) -> dict[str, Any]:
    folder.save(progress, trainer.state(), trainer.averaged.state_dict())
    record = {
        "minutes": round(progress.elapsed / 60, 2),
        "seen": progress.seen,
        **check(trainer.averaged, options.scenes, options.check_scenes),
    }
    folder.append_curve(record)
    folder.log(" ".join(f"{key} {value}" for key, value in record.items()))
    return record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=50, help="wall-clock budget")
    parser.add_argument("--scenes", type=Path, default=_CACHE / "refiner-scenes")
    parser.add_argument("--run", type=Path, default=_CACHE / "refiner")
    parser.add_argument(
        "--weights", type=Path, help="begin with another run's averaged.pt, or with a published ONNX file"
    )
    parser.add_argument("--rate", type=float, default=1.0, help="part of the usual rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--check-scenes", type=int, default=96)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
