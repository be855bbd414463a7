"""Fixtures that every test can name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# How long something takes is measured in benchmarks/, never here: a busy machine fails no test.
settings.register_profile("mattework", deadline=None)
settings.load_profile("mattework")


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
