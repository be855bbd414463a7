from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from formats.pictures import make_exif, make_samples, only_layer
from mattework.document.model import ColorMode
from mattework.formats.exif import set_resolution
from mattework.formats.metadata import RawMetadata
from mattework.formats.raster import Picture, apply_orientation, build_document, replace_bad_floats
from mattework.geometry import Size

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@pytest.mark.parametrize("orientation", range(10))
def test_orientations_are_those_of_exif(orientation: int) -> None:
    pixels = make_samples(8, 5, 7, 3)
    turned = apply_orientation(pixels, orientation)
    method = TRANSPOSITIONS.get(orientation)
    image = Image.fromarray(pixels)
    expected = np.asarray(image if method is None else image.transpose(method))
    np.testing.assert_array_equal(turned, expected)
    assert turned.flags.c_contiguous


def test_alpha_and_resolution_turn_along() -> None:
    picture = Picture(
        colour=make_samples(16, 4, 6),
        alpha=make_samples(16, 4, 6, seed=1),
        mode=ColorMode.GRAY,
        metadata=RawMetadata(exif=make_exif(orientation=6), dpi=(300.0, 150.0)),
        notes=("a note",),
    )
    document = build_document(picture)
    layer = only_layer(document)
    assert document.size == Size(4, 6)
    assert document.metadata.dpi == (150.0, 300.0)
    assert document.notes == ("a note",)
    assert layer.alpha is not None
    assert picture.alpha is not None
    np.testing.assert_array_equal(layer.alpha, np.rot90(picture.alpha, -1))
    np.testing.assert_array_equal(layer.pixels[..., 0], np.rot90(picture.colour, -1))


def test_a_container_that_turned_the_pixels_is_believed() -> None:
    picture = Picture(
        colour=make_samples(8, 4, 6, 3),
        mode=ColorMode.RGB,
        orientation=1,
        metadata=RawMetadata(exif=make_exif(orientation=6)),
    )
    assert build_document(picture).size == Size(6, 4)


def test_bad_floats_are_counted_by_pixel() -> None:
    pixels = np.ones((600, 3, 2), np.float32)
    pixels[0, 0] = np.nan
    pixels[599, 2, 1] = -np.inf
    cleaned, count = replace_bad_floats(pixels)
    assert count == 2
    assert cleaned[0, 0].tolist() == [0, 0]
    assert cleaned[599, 2].tolist() == [1, 0]
    whole = make_samples(8, 3, 3)
    assert replace_bad_floats(whole) == (whole, 0)


def test_a_resolution_that_only_exif_tells_is_turned_with_the_picture() -> None:
    exif = set_resolution(make_exif(orientation=6), (300.0, 150.0))
    picture = Picture(
        colour=np.zeros((4, 6, 3), np.uint8), mode=ColorMode.RGB, metadata=RawMetadata(exif=exif)
    )
    assert build_document(picture).metadata.dpi == (150.0, 300.0)
