"""GIMP 3.0 and 3.2, each set up once, one run of each for all journeys, and what the engine itself says for comparison."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hosts.gimp.host import GimpHost, make_host, python_command
from mattework.worker.rendezvous import read_record
from readers.programs import ProgramMissing
from samples import draw_disc
from segment.prompted_networks import open_maps_network

HERE = Path(__file__).resolve().parent
SCRIPTS = (
    "journeys.py", "inside.py", "procedures.py", "objects.py", "editing.py", "drive_editor.py", "failures.py", "crowd.py",
    "retouching.py", "rows.py", "windows.py",
)  # fmt: skip
GIMP_30, GIMP_32 = "gimp", "gimp-3.2"
"""Programs of installer/test-hosts.sh."""

both_versions = pytest.mark.parametrize("host", [GIMP_30, GIMP_32], indirect=True)
"""What must hold in either; the rest is looked at in 3.0 only, to save time."""

FindHost = Callable[[str], GimpHost]


@pytest.fixture(scope="session")
def hosts() -> Iterator[FindHost]:
    """Each GIMP with the plug-in, in a short temporary folder: paths of Unix sockets are short."""
    with ExitStack() as stack:

        @cache
        def find(name: str) -> GimpHost:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mwgimp")))
            made = make_host(work, name)
            _draw_inputs(work)
            open_maps_network(made.models)
            for script in SCRIPTS:
                shutil.copy(HERE / script, work / script)
            stack.callback(stop_engines, work)
            return made

        yield find


@pytest.fixture
def host(hosts: FindHost, request: pytest.FixtureRequest) -> GimpHost:
    """GIMP 3.0, or the one that a test marked with `both_versions` asks for."""
    try:
        return hosts(getattr(request, "param", GIMP_30))
    except ProgramMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def seen(host: GimpHost, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the journeys inside GIMP saw, by the name of the journey: those in JOURNEYS of the test's module."""
    return _run_journeys(host, request.module.JOURNEYS[host.program])


@cache
def _run_journeys(host: GimpHost, chosen: str) -> dict[str, Any]:
    settings = {"MATTEWORK_TEST_WORK": str(host.work), "MATTEWORK_TEST_JOURNEYS": chosen}
    settings["MATTEWORK_TEST_PYTHON"] = " ".join(python_command(host))
    printed = host.run(host.work / "journeys.py", settings)
    results: dict[str, Any] = json.loads((host.work / "out" / "results.json").read_text(encoding="utf-8"))
    return {**results, "printed": printed}


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
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MATTEWORK_RUNTIME", str(work / "run"))
            record = read_record(path.stem.removeprefix("worker-"))
        try:
            if record is not None:
                os.kill(record.pid, 15)
        except ProcessLookupError:
            path.unlink()  # a journey has killed it
    for _ in range(100):
        if not list((work / "run").glob("worker-*.json")):
            break
        time.sleep(0.05)
