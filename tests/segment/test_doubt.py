"""When another network is asked about the subject that was found, and what comes of it on real photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mattework.arrays import Floats
from mattework.finding import open_model
from mattework.segment.doubt import find_surest, is_in_doubt
from mattework.segment.subject import find_subject
from segment.sample_photos import read_sample


def draw_disc(soft: float = 0.0) -> Floats:
    """A mask of 200 x 300 with a disc of radius 60 around (100, 80); `soft` is how many pixels its edge is wide."""
    y, x = np.mgrid[:200, :300].astype(np.float32)
    distance = np.hypot(x - 100, y - 80) - 60
    return np.asarray(np.clip(0.5 - distance / max(soft, 1e-3), 0, 1), np.float32)


def test_a_plain_thing_is_in_no_doubt_nor_is_its_edge() -> None:
    assert not is_in_doubt(draw_disc())
    assert not is_in_doubt(draw_disc(soft=6))


def test_nothing_is_in_no_doubt() -> None:
    assert not is_in_doubt(np.zeros((20, 30), np.float32))
    assert not is_in_doubt(np.full((20, 30), 0.4, np.float32))


def test_a_part_that_may_belong_to_it_is() -> None:
    mask = draw_disc()
    mask[150:190, 150:220] = 0.4
    assert is_in_doubt(mask)
    mask[150:190, 150:220] = 0.05
    assert not is_in_doubt(mask)


@given(
    arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(0, 1, width=32))
)
def test_any_mask_can_be_asked_about(mask: Floats) -> None:
    is_in_doubt(mask)
    column, row = find_surest(mask)
    assert 0 <= column < mask.shape[1]
    assert 0 <= row < mask.shape[0]


def test_the_surest_place_lies_deep_inside() -> None:
    mask = draw_disc(soft=4)
    mask[180:, :] = 1.0  # sure as well, and thinner
    column, row = find_surest(mask)
    assert np.hypot(column - 100, row - 80) < 5
    assert np.hypot(*np.subtract(find_surest(mask * np.float32(0.7)), (100, 80))) < 5


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTEWORK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MATTEWORK_CONFIG", str(tmp_path / "config"))


def test_a_helmet_in_her_hands_is_hers_once_it_is_asked_about(own_folders: None) -> None:
    session, rgb = open_model(device="cpu"), read_sample("astronaut")
    alone, asked = (find_subject(rgb, session, ask=ask) for ask in (False, True))
    assert asked.passes == alone.passes + 1
    helmet = tuple(slice(int(0.7 * n), int(0.95 * n)) for n in alone.soft_mask.shape)
    assert 1 - asked.soft_mask[helmet].mean() < 0.6 * (1 - alone.soft_mask[helmet].mean())


def test_nobody_is_asked_about_what_is_tiny_or_seen_at_a_size_of_ones_own(own_folders: None) -> None:
    session = open_model(device="cpu")
    for rgb, side in ((read_sample("astronaut", 120), None), (read_sample("astronaut"), 320)):
        asked, alone = (find_subject(rgb, session, long_side=side, ask=ask) for ask in (True, False))
        assert asked.passes == alone.passes
        assert np.array_equal(asked.soft_mask, alone.soft_mask)


def test_a_subject_of_which_the_other_network_knows_nothing_is_none(
    own_folders: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mattework.segment.subject.ask_about", lambda rgb, mask, model: np.zeros_like(mask))
    monkeypatch.setattr("mattework.segment.subject.OPINION", 1.0)
    found = find_subject(read_sample("astronaut"), open_model(device="cpu"))
    assert found.box is None
    assert not found.soft_mask.any()
    assert found.confidence == 0.0
