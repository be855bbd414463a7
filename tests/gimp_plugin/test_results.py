"""What the plug-in tells of an engine's answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gimp_plugin.conftest import Importer
from mattework import DOUBTFUL, cut_out
from samples import draw_disc


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        (None, []),
        (DOUBTFUL, []),
        (DOUBTFUL - 0.01, ["Look at 'Dog': two things could be the subject; subject touches three borders."]),
    ],
)
def test_a_doubtful_result_is_told_by_the_cores_own_measure(
    plugin: Importer, tmp_path: Path, confidence: float | None, told: list[str]
) -> None:
    picture, truth = draw_disc(60, 50)
    reasons = ("two things could be the subject", "subject touches three borders")
    report = replace(
        cut_out(picture, from_mask=truth, solver="hard").report, confidence=confidence, reasons=reasons
    )
    (tmp_path / "mask.raw").write_bytes(b"")
    layer = plugin("Gimp").Layer("Dog", 60, 50)
    notes: list[str] = []
    value = {"mask": "mask.raw", "report": report.to_dict()}
    plugin("results").take_result(layer, value, tmp_path, 0, notes)
    assert report.is_doubtful == bool(told)
    assert notes == told
