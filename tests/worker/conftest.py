"""A real worker process, in folders of its own, that the tests of this folder share."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mattework.worker.client import find_worker
from mattework.worker.protocol import EngineError

COMMAND = (sys.executable, "-P", "-m", "mattework")


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runtime and temporary folders of this test alone; a worker that still runs at the end is stopped."""
    tmp_path_factory.getbasetemp()  # made before TMPDIR changes: it serves the tests that follow too
    with tempfile.TemporaryDirectory(prefix="mw") as short:  # Unix socket paths are short
        root = Path(short)
        (root / "tmp").mkdir()
        monkeypatch.setenv("MATTEWORK_RUNTIME", str(root / "run"))
        monkeypatch.setenv("TMPDIR", str(root / "tmp"))
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield root
        with suppress(EngineError):
            client = find_worker(COMMAND)
            if client is not None:
                with client:
                    client.call("stop")
                _wait_for_end(client.record.pid)


def _wait_for_end(pid: int) -> None:
    import time

    for _ in range(100):
        try:
            os.kill(pid, 0)
        except OSError:
            return
        time.sleep(0.05)
