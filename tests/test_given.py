"""Masks and trimaps as arrays: what cannot mean what it says is refused, not guessed."""

from __future__ import annotations

import numpy as np
import pytest

from mattework.arrays import AnyArray
from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.given import take_mask, take_trimap, tell_about_scaling
from samples import draw_disc


@pytest.mark.parametrize("scale", [np.uint8, np.uint16, np.float32, np.float64])
def test_every_usual_kind_of_mask_means_the_same(scale: type[np.generic]) -> None:
    truth = draw_disc()[1]
    top = {np.uint8: 255, np.uint16: 65535}.get(scale, 1)
    mask, png = take_mask((truth * top).astype(scale))
    assert np.abs(mask - truth).max() < 1 / 200
    assert (take_mask(png)[0] == mask).all(), "what travels is what was used"


@pytest.mark.parametrize(
    "mask",
    [
        np.full((4, 4), 255, np.int64),
        np.full((4, 4), 255, np.float32),
        np.full((4, 4), -1, np.float32),
        np.zeros((4, 4, 3), np.uint8),
        np.zeros((0, 4), np.uint8),
    ],
)
def test_masks_of_another_range_or_shape_are_refused(mask: AnyArray) -> None:
    with pytest.raises(UsageError):
        take_mask(mask)


def test_a_trimap_of_fractions_is_refused_rather_than_taken_for_all_unknown() -> None:
    with pytest.raises(UsageError, match="uint8"):
        take_trimap(np.full((4, 4), 0.5, np.float32), Size(4, 4))


def test_a_trimap_of_another_size_is_refused() -> None:
    with pytest.raises(UsageError, match="4 x 6"):
        take_trimap(np.zeros((6, 4), np.uint8), Size(4, 4))


@pytest.mark.parametrize(
    ("shape", "says"),
    [((640, 853), ()), ((240, 320), ("scaled",)), ((320, 320), ("scaled", "other proportions"))],
)
def test_a_mask_of_another_size_is_told(shape: tuple[int, int], says: tuple[str, ...]) -> None:
    notes = tell_about_scaling(np.zeros(shape, np.float32), Size(853, 640))
    assert len(notes) == bool(says)
    assert all(word in notes[0] for word in says)
    assert ("proportions" in "".join(notes)) == ("other proportions" in says)
