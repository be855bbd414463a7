"""Hair tips and whiskers beyond the band are followed; what belongs to the ground is not."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework.geometry import Size
from mattework.matting.solve import solve_alpha
from mattework.matting.strands import PLAIN, _measure_detail, find_strands
from mattework.matting.trimap import make_trimap
from mattework.recipe import TrimapRules

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

SIZE = Size(600, 480)
CENTER, RADIUS = (300, 300), 120
Line = tuple[tuple[int, int], tuple[int, int]]
# From within the disc upwards, ending some 30 pixels above its rim.
HAIRS: list[Line] = [((250 + step, 195), (244 + step + step // 8, 150)) for step in range(0, 100, 12)]


@pytest.fixture
def soft_mask() -> Floats:
    """What a segmenter finds of a hairy disc: the disc, smoothly."""
    mask = np.zeros(SIZE.shape, np.float32)
    cv2.circle(mask, CENTER, RADIUS, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 3.0), np.float32)


def draw_photo(ground: Bytes, hairs: Sequence[Line] = HAIRS, tone: int = 40) -> tuple[Bytes, Bools]:
    """A dark disc with hairs over `ground`, and where the hairs leave the disc by more than 12 pixels."""
    strands = np.zeros(SIZE.shape, np.uint8)
    for start, end in hairs:
        cv2.line(strands, start, end, 255, 1, cv2.LINE_AA)
    disc = np.zeros(SIZE.shape, np.uint8)
    cv2.circle(disc, CENTER, RADIUS, 255, -1, cv2.LINE_AA)
    photo: npt.NDArray[np.float64] = ground.astype(np.float64)
    for cover, colour in ((strands, tone), (disc, 40)):
        share = (cover.astype(np.float64) / 255)[..., None]
        photo = photo * (1 - share) + colour * share
    down, across = np.mgrid[: SIZE.height, : SIZE.width]
    beyond = np.hypot(across - CENTER[0], down - CENTER[1]) > RADIUS + 12
    return np.rint(photo).astype(np.uint8), (strands > 150) & beyond


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


@pytest.mark.parametrize("side", [376, 600, 900])
@pytest.mark.parametrize("band", [1.0, 0.5])
def test_lines_of_a_plain_ground_that_go_on_are_not_followed(side: int, band: float) -> None:
    size = Size(side, side)
    photo = np.full((side, side, 3), 170, np.uint8)
    photo[:, ::48] = 130
    cv2.circle(photo, (side // 2, side // 2), round(0.22 * side), (40, 40, 40), -1)
    down, across = np.mgrid[:side, :side] - side / 2
    background = np.hypot(down, across) > 0.25 * side
    assert _measure_detail(photo, size)[background].mean() < PLAIN
    found = find_strands(background, photo, size, size, band=band)
    # Where a line meets the band aslant, a small picture shows too little of how it goes on.
    assert found.mean() < 0.004


def test_strands_are_followed_only_so_far(soft_mask: Floats) -> None:
    """A line that is longer may as well be a wire behind the subject. The band's factor holds for strands too."""
    long = [((start[0], 195), (end[0], 60)) for start, end in HAIRS]
    wires, beyond = draw_photo(draw_plain(), long)
    assert share_unknown(make_trimap(soft_mask, SIZE, rgb=wires), beyond) < 0.2
    photo, hairs = draw_photo(draw_plain())
    background = make_trimap(soft_mask, SIZE) == 0
    whole, half = (find_strands(background, photo, SIZE, SIZE, band=band) for band in (1.0, 0.4))
    assert whole[hairs & background].mean() > 0.9
    assert half[hairs & background].mean() < 0.2


def test_faint_lines_are_noise(soft_mask: Floats) -> None:
    faint = draw_photo(draw_plain(), tone=155)
    clear = draw_photo(draw_plain(), tone=110)
    background = make_trimap(soft_mask, SIZE) == 0
    found = [
        find_strands(background, photo, SIZE, SIZE)[hairs & background].mean()
        for photo, hairs in (faint, clear)
    ]
    assert found[0] < 0.1
    assert found[1] > 0.9


