from __future__ import annotations

from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageFile

from formats.pictures import (
    draw_smooth,
    make_document,
    make_exif,
    make_srgb_profile,
    only_layer,
    save_to_bytes,
)
from mattework.document.model import ColorMode, Document, Layer, Metadata
from mattework.errors import DamagedFile, FileTooLarge, FormatCannotHold, UnsupportedFile, UsageError
from mattework.formats.exif import read_orientation
from mattework.formats.files import open_document
from mattework.formats.limits import Limits
from mattework.geometry import Size

SIZE = Size(48, 32)


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def smooth_document(**options: Any) -> Document:
    layer = Layer("Photo", SIZE.rect, draw_smooth(SIZE), options.pop("alpha", None))
    return Document(SIZE, ColorMode.RGB, 8, (layer,), **options)


def largest_difference(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_applied_once_and_reset(kind: str, orientation: int) -> None:
    from PIL import ImageOps

    image = Image.fromarray(draw_smooth(SIZE))
    exif = Image.Exif()
    exif[274] = orientation
    exif[271] = "Maker"
    options: dict[str, Any] = (
        {"quality": 100} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    )
    data = encode(image, kind, exif=exif, **options)
    with Image.open(BytesIO(data)) as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored).convert("RGB"))
    document = open_document(data)
    np.testing.assert_array_equal(only_layer(document).pixels, expected)
    assert read_orientation(document.metadata.exif) == 1
    again = open_document(save_to_bytes(document, "png")[0])
    np.testing.assert_array_equal(only_layer(again).pixels, expected)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_keeps_its_mode(mode: str, progressive: bool) -> None:
    image = Image.fromarray(draw_smooth(SIZE)).convert(mode)
    document = open_document(encode(image, "JPEG", quality=95, progressive=progressive))
    assert document.mode.value == {"L": "gray", "RGB": "rgb", "CMYK": "cmyk"}[mode]
    pixels = only_layer(document).pixels
    assert largest_difference(pixels.reshape(np.asarray(image).shape), np.asarray(image)) <= 16


def test_cmyk_jpeg_is_written_the_right_way_round() -> None:
    document = make_document(mode=ColorMode.CMYK)
    only_layer(document).pixels[:] = [0, 40, 200, 10]
    data, notes = save_to_bytes(document, "jpeg", quality=100)
    assert notes == ()
    assert b"Adobe" in data
    assert largest_difference(only_layer(open_document(data)).pixels, only_layer(document).pixels) <= 2
    with Image.open(BytesIO(data)) as image:
        assert image.mode == "CMYK"
        assert np.abs(np.asarray(image.convert("RGB"))[0, 0].astype(int) - [245, 207, 53]).max() <= 4


@pytest.mark.parametrize(
    ("kind", "quality", "tolerance"), [("webp", 100, 0), ("webp", 95, 12), ("avif", 90, 12)]
)
def test_webp_and_avif_keep_straight_alpha(kind: str, quality: int, tolerance: int) -> None:
    alpha = np.tile(np.linspace(0, 255, SIZE.width).astype(np.uint8), (SIZE.height, 1))
    document = smooth_document(alpha=alpha)
    layer = only_layer(open_document(save_to_bytes(document, kind, quality=quality)[0]))
    assert layer.alpha is not None
    assert largest_difference(layer.alpha, alpha) <= (0 if kind == "webp" else 3)
    shown = alpha > 0
    assert largest_difference(layer.pixels[shown], only_layer(document).pixels[shown]) <= tolerance


@pytest.mark.parametrize("kind", ["jpeg", "webp", "avif"])
def test_metadata_travels(kind: str) -> None:
    xmp = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>'
    metadata = Metadata(icc=make_srgb_profile(), exif=make_exif(), xmp=xmp, dpi=(240.0, 240.0))
    data, notes = save_to_bytes(smooth_document(metadata=metadata), kind)
    assert notes == ()
    back = open_document(data)
    assert back.notes == ()
    assert back.metadata.icc == metadata.icc
    assert back.metadata.dpi == (240.0, 240.0)
    assert back.metadata.xmp == xmp
    with Image.open(BytesIO(data)) as image:
        assert image.getexif()[271] == "Maker & Co"
        assert image.getexif().get_ifd(34665)[33434] == 1 / 125


