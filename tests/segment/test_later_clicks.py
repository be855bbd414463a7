"""What is said of an answer belongs to that answer; who had a say is named; a speck can be clicked on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import mattework
from mattework.arrays import Bytes, Floats
from mattework.errors import UsageError
from mattework.models.runtime import ModelSession
from mattework.prompt import Prompt
from mattework.segment.prompt_model import open_companion, open_prompt_model
from mattework.segment.prompted import ObjectSelector
from mattework.segment.second_look import compare_masks
from mattework.segment.selection_score import score_selection

from .prompted_networks import open_maps_network
from .sample_photos import SAMPLES, read_sample


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("models", "config", "cache"):
        monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / name))
    (tmp_path / "models").mkdir()


@pytest.fixture
def maps(tmp_path: Path) -> ModelSession:
    return open_maps_network(tmp_path / "models")


def point(x: float, y: float) -> Prompt:
    return Prompt(kind="point", points=((x, y),))


def test_every_answer_is_compared_anew_with_that_at_another_size(
    maps: ModelSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a later click in the enlarged part of a small thing."""
    scene = np.full((400, 600, 3), 90, np.uint8)
    cv2.circle(scene, (150, 200), 30, (230, 30, 30), -1)
    cv2.circle(scene, (185, 200), 20, (190, 60, 60), -1)
    compared: list[Floats] = []

    def compare(one: Floats, other: Floats) -> float:
        compared.append(one)
        return compare_masks(one, other)

    monkeypatch.setattr("mattework.segment.prompted.compare_masks", compare)
    selector = ObjectSelector(scene, maps)
    selector.select([point(145, 200)])
    before = len(compared)
    second = selector.select([point(145, 200), point(190, 200)])
    assert second.looks == 2, "the click lies in the enlarged part"
    assert len(compared) > before


def test_the_model_that_knew_the_whole_is_named_with_its_hash() -> None:
    photo = SAMPLES / "chelsea.jpg"
    height, width = read_sample("chelsea").shape[:2]
    alone = mattework.cut_out(photo, prompts=[point(width / 2, height / 2)])
    choice = alone.recipe.subject
    assert choice.asked == "mattework-subject"
    assert choice.asked_sha256 == open_companion("mattework-subject").sha256
    assert alone.report.asked == choice.asked
    assert alone.report.to_dict()["asked_sha256"] == choice.asked_sha256
    assert choice.ran is not None
    assert choice.ran.startswith("mattework-prompt + mattework-subject")

    by_box = mattework.cut_out(
        photo, prompts=[Prompt(kind="box", points=((5.0, 5.0), (width - 5.0, height - 5.0)))]
    )
    assert by_box.recipe.subject.asked is None


@pytest.mark.parametrize("radius", [4, 6, 30])
def test_a_speck_is_selected_and_not_the_wall_behind_it(radius: int) -> None:
    wall = np.full((1500, 2000, 3), 120, np.uint8)
    cv2.circle(wall, (1200, 700), radius, (220, 30, 30), -1, cv2.LINE_AA)
    found = ObjectSelector(wall, open_prompt_model()).select([point(1200.5, 700.5)])
    area = float((found.soft_mask > 0.5).mean()) * 1500 * 2000
    assert 0.4 < area / (np.pi * radius**2) < 15
    assert area < 0.002 * wall.shape[0] * wall.shape[1]


def draw_sky(radii: tuple[int, int], *centers: tuple[int, int]) -> tuple[Bytes, Bytes]:
    """Dark ellipses before a sky of a little noise, and where they are."""
    sky = np.full((1500, 2000, 3), (150, 200, 235), np.float32) + np.linspace(-20, 20, 1500)[:, None, None]
    sky += np.random.default_rng(0).normal(0, 3, sky.shape)
    picture, truth = sky.clip(0, 255).astype(np.uint8), np.zeros((1500, 2000), np.uint8)
    for center in centers:
        cv2.ellipse(picture, center, radii, 20, 0, 360, (20, 20, 25), -1)
        cv2.ellipse(truth, center, radii, 20, 0, 360, 1, -1)
    return picture, truth


def overlap(mask: Floats, truth: Bytes) -> float:
    found = cv2.resize(mask, truth.shape[::-1]) > 0.5
    return float((found & (truth > 0)).sum() / max(1, (found | (truth > 0)).sum()))


@pytest.mark.parametrize("radii", [(22, 12), (14, 8)])
def test_a_second_speck_is_added_to_the_first_and_not_the_sky(radii: tuple[int, int]) -> None:
    picture, both = draw_sky(radii, (400, 400), (1500, 1100))
    first = both.copy()
    first[:, 1000:] = 0
    selector = ObjectSelector(picture, open_prompt_model())
    assert overlap(selector.select([point(400, 400)]).soft_mask, first) > 0.7
    second = selector.select([point(400, 400), point(1500, 1100)])
    assert overlap(second.soft_mask, both) > 0.7
    assert second.confidence > 0.1
    assert "seen at another size, the object looks different" not in second.reasons


