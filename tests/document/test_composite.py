"""The compositor against a slow reading of the W3C's formulas, and against what Photoshop does in named cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.arrays import AnyArray, Samples
from mattework.document.blend import blend_colors
from mattework.document.composite import flatten_document, flatten_in_bands, flatten_thinned, is_exact_for
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    Node,
    depth_dtype,
    depth_white,
)
from mattework.errors import Cancelled
from mattework.geometry import Rect, Size

CANVAS = Size(4, 3)


def fill(color: tuple[int, ...], rect: Rect = CANVAS.rect, depth: Depth = 8) -> AnyArray:
    scale = depth_white(depth) / 255
    pixels = np.array(color, np.float64) * scale
    return np.broadcast_to(pixels, (*rect.size.shape, len(color))).astype(depth_dtype(depth))


def plane(value: int, rect: Rect = CANVAS.rect, depth: Depth = 8) -> Samples:
    return np.full(rect.size.shape, value * depth_white(depth) / 255, depth_dtype(depth))


def layer(color: tuple[int, ...], rect: Rect = CANVAS.rect, **options: object) -> Layer:
    return replace(Layer("layer", rect, fill(color, rect)), **options)  # type: ignore[arg-type]


def document(*nodes: Node, mode: ColorMode = ColorMode.RGB, size: Size = CANVAS) -> Document:
    return Document(size, mode, 8, nodes)


def first_pixel(*nodes: Node, mode: ColorMode = ColorMode.RGB) -> tuple[list[int], int]:
    color, alpha = flatten_document(document(*nodes, mode=mode))
    return color[0, 0].tolist(), 255 if alpha is None else int(alpha[0, 0])


RED, BLUE, WHITE, GRAY = (255, 0, 0), (0, 0, 255), (255, 255, 255), (128, 128, 128)


def test_nothing_is_transparent() -> None:
    color, alpha = flatten_document(document())
    assert alpha is not None
    assert not alpha.any()
    assert not color.any()


def test_an_opaque_picture_has_no_alpha() -> None:
    color, alpha = flatten_document(document(layer((10, 20, 30))))
    assert alpha is None
    assert (color == (10, 20, 30)).all()


def test_mask_and_opacity_weaken_a_layer() -> None:
    masked = layer(BLUE, mask=Mask(CANVAS.rect, plane(153)))
    assert first_pixel(layer(RED), masked) == ([102, 0, 153], 255)
    assert first_pixel(layer(RED), replace(masked, opacity=0.5)) == ([179, 0, 77], 255)


def test_a_mask_that_is_off_counts_for_nothing() -> None:
    masked = layer(BLUE, mask=Mask(CANVAS.rect, plane(0), enabled=False))
    assert first_pixel(layer(RED), masked) == ([0, 0, 255], 255)


@pytest.mark.parametrize(("outside", "expected"), [(0.0, [255, 0, 0]), (1.0, [0, 0, 255])])
def test_beyond_its_rectangle_a_mask_has_its_outside_value(outside: float, expected: list[int]) -> None:
    away = Rect(2, 0, 4, 3)
    masked = layer(BLUE, mask=Mask(away, plane(128, away), outside=outside))
    assert first_pixel(layer(RED), masked) == (expected, 255)


def test_straight_alpha_keeps_the_colour_of_what_is_half_there() -> None:
    color, alpha = first_pixel(layer(RED, alpha=plane(64)))
    assert (color, alpha) == ([255, 0, 0], 64)


def test_hidden_layers_and_groups_are_not_seen() -> None:
    assert first_pixel(layer(RED), layer(BLUE, visible=False))[0] == [255, 0, 0]
    hidden = Group("group", (layer(BLUE),), visible=False)
    assert first_pixel(layer(RED), hidden)[0] == [255, 0, 0]


def test_layers_reach_beyond_the_canvas() -> None:
    rect = Rect(-2, -1, 1, 2)
    color, alpha = flatten_document(document(layer(RED, rect)))
    assert alpha is not None
    assert alpha.tolist() == [[255, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 0]]
    assert color[0, 0].tolist() == [255, 0, 0]


def test_a_layer_wholly_outside_is_no_trouble() -> None:
    assert first_pixel(layer(RED), layer(BLUE, Rect(10, 10, 12, 12)))[0] == [255, 0, 0]


def test_a_pass_through_group_blends_with_what_is_under_it_and_an_isolated_one_does_not() -> None:
    multiply = layer(GRAY, blend=BlendMode.MULTIPLY)
    under = layer(GRAY)
    assert first_pixel(under, Group("group", (multiply,)))[0] == [64, 64, 64]
    assert first_pixel(under, Group("group", (multiply,), blend=BlendMode.NORMAL))[0] == [128, 128, 128]


def test_a_pass_through_group_fades_as_a_whole() -> None:
    group = Group("group", (layer(GRAY, blend=BlendMode.MULTIPLY),), opacity=0.5)
    assert first_pixel(layer(GRAY), group)[0] == [96, 96, 96]
    masked = replace(group, opacity=1.0, mask=Mask(CANVAS.rect, plane(0)))
    assert first_pixel(layer(GRAY), masked)[0] == [128, 128, 128]


def test_a_group_lays_its_picture_down_with_its_own_mode_and_mask() -> None:
    group = Group("group", (layer(GRAY),), blend=BlendMode.MULTIPLY, mask=Mask(CANVAS.rect, plane(255)))
    assert first_pixel(layer(GRAY), group)[0] == [64, 64, 64]


def test_clipped_layers_colour_their_base_and_keep_its_shape() -> None:
    base = layer(RED, alpha=plane(128))
    assert first_pixel(base, layer(BLUE, clipped=True)) == ([0, 0, 255], 128)
    assert first_pixel(base, layer(BLUE, clipped=True, opacity=0.5)) == ([128, 0, 128], 128)


def test_clipped_layers_go_with_a_hidden_base() -> None:
    assert first_pixel(layer(WHITE), layer(RED, visible=False), layer(BLUE, clipped=True))[0] == [
        255,
        255,
        255,
    ]


def test_a_group_can_be_a_base() -> None:
    half = Rect(0, 0, 2, 3)
    group = Group("group", (layer(RED, half),))
    color, alpha = flatten_document(document(group, layer(BLUE, clipped=True)))
    assert alpha is not None
    assert alpha[0].tolist() == [255, 255, 0, 0]
    assert color[0, 0].tolist() == [0, 0, 255]


def test_an_empty_clipped_layer_leaves_a_pass_through_group_open() -> None:
    group = Group("group", (layer(GRAY, blend=BlendMode.MULTIPLY),))
    empty = layer(BLUE, Rect(0, 0, 0, 0), clipped=True)
    assert first_pixel(layer(GRAY), group, empty)[0] == [64, 64, 64]


def test_inks_multiply_to_more_ink() -> None:
    ink = layer((128, 0, 0, 0))
    pixel, _ = first_pixel(ink, replace(ink, blend=BlendMode.MULTIPLY), mode=ColorMode.CMYK)
    assert pixel == [192, 0, 0, 0]


@pytest.mark.parametrize("depth", [16, 32])
def test_deep_documents_keep_their_values(depth: Depth) -> None:
    white = depth_white(depth)
    values = np.array([[0.1, 0.2, 0.3], [0.9, 0.123456, 0.654321]]) * white
    pixels: AnyArray = np.array(values.reshape(1, 2, 3), depth_dtype(depth))
    size = Size(2, 1)
    color, alpha = flatten_document(Document(size, ColorMode.RGB, depth, (Layer("a", size.rect, pixels),)))
    assert alpha is None
    assert np.array_equal(color, pixels)


def test_float_colours_beyond_white_survive() -> None:
    size = Size(1, 1)
    pixels = np.array([[[4.0, 0.5, -0.25]]], np.float32)
    color, _ = flatten_document(Document(size, ColorMode.RGB, 32, (Layer("sun", size.rect, pixels),)))
    assert np.array_equal(color, pixels)


# --- against a slow reading of the formulas ------------------------------------------------------------------------------


def _reference(nodes: tuple[Node, ...], size: Size) -> tuple[AnyArray, AnyArray]:
    """Layers without groups or clipping, pixel by pixel in double precision."""
    color, alpha = np.zeros((*size.shape, 3)), np.zeros(size.shape)
    for node in nodes:
        assert isinstance(node, Layer)
        for y in range(size.height):
            for x in range(size.width):
                if not (node.rect.left <= x < node.rect.right and node.rect.top <= y < node.rect.bottom):
                    continue
                row, column = y - node.rect.top, x - node.rect.left
                source_alpha = node.opacity
                if node.alpha is not None:
                    source_alpha *= node.alpha[row, column] / 255
                if node.mask is not None:
                    inside = node.mask.rect.contains(Rect(x, y, x + 1, y + 1))
                    value = node.mask.pixels[y - node.mask.rect.top, x - node.mask.rect.left] if inside else 0
                    source_alpha *= value / 255 if inside else node.mask.outside
                source = (node.pixels[row, column] / 255).astype(np.float32)
                backdrop = color[y, x].astype(np.float32)
                blended = blend_colors(node.blend, backdrop[None, None], source[None, None])[0, 0]
                backdrop_alpha = alpha[y, x]
                total = backdrop_alpha + source_alpha - backdrop_alpha * source_alpha
                if total > 0:
                    mixed = (1 - backdrop_alpha) * source + backdrop_alpha * blended
                    before = (1 - source_alpha) * backdrop_alpha * color[y, x]
                    color[y, x] = (before + source_alpha * mixed) / total
                alpha[y, x] = total
    return color, alpha


_PLAIN_MODES = [
    BlendMode.NORMAL,
    BlendMode.MULTIPLY,
    BlendMode.SCREEN,
    BlendMode.OVERLAY,
    BlendMode.DIFFERENCE,
    BlendMode.COLOR,
]


@st.composite
def _layers(draw: st.DrawFn) -> Layer:
    left, top = draw(st.integers(-3, 4)), draw(st.integers(-3, 3))
    rect = Rect(left, top, left + draw(st.integers(1, 6)), top + draw(st.integers(1, 5)))
    random = np.random.default_rng(draw(st.integers(0, 1 << 16)))
    alpha = random.integers(0, 256, rect.size.shape, np.uint8) if draw(st.booleans()) else None
    mask = None
    if draw(st.booleans()):
        mask_rect = rect.move(draw(st.integers(-2, 2)), draw(st.integers(-2, 2)))
        values = random.integers(0, 256, mask_rect.size.shape, np.uint8)
        mask = Mask(mask_rect, values, outside=draw(st.sampled_from([0.0, 1.0])))
    return Layer(
        "layer",
        rect,
        random.integers(0, 256, (*rect.size.shape, 3), np.uint8),
        alpha,
        mask,
        opacity=draw(st.sampled_from([0.0, 0.25, 0.7, 1.0])),
        blend=draw(st.sampled_from(_PLAIN_MODES)),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(_layers(), max_size=4))
def test_within_one_level_of_the_formulas(layers: list[Layer]) -> None:
    color, alpha = flatten_document(document(*layers))
    wanted_color, wanted_alpha = _reference(tuple(layers), CANVAS)
    shown = np.full(CANVAS.shape, 255) if alpha is None else alpha.astype(int)
    assert np.abs(shown - wanted_alpha * 255).max() <= 1
    there = wanted_alpha > 0.02  # below that the colour cannot be seen, and float rounding decides it
    assert np.abs(color[there].astype(int) - wanted_color[there] * 255).max(initial=0) <= 1


def test_bands_do_not_show() -> None:
    size = Size(700, 900)
    random = np.random.default_rng(5)
    pixels = random.integers(0, 256, (*size.shape, 3), np.uint8)
    mask = Mask(size.rect, random.integers(0, 256, size.shape, np.uint8))
    stack = (layer(GRAY, size.rect), Layer("photo", size.rect, pixels, mask=mask))
    color, alpha = flatten_document(document(*stack, size=size))
    share = mask.pixels[..., None] / 255
    assert alpha is None
    assert np.abs(color - (pixels * share + 128 * (1 - share))).max() <= 0.51


@settings(max_examples=40, deadline=None)
@given(st.lists(_layers(), max_size=3), st.integers(1, 5))
def test_a_thinned_picture_is_the_picture_thinned(layers: list[Layer], step: int) -> None:
    grouped = document(Group("group", tuple(layers), opacity=0.5), *layers)
    color, alpha = flatten_document(grouped)
    thin_color, thin_alpha = flatten_thinned(grouped, step)
    assert np.array_equal(thin_color, color[::step, ::step])
    shown = np.full(CANVAS.shape, 255) if alpha is None else alpha
    thin_shown = np.full(thin_color.shape[:2], 255) if thin_alpha is None else thin_alpha
    assert np.array_equal(thin_shown, shown[::step, ::step])


def test_bands_come_in_order_and_in_the_multiples_asked_for() -> None:
    size = Size(5000, 300)
    rows = [band.rows for band in flatten_in_bands(document(layer(GRAY, size.rect), size=size), multiple=50)]
    assert rows == [
        slice(0, 50),
        slice(50, 100),
        slice(100, 150),
        slice(150, 200),
        slice(200, 250),
        slice(250, 300),
    ]


def test_progress_can_cancel() -> None:
    def stop(step: str, fraction: float) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        flatten_document(document(layer(RED)), progress=stop)


def test_exactness_is_told_with_reasons() -> None:
    assert is_exact_for(document(layer(RED), layer(BLUE, blend=BlendMode.SOFT_LIGHT))) == (True, ())
    exact, reasons = is_exact_for(
        document(layer(RED), replace(layer(BLUE, blend=BlendMode.DISSOLVE), name="grain"))
    )
    assert not exact
    assert "grain" in reasons[0]
    hidden = layer(BLUE, blend=BlendMode.DISSOLVE, visible=False)
    assert is_exact_for(document(Group("group", (layer(RED), hidden))))[0]
