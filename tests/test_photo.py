"""Pictures as library users hand them over: arrays and PIL images of every kind."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from mattework.document.model import ColorMode, Document, Group, Layer, Mask
from mattework.errors import UsageError
from mattework.formats.files import save_document
from mattework.geometry import Size
from mattework.photo import convert_for_matting, make_network_view, make_preview, open_source, take_photo
from mattework.pipeline import cut_out
from samples import draw_disc


def test_a_float_picture_of_0_to_255_is_not_taken_for_a_white_one() -> None:
    picture, _ = draw_disc()
    with pytest.raises(UsageError, match="255"):
        open_source(picture.astype(np.float64))


@pytest.mark.parametrize("source", [None, [1, 2], 7])
def test_what_is_no_picture_is_refused_in_words(source: object) -> None:
    with pytest.raises(UsageError, match=type(source).__name__):
        open_source(source)  # type: ignore[arg-type]


def test_samples_in_the_byte_order_of_another_machine_are_the_same_picture() -> None:
    picture = draw_disc()[0].astype(np.uint16) * 257
    (layer,) = open_source(picture.astype(picture.dtype.newbyteorder())).walk_layers()
    assert layer.pixels.dtype == np.uint16
    assert np.array_equal(layer.pixels, picture)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["pixels", "alpha", "mask"])
def test_a_document_made_of_what_is_no_number_is_neither_cut_nor_saved(
    bad: float, where: str, tmp_path: Path
) -> None:
    rgb, alpha = draw_disc(32, 24)
    rect = Size(32, 24).rect
    samples = {
        "pixels": (rgb / np.float32(255)).astype(np.float32),
        "alpha": alpha.copy(),
        "mask": alpha.copy(),
    }
    samples[where][3, 4] = bad
    mask = Mask(rect, samples["mask"])
    layer = Layer("sun", rect, samples["pixels"], samples["alpha"], mask)
    document = Document(rect.size, ColorMode.RGB, 32, (Group("sky", (layer,)),))

    with pytest.raises(UsageError, match="“sun” holds NaN or infinite values"):
        cut_out(document, from_mask=alpha)
    for name in ("bad.psd", "bad.tif", "bad.png"):
        with pytest.raises(UsageError, match="“sun” holds NaN or infinite values"):
            save_document(document, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_float_picture_may_be_brighter_than_white_in_places() -> None:
    picture, _ = draw_disc()
    bright = picture.astype(np.float32) / 255
    bright[:5, :5] = 40.0
    assert open_source(bright).depth == 32


def test_a_pil_image_keeps_its_resolution_and_exif_and_is_turned_upright() -> None:
    image = Image.fromarray(draw_disc()[0])
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "An Artist"
    image.info.update(dpi=(300, 300), exif=exif.tobytes())
    image.getexif()[0x0112] = 6
    document = open_source(image)
    assert (document.size.width, document.size.height) == (80, 96)
    assert document.metadata.dpi == (300.0, 300.0)
    assert document.metadata.exif is not None
    assert b"An Artist" in document.metadata.exif


def test_a_profile_that_does_not_fit_the_pil_image_is_told_and_left_out() -> None:
    image = Image.fromarray(draw_disc()[0]).convert("L")
    image.info["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    document = open_source(image)
    assert document.mode is ColorMode.GRAY
    assert document.metadata.icc is None
    assert "profile" in document.notes[0]


def test_a_neutral_lab_image_is_neutral_in_the_document() -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    gray = Image.new("RGB", (6, 4), (128, 128, 128))
    image = ImageCms.profileToProfile(gray, srgb, lab, outputMode="LAB")
    assert image is not None
    document = open_source(image)
    layer = next(iter(document.walk_layers()))
    assert document.mode is ColorMode.LAB
    assert np.abs(layer.pixels[..., 1:].astype(int) - 128).max() <= 1


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I;16", "I", "F", "La", "RGBa"]
)
def test_pil_images_of_every_mode_open(mode: str) -> None:
    image = Image.fromarray(draw_disc()[0])
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.float32) / 255)
    elif mode == "PA":
        image = image.convert("P").convert("PA")
    elif mode in ("La", "RGBa"):
        image = image.convert(mode[:-1] + "A").convert(mode)
    else:
        image = image.convert(mode)
    assert image.mode == mode
    document = open_source(image)
    assert document.size.shape == (80, 96)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("has_hidden", [False, True])
def test_a_pil_image_is_what_its_file_is(mode: str, has_hidden: bool) -> None:
    disc = Image.fromarray(draw_disc()[0])
    if mode == "I;16":
        image = Image.fromarray(np.asarray(disc.convert("L")).astype(np.uint16) * 257)
    else:
        image = disc.convert(mode)
    place = image.getpixel((3, 3))
    hidden = {"transparency": place} if has_hidden and mode not in ("LA", "RGBA") else {}
    stream = BytesIO()
    image.save(stream, "PNG", **hidden)
    (read,) = open_source(stream.getvalue()).walk_layers()
    (given,) = open_source(Image.open(stream)).walk_layers()
    assert (given.alpha is None) == (read.alpha is None)
    assert (read.alpha is not None) == (bool(hidden) or mode in ("LA", "RGBA"))
    np.testing.assert_array_equal(given.pixels, read.pixels)
    if given.alpha is not None and read.alpha is not None:
        np.testing.assert_array_equal(given.alpha, read.alpha)


@pytest.mark.parametrize("exposure", [0.25, 1.0, 2.0])
def test_an_edge_before_a_bright_sky_is_solved_alike_at_any_exposure(exposure: float) -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:120, :160]
    distance = np.hypot(y - 60, x - 80) - 35 - 4 * np.sin(12 * np.arctan2(y - 60, x - 80))
    truth = np.clip(0.5 - distance / 3, 0, 1)[..., None]
    subject, sky = (
        np.array(c) + rng.normal(0, 0.02, (120, 160, 3)) for c in ((1.3, 1.2, 1.1), (2.6, 2.8, 3.0))
    )
    picture = ((truth * subject + (1 - truth) * sky) * exposure).astype(np.float32)
    trimap = np.full((120, 160), 128, np.uint8)
    trimap[distance > 6], trimap[distance < -6] = 0, 255
    alpha = cut_out(picture, trimap=trimap, solver="closed-form").alpha
    assert np.abs(np.asarray(alpha) - truth[..., 0]).mean() < 0.004


def test_a_few_lights_in_a_float_picture_darken_nothing() -> None:
    picture = np.full((40, 40, 3), 0.5, np.float32)
    picture[0] = 60
    photo = take_photo(open_source(picture))
    assert convert_for_matting(photo) is photo.colour


@pytest.mark.parametrize("gain", [1 / 128, 1 / 16, 1.0, 8.0])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_the_subject_is_found_at_any_exposure(gain: float, dtype: type[np.generic]) -> None:
    """In a deep photo nothing is lost that 8 bits would lose."""
    sample = Path(__file__).resolve().parents[1] / "resources" / "samples" / "chelsea.jpg"
    picture = np.asarray(Image.open(sample).convert("RGB").resize((320, 213)), np.float32) / 255
    if dtype == np.uint16:
        if gain > 1:
            pytest.skip("nothing is brighter than white in 16 bits")
        exposed: np.ndarray[tuple[int, ...], np.dtype[np.generic]] = np.rint(picture * gain * 65535).astype(
            np.uint16
        )
    else:
        exposed = picture * np.float32(gain)
    usual, found = (np.asarray(cut_out(one).alpha) for one in (picture, exposed))
    assert usual.mean() > 0.2
    assert np.minimum(usual, found).sum() > 0.9 * np.maximum(usual, found).sum()


def test_what_people_are_shown_keeps_its_exposure() -> None:
    dark = take_photo(open_source(np.full((20, 30, 3), 1000, np.uint16)))
    assert make_preview(dark, 30).max() < 5
    assert make_network_view(dark, 30).min() > 200


def test_a_photo_of_8_bits_is_seen_by_networks_as_it_is() -> None:
    dark = take_photo(open_source((draw_disc()[0] // 30).astype(np.uint8)))
    assert np.array_equal(make_network_view(dark, 4000), make_preview(dark, 4000))
