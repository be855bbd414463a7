from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import tifffile

from formats.pictures import (
    make_document,
    make_samples,
    make_srgb_profile,
    only_layer,
    reread,
    save_to_bytes,
)
from mattework.document.model import ColorMode, Depth, Document, Layer, Mask, Metadata, depth_white
from mattework.errors import UsageError
from mattework.formats.files import open_document
from mattework.formats.flat import make_colour_layer
from mattework.formats.straight import paper_white
from mattework.geometry import Size

SIZE = Size(80, 60)


def make_cutout(depth: Depth = 8) -> Document:
    """A photo with a disc as its layer mask."""
    y, x = np.mgrid[0 : SIZE.height, 0 : SIZE.width]
    inside = np.clip(15.5 - np.hypot(x - 40, y - 30), 0, 1)
    white = {8: 255, 16: 65535, 32: 1}[depth]
    dtype = make_samples(depth, 1).dtype
    mask = Mask(SIZE.rect, (inside * white).astype(dtype))
    return Document(
        SIZE, ColorMode.RGB, depth, (Layer("Cut-out", SIZE.rect, make_samples(depth, 60, 80, 3), mask=mask),)
    )


@pytest.mark.parametrize("format", ["png", "tiff"])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_cut_out_keeps_its_colours_and_loses_its_background(format: str, depth: Depth) -> None:
    document = make_cutout(depth)
    source = only_layer(document)
    layer = only_layer(reread(document, format))
    assert source.mask is not None
    assert layer.alpha is not None
    np.testing.assert_array_equal(layer.alpha, source.mask.pixels)
    shown = layer.alpha > 0
    np.testing.assert_allclose(layer.pixels[shown].astype(int), source.pixels[shown].astype(int), atol=1)
    assert int(layer.pixels[:5, :15].min()) == depth_white(depth), "no background is left under alpha 0"
    hidden_beside = layer.pixels[30, 40 + 17]
    assert (hidden_beside == layer.pixels[30, 40 + 15]).all(), "the subject's colour goes on a little"


@pytest.mark.parametrize(("format", "options"), [("png", {"bits": 8}), ("webp", {"quality": 100})])
@pytest.mark.parametrize(("depth", "faint"), [(16, 128), (32, 0.0019)])
def test_what_rounds_to_nothing_leaves_no_colour(
    format: str, options: dict[str, int], depth: Depth, faint: float
) -> None:
    """The old background at an opacity that 8 bits do not know."""
    document = make_cutout(depth)
    layer = only_layer(document)
    assert layer.mask is not None
    layer.pixels[:] = np.array([0, depth_white(depth), 0])
    layer.mask.pixels[:] = np.maximum(layer.mask.pixels, layer.mask.pixels.dtype.type(faint))
    flat = only_layer(reread(document, format, **options))
    assert flat.alpha is not None
    hidden = flat.alpha == 0
    assert hidden[:5, :15].all()
    assert (flat.pixels[:5, :15] == 255).all()


def test_scaling_our_png_draws_in_no_fringe() -> None:
    """A red subject on green: halved with straight alpha, as programs do, no green and no dark may come in."""
    document = make_cutout()
    layer = only_layer(document)
    assert layer.mask is not None
    layer.pixels[:] = np.where(layer.mask.pixels[..., None] > 0, [250, 0, 0], [0, 250, 0])
    flat = only_layer(reread(document, "png"))
    halves = flat.pixels.astype(float).reshape(30, 2, 40, 2, 3).mean((1, 3))
    assert flat.alpha is not None
    touched = flat.alpha.reshape(30, 2, 40, 2).max((1, 3)) > 0
    assert (halves[touched] == [250, 0, 0]).all()


@pytest.mark.parametrize("mode", [ColorMode.CMYK, ColorMode.LAB])
@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_other_modes_become_srgb_with_a_note(mode: ColorMode, format: str) -> None:
    data, notes = save_to_bytes(make_document(mode=mode, alpha=True, depth=16), format)
    assert any("sRGB" in note and mode.value in note.lower() for note in notes)
    assert any("no colour profile" in note for note in notes) == (mode is ColorMode.CMYK)
    back = open_document(data)
    assert (back.mode, back.depth, back.metadata.icc) == (ColorMode.RGB, 8, None)
    assert only_layer(back).alpha is not None


