"""A part of a subject in another colour stays a part of it."""

from __future__ import annotations

import cv2
import numpy as np

from mattework_training.dressing import dress_part


def test_a_dressed_cutout_keeps_its_outline_and_part_of_its_looks() -> None:
    rgba = np.zeros((160, 120, 4), np.uint8)
    rgba[..., :3] = (30, 160, 90)
    cv2.circle(rgba, (60, 80), 50, (30, 160, 90, 255), -1)
    solid = rgba[..., 3] > 127
    shares = []
    for seed in range(12):
        dressed = dress_part(rgba, np.random.default_rng(seed))
        assert dressed.dtype == np.uint8
        assert np.array_equal(dressed[..., 3], rgba[..., 3])
        changed = np.abs(dressed[..., :3].astype(int) - rgba[..., :3]).max(axis=2) > 8
        shares.append(changed[solid].mean())
        # What keeps its colour, and what does not, hang together.
        for part in (solid & changed, solid & ~changed):
            _, _, pieces, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8))
            areas = np.sort(pieces[1:, cv2.CC_STAT_AREA])
            assert areas[-1] > 0.5 * part.sum()
    assert min(shares) > 0.2
    assert max(shares) < 0.8


def test_a_dressed_cutout_keeps_the_shading_of_what_it_covers() -> None:
    rgba = np.full((100, 100, 4), 255, np.uint8)
    rgba[..., :3] = np.linspace(60, 200, 100)[None, :, None]
    lit = []
    for seed in range(12):
        dressed = dress_part(rgba, np.random.default_rng(seed)).astype(int)
        changed = np.abs(dressed[..., :3] - rgba[..., :3]).max(axis=2) > 8
        dark, bright = changed[:, :40].copy(), changed[:, 60:].copy()
        if dark.sum() > 200 and bright.sum() > 200:
            light = dressed[..., :3].mean(axis=2)
            lit.append(light[:, 60:][bright].mean() >= light[:, :40][dark].mean())
    assert len(lit) > 4
    assert np.mean(lit) > 0.7


def test_a_speck_is_left_as_it_is() -> None:
    speck = np.zeros((20, 20, 4), np.uint8)
    speck[9:11, 9:11] = 255
    assert np.array_equal(dress_part(speck, np.random.default_rng(0)), speck)
