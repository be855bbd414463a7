"""Photographs that are cut out by masks made here."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from make_labelled_photos import cut_by_label
from mattework.arrays import Bytes
from mattework_training.labelled import LABELS


def draw_photo() -> tuple[Bytes, Bytes]:
    """A red disc on gray, (400, 600, 3), and its label at half the size, a few pixels wrong, undecided at one place."""
    photo = np.full((400, 600, 3), 130, np.uint8)
    cv2.circle(photo, (300, 200), 120, (190, 40, 30), -1, cv2.LINE_AA)
    label = np.zeros((200, 300), np.uint8)
    cv2.circle(label, (151, 100), 60, 255, -1)
    label[95:105, 80:100] = 128
    return photo, label


def test_the_outline_is_the_photographs_and_not_the_labels() -> None:
    photo, label = draw_photo()
    trimap, rgba = cut_by_label(photo, label)
    truth = np.zeros(photo.shape[:2], np.uint8)
    cv2.circle(truth, (300, 200), 120, 255, -1)
    decided = trimap != 128
    assert ((trimap == 255) != (truth == 255))[decided].mean() < 0.002
    assert decided.mean() > 0.97
    inside = rgba[..., 3] > 250
    assert np.abs(rgba[inside][:, :3].astype(int) - (190, 40, 30)).max() <= 6


def test_what_is_undecided_stays_unknown() -> None:
    photo, label = draw_photo()
    trimap, _ = cut_by_label(photo, label)
    assert (trimap[192:208, 164:196] == 128).all()


def test_large_photographs_become_small_and_keep_their_shape() -> None:
    photo, label = draw_photo()
    large = cv2.resize(photo, (1500, 1000)).astype(np.uint8)
    trimap, rgba = cut_by_label(large, label)
    assert trimap.shape == (427, 640)
    assert rgba.shape == (427, 640, 4)


def test_a_label_of_another_shape_is_refused() -> None:
    photo, label = draw_photo()
    with pytest.raises(ValueError, match="another shape"):
        cut_by_label(photo, label[:150])


@pytest.mark.parametrize("path", sorted(LABELS.glob("*.png")), ids=lambda path: path.stem)
def test_labels_hold_three_values_and_show_something(path: Path) -> None:
    label = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert label is not None
    assert set(np.unique(label)) <= {0, 128, 255}
    assert 0.005 < (label == 255).mean() < 0.95
    assert max(label.shape) <= 640
