"""What reports, sheets and the command line say of a batch: what to look at, how sure, how many, in how few words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePath

from mattework.batch.entry import BatchEntry
from mattework.quality import DOUBTFUL
from mattework.recipe import name_networks


def rank_entry(entry: BatchEntry) -> float:
    """What comes first when the worst does: failures (-1), then by confidence, then what has none (2)."""
    if entry.state == "failed":
        return -1.0
    return 2.0 if entry.confidence is None else entry.confidence


def is_doubtful(entry: BatchEntry) -> bool:
    """Whether a person should look at this result."""
    return entry.state == "done" and entry.confidence is not None and entry.confidence < DOUBTFUL


def tell_confidence(entry: BatchEntry) -> str:
    """How sure a finished result is, as people read it."""
    return "your own mask" if entry.confidence is None else f"{entry.confidence:.2f}"


def summarise_batch(entries: Sequence[BatchEntry], total: int | None = None) -> list[str]:
    """Sentences about the whole: how many of `total`, how sure, what ran, how long."""
    done = [entry for entry in entries if entry.state == "done"]
    failed, doubtful = len(entries) - len(done), sum(map(is_doubtful, done))
    told = [f"{len(done)} of {total or len(entries)} pictures cut out."]
    if doubtful:
        told.append(f"{doubtful} to look at (confidence below {DOUBTFUL}).")
    if failed:
        told.append(f"{failed} failed.")
    models = sorted({f"{_name_networks(one)} on {one.device}" for one in done if one.model})
    told.extend(f"{model}." for model in models)
    timed = [entry.seconds for entry in done if entry.seconds is not None]
    if timed:
        told.append(f"{sum(timed) / len(timed):.1f} s a picture.")
    return told


def _name_networks(entry: BatchEntry) -> str | None:
    return name_networks(entry.model, entry.asked, entry.device)


def name_apart(paths: Sequence[Path]) -> list[str]:
    """Short names for people: paths below the folder that all of them share."""
    if not paths:
        return []
    try:
        base = os.path.commonpath([path.parent for path in paths])
    except ValueError:  # several drives
        return [str(path) for path in paths]
    return [PurePath(os.path.relpath(path, base)).as_posix() for path in paths]
