"""When the subject of the photo stands for the answer to a first click, and when not."""

from __future__ import annotations

import numpy as np

from mattework.arrays import Floats
from mattework.segment.first_click import measure_support, take_whole
from segment.bars import FRAME, fill, mark


def never() -> Floats:
    raise AssertionError("half the input size is not asked where nothing hangs on it")


def test_what_was_answered_joins_a_subject_that_is_in_doubt_under_the_mark() -> None:
    subject = fill(10, 50)
    subject[5:45, 40:50] = 0.6
    answer = fill(40, 55, 0.8)

    def take(x: float) -> Floats:
        taken = take_whole(
            subject, mark((x, 50.0)), FRAME, chosen=answer, first=answer, smaller=fill(10, 40), ask_half=never
        )
        assert taken is not None
        return taken[0]

    assert (take(60.0) == subject).all()
    assert (take(90.0) == np.maximum(subject, answer)).all()


def test_a_surer_subject_stands_where_some_answer_is_like_it() -> None:
    subject, part = fill(10, 50), fill(10, 20, 0.8)
    support = measure_support(subject, part, part, fill(10, 40), never)
    assert support is not None
    assert 0.5 < support < 1.0


def test_a_surer_answer_stays() -> None:
    assert measure_support(fill(10, 50, 0.9), fill(10, 20), fill(10, 20), fill(10, 50), never) is None


def test_a_thing_among_others_stays_what_it_is_at_every_size() -> None:
    thing = fill(10, 20, 0.9)
    assert measure_support(fill(10, 80), thing, thing, thing, lambda: thing) is None


def test_what_is_seen_close_up_and_differs_from_size_to_size_is_the_subject() -> None:
    part, other_part = fill(10, 20, 0.8), fill(30, 40, 0.8)
    assert measure_support(fill(5, 80), part, part, part, lambda: other_part) is not None
    small = measure_support(
        fill(5, 35), fill(10, 12, 0.9), fill(10, 12, 0.9), fill(10, 12), lambda: fill(20, 22)
    )
    assert small is None, "it fills too little of the frame"


def test_a_sure_answer_that_is_a_small_part_of_the_subject_is_one_of_several_things() -> None:
    subject, one = fill(5, 80), fill(10, 20, 0.95)
    for smaller in (one, subject):  # though one answer is the subject
        assert measure_support(subject, one, one, smaller, lambda: fill(30, 40, 0.95)) is None
    sticking_out = fill(2, 12, 0.95)
    assert measure_support(subject, sticking_out, sticking_out, subject, never) is not None
    most = fill(10, 60, 0.95)
    assert measure_support(subject, most, most, most, never) is not None
