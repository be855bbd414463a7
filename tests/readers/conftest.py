"""The samples, written once, and what every reader sees in them, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from readers.programs import ProgramMissing
from readers.reading import Reading, Unreadable
from readers.register import READERS, Reader
from readers.samples import SAMPLES


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every sample as a file, by its name."""
    folder = tmp_path_factory.mktemp("samples")
    return {sample.name: sample.write(folder) for sample in SAMPLES}


@pytest.fixture(scope="session", params=READERS, ids=lambda reader: reader.title)
def reader(request: pytest.FixtureRequest) -> Reader:
    chosen: Reader = request.param
    return chosen


@pytest.fixture(scope="session")
def readings(reader: Reader, sample_files: dict[str, Path]) -> dict[str, Reading | Unreadable]:
    """What `reader` sees, by the sample's name; the tests skip where the program is not installed."""
    try:
        seen = reader.read_all(list(sample_files.values()))
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    return {path.stem: reading for path, reading in seen.items()}
