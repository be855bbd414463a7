"""What people see while work goes on: a progress bar on a terminal, silence in a pipe."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from mattework.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import ProgressColumn

STEP_NAMES = {
    "open": "opening",
    "model": "loading the model",
    "subject": "finding the subject",
    "trimap": "laying the unknown band",
    "edge": "solving the edge",
    "touches": "laying on the brush strokes",
    "colours": "cleaning the colours",
    "edge settings": "setting the edge",
    "layers": "building layers",
    "save": "saving",
}


@contextmanager
def show_progress(title: str, *, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar on standard error while the block runs; None, and nothing shown, off a terminal or when quiet."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import TimeElapsedColumn

    with _make_bars("{task.fields[title]}", "{task.description}", TimeElapsedColumn()) as bars:
        task = bars.add_task("", total=1.0, title=title)

        def advance(step: str, fraction: float) -> None:
            bars.update(task, description=STEP_NAMES.get(step, step), completed=fraction)

        yield advance


class BatchBar:
    """A bar over many pictures: how many, which one and its step, and how long it will take."""

    def __init__(self, bars: Bars, total: int) -> None:
        self._bars, self._total = bars, total
        self._done = self._skipped = 0
        self._began = time.monotonic()
        self._task = bars.add_task("", total=float(total), title=f"0/{total}", left="")

    def begin(self, name: str) -> Progress:
        """The progress of the next picture."""

        def advance(step: str, fraction: float) -> None:
            self._show(f"{name}: {STEP_NAMES.get(step, step)}", _share(step, fraction))

        return advance

    def finish(self) -> None:
        """One more picture is through."""
        self._done += 1
        self._show(None, 0.0)

    def skip(self) -> None:
        """One picture needs no work; it tells nothing about the time."""
        self._skipped += 1
        self._show(None, 0.0)

    def _show(self, what: str | None, share: float) -> None:
        through = self._done + self._skipped
        seconds, fresh = time.monotonic() - self._began, self._done + share
        left = ""
        if self._done:
            left = f"{_tell_time(seconds / fresh * (self._total - self._skipped - fresh))} left"
        self._bars.update(
            self._task,
            description=what,
            completed=through + share,
            title=f"{through}/{self._total}",
            left=left,
        )


@contextmanager
def show_batch(total: int, *, quiet: bool) -> Iterator[BatchBar | None]:
    """A bar on standard error over `total` pictures; None, and nothing shown, off a terminal or when quiet."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with _make_bars("{task.fields[title]}", "{task.fields[left]}", "{task.description}") as bars:
        yield BatchBar(bars, total)


def _make_bars(before: str, *behind: str | ProgressColumn) -> Bars:
    """Bars on standard error that leave nothing behind. Names of files are no markup, whatever brackets they hold."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = [
        TextColumn(one, markup=False) if isinstance(one, str) else one
        for one in (before, BarColumn(bar_width=24), *behind)
    ]
    return Bars(*columns, console=Console(stderr=True), transient=True)


def _share(step: str, fraction: float) -> float:
    """How far one picture is, by the order of its steps."""
    names = list(STEP_NAMES)
    # The solver tells steps of its own while the edge is solved.
    return min(0.99, (names.index(step if step in names else "edge") + fraction) / len(names))


def _tell_time(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes >= 10 else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def say(message: str, *, quiet: bool = False) -> None:
    """A line for people, on standard error so that standard output stays for data."""
    if not quiet:
        click.echo(message, err=True)


def drop_stream(stream: TextIO) -> None:
    """What is still waiting to be printed there cannot be: Python must not try, and fail, again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
