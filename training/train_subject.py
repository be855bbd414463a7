"""Train the embedded subject segmenter: ``python training/train_subject.py --minutes 90``.

The time is the schedule: learning rate, frame sizes and stages follow the share of the minutes that
has passed, so any budget ends with a finished network. A run that was interrupted goes on by itself
when started again with the same folder. A file named STOP in that folder ends it within two minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import platformdirs
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.batches import BatchStream, make_check_batches
from mattework_training.checking import check_network
from mattework_training.library import find_data
from mattework_training.pace import Moment, Pace
from mattework_training.run_folder import Progress, RunFolder
from mattework_training.samples import Sample
from mattework_training.trainer import ALWAYS_FROZEN, LATE_ENCODER, Trainer

_CHECKPOINT_EVERY = 300.0
_LOG_EVERY = 100
_BACKBONE = Path("mobilenet_v2_imagenet_coral") / "tf2_mobilenet_v2_1.0_224_ptq_dequant.npz"


def _agree(moment: Moment, partners: int) -> Moment:
    """The first process's view of the clock, so that all stop at the same step."""
    if partners == 1:
        return moment
    shared = torch.tensor([moment.share, moment.rate], dtype=torch.float64)
    dist.broadcast(shared, 0)
    return Moment(float(shared[0]), float(shared[1]))


def _prepare(trainer: Trainer, folder: RunFolder, backbone: Path) -> Progress:
    saved = folder.load()
    if saved is None:
        trainer.start_from(backbone)
        return Progress()
    progress, state = saved
    trainer.restore(state)
    return progress


def train(rank: int, options: argparse.Namespace) -> None:
    """Run process ``rank`` of ``options.processes``; the first one writes the files."""
    partners: int = options.processes
    leads = rank == 0
    folder = RunFolder(options.run)
    if partners > 1:
        meeting = (folder.path / f"meeting-{options.run_id}").resolve().as_uri()
        dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=partners)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    data = find_data(options.data)
    trainer = Trainer(torch.device("cuda" if torch.cuda.is_available() else "cpu"), partners)
    progress = _prepare(trainer, folder, options.backbone or data.parent / "models" / _BACKBONE)
    if leads:
        folder.log(f"from {progress.elapsed / 60:.1f} min, {progress.seen} samples, {partners} processes")
    stream = BatchStream(data, options.seed, progress.seen, options.workers, (rank, partners))
    check = make_check_batches(data, 1, options.check_samples, 320) if leads else []
    pace = Pace(options.minutes * 60, progress.elapsed)
    stream.set_progress(pace.now().share)
    batch = stream.next_batch()
    if options.precision != "auto":
        trainer.reduced = options.precision == "bfloat16"
    elif progress.steps == 0 and partners == 1:
        folder.log(trainer.choose_precision(batch))
    pace = Pace(options.minutes * 60, progress.elapsed)
    next_save = progress.elapsed + _CHECKPOINT_EVERY
    frozen = -1
    losses: list[float] = []
    lap = time.monotonic(), progress.seen
    while True:
        moment = pace.now()
        if leads and folder.should_stop() and pace.stop_soon():
            folder.log("STOP found: cooling down")
        moment = _agree(moment, partners)
        if moment.share >= 1:
            break
        wanted = LATE_ENCODER if moment.decoder_only else ALWAYS_FROZEN
        if wanted != frozen:
            trainer.train_layers_from(wanted)
            frozen = wanted
        losses.append(trainer.step(batch, moment.rate, progress.steps))
        progress.steps += 1
        progress.seen += len(batch[0]) * partners
        progress.elapsed = pace.elapsed
        if leads and progress.steps % _LOG_EVERY == 0:
            now = time.monotonic()
            folder.log(
                f"{progress.elapsed / 60:5.1f} min  step {progress.steps}  seen {progress.seen}  "
                f"{(progress.seen - lap[1]) / (now - lap[0]):.1f} a second  "
                f"loss {sum(losses) / len(losses):.4f}  rate {moment.rate:.3f}"
            )
            losses, lap = [], (now, progress.seen)
        if leads and progress.elapsed >= next_save:
            next_save = progress.elapsed + _CHECKPOINT_EVERY
            _save_and_check(trainer, folder, progress, check)
        stream.set_progress(moment.share)
        batch = stream.next_batch()
    if leads:
        folder.finish(_save_and_check(trainer, folder, progress, check))
        folder.log("finished")
    stream.close()


def _save_and_check(
    trainer: Trainer, folder: RunFolder, progress: Progress, check: list[list[Sample]]
) -> dict[str, Any]:
    folder.save(progress, trainer.state(), trainer.averaged.state_dict())
    result = check_network(trainer.averaged, check)
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
    parser.add_argument("--processes", type=int, default=1, help="that share each step's batch")
    parser.add_argument("--threads", type=int, default=2, help="of each process")
    parser.add_argument("--workers", type=int, default=1, help="sample makers of each process")
    parser.add_argument("--check-samples", type=int, default=160, help="held-out samples per check")
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default="auto",
        help="auto times both at the start, alone; with several processes it means float32",
    )
    return parser.parse_args()


def main() -> None:
    options = _parse()
    folder = RunFolder(options.run)
    if folder.is_finished():
        folder.log("this run is finished; give another folder with --run to train again")
        return
    options.run_id = os.getpid()
    if options.processes == 1:
        train(0, options)
    else:
        mp.spawn(train, (options,), nprocs=options.processes)


if __name__ == "__main__":
    main()
