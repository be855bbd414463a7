"""A part of a photo, solved alone, is cut as the whole is."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mattework
from mattework.arrays import Bytes, Floats
from mattework.excerpt import take_excerpt
from mattework.geometry import Rect, Size
from mattework.given import keep_mask
from mattework.recipe import EdgeSettings, Recipe, RecipeInputs
from matting.scenes import draw_composite

SIDE = 480
STROKE = mattework.Stroke(kind="background", radius=9, points=((200.0, 150.0), (240.0, 160.0)))


def draw_photo() -> tuple[Bytes, Floats]:
    """A hairy disc, and a soft mask of it as a network sees it: 60 pixels for 480."""
    scene = draw_composite(SIDE)
    coarse = cv2.resize(cv2.GaussianBlur(scene.alpha, (0, 0), 6), (60, 60), interpolation=cv2.INTER_AREA)
    return np.rint(scene.colour * 255).astype(np.uint8), np.asarray(coarse, np.float32)


@pytest.fixture(scope="module")
def whole() -> mattework.Cutout:
    picture, coarse = draw_photo()
    return mattework.cut_out(
        picture, from_mask=coarse, strokes=[STROKE], edge=EdgeSettings(feather=3.0, shift=-1.5), colours=0.0
    )


@pytest.mark.parametrize("corner", [(130, 60), (0, 100), (217, 191)])
def test_the_middle_of_a_part_is_cut_as_in_the_whole(
    whole: mattework.Cutout, corner: tuple[int, int]
) -> None:
    picture, _ = draw_photo()
    frame = Rect.from_size(*corner, Size(240, 260))
    recipe, inputs = take_excerpt(whole.recipe, whole.inputs, frame=frame, whole=Size(SIDE, SIDE))
    part = mattework.apply_recipe(
        np.ascontiguousarray(picture[frame.slices]), recipe=recipe, inputs=inputs, part_of=Size(SIDE, SIDE)
    ).alpha
    seen = whole.alpha[frame.slices]
    middle = (slice(50, -50), slice(50, -50))
    difference = np.abs(part[middle].astype(float) - seen[middle])
    assert part.shape == seen.shape
    assert ((seen[middle] > 0.1) & (seen[middle] < 0.9)).mean() > 0.02, "there is an edge to compare"
    assert difference.mean() < 0.01
    assert np.quantile(difference, 0.99) < 0.12


def test_edge_settings_keep_their_lengths(whole: mattework.Cutout) -> None:
    picture, _ = draw_photo()
    frame = Rect.from_size(130, 60, Size(240, 260))
    sizes = []
    for shift in (-6.0, 6.0):
        recipe, inputs = take_excerpt(
            replace(whole.recipe, edge=EdgeSettings(shift=shift)),
            whole.inputs,
            frame=frame,
            whole=Size(SIDE, SIDE),
        )
        piece = np.ascontiguousarray(picture[frame.slices])
        sizes.append(
            float(
                mattework.apply_recipe(
                    piece, recipe=recipe, inputs=inputs, part_of=Size(SIDE, SIDE)
                ).alpha.sum()
            )
        )
    whole_sizes = [
        float(
            mattework.apply_recipe(
                picture,
                recipe=replace(whole.recipe, edge=EdgeSettings(shift=shift)),
                inputs=whole.inputs,
            )
            .alpha[frame.slices]
            .sum()
        )
        for shift in (-6.0, 6.0)
    ]
    assert sizes[1] - sizes[0] == pytest.approx(whole_sizes[1] - whole_sizes[0], rel=0.05)


def test_a_part_carries_nothing_that_belongs_to_the_whole(whole: mattework.Cutout) -> None:
    made = replace(whole.recipe, layer="Group/Photo", shadow=mattework.Shadow())
    made = replace(made, clean_crc32=1, background_crc32=2, shadow_crc32=3)
    recipe, inputs = take_excerpt(made, whole.inputs, frame=Rect(10, 20, 110, 140), whole=Size(SIDE, SIDE))
    assert (recipe.source_sha256, recipe.mask_sha256, recipe.layer, recipe.shadow) == (None,) * 4
    assert (recipe.clean_crc32, recipe.background_crc32, recipe.shadow_crc32) == (None,) * 3
    assert recipe.strokes[0].points == ((190.0, 130.0), (230.0, 140.0))
    assert recipe.strokes[0].radius == STROKE.radius
    assert inputs.trimap is None


@pytest.mark.parametrize("mask_side", [300, 1500, 3000])
def test_the_band_of_a_part_is_as_wide_as_that_of_the_whole(mask_side: int) -> None:
    """3000 pixels of photo are laid at 1024, or at 2048 where the mask is fine; a part of it as coarsely."""
    width, height = 3000, 300
    depth = np.arange(height) - 150
    edge = np.clip(depth / 2 + 0.5, 0, 1)[:, None]
    picture = np.repeat(60 + 120 * edge, width, axis=1)[..., None].repeat(3, axis=2)
    blurred = 60 + 120 * np.clip(depth / 60 + 0.5, 0, 1)  # what is out of focus has a wider band
    picture[:, 1400:1700] = blurred[:, None, None]
    picture += np.random.default_rng(2).normal(0, 12, (height, width, 1))
    photo = picture.clip(0, 255).astype(np.uint8)
    size = (mask_side, max(1, height * mask_side // width))
    soft = cv2.resize(np.repeat(edge, width, axis=1).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    whole = Size(width, height)
    cut = mattework.cut_out(photo, from_mask=soft, solver="hard", colours=0.0)
    frame = Rect(1250, 0, 1850, height)
    recipe, inputs = take_excerpt(cut.recipe, cut.inputs, frame=frame, whole=whole)
    piece = np.ascontiguousarray(photo[frame.slices])
    part = mattework.apply_recipe(piece, recipe=recipe, inputs=inputs, part_of=whole)
    assert cut.trimap is not None
    assert part.trimap is not None
    wanted = (cut.trimap[frame.slices] == 128).sum(axis=0)
    found = (part.trimap == 128).sum(axis=0)
    assert wanted[300] > 1.3 * wanted[40]
    assert np.abs(found[30:-30].astype(int) - wanted[30:-30]).max() <= max(3, 0.15 * wanted.max())


def test_a_trimap_is_cut_to_the_part() -> None:
    picture, _ = draw_photo()
    trimap = draw_composite(SIDE).trimap
    whole = mattework.cut_out(picture, trimap=trimap, colours=0.0)
    frame = Rect(120, 130, 360, 330)
    recipe, inputs = take_excerpt(whole.recipe, whole.inputs, frame=frame, whole=Size(SIDE, SIDE))
    part = mattework.apply_recipe(np.ascontiguousarray(picture[frame.slices]), recipe=recipe, inputs=inputs)
    known = trimap[frame.slices] != 128
    assert np.array_equal(part.alpha[known] > 0.5, trimap[frame.slices][known] == 255)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    st.tuples(*[st.floats(0, 1)] * 4),
)
def test_a_soft_mask_keeps_its_values_and_its_fineness(
    mask_shape: tuple[int, int], photo: tuple[int, int], shares: tuple[float, float, float, float]
) -> None:
    mask = np.random.default_rng(1).random(mask_shape, np.float32)
    size = Size(*photo)
    left, top = (min(side - 1, int(share * side)) for share, side in zip(shares, photo, strict=False))
    width, height = (
        max(1, int(share * (side - begin)))
        for share, side, begin in zip(shares[2:], photo, (left, top), strict=True)
    )
    _, png = keep_mask(mask)
    frame = Rect(left, top, left + width, top + height)
    _, inputs = take_excerpt(Recipe(), RecipeInputs(soft_mask=png), frame=frame, whole=size)
    assert inputs.soft_mask is not None
    part = mattework.read_mask(inputs.soft_mask)
    assert part.min() >= 0
    assert part.max() <= 1
    for got, side, all_of_it, pixels in zip(
        part.shape, (height, width), (size.height, size.width), mask_shape, strict=True
    ):
        assert abs(got - side * pixels / all_of_it) <= 1
    if frame == Rect(0, 0, *photo):
        assert np.allclose(part, mask, atol=1e-4)


def test_a_mask_longer_than_opencv_counts_is_cut_to_the_part() -> None:
    mask = np.linspace(0, 1, 40_000, dtype=np.float32)[None].repeat(3, axis=0)
    _, png = keep_mask(mask)
    whole, frame = Size(40_000, 3), Rect(35_000, 0, 35_500, 3)
    _, inputs = take_excerpt(Recipe(), RecipeInputs(soft_mask=png), frame=frame, whole=whole)
    assert inputs.soft_mask is not None
    np.testing.assert_allclose(mattework.read_mask(inputs.soft_mask), mask[:, 35_000:35_500], atol=2e-5)