def draw_balls(seed: int) -> tuple[Bytes, list[Bytes]]:
    """Fourteen striped balls before a sky, and where each is."""
    rng = np.random.default_rng(seed)
    sky = np.empty((1067, 1600, 3), np.float32)
    sky[:] = np.linspace((0, 140, 165), (185, 200, 205), 1067)[:, None]
    places = []
    for number in range(14):
        center = (100 + 200 * (number % 7) + int(rng.integers(-40, 40)), 300 + 400 * (number // 7))
        radius = int(rng.integers(12, 30))
        place = np.zeros((1067, 1600), np.uint8)
        cv2.circle(place, center, radius, 1, -1)
        is_stripe = np.arange(1600) // max(4, radius // 3) % 2 > 0
        stripes = np.where(is_stripe[None, :, None], *rng.integers(0, 256, (2, 3)))
        sky = np.where(place[..., None] > 0, stripes, sky)
        places.append(place)
    return (sky + rng.normal(0, 2, sky.shape)).clip(0, 255).astype(np.uint8), places


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_a_first_click_on_one_of_many_small_things_means_that_one_and_not_the_sky(seed: int) -> None:
    picture, places = draw_balls(seed)
    selector = ObjectSelector(picture, open_prompt_model())
    for place in places[::3]:
        y, x = np.argwhere(place).mean(axis=0)
        found = selector.select([point(float(x), float(y))])
        assert overlap(found.soft_mask, place) > 0.85
        assert found.confidence > 0.7


def test_a_click_on_the_sky_after_one_on_a_speck_still_takes_the_sky() -> None:
    picture, _ = draw_sky((22, 12), (400, 400))
    found = ObjectSelector(picture, open_prompt_model()).select([point(400, 400), point(1000, 300)])
    assert (found.soft_mask > 0.5).mean() > 0.1


@pytest.mark.parametrize("reach", [12, 20])
def test_a_box_around_a_speck_finds_it(reach: int) -> None:
    picture, truth = draw_sky((9, 5), (100, 100))
    box = Prompt(kind="box", points=((100.0 - reach, 100.0 - reach), (100.0 + reach, 100.0 + reach)))
    found = ObjectSelector(picture, open_prompt_model()).select([box])
    assert overlap(found.soft_mask, truth) > 0.5
    assert found.confidence > 0


def test_two_certain_specks_far_apart_are_certain() -> None:
    mask = np.zeros((1000, 1500), np.float32)
    mask[10:24, 10:24] = mask[980:994, 1400:1414] = 1
    assert score_selection(mask, [point(17, 17), point(1407, 987)], sizes=1.0) == (1.0, ())


def test_an_answer_that_is_the_whole_picture_is_never_sure(
    maps: ModelSession,
) -> None:
    wall = np.full((200, 300, 3), 120, np.uint8)
    found = ObjectSelector(wall, maps).select([point(150, 100)])
    assert (found.soft_mask > 0.5).mean() > 0.9
    assert found.confidence < 0.5
    assert "nearly all of the picture is selected" in found.reasons


@pytest.mark.parametrize(
    "mask",
    [np.full((4, 4), np.nan, np.float32), np.zeros((0, 4), np.float32), np.zeros((4, 4, 1), np.float32)],
)
def test_a_mask_to_begin_from_that_is_none_is_refused(maps: ModelSession, mask: Floats) -> None:
    scene = np.full((40, 60, 3), 90, np.uint8)
    with pytest.raises(UsageError, match="mask to begin from"):
        ObjectSelector(scene, maps).select([point(5, 5)], previous=mask)


def test_masks_of_the_same_bytes_and_another_shape_are_two(maps: ModelSession) -> None:
    scene: Bytes = np.full((64, 64, 3), 90, np.uint8)
    scene[:, 32:] = (230, 30, 30)
    selector = ObjectSelector(scene, maps)
    wide = np.zeros((2, 8), np.float32)
    wide[:, 4:] = 1
    one = selector.select([], previous=wide).soft_mask
    other = selector.select([], previous=wide.reshape(8, 2)).soft_mask
    assert not np.array_equal(one, other)


def test_a_prompt_of_no_kind_or_of_too_many_points_is_refused(maps: ModelSession) -> None:
    selector = ObjectSelector(np.full((40, 60, 3), 90, np.uint8), maps)
    two = Prompt(kind="point", points=((1.0, 1.0), (5.0, 5.0)))
    odd = replace(two, kind="dot")  # type: ignore[arg-type]
    for bad, says in ((two, "has 1 point, not 2"), (odd, "is no prompt")):
        with pytest.raises(UsageError, match=says):
            selector.select([bad])
