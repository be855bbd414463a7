"""Pictures with several things, each of which may be meant."""

from __future__ import annotations

import numpy as np
import pytest

from mattework_training.library import Library
from mattework_training.prompt_samples import TARGETS, PromptSampleMaker, find_part


def test_the_same_seed_and_number_give_the_same_sample(library: Library) -> None:
    first = PromptSampleMaker(library, 3).make(11, (64, 96))
    again = PromptSampleMaker(library, 3).make(11, (64, 96))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.alphas, again.alphas)
    assert first.kinds == again.kinds


@pytest.mark.parametrize("index", range(12))
def test_a_sample_has_things_that_can_be_clicked(library: Library, index: int) -> None:
    sample = PromptSampleMaker(library, 0).make(index, (96, 64))
    assert sample.image.shape == (96, 64, 3)
    assert sample.alphas.shape == (TARGETS, 96, 64)
    assert len(sample.kinds) == TARGETS
    assert all(alpha.max() > 127 for alpha in sample.alphas)


def test_a_part_is_a_patch_of_one_colour() -> None:
    image = np.full((96, 96, 3), (30, 60, 90), np.uint8)
    image[30:70, 20:80] = (220, 180, 40)
    inside = np.zeros((96, 96), np.uint8)
    inside[30:70, 20:80] = 255
    part = find_part(image, np.random.default_rng(0), inside)
    assert part is not None
    meant, found = inside > 127, part > 127
    assert (meant & found).sum() / (meant | found).sum() > 0.9


def test_a_picture_of_one_colour_has_no_parts() -> None:
    image = np.full((96, 96, 3), (90, 120, 60), np.uint8)
    assert find_part(image, np.random.default_rng(1)) is None
