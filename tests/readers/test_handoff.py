"""Other programs see in our files what we wrote: layers, names, masks, merged picture, metadata."""

from __future__ import annotations

import pytest

from readers.checks import FEATURES, observe
from readers.limits import find_limits
from readers.reading import Reading, Unreadable
from readers.register import Reader
from readers.samples import MAIN_KINDS, SAMPLES, Sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_reader_agrees_but_for_stated_limits(
    reader: Reader, sample: Sample, readings: dict[str, Reading | Unreadable]
) -> None:
    if sample.name not in readings:
        pytest.skip(f"{reader.title} is not for {sample.suffix} files")
    limits = find_limits(reader.title, sample.kind, sample.name)
    seen = {
        feature: trouble
        for feature, trouble in observe(sample.make(), readings[sample.name]).items()
        if trouble
    }
    news = {feature: trouble for feature, trouble in seen.items() if feature not in limits}
    gone = [f"{feature}: {limit.reason}" for feature, limit in limits.items() if feature not in seen]
    assert not news, f"{reader.title} disagrees"
    assert not gone, f"{reader.title} has learned this: take the limit out"


def test_limits_speak_of_known_readers_and_features() -> None:
    from readers.limits import LIMITS
    from readers.register import READERS

    assert {limit.reader for limit in LIMITS} <= {reader.title for reader in READERS}
    assert {feature for limit in LIMITS for feature in limit.features} <= set(FEATURES)
    assert {sample.kind for sample in SAMPLES} >= set(MAIN_KINDS)


def test_metadata_is_valid(reader: Reader, readings: dict[str, Reading | Unreadable]) -> None:
    """ExifTool's own validation has nothing to say about our PSD files."""
    if reader.title != "ExifTool":
        pytest.skip("only ExifTool validates")
    for name, reading in readings.items():
        assert isinstance(reading, Reading)
        assert reading.exif is not None
        if "tiff" not in name:
            assert (reading.exif["Validate"], reading.remarks) == ("OK", ()), name
