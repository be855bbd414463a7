"""Several things in one photo: a click means one of them and no other, however many come; each is seen from near."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mattework
from mattework.arrays import Bools, Bytes, Floats
from mattework.geometry import Rect, Size
from mattework.prompt import Prompt
from mattework.segment.heeding import drop_islands
from mattework.segment.second_look import choose_crops
from mattework.segment.selection_score import score_selection

from .prompted_networks import gesture, point
from .sample_photos import read_sample

HEIGHT = 400
GROUND = (96, 110, 128)
LEFT, CUP, RIGHT = Rect(0, 0, 400, HEIGHT), Rect(400, 0, 1000, HEIGHT), Rect(1000, 0, 1400, HEIGHT)
ON_LEFT, ON_CUP, ON_RIGHT = point(150, 280), point(700, 200), point(1150, 280)
BOX_RIGHT = gesture("box", (1010, 5), (1399, 399))


@pytest.fixture(scope="module")
def row() -> Bytes:
    """The same person on both sides of a cup."""
    shrunk = (("astronaut", 400), ("coffee", 600), ("astronaut", 400))
    return np.hstack(
        [
            cv2.resize(read_sample(name), (width, HEIGHT), interpolation=cv2.INTER_AREA)
            for name, width in shrunk
        ]
    ).astype(np.uint8)


@pytest.fixture(scope="module")
def selector(row: Bytes) -> mattework.ObjectSelector:
    return mattework.open_selector(row)


def select(selector: mattework.ObjectSelector, gestures: Sequence[Prompt]) -> Bools:
    found = selector.select(gestures).soft_mask
    return cv2.resize(found, (RIGHT.right, HEIGHT)) > 0.5


def cover(mask: Bools, where: Rect) -> int:
    return int(np.count_nonzero(mask[where.slices]))


def test_a_click_that_takes_ground_away_brings_in_nobody(selector: mattework.ObjectSelector) -> None:
    before = select(selector, [ON_LEFT])
    for x, y in ((1010, 10), (390, 20), (500, 380)):
        after = select(selector, [ON_LEFT, point(x, y, adds=False)])
        assert cover(after, LEFT) > 0.9 * cover(before, LEFT)
        assert cover(after, RIGHT) + cover(after, CUP) == 0


def test_a_second_click_adds_its_thing_and_no_third(selector: mattework.ObjectSelector) -> None:
    person, other = (select(selector, [mark]) for mark in (ON_LEFT, ON_RIGHT))
    with_cup = select(selector, [ON_LEFT, ON_CUP])
    assert cover(with_cup, CUP) > 0.3 * CUP.area
    assert cover(with_cup, RIGHT) == 0
    both = select(selector, [ON_LEFT, ON_RIGHT])
    assert cover(both, CUP) == 0
    for where, alone in ((LEFT, person), (RIGHT, other)):
        same = cover(both & alone, where) / cover(both | alone, where)
        assert same > 0.95, "it is found as well as by a click of its own"


@given(st.lists(st.sampled_from(range(4)), min_size=1), st.sets(st.sampled_from(range(4))))
def test_only_what_is_pointed_at_or_was_there_stays(pointed: list[int], before: set[int]) -> None:
    """Of four things that a network answers with."""
    discs = [np.zeros((120, 480), np.float32) for _ in range(4)]
    for place, disc in enumerate(discs):
        cv2.circle(disc, (60 + 120 * place, 60), 40, 0.9, -1)
    answer = np.maximum.reduce(discs)
    known = np.maximum.reduce([discs[one] for one in before]) if before else None
    marks = [point(30 + 60 * one, 30) for one in pointed]
    left = drop_islands(answer, marks, Size(240, 60), known)
    for place, disc in enumerate(discs):
        expected = disc if place in {*pointed, *before} else np.zeros_like(disc)
        assert np.array_equal(
            left[:, 120 * place : 120 * (place + 1)], expected[:, 120 * place : 120 * (place + 1)]
        )


def test_what_was_said_last_of_a_thing_counts(selector: mattework.ObjectSelector) -> None:
    """A click that took a person away does not undo the box that brought it back, nor the other way round."""
    boxed = [ON_LEFT, point(1150, 280, adds=False), BOX_RIGHT]
    before = select(selector, boxed)
    after = select(selector, [*boxed, point(175, 60)])
    assert cover(after, RIGHT) > 0.8 * cover(before, RIGHT) > 0.3 * RIGHT.area
    taken = [ON_LEFT, ON_RIGHT, gesture("box", (1010, 5), (1399, 399), adds=False)]
    assert cover(select(selector, [*taken, point(175, 60)]), RIGHT) < 0.05 * RIGHT.area


def test_the_same_click_again_makes_nothing_surer() -> None:
    disc = np.zeros((200, 200), np.float32)
    cv2.circle(disc, (100, 100), 50, 0.9, -1)
    once, often = (score_selection(disc, [point(100, 100)] * count, sizes=0.5)[0] for count in (1, 9))
    assert once == often
    other = score_selection(disc, [point(100, 100), point(90, 90)], sizes=0.5)[0]
    assert other > once


def draw_people(*lefts: int, height: int = 300) -> Floats:
    mask = np.zeros((1000, 2000), np.float32)
    for left in lefts:
        mask[500 : 500 + height, left : left + 100] = 1
    return mask


def test_a_few_things_far_apart_are_each_looked_at_again() -> None:
    size = Size(2000, 1000)
    crops = choose_crops(draw_people(100, 1800), size)
    assert len(crops) == 2
    assert all(crop.area < 0.05 * size.area for crop in crops)
    assert [any(crop.left < left < crop.right for crop in crops) for left in (150, 1850)] == [True, True]


def test_things_beside_each_other_are_looked_at_once() -> None:
    (crop,) = choose_crops(draw_people(300, 420), Size(2000, 1000))
    assert crop.left < 300
    assert crop.right > 520


def test_a_crowd_is_not_looked_at_one_by_one() -> None:
    assert choose_crops(draw_people(0, 400, 800, 1200, 1600), Size(2000, 1000)) == []


def test_what_is_next_to_nothing_beside_the_subject_is_not_looked_at() -> None:
    mask = draw_people(100)
    mask[900:903, 1900:1903] = 1
    (crop,) = choose_crops(mask, Size(2000, 1000))
    assert crop.right < 300


@pytest.fixture(scope="module")
def person() -> tuple[Bytes, Floats]:
    """A photograph (240, 240, 3), and the alpha of the person in it."""
    picture = cv2.resize(read_sample("astronaut"), (240, 240), interpolation=cv2.INTER_AREA)
    return picture.astype(np.uint8), np.array(mattework.cut_out(picture).alpha, np.float32)


def lay(person: tuple[Bytes, Floats], side: int, size: Size, top: int, *lefts: int) -> tuple[Bytes, Floats]:
    """The person without the ground, `side` pixels high, in a cloudy scene; and the alpha (side, side) there."""
    picture, alpha = (cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in person)
    clouds = np.random.default_rng(0).normal(0, 12, (size.height // 16 + 1, size.width // 16 + 1))
    scene = np.array(GROUND) + cv2.resize(clouds, (size.width, size.height))[..., None]
    for left in lefts:
        under = scene[top : top + side, left : left + side]
        under += alpha[..., None] * (picture - under)
    laid: Bytes = np.rint(scene.clip(0, 255)).astype(np.uint8)
    return laid, alpha.astype(np.float32)


def compare(one: Floats, other: Floats) -> float:
    return float(np.minimum(one, other).sum() / np.maximum(one, other).sum())


@pytest.mark.parametrize("side", [120, 160])
def test_two_people_far_apart_are_cut_as_well_as_one(person: tuple[Bytes, Floats], side: int) -> None:
    scene, truth = lay(person, side, Size(2000, 1000), 400, 80, 1680)
    alpha = np.asarray(mattework.cut_out(scene).alpha)
    for left in (80, 1680):
        assert compare(alpha[400 : 400 + side, left : left + side], truth) > 0.97


@pytest.mark.parametrize("sides", [8, 12])
def test_someone_in_a_long_panorama_is_found(person: tuple[Bytes, Floats], sides: int) -> None:
    scene, truth = lay(person, 240, Size(250 * sides, 250), 10, 1100)
    found = mattework.cut_out(scene)
    alpha = np.asarray(found.alpha)
    assert compare(alpha[10:, 1100:1340], truth) > 0.85
    assert alpha[:, :1100].sum() + alpha[:, 1340:].sum() < 0.02 * truth.sum()
    assert (found.report.confidence or 0) > 0.6