def test_jpeg_says_what_does_not_fit() -> None:
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><!--%s--></rdf:RDF>'
    metadata = Metadata(xmp=rdf % (b"x" * 70_000), exif=make_exif() + bytes(70_000))
    data, notes = save_to_bytes(smooth_document(metadata=metadata), "jpeg")
    assert len(notes) == 2
    assert all("64 KB" in note for note in notes)
    assert open_document(data).metadata == Metadata()


def test_jpeg_lies_on_white_or_the_chosen_colour() -> None:
    alpha = np.zeros(SIZE.shape, np.uint8)
    data, notes = save_to_bytes(smooth_document(alpha=alpha), "jpeg", quality=100)
    assert any("flattened on white" in note for note in notes)
    assert (only_layer(open_document(data)).pixels >= 254).all()
    data, notes = save_to_bytes(smooth_document(alpha=alpha), "jpeg", quality=100, background=(0.0, 0.5, 1.0))
    assert notes == ()
    assert largest_difference(only_layer(open_document(data)).pixels[0, 0], np.array([0, 128, 255])) <= 2


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {}),
        ("BMP", {}),
    ],
)
def test_truncation_is_noticed_wherever_it_is(kind: str, options: dict[str, Any]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (40, 52, 3)).astype(np.uint8)
    data = encode(Image.fromarray(noise), kind, **options)
    open_document(data)
    for end in {*range(64, len(data), max(1, len(data) // 60)), len(data) - 1, len(data) - 2}:
        with pytest.raises(DamagedFile, match=r"cut\.x"):
            open_document(data[:end], name="cut.x")


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [
        Image.new("RGB", SIZE.shape[::-1], colour) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))
    ]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    document = open_document(data)
    assert only_layer(document).pixels[5, 5, 0] > 200
    assert any("3 frames" in note for note in document.notes)


def test_gif_transparency_becomes_alpha() -> None:
    image = Image.new("P", (2, 2))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putdata([0, 1, 1, 0])
    layer = only_layer(open_document(encode(image, "GIF", transparency=1)))
    assert layer.alpha is not None
    assert layer.alpha.tolist() == [[255, 0], [0, 255]]
    assert layer.pixels[0, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bmp_kinds(mode: str) -> None:
    image = Image.fromarray(draw_smooth(SIZE)).convert(mode)
    document = open_document(encode(image, "BMP"))
    expected = image.convert("L" if mode in ("1", "L") else "RGB")
    assert np.asarray(expected).tobytes() == only_layer(document).pixels.tobytes()


@pytest.mark.parametrize("bits", [10, 12])
def test_deep_avif_keeps_its_bits(bits: int) -> None:
    import imagecodecs

    ramp = np.tile(np.linspace(0, (1 << bits) - 1, 64).astype(np.uint16), (16, 1))
    data = imagecodecs.avif_encode(np.stack([ramp] * 3, -1), bitspersample=bits, level=100)
    document = open_document(bytes(data))
    assert document.depth == 16
    pixels = only_layer(document).pixels
    assert len(np.unique(pixels[0, :, 0])) > 60
    assert np.abs(pixels[0, :, 0] / 65535 - np.linspace(0, 1, 64)).max() < 0.01


def test_heic_is_read_where_the_extra_is_installed() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    noise = draw_smooth(SIZE)
    stream = BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    heif = pillow_heif.from_bytes("RGB", (SIZE.width, SIZE.height), noise.tobytes())
    heif.save(stream, quality=95, exif=exif.tobytes())
    document = open_document(stream.getvalue())
    assert document.mode is ColorMode.RGB
    assert set(document.size.shape) == {SIZE.width, SIZE.height}
    assert read_orientation(document.metadata.exif) == 1
    with pytest.raises(DamagedFile):
        open_document(stream.getvalue()[: len(stream.getvalue()) * 2 // 3])


def test_heic_without_the_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from mattework.errors import UnsupportedFile

    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnsupportedFile, match="pip install pillow-heif"):
        open_document(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40), name="a.heic")


def test_limits_hold_before_decoding() -> None:
    data = encode(Image.new("RGB", (400, 300)), "JPEG")
    with pytest.raises(FileTooLarge, match="megapixels"):
        open_document(data, limits=Limits(max_pixels=100_000))
    with pytest.raises(FileTooLarge, match="GB"):
        open_document(data, limits=Limits(max_bytes=100_000))


def test_pillows_own_limit_is_off_for_us_and_on_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    document = open_document(encode(Image.new("RGB", (400, 300)), "JPEG"))
    assert document.size == Size(400, 300)
    assert Image.MAX_IMAGE_PIXELS == 1000


def test_corrupt_exif_is_a_note() -> None:
    data = encode(Image.new("RGB", (4, 4)), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    document = open_document(data)
    assert document.metadata.exif is None
    assert any("EXIF" in note for note in document.notes)


@pytest.mark.parametrize(("kind", "levels"), [("webp", 0), ("avif", 3)])
@pytest.mark.parametrize("alpha", [False, True])
def test_the_best_quality_is_lossless_in_webp_and_within_three_levels_in_avif(
    kind: str, levels: int, alpha: bool
) -> None:
    document = make_document(size=Size(256, 192), alpha=alpha, seed=7)
    before = only_layer(document)
    after = only_layer(open_document(save_to_bytes(document, kind, quality=100)[0]))
    shown: Any = slice(None)
    if before.alpha is not None:
        assert after.alpha is not None
        np.testing.assert_array_equal(after.alpha, before.alpha)
        shown = before.alpha > 0
    assert largest_difference(after.pixels[shown], before.pixels[shown]) <= levels


@pytest.mark.parametrize("size", [Size(400, 300), Size(3, 40_000), Size(40_000, 1)], ids=str)
@pytest.mark.parametrize("mode", [ColorMode.RGB, ColorMode.CMYK], ids=str)
@pytest.mark.parametrize("quality", [94, 95, 100])
def test_a_jpeg_of_noise_is_written_at_every_quality(size: Size, mode: ColorMode, quality: int) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*size.shape, mode.channels), np.uint8)
    document = Document(size, mode, 8, (Layer("Photo", size.rect, noise),))
    back = open_document(save_to_bytes(document, "jpeg", quality=quality)[0])
    assert largest_difference(only_layer(back).pixels, noise) <= 120
    assert ImageFile.MAXBLOCK == 65536, "for others Pillow stays as it is"


def test_the_longest_avif_is_one_that_opens() -> None:
    document = make_document(size=Size(32_768, 1))
    assert open_document(save_to_bytes(document, "avif")[0]).size == document.size


def test_sides_that_a_format_cannot_hold() -> None:
    document = make_document(size=Size(16_400, 1))
    with pytest.raises(FormatCannotHold, match="16383"):
        save_to_bytes(document, "webp")
    with pytest.raises(FormatCannotHold, match="32768"):
        save_to_bytes(make_document(size=Size(32_769, 1)), "avif")
    with pytest.raises(UsageError, match="quality"):
        save_to_bytes(document, "jpeg", quality=101)
    for lossless in ("png", "tiff", "psd"):
        with pytest.raises(UsageError, match="knows no quality"):
            save_to_bytes(document, lossless, quality=90)


@pytest.mark.parametrize(("bits", "lossless", "words"), [(12, False, "12 bits"), (8, True, "lossless")])
def test_jpegs_that_pillow_takes_for_damaged_are_named(bits: int, lossless: bool, words: str) -> None:
    samples = np.random.default_rng(1).integers(0, 1 << bits, (16, 16, 3))
    pixels = samples.astype(np.uint16 if bits > 8 else np.uint8)
    data = bytes(imagecodecs.jpeg_encode(pixels, level=95, bitspersample=bits, lossless=lossless))
    with pytest.raises(UnsupportedFile, match=words):
        open_document(data)