@pytest.mark.parametrize("have", [8, 16, 32])
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_neutral_lab_stays_neutral_at_other_bits(have: Depth, bits: Depth) -> None:
    """As the file itself has it: a and b of 0."""
    document = make_document(mode=ColorMode.LAB, depth=have, alpha=True)
    only_layer(document).pixels[..., 1:] = paper_white(ColorMode.LAB, have)[1:]
    stored = tifffile.imread(BytesIO(save_to_bytes(document, "tiff", bits=bits)[0]))
    assert stored.shape[-1] == 4
    assert (stored[..., 1:3] == 0).all()


def test_float_is_clipped_with_a_note() -> None:
    document = make_document(depth=32)
    assert not any("clipped" in note for note in save_to_bytes(document, "png")[1])
    only_layer(document).pixels[0, 0] = [2.0, -1.0, 0.5]
    data, notes = save_to_bytes(document, "png")
    assert any("clipped" in note for note in notes)
    assert only_layer(open_document(data)).pixels[0, 0].tolist() == [65535, 0, 32768]
    kept, notes = save_to_bytes(document, "tiff")
    assert notes == ()
    assert only_layer(open_document(kept)).pixels[0, 0].tolist() == [2.0, -1.0, 0.5]


@pytest.mark.parametrize("format", ["png", "tiff", "webp", "jpeg"])
def test_a_background_makes_it_opaque(format: str) -> None:
    quality = 100 if format in ("webp", "jpeg") else None
    layer = only_layer(reread(make_cutout(), format, background=(1.0, 0.0, 1.0), quality=quality))
    assert layer.alpha is None
    assert np.abs(layer.pixels[2, 2].astype(int) - [255, 0, 255]).max() <= 3


@pytest.mark.parametrize("format", ["png", "psd"])
@pytest.mark.parametrize("background", [(244, 244, 244), (-0.1, 0, 0), (float("nan"), 0, 0), (1, 1), "white"])
def test_a_background_that_is_no_colour_of_0_to_1_is_refused(format: str, background: object) -> None:
    with pytest.raises(UsageError, match="of 0 to 1"):
        save_to_bytes(make_cutout(), format, background=background)


@pytest.mark.parametrize("mode", list(ColorMode))
@pytest.mark.parametrize("depth", [8, 16, 32])
def test_a_background_layer_in_every_mode(mode: ColorMode, depth: Depth) -> None:
    document = make_document(mode=mode, depth=depth)
    layer = make_colour_layer(document, (1.0, 1.0, 1.0))
    white = depth_white(depth)
    middle = {8: 128, 16: 32768, 32: 0.5}[depth]
    expected: dict[ColorMode, list[float]] = {
        ColorMode.GRAY: [white],
        ColorMode.RGB: [white] * 3,
        ColorMode.CMYK: [0] * 4,
        ColorMode.LAB: [white, middle, middle],
    }
    np.testing.assert_allclose(layer.pixels[0, 0], expected[mode], atol=1e-3 * white)
    assert layer.rect == document.size.rect


def test_a_profile_stays_where_samples_stay_and_goes_where_they_are_converted() -> None:
    metadata = Metadata(icc=make_srgb_profile())
    assert reread(make_document(metadata=metadata), "png").metadata.icc == metadata.icc
    from PIL import ImageCms

    lab = Metadata(icc=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    assert reread(make_document(mode=ColorMode.LAB, metadata=lab), "png").metadata.icc is None
    assert reread(make_document(mode=ColorMode.LAB, metadata=lab), "tiff").metadata.icc == lab.icc


def test_all_transparent_is_written_and_read() -> None:
    document = make_document(alpha=True)
    alpha = only_layer(document).alpha
    assert alpha is not None
    alpha[:] = 0
    for format in ("png", "tiff", "webp", "avif"):
        layer = only_layer(reread(document, format))
        assert layer.alpha is not None
        assert not layer.alpha.any()
