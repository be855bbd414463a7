from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formats.pictures import make_document, make_exif, make_srgb_profile, only_layer, save_to_bytes
from mattework.document.model import ColorMode, Metadata
from mattework.errors import OutputExists, UsageError
from mattework.formats.files import open_document, read_mask, read_trimap, save_mask
from mattework.geometry import Size


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from([8, 16]), st.sampled_from(["png", "tiff"]))
def test_a_mask_comes_back_to_its_bits(width: int, height: int, bits: int, format: str) -> None:
    alpha = np.random.default_rng(width).random((height, width), np.float32)
    stream = BytesIO()
    save_mask(alpha, stream, bits=bits, format=format)
    back = read_mask(stream.getvalue(), Size(width, height))
    assert back.dtype == np.float32
    assert np.abs(back - alpha).max() <= 0.5001 / ((1 << bits) - 1)
    assert open_document(stream.getvalue()).depth == bits


def test_a_little_overshoot_is_clipped_and_other_scales_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    save_mask(np.array([[-0.1, 1.2, 0.0]], np.float32), path)
    assert read_mask(path).tolist() == [[0, 1, 0]]
    for bad in ([[-1.0, 2.0, 0.0]], [[0.0, 128.0, 255.0]], [[0.0, np.nan, 1.0]]):
        with pytest.raises(UsageError, match=r"0 to 1|no numbers"):
            save_mask(np.array(bad, np.float32), tmp_path / "other.png")
        assert not (tmp_path / "other.png").exists()
    with pytest.raises(OutputExists):
        save_mask(np.zeros((1, 1), np.float32), path)


def test_resolution_and_exif_travel_but_no_profile(tmp_path: Path) -> None:
    metadata = Metadata(dpi=(300.0, 300.0), exif=make_exif(), icc=make_srgb_profile())
    save_mask(np.ones((3, 4), np.float32), tmp_path / "mask.tif", metadata=metadata)
    back = open_document(tmp_path / "mask.tif")
    assert back.mode is ColorMode.GRAY
    assert back.metadata.dpi == (300.0, 300.0)
    assert back.metadata.icc is None
    assert back.metadata.exif is not None


