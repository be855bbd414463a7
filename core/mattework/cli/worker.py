"""`mattework worker`: the engine as a local process, for programs that cannot load the core themselves."""

from __future__ import annotations

import re

import click

from mattework.errors import HostError, UsageError


@click.command()
@click.option("--name", default="default", metavar="NAME", help="The name under which clients find it.")
@click.option(
    "--idle",
    type=click.FloatRange(1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="End after so long without a client.",
)
def worker(name: str, idle: float) -> int:
    """Run the engine for other programs; they start it themselves.

    It listens on a socket that only you can reach, keeps its model loaded, deletes its temporary files, and ends by
    itself when nobody has used it for a while.
    """
    from mattework.worker.protocol import EngineError
    from mattework.worker.server import serve

    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise UsageError("A worker's name is made of letters, digits, - and _.")
    try:
        return serve(name, idle)
    except EngineError as error:
        raise HostError(str(error)) from error
