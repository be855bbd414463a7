"""Object selection through networks of every kind: points or maps, deaf ones, wrong records, and the built-in model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mattework.arrays import AnyArray
from mattework.errors import ModelFailed
from mattework.geometry import Size
from mattework.models.folders import embedded_folder
from mattework.models.runtime import ModelSession
from mattework.prompt import Prompt
from mattework.segment.opening import open_selector
from segment.prompted_networks import (
    BLUE,
    GREEN,
    RED,
    enlarge,
    gesture,
    measure_iou,
    open_maps_network,
    open_points_network,
    paint_scene,
    point,
    use_own_folders,
)


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSession:
    use_own_folders(tmp_path, monkeypatch)
    return open_points_network(tmp_path / "points")


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
