"""Pieces of photographed outline, and the refiner's scenes that are made of them."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")

from make_photographed_edges import cut_with_fur
from mattework.arrays import Bytes
from mattework_training.labelled import LABELS
from mattework_training.library import Library
from mattework_training.refine_batches import change_colors
from mattework_training.refine_scenes import SIDE, SceneMaker


def draw_furry_disc() -> tuple[Bytes, Bytes]:
    """A disc on a smooth ground, (600, 800, 3), with strands that stand 12 pixels out of it, and its alpha of 0..255."""
    alpha = np.zeros((600, 800), np.uint8)
    cv2.circle(alpha, (400, 300), 150, 255, -1, cv2.LINE_AA)
    for angle in np.arange(0, 2 * np.pi, 0.05):
        start, end = (
            (round(400 + r * np.cos(angle)), round(300 + r * np.sin(angle))) for r in (140.0, 162.0)
        )
        cv2.line(alpha, start, end, 255, 2, cv2.LINE_AA)
    share = alpha[..., None].astype(float) / 255
    ground = np.linspace(60, 80, 800)[None, :, None] * np.array([1.0, 1.2, 0.8])
    return np.rint(ground * (1 - share) + np.array([230.0, 180, 150]) * share).astype(np.uint8), alpha


def test_fur_is_found_beyond_the_labels_outline() -> None:
    photo, alpha = draw_furry_disc()
    label = np.zeros((300, 400), np.uint8)
    cv2.circle(label, (200, 150), 75, 255, -1)
    rgba = cut_with_fur(photo, label)
    assert rgba.shape == (600, 800, 4)
    assert np.abs(rgba[..., 3].astype(int) - alpha).mean() < 1
    strands = (alpha > 200) & (cv2.distanceTransform(255 - cv2.resize(label, (800, 600)), cv2.DIST_L2, 5) > 5)
    assert (rgba[..., 3][strands] > 128).mean() > 0.9
    assert np.abs(rgba[strands][:, :3].astype(int) - (230, 180, 150)).mean() < 12


def test_pieces_are_of_labelled_photographs_and_named_once() -> None:
    for name, squares in json.loads((LABELS / "edges.json").read_text()).items():
        label = cv2.imread(str(LABELS / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
        assert label is not None, name
        assert len({tuple(square) for square in squares}) == len(squares)
        assert all(min(square) >= 0 and square[2] in (400, 800) for square in squares)


def make_library(library: Library) -> Library:
    piece = np.zeros((400, 400, 4), np.uint8)
    piece[..., :3] = (200, 90, 30)
    piece[200:, :, 3] = 255
    piece[..., 3] = cv2.GaussianBlur(piece[..., 3], (0, 0), 4)
    return replace(library, edges=[piece])


def test_scenes_are_made_of_photographed_pieces(library: Library) -> None:
    maker = SceneMaker(make_library(library), 5)
    scenes = [scene for index in range(4) for scene in maker.make(index)]
    photographed = [scene for scene in scenes if scene.kind == "photographed"]
    assert photographed
    for scene in photographed:
        assert scene.photo.shape == (SIDE, SIDE, 3)
        soft = (scene.truth > 25) & (scene.truth < 230)
        assert soft.sum() > 100  # its edge is in the frame
        assert (scene.truth == 255).any()
        assert (scene.truth == 0).any()


def test_without_photographed_pieces_the_other_kinds_are_made(library: Library) -> None:
    maker = SceneMaker(library, 5)
    kinds = {scene.kind for index in range(3) for scene in maker.make(index)}
    assert "photographed" not in kinds


def test_a_mix_in_other_colours_is_the_same_mix() -> None:
    rng = np.random.default_rng(0)
    subject, ground = rng.integers(0, 256, (2, 40, 40, 3)).astype(np.float32)
    alpha = rng.random((40, 40, 1), np.float32)
    photo = np.rint(subject * alpha + ground * (1 - alpha)).astype(np.uint8)
    negatives = 0
    for _ in range(12):
        change = change_colors(rng)
        changed = [
            change(np.asarray(part, np.uint8)).astype(float)
            for part in (photo, subject.astype(np.uint8), ground.astype(np.uint8))
        ]
        mixed = changed[1] * alpha + changed[2] * (1 - alpha)
        assert np.abs(mixed - changed[0]).max() < 2
        negatives += bool(np.corrcoef(changed[0].mean(axis=2).ravel(), photo.mean(axis=2).ravel())[0, 1] < 0)
    assert 0 < negatives < 12
