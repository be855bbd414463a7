"""The tiny network that tests of object selection talk to."""

from __future__ import annotations

from pathlib import Path

import pytest

from mattework.models.runtime import ModelSession
from segment.prompted_networks import open_maps_network, use_own_folders


@pytest.fixture
def maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSession:
    use_own_folders(tmp_path, monkeypatch)
    return open_maps_network(tmp_path / "maps")
