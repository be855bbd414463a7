"""The loop of a training run, the same for every network.

The time is the schedule. Process 0 writes the files; the others add their gradients to its own.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import cv2
import platformdirs
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from mattework_training.batches import BatchSource, BatchStream
from mattework_training.library import find_data
from mattework_training.pace import Moment, Pace
from mattework_training.run_folder import Progress, RunFolder
from mattework_training.trainer import ALWAYS_FROZEN, LATE_ENCODER, WHOLE_ENCODER, Trainer

_CHECKPOINT_EVERY = 300.0
_LOG_EVERY = 100
N = TypeVar("N", bound=nn.Module)
B = TypeVar("B")


def choose_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _agree(moment: Moment, partners: int) -> Moment:
    """The first process's view of the clock, so that all stop at the same step."""
    if partners == 1:
        return moment
    shared = torch.tensor([moment.share, moment.rate], dtype=torch.float64)
    dist.broadcast(shared, 0)
    return Moment(float(shared[0]), float(shared[1]))


def join_partners(rank: int, options: argparse.Namespace) -> RunFolder:
    """Meet the other processes of this run and take its settings; returns its folder."""
    folder = RunFolder(options.run)
    if options.processes > 1:
        meeting = (folder.path / f"meeting-{options.run_id}").resolve().as_uri()
        dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=options.processes)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)  # its threads would not survive the sample makers' fork
    return folder


def run_training(
    rank: int,
    options: argparse.Namespace,
    folder: RunFolder,
    trainer: Trainer[N, B],
    source: BatchSource[B],
    start: Callable[[], None],
    prepare_check: Callable[[], Callable[[N], dict[str, float]]],
) -> None:
    """Train until the minutes are over, or somebody makes a file STOP.

    ``start`` gives the network its first weights when there is no checkpoint; ``prepare_check`` is called once, in
    process 0, for a function that measures the averaged network on held-out samples for the curve.
    """
    partners: int = options.processes
    leads = rank == 0
    data = find_data(options.data)
    saved = folder.load()
    if saved is None:
        start()
        progress = Progress()
    else:
        progress, state = saved
        trainer.restore(state)
    if leads:
        folder.log(f"from {progress.elapsed / 60:.1f} min, {progress.seen} samples, {partners} processes")
    stream = BatchStream(source, data, options.seed, progress.seen, options.workers, (rank, partners))
    pace = Pace(options.minutes * 60, progress.elapsed)
    stream.set_progress(pace.now().share)
    batch = stream.next_batch()
    check = prepare_check() if leads else None
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
        progress.elapsed = pace.elapsed
        if moment.share >= 1:
            break
        thawed = LATE_ENCODER if moment.decoder_only else ALWAYS_FROZEN
        wanted = WHOLE_ENCODER if options.keep_encoder else thawed
        if wanted != frozen:
            trainer.train_layers_from(wanted)
            frozen = wanted
        losses.append(trainer.step(batch, moment.rate * options.rate, progress.steps))
        progress.steps += 1
        progress.seen += trainer.count_pictures(batch) * partners
        if leads and progress.steps % _LOG_EVERY == 0:
            now = time.monotonic()
            folder.log(
                f"{progress.elapsed / 60:5.1f} min  step {progress.steps}  seen {progress.seen}  "
                f"{(progress.seen - lap[1]) / (now - lap[0]):.1f} a second  "
                f"loss {sum(losses) / len(losses):.4f}  rate {moment.rate:.3f}"
            )
            losses, lap = [], (now, progress.seen)
        if check is not None and progress.elapsed >= next_save:
            next_save = progress.elapsed + _CHECKPOINT_EVERY
            _save_and_check(trainer, folder, progress, check)
        stream.set_progress(moment.share)
        batch = stream.next_batch()
    if check is not None:
        folder.finish(_save_and_check(trainer, folder, progress, check))
        folder.log("finished")
    stream.close()


def _save_and_check(
    trainer: Trainer[N, B], folder: RunFolder, progress: Progress, check: Callable[[N], dict[str, float]]
) -> dict[str, Any]:
    folder.save(progress, trainer.state(), trainer.averaged.state_dict())
    record = {
        "minutes": round(progress.elapsed / 60, 2),
        "seen": progress.seen,
        "steps": progress.steps,
        **{name: round(value, 4) for name, value in check(trainer.averaged).items()},
    }
    folder.append_curve(record)
    folder.log(" ".join(f"{key} {value}" for key, value in record.items()))
    return record


def make_parser(description: str, name: str) -> argparse.ArgumentParser:
    """The options that every training command has; ``name`` names the default run folder."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=90, help="wall-clock budget")
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument(
        "--run",
        type=Path,
        default=platformdirs.user_cache_path("mattework") / "training" / name,
        help="folder for checkpoints, log and curve",
    )
    parser.add_argument(
        "--rate", type=float, default=1.0, help="scales the learning rates; lower to go on from good weights"
    )
    parser.add_argument(
        "--keep-encoder",
        action="store_true",
        help="train the decoder alone, on what the encoder sees as it is",
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
    return parser


def launch(train: Callable[[int, argparse.Namespace], None], options: argparse.Namespace) -> None:
    """Run ``train`` in as many processes as asked for; a finished run is left as it is."""
    folder = RunFolder(options.run)
    if folder.is_finished():
        folder.log("this run is finished; give another folder with --run to train again")
        return
    options.run_id = os.getpid()
    with folder.claim():
        if options.processes == 1:
            train(0, options)
        else:
            mp.spawn(train, (options,), nprocs=options.processes)
            (folder.path / f"meeting-{options.run_id}").unlink(missing_ok=True)
