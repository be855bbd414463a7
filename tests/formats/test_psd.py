"""PSD and PSB: what is written comes back, and what other readers see is the same."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from psd_tools import PSDImage

from formats.layered import LIMITS, assert_same_layers, make_layered, noise, reread, write
from formats.pictures import make_exif, make_srgb_profile
from mattework.document import composite
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
    depth_white,
)
from mattework.errors import Cancelled, FormatCannotHold
from mattework.formats import psd
from mattework.formats.psd import choose_container, read_psd, write_psd
from mattework.formats.psd_encode import estimate_bytes, list_layers, write_layers
from mattework.formats.psd_resources import THUMBNAIL, read_resources
from mattework.formats.xmp import put_recipe
from mattework.geometry import Rect, Size
from mattework.recipe import Recipe, RecipeInputs

DEPTHS: tuple[Depth, ...] = (8, 16, 32)


@pytest.mark.parametrize("transparent", [False, True], ids=["opaque", "transparent"])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", ColorMode, ids=str)
def test_round_trip_keeps_every_layer(mode: ColorMode, depth: Depth, transparent: bool) -> None:
    document = make_layered(mode, depth, transparent=transparent)
    back = reread(document)
    assert_same_layers(back, document)
    assert back.notes == ()
    assert back.metadata.dpi == (300.0, 150.0)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", ColorMode, ids=str)
def test_the_merged_picture_is_what_the_layers_make(mode: ColorMode, depth: Depth) -> None:
    document = make_layered(mode, depth)
    color, alpha = flatten_document(document)
    back = reread(document)
    assert alpha is None
    assert back.composite is not None
    if depth == 32:  # ink is stored as 1 - ink
        np.testing.assert_allclose(back.composite, color, atol=1e-7)
    else:
        assert np.array_equal(back.composite, color)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_merged_picture_may_be_transparent_in_some_rows_only(
    depth: Depth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composite, "_BAND_PIXELS", 64)  # a few rows at a time
    document = make_layered(ColorMode.RGB, depth)
    upper = Rect(0, 0, 37, 12)
    head = Layer("head", upper, noise(upper, depth, 3))
    document = replace(
        document, layers=(head, Layer("dot", Rect(4, 20, 9, 24), noise(Rect(4, 20, 9, 24), depth, 3)))
    )
    color, alpha = flatten_document(document)
    back = reread(document)
    assert alpha is not None
    assert back.composite is not None
    assert np.array_equal(back.composite[..., -1], alpha)
    assert np.allclose(back.composite[:12, :, :3], color[:12], atol=1e-6 if depth == 32 else 0)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", ColorMode, ids=str)
def test_a_transparent_merged_picture_keeps_colour_where_it_can_be_seen(
    mode: ColorMode, depth: Depth
) -> None:
    document = make_layered(mode, depth, transparent=True)
    color, alpha = flatten_document(document)
    back = reread(document)
    assert alpha is not None
    assert back.composite is not None
    assert np.array_equal(back.composite[..., -1], alpha)
    solid = alpha > depth_white(depth) / 2
    error = np.abs(back.composite[..., :-1].astype(float) - color)[solid].max()
    assert error <= (1e-5 if depth == 32 else 2)


def test_names_in_any_script_and_of_any_length() -> None:
    size = Size(2, 2)
    names = ["", "影のレイヤー", "طبقة", "Ω ≈ ç √", "🪶 feather", "x" * 400, "é" * 300, "half \ud800 pair"]
    layers = tuple(Layer(name, size.rect, noise(size.rect, 8, 3)) for name in names)
    back = reread(Document(size, ColorMode.RGB, 8, layers))
    assert [layer.name for layer in back.walk_layers()][:-1] == names[:-1]
    assert [layer.name for layer in back.walk_layers()][-1].startswith("half ")


def test_metadata_travel() -> None:
    metadata = Metadata(
        icc=make_srgb_profile(), exif=make_exif(), xmp=put_recipe(None, Recipe(), RecipeInputs())
    )
    back = reread(replace(make_layered(), metadata=replace(metadata, dpi=(240.0, 240.0))))
    assert back.metadata.icc == metadata.icc
    assert back.metadata.exif is not None
    assert back.metadata.xmp == metadata.xmp
    assert back.metadata.dpi == (240.0, 240.0)


def test_the_thumbnail_shows_the_picture_on_white() -> None:
    size = Size(640, 320)
    left = Rect(0, 0, 320, 320)
    pixels = np.broadcast_to(np.array([200, 30, 60], np.uint8), (320, 320, 3)).copy()
    data = write(Document(size, ColorMode.RGB, 8, (Layer("left", left, pixels),)))
    colour_bytes = struct.unpack(">I", data[26:30])[0]
    at = 30 + colour_bytes
    resources, whole = read_resources(data[at + 4 : at + 4 + struct.unpack(">I", data[at : at + 4])[0]])
    assert whole
    image = Image.open(BytesIO(resources[THUMBNAIL][28:])).convert("RGB")
    assert image.size == (160, 80)
    red, white = image.getpixel((20, 40)), image.getpixel((140, 40))
    assert np.abs(np.subtract(red, (200, 30, 60))).max() <= 8  # type: ignore[arg-type]
    assert np.abs(np.subtract(white, (255, 255, 255))).max() <= 4  # type: ignore[arg-type]


def test_a_mask_is_written_with_its_layers_own_rectangle() -> None:
    size, rect = Size(20, 16), Rect(4, 3, 16, 13)
    partial = Rect(6, 5, 12, 20)
    mask = Mask(partial, noise(partial, 8), outside=1.0)
    document = Document(size, ColorMode.RGB, 8, (Layer("photo", rect, noise(rect, 8, 3), mask=mask),))
    stream = BytesIO()
    notes = write_psd(document, stream)
    back = read_psd(stream.getvalue(), limits=LIMITS, name="test.psd")
    layer = next(back.walk_layers())
    assert layer.mask is not None
    assert (layer.mask.rect, layer.mask.outside) == (rect, 0.0)
    assert (layer.mask.pixels[:2] == 255).all()
    assert np.array_equal(layer.mask.pixels[2:, 2:8], mask.pixels[:8])
    assert notes == ("The mask of layer “photo” was trimmed to the layer's own rectangle.",)
    for got, wanted in zip(flatten_document(back), flatten_document(document), strict=True):
        assert np.array_equal(cast("Any", got), cast("Any", wanted))


def test_a_group_mask_that_shows_outside_covers_the_canvas() -> None:
    size, hole = Size(20, 16), Rect(5, 5, 9, 9)
    group = Group(
        "group",
        (Layer("photo", size.rect, noise(size.rect, 8, 3)),),
        mask=Mask(hole, np.zeros(hole.size.shape, np.uint8), outside=1.0),
    )
    document = Document(size, ColorMode.RGB, 8, (group,))
    back = reread(document)
    assert isinstance(back.layers[0], Group)
    assert back.layers[0].mask is not None
    assert back.layers[0].mask.rect == size.rect
    for got, wanted in zip(flatten_document(back), flatten_document(document), strict=True):
        assert np.array_equal(cast("Any", got), cast("Any", wanted))


def test_blend_modes_all_have_a_place() -> None:
    size = Size(2, 1)
    pixels = noise(size.rect, 8, 3)
    modes = [mode for mode in BlendMode if mode is not BlendMode.PASS_THROUGH]
    document = Document(
        size, ColorMode.RGB, 8, tuple(Layer(mode.value, size.rect, pixels, blend=mode) for mode in modes)
    )
    assert [layer.blend for layer in reread(document).walk_layers()] == modes


def test_containers_are_chosen_by_side_and_size() -> None:
    assert choose_container(Size(30_000, 10), 1000) == 1
    assert choose_container(Size(30_001, 10), 1000) == 2
    assert choose_container(Size(10, 10), 1_950_000_000) == 2
    with pytest.raises(FormatCannotHold, match="300000"):
        choose_container(Size(300_001, 1), 1000)


@pytest.mark.parametrize("depth", [8, 16])
def test_a_wide_picture_becomes_a_psb_and_says_so(depth: Depth) -> None:
    size = Size(30_500, 3)
    document = Document(size, ColorMode.RGB, depth, (Layer("long", size.rect, noise(size.rect, depth, 3)),))
    stream = BytesIO()
    notes = write_psd(document, stream)
    assert stream.getvalue()[4:6] == b"\0\2"
    assert any("PSB" in note for note in notes)
    assert_same_layers(read_psd(stream.getvalue(), limits=LIMITS, name="long.psb"), document)


def test_layers_that_outgrow_a_psd_while_being_written_become_a_psb(monkeypatch: pytest.MonkeyPatch) -> None:
    document = make_layered(depth=16, transparent=True)
    as_asked, stream = BytesIO(), BytesIO()
    write_psd(document, as_asked, large=True)
    stream.write(b"in front")
    monkeypatch.setattr(psd, "PSD_MOST_BYTES", 3000)
    notes = write_psd(document, stream)
    assert any("PSB" in note for note in notes)
    assert stream.getvalue()[8:] == as_asked.getvalue()


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_size_is_judged_from_a_sample_where_it_matters(depth: Depth) -> None:
    size = Size(2000, 9000)
    pixels = np.repeat(noise(Rect(0, 0, 500, 9000), depth, 3), 4, axis=1)
    document = Document(size, ColorMode.RGB, depth, (Layer("photo", size.rect, pixels),))
    stream = BytesIO()
    layers = list_layers(document)
    write_layers(layers, depth, 1, stream, transparent=False)
    real = len(stream.getvalue())
    assert estimate_bytes(layers, depth, 1 << 40) >= real
    assert estimate_bytes(layers, depth, 0) == pytest.approx(real, rel=0.1)


def test_a_psb_can_be_asked_for() -> None:
    document = make_layered(depth=16, transparent=True)
    stream = BytesIO()
    assert write_psd(document, stream, large=True) == ()
    assert stream.getvalue()[4:6] == b"\0\2"
    assert_same_layers(read_psd(stream.getvalue(), limits=LIMITS, name="test.psb"), document)


def test_streams_that_cannot_seek_get_the_same_bytes() -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError("a pipe")

    pipe = Pipe()
    write_psd(make_layered(), pipe)
    assert pipe.getvalue() == write(make_layered())


def test_writing_can_be_cancelled_at_every_step() -> None:
    seen: list[str] = []

    def note(step: str, fraction: float) -> None:
        assert 0 <= fraction <= 1
        seen.append(step)

    write_psd(make_layered(), BytesIO(), progress=note)
    assert len(set(seen)) >= 2

    for step in set(seen):

        def stop(current: str, fraction: float, step: str = step) -> None:
            if current == step:
                raise Cancelled("enough")

        with pytest.raises(Cancelled):
            write_psd(make_layered(), BytesIO(), progress=stop)


def test_a_document_without_pixels_is_refused() -> None:
    with pytest.raises(FormatCannotHold, match="without pixels"):
        write_psd(Document(Size(0, 5), ColorMode.RGB, 8), BytesIO())


def test_a_document_without_layers_comes_back_as_its_merged_picture() -> None:
    back = reread(Document(Size(5, 4), ColorMode.RGB, 8))
    layer = next(back.walk_layers())
    assert (layer.name, layer.rect) == ("Background", Rect(0, 0, 5, 4))
    assert layer.alpha is not None
    assert not layer.alpha.any()


# --- independent readers -------------------------------------------------------------------------------------------------


def test_pillow_sees_the_merged_picture() -> None:
    document = make_layered()
    color, _ = flatten_document(document)
    with Image.open(BytesIO(write(document))) as image:
        assert np.array_equal(np.asarray(image), color)


def test_pillow_sees_transparency_on_white() -> None:
    document = make_layered(transparent=True)
    color, alpha = flatten_document(document)
    assert alpha is not None
    with Image.open(BytesIO(write(document))) as image:
        seen = np.asarray(image)
    share = alpha[..., None] / 255
    assert np.array_equal(seen[..., 3], alpha)
    assert np.abs(seen[..., :3] - (color * share + 255 * (1 - share))).max() <= 1


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("mode", [ColorMode.RGB, ColorMode.GRAY, ColorMode.CMYK], ids=str)
def test_psd_tools_sees_the_same_layers(mode: ColorMode, depth: Depth) -> None:
    document = make_layered(mode, depth)
    seen = PSDImage.open(BytesIO(write(document)))
    nodes = {node.name: node for _, node in document.walk()}
    layers = {layer.name: layer for layer in seen.descendants()}
    assert layers.keys() == nodes.keys()
    white = 255 if depth == 8 else 65535
    for name, node in nodes.items():
        layer = layers[name]
        assert layer.visible == node.visible
        assert layer.is_group() == isinstance(node, Group)
        assert layer.has_mask() == (node.mask is not None)
        if node.mask is not None:
            assert layer.mask is not None
            rect = node.mask.rect
            assert layer.mask.bbox == (rect.left, rect.top, rect.right, rect.bottom)
            assert layer.mask.disabled == (not node.mask.enabled)
            values = layer.numpy("mask")
            assert values is not None
            assert np.array_equal(np.rint(values[..., 0] * white), node.mask.pixels)
        if isinstance(node, Layer) and not node.rect.is_empty:
            pixels = layer.numpy("color")
            assert pixels is not None
            stored = white - node.pixels if mode is ColorMode.CMYK else node.pixels
            assert np.array_equal(np.rint(pixels * white), stored)


# --- any document --------------------------------------------------------------------------------------------------------


@st.composite
def _documents(draw: st.DrawFn) -> Document:
    mode, depth = draw(st.sampled_from(list(ColorMode))), draw(st.sampled_from(DEPTHS))
    size = Size(draw(st.integers(1, 24)), draw(st.integers(1, 24)))
    names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)

    def draw_rect() -> Rect:
        left, top = draw(st.integers(-20, 20)), draw(st.integers(-20, 20))
        return Rect(left, top, left + draw(st.integers(1, 20)), top + draw(st.integers(1, 20)))

    def draw_layer() -> Layer:
        rect, seed = draw_rect(), draw(st.integers(0, 999))
        alpha = noise(rect, depth, seed=seed + 1)
        alpha.flat[0] = 0  # never opaque, so that it comes back
        return Layer(
            draw(names),
            rect,
            noise(rect, depth, mode.channels, seed),
            alpha if draw(st.booleans()) else None,
            Mask(rect, noise(rect, depth, seed=seed + 2)) if draw(st.booleans()) else None,
            opacity=draw(st.integers(0, 255)) / 255,
            visible=draw(st.booleans()),
            clipped=draw(st.booleans()),
        )

    def draw_nodes(level: int) -> tuple[Layer | Group, ...]:
        nodes: list[Layer | Group] = []
        for _ in range(draw(st.integers(0, 3))):
            if level < 3 and draw(st.booleans()):
                nodes.append(Group(draw(names), draw_nodes(level + 1), open=draw(st.booleans())))
            else:
                nodes.append(draw_layer())
        return tuple(nodes)

    first = draw_layer()
    return Document(size, mode, depth, (first, *draw_nodes(0)))


@settings(max_examples=40, deadline=None)
@given(_documents())
def test_any_document_survives(document: Document) -> None:
    assert_same_layers(reread(document), document)


@given(st.integers(64_500, 66_000))
@settings(max_examples=6, deadline=None)
def test_a_layer_with_rows_that_a_psd_cannot_count_is_whole_in_a_psb(width: int) -> None:
    rect = Rect(-7, 0, width - 7, 2)
    layer = Layer("panorama", rect, noise(rect, 8, 1))
    stream = BytesIO()
    notes = write_psd(Document(Size(20, 2), ColorMode.GRAY, 8, (layer,)), stream)
    back = read_psd(stream.getvalue(), limits=LIMITS, name="wide.psd")
    assert np.array_equal(next(back.walk_layers()).pixels, layer.pixels)
    is_psb = stream.getvalue()[4:6] == b"\0\2"
    assert is_psb == any("PSB" in note for note in notes)
    assert is_psb or width < 65_535
