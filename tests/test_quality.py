from __future__ import annotations

import cv2
import numpy as np
import pytest

from mattework.arrays import Floats
from mattework.quality import measure_mask, score_mask


def draw(
    *discs: tuple[float, float, float], blur: float = 0.7, height: int = 200, width: int = 300
) -> Floats:
    """A soft mask with discs (x, y, radius), their edges blurred."""
    mask = np.zeros((height, width), np.float32)
    for x, y, radius in discs:
        cv2.circle(mask, (round(x), round(y)), round(radius), 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur), np.float32)


def test_a_firm_subject_is_trusted() -> None:
    score, reasons = score_mask(draw((150, 100, 60)))

    assert score > 0.95
    assert reasons == ()


@pytest.mark.parametrize("level", [0.0, 0.02, 0.3, 0.49])
def test_an_empty_scene_has_no_score(level: float) -> None:
    assert score_mask(np.full((100, 100), level, np.float32)) == (0.0, ("no clear subject found",))


def test_a_speck_is_no_subject() -> None:
    assert score_mask(draw((150, 100, 2)))[0] == 0.0


def test_two_and_three_candidates_are_named() -> None:
    two = score_mask(draw((70, 100, 40), (220, 100, 40)))
    three = score_mask(draw((50, 100, 35), (150, 100, 35), (250, 100, 35)))

    assert "two things could be the subject" in two[1]
    assert "three things could be the subject" in three[1]
    assert three[0] < two[0] < 0.9


def test_a_small_satellite_is_no_candidate() -> None:
    assert measure_mask(draw((120, 100, 60), (250, 100, 12))).candidates == 1


def test_borders_are_counted() -> None:
    bust = draw((150, 200, 90))
    close_up = draw((150, 160, 155))

    assert measure_mask(bust).borders == 1
    assert score_mask(bust)[1] == ()
    assert "subject touches three borders" in score_mask(close_up)[1]


def test_wide_bands_are_doubt() -> None:
    firm, soft = draw((150, 100, 60)), draw((150, 100, 60), blur=9)

    assert measure_mask(firm).doubt == 0.0
    assert measure_mask(soft).doubt > 0.9
    score, reasons = score_mask(soft)
    assert score < score_mask(firm)[0] - 0.1
    assert any("of the outline" in reason for reason in reasons)


def test_half_a_hairy_outline_is_about_half_a_doubt() -> None:
    firm, soft = draw((150, 100, 60)), draw((150, 100, 60), blur=9)
    mixed = np.concatenate([firm[:, :150], soft[:, 150:]], axis=1)

    assert 0.35 < measure_mask(mixed).doubt < 0.65


def test_a_frame_that_is_all_subject_is_doubted() -> None:
    score, reasons = score_mask(np.ones((50, 80), np.float32))

    assert score <= 0.5
    assert {"subject touches four borders", "the subject fills the frame"} <= set(reasons)


def test_the_less_two_sizes_agree_the_less_is_expected() -> None:
    mask = draw((150, 100, 60))
    scores = [score_mask(mask, sizes=sizes)[0] for sizes in (1.0, 0.8, 0.5, 0.0)]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] == score_mask(mask)[0]
    assert scores[-1] < 0.6
    assert "seen a second time, the subject is not the same" in score_mask(mask, sizes=0.5)[1]


def test_a_bust_or_a_close_up_is_not_less_trusted_for_the_borders_it_touches() -> None:
    close_up = score_mask(draw((150, 160, 155)))

    assert "subject touches three borders" in close_up[1]
    assert close_up[0] > 0.9


def test_two_looks_that_disagree_lower_the_score() -> None:
    mask = draw((150, 100, 60))
    agreed, contested = score_mask(mask, agreement=0.98), score_mask(mask, agreement=0.3)

    assert agreed[0] > 0.9
    assert contested[0] < 0.65
    assert "two looks at the subject disagree" in contested[1]


def test_a_faint_inside_is_told() -> None:
    score, reasons = score_mask(draw((150, 100, 60)) * np.float32(0.65))

    assert 0.5 < score < 0.65
    assert "the inside of the subject is uncertain" in reasons


def test_the_score_is_the_overlap_that_the_probabilities_promise() -> None:
    """Truth drawn many times from the mask's own probabilities: their mean overlap is the score."""
    generator = np.random.default_rng(11)
    mask = draw((150, 100, 50), blur=6)
    inside = mask > 0.5
    overlaps = []
    for _ in range(200):
        truth = generator.random(mask.shape) < mask
        overlaps.append((inside & truth).sum() / (inside | truth).sum())

    assert abs(measure_mask(mask).overlap - float(np.mean(overlaps))) < 0.01


def test_a_single_pixel_can_be_scored() -> None:
    assert 0.0 <= score_mask(np.ones((1, 1), np.float32))[0] <= 1.0


def test_a_mask_that_is_doubtful_for_haze_around_it_says_so() -> None:
    hazy = np.full((200, 300), 0.2, np.float32)
    hazy[80:120, 120:180] = 1
    score, reasons = score_mask(hazy)
    assert score < 0.5
    assert reasons == ("what lies around the subject is uncertain",)
    clear = np.where(hazy == 1, hazy, np.float32(0))
    assert score_mask(clear) == (1.0, ())
