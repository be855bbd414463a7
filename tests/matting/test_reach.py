"""How wide the unknown band is where."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mattework.arrays import Bytes, Floats
from mattework.geometry import Size
from mattework.matting.reach import LEAST_REACH, MOST_REACH, USUAL_REACH, find_outline, measure_reach
from mattework.matting.trimap import make_trimap

SIDE = 320
WHOLE = Size(SIDE, SIDE)


def draw_mask(softness: float = 2.0) -> Floats:
    """What a network sees of a half plane: undecided over so many pixels."""
    ramp = np.clip((np.arange(SIDE) - SIDE / 2) / softness + 0.5, 0, 1).astype(np.float32)
    return np.repeat(ramp[None], SIDE, axis=0)


def draw_photo(width: float = 1.0, bright: float = 170.0, noise: float = 10.0) -> Bytes:
    """Two grounds that meet over so many pixels, with grain."""
    share = np.clip((np.arange(SIDE) - SIDE / 2) / width + 0.5, 0, 1)
    plane = (
        60 + (bright - 60) * share[None, :, None] + np.random.default_rng(3).normal(0, noise, (SIDE, SIDE, 1))
    )
    return np.asarray(plane.clip(0, 255), np.uint8).repeat(3, axis=2)


def reach_at_edge(mask: Floats, photo: Bytes) -> float:
    reach = measure_reach(mask, photo, WHOLE, WHOLE)
    return float(np.median(reach[:, reach.shape[1] // 2]))


def test_a_mask_that_is_less_sure_has_a_wider_band() -> None:
    photo = draw_photo()
    reaches = [reach_at_edge(draw_mask(softness), photo) for softness in (2.0, 4.0, 8.0)]
    assert reaches[1] > 1.5 * reaches[0]
    assert reaches[2] > 1.5 * reaches[1]


def test_an_edge_out_of_focus_has_a_wider_band_than_a_crisp_one() -> None:
    mask = draw_mask()
    crisp, soft = (reach_at_edge(mask, draw_photo(width)) for width in (1.0, 16.0))
    assert soft > 1.8 * crisp


def test_where_colours_do_not_tell_the_band_stays_near() -> None:
    """Grain as strong as the difference of both sides: the solver would take what is not the subject's."""
    mask = draw_mask()
    plain, grainy = (reach_at_edge(mask, draw_photo(noise=noise)) for noise in (6.0, 45.0))
    assert grainy < 0.6 * plain


def test_a_mask_of_two_values_says_nothing_of_how_sure_it_is() -> None:
    photo = draw_photo()
    drawn = (draw_mask() > 0.5).astype(np.float32)
    coarse = cv2.resize(drawn, (80, 80), interpolation=cv2.INTER_NEAREST)
    at_edge = reach_at_edge(drawn, photo)
    assert at_edge > 1.2 * reach_at_edge(draw_mask(1.6), photo)
    band = (make_trimap(np.asarray(coarse, np.float32), WHOLE, rgb=photo) == 128).mean(axis=1)
    assert 0 < np.median(band) < 0.2


def test_strands_lie_in_the_band_and_a_crisp_rim_has_a_narrow_one() -> None:
    rng = np.random.default_rng(8)
    alpha = np.zeros((600, 600), np.float32)
    cv2.circle(alpha, (300, 300), 150, 1.0, -1, cv2.LINE_AA)
    crisp = alpha.copy()
    for angle in rng.uniform(np.pi, 2 * np.pi, 160):  # the upper half has hair
        root, tip = (
            (round(300 + r * np.cos(angle + turn)), round(300 + r * np.sin(angle + turn)))
            for r, turn in ((140, 0.0), (rng.uniform(170, 200), rng.normal(0, 0.08)))
        )
        cv2.line(alpha, root, tip, 0.7, 1, cv2.LINE_AA)
    grounds = rng.normal(0, 6, (2, 600, 600, 1)) + np.array([70, 190])[:, None, None, None]
    photo = (
        (grounds[0] * alpha[..., None] + grounds[1] * (1 - alpha[..., None])).clip(0, 255).astype(np.uint8)
    )
    seen = cv2.GaussianBlur(cv2.resize(alpha, (300, 300), interpolation=cv2.INTER_AREA), (0, 0), 0.7)
    trimap = make_trimap(np.asarray(seen, np.float32), Size(600, 600), rgb=photo.repeat(3, axis=2))
    strands = (alpha > 0.2) & (crisp < 0.01)
    assert strands.sum() > 1000
    assert (trimap[strands] == 128).mean() > 0.97
    below = trimap[300:, 290:310]
    above = trimap[:300, 290:310]
    assert (below == 128).sum() < 0.6 * (above == 128).sum()


def test_the_reach_does_not_depend_on_bit_depth() -> None:
    mask, photo = draw_mask(3.0), draw_photo(4.0)
    wanted = measure_reach(mask, photo, WHOLE, WHOLE)
    for other in (photo.astype(np.uint16) * np.uint16(257), photo.astype(np.float32) / np.float32(255)):
        np.testing.assert_allclose(measure_reach(mask, other, WHOLE, WHOLE), wanted, rtol=0.02)
    np.testing.assert_allclose(measure_reach(mask, photo[..., :1], WHOLE, WHOLE), wanted, rtol=0.02)
    np.testing.assert_allclose(measure_reach(mask, photo[..., 0], WHOLE, WHOLE), wanted, rtol=0.02)


def test_the_outline_lies_just_outside() -> None:
    outline = find_outline(draw_mask())
    assert outline.sum() == SIDE
    assert outline[:, SIDE // 2 - 1].all()


@settings(max_examples=40, deadline=None)
@given(
    mask=npst.arrays(
        np.float32, npst.array_shapes(min_dims=2, max_dims=2, max_side=24), elements=st.floats(0, 1, width=32)
    ),
    width=st.integers(1, 60),
    height=st.integers(1, 60),
    seed=st.integers(0, 9),
)
def test_whatever_is_seen_the_reach_is_a_length(mask: Floats, width: int, height: int, seed: int) -> None:
    size = Size(width, height)
    photo = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    reach = measure_reach(mask, photo, size, size)
    assert reach.dtype == np.float32
    assert np.isfinite(reach).all()
    assert reach.min() >= min(LEAST_REACH, USUAL_REACH) * 0.999
    assert reach.max() <= MOST_REACH * 1.001


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_an_outline_the_reach_is_the_usual(value: float) -> None:
    reach = measure_reach(np.full((9, 9), value, np.float32), draw_photo(), WHOLE, WHOLE)
    assert (reach == USUAL_REACH).all()
