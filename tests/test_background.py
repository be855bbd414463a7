from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mattework.background import make_background, parse_background, parse_colour, parse_key
from mattework.document.model import ColorMode, Depth, Document
from mattework.errors import UsageError
from mattework.formats.files import open_document
from mattework.geometry import Size
from mattework.gradient import draw_gradient, parse_gradient, write_gradient
from mattework.photo import open_source, take_photo
from mattework.pipeline import cut_out
from samples import ASTRONAUT, draw_disc


def test_a_colour_fills_the_canvas() -> None:
    layer, notes = make_background("#ff8000", open_source(draw_disc()[0]))
    assert layer.pixels.shape == (80, 96, 3)
    assert (layer.pixels == (255, 128, 0)).all()
    assert notes == ()


def test_a_picture_covers_the_canvas() -> None:
    layer, _ = make_background(str(ASTRONAUT), open_source(draw_disc()[0]))
    assert layer.pixels.shape == (80, 96, 3)


@pytest.mark.parametrize("background", ["red", str(ASTRONAUT)])
def test_colours_behind_a_gray_photo_turn_gray_and_that_is_told(background: str) -> None:
    _, notes = make_background(background, open_source(draw_disc()[0][..., 0]))
    assert "gray" in notes[0]


def test_gray_behind_a_gray_photo_needs_no_word(tmp_path: Path) -> None:
    Image.fromarray(np.full((9, 9), 77, np.uint8)).save(tmp_path / "gray.png")
    for background in ("white", str(tmp_path / "gray.png")):
        assert make_background(background, open_source(draw_disc()[0][..., 0]))[1] == ()


