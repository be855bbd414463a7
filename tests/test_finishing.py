"""Finishing in pieces: what is saved is what whole arrays would give, and memory follows the edge."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mattework
from mattework import Cutout, Document, EdgeSettings, Layer, Recipe, Stroke
from mattework.arrays import AnyArray, Floats
from mattework.document import composite, piecewise
from mattework.document.model import ColorMode, Depth, depth_dtype, depth_white
from mattework.document.piecewise import Patchwork, Piecewise
from mattework.edges import apply_edge_settings, lay_edge_settings
from mattework.formats import psd_planes
from mattework.matting import foreground_sweeps
from mattework.matting.foreground import estimate_foreground, lay_foreground
from mattework.matting.spill import lay_without_spill, remove_spill
from mattework.photo import take_photo
from mattework.recipe import RecipeInputs
from mattework.touch import lay_touches, touch_alpha

SOFT = Stroke(kind="background", radius=30.0, points=((60.0, 60.0), (180.0, 90.0)), hardness=0.2)
MEND = Stroke(kind="bridged", radius=40.0, points=((150.0, 150.0),), hardness=0.5)


def draw_alpha(height: int = 220, width: int = 260) -> Floats:
    y, x = np.mgrid[:height, :width]
    away = np.hypot(y - height / 2, x - width / 2)
    alpha = np.clip((80 - away) / 9 + 0.4 * np.sin(x / 2.5), 0, 1)
    return np.asarray(alpha, np.float32)


def draw_document(
    alpha: Floats, depth: Depth = 8, mode: ColorMode = ColorMode.RGB, own_alpha: bool = False
) -> Document:
    rng = np.random.default_rng(4)
    noise = rng.random((*alpha.shape, mode.channels), np.float32)
    front, back = np.float32(0.7), np.linspace(0.1, 0.4, mode.channels, dtype=np.float32)
    values = (front * alpha[..., None] + back * (1 - alpha[..., None])) * (0.8 + 0.2 * noise)
    white = depth_white(depth)
    samples = (values * white).astype(depth_dtype(depth))
    opacity = (np.linspace(0.3, 1, alpha.shape[1]) * white).astype(depth_dtype(depth)) if own_alpha else None
    whole = None if opacity is None else np.ascontiguousarray(np.broadcast_to(opacity, alpha.shape))
    size = mattework.Size(alpha.shape[1], alpha.shape[0])
    return Document(size, mode, depth, (Layer("Photo", size.rect, samples, whole),))


def finish(document: Document, alpha: Any, recipe: Recipe) -> Cutout:
    trimap = np.full(document.size.shape, 128, np.uint8)
    photo = take_photo(document)
    return mattework.finish_cutout(document, photo, alpha, trimap, recipe=recipe, inputs=RecipeInputs())


def encode(document: Document, format: str) -> bytes:
    stream = BytesIO()
    mattework.save_document(document, stream, format=format)
    return stream.getvalue()


@pytest.mark.parametrize("strokes", [(), (SOFT,), (SOFT, MEND)])
@pytest.mark.parametrize(
    "edge", [EdgeSettings(), EdgeSettings(smooth=3, shift=-2.5, feather=4, contrast=0.2)]
)
def test_each_step_laid_on_the_last_is_what_it_is_on_arrays(
    strokes: tuple[Stroke, ...], edge: EdgeSettings
) -> None:
    alpha = draw_alpha()
    colour: Any = take_photo(draw_document(alpha)).colour
    touched = touch_alpha(alpha, strokes)
    np.testing.assert_allclose(np.asarray(lay_touches(alpha, strokes)), touched, atol=2e-6)
    np.testing.assert_array_equal(
        np.asarray(lay_edge_settings(touched, edge)), apply_edge_settings(touched, edge)
    )
    clean = estimate_foreground(colour, touched, amount=0.8)
    laid = lay_foreground(colour, touched, amount=0.8)
    np.testing.assert_array_equal(np.asarray(laid), clean)
    assert not laid.is_plain
    unspilt = remove_spill(clean, touched, key="blue")
    np.testing.assert_array_equal(np.asarray(lay_without_spill(laid, touched, key="blue")), unspilt)
    assert (unspilt != clean).any()


@pytest.mark.parametrize("own_alpha", [False, True])
@pytest.mark.parametrize("edge", [EdgeSettings(), EdgeSettings(shift=2)])
def test_edge_settings_over_a_photo_with_transparency_say_what_they_leave(
    edge: EdgeSettings, own_alpha: bool
) -> None:
    alpha = draw_alpha()
    cutout = finish(draw_document(alpha, own_alpha=own_alpha), alpha, Recipe(edge=edge))
    told = any("soft edge of its own" in note for note in cutout.report.notes)
    assert told == (own_alpha and edge != EdgeSettings())


@pytest.mark.parametrize("key", [None, "green"])
@pytest.mark.parametrize(
    "edge", [EdgeSettings(), EdgeSettings(shift=4), EdgeSettings(shift=24), EdgeSettings(feather=40)]
)
def test_a_grown_or_feathered_edge_shows_nothing_of_the_old_background(
    edge: EdgeSettings, key: str | None
) -> None:
    y, x = np.mgrid[:260, :260]
    away = np.hypot(y - 130, x - 130)
    alpha = np.clip((50 - away) / 4 + 0.5, 0, 1).astype(np.float32)
    rim = np.clip((away - 30) / 20, 0, 1)[..., None] * (
        0.25 if key else 0.0
    )  # the screen's light on the subject
    subject = np.array([0.6, 0.45, 0.4]) + rim * np.array([-0.2, 1.0, -0.2])
    picture = alpha[..., None] * subject + (1 - alpha[..., None]) * np.array([0.05, 0.7, 0.15])
    samples = np.rint(picture * 255).astype(np.uint8)
    size = mattework.Size(260, 260)
    document = Document(size, ColorMode.RGB, 8, (Layer("Photo", size.rect, samples),))
    cutout = finish(document, alpha, Recipe(edge=edge, key=key))
    clean = np.asarray(list(cutout.document.walk_layers())[-1].pixels).astype(int)
    green = clean[..., 1] - clean[..., [0, 2]].max(axis=2)
    shown = np.asarray(cutout.alpha) > 0.02
    assert shown.sum() > (alpha > 0).sum() or edge == EdgeSettings()
    assert green[shown].max() <= (4 if key else 12)


@pytest.mark.parametrize("format", ["psd", "psb", "layered-tiff", "tiff", "png", "webp", "jpeg"])
@pytest.mark.parametrize(
    ("depth", "mode", "own_alpha"),
    [(8, ColorMode.RGB, False), (8, ColorMode.CMYK, True), (16, ColorMode.RGB, True), (32, ColorMode.GRAY, False)],
)  # fmt: skip
def test_files_of_pieces_are_files_of_arrays_byte_for_byte(
    format: str, depth: Depth, mode: ColorMode, own_alpha: bool
) -> None:
    alpha = draw_alpha()
    document = draw_document(alpha, depth, mode, own_alpha)
    cutout = finish(document, alpha, Recipe(edge=EdgeSettings(feather=3), strokes=(SOFT,)))
    clean: Any = list(cutout.layered.walk_layers())[-1].pixels
    assert isinstance(clean, Piecewise), "or this test would compare arrays with arrays"
    arrays = cutout.document
    assert all(isinstance(layer.pixels, np.ndarray) for layer in arrays.walk_layers())
    assert encode(cutout.layered, format) == encode(arrays, format)


def test_a_deeper_file_of_pieces_is_one_of_arrays(tmp_path: Path) -> None:
    import tifffile

    alpha = draw_alpha()
    document = draw_document(alpha)
    for own_alpha in (False, True):
        document = draw_document(alpha, own_alpha=own_alpha)
        cutout = finish(document, alpha, Recipe())
        whole = replace(cutout, layered=cutout.document, alpha_plane=cutout.alpha)
        for name, one in (("pieces.tif", cutout), ("arrays.tif", whole)):
            one.save(tmp_path / name, format="tiff", bits=16, overwrite=True)
        pieces, arrays = (tifffile.imread(tmp_path / name) for name in ("pieces.tif", "arrays.tif"))
        assert pieces.dtype == np.uint16
        np.testing.assert_array_equal(pieces, arrays)


def test_a_plane_in_pieces_is_finished_as_an_array_is() -> None:
    alpha = draw_alpha()
    plane = Patchwork(np.zeros_like(alpha))
    plane[:, :] = alpha
    document = draw_document(alpha, own_alpha=True)
    recipe = Recipe(
        edge=EdgeSettings(shift=2, feather=2), strokes=(SOFT, MEND), background="blur", shadow=mattework.Shadow()
    )  # fmt: skip
    first, second = finish(document, alpha, recipe), finish(document, plane, recipe)
    np.testing.assert_array_equal(first.alpha, second.alpha)
    assert first.recipe == second.recipe
    assert encode(first.layered, "psd") == encode(second.layered, "psd")
    assert first.report.coverage == pytest.approx(float(first.alpha.mean(dtype=np.float64)), abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    composite_band=st.integers(200, 80_000),
    packed_band=st.integers(200, 80_000),
    derived=st.integers(1, 80_000),
    swept=st.integers(1, 80_000),
)
def test_no_height_of_a_band_changes_what_is_written(
    composite_band: int, packed_band: int, derived: int, swept: int
) -> None:
    alpha = draw_alpha()
    document = draw_document(alpha)
    recipe = Recipe(edge=EdgeSettings(feather=3))
    usual = encode(finish(document, alpha, recipe).layered, "psd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composite, "_BAND_PIXELS", composite_band)
        patch.setattr(psd_planes, "_BAND_BYTES", packed_band)
        patch.setattr(piecewise, "_AT_ONCE", derived)
        patch.setattr(foreground_sweeps, "_STRIP_PIXELS", swept)
        assert encode(finish(document, alpha, recipe).layered, "psd") == usual


def test_what_is_finished_takes_memory_for_the_edge_and_not_for_the_picture() -> None:
    alpha = np.zeros((3000, 3000), np.float32)
    alpha[1300:1700, 1300:1700] = draw_alpha(400, 400)
    samples: AnyArray = np.random.default_rng(1).integers(0, 255, (3000, 3000, 3), np.uint8)
    size = mattework.Size(3000, 3000)
    document = Document(size, ColorMode.RGB, 8, (Layer("Photo", size.rect, samples),))
    finish(
        draw_document(draw_alpha()), draw_alpha(), Recipe()
    )  # what is imported is no memory of the picture's
    tracemalloc.start()
    try:
        cutout = finish(document, alpha, Recipe(edge=EdgeSettings(feather=3)))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    kept -= cutout.trimap.nbytes  # of the test's own making
    assert kept < samples.nbytes / 10, "the mask alone would be a third, and clean colours all of it"
