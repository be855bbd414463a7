"""A mask on one layer of somebody's layered TIFF: other layers, tags and blocks stay as they are."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from formats.layered import LIMITS, assert_same_node, make_layered, noise
from formats.little_tiff import make_little
from formats.pictures import make_exif, make_srgb_profile
from mattework.arrays import AnyArray
from mattework.document.composite import flatten_document
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    Metadata,
    depth_dtype,
    depth_white,
)
from mattework.errors import DamagedFile, FormatCannotHold, UnsupportedFile, UsageError
from mattework.formats import tiff_edit
from mattework.formats.layered_tiff import read_layered_tiff, write_layered_tiff
from mattework.formats.psd_edit import EditReport, NewMask
from mattework.formats.source_data import find_source_data
from mattework.formats.tiff_edit import add_mask_in_tiff, open_tiff_layer
from mattework.geometry import Rect, Size

DEPTHS: tuple[Depth, ...] = (8, 16, 32)
STRUCTURE = {273, 279, 37724}
"""Positions and sizes of strips, and the layers: what an edit may point elsewhere."""
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta>'
)
OTHER_XMP = XMP.replace(b"></rdf:RDF>", b"> </rdf:RDF>")
PAGES: dict[str, dict[str, Any]] = {
    "plain": {},
    "strips": {"rowsperstrip": 7},
    "zlib": {"compression": "zlib", "rowsperstrip": 5},
    "predicted": {"compression": "zlib", "predictor": True, "rowsperstrip": 4},
    "lzw": {"compression": "lzw", "predictor": True, "rowsperstrip": 8},
}


def make_simple(depth: Depth = 8) -> Document:
    """Two layers that any compositor shows alike, the upper one larger than the canvas."""
    size = Size(37, 29)
    over = Rect(-3, 2, 40, 31)
    ground = Layer("Background", size.rect, noise(size.rect, depth, 3, 1))
    return Document(size, ColorMode.RGB, depth, (ground, Layer("Photo", over, noise(over, depth, 3, 2))))


def write(document: Document) -> bytes:
    stream = BytesIO()
    write_layered_tiff(document, stream)
    return stream.getvalue()


def ramp(rect: Rect, depth: Depth) -> AnyArray:
    values = np.tile(np.linspace(0, depth_white(depth), rect.width), (rect.height, 1))
    return np.ascontiguousarray(values.astype(depth_dtype(depth)))


def edit(data: bytes, layer: str | int, mask: Mask, **options: Any) -> tuple[bytes, EditReport]:
    target = BytesIO()
    new = NewMask(layer=layer, mask=mask, **options)
    report = add_mask_in_tiff(BytesIO(data), target, new, limits=LIMITS, name="design.tif")
    return target.getvalue(), report


def reread(data: bytes) -> Document:
    document = read_layered_tiff(BytesIO(data), limits=LIMITS, name="design.tif")
    assert document is not None
    return document


def list_tags(data: bytes) -> dict[int, tuple[int, int, bytes]]:
    """Every tag of the first page with type, count and raw value."""
    with tifffile.TiffFile(BytesIO(data)) as file:
        found = {}
        for tag in file.pages[0].tags:
            start = tag.valueoffset
            size = tag.valuebytecount
            found[int(tag.code)] = (int(tag.dtype), int(tag.count), data[start : start + size])
        return found


def list_channels(data: bytes) -> list[tuple[str, dict[int, bytes]]]:
    """The bytes of every channel of every layer, as they lie in the file."""
    stream = BytesIO(data)
    found = find_source_data(stream, name="x")
    assert found is not None
    spots = found.scan(stream, name="x")
    return [
        (spot.record.name, {channel.id: channel.span.read(stream) for channel in spot.channels})
        for spot in spots
    ]


def assert_only_that_mask_changed(before: bytes, after: bytes, index: int) -> None:
    old, new = list_channels(before), list_channels(after)
    assert len(old) == len(new)
    for number, ((_, one), (_, two)) in enumerate(zip(old, new, strict=True)):
        if number == index:
            one, two = (
                {key: value for key, value in item.items() if key not in (-2, -1)} for item in (one, two)
            )
        assert one == two


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("little", [False, True], ids=["big-endian", "little-endian"])
def test_the_mask_is_on_that_layer_and_nothing_else_changed(depth: Depth, little: bool) -> None:
    document = make_simple(depth)
    before = make_little(document) if little else write(document)
    mask = Mask(document.size.rect, ramp(document.size.rect, depth))
    after, report = edit(before, "Photo", mask)
    assert report.composite_made
    assert report.reasons == ()
    assert_only_that_mask_changed(before, after, 1)
    back = reread(after)
    ground, photo = back.walk_layers()
    assert photo.mask is not None
    assert photo.mask.rect == photo.rect
    inside = photo.mask.pixels[: 29 - 2, 3:40]
    assert np.array_equal(inside, mask.pixels[2:])
    assert not photo.mask.pixels[:, :3].any()
    assert_same_node(replace(photo, mask=None), document.layers[1])
    assert_same_node(ground, document.layers[0])
    old, new = list_tags(before), list_tags(after)
    thumbnail = {34377} if 34377 in old else set()
    assert {tag for tag in old.keys() | new.keys() if old.get(tag) != new.get(tag)} <= STRUCTURE | thumbnail


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
@pytest.mark.parametrize("depth", [8, 16])
def test_the_page_is_made_anew_as_it_was_stored(page: dict[str, Any], depth: Depth) -> None:
    document = make_simple(depth)
    before = make_little(document, **page)
    mask = Mask(document.size.rect, ramp(document.size.rect, depth))
    after, report = edit(before, "Photo", mask)
    assert report.composite_made
    color, alpha = flatten_document(reread(after))
    assert alpha is None
    assert np.array_equal(tifffile.imread(BytesIO(after)), color)
    assert {key: value for key, value in list_tags(before).items() if key not in STRUCTURE} == {
        key: value for key, value in list_tags(after).items() if key not in STRUCTURE
    }


def test_a_background_is_unlocked_and_the_page_shows_white_behind_it() -> None:
    document = make_simple()
    hidden = replace(document.layers[1], visible=False)
    locked = make_little(replace(document, layers=(document.layers[0], hidden)))
    black = Mask(document.size.rect, np.zeros(document.size.shape, np.uint8))
    after, report = edit(locked, "Background", black)
    assert any("white" in change for change in report.changed)
    assert (tifffile.imread(BytesIO(after)) == 255).all()


def test_metadata_stay_as_they_were_and_others_still_read_the_file() -> None:
    document = make_simple()
    metadata = Metadata(icc=make_srgb_profile(), exif=make_exif(), xmp=XMP, dpi=(300.0, 150.0))
    before = write(replace(document, metadata=metadata))
    mask = Mask(document.size.rect, ramp(document.size.rect, 8))
    after, _ = edit(before, 1, mask)
    with Image.open(BytesIO(before)) as one, Image.open(BytesIO(after)) as two:
        assert dict(one.getexif().get_ifd(0x8769)) == dict(two.getexif().get_ifd(0x8769))
        assert one.info["icc_profile"] == two.info["icc_profile"]
        assert one.info["dpi"] == two.info["dpi"]
        assert np.array_equal(np.asarray(two), flatten_document(reread(after))[0])
    assert reread(after).metadata.xmp == metadata.xmp


@pytest.mark.parametrize("has_xmp", [False, True])
def test_the_recipe_goes_into_the_xmp_when_asked(has_xmp: bool) -> None:
    document = make_simple()
    metadata = replace(document.metadata, xmp=XMP if has_xmp else None, exif=make_exif())
    before = write(replace(document, metadata=metadata))
    mask = Mask(document.size.rect, ramp(document.size.rect, 8))
    after, report = edit(before, "Photo", mask, xmp=OTHER_XMP)
    assert "the XMP data" in report.changed
    back = reread(after)
    assert back.metadata.xmp == OTHER_XMP
    assert report.composite_made
    assert back.composite is not None
    assert np.array_equal(back.composite, flatten_document(back)[0])
    old, new = list_tags(before), list_tags(after)
    assert {tag for tag in old.keys() | new.keys() if old.get(tag) != new.get(tag)} <= STRUCTURE | {
        700,
        34377,
    }


def test_editing_again_does_not_let_the_file_grow() -> None:
    document = make_simple()
    mask = Mask(document.size.rect, ramp(document.size.rect, 8))
    once, _ = edit(make_little(document), "Photo", mask)
    twice, _ = edit(once, "Photo", mask, existing="replace")
    assert len(twice) == len(once)
    assert reread(twice).layers[1].mask is not None
    ours, _ = edit(write(document), "Photo", mask)  # ours has its layers at the end from the start
    assert len(ours) < len(write(document)) + 8000


def test_a_mask_that_finds_room_takes_the_place_of_the_old_one() -> None:
    document = make_simple()
    layer = document.layers[1]
    assert isinstance(layer, Layer)
    noise = np.random.default_rng(0).integers(0, 256, layer.rect.size.shape).astype(np.uint8)
    once, _ = edit(write(document), "Photo", Mask(layer.rect, noise), xmp=OTHER_XMP)
    once, _ = edit(once, "Photo", Mask(layer.rect, noise[::-1].copy()), existing="replace", xmp=OTHER_XMP)
    sizes = []
    for value in (noise, ramp(layer.rect, 8), noise[:, ::-1].copy(), np.zeros_like(noise)):
        again, report = edit(once, "Photo", Mask(layer.rect, value), existing="replace", xmp=OTHER_XMP)
        back = reread(again)
        photo = back.layers[1]
        assert isinstance(photo, Layer)
        assert photo.mask is not None
        assert (photo.mask.pixels == value).all()
        assert (photo.pixels == layer.pixels).all()
        assert report.composite_made
        assert back.composite is not None
        assert np.array_equal(back.composite, flatten_document(back)[0])
        assert back.metadata.xmp == OTHER_XMP
        sizes.append(len(again))
    layers = find_source_data(BytesIO(once), name="once.tif")
    assert layers is not None
    assert max(sizes) < len(once) + layers.value.size, "the layers' data are not there twice"


def test_what_we_cannot_show_is_kept_and_said() -> None:
    document = make_simple()
    grain = replace(document.layers[1], name="grain", blend=BlendMode.DISSOLVE)
    before = write(replace(document, layers=(*document.layers, grain)))
    page = tifffile.imread(BytesIO(before))
    after, report = edit(before, "Photo", Mask(document.size.rect, ramp(document.size.rect, 8)))
    assert not report.composite_made
    assert "grain" in report.reasons[0]
    assert np.array_equal(tifffile.imread(BytesIO(after)), page)
    assert_only_that_mask_changed(before, after, 1)


def test_a_page_with_a_saved_selection_is_kept_and_said() -> None:
    document = make_simple()
    color, _ = flatten_document(document)
    page = np.concatenate([color, color[..., :1]], axis=-1)
    before = make_little(document, picture=page, extrasamples=[0])
    after, report = edit(before, "Photo", Mask(document.size.rect, ramp(document.size.rect, 8)))
    assert not report.composite_made
    assert "selections" in report.reasons[0]
    assert np.array_equal(tifffile.imread(BytesIO(after)), page)


def test_groups_and_existing_masks_are_treated_as_in_a_psd() -> None:
    document = make_layered()
    before = write(document)
    mask = Mask(document.size.rect, ramp(document.size.rect, 8))
    with pytest.raises(UsageError, match="replace, multiply, intersect or keep"):
        edit(before, "切り抜き", mask)
    kept, report = edit(before, "切り抜き", mask, existing="keep")
    assert kept == before
    assert report.changed == ()
    after, _ = edit(before, "切り抜き", mask, existing="intersect")
    group = reread(after).layers[1]
    assert isinstance(group, Group)
    old = next(node for _, node in document.walk() if node.name == "切り抜き").mask
    new = next(node for node in group.children if node.name == "切り抜き").mask
    assert old is not None
    assert new is not None
    assert np.array_equal(new.pixels, np.minimum(old.pixels, mask.pixels))


def test_one_layer_is_opened_alone() -> None:
    document = make_simple(16)
    for data in (write(document), make_little(document)):
        alone = open_tiff_layer(BytesIO(data), "photo", limits=LIMITS, name="design.tif")
        assert_same_node(alone.layers[0], document.layers[1])


def test_a_flat_tiff_is_refused_with_the_way_out() -> None:
    stream = BytesIO()
    Image.new("RGB", (5, 4)).save(stream, "TIFF")
    with pytest.raises(UnsupportedFile, match="Leave out --layer"):
        open_tiff_layer(stream, 1, limits=LIMITS, name="flat.tif")


def test_too_much_for_a_tiff_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    document = make_simple()
    before = write(document)
    monkeypatch.setattr(tiff_edit, "CLASSIC_BYTES", len(before))
    with pytest.raises(FormatCannotHold, match="PSB"):
        edit(before, "Photo", Mask(document.size.rect, ramp(document.size.rect, 8)))


@pytest.mark.parametrize("part", [0.3, 0.9, 0.99])
def test_cut_files_are_refused(part: float) -> None:
    data = write(make_simple())
    with pytest.raises(DamagedFile):
        edit(data[: int(len(data) * part)], "Photo", Mask(Rect(0, 0, 37, 29), ramp(Rect(0, 0, 37, 29), 8)))


def test_a_file_of_photoshop_on_windows(shared_data: Path) -> None:
    path = next((shared_data / "psd-corpus").rglob("tiff_adobe_deflate.tif"), None)
    if path is None:
        pytest.skip("needs the collection of Photoshop files")
    before = path.read_bytes()
    size = reread(before).size
    after, report = edit(before, "Layer 1", Mask(size.rect, ramp(size.rect, 8)))
    assert report.composite_made
    assert_only_that_mask_changed(before, after, 1)
    back = reread(after)
    assert back.composite is not None
    assert np.array_equal(back.composite, flatten_document(back)[0])
