"""One run of GIMP for all journeys, and what the engine itself says for comparison."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hosts.gimp.host import GimpHost, make_host
from mattework.worker.rendezvous import read_record
from readers.programs import ProgramMissing
from samples import draw_disc

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def host() -> Iterator[GimpHost]:
    """A GIMP 3 with the plug-in, in a short temporary folder: paths of Unix sockets are short."""
    with tempfile.TemporaryDirectory(prefix="mwgimp") as folder:
        work = Path(folder)
        try:
            made = make_host(work)
        except ProgramMissing as missing:
            pytest.skip(str(missing))
        _draw_inputs(work)
        for script in ("journeys.py", "inside.py", "procedures.py", "failures.py", "windows.py"):
            shutil.copy(HERE / script, work / script)
        yield made
        stop_engines(work)


@pytest.fixture(scope="session")
def seen(host: GimpHost) -> dict[str, Any]:
    """What the journeys inside GIMP saw, by the name of the journey."""
    host.run(host.work / "journeys.py", {"MATTEWORK_TEST_WORK": str(host.work)})
    results: dict[str, Any] = json.loads((host.work / "out" / "results.json").read_text(encoding="utf-8"))
    return results


def _draw_inputs(work: Path) -> None:
    """The disc, its true mask, one with a hard edge, and the band over the left half of its edge."""
    rgb, alpha = draw_disc()
    rgb.tofile(work / "disc.raw")
    np.rint(alpha * 255).astype(np.uint8).tofile(work / "soft.raw")
    np.where(alpha > 0.5, 255, 0).astype(np.uint8).tofile(work / "hard.raw")
    band = (np.abs(alpha - 0.5) < 0.5).astype(np.uint8) * np.uint8(255)
    band[:, 48:] = 0
    band.tofile(work / "band.raw")


def stop_engines(work: Path) -> None:
    """End the engines that were started here, by the numbers in their records."""
    for path in (work / "run").glob("worker-*.json"):
        os.environ["MATTEWORK_RUNTIME"] = str(work / "run")
        try:
            record = read_record(path.stem.removeprefix("worker-"))
        finally:
            del os.environ["MATTEWORK_RUNTIME"]
        if record is not None:
            os.kill(record.pid, 15)
    for _ in range(100):
        if not list((work / "run").glob("worker-*.json")):
            break
        time.sleep(0.05)
