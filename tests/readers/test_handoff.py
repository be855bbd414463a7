"""Other programs see in our files what we wrote: layers, names, masks, merged picture, metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from readers.checks import FEATURES, observe
from readers.limits import LIMITS, find_limits
from readers.reading import Reading, Unreadable
from readers.register import READERS, Reader
from readers.samples import MAIN_KINDS, SAMPLES, Sample
from readers.table import DOCUMENT, collect_observations, make_tables, read_tables

ReadBy: TypeAlias = Callable[[Reader], dict[str, Reading | Unreadable]]
PAIRS = [
    pytest.param(reader, sample, id=f"{reader.title}-{sample.name}")
    for reader in READERS
    for sample in SAMPLES
    if sample.suffix in reader.suffixes
]


@pytest.mark.parametrize(("reader", "sample"), PAIRS)
def test_reader_agrees_but_for_stated_limits(reader: Reader, sample: Sample, read_by: ReadBy) -> None:
    reading = read_by(reader)[sample.name]
    limits = find_limits(reader.title, sample.kind, sample.name)
    troubles = {
        feature: trouble
        for feature, trouble in observe(sample.make(), reading, opaque_page=sample.opaque_page).items()
        if trouble
    }
    news = {feature: trouble for feature, trouble in troubles.items() if feature not in limits}
    gone = [f"{feature}: {limit.reason}" for feature, limit in limits.items() if feature not in troubles]
    assert not news, f"{reader.title} disagrees"
    assert not gone, f"{reader.title} has learned this: take the limit out"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_exiftool_finds_the_structure_valid(sample: Sample, read_by: ReadBy) -> None:
    """Layers in a TIFF are a tag of Photoshop's, which ExifTool names; beside that it has nothing to say."""
    reading = read_by(next(reader for reader in READERS if reader.title == "ExifTool"))[sample.name]
    assert isinstance(reading, Reading)
    allowed = ("[minor] Non-standard IFD0 tag 0x935c ImageSourceData",) if sample.suffix == ".tif" else ()
    assert reading.remarks == allowed


def test_journeys_have_soft_masks_to_disagree_about() -> None:
    """Samples would prove little with masks of black and white only, or all of one value."""
    for sample in SAMPLES:
        masks = [layer.mask.pixels for layer in sample.make().walk_layers() if layer.mask is not None]
        assert masks
        for mask in masks:
            inner = (mask > 0) & (mask < mask.max())
            assert 0.002 < inner.mean() < 0.9, sample.name


def test_limits_speak_of_known_readers_and_features() -> None:
    assert {limit.reader for limit in LIMITS} <= {reader.title for reader in READERS}
    assert {feature for limit in LIMITS for feature in limit.features} <= set(FEATURES)
    assert {sample.kind for sample in SAMPLES} >= set(MAIN_KINDS)


def test_the_tables_in_the_handbook_are_those_of_this_run(read_by: ReadBy) -> None:
    made = make_tables(collect_observations({reader.title: read_by(reader) for reader in READERS}))
    written = read_tables(DOCUMENT.read_text(encoding="utf-8"))
    assert made == written, "run: PYTHONPATH=core:tests python -m readers.table"
