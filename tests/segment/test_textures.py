"""A photograph of nothing has no subject: textures, walls, clouds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mattework.arrays import Bytes, Floats
from mattework.finding import open_model
from mattework.models.runtime import ModelSession
from mattework.segment.subject import find_subject

_SIZE = (480, 640)


def draw_fractal(seed: int, roughness: float) -> Bytes:
    """Gray clouds: noise of many sizes, summed."""
    rng = np.random.default_rng(seed)
    height, width = _SIZE
    total = np.zeros(_SIZE, np.float32)
    for octave in range(9):
        noise = rng.random((height // 2**octave + 2, width // 2**octave + 2)).astype(np.float32)
        total += (2.0**octave) ** roughness * cv2.resize(
            noise, (width, height), interpolation=cv2.INTER_CUBIC
        )
    gray = 255 * (total - total.min()) / np.ptp(total)
    return np.repeat(gray.astype(np.uint8)[..., None], 3, 2)


def draw_dots(seed: int, _: float) -> Bytes:
    cloth = np.full((*_SIZE, 3), 230, np.uint8)
    for row in range(14):
        for column in range(18):
            cv2.circle(cloth, (column * 36 + 18, row * 36 + 18), 8, (200, 40, 40), -1)
    return np.roll(cloth, seed * 7, 0)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> ModelSession:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MATTEWORK_CACHE", str(tmp_path_factory.mktemp("cache")))
        return open_model(device="cpu")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("draw", "roughness"), [(draw_fractal, 1.0), (draw_fractal, 0.5), (draw_dots, 0.0)])
def test_a_texture_has_no_subject_and_nobody_is_sure_of_it(
    session: ModelSession, draw: object, roughness: float, seed: int
) -> None:
    assert callable(draw)
    found = find_subject(draw(seed, roughness), session)
    assert not found.soft_mask.any()
    assert found.box is None
    assert found.confidence == 0.0
    assert found.reasons[0] == "no clear subject found"


@pytest.mark.parametrize("seed", range(3, 10))
def test_clouds_of_which_answers_see_much_the_same_have_no_subject(session: ModelSession, seed: int) -> None:
    found = find_subject(draw_fractal(seed, 1.0), session)
    assert not found.soft_mask.any()
    assert found.confidence == 0.0


@pytest.mark.parametrize("blur", [2.0, 4.0])
def test_what_is_out_of_focus_is_a_subject_still(session: ModelSession, blur: float) -> None:
    samples = Path(__file__).resolve().parents[2] / "resources" / "samples"
    photo = np.asarray(Image.open(samples / "astronaut.jpg").convert("RGB"))
    found = find_subject(cv2.GaussianBlur(photo, (0, 0), blur).astype(np.uint8), session)
    assert 0.3 < (found.soft_mask > 0.5).mean() < 0.8
    assert found.box is not None


@pytest.mark.parametrize("share", [0.0002, 0.3, 0.97])
def test_a_mask_a_box_and_a_confidence_go_together(
    session: ModelSession, share: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Doubts all over: what is too small or takes all of the frame is nothing, and nobody is asked about it."""
    monkeypatch.setenv("MATTEWORK_CACHE", str(tmp_path))

    def answer(*_: object) -> tuple[Floats, float]:
        mask = np.full((100, 100), 0.45, np.float32)
        mask.reshape(-1)[: max(1, round(share * mask.size))] = 0.6
        return mask, 0.9

    monkeypatch.setattr("mattework.segment.subject._look", answer)
    asked: list[bool] = []

    def ask(_: Bytes, mask: Floats, __: str) -> Floats:
        asked.append(True)
        return np.where(mask > 0.5, 0.9, 0.3).astype(np.float32)

    monkeypatch.setattr("mattework.segment.subject.ask_about", ask)
    found = find_subject(np.zeros((100, 100, 3), np.uint8), session, zoom=False)
    has_subject = share == 0.3
    assert (found.box is not None) == has_subject
    assert found.soft_mask.any() == has_subject
    assert (found.confidence > 0) == has_subject
    assert ("no clear subject found" in found.reasons) != has_subject
    assert not asked or has_subject