def test_what_stands_out_no_more_than_the_grounds_grain_is_left(soft_mask: Floats) -> None:
    """Weak hairs with a dark end each are followed before a smooth ground, and not where its grain is nearly as strong."""
    background = make_trimap(soft_mask, SIZE) == 0
    shares = []
    for grain in (0.0, 2.0):
        noise = np.random.default_rng(5).normal(0, grain, (*SIZE.shape, 1))
        photo, hairs = draw_photo(
            np.rint(np.full((*SIZE.shape, 3), 170.0) + noise).astype(np.uint8), tone=152
        )
        for _, end in HAIRS:
            cv2.line(photo, end, (end[0], end[1] + 2), (90, 90, 90), 1)
        assert _measure_detail(photo, SIZE)[background].mean() < PLAIN
        shares.append(find_strands(background, photo, SIZE, SIZE)[hairs & background].mean())
    assert shares[0] > 0.6
    assert shares[1] < 0.3


def test_a_hair_may_be_interrupted_and_has_sure_ground_beside_it(soft_mask: Floats) -> None:
    photo, _ = draw_photo(draw_plain(), [((300, 200), (300, 149))])
    photo[158:161] = draw_plain()[158:161]
    trimap = make_trimap(soft_mask, SIZE, rgb=photo)
    assert (trimap[150:156, 298:303] == 128).all()
    assert (trimap[150:156, 290:293] == 0).all()
    assert (trimap[150:156, 308:311] == 0).all()


def test_a_part_follows_what_the_whole_follows(soft_mask: Floats) -> None:
    """As a preview asks it: a part that ends nearer to the outline than the longest strand would."""
    photo, hairs = draw_photo(draw_plain())
    background = make_trimap(soft_mask, SIZE) == 0
    whole = find_strands(background, photo, SIZE, SIZE)
    part = np.s_[145:215, 230:370]
    found = find_strands(background[part], np.ascontiguousarray(photo[part]), Size(140, 70), SIZE)
    assert whole[part].sum() > 500
    assert (found & whole[part]).sum() > 0.8 * whole[part].sum()
    assert found[hairs[part] & background[part]].mean() > 0.8


def test_what_is_not_finite_is_no_strand(soft_mask: Floats) -> None:
    ground = draw_plain()
    photo, _ = draw_photo(ground, [])
    broken = photo.astype(np.float32) / np.float32(255)
    broken[150:190, 300] = np.nan
    assert not find_strands(make_trimap(soft_mask, SIZE) == 0, broken, SIZE, SIZE).any()


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


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    seed=st.integers(0, 1000),
    share=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_noise_of_any_size_is_taken(height: int, width: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    photo = rng.integers(0, 256, (height, width, 3), np.uint8)
    background = rng.random((height, width)) < share
    found = find_strands(background, photo, Size(width, height), Size(width, height))
    assert found.shape == background.shape
    assert not (found & ~background).any()


@settings(max_examples=20, deadline=None)
@given(width=st.integers(380, 640), lean=st.integers(-12, 12), count=st.integers(1, 6), dark=st.booleans())
def test_hairs_of_any_picture_are_found_in_the_background_alone(
    width: int, lean: int, count: int, dark: bool
) -> None:
    size = Size(width, 360)
    photo = np.full((360, width, 3), 190 if dark else 50, np.uint8)
    tone = (40, 40, 40) if dark else (220, 220, 220)
    photo[200:] = tone
    for number in range(count):
        left = width * (number + 1) // (count + 1)
        cv2.line(photo, (left, 200), (left + lean, 186), tone, 1, cv2.LINE_AA)
    background = np.zeros((360, width), bool)
    background[:196] = True
    found = find_strands(background, photo, size, size)
    assert found.any()
    assert not (found & ~background).any()
    assert not found[:175].any()
    assert np.array_equal(found, find_strands(background, photo, size, size))
