from __future__ import annotations

import math

import pytest

from formats.pictures import make_exif, make_srgb_profile
from mattework.document.model import ColorMode, Metadata
from mattework.formats.exif import read_orientation, read_resolution, set_resolution
from mattework.formats.metadata import (
    JPEG_SEGMENT_BYTES,
    RawMetadata,
    fit_into_jpeg,
    settle_dpi,
    settle_metadata,
    with_resolution_in_exif,
)
from mattework.formats.xmp import get_recipe, put_recipe
from mattework.geometry import Size
from mattework.recipe import Recipe, RecipeInputs

SIZE = Size(640, 480)


def test_sound_metadata_pass_without_a_note() -> None:
    raw = RawMetadata(
        make_srgb_profile(),
        b"Exif\0\0" + make_exif(orientation=8),
        put_recipe(None, Recipe(), RecipeInputs()),
    )
    metadata, notes = settle_metadata(raw, ColorMode.RGB, SIZE)
    assert notes == ()
    assert metadata.icc == raw.icc
    assert metadata.exif is not None
    assert metadata.exif.startswith(b"MM")
    assert read_orientation(metadata.exif) == 1
    assert get_recipe(metadata.xmp) == (Recipe(), RecipeInputs())


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (RawMetadata(icc=b"nothing"), "profile"),
        (RawMetadata(icc=make_srgb_profile()[:300]), "profile"),
        (RawMetadata(exif=b"Exif\0\0garbage"), "EXIF"),
        (RawMetadata(xmp=b"<x"), "XMP"),
    ],
)
def test_damaged_parts_are_left_out_with_a_note_each(raw: RawMetadata, word: str) -> None:
    metadata, notes = settle_metadata(raw, ColorMode.RGB, SIZE)
    assert metadata == Metadata()
    (note,) = notes
    assert word in note


@pytest.mark.parametrize("exif", [b"MM\0*\0\0\0\x08\0\0\0\0\0\0", b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"])
def test_exif_that_says_nothing_is_not_called_damaged(exif: bytes) -> None:
    assert settle_metadata(RawMetadata(exif=exif), ColorMode.RGB, SIZE) == (Metadata(), ())


def test_a_profile_of_another_mode_is_ignored() -> None:
    metadata, notes = settle_metadata(RawMetadata(icc=make_srgb_profile()), ColorMode.GRAY, SIZE)
    assert metadata.icc is None
    assert len(notes) == 1


@pytest.mark.parametrize(
    "dpi", [(0, 300), (1, 1), (math.nan, 300), (300, math.inf), (-72, -72), (0.5, 0.5), (1e9, 1e9), None]
)
def test_unbelievable_resolutions_are_none(dpi: tuple[float, float] | None) -> None:
    assert settle_dpi(dpi) is None


def test_resolution_of_exif_is_the_fallback() -> None:
    exif = set_resolution(make_exif(), (200.0, 100.0))
    assert settle_metadata(RawMetadata(exif=exif), ColorMode.RGB, SIZE)[0].dpi == (200.0, 100.0)
    assert settle_metadata(RawMetadata(exif=exif, dpi=(72, 72)), ColorMode.RGB, SIZE)[0].dpi == (72, 72)
    told = with_resolution_in_exif(Metadata(exif=exif, dpi=(300.0, 300.0)))
    assert read_resolution(told.exif) == (300.0, 300.0)
    assert with_resolution_in_exif(Metadata()) == Metadata()


def test_jpeg_loses_a_large_recipe_before_it_loses_all_xmp() -> None:
    large = put_recipe(None, Recipe(), RecipeInputs(soft_mask=bytes(JPEG_SEGMENT_BYTES)))
    fitted, notes = fit_into_jpeg(Metadata(xmp=large))
    assert notes == ()
    assert fitted.xmp is not None
    assert get_recipe(fitted.xmp) is None
    small = put_recipe(None, Recipe(), RecipeInputs())
    assert fit_into_jpeg(Metadata(xmp=small))[0].xmp == small
