"""Raw files as documents and back: no sample changes that need not change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.arrays import AnyArray
from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.worker.protocol import Picture
from mattework.worker.rasters import DTYPES, quantise, read_document, read_plane, unit_values, write_colours

KINDS = sorted(DTYPES)


def make_raw(sample: str, channels: int) -> AnyArray:
    values = np.random.default_rng(3).random((5, 7, channels))
    return quantise(values, DTYPES[sample])


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("sample", KINDS)
def test_colours_that_did_not_change_come_back_byte_for_byte(
    tmp_path: Path, sample: str, channels: int, linear: bool
) -> None:
    raw = make_raw(sample, channels)
    raw.tofile(tmp_path / "in.raw")
    picture = Picture("in.raw", 7, 5, channels, channels in (2, 4), sample, linear)
    document, kept = read_document(picture, tmp_path)
    layer = next(document.walk_layers())
    assert (layer.alpha is not None) == (channels in (2, 4))
    write_colours(layer.pixels, document, kept, picture, tmp_path / "out.raw")
    assert (tmp_path / "out.raw").read_bytes() == raw.tobytes()


@pytest.mark.parametrize("sample", KINDS)
def test_changed_linear_colours_are_decoded_again(tmp_path: Path, sample: str) -> None:
    raw = make_raw(sample, 3)
    raw.tofile(tmp_path / "in.raw")
    picture = Picture("in.raw", 7, 5, 3, False, sample, linear=True)
    document, kept = read_document(picture, tmp_path)
    layer = next(document.walk_layers())
    assert layer.pixels.dtype == np.float32
    nudged = layer.pixels + np.float32(1e-6)
    write_colours(nudged, document, kept, picture, tmp_path / "out.raw")
    out = read_plane(tmp_path / "out.raw", sample, Size(7, 5), 3)
    assert np.abs(unit_values(out) - unit_values(raw)).max() < (2e-3 if sample == "half" else 1e-5)


def test_linear_light_is_encoded_with_the_srgb_curve(tmp_path: Path) -> None:
    np.array([0.0, 0.2140411, 1.0, -0.2140411], np.float32).tofile(tmp_path / "in.raw")
    document, _ = read_document(Picture("in.raw", 2, 2, 1, False, "float", linear=True), tmp_path)
    values = next(document.walk_layers()).pixels.ravel()
    assert np.allclose(values, [0, 0.5, 1, -0.5], atol=1e-6)


@given(st.sampled_from(["u8", "u16", "u32"]), st.lists(st.integers(0, 255), min_size=1, max_size=20))
def test_masks_keep_their_values_through_unit_floats(sample: str, values: list[int]) -> None:
    white = np.iinfo(DTYPES[sample]).max
    samples = np.array([value * (white // 255) for value in values], DTYPES[sample])
    again = quantise(unit_values(samples), DTYPES[sample])
    assert np.abs(again.astype(np.float64) - samples).max() <= (white / 2**24 if sample == "u32" else 0)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "/etc/passwd"])
def test_file_names_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not the name of a file"):
        read_document(Picture(name, 1, 1, 3, False, "u8"), tmp_path)


@pytest.mark.parametrize(
    ("width", "height", "channels"), [(0, 5, 3), (7, 5, 9), (1 << 20, 1 << 20, 3), (8, 5, 3)]
)
def test_sizes_that_lie_are_refused(tmp_path: Path, width: int, height: int, channels: int) -> None:
    (tmp_path / "in.raw").write_bytes(bytes(7 * 5 * 3))
    with pytest.raises(UsageError):
        read_document(Picture("in.raw", width, height, channels, False, "u8"), tmp_path)
