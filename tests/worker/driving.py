"""What the tests of the worker send, start and wait for."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mattework.worker.client import WorkerClient, find_worker
from mattework.worker.protocol import Picture, RefineRequest
from samples import draw_disc

ENDLESS = (
    "import mattework.worker.jobs as jobs\n"
    "run = jobs.Jobs.run\n"
    "def refine(self, op, params, folder, progress):\n"
    "    while op == 'refine':\n"
    "        progress('solving the edge', 0.5)\n"
    "        time.sleep(0.05)\n"
    "    return run(self, op, params, folder, progress)\n"
    "jobs.Jobs.run = refine"
)
"""For `write_engine`: a worker that refines until it is told to stop."""


def say_nothing(seconds: float, *, alive_every: float) -> str:
    """For `write_engine`: a worker that is silent for so long when it is asked "about", but for its signs of life."""
    return (
        "import mattework.worker.connection as connection\n"
        "import mattework.worker.jobs as jobs\n"
        f"jobs.describe_engine = lambda: time.sleep({seconds}) or {{'program': 'slow'}}\n"
        f"connection.ALIVE_EVERY = {alive_every}"
    )


def send_disc(client: WorkerClient, width: int = 96, height: int = 80) -> tuple[Picture, Path]:
    """A disc and its true mask (u8) in the connection's folder, as picture.raw and known.raw."""
    rgb, alpha = draw_disc(width, height)
    folder = client.open_folder()
    rgb.tofile(folder / "picture.raw")
    np.rint(alpha * 255).astype(np.uint8).tofile(folder / "known.raw")
    return Picture("picture.raw", width, height, 3, False, "u8"), folder


def send_long_job(client: WorkerClient) -> RefineRequest:
    """A request that takes many seconds: noise, all of it unknown but two corners."""
    side = 700
    folder = client.open_folder()
    np.random.default_rng(1).integers(0, 255, (side, side, 3), np.uint8).tofile(folder / "noise.raw")
    band = np.full((side, side), 255, np.uint8)
    band[:20, :20] = band[-20:, -20:] = 0
    known = np.zeros_like(band)
    known[:20, :20] = 255
    band.tofile(folder / "band.raw")
    known.tofile(folder / "known.raw")
    picture = Picture("noise.raw", side, side, 3, False, "u8")
    return RefineRequest(picture, "u8", "band.raw", "u8", existing="known.raw", solver="closed-form")


def wait_until(is_so: Callable[[], bool], seconds: float = 300.0) -> bool:
    """Whether it comes to be so; on a busy machine that takes what it takes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.05)
    return is_so()


def has_ended(pid: int) -> bool:
    """Whether the process and all its threads are gone, so that its files and locks are free."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        return state == "Z" and len(os.listdir(f"/proc/{pid}/task")) == 1
    except OSError:
        return True


def write_engine(places: Path, before: str) -> tuple[str, ...]:
    """A worker of ours that is slow or unlucky: `before` runs in it first, with `starts` saying how many came before."""
    path = places / "engine.py"
    path.write_text(
        "import json, os, pathlib, sys, time\n"
        "import mattework.worker.server as server\n"
        "from mattework.worker.rendezvous import WorkerRecord, lock_path, open_listener, take_lock, write_record\n"
        "name = sys.argv[sys.argv.index('--name') + 1]\n"
        f"counter = pathlib.Path({str(places / 'starts')!r})\n"
        "starts = int(counter.read_text()) if counter.exists() else 0\n"
        "counter.write_text(str(starts + 1))\n"
        f"{before}\n"
        "sys.exit(server.serve(name, 30))\n",
        encoding="utf-8",
    )
    return (sys.executable, "-P", str(path))


def stop_engine(command: tuple[str, ...]) -> None:
    client = find_worker(command)
    assert client is not None
    with client:
        client.call("stop")
    assert wait_until(lambda: has_ended(client.record.pid))
