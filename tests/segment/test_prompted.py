"""Object selection as a person meets it: clicks, boxes and strokes on photographs, through real (tiny) networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.errors import ModelFailed, UsageError
from mattework.geometry import Size
from mattework.models.folders import embedded_folder
from mattework.models.runtime import ModelSession
from mattework.prompt import Prompt, PromptKind
from mattework.segment.prompted import ObjectSelector, open_selector
from mattework.segment.selection import Selection
from segment.prompted_networks import open_maps_network, open_points_network

GROUND, RED, GREEN, BLUE = (90, 90, 90), (230, 30, 30), (30, 200, 40), (40, 60, 230)


def use_own_folders(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTEWORK_CACHE", str(root / "cache"))
    monkeypatch.setenv("MATTEWORK_CONFIG", str(root / "config"))


@pytest.fixture
def maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSession:
    use_own_folders(tmp_path, monkeypatch)
    return open_maps_network(tmp_path / "maps")


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSession:
    use_own_folders(tmp_path, monkeypatch)
    return open_points_network(tmp_path / "points")


def paint_scene(
    *discs: tuple[int, int, int, tuple[int, int, int]], width: int = 600, height: int = 400
) -> Bytes:
    """Discs (x, y, radius, colour) on gray, (H, W, 3) uint8."""
    scene = np.full((height, width, 3), GROUND, np.uint8)
    for x, y, radius, colour in discs:
        cv2.circle(scene, (x, y), radius, colour, -1)
    return scene


def point(x: float, y: float, *, adds: bool = True) -> Prompt:
    return Prompt(kind="point", points=((x, y),), adds=adds)


def gesture(kind: PromptKind, *points: tuple[float, float], adds: bool = True) -> Prompt:
    return Prompt(kind=kind, points=points, adds=adds)


def enlarge(soft_mask: Floats, size: Size) -> Floats:
    return np.asarray(
        cv2.resize(soft_mask, (size.width, size.height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def measure_iou(selection: Selection, scene: Bytes, colours: Sequence[tuple[int, int, int]]) -> float:
    truth = np.any([np.all(scene == colour, axis=2) for colour in colours], axis=0)
    found = enlarge(selection.soft_mask, Size(scene.shape[1], scene.shape[0])) > 0.5
    return float((found & truth).sum() / (found | truth).sum())


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


def test_what_lies_far_from_the_box_is_not_selected_even_by_a_network_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_own_folders(tmp_path, monkeypatch)
    deaf = open_maps_network(tmp_path / "deaf", deaf=True)
    scene = paint_scene((150, 200, 100, RED), (450, 200, 100, RED))

    found = open_selector(scene, session=deaf).select([gesture("box", (335, 90), (565, 310))])

    mask = enlarge(found.soft_mask, Size(600, 400))
    assert mask[200, 450] > 0.9
    assert mask[:, :290].max() == 0


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


@pytest.mark.parametrize("adds", [True, False])
def test_marks_are_heeded_even_by_a_network_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adds: bool
) -> None:
    use_own_folders(tmp_path, monkeypatch)
    deaf = open_maps_network(tmp_path / "deaf", deaf=True)
    scene = paint_scene((300, 200, 150, RED), (60, 60, 20, GREEN), (300, 200, 20, BLUE))
    at = (60.0, 60.0) if adds else (200.0, 200.0)
    selector = open_selector(scene, session=deaf)
    start = point(380, 260)

    found = selector.select([start, point(*at, adds=adds)])

    mask = enlarge(found.soft_mask, Size(600, 400))
    x, y = int(at[0]), int(at[1])
    assert (mask[y, x] > 0.5) == adds
    assert any("was not followed" in reason for reason in found.reasons)
    before = enlarge(selector.select([start]).soft_mask, Size(600, 400))
    changed = np.abs(mask - before) > 0.3
    assert changed.any()
    ys, xs = np.nonzero(changed)
    assert max(np.abs(xs - x).max(), np.abs(ys - y).max()) < 60, "the correction stays near"
    assert (scene[changed] == scene[y, x]).all(axis=1).mean() > 0.8, "and within what looks alike"


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


def test_networks_that_take_points_and_labels_serve_too(points: ModelSession) -> None:
    scene = paint_scene((180, 200, 150, RED), (480, 200, 100, GREEN))
    selector = open_selector(scene, session=points)

    red = selector.select([point(180, 200)])
    box = selector.select([gesture("scribble", (440, 200), (520, 200))])

    assert measure_iou(red, scene, [RED]) > 0.93, (
        "the best of its three answers, on the right place of the canvas"
    )
    assert measure_iou(box, scene, [GREEN]) > 0.93
    assert red.looks == 1


def test_networks_that_take_points_get_their_last_mask_back(points: ModelSession) -> None:
    scene = paint_scene((180, 200, 150, RED), (480, 200, 100, GREEN))
    start = (np.all(scene == GREEN, axis=2)).astype(np.float32)

    found = open_selector(scene, session=points).select([point(180, 200)], previous=start)

    assert measure_iou(found, scene, [RED, GREEN]) > 0.93


def test_a_lasso_reaches_a_network_that_knows_boxes_only_as_an_outline(points: ModelSession) -> None:
    """The tiny network answers with the colour at the box's first corner everywhere: only the lasso bounds it."""
    scene = paint_scene()
    corners = ((300.0, 100.0), (420.0, 200.0), (300.0, 300.0), (180.0, 200.0))

    found = open_selector(scene, session=points).select([gesture("lasso", *corners)])

    mask = enlarge(found.soft_mask, Size(600, 400)) > 0.5
    assert mask[200, 300]
    assert not mask[110, 190]
    assert abs(mask.mean() - 0.5 * 240 * 200 / (600 * 400)) < 0.01


