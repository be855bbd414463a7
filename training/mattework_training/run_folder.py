"""The folder of one training run: checkpoints, log, curve, and the STOP file.

Everything is written to a temporary name and renamed, so a run that is killed at any moment
resumes from the last whole checkpoint.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

_FORMAT = 1


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a run is. ``elapsed`` is seconds of training, over all resumptions."""

    elapsed: float = 0.0
    steps: int = 0
    seen: int = 0
    resumptions: int = 0


class RunFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Keep the folder to this process and those it starts. Raises ``SystemExit`` when another one trains in it."""
        lock = FileLock(self.path / "in-use", timeout=0)
        try:
            with lock:
                yield
        except Timeout:
            raise SystemExit(
                f"Another process trains in {self.path}. Wait, or give another folder with --run."
            ) from None

    @property
    def checkpoint(self) -> Path:
        return self.path / "checkpoint.pt"

    @property
    def averaged(self) -> Path:
        """The averaged weights, which are what is exported."""
        return self.path / "averaged.pt"

    def list_kept(self, since: float = 0.0) -> list[Path]:
        """The averaged weights of every checkpoint from a minute on, oldest first."""
        kept = ((int(path.stem.removeprefix("averaged-")), path) for path in self.path.glob("averaged-*.pt"))
        return [path for minute, path in sorted(kept) if minute >= since]

    def should_stop(self) -> bool:
        """True when someone has made a file named STOP here."""
        return (self.path / "STOP").exists()

    def is_finished(self) -> bool:
        return (self.path / "finished.json").exists()

    def save(self, progress: Progress, state: dict[str, Any], averaged: dict[str, Any]) -> None:
        for target, content in (
            (self.averaged, averaged),
            (self.path / f"averaged-{round(progress.elapsed / 60):03d}.pt", averaged),
            (
                self.checkpoint,
                {
                    "format": _FORMAT,
                    "elapsed": progress.elapsed,
                    "steps": progress.steps,
                    "seen": progress.seen,
                    "resumptions": progress.resumptions,
                    **state,
                },
            ),
        ):
            temporary = target.with_suffix(".part")
            torch.save(content, temporary)
            os.replace(temporary, target)

    def load(self) -> tuple[Progress, dict[str, Any]] | None:
        """The last checkpoint, or ``None``. Raises ``ValueError`` for another program's file."""
        if not self.checkpoint.exists():
            return None
        state = torch.load(self.checkpoint, weights_only=True, map_location="cpu")
        if state.get("format") != _FORMAT:
            raise ValueError(
                f"{self.checkpoint} was written by another version of this program. "
                "Give a fresh folder with --run."
            )
        progress = Progress(
            elapsed=state["elapsed"],
            steps=state["steps"],
            seen=state["seen"],
            resumptions=state["resumptions"] + 1,
        )
        return progress, state

    def log(self, message: str) -> None:
        line = f"{time.strftime('%H:%M:%S')} {message}"
        print(line, flush=True)
        with (self.path / "log.txt").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def append_curve(self, record: dict[str, float]) -> None:
        with (self.path / "curve.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")

    def finish(self, record: dict[str, float]) -> None:
        (self.path / "finished.json").write_text(json.dumps(record, indent=2) + "\n")
