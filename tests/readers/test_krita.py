"""Krita sees in our 8-bit files what we wrote. It takes seconds a file, so this is not part of the everyday run."""

from __future__ import annotations

from pathlib import Path

import pytest

from readers import krita
from readers.checks import LAYER_CHECKS, observe
from readers.programs import ProgramMissing
from readers.reading import Reading, Unreadable
from readers.samples import SAMPLES, Sample

SEEN = [
    sample for sample in SAMPLES if "8 bit" in sample.kind and ("RGB" in sample.kind or "gray" in sample.kind)
]
NOT_SHOWN = {"Mask switched off"}
"""Krita keeps no such switch: a mask that is off is on there."""


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading | Unreadable]:
    folder = tmp_path_factory.mktemp("krita")
    paths = [sample.write(folder) for sample in SEEN]
    work = folder / "work"
    Path(work).mkdir()
    try:
        found = krita.read_files(paths, work)
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    return {sample.name: reading for sample, reading in zip(SEEN, found, strict=True)}


@pytest.mark.slow
@pytest.mark.parametrize("sample", SEEN, ids=lambda sample: sample.name)
def test_krita_sees_every_layer_and_mask(sample: Sample, readings: dict[str, Reading | Unreadable]) -> None:
    found = observe(sample.make(), readings[sample.name], opaque_page=sample.opaque_page)
    wanted = {"Opens", "Layers and their order", *LAYER_CHECKS} - NOT_SHOWN
    assert {feature: found[feature] for feature in wanted if found[feature]} == {}
