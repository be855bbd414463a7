"""A real worker process, in folders of its own, that the tests of this folder share."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mattework.worker.client import find_worker
from mattework.worker.protocol import EngineError
from worker.driving import has_ended, wait_until

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
                # The folders may go only when nobody writes there any more.
                wait_until(lambda: has_ended(client.record.pid))
