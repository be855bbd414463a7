"""Hair tips and whiskers beyond the band are followed; what belongs to the ground is not."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.geometry import Size
from mattework.matting.solve import solve_alpha
from mattework.matting.strands import find_strands
from mattework.matting.trimap import make_trimap
from mattework.recipe import TrimapRules

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

SIZE = Size(600, 480)
CENTER, RADIUS = (300, 300), 120
# From within the disc upwards, ending some 30 pixels above its rim.
HAIRS = [((250 + step, 195), (244 + step + step // 8, 150)) for step in range(0, 100, 12)]


@pytest.fixture
def soft_mask() -> Floats:
    """What a segmenter finds of a hairy disc: the disc, smoothly."""
    mask = np.zeros(SIZE.shape, np.float32)
    cv2.circle(mask, CENTER, RADIUS, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 3.0), np.float32)


def draw_photo(ground: Bytes) -> tuple[Bytes, Bools]:
    """A dark disc with hairs over `ground`, and where the hairs leave the disc by more than 12 pixels."""
    hairs = np.zeros(SIZE.shape, np.uint8)
    for start, end in HAIRS:
        cv2.line(hairs, start, end, 255, 1, cv2.LINE_AA)
    alpha = hairs.copy()
    cv2.circle(alpha, CENTER, RADIUS, 255, -1, cv2.LINE_AA)
    share = (alpha.astype(np.float32) / 255)[..., None]
    photo = ground * (1 - share) + np.array((60, 40, 30), np.float32) * share
    down, across = np.mgrid[: SIZE.height, : SIZE.width]
    beyond = np.hypot(across - CENTER[0], down - CENTER[1]) > RADIUS + 12
    return np.rint(photo).astype(np.uint8), (hairs > 150) & beyond


def draw_plain() -> Bytes:
    """A ground out of focus: a slow change of colour and hardly any noise."""
    ramp = np.linspace(150, 200, SIZE.width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(1).normal(0, 0.7, (*SIZE.shape, 3))
    return np.rint(np.broadcast_to(ramp, (*SIZE.shape, 3)) + noise).clip(0, 255).astype(np.uint8)


def share_unknown(trimap: Bytes, there: Bools) -> float:
    return float((trimap[there] == 128).mean())


def test_hair_tips_beyond_the_outline_are_in_the_band(soft_mask: Floats) -> None:
    photo, hairs = draw_photo(draw_plain())
    without, followed = make_trimap(soft_mask, SIZE), make_trimap(soft_mask, SIZE, rgb=photo)
    assert share_unknown(without, hairs) < 0.1
    assert share_unknown(followed, hairs) > 0.95
    alpha = solve_alpha(photo, followed, soft_mask=soft_mask).alpha
    assert alpha[hairs].mean() > 0.4
    plain_below = alpha[450:, :]
    assert plain_below.max() < 0.01


def test_most_of_the_plain_ground_stays_certain(soft_mask: Floats) -> None:
    photo, hairs = draw_photo(draw_plain())
    bald = np.rint(photo * (~hairs[..., None]) + draw_plain() * hairs[..., None]).astype(np.uint8)
    with_hair = make_trimap(soft_mask, SIZE, rgb=photo) == 128
    without = make_trimap(soft_mask, SIZE, rgb=bald) == 128
    assert (with_hair & ~without).sum() < 12 * hairs.sum()


def test_lines_of_the_ground_that_go_on_are_not_followed(soft_mask: Floats) -> None:
    ground = draw_plain()
    ground[:, 20::40] = 90
    ground[:, 21::40] = 90
    photo, _ = draw_photo(ground)
    line = np.zeros(SIZE.shape, bool)
    line[60:160, 300:302] = True
    assert (photo[line] == 90).all()
    assert share_unknown(make_trimap(soft_mask, SIZE, rgb=photo), line) < 0.1


def test_busy_grounds_are_left_alone(soft_mask: Floats) -> None:
    ground = np.random.default_rng(2).integers(60, 220, (*SIZE.shape, 3), np.uint8)
    photo, _ = draw_photo(cv2.GaussianBlur(ground, (0, 0), 1.5).astype(np.uint8))
    background = make_trimap(soft_mask, SIZE) == 0
    assert not find_strands(background, photo, SIZE, SIZE).any()


def test_what_does_not_touch_the_band_is_not_followed(soft_mask: Floats) -> None:
    ground = draw_plain()
    cv2.line(ground, (430, 200), (440, 230), (20, 20, 20), 1, cv2.LINE_AA)
    photo, _ = draw_photo(ground)
    assert not (make_trimap(soft_mask, SIZE, rgb=photo)[195:235, 425:445] == 128).any()


@pytest.mark.parametrize("kind", ["uint16", "float32", "grey"])
def test_depth_and_channels_change_nothing_that_matters(kind: str, soft_mask: Floats) -> None:
    photo, hairs = draw_photo(draw_plain())
    other: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.float32]
    if kind == "uint16":
        other = photo.astype(np.uint16) * np.uint16(257)
    elif kind == "float32":
        other = photo.astype(np.float32) / np.float32(255)
    else:
        other = photo.mean(axis=2).round().astype(np.uint8)
    assert share_unknown(make_trimap(soft_mask, SIZE, rgb=other), hairs) > 0.9


def test_no_band_asked_for_means_no_strands(soft_mask: Floats) -> None:
    photo, hairs = draw_photo(draw_plain())
    trimap = make_trimap(soft_mask, SIZE, rgb=photo, rules=TrimapRules(band=0.0))
    assert share_unknown(trimap, hairs) == 0


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    seed=st.integers(0, 1000),
    share=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_only_background_becomes_unknown_at_any_size(
    height: int, width: int, seed: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    photo = rng.integers(0, 256, (height, width, 3), np.uint8)
    background = rng.random((height, width)) < share
    found = find_strands(background, photo, Size(width, height), Size(width, height))
    assert found.shape == background.shape
    assert not (found & ~background).any()
    assert np.array_equal(found, find_strands(background, photo, Size(width, height), Size(width, height)))
