"""The simulated person: gestures stay where a person would make them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework_training.gestures import (
    NEGATIVE,
    POSITIVE,
    PREVIOUS,
    REGION,
    click_inside,
    click_worst_error,
    draw_box,
    draw_first_gesture,
    draw_lasso,
    draw_scribble,
)

HEIGHT, WIDTH = 48, 64


def draw_disc(x: int, y: int, radius: int) -> np.ndarray:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.asarray((rows - y) ** 2 + (columns - x) ** 2 <= radius**2, np.float32)


def no_prompts() -> np.ndarray:
    return np.zeros((4, HEIGHT, WIDTH), np.float32)


EVERYWHERE = np.ones((HEIGHT, WIDTH), bool)


def test_the_first_click_lands_in_the_middle_of_the_thing() -> None:
    prompts = no_prompts()
    click_inside(prompts, draw_disc(40, 20, 12), None)
    rows, columns = np.nonzero(prompts[POSITIVE])
    assert (columns.mean(), rows.mean()) == pytest.approx((40, 20), abs=1)
    assert not prompts[NEGATIVE].any()


def test_the_next_click_says_what_is_missing_or_too_much() -> None:
    wanted = draw_disc(20, 24, 10)
    prompts = no_prompts()
    assert click_worst_error(prompts, np.zeros_like(wanted), wanted, EVERYWHERE, None)
    assert prompts[POSITIVE, 24, 20] == 1

    prompts = no_prompts()
    assert click_worst_error(prompts, wanted + draw_disc(50, 24, 10), wanted, EVERYWHERE, None)
    assert prompts[NEGATIVE, 24, 50] == 1
    assert not prompts[POSITIVE].any()


def test_a_right_answer_gets_no_further_click() -> None:
    wanted = draw_disc(20, 24, 10)
    assert not click_worst_error(no_prompts(), wanted, wanted, EVERYWHERE, None)


def test_errors_where_nothing_is_labelled_are_not_clicked() -> None:
    wanted = draw_disc(20, 24, 10)
    labelled = EVERYWHERE.copy()
    labelled[:, 35:] = False
    assert not click_worst_error(no_prompts(), wanted + draw_disc(50, 24, 8), wanted, labelled, None)


def test_a_later_click_takes_back_an_earlier_one_under_it() -> None:
    wanted = draw_disc(20, 24, 10)
    prompts = no_prompts()
    prompts[NEGATIVE, 20:29, 16:25] = 1
    click_inside(prompts, wanted, None)
    assert prompts[POSITIVE, 24, 20] == 1
    assert prompts[NEGATIVE, 24, 20] == 0


@given(
    x=st.integers(0, WIDTH - 1), y=st.integers(0, HEIGHT - 1), r=st.integers(2, 30), seed=st.integers(0, 99)
)
def test_loose_gestures_hold_nearly_all_of_the_thing(x: int, y: int, r: int, seed: int) -> None:
    wanted = draw_disc(x, y, r)
    rng = np.random.default_rng(seed)
    box, lasso, scribble = no_prompts(), no_prompts(), no_prompts()
    draw_box(box, wanted, rng)
    draw_lasso(lasso, wanted, rng)
    draw_scribble(scribble, wanted, rng)
    inside = wanted > 0.5
    assert box[REGION][inside].mean() > 0.7
    assert lasso[REGION][inside].mean() > 0.7
    assert not scribble[POSITIVE][~inside].any()
    assert scribble[POSITIVE].any()


@given(seed=st.integers(0, 200))
def test_every_first_gesture_says_something(seed: int) -> None:
    wanted = draw_disc(30, 22, 14)
    prompts = draw_first_gesture(wanted, EVERYWHERE, np.random.default_rng(seed))
    assert prompts.dtype == np.float32
    assert prompts.min() >= 0
    assert prompts.max() <= 1
    assert prompts[POSITIVE].any() or prompts[REGION].any() or prompts[PREVIOUS].any()
