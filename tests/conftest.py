"""Fixtures that every test can name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with measuring data that is not part of the project; the test is skipped where there is none."""
    root = Path(os.environ.get("MATTEWORK_SHARED", REPOSITORY.parent / "shared"))
    data = root / "data"
    if not data.is_dir():
        pytest.skip(f"needs the measuring data, which is not at {data} (set MATTEWORK_SHARED to its folder)")
    return data


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Folder where picture tests keep what they made, for people to look at."""
    folder = REPOSITORY / "tests" / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder
