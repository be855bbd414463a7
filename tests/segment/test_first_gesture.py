"""The first gesture on photographs, with the built-in models: sizes, the whole subject, and what is seen ahead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mattework.arrays import AnyArray
from mattework.geometry import Size
from mattework.models.runtime import ModelSession
from mattework.models.spec import FileRole
from mattework.quality import expect_overlap
from mattework.segment.opening import open_selector
from mattework.segment.prompt_model import open_prompt_model
from mattework.segment.prompted import ObjectSelector
from segment.prompted_networks import enlarge, point, use_own_folders
from segment.sample_photos import read_sample


def test_the_surer_of_two_sizes_answers_the_first_gesture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_own_folders(tmp_path, monkeypatch)
    session = open_prompt_model()
    chosen = 0
    for name, x, y in (("astronaut", 0.4, 0.6), ("astronaut", 0.8, 0.8), ("coffee", 0.5, 0.5)):
        rgb = read_sample(name)
        click = [point(x * rgb.shape[1], y * rgb.shape[0])]
        one, both = (
            ObjectSelector(rgb, session, zoom=False, two_sizes=two).select(click) for two in (False, True)
        )
        assert expect_overlap(both.soft_mask) >= expect_overlap(one.soft_mask) - 1e-3
        assert both.confidence <= one.confidence + 0.05
        chosen += not np.array_equal(both.soft_mask, one.soft_mask)
    assert chosen, "none of the pictures shows a choice"


def test_a_first_click_on_some_of_the_subject_means_all_of_it_and_one_beside_it_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The woman with her helmet, wherever she is clicked on; the rocket behind her is a thing of its own."""
    use_own_folders(tmp_path, monkeypatch)
    rgb = read_sample("astronaut")
    height, width = rgb.shape[:2]
    session = open_prompt_model()

    reasons: dict[float, tuple[str, ...]] = {}

    def click(x: float, y: float) -> npt.NDArray[np.bool_]:
        found = open_selector(rgb, session=session).select([point(x * width, y * height)])
        reasons[x] = found.reasons
        return enlarge(found.soft_mask, Size(width, height)) > 0.5

    face, suit, helmet, rocket = click(0.45, 0.15), click(0.4, 0.6), click(0.8, 0.8), click(0.75, 0.3)
    assert (face & suit).sum() > 0.97 * (face | suit).sum()
    assert (face & helmet).sum() > 0.97 * face.sum(), "and more of the helmet, where it was pointed at"
    assert 0.4 < face.mean() < 0.6
    assert (face & rocket).sum() < 0.02 * rocket.sum()
    assert 0.01 < rocket.mean() < 0.1
    assert "the mark was taken to mean the whole subject, as mattework-subject finds it" in reasons[0.45]
    assert not any("whole subject" in one for one in reasons[0.75])


def test_a_photo_that_was_prepared_is_not_seen_again_for_the_first_click(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_own_folders(tmp_path, monkeypatch)
    rgb = read_sample("astronaut")
    session = open_prompt_model()
    click = [point(0.8 * rgb.shape[1], 0.8 * rgb.shape[0])]
    unprepared = open_selector(rgb, session=session).select(click)
    selector = open_selector(rgb, session=session)
    selector.prepare()
    ran: list[str] = []
    run = ModelSession.run

    def note(one: ModelSession, inputs: Mapping[str, AnyArray], role: FileRole = "model") -> list[AnyArray]:
        ran.append(role)
        return run(one, inputs, role)

    monkeypatch.setattr(ModelSession, "run", note)
    prepared = selector.select(click)

    assert set(ran) == {"decoder"}
    assert np.array_equal(prepared.soft_mask, unprepared.soft_mask)
