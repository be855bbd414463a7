"""How sure a selection says it is."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from mattework.arrays import Floats
from mattework.prompt import Prompt
from mattework.segment.selection_score import score_selection

CLICK = Prompt(kind="point", points=((150.0, 100.0),))
BOX = Prompt(kind="box", points=((80.0, 30.0), (220.0, 170.0)))
PART_OR_WHOLE = "one click may mean the part or the whole; another one or a box says which"


def draw_disc(radius: int = 60, blur: float = 0.7) -> Floats:
    mask = np.zeros((200, 300), np.float32)
    cv2.circle(mask, (150, 100), radius, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur), np.float32)


def test_a_firm_object_that_looks_the_same_at_both_sizes_is_trusted() -> None:
    score, reasons = score_selection(draw_disc(), [CLICK], sizes=0.99)

    assert score > 0.9
    assert reasons == ()


def test_the_more_the_sizes_differ_the_less_is_expected() -> None:
    scores = [score_selection(draw_disc(), [CLICK], sizes=sizes)[0] for sizes in (1.0, 0.8, 0.5, 0.1)]

    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0.6


def test_one_click_that_is_read_in_two_ways_says_what_to_do() -> None:
    assert PART_OR_WHOLE in score_selection(draw_disc(), [CLICK], sizes=0.4)[1]
    for gestures in ([BOX], [CLICK, CLICK], [CLICK, replace(CLICK, adds=False)]):
        reasons = score_selection(draw_disc(), gestures, sizes=0.4)[1]
        assert PART_OR_WHOLE not in reasons
        assert "seen at another size, the object looks different" in reasons


def test_an_object_is_judged_by_itself_however_small_it_is() -> None:
    small, large = (score_selection(draw_disc(radius), [CLICK], sizes=0.9)[0] for radius in (12, 80))

    assert abs(small - large) < 0.1


def test_where_one_size_is_all_there_is_the_probabilities_and_looks_decide() -> None:
    soft = score_selection(draw_disc(blur=12), [CLICK])
    agreed, contested = (score_selection(draw_disc(), [CLICK], looks=looks) for looks in (1.0, 0.3))

    assert soft[0] < agreed[0] - 0.1
    assert contested[0] < agreed[0] - 0.3
    assert "two looks at the object disagree" in contested[1]
