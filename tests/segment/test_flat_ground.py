from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mattework import cut_out
from mattework.arrays import Bools, Bytes, Floats
from mattework.segment.flat_ground import find_drawing

INK, PAPER = (20, 40, 110), (255, 255, 255)


def draw_word_mark(ground: tuple[int, int, int] = PAPER, *, height: int = 400) -> tuple[Bytes, Floats]:
    """A ring and a C, four times as large and reduced, with the true share of ink."""
    size = (4 * height, 8 * height)
    ink = np.zeros(size, np.uint8)
    y, radius = 2 * height, height
    cv2.circle(ink, (2 * height, y), radius, 255, -1)
    cv2.ellipse(ink, (5 * height, y), (radius, radius), 0, 40, 320, 255, height // 2)
    share = np.asarray(cv2.resize(ink, (2 * height, height), interpolation=cv2.INTER_AREA), np.float32) / 255
    mixed = share[..., None] * np.array(INK, np.float32) + (1 - share[..., None]) * np.array(
        ground, np.float32
    )
    return np.rint(mixed).astype(np.uint8), np.asarray(share, np.float32)


def find_only_disc(shape: tuple[int, int]) -> Floats:
    """What a network that stops at the first sign and fills a gap would answer."""
    mask = np.zeros((64, 128), np.float32)
    cv2.circle(mask, (32, 32), 16, 1.0, -1)
    cv2.circle(mask, (80, 32), 12, 1.0, -1)
    return mask


def compress(rgb: Bytes, quality: int) -> Bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def overlap(soft_mask: Floats, truth: Floats) -> float:
    found, wanted = soft_mask > 0.5, truth > 0.5
    return float((found & wanted).sum() / (found | wanted).sum())


@pytest.mark.parametrize("ground", [PAPER, (0, 0, 0), (250, 220, 120)])
@pytest.mark.parametrize("quality", [None, 95, 80])
def test_all_of_a_drawing_is_found_that_the_network_found_in_part(
    ground: tuple[int, int, int], quality: int | None
) -> None:
    rgb, truth = draw_word_mark(ground)
    shown = rgb if quality is None else compress(rgb, quality)
    answer = find_only_disc(truth.shape)

    drawing = find_drawing(shown, answer)

    assert drawing is not None
    assert overlap(drawing.soft_mask, truth) > 0.97
    assert drawing.agreement < 0.9
    assert drawing.soft_mask[200, 500] == 0  # the gap of the C, which the network had filled


def test_the_rim_is_the_share_of_ink() -> None:
    rgb, truth = draw_word_mark()

    drawing = find_drawing(rgb, find_only_disc(truth.shape))

    assert drawing is not None
    assert float(np.abs(drawing.soft_mask - truth).max()) < 0.1
    assert len(np.unique(drawing.soft_mask)) >= 16  # as it was drawn


def test_compression_leaves_no_specks() -> None:
    rgb, truth = draw_word_mark()
    near = cv2.dilate((truth > 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0

    drawing = find_drawing(compress(rgb, 60), find_only_disc(truth.shape))

    assert drawing is not None
    assert not (drawing.soft_mask[~near] > 0.1).any()


@pytest.mark.parametrize("keeps", [True, False])
def test_what_is_enclosed_is_a_hole_unless_the_network_says_otherwise(keeps: bool) -> None:
    rgb = np.full((300, 300, 3), 255, np.uint8)
    cv2.circle(rgb, (150, 150), 100, INK, -1)
    cv2.circle(rgb, (150, 150), 50, PAPER, -1)
    answer = np.zeros((300, 300), np.float32)
    cv2.circle(answer, (150, 150), 100, 1.0, -1)
    if not keeps:
        cv2.circle(answer, (150, 150), 50, 0.0, -1)

    drawing = find_drawing(rgb, answer)

    assert drawing is not None
    assert bool(drawing.soft_mask[150, 150] == 1.0) is keeps


def lay_shadow(rgb: Bytes, inside: Bools) -> Bytes:
    shade = cv2.GaussianBlur(np.roll(inside.astype(np.float32), 12, axis=(0, 1)), (0, 0), 12)[..., None]
    return np.where(inside[..., None], rgb, np.rint(rgb * (1 - 0.4 * shade))).astype(np.uint8)


def test_what_is_no_drawing_is_left_to_the_network() -> None:
    rgb, truth = draw_word_mark()
    answer = truth.copy()
    rng = np.random.default_rng(3)
    noise = np.clip(rgb + rng.normal(0, 3, rgb.shape), 0, 255).astype(np.uint8)
    texture = rgb.copy()
    texture[truth > 0] = rng.integers(0, 200, (int((truth > 0).sum()), 3))
    gradient = np.minimum(rgb, np.linspace(255, 200, rgb.shape[1])[None, :, None]).astype(np.uint8)

    assert find_drawing(rgb, answer) is not None
    for name, other in {
        "a photograph's ground": noise,
        "a photograph cut out before": texture,
        "a ground with a gradient": gradient,
        "a shadow": lay_shadow(rgb, truth > 0),
        "nothing at all": np.full_like(rgb, 255),
    }.items():
        assert find_drawing(other, answer) is None, name


def test_a_page_of_dots_has_no_subject() -> None:
    rgb = np.full((400, 400, 3), 255, np.uint8)
    for y in range(40, 400, 40):
        for x in range(40, 400, 40):
            cv2.circle(rgb, (x, y), 8, INK, -1)
    one = np.zeros((400, 400), np.float32)
    cv2.circle(one, (200, 200), 8, 1.0, -1)

    assert find_drawing(rgb, np.zeros((400, 400), np.float32)) is None
    assert find_drawing(rgb, one) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (31, 400), (33, 35)])
def test_small_pictures_are_no_trouble(shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 255, np.uint8)
    rgb[shape[0] // 2 :, shape[1] // 2 :] = 0

    drawing = find_drawing(rgb, np.ones(shape, np.float32))

    assert drawing is None or drawing.soft_mask.shape == shape


def test_a_word_mark_is_cut_whole_and_the_report_says_how(tmp_path: Path) -> None:
    rgb, truth = draw_word_mark(height=300)
    path = tmp_path / "mark.jpg"
    Image.fromarray(rgb).save(path, quality=90)

    cutout = cut_out(path, device="cpu")

    assert "The ground is one flat colour, so all that differs from it was taken for the subject." in (
        cutout.report.notes
    )
    assert overlap(cutout.alpha, truth) > 0.97
    assert float(np.abs(cutout.alpha - truth).mean()) < 0.01


def test_what_is_filled_with_the_grounds_colour_is_whole_up_to_a_thin_outline() -> None:
    inside = np.zeros((96, 96), np.uint8)
    cv2.circle(inside, (48, 48), 34, 1, -1)
    rgb = np.full((96, 96, 3), 255, np.uint8)
    cv2.circle(rgb, (48, 48), 34, (0, 0, 0), 1)
    for x, y in ((38, 40), (58, 40), (48, 60)):
        cv2.circle(rgb, (x, y), 6, (0, 0, 0), -1)

    drawing = find_drawing(rgb, inside.astype(np.float32))

    assert drawing is not None
    assert (drawing.soft_mask == inside).all()


def draw_gray_sign() -> tuple[Bytes, Bools]:
    """A black ring, and a C of the gray that a transparent ground is seen as, before nothing."""
    _, share = draw_word_mark()
    pixels = np.zeros((*share.shape, 4), np.uint8)
    pixels[:, 400:, :3] = 128
    pixels[..., 3] = np.rint(255 * share)
    return pixels, share > 0.5


def test_what_has_the_colour_that_stands_for_transparency_is_no_ground() -> None:
    pixels, truth = draw_gray_sign()
    opacity = pixels[..., 3:].astype(np.float32) / np.float32(255)
    seen = np.rint(pixels[..., :3] * opacity + 127 * (1 - opacity)).astype(np.uint8)

    drawing = find_drawing(seen, find_only_disc(truth.shape), opacity[..., 0])

    assert drawing is not None
    assert overlap(drawing.soft_mask, truth.astype(np.float32)) > 0.98
    full = np.ones(truth.shape, np.float32)
    assert find_drawing(compress(draw_word_mark()[0], 95), find_only_disc(truth.shape), full) is not None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_sign_that_is_partly_mid_gray_is_cut_whole_where_its_ground_is_transparent(dtype: type) -> None:
    pixels, truth = draw_gray_sign()
    samples = pixels.astype(dtype) * dtype(np.iinfo(dtype).max // 255)

    cutout = cut_out(samples, device="cpu")

    assert overlap(cutout.alpha, truth.astype(np.float32)) > 0.97
