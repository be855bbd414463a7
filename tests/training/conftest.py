"""What all training tests share: tiny sets, and one thread."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Threads that wait for one another are slow beside other work, and these networks are small."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
