"""The samples, written once, and what every reader sees in them, read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from readers.programs import ProgramMissing
from readers.reading import Reading, Unreadable
from readers.register import Reader
from readers.samples import SAMPLES

ReadBy: TypeAlias = Callable[[Reader], dict[str, Reading | Unreadable]]


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every sample as a file, by its name."""
    folder = tmp_path_factory.mktemp("samples")
    return {sample.name: sample.write(folder) for sample in SAMPLES}


@pytest.fixture(scope="session")
def read_by(sample_files: dict[str, Path]) -> ReadBy:
    """What a reader sees, by the sample's name, each reader being run once; the test skips where it is not installed."""
    names = {path: name for name, path in sample_files.items()}
    seen: dict[str, dict[str, Reading | Unreadable]] = {}

    def read(reader: Reader) -> dict[str, Reading | Unreadable]:
        if reader.title not in seen:
            try:
                readings = reader.read_all(list(names))
            except ProgramMissing as missing:
                pytest.skip(str(missing))
            seen[reader.title] = {names[path]: reading for path, reading in readings.items()}
        return seen[reader.title]

    return read
