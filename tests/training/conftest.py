"""Tiny sets that all training tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from mattework_training.library import Library, load_library
from training.tiny_sets import pack_tiny_sets


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack_tiny_sets(tmp_path_factory.mktemp("sets"))


@pytest.fixture(scope="session")
def library(tiny_data: Path) -> Library:
    return load_library(tiny_data, "train")
