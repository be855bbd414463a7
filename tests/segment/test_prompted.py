"""Object selection as a person meets it: clicks, boxes and strokes on photographs, through a real (tiny) network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mattework.errors import Cancelled, UsageError
from mattework.geometry import Size
from mattework.models.runtime import ModelSession
from mattework.prompt import Prompt
from mattework.segment.opening import open_selector
from mattework.segment.prompted import ObjectSelector
from segment.prompted_networks import (
    BLUE,
    GREEN,
    GROUND,
    RED,
    enlarge,
    gesture,
    measure_iou,
    open_maps_network,
    paint_scene,
    point,
    use_own_folders,
)


def test_a_click_selects_the_thing_under_it(maps: ModelSession) -> None:
    scene = paint_scene((180, 200, 150, RED), (480, 200, 100, GREEN))
    selector = open_selector(scene, session=maps)

    red, green = selector.select([point(180, 200)]), selector.select([point(480, 200)])

    assert measure_iou(red, scene, [RED]) > 0.95
    assert measure_iou(green, scene, [GREEN]) > 0.95
    assert red.confidence > 0.8
    assert red.box is not None
    assert abs(red.box.left - 30) < 8
    assert abs(red.box.right - 330) < 8


def test_prompts_count_in_pixels_of_the_photo_when_a_preview_is_looked_at(maps: ModelSession) -> None:
    preview = paint_scene((180, 200, 150, RED), (480, 200, 100, GREEN))
    selector = open_selector(preview, session=maps, size=Size(6000, 4000))

    found = selector.select([point(4800, 2000)])

    assert measure_iou(found, preview, [GREEN]) > 0.95
    assert found.box is not None
    assert abs(found.box.left - 3800) < 80


def test_gestures_add_up_and_can_be_taken_back(maps: ModelSession) -> None:
    scene = paint_scene((190, 200, 130, RED), (410, 200, 130, (212, 50, 50)))
    selector = open_selector(scene, session=maps)
    both = [point(150, 200)]
    one = [*both, point(440, 200, adds=False)]

    first = selector.select(both)
    second = selector.select(one)
    back = selector.select(both)

    assert measure_iou(first, scene, [RED, (212, 50, 50)]) > 0.9
    assert measure_iou(second, scene, [RED]) > max(0.8, measure_iou(first, scene, [RED]) + 0.2)
    assert np.array_equal(back.soft_mask, first.soft_mask)


def test_one_click_means_one_thing_and_not_its_twin(maps: ModelSession) -> None:
    scene = paint_scene((150, 200, 100, RED), (450, 200, 100, RED))
    selector = open_selector(scene, session=maps)
    left = scene.copy()
    left[:, 300:] = GROUND

    one = selector.select([point(150, 200)])
    two = selector.select([point(150, 200), point(450, 200)])

    assert measure_iou(one, left, [RED]) > 0.93
    assert measure_iou(two, scene, [RED]) > 0.93


def test_the_answer_depends_on_the_gestures_and_not_on_how_they_came(maps: ModelSession) -> None:
    """A recipe applied at once gives what clicking step by step gave."""
    scene = paint_scene((420, 130, 40, RED), (100, 300, 60, GREEN), (300, 200, 25, BLUE))
    gestures = [point(420, 130), point(430, 140), point(300, 200, adds=False), point(100, 300)]
    stepwise = open_selector(scene, session=maps)
    for count in range(1, len(gestures)):
        stepwise.select(gestures[:count])

    at_once = open_selector(scene, session=maps).select(gestures)

    assert np.array_equal(stepwise.select(gestures).soft_mask, at_once.soft_mask)


def test_a_selection_is_cancelled_between_gestures_and_begun_again(maps: ModelSession) -> None:
    scene = paint_scene((180, 200, 150, RED), (480, 200, 100, GREEN))
    selector = open_selector(scene, session=maps)
    gestures = [point(180, 200), point(480, 200), point(20, 20, adds=False)]
    told: list[float] = []

    def stop(step: str, fraction: float) -> None:
        told.append(fraction)
        if len(told) == 2:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        selector.select(gestures, progress=stop)
    again = selector.select(gestures, progress=stop)

    assert told == sorted(told)
    assert np.array_equal(again.soft_mask, open_selector(scene, session=maps).select(gestures).soft_mask)


def test_a_small_thing_is_looked_at_again_and_later_clicks_on_it_stay_there(maps: ModelSession) -> None:
    scene = paint_scene((420, 130, 30, RED))
    cv2.circle(scene, (428, 130), 8, BLUE, -1)
    once = open_selector(scene, session=maps, zoom=False).select([point(408, 130)])
    selector = open_selector(scene, session=maps)

    twice = selector.select([point(408, 130)])
    corrected = selector.select([point(408, 130), point(428, 130)])

    assert (once.looks, twice.looks, corrected.looks) == (1, 2, 2)
    assert twice.soft_mask.shape[0] > 3 * once.soft_mask.shape[0]
    assert measure_iou(twice, scene, [RED]) > max(0.93, measure_iou(once, scene, [RED]))
    assert corrected.soft_mask.shape == twice.soft_mask.shape
    assert abs(twice.soft_mask.shape[1] / twice.soft_mask.shape[0] - 1.5) < 0.01


def test_a_click_far_from_a_small_thing_goes_back_to_the_frame(maps: ModelSession) -> None:
    scene = paint_scene((520, 60, 30, RED), (80, 340, 30, RED))
    selector = open_selector(scene, session=maps)
    near = selector.select([point(520, 60)])
    assert near.box is not None

    far = selector.select([point(520, 60), point(80, 340)])

    assert measure_iou(far, scene, [RED]) > 0.7
    assert far.box is not None
    assert far.box.left < 60
    assert far.box.right > 540


def test_a_thing_of_a_few_pixels_can_be_selected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that it would not count as a subject that was found automatically."""
    use_own_folders(tmp_path, monkeypatch)
    scene = paint_scene((1500, 700, 14, RED), width=2000, height=1000)

    found = open_selector(scene, session=open_maps_network(tmp_path, side=512)).select([point(1500, 700)])

    assert found.looks == 2
    assert measure_iou(found, scene, [RED]) > 0.9


