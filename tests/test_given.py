"""Masks and trimaps as arrays: what cannot mean what it says is refused, not guessed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mattework
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
    swapped = (truth * top).astype(scale)
    assert (take_mask(swapped.astype(swapped.dtype.newbyteorder()))[0] == mask).all()


@pytest.mark.parametrize(
    "mask",
    [
        np.full((4, 4), 255, np.int64),
        np.full((4, 4), 255, np.float32),
        np.full((4, 4), -1, np.float32),
        np.eye(4, dtype=np.uint8),
        np.eye(4, dtype=np.uint16),
        np.zeros((4, 4, 3), np.uint8),
        np.zeros((0, 4), np.uint8),
    ],
)
def test_masks_of_another_range_or_shape_are_refused(mask: AnyArray) -> None:
    with pytest.raises(UsageError):
        take_mask(mask)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_mask_with_values_that_are_no_numbers_is_refused(value: float) -> None:
    mask = np.ones((4, 4), np.float32)
    mask[1, 2] = value
    with pytest.raises(UsageError, match="NaN or infinite"):
        take_mask(mask)


def test_a_trimap_of_fractions_is_refused_rather_than_taken_for_all_unknown() -> None:
    with pytest.raises(UsageError, match="uint8"):
        take_trimap(np.full((4, 4), 0.5, np.float32), Size(4, 4))


def test_a_file_of_labels_is_refused_rather_than_taken_for_nothing() -> None:
    stream = BytesIO()
    Image.fromarray(np.eye(4, dtype=np.uint8)).save(stream, "PNG")
    with pytest.raises(UsageError, match="Multiply it by 255"):
        take_mask(stream.getvalue())
    with pytest.raises(UsageError, match="Multiply it by 128"):
        take_trimap(np.eye(4, dtype=np.uint8) * 2, Size(4, 4))


def test_a_trimap_of_another_size_is_refused() -> None:
    with pytest.raises(UsageError, match="4 x 6"):
        take_trimap(np.zeros((6, 4), np.uint8), Size(4, 4))
    for shape in ((), (5,), (4, 4, 1)):
        with pytest.raises(UsageError, match="H, W"):
            take_trimap(np.zeros(shape, np.uint8), Size(4, 4))


@pytest.mark.parametrize(
    ("shape", "says"),
    [((640, 853), ()), ((240, 320), ("scaled",)), ((320, 320), ("scaled", "other proportions"))],
)
def test_a_mask_of_another_size_is_told(shape: tuple[int, int], says: tuple[str, ...]) -> None:
    notes = tell_about_scaling(np.zeros(shape, np.float32), Size(853, 640))
    assert len(notes) == bool(says)
    assert all(word in notes[0] for word in says)
    assert ("proportions" in "".join(notes)) == ("other proportions" in says)


def test_a_trimap_belongs_to_the_photo_as_it_is_seen(tmp_path: Path) -> None:
    picture, truth = draw_disc()
    trimap = np.where(truth > 0.9, 255, np.where(truth < 0.1, 0, 128)).astype(np.uint8)
    turned = Image.Exif()
    turned[0x112] = 6  # to be turned a quarter to the right when it is shown
    photo, lying = tmp_path / "photo.jpg", tmp_path / "lying.png"
    Image.fromarray(np.rot90(picture)).save(photo, exif=turned, quality=100, subsampling=0)
    Image.fromarray(np.rot90(trimap)).save(lying)
    Image.fromarray(np.rot90(trimap)).save(tmp_path / "lying.jpg", exif=turned, quality=100)
    upright = mattework.cut_out(photo, trimap=trimap)
    assert upright.alpha.shape == (80, 96)
    as_camera = mattework.cut_out(photo, trimap=tmp_path / "lying.jpg")
    assert np.abs(as_camera.alpha - upright.alpha).mean() < 0.02
    with pytest.raises(
        UsageError, match=r"lying\.png has 80 x 96 pixels and the photo 96 x 80.*turn the trimap"
    ):
        mattework.cut_out(photo, trimap=lying)
