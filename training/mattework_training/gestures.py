"""A person who prompts, simulated: first gestures, and the next click where the answer is worst.

Masks and maps are at half the network's input size. ``wanted`` (h, w) float32 is the alpha of what is meant, ``known``
(h, w) bool where that is labelled. Prompt maps are (4, h, w) float32 of 0..1: positive, negative, region, previous.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]
Truth = npt.NDArray[np.bool_]

POSITIVE, NEGATIVE, REGION, PREVIOUS = range(4)
RADIUS = 3
"""Of the disc that marks a click, in half-size pixels."""

FIRST_GESTURES = {"click": 0.5, "box": 0.18, "lasso": 0.07, "scribble": 0.12, "previous": 0.13}


def _measure_depth(inside: Truth) -> Map:
    """Distance to the region's outline; the frame's border counts as one."""
    padded = np.pad(inside.astype(np.uint8), 1)
    depth: Map = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1].astype(np.float32)
    return depth


def draw_click(prompts: Map, channel: int, point: tuple[int, int]) -> None:
    """Mark a click at (x, y); what was marked otherwise under it is taken back."""
    other = NEGATIVE if channel == POSITIVE else POSITIVE
    cv2.circle(prompts[channel], point, RADIUS, 1.0, -1)
    cv2.circle(prompts[other], point, RADIUS, 0.0, -1)


def _pick_inside(depth: Map, share: float, rng: np.random.Generator | None) -> tuple[int, int]:
    """A point at least ``share`` as deep as the deepest; the deepest itself without ``rng``."""
    if rng is None:
        row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    else:
        rows, columns = np.nonzero(depth >= share * depth.max())
        pick = int(rng.integers(len(rows)))
        row, column = rows[pick], columns[pick]
    return int(column), int(row)


def click_inside(prompts: Map, wanted: Map, rng: np.random.Generator | None) -> None:
    """The first click, somewhere well inside (the deepest point without ``rng``)."""
    depth = _measure_depth(wanted > 0.5)
    if depth.max() > 0:
        draw_click(prompts, POSITIVE, _pick_inside(depth, 0.4, rng))


def click_worst_error(
    prompts: Map, answer: Map, wanted: Map, known: Truth, rng: np.random.Generator | None
) -> bool:
    """The next click: inside the deepest region that is wrong. False when nothing is."""
    found, meant = answer > 0.5, wanted > 0.5
    missing, wrong = _measure_depth(meant & ~found & known), _measure_depth(found & ~meant & known)
    deepest = max(float(missing.max()), float(wrong.max()))
    if deepest < 1.0:
        return False
    if missing.max() >= wrong.max():
        draw_click(prompts, POSITIVE, _pick_inside(missing, 0.6, rng))
    else:
        draw_click(prompts, NEGATIVE, _pick_inside(wrong, 0.6, rng))
    return True


def draw_box(prompts: Map, wanted: Map, rng: np.random.Generator | None) -> None:
    """The rectangle around what is meant, up to a tenth off on each side."""
    rows, columns = np.nonzero(wanted > 0.5)
    if len(rows) == 0:
        return
    left, right, top, bottom = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    if rng is not None:
        dx, dy = (right - left) * 0.1, (bottom - top) * 0.1
        offs = rng.uniform(-0.6, 1.0, 4)  # more often too large than too small
        left, right = left - offs[0] * dx, right + offs[1] * dx
        top, bottom = top - offs[2] * dy, bottom + offs[3] * dy
    height, width = wanted.shape
    x0, x1 = max(0, round(float(left))), min(width, max(round(float(left)) + 1, round(float(right))))
    y0, y1 = max(0, round(float(top))), min(height, max(round(float(top)) + 1, round(float(bottom))))
    prompts[REGION, y0:y1, x0:x1] = 1.0


def draw_lasso(prompts: Map, wanted: Map, rng: np.random.Generator) -> None:
    """A loose outline, drawn outside of what is meant."""
    meant = (wanted > 0.5).astype(np.uint8)
    reach = max(1, round(float(np.sqrt(meant.sum())) * rng.uniform(0.04, 0.16)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    loose = cv2.GaussianBlur(cv2.dilate(meant, kernel).astype(np.float32), (0, 0), reach * 0.8)
    prompts[REGION] = np.maximum(prompts[REGION], (loose > 0.45).astype(np.float32))


def draw_scribble(prompts: Map, wanted: Map, rng: np.random.Generator) -> None:
    """A few strokes from point to point that stay inside."""
    depth = _measure_depth(wanted > 0.5)
    if depth.max() <= 0:
        return
    points = [_pick_inside(depth, 0.25, rng) for _ in range(int(rng.integers(2, 5)))]
    line = np.zeros(wanted.shape, np.float32)
    cv2.polylines(line, [np.array(points, np.int32)], False, 1.0, 2 * RADIUS)
    prompts[POSITIVE] = np.maximum(prompts[POSITIVE], line * (wanted > 0.5))


def draw_previous(prompts: Map, wanted: Map, known: Truth, rng: np.random.Generator) -> None:
    """A mask with a piece missing or too much, and a click that says so."""
    height, width = wanted.shape
    spoilt = wanted.copy()
    rows, columns = np.nonzero(wanted > 0.5)
    if len(rows) == 0:
        return
    size = max(3, round(float(np.sqrt(len(rows))) * rng.uniform(0.15, 0.45)))
    for _ in range(int(rng.integers(1, 4))):
        if rng.random() < 0.5:
            pick = int(rng.integers(len(rows)))
            cv2.circle(spoilt, (int(columns[pick]), int(rows[pick])), size, 0.0, -1)
        else:
            point = (int(rng.integers(width)), int(rng.integers(height)))
            cv2.circle(spoilt, point, size, 1.0, -1)
    prompts[PREVIOUS] = cv2.GaussianBlur(spoilt, (0, 0), float(rng.uniform(0.6, 2.0))).clip(0, 1)
    click_worst_error(prompts, spoilt, wanted, known, rng)


def draw_first_gesture(wanted: Map, known: Truth, rng: np.random.Generator) -> Map:
    """Prompt maps after a first gesture of a random kind."""
    prompts = np.zeros((4, *wanted.shape), np.float32)
    kind = str(rng.choice(list(FIRST_GESTURES), p=list(FIRST_GESTURES.values())))
    if kind == "box":
        draw_box(prompts, wanted, rng)
    elif kind == "lasso":
        draw_lasso(prompts, wanted, rng)
    elif kind == "scribble":
        draw_scribble(prompts, wanted, rng)
    elif kind == "previous":
        draw_previous(prompts, wanted, known, rng)
    else:
        click_inside(prompts, wanted, rng)
    return prompts