def save_half_hidden(path: Path, size: int = 40) -> str:
    """Hidden red above, opaque green below."""
    picture = np.zeros((size, size, 4), np.uint8)
    picture[: size // 2] = (255, 0, 0, 0)
    picture[size // 2 :] = (0, 255, 0, 255)
    Image.fromarray(picture).save(path)
    return str(path)


@pytest.mark.parametrize("depth", [8, 16, 32])
@pytest.mark.parametrize("side", [25, 40, 90])
def test_a_picture_is_as_transparent_as_its_file(tmp_path: Path, side: int, depth: Depth) -> None:
    layer, _ = make_background(save_half_hidden(tmp_path / "half.png"), white_document(side, side, depth))
    white = {8: 255, 16: 65535, 32: 1.0}[depth]
    assert layer.alpha is not None
    assert layer.alpha.dtype == layer.pixels.dtype
    assert (layer.alpha[: side // 2 - 3] == 0).all()
    assert layer.alpha[side // 2 + 3 :] == pytest.approx(white)
    shown = layer.pixels[layer.alpha > 0]
    assert shown == pytest.approx(np.broadcast_to((0, white, 0), shown.shape)), "no red has bled"


@pytest.mark.parametrize("mode", list(ColorMode))
def test_a_half_transparent_picture_keeps_its_colours_in_every_mode(tmp_path: Path, mode: ColorMode) -> None:
    opaque = np.random.default_rng(5).integers(0, 256, (30, 40, 3), np.uint8)
    alpha = np.full((30, 40, 1), 100, np.uint8)
    Image.fromarray(opaque).save(tmp_path / "opaque.png")
    Image.fromarray(np.concatenate([opaque, alpha], axis=2)).save(tmp_path / "half.png")
    document = white_document(20, 15, 16, mode)
    expected, _ = make_background(str(tmp_path / "opaque.png"), document)
    layer, _ = make_background(str(tmp_path / "half.png"), document)
    assert expected.alpha is None
    assert layer.alpha is not None
    assert (layer.alpha == 100 * 257).all()
    assert np.abs(layer.pixels.astype(int) - expected.pixels).max() <= 1100, (
        "four levels of 8 bits, by rounding"
    )


def test_a_lab_picture_behind_a_deeper_lab_photo_gets_no_cast(tmp_path: Path) -> None:
    neutral = np.zeros((15, 20, 3), np.uint8)  # a and b are signed in a TIFF
    neutral[..., 0] = 128
    tifffile.imwrite(tmp_path / "lab.tif", neutral, photometric="cielab")
    layer, _ = make_background(str(tmp_path / "lab.tif"), white_document(20, 15, 16, ColorMode.LAB))
    assert (layer.pixels == (128 * 257, 32768, 32768)).all()


def test_an_opaque_picture_with_an_alpha_channel_is_an_opaque_background(tmp_path: Path) -> None:
    opaque = np.random.default_rng(5).integers(0, 256, (30, 40, 3), np.uint8)
    Image.fromarray(opaque).convert("RGBA").save(tmp_path / "opaque.png")
    layer, _ = make_background(str(tmp_path / "opaque.png"), white_document(40, 30))
    assert layer.alpha is None
    assert (layer.pixels == opaque).all()


def test_a_cut_out_on_a_transparent_picture_shows_nothing_hidden(tmp_path: Path) -> None:
    """In a flat file with alpha, in one without, and in the merged picture of a PSD."""
    photo, alpha = np.full((40, 40, 3), 128, np.uint8), np.zeros((40, 40), np.uint8)
    alpha[:, 30:] = 255
    cutout = cut_out(photo, trimap=alpha, background=save_half_hidden(tmp_path / "half.png"))
    for name in ("out.png", "out.psd", "out.jpg"):
        cutout.save(tmp_path / name)
    flat = np.asarray(Image.open(tmp_path / "out.png"))
    assert (flat[:20, :28, 3] == 0).all()
    assert (flat[20:, :28] == (0, 255, 0, 255)).all()
    assert (flat[:, 30:] == (128, 128, 128, 255)).all()
    merged = open_document(tmp_path / "out.psd").composite
    assert merged is not None
    assert (merged[:20, :28, 3] == 0).all()
    assert (merged[20:, :28] == (0, 255, 0, 255)).all()
    jpeg = np.asarray(Image.open(tmp_path / "out.jpg")).astype(int)
    assert np.abs(jpeg[4:12, 4:20] - 255).max() < 8, "white, not the hidden red"


def test_a_colour_beyond_the_range_is_taken_to_its_end() -> None:
    assert parse_colour("rgb(300, 0, 128)") == (1.0, 0.0, 128 / 255)


def test_a_screen_needs_a_hue() -> None:
    assert parse_key("#00ff00") == (0.0, 1.0, 0.0)
    for text in ("gray", "no colour"):
        with pytest.raises(UsageError, match="hue"):
            parse_key(text)


def white_document(
    width: int = 60, height: int = 40, depth: Depth = 8, mode: ColorMode = ColorMode.RGB
) -> Document:
    return Document(Size(width, height), mode, depth)


def test_a_gradient_runs_from_top_to_bottom() -> None:
    layer, notes = make_background("white..#646464", white_document(depth=16))
    column = layer.pixels[:, 10, 0].astype(int)
    assert notes == ()
    assert (np.diff(column) < 0).all()
    assert column[0] == pytest.approx(65535 - (65535 - 100 * 257) * 0.5 / 40, abs=2)
    assert column[-1] == pytest.approx(100 * 257 + (65535 - 100 * 257) * 0.5 / 40, abs=2)
    assert (layer.pixels == layer.pixels[:, :1]).all()


@pytest.mark.parametrize(
    ("text", "pixel", "value"),
    [
        ("linear-gradient(90deg, black, white)", (20, 59), 253),
        ("linear-gradient(to left, black, white)", (20, 0), 253),
        ("linear-gradient(0deg, black, white)", (0, 30), 252),
        ("linear-gradient(to right, #000, rgb(90, 90, 90) 50%, #fff)", (20, 30), 91),
        ("linear-gradient(90deg, black 50%, white 50%)", (20, 31), 255),
    ],
)
def test_gradients_are_written_as_in_css(text: str, pixel: tuple[int, int], value: int) -> None:
    layer, _ = make_background(text, white_document())
    assert int(layer.pixels[pixel][1]) == pytest.approx(value, abs=2)


@pytest.mark.parametrize("size", [(40_000, 3), (3, 40_000), (901, 7)], ids=str)
def test_a_strip_of_a_picture_covers_the_canvas_around_its_middle(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[size[1] // 2 :, :, 0] = 200
    picture[:, size[0] // 2 :, 1] = 200
    tifffile.imwrite(tmp_path / "strip.tif", picture, photometric="rgb")
    layer, _ = make_background(str(tmp_path / "strip.tif"), white_document(600, 800))
    assert layer.pixels.shape == (800, 600, 3)
    along = 1 if size[0] > size[1] else 0
    plane = layer.pixels[..., along].astype(int)
    ends = (plane[:, 0], plane[:, -1]) if along else (plane[0], plane[-1])
    assert (ends[0] < 20).all()
    assert (ends[1] > 180).all()
    middle = np.abs(plane - 100).argmin(axis=along)
    pixel = 800 / 3 if along else 600 / 3
    assert np.abs(middle - (300 if along else 400)).max() <= pixel


@given(
    st.lists(st.tuples(st.none() | st.integers(-20, 120), st.integers(0, 255)), min_size=2, max_size=6),
    st.integers(1, 300),
)
def test_stops_lie_where_css_lays_them(stops: list[tuple[int | None, int]], width: int) -> None:
    """CSS Images Level 3, section 3.4.3: the ends, then none before those in front of it, then the others between."""
    places = [None if place is None else place / 100 for place, _ in stops]
    places[0] = 0.0 if places[0] is None else places[0]
    places[-1] = 1.0 if places[-1] is None else places[-1]
    fixed: list[float | None] = []
    for place in places:
        so_far = [one for one in fixed if one is not None]
        fixed.append(None if place is None else max([place, *so_far]))
    ends = [number for number, place in enumerate(fixed) if place is not None]
    laid = np.interp(range(len(fixed)), ends, [place for place in fixed if place is not None])
    grays = [gray / 255 for _, gray in stops]
    words = [f"rgb({gray},{gray},{gray})" + ("" if place is None else f" {place}%") for place, gray in stops]
    gradient = parse_gradient(f"linear-gradient(90deg, {', '.join(words)})")
    assert gradient is not None
    again = parse_gradient(write_gradient(gradient))
    assert again is not None
    assert again.angle == gradient.angle
    assert [colour for _, colour in again.stops] == [colour for _, colour in gradient.stops]
    assert [place for place, _ in again.stops] == pytest.approx(laid, abs=1e-5)
    samples = draw_gradient(gradient, Document(Size(width, 1), ColorMode.RGB, 32))[0, :, 0]
    for x, sample in enumerate(samples):
        share = (x + 0.5) / width
        if np.abs(laid - share).min() < 1e-6:
            continue  # on a stop
        after = int(np.searchsorted(laid, share))
        first, last = max(0, after - 1), min(after, len(laid) - 1)
        between = np.interp(share, laid[[first, last]], [grays[first], grays[last]])
        assert float(sample) == pytest.approx(float(between), abs=1e-3)


def test_an_8_bit_gradient_has_no_bands() -> None:
    """Where the value lies between two levels both are used, as often as it is near them."""
    layer, _ = make_background("#808080..#828282", white_document(256, 512))
    middle = layer.pixels[120:136, :, 0]  # 128.5
    assert set(np.unique(middle)) == {128, 129}
    assert middle.mean() == pytest.approx(128.5, abs=0.05)
    again, _ = make_background("#808080..#828282", white_document(256, 512))
    assert (again.pixels == layer.pixels).all()


@pytest.mark.parametrize("mode", list(ColorMode))
@pytest.mark.parametrize("depth", [8, 16, 32])
def test_a_gradient_fits_every_document(mode: ColorMode, depth: Depth) -> None:
    document = white_document(depth=depth, mode=mode)
    layer, _ = make_background("white..black", document)
    Document(document.size, mode, depth, (layer,))  # refuses pixels of another kind
    first, last = layer.pixels[0, 0].astype(float), layer.pixels[-1, 0].astype(float)
    assert abs(first[-1] - last[-1]) > 0.9 * {8: 255, 16: 65535, 32: 1}[depth] or mode is ColorMode.LAB


@pytest.mark.parametrize(
    "text",
    [
        "linear-gradient(white)",
        "white..nothing",
        "linear-gradient(90deg)",
        "..",
        "blur(x)",
        "~nobody-of-that-name/behind.png",
        "n" * 300,
    ],
)
def test_what_is_neither_word_nor_file_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match="blur"):
        parse_background(text)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_background_that_a_recipe_could_name(tmp_path: Path) -> None:
    pipe = tmp_path / "behind.png"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="is a pipe"):
        parse_background(str(pipe))


@given(angle=st.floats(-720, 720), place=st.integers(-50, 150))
def test_every_gradient_stays_between_its_colours(angle: float, place: int) -> None:
    text = f"linear-gradient({angle:.2f}deg, #404040, #c0c0c0 {place}%, #404040)"
    layer, _ = make_background(text, white_document(7, 5, 16))
    assert layer.pixels.min() >= 0x40 * 257
    assert layer.pixels.max() <= 0xC0 * 257 + 1


def test_a_blurred_background_holds_nothing_of_the_subject() -> None:
    picture, truth = draw_disc(300, 240)
    picture[truth > 0] = (255, 0, 255)
    photo = take_photo(open_source(picture))
    layer, _ = make_background("blur(12)", open_source(picture), photo, truth)
    red = layer.pixels[..., 0].astype(int)
    assert layer.pixels.shape == picture.shape
    assert red.max() < 90, "no magenta has bled"
    ground = picture[truth == 0].mean(axis=0)
    assert np.abs(layer.pixels[120, 150] - ground).max() < 12, "what surrounds the subject fills its place"


def test_a_blurred_background_is_the_photo_where_nothing_is_cut_out() -> None:
    import cv2

    picture = np.random.default_rng(3).integers(0, 65535, (200, 260, 3), np.uint16)
    photo = take_photo(open_source(picture))
    layer, _ = make_background("blur(8)", open_source(picture), photo, np.zeros((200, 260), np.float32))
    expected = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 8)
    difference = np.abs(layer.pixels.astype(float) - expected)[30:-30, 30:-30]
    assert difference.mean() < 300
    assert layer.pixels.dtype == np.uint16


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2), (33, 65)])
def test_a_subject_that_fills_the_picture_leaves_one_colour(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (*shape, 3), np.uint8)
    photo = take_photo(open_source(picture))
    layer, _ = make_background("blur", open_source(picture), photo, np.ones(shape, np.float32))
    assert np.ptp(layer.pixels.astype(int), axis=(0, 1)).max() <= 1
    assert np.abs(layer.pixels.mean(axis=(0, 1)) - picture.mean(axis=(0, 1))).max() < 1.5


def test_a_blurred_background_wants_the_photo() -> None:
    with pytest.raises(UsageError, match="photo"):
        make_background("blur", white_document())


@pytest.mark.parametrize(
    "text", ["rgba(255, 0, 0, 0.5)", "rgba(255,0,0,.5)", "RGB(255, 0, 0, 50%)", "rgba(100%, 0%, 0%, 1)"]
)
def test_an_opacity_in_a_colour_is_passed_over(text: str) -> None:
    assert parse_colour(text) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("text", ["rgba(255, 0, 0, x)", "rgb(255, 0, 0, 0.5, 1)", "rgba(255, 0, 0.5)"])
def test_what_looks_like_a_colour_with_opacity_is_none(text: str) -> None:
    assert parse_colour(text) is None