def test_a_record_that_does_not_fit_its_files_is_told(maps: ModelSession) -> None:
    assert maps.spec.prompt is not None
    wrong = replace(maps, spec=replace(maps.spec, prompt=replace(maps.spec.prompt, embeddings={"f2": "f64"})))
    deaf = replace(maps, spec=replace(maps.spec, prompt=replace(maps.spec.prompt, maps="hints")))
    scene = paint_scene()

    with pytest.raises(ModelFailed, match="f64"):
        open_selector(scene, session=wrong)
    with pytest.raises(ModelFailed, match="prompts"):
        open_selector(scene, session=deaf).select([point(5, 5)])


def test_a_selector_wants_a_picture_of_bytes(maps: ModelSession) -> None:
    with pytest.raises(UsageError, match="bytes"):
        ObjectSelector(np.zeros((5, 5), np.uint8), maps)


def test_a_pixel_is_a_picture(maps: ModelSession) -> None:
    found = open_selector(np.full((1, 1, 3), 200, np.uint8), session=maps).select([point(0, 0)])

    assert found.soft_mask.shape == (1, 1)


def test_the_built_in_model_gets_better_with_clicks(shared_data: Path) -> None:
    if not (embedded_folder() / "mattework-prompt-encoder.int8.onnx").is_file():
        pytest.skip("the built-in model is not in this checkout")
    from PIL import Image

    first, third = [], []
    for path in sorted((shared_data / "bench/people/images").iterdir())[::40]:
        photo = np.asarray(Image.open(path).convert("RGB"))
        truth = np.asarray(Image.open(shared_data / f"bench/people/alphas/{path.stem}.png").convert("L"))
        truth = truth > truth.max() / 2
        selector = open_selector(photo, device="cpu")
        clicks: list[Prompt] = []
        for _ in range(3):
            mask = enlarge(selector.select(clicks).soft_mask, Size(photo.shape[1], photo.shape[0])) > 0.5
            clicks.append(_click_worst(mask, truth))
            found = enlarge(selector.select(clicks).soft_mask, Size(photo.shape[1], photo.shape[0])) > 0.5
            iou = float((found & truth).sum() / (found | truth).sum())
            if len(clicks) == 1:
                first.append(iou)
        third.append(iou)

    assert np.mean(first) > 0.6
    assert np.mean(third) > np.mean(first)


def _click_worst(found: AnyArray, truth: AnyArray) -> Prompt:
    depths = [
        cv2.distanceTransform(np.pad(wrong.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        for wrong in (truth & ~found, found & ~truth)
    ]
    adds = depths[0].max() >= depths[1].max()
    y, x = np.unravel_index(int(depths[0 if adds else 1].argmax()), truth.shape)
    return point(float(x) + 0.5, float(y) + 0.5, adds=bool(adds))


def test_later_gestures_say_how_sure_they_are_too(maps: ModelSession) -> None:
    scene = paint_scene((150, 200, 70, RED), (450, 200, 70, RED))
    selector = open_selector(scene, session=maps)

    for gestures in ([point(150, 200)], [point(150, 200), point(450, 200)]):
        assert selector.select(gestures).confidence > 0.8
        fresh = open_selector(scene, session=maps).select(gestures)
        assert fresh.confidence == selector.select(gestures).confidence