def test_a_box_selects_the_thing_in_it(maps: ModelSession) -> None:
    scene = paint_scene((150, 200, 100, RED), (450, 200, 100, RED))

    found = open_selector(scene, session=maps).select([gesture("box", (330, 310), (570, 90))])

    truth = scene.copy()
    truth[:, :300] = GROUND
    assert measure_iou(found, truth, [RED]) > 0.95


def test_boxes_add_things_and_take_them_away(maps: ModelSession) -> None:
    scene = paint_scene((150, 200, 100, RED), (450, 200, 100, RED))
    selector = open_selector(scene, session=maps)
    left, right = gesture("box", (40, 90), (260, 310)), gesture("box", (340, 90), (560, 310))

    assert measure_iou(selector.select([left, right]), scene, [RED]) > 0.93
    one = selector.select([left, right, replace(left, adds=False)])

    truth = scene.copy()
    truth[:, :300] = GROUND
    assert measure_iou(one, truth, [RED]) > 0.93


def test_a_region_without_a_thing_of_its_own_is_taken_as_drawn_and_said_so(maps: ModelSession) -> None:
    scene = paint_scene((300, 200, 150, GREEN))
    selector = open_selector(scene, session=maps)

    found = selector.select([point(300, 200), gesture("box", (300, 0), (600, 400), adds=False)])

    assert any("all of it was taken" in reason for reason in found.reasons)
    mask = enlarge(found.soft_mask, Size(600, 400))
    assert mask[200, 250] > 0.5
    assert mask[200, 350] < 0.5


