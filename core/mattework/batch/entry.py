"""What is known of one picture of a batch, and what follows from it: is it finished, may its result be replaced."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mattework.batch.find import locate_file
from mattework.recipe import MattingChoice

if TYPE_CHECKING:
    from mattework.cutout import Cutout

State: TypeAlias = Literal["started", "done", "failed"]
Verdict: TypeAlias = Literal["approved", "fixed", "rejected"]

COARSEST_CLOCK = 2.0
"""Seconds in which some file systems count; a copy onto one rounds the times of its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEntry:
    """What is known of one picture of a batch.

    `source` and `target` are absolute. `source_bytes` and `source_modified` (nanoseconds) tell whether the source is still
    the file that was cut, `target_bytes` and `target_modified` whether the result is still the one that was written (0
    where none was). `size` is (width, height) in pixels. `seconds` and `steps` count reading, solving and writing.
    `confidence`, 0 to 1, is None for failed pictures and for masks of the user's own. `error` is a sentence for people,
    `kind` its class in `mattework.errors`. `verdict` is what a person said of the result.
    """

    source: Path
    target: Path
    state: State
    at: str = ""
    source_bytes: int = 0
    source_modified: int = 0
    target_bytes: int = 0
    target_modified: int = 0
    size: tuple[int, int] | None = None
    depth: int | None = None
    model: str | None = None
    model_sha256: str | None = None
    device: str | None = None
    asked: str | None = None
    asked_sha256: str | None = None
    solver: str | None = None
    matting: MattingChoice | None = None
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    band: float | None = None
    coverage: float | None = None
    seconds: float | None = None
    steps: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: str | None = None
    kind: str | None = None
    verdict: Verdict | None = None


def describe_cutout(entry: BatchEntry, cutout: Cutout, notes: Sequence[str], seconds: float) -> BatchEntry:
    """The entry of a finished picture; `notes` are those of naming and saving, `seconds` all that it took."""
    report, document = cutout.report, cutout.layered
    return replace(
        entry,
        state="done",
        size=(document.size.width, document.size.height),
        depth=document.depth,
        model=report.model,
        model_sha256=report.model_sha256,
        device=report.device,
        asked=report.asked,
        asked_sha256=report.asked_sha256,
        solver=report.solver,
        matting=report.matting,
        confidence=report.confidence,
        reasons=tuple(report.reasons),
        band=report.band,
        coverage=report.coverage,
        seconds=round(seconds, 4),
        steps={name: round(value, 4) for name, value in report.steps.items()},
        notes=(*report.notes, *notes),
    )


def describe_entry(entry: BatchEntry) -> dict[str, Any]:
    """Plain values for JSON; paths as text."""
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(entry, enc_hook=str)
    return plain


def start_entry(source: Path, target: Path) -> BatchEntry:
    """The entry of a picture whose turn it is; a source that is not there has 0 bytes."""
    try:
        found = source.stat()
    except OSError:
        return BatchEntry(source=locate_file(source), target=locate_file(target), state="started")
    return BatchEntry(
        source=locate_file(source),
        target=locate_file(target),
        state="started",
        source_bytes=found.st_size,
        source_modified=found.st_mtime_ns,
    )


def is_finished(entry: BatchEntry) -> bool:
    """Whether the picture needs no second run: it is done, its result is there, and the source is the same file."""
    if entry.state != "done" or not os.path.isfile(entry.target):
        return False
    now = start_entry(entry.source, entry.target)
    return (now.source_bytes, now.source_modified) == (entry.source_bytes, entry.source_modified)


def stamp_target(entry: BatchEntry) -> BatchEntry:
    """The entry with the size and time of change of the result that lies there now; as it is where none does."""
    try:
        found = entry.target.stat()
    except OSError:
        return entry
    return replace(entry, target_bytes=found.st_size, target_modified=found.st_mtime_ns)


def is_replaceable(entry: BatchEntry) -> bool:
    """Whether a new run may write over the result: the batch wrote it, and nobody has touched it since."""
    try:
        found = entry.target.stat()
    except OSError:
        return False
    late = abs(found.st_mtime_ns - entry.target_modified)
    return bool(
        entry.target_modified
        and found.st_size == entry.target_bytes
        and late <= COARSEST_CLOCK * 1_000_000_000
    )