@pytest.mark.parametrize(
    ("target", "format", "said"),
    [
        ("mask.jpg", None, r"mask\.jpg"),
        ("mask", None, "mask does not say"),
        (BytesIO(), None, "stream has no name"),
        (BytesIO(), "webp", "not as 'webp'"),
    ],
)
def test_only_png_and_tiff(target: str | BytesIO, format: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        save_mask(np.zeros((2, 2), np.float32), target, format=format)
    assert "PNG or TIFF" in str(caught.value)


def test_other_depths_are_refused() -> None:
    with pytest.raises(UsageError, match="8 or 16 bits, not 32"):
        save_mask(np.zeros((2, 2), np.float32), BytesIO(), bits=32, format="png")


def test_wrong_shapes_are_refused() -> None:
    for shape in ((2, 2, 1), (0, 4)):
        with pytest.raises(UsageError):
            save_mask(np.zeros(shape, np.float32), BytesIO(), format="png")


def test_transparency_wins_over_brightness() -> None:
    document = make_document(alpha=True, depth=16)
    alpha = only_layer(document).alpha
    assert alpha is not None
    data, _ = save_to_bytes(document, "png")
    np.testing.assert_allclose(read_mask(data), alpha / 65535, atol=1e-6)
    alpha[:] = 65535
    only_layer(document).pixels[:] = np.array([65535, 0, 0])
    assert read_mask(save_to_bytes(document, "png")[0]) == pytest.approx(0.2126, abs=1e-4)


def save_layer(values: npt.NDArray[np.uint8], opacity: npt.NDArray[np.uint8]) -> bytes:
    stream = BytesIO()
    Image.fromarray(np.dstack([values] * 3 + [opacity])).save(stream, "PNG")
    return stream.getvalue()


def test_a_mask_in_black_and_white_on_a_layer_gives_its_brightness() -> None:
    values = np.zeros((20, 20), np.uint8)
    values[5:15, 5:15] = 255
    opacity = np.full((20, 20), 255, np.uint8)
    opacity[0, 0] = 254
    np.testing.assert_array_equal(read_mask(save_layer(values, opacity)), values / 255)
    opacity[:4] = 0  # nothing was painted there
    np.testing.assert_array_equal(read_mask(save_layer(values, opacity)), values / 255)


def test_a_soft_mask_that_is_all_but_opaque_gives_its_brightness() -> None:
    values = np.tile(np.linspace(0, 255, 20).astype(np.uint8), (20, 1))
    opacity = np.full((20, 20), 255, np.uint8)
    opacity[0, 0] = 254
    np.testing.assert_allclose(read_mask(save_layer(values, opacity)), values / 255, atol=1 / 250)


def test_a_gray_photograph_that_was_cut_out_gives_its_alpha() -> None:
    values = np.tile(np.linspace(0, 255, 20).astype(np.uint8), (20, 1))
    opacity = np.zeros((20, 20), np.uint8)
    opacity[5:15, 5:15] = 255
    np.testing.assert_array_equal(read_mask(save_layer(values, opacity)), opacity / 255)
    white = np.full((20, 20), 255, np.uint8)
    np.testing.assert_array_equal(read_mask(save_layer(white, opacity)), opacity / 255)


def test_a_trimap_painted_on_a_transparent_layer_keeps_its_unknown_band() -> None:
    values, opacity = np.zeros((9, 9), np.uint8), np.zeros((9, 9), np.uint8)
    values[2:7, 2:7], values[3:6, 3:6], opacity[2:7, 2:7] = 128, 255, 255
    assert (read_trimap(save_layer(values, opacity)) == values).all()


@pytest.mark.parametrize("word", ["mask", "trimap"])
def test_floats_of_another_range_are_refused(word: str, tmp_path: Path) -> None:
    path = tmp_path / "opencv.tif"
    tifffile.imwrite(path, np.array([[0, 128, 255]] * 3, np.float32))
    with pytest.raises(UsageError, match=f"{word} of floats runs from 0 to 1; this one from 0 to 255"):
        (read_mask if word == "mask" else read_trimap)(path)


def test_a_trimap_of_labels_is_refused() -> None:
    stream = BytesIO()
    Image.fromarray(np.array([[0, 1, 2]], np.uint8)).save(stream, "PNG")
    with pytest.raises(UsageError, match="Multiply it by 128"):
        read_trimap(stream.getvalue())


def test_what_a_mask_file_lacked_is_told(tmp_path: Path) -> None:
    path = tmp_path / "holes.tif"
    tifffile.imwrite(path, np.array([[0, np.nan, 1]] * 3, np.float32))
    notes: list[str] = []
    assert read_mask(path, tell=notes.append).tolist() == [[0, 0, 1]] * 3
    assert notes == ["The mask: 3 pixels were not numbers (NaN or infinite) and were set to 0."]


@pytest.mark.parametrize("mode", ["L", "RGB", "1", "P", "CMYK"])
def test_white_is_subject_in_every_mode(mode: str) -> None:
    image = Image.new("L", (4, 2), 0)
    image.paste(255, (0, 0, 2, 2))
    stream = BytesIO()
    converted = image.convert("RGB").convert(mode) if mode in ("P", "CMYK") else image.convert(mode)
    converted.save(stream, "TIFF")
    assert read_mask(stream.getvalue()).tolist() == [[1, 1, 0, 0]] * 2


def test_another_size_is_refused_with_both_sizes() -> None:
    stream = BytesIO()
    save_mask(np.zeros((4, 5), np.float32), stream, format="png")
    with pytest.raises(UsageError, match=r"5 x 4.*50 x 40"):
        read_mask(stream.getvalue(), Size(50, 40))
    with pytest.raises(UsageError):
        read_trimap(stream.getvalue(), Size(50, 40))


def test_a_trimap_has_three_values() -> None:
    stream = BytesIO()
    values = np.array([[0, 10, 25, 26, 128, 229, 230, 250, 255]], np.uint8)
    Image.fromarray(values).save(stream, "PNG")
    trimap = read_trimap(stream.getvalue(), Size(9, 1))
    assert trimap.dtype == np.uint8
    assert trimap.tolist() == [[0, 0, 0, 128, 128, 128, 255, 255, 255]]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.bool_])
def test_a_mask_of_no_floats_is_not_written_as_another_one(kind: type) -> None:
    with pytest.raises(UsageError, match="floats of 0 to 1"):
        save_mask(np.ones((2, 2), kind), BytesIO(), format="png")


def test_a_mask_with_colours_is_told_where_its_brightness_counts(tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (20, 30, 4), dtype=np.uint8)
    colours[..., 3] = 0
    colours[5:15, 5:20, 3] = 255
    told: list[str] = []
    Image.fromarray(colours).save(tmp_path / "cutout.png")
    assert (read_mask(tmp_path / "cutout.png", tell=told.append) == colours[..., 3] / 255).all()
    assert told == []
    Image.fromarray(colours[..., :3].copy()).save(tmp_path / "photo.png")
    read_mask(tmp_path / "photo.png", tell=told.append)
    assert told == ["The mask has colours; how bright they are was taken."]
    gray = np.repeat(colours[..., :1], 3, axis=2)
    Image.fromarray(gray).save(tmp_path / "gray.jpg")
    read_mask(tmp_path / "gray.jpg", tell=told.append)
    assert len(told) == 1
