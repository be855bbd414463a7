"""Labels that the model gives itself: only where it is plainly right, and honest about the rest."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from mattework.models.runtime import ModelSession
from mattework_training.library import Image
from mattework_training.pseudo_labels import label_photo, measure_iou, open_model, run_grabcut, touch_border


@pytest.fixture(scope="module")
def session() -> ModelSession:
    return open_model()


def draw_shirt_on_floor() -> tuple[Image, Image]:
    """A blue shirt on planks, (320, 240, 3) RGB and its mask of 0 and 255."""
    rng = np.random.default_rng(7)
    floor = np.full((320, 240, 3), (190, 160, 125), np.float32)
    for left in range(0, 240, 40):
        floor[:, left : left + 40] += rng.normal(0, 8)
        floor[:, left : left + 2] -= 40
    mask = np.zeros((320, 240), np.uint8)
    outline = [(85, 60), (155, 60), (215, 120), (185, 145), (160, 125), (160, 270), (80, 270), (80, 125)]
    cv2.fillPoly(mask, [np.array([*outline, (55, 145), (25, 120)], np.int32)], 255, cv2.LINE_AA)
    shade = cv2.GaussianBlur(np.roll(mask, (4, 4), (0, 1)), (0, 0), 5).astype(np.float32)[..., None] / 255
    folds = cv2.GaussianBlur(rng.normal(0, 60, (320, 240)).astype(np.float32), (0, 0), 4)[..., None]
    shirt = np.array((40, 70, 150), np.float32) + folds
    alpha = mask.astype(np.float32)[..., None] / 255
    picture = floor * (1 - 0.4 * shade) * (1 - alpha) + shirt * alpha
    noisy = cv2.GaussianBlur(picture + rng.normal(0, 4, picture.shape), (0, 0), 0.6)
    return np.clip(noisy, 0, 255).astype(np.uint8), np.where(mask > 127, 255, 0).astype(np.uint8)


def test_a_plain_shirt_is_labelled_and_its_outline_is_right(session: ModelSession) -> None:
    image, mask = draw_shirt_on_floor()
    trimap = label_photo(image, session)
    assert trimap is not None
    assert set(np.unique(trimap)) == {0, 128, 255}
    known = trimap != 128
    assert known.mean() > 0.9
    assert ((trimap == 255) == (mask > 0))[known].mean() > 0.98


def test_noise_is_not_labelled(session: ModelSession) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    assert label_photo(noise, session) is None


def test_grabcut_mends_a_mask_that_is_off() -> None:
    image, mask = draw_shirt_on_floor()
    wrong = np.roll(mask, 8, axis=1) > 0
    mended = run_grabcut(image, wrong)
    assert measure_iou(mended, mask > 0) > 0.95
    assert measure_iou(wrong, mask > 0) < 0.9


def test_border_share_counts_every_pixel_once() -> None:
    mask = np.zeros((10, 20), bool)
    assert touch_border(mask) == 0
    mask[0] = True
    assert touch_border(mask) == pytest.approx(20 / 56)
    assert touch_border(np.ones((10, 20), bool)) == 1
