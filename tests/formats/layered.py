"""Layered documents for the tests of Photoshop's formats, and how two of them are compared."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import zip_longest

import numpy as np

from mattework.arrays import AnyArray
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    Metadata,
    Node,
    depth_dtype,
    depth_white,
)
from mattework.formats.limits import Limits
from mattework.formats.psd import read_psd, write_psd
from mattework.geometry import Rect, Size

LIMITS = Limits(max_pixels=50_000_000, max_bytes=1 << 30)


def noise(rect: Rect, depth: Depth, channels: int | None = None, seed: int = 0) -> AnyArray:
    """Random samples over the whole range: (h, w) or (h, w, channels)."""
    shape = rect.size.shape if channels is None else (*rect.size.shape, channels)
    values = np.random.default_rng(seed).random(shape, dtype=np.float32)
    return values if depth == 32 else np.asarray(values * depth_white(depth), depth_dtype(depth))


def make_layered(mode: ColorMode = ColorMode.RGB, depth: Depth = 8, *, transparent: bool = False) -> Document:
    """Groups in groups, masks of all sorts, offsets beyond the canvas, names in several scripts."""
    size = Size(37, 29)
    full, corner, over = size.rect, Rect(3, 4, 20, 27), Rect(-6, -4, 30, 40)
    count = mode.channels
    inner = Group(
        "内側 ✂",
        (
            Layer("עברית", corner, noise(corner, depth, count, 1), noise(corner, depth, seed=2), opacity=0.4),
            Layer("clipped", over, noise(over, depth, count, 3), noise(over, depth, seed=4), clipped=True),
        ),
        blend=BlendMode.NORMAL,
        mask=Mask(full, noise(full, depth, seed=5)),
        open=False,
    )
    layers: tuple[Node, ...] = (
        Layer("Grund – фон", full, noise(full, depth, count, 6)),
        Group(
            "Äußere group",
            (
                inner,
                Layer(
                    "切り抜き",
                    full,
                    noise(full, depth, count, 7),
                    mask=Mask(full, noise(full, depth, seed=8)),
                ),
                Layer(
                    "off",
                    corner,
                    noise(corner, depth, count, 9),
                    mask=Mask(corner, noise(corner, depth, seed=10), enabled=False, linked=False),
                    blend=BlendMode.MULTIPLY,
                ),
            ),
            opacity=0.75,
        ),
        Layer("hidden", corner, noise(corner, depth, count, 11), visible=False, blend=BlendMode.SCREEN),
        Layer("empty", Rect(5, 5, 5, 5), np.zeros((0, 0, count), depth_dtype(depth))),
    )
    if transparent:
        layers = layers[1:]
    return Document(size, mode, depth, layers, Metadata(dpi=(300.0, 150.0)))


def write(document: Document) -> bytes:
    stream = BytesIO()
    write_psd(document, stream)
    return stream.getvalue()


def reread(document: Document) -> Document:
    return read_psd(write(document), limits=LIMITS, name="test.psd")


def assert_same_layers(got: Document, wanted: Document) -> None:
    """Every layer, group and mask alike, to the sample; opacity as far as a byte goes."""
    assert (got.size, got.mode, got.depth) == (wanted.size, wanted.mode, wanted.depth)
    for pair in zip_longest(got.walk(), wanted.walk()):
        (got_level, got_node), (level, node) = pair
        assert got_level == level
        assert_same_node(got_node, node)


def assert_same_node(got: Node, wanted: Node) -> None:
    assert type(got) is type(wanted)
    for key in ("name", "blend", "visible", "clipped"):
        assert getattr(got, key) == getattr(wanted, key), (wanted.name, key)
    assert abs(got.opacity - wanted.opacity) <= 0.5 / 255 + 1e-9
    _assert_same_mask(got.mask, wanted.mask)
    if isinstance(wanted, Group) and isinstance(got, Group):
        assert got.open == wanted.open
        return
    assert isinstance(got, Layer)
    assert isinstance(wanted, Layer)
    assert got.rect == wanted.rect
    assert got.pixels.flags.c_contiguous
    assert np.array_equal(got.pixels, wanted.pixels)
    assert (got.alpha is None) == (wanted.alpha is None)
    if got.alpha is not None and wanted.alpha is not None:
        assert np.array_equal(got.alpha, wanted.alpha)


def _assert_same_mask(got: Mask | None, wanted: Mask | None) -> None:
    assert (got is None) == (wanted is None)
    if got is None or wanted is None:
        return
    assert (got.rect, got.enabled, got.linked) == (wanted.rect, wanted.enabled, wanted.linked)
    assert got.outside == wanted.outside
    assert np.array_equal(got.pixels, wanted.pixels)


def single_layer(document: Document, layer: Layer) -> Document:
    return replace(document, layers=(layer,))
