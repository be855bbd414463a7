"""The way of a picture, with the real embedded model and real solvers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

import mattework
from mattework.document.model import ColorMode, Document, Layer
from mattework.errors import Cancelled, RecipeError, UsageError
from mattework.geometry import Size
from mattework.photo import open_source
from mattework.recipe import EdgeSettings, Shadow, Stroke
from samples import ASTRONAUT, CAT, draw_disc


@pytest.fixture(scope="module")
def astronaut() -> mattework.Cutout:
    return mattework.cut_out(ASTRONAUT)


def test_a_portrait_is_found_and_its_corners_are_not(astronaut: mattework.Cutout) -> None:
    alpha = astronaut.alpha
    assert alpha.dtype == np.float32
    assert alpha.shape == (512, 512)
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert alpha[100:200, 190:260].mean() > 0.9, "the face belongs to the subject"
    assert alpha[:60, :60].mean() < 0.1, "the flag's corner does not"
    assert 0.15 < alpha.mean() < 0.75


def test_the_report_says_what_ran(astronaut: mattework.Cutout) -> None:
    report = astronaut.report
    assert report.model == "mattework-subject"
    assert report.device
    assert report.solver
    assert report.confidence is not None
    assert 0 <= report.confidence <= 1
    assert 0 < report.band < 0.6
    assert {"open", "subject", "trimap", "edge", "colours", "layers"} <= set(report.steps)


def test_the_photo_layer_keeps_every_original_sample(astronaut: mattework.Cutout) -> None:
    photo, clean = astronaut.document.walk_layers()
    original = np.asarray(Image.open(ASTRONAUT))
    assert (photo.pixels == original).all()
    assert photo.mask is not None
    assert clean.mask is not None
    assert (photo.mask.pixels == clean.mask.pixels).all()
    assert clean.visible
    assert not photo.visible
    solid = astronaut.alpha == 1
    assert (clean.pixels[solid] == original[solid]).all(), "clean colours change nothing inside the subject"


def test_path_bytes_array_and_pil_image_give_one_result(astronaut: mattework.Cutout) -> None:
    image = Image.open(ASTRONAUT)
    for source in (ASTRONAUT.read_bytes(), np.asarray(image), image, BytesIO(ASTRONAUT.read_bytes())):
        assert (mattework.cut_out(source).alpha == astronaut.alpha).all()


@pytest.mark.parametrize("suffix", [".psd", ".psb", ".tif"])
def test_a_saved_cutout_gives_back_its_recipe_and_the_same_alpha(
    astronaut: mattework.Cutout, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"cut{suffix}"
    astronaut.save(path)
    again = mattework.apply_recipe(path)
    assert (again.alpha == astronaut.alpha).all()
    assert replace(again.recipe) == astronaut.recipe
    assert again.report.notes == ()


def test_the_alpha_alone_goes_to_a_stream_or_is_refused_in_words(astronaut: mattework.Cutout) -> None:
    stream = BytesIO()
    astronaut.save_mask(stream, format="png")
    assert np.abs(mattework.read_mask(stream.getvalue()) - astronaut.alpha).max() < 1e-5
    with pytest.raises(UsageError, match="8 or 16 bits"):
        astronaut.save_mask(stream, bits=32, format="png")


def test_edge_settings_of_a_saved_cutout_can_be_changed_and_changed_back(
    astronaut: mattework.Cutout, tmp_path: Path
) -> None:
    first, second = tmp_path / "cut.psd", tmp_path / "tighter.psd"
    astronaut.save(first)
    tighter = mattework.apply_recipe(first, recipe=replace(astronaut.recipe, edge=EdgeSettings(shift=-2)))
    assert tighter.alpha.sum() < astronaut.alpha.sum()
    tighter.save(second)
    back = mattework.apply_recipe(second, recipe=replace(tighter.recipe, edge=EdgeSettings()))
    assert (back.alpha == astronaut.alpha).all()


def test_a_file_without_recipe_says_so() -> None:
    with pytest.raises(RecipeError, match="no recipe"):
        mattework.apply_recipe(ASTRONAUT)


def test_a_trimap_of_ones_own_decides_and_its_certain_parts_stay_exact() -> None:
    picture, truth = draw_disc()
    trimap = np.full(truth.shape, 128, np.uint8)
    trimap[truth == 0] = 0
    trimap[truth == 1] = 255
    cutout = mattework.cut_out(picture, trimap=trimap)
    assert (cutout.alpha[trimap == 0] == 0).all()
    assert (cutout.alpha[trimap == 255] == 1).all()
    assert np.abs(cutout.alpha - truth).mean() < 0.01
    assert cutout.report.model is None


def test_a_mask_of_ones_own_needs_no_model() -> None:
    picture, truth = draw_disc(240, 200)
    cutout = mattework.cut_out(picture, from_mask=(truth > 0.5).astype(np.float32))
    assert np.abs(cutout.alpha - truth).mean() < 0.02
    assert cutout.recipe.subject.origin == "mask"


def test_strokes_go_before_the_mask() -> None:
    picture, truth = draw_disc()
    stroke = Stroke(kind="background", radius=6, points=((48.0, 40.0),))
    cutout = mattework.cut_out(picture, from_mask=truth, strokes=[stroke])
    assert cutout.alpha[40, 48] == 0


def test_transparency_of_the_source_is_multiplied_in() -> None:
    picture, truth = draw_disc()
    opacity = np.full((*truth.shape, 1), 255, np.uint8)
    opacity[:, :48] = 102
    half = mattework.cut_out(np.concatenate([picture, opacity], axis=2), from_mask=truth)
    whole = mattework.cut_out(picture, from_mask=truth)
    assert np.allclose(half.alpha[:, :48], whole.alpha[:, :48] * 0.4, atol=1e-6)
    assert (half.alpha[:, 48:] == whole.alpha[:, 48:]).all()


@pytest.mark.parametrize("own", [1.5, -0.5])
def test_an_alpha_stays_within_0_and_1_whatever_a_float_pictures_own_is(own: float) -> None:
    picture, truth = draw_disc()
    rgba = np.dstack([picture.astype(np.float32) / 255, np.full(truth.shape, own, np.float32)])
    alpha = mattework.cut_out(rgba, from_mask=truth).alpha
    assert alpha.min() == 0
    assert alpha.max() == (own > 0)


def test_sixteen_bit_stays_sixteen_bit(tmp_path: Path) -> None:
    picture, truth = draw_disc(200, 160, soft=30)
    deep = picture.astype(np.uint16) * 257
    cutout = mattework.cut_out(deep, from_mask=truth)
    photo = next(iter(cutout.document.walk_layers()))
    assert photo.mask is not None
    assert photo.mask.pixels.dtype == np.uint16
    assert len(np.unique(photo.mask.pixels)) > 256
    path = tmp_path / "deep.psd"
    cutout.save(path)
    assert mattework.open_document(path).depth == 16


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 300), (300, 1), (2, 3), (33, 65)])
def test_tiny_and_thin_pictures_come_through(width: int, height: int, tmp_path: Path) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    cutout = mattework.cut_out(picture)
    assert cutout.alpha.shape == (height, width)
    cutout.save(tmp_path / "tiny.psd")
    assert mattework.open_document(tmp_path / "tiny.psd").size == Size(width, height)


@pytest.mark.parametrize("mode", [ColorMode.GRAY, ColorMode.CMYK, ColorMode.LAB])
def test_other_colour_modes_stay_what_they_are(mode: ColorMode, tmp_path: Path) -> None:
    picture, truth = draw_disc()
    planes = [picture[..., i % 3] for i in range(mode.channels)]
    size = Size(picture.shape[1], picture.shape[0])
    layer = Layer("Photo", size.rect, np.ascontiguousarray(np.stack(planes, axis=2)))
    cutout = mattework.cut_out(Document(size, mode, 8, (layer,)), from_mask=truth)
    cutout.save(tmp_path / "mode.psd")
    read = mattework.open_document(tmp_path / "mode.psd")
    assert read.mode == mode
    assert (next(iter(read.walk_layers())).pixels == layer.pixels).all()


def test_a_background_stands_behind_and_makes_a_flat_file_opaque(tmp_path: Path) -> None:
    picture, truth = draw_disc()
    cutout = mattework.cut_out(picture, from_mask=truth, background="#00ff00")
    cutout.save(tmp_path / "out.png")
    flat = Image.open(tmp_path / "out.png")
    assert flat.mode == "RGB"
    assert flat.getpixel((2, 2)) == (0, 255, 0)


def test_a_picture_as_background_covers_the_canvas(tmp_path: Path) -> None:
    picture, truth = draw_disc()
    cutout = mattework.cut_out(picture, from_mask=truth, background=str(CAT))
    behind = cutout.document.layers[0]
    assert isinstance(behind, Layer)
    assert behind.rect == cutout.document.size.rect
    assert behind.pixels.std() > 10


def test_a_background_that_is_neither_colour_nor_file_is_refused() -> None:
    picture, truth = draw_disc()
    with pytest.raises(UsageError, match="neither a colour nor a picture"):
        mattework.cut_out(picture, from_mask=truth, background="no such thing")


def test_cancelling_stops_the_work_at_once() -> None:
    steps: list[str] = []

    def cancel(step: str, fraction: float) -> None:
        steps.append(step)
        if step == "edge":
            raise Cancelled("Cancelled.")

    picture, truth = draw_disc()
    with pytest.raises(Cancelled):
        mattework.cut_out(picture, from_mask=truth, progress=cancel)
    assert "colours" not in steps


def test_edge_settings_and_touches_tell_how_far_they_are_and_can_be_cancelled() -> None:
    picture, truth = draw_disc(1400, 1100)
    stroke = Stroke(kind="foreground", radius=60, hardness=0.2, points=((10.0, 10.0), (1300, 900)))
    steps: list[tuple[str, float]] = []

    def note(step: str, fraction: float) -> None:
        steps.append((step, fraction))

    mattework.cut_out(
        picture, from_mask=truth, edge=EdgeSettings(smooth=20), strokes=[stroke], solver="hard", progress=note
    )
    settings = [fraction for step, fraction in steps if step == "edge settings"]
    assert len(settings) > 3
    assert settings == sorted(settings)
    assert ("touches", 1.0) in steps

    for wanted in ("touches", "edge settings"):

        def cancel(step: str, fraction: float, wanted: str = wanted) -> None:
            if step == wanted:
                raise Cancelled("Cancelled.")

        with pytest.raises(Cancelled):
            mattework.cut_out(
                picture, from_mask=truth, edge=EdgeSettings(smooth=20), solver="hard", progress=cancel
            )


def test_a_stroke_in_turn_without_any_foreground_says_what_solved_it() -> None:
    picture, _ = draw_disc()
    nothing = np.zeros(picture.shape[:2], np.float32)
    middle = (picture.shape[1] / 2, picture.shape[0] / 2)
    stroke = Stroke(kind="unknown", radius=20, points=(middle,))
    empty = mattework.cut_out(picture, from_mask=nothing)
    together = mattework.cut_out(picture, from_mask=nothing, strokes=[stroke])
    recipe = replace(empty.recipe.go_on_in_turn(), strokes=(stroke,))
    in_turn = mattework.apply_recipe(picture, recipe=recipe, inputs=empty.inputs)
    for cutout in (together, in_turn):
        assert cutout.report.solver == "guided"
        assert cutout.recipe.matting is None
        assert any("marks no foreground" in note for note in cutout.report.notes)

    beside = Stroke(kind="transparent", radius=3, points=((3.0, 3.0),))
    with_dab = mattework.cut_out(picture, from_mask=nothing, strokes=[stroke, beside])
    assert with_dab.report.solver == "guided", "a transparent dab on the background is no subject"


def test_pictures_that_are_cut_in_several_threads_come_out_as_one_by_one(tmp_path: Path) -> None:
    names = [f"{side}.{suffix}" for side in (64, 96) for suffix in ("png", "psd", "tif")]
    for name in names:
        photo, mask = draw_disc(int(name[:2]), 64)
        mattework.cut_out(photo, from_mask=mask, solver="hard").save(tmp_path / name)
    session = mattework.open_model(device="cpu")

    def cut(name: str) -> mattework.Cutout:
        return mattework.cut_out(tmp_path / name, session=session)

    one_by_one = [cut(name) for name in names]
    with ThreadPoolExecutor(4) as pool:
        for alone, beside in zip(one_by_one, pool.map(cut, names), strict=True):
            assert np.array_equal(alone.alpha, beside.alpha)
            assert alone.recipe == beside.recipe


def test_mask_and_trimap_together_are_refused() -> None:
    picture, truth = draw_disc()
    with pytest.raises(UsageError, match="last word"):
        mattework.cut_out(picture, from_mask=truth, trimap=truth.astype(np.uint8))


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4, 7), np.uint8), np.zeros((4, 4), np.int64), np.full((4, 4), np.nan, np.float32)]
)
def test_arrays_that_are_no_pictures_are_refused_in_words(
    array: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
) -> None:
    with pytest.raises(UsageError, match="picture array"):
        mattework.cut_out(array)


def test_the_spill_of_a_named_screen_leaves_the_clean_colours() -> None:
    picture, truth = draw_disc()
    green = picture.copy()
    green[truth < 1] = (40, 200, 60)
    green[35:45, 43:53] = (120, 190, 120)
    cutout = mattework.cut_out(green, from_mask=truth, key="green")
    clean = list(cutout.document.walk_layers())[-1].pixels
    assert clean[40, 48, 1] < green[40, 48, 1] - 20, "the reflection inside the subject goes too"
    assert cutout.recipe.key == "green"
    with pytest.raises(UsageError, match="colour with a hue"):
        mattework.cut_out(green, from_mask=truth, key="gray")


def test_an_alpha_that_is_solved_already_is_finished_as_a_cut_is() -> None:
    rgb, _ = draw_disc(120, 100)
    document = open_source(rgb)
    _, soft = draw_disc(30, 25)
    cut = mattework.cut_out(document, from_mask=soft)
    photo, notes = mattework.find_photo(cut.document, cut.recipe)
    again = mattework.finish_cutout(
        document, photo, cut.alpha, cut.trimap, recipe=cut.recipe, inputs=cut.inputs
    )
    assert notes == ()
    np.testing.assert_array_equal(again.alpha, cut.alpha)
    for one, other in zip(cut.document.walk_layers(), again.document.walk_layers(), strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
    assert again.report.solver == cut.report.solver
    assert again.recipe == cut.recipe


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_rounding_of_ones_own_alpha_makes_no_specks_in_the_mask(dtype: type[Any]) -> None:
    white = 1 if dtype is np.float32 else np.iinfo(dtype).max
    document = open_source(np.full((2, 2, 3), white, dtype))
    alpha = np.array([[-0.0005, 0.0], [1.0, 1.0005]], np.float32)
    trimap = np.array([[0, 0], [255, 255]], np.uint8)
    photo = mattework.take_photo(document)
    cut = mattework.finish_cutout(
        document, photo, alpha, trimap, recipe=mattework.Recipe(), inputs=mattework.RecipeInputs()
    )
    (layer, *_) = cut.document.walk_layers()
    assert layer.mask is not None
    np.testing.assert_array_equal(layer.mask.pixels, np.array([[0, 0], [white, white]]))


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_a_neutral_lab_photo_stays_neutral_at_more_bits(bits: int, tmp_path: Path) -> None:
    neutral = np.zeros((20, 20, 3), np.uint8)  # a and b are signed in a TIFF
    neutral[..., 0] = 128
    tifffile.imwrite(tmp_path / "lab.tif", neutral, photometric="cielab")
    mask = np.zeros((20, 20), np.uint8)
    mask[:, 10:] = 255
    cutout = mattework.cut_out(tmp_path / "lab.tif", trimap=mask, colours=0)
    cutout.save(tmp_path / "out.tif", format="tiff", bits=bits)
    stored = tifffile.imread(tmp_path / "out.tif")
    assert (stored[:, 12:, 1:3] == 0).all()
    assert stored[5, 15, 0] == pytest.approx({8: 128, 16: 128 * 257, 32: 100 * 128 / 255}[bits])


def test_sixteen_bits_asked_of_an_eight_bit_photo_keep_the_alpha_as_fine_as_it_was_solved(
    tmp_path: Path,
) -> None:
    import tifffile

    picture, truth = draw_disc(200, 160, soft=60)
    cutout = mattework.cut_out(picture, from_mask=truth)
    cutout.save(tmp_path / "deep.tif", format="tiff", bits=16)
    deep = tifffile.imread(tmp_path / "deep.tif")
    assert deep.dtype == np.uint16
    assert len(np.unique(deep[..., 3])) > 256
    assert np.abs(deep[..., 3] / 65535 - cutout.alpha).max() < 1e-4
    solid = cutout.alpha == 1
    assert (deep[..., :3][solid] == picture[solid].astype(np.uint16) * 257).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"edge": EdgeSettings(shift=np.float32(1))},  # type: ignore[arg-type]
        {"strokes": [Stroke(kind="unknown", radius=3.0, points=((np.float32(3), 4.0),))]},  # type: ignore[arg-type]
        {"strokes": [Stroke(kind="foreground", shape="line", radius=3.0, points=((3.0, 3.0),))]},  # type: ignore[arg-type]
        {"strokes": [Stroke(kind="fg", radius=3.0, points=((3.0, 3.0),))]},  # type: ignore[arg-type]
        {"strokes": [Stroke(kind="unknown", radius=3.0, points=((3.0, 3.0, 1.0),))]},  # type: ignore[arg-type]
        {"edge": EdgeSettings(feather=True)},
        {"edge": EdgeSettings(feather="3")},  # type: ignore[arg-type]
        {"shadow": Shadow(kind="cast")},  # type: ignore[arg-type]
        {"colours": True},
        {"input_side": -5},
    ],
)
def test_what_could_not_be_saved_or_seen_is_refused_before_any_work(wrong: dict[str, object]) -> None:
    picture, truth = draw_disc()
    with pytest.raises(UsageError):
        mattework.cut_out(picture, from_mask=truth, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [{"shadow": "drop"}, {"edge": {"shift": 1}}, {"prompts": [1]}, {"strokes": ["line"]}, {"rules": 2}],
)
def test_what_is_of_another_kind_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=rf"{next(iter(given))}.* must be a mattework\."):
        mattework.cut_out(np.zeros((20, 20, 3), np.uint8), from_mask=np.ones((20, 20), np.float32), **given)
