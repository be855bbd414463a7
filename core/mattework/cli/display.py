"""What people see while work goes on: a progress bar on a terminal, silence in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from mattework.progress import Progress

STEP_NAMES = {
    "open": "opening",
    "model": "loading the model",
    "subject": "finding the subject",
    "trimap": "laying the unknown band",
    "edge": "solving the edge",
    "colours": "cleaning the colours",
    "layers": "building layers",
    "save": "saving",
}


@contextmanager
def show_progress(title: str, *, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar on standard error while the block runs; None, and nothing shown, off a terminal or when quiet."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.fields[title]}"),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=1.0, title=title)

        def advance(step: str, fraction: float) -> None:
            bars.update(task, description=STEP_NAMES.get(step, step), completed=fraction)

        yield advance


def say(message: str, *, quiet: bool = False) -> None:
    """A line for people, on standard error so that standard output stays for data."""
    if not quiet:
        click.echo(message, err=True)
