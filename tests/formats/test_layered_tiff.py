"""Layered TIFF: the layers come back in either byte order, and the flat page is what everyone else sees."""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from psd_tools.constants import Compression

from formats.layered import LIMITS, assert_same_layers, make_layered, noise
from formats.little_tiff import make_little
from formats.pictures import make_exif, make_srgb_profile
from mattework.document import composite
from mattework.document.composite import flatten_document
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Layer,
)
from mattework.errors import DamagedFile, FormatCannotHold, MatteworkError
from mattework.formats import layered_tiff
from mattework.formats.layered_tiff import read_layered_tiff, write_layered_tiff
from mattework.formats.psd_planes import unpack_plane
from mattework.geometry import Rect, Size

DEPTHS: tuple[Depth, ...] = (8, 16, 32)


def write(document: Document) -> bytes:
    stream = BytesIO()
    write_layered_tiff(document, stream)
    return stream.getvalue()


def reread(data: bytes) -> Document:
    document = read_layered_tiff(BytesIO(data), limits=LIMITS, name="design.tif")
    assert document is not None
    return document


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", ColorMode, ids=str)
def test_round_trip_keeps_every_layer(mode: ColorMode, depth: Depth) -> None:
    document = make_layered(mode, depth)
    back = reread(write(document))
    assert_same_layers(back, document)
    assert back.notes == ()
    assert back.metadata.dpi == (300.0, 150.0)
    color, _ = flatten_document(document)
    assert back.composite is not None
    tolerance = 1e-6 if depth == 32 else 0
    assert np.abs(back.composite.astype(float) - color.astype(float)).max() <= tolerance


def test_metadata_travel() -> None:
    document = make_layered()
    metadata = replace(document.metadata, icc=make_srgb_profile(), exif=make_exif())
    data = write(replace(document, metadata=metadata))
    assert data[:2] == b"MM"
    back = reread(data)
    assert back.metadata.icc == metadata.icc
    assert back.metadata.exif is not None
    with Image.open(BytesIO(data)) as image:
        assert image.getexif().get_ifd(0x8769)


def test_others_see_the_flat_page() -> None:
    document = make_layered()
    color, _ = flatten_document(document)
    data = write(document)
    with Image.open(BytesIO(data)) as image:
        assert np.array_equal(np.asarray(image), color)
    assert np.array_equal(tifffile.imread(BytesIO(data)), color)


def test_a_page_of_many_strips_and_bands_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composite, "_BAND_PIXELS", 64 * 50)
    rect = Rect(0, 0, 50, 333)
    color = noise(rect, 16, 3)
    half = Layer(
        "half", Rect(0, 0, 50, 100), noise(Rect(0, 0, 50, 100), 16, 3), noise(Rect(0, 0, 50, 100), 16)
    )
    document = Document(rect.size, ColorMode.RGB, 16, (Layer("ground", rect, color), half))
    data = write(document)
    assert_same_layers(reread(data), document)
    assert np.array_equal(tifffile.imread(BytesIO(data)), flatten_document(document)[0])


def test_a_transparent_picture_has_an_opaque_page_on_white_and_says_so() -> None:
    document = make_layered(transparent=True)
    stream = BytesIO()
    notes = write_layered_tiff(document, stream)
    assert any("white" in note for note in notes)
    color, alpha = flatten_document(document)
    assert alpha is not None
    share = alpha[..., None] / 255
    page = tifffile.imread(BytesIO(stream.getvalue()))
    assert page.shape == color.shape
    assert np.abs(page - (color * share + 255 * (1 - share))).max() <= 1
    assert_same_layers(reread(stream.getvalue()), document)


def test_a_flat_tiff_has_no_layers() -> None:
    stream = BytesIO()
    Image.new("RGB", (5, 4)).save(stream, "TIFF")
    assert read_layered_tiff(stream, limits=LIMITS, name="flat.tif") is None


def test_too_much_for_a_tiff_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layered_tiff, "CLASSIC_BYTES", 1000)
    with pytest.raises(FormatCannotHold, match="PSB"):
        write_layered_tiff(make_layered(), BytesIO())


def test_rows_too_long_to_be_counted_are_refused_with_the_way_out() -> None:
    rect = Rect(0, 0, 66_000, 2)
    wide = Document(rect.size, ColorMode.GRAY, 8, (Layer("panorama", rect, noise(rect, 8, 1)),))
    with pytest.raises(FormatCannotHold, match="PSB"):
        write_layered_tiff(wide, BytesIO())


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_cut_files_are_refused(part: float) -> None:
    data = write(make_layered(depth=16))
    with pytest.raises(DamagedFile):
        read_layered_tiff(BytesIO(data[: int(len(data) * part)]), limits=LIMITS, name="design.tif")


# --- little-endian files, as Photoshop writes them on Windows ------------------------------------------------------------


@pytest.mark.parametrize("depth", DEPTHS)
def test_little_endian_layers_are_read(depth: Depth) -> None:
    document = make_layered(depth=depth)
    assert_same_layers(reread(make_little(document)), document)


def test_little_endian_differences_are_added_up_in_their_own_order() -> None:
    plane = noise(Rect(0, 0, 9, 5), 16)
    steps = plane.copy()
    steps[:, 1:] -= plane[:, :-1]
    data = zlib.compress(steps.astype("<u2").tobytes())
    out = np.empty_like(plane)
    unpack_plane(data, Compression.ZIP_WITH_PREDICTION, out, version=1, order="<")
    assert np.array_equal(out, plane)


@pytest.mark.parametrize("at", range(0, 370, 7))
def test_damaged_little_endian_layers_never_crash(at: int) -> None:
    size = Size(6, 5)
    layer = Layer("one", size.rect, noise(size.rect, 8, 3), blend=BlendMode.MULTIPLY)
    data = bytearray(make_little(Document(size, ColorMode.RGB, 8, (layer,))))
    start = data.index(b"Adobe Photoshop Document Data Block") + 36
    data[start + at] ^= 0xFF
    with suppress(MatteworkError):
        read_layered_tiff(BytesIO(bytes(data)), limits=LIMITS, name="design.tif")


def test_a_file_of_photoshop_on_windows(shared_data: Path) -> None:
    path = next((shared_data / "psd-corpus").rglob("tiff_adobe_deflate.tif"), None)
    if path is None:
        pytest.skip("needs the collection of Photoshop files")
    document = reread(path.read_bytes())
    assert [layer.name for layer in document.walk_layers()] == ["Background", "Layer 1"]
    assert document.composite is not None
    color, _ = flatten_document(document)
    assert np.abs(color.astype(int) - document.composite).max() <= 1