def test_a_lasso_and_a_scribble_work_like_box_and_click(maps: ModelSession) -> None:
    scene = paint_scene((150, 200, 100, RED), (450, 200, 100, RED))
    selector = open_selector(scene, session=maps)
    truth = scene.copy()
    truth[:, :300] = GROUND

    lasso = selector.select([gesture("lasso", (320, 80), (580, 80), (590, 320), (310, 330))])
    scribble = selector.select([gesture("scribble", (100, 200), (150, 240), (200, 180))])

    assert measure_iou(lasso, truth, [RED]) > 0.93
    assert measure_iou(scribble, truth[:, ::-1], [RED]) > 0.93


def test_a_mask_to_begin_from_is_corrected_by_clicks(maps: ModelSession) -> None:
    """The subject that was found automatically, with one click that takes a thing away."""
    scene = paint_scene((150, 200, 100, RED), (450, 200, 100, GREEN))
    start = np.zeros((40, 60), np.float32)
    start[8:32, 3:57] = 1.0
    selector = open_selector(scene, session=maps)

    untouched = selector.select([], previous=start)
    corrected = selector.select([point(150, 200), point(450, 200, adds=False)], previous=start)

    assert untouched.box is not None
    assert abs(untouched.box.left - 30) < 10
    assert measure_iou(corrected, scene, [RED]) > 0.9
    assert selector.select([]).box is None, "the mask to begin from is not remembered"


def test_nothing_but_what_does_not_belong_selects_nothing_and_says_so(maps: ModelSession) -> None:
    scene = paint_scene((300, 200, 150, RED))
    selector = open_selector(scene, session=maps)

    nothing = selector.select([point(300, 200, adds=False)])
    found = selector.select([point(20, 20, adds=False), point(300, 200)])

    assert nothing.box is None
    assert not nothing.soft_mask.any()
    assert nothing.reasons == ("nothing was pointed at yet",)
    assert measure_iou(found, scene, [RED]) > 0.95


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        (point(700, 20), "outside the photo, which is 600 x 400"),
        (point(20, -1), "outside"),
        (gesture("box", (700, 10), (800, 20)), "outside"),
        (gesture("box", (7, 10)), "at least 2"),
        (gesture("lasso", (7, 10), (9, 10)), "at least 3"),
        (point(float("nan"), 1), "no number"),
    ],
)
def test_prompts_that_mean_nothing_are_refused(maps: ModelSession, prompt: Prompt, says: str) -> None:
    selector = open_selector(paint_scene(), session=maps)

    with pytest.raises(UsageError, match=says):
        selector.select([prompt])


def test_a_box_drawn_past_the_border_is_drawn_in(maps: ModelSession) -> None:
    scene = paint_scene((560, 200, 100, RED))
    selector = open_selector(scene, session=maps)

    past = selector.select([gesture("box", (430, -50), (9000, 900))])

    assert np.array_equal(past.soft_mask, selector.select([gesture("box", (430, 0), (600, 400))]).soft_mask)
    assert measure_iou(past, scene, [RED]) > 0.95


def test_a_selector_wants_a_picture_of_bytes(maps: ModelSession) -> None:
    with pytest.raises(UsageError, match="bytes"):
        ObjectSelector(np.zeros((5, 5), np.uint8), maps)


def test_a_pixel_is_a_picture(maps: ModelSession) -> None:
    found = open_selector(np.full((1, 1, 3), 200, np.uint8), session=maps).select([point(0, 0)])

    assert found.soft_mask.shape == (1, 1)


def test_later_gestures_say_how_sure_they_are_too(maps: ModelSession) -> None:
    scene = paint_scene((150, 200, 70, RED), (450, 200, 70, RED))
    selector = open_selector(scene, session=maps)

    for gestures in ([point(150, 200)], [point(150, 200), point(450, 200)]):
        assert selector.select(gestures).confidence > 0.8
        fresh = open_selector(scene, session=maps).select(gestures)
        assert fresh.confidence == selector.select(gestures).confidence
