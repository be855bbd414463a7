"""Plants, drawn leaf by leaf: shrubs, ferns, grasses and bunches of flowers, some of them in a pot.

Photographed plants with masks are rare. What they ask of a network is drawn here: many thin parts with ground between
them, dark leaves within and bright ones outside, flowers of another colour than what carries them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from mattework_training.library import Image

SIDE = 512
"""Width and height of the canvas, in pixels."""
NUMBER = 160
"""So many plants there are: drawing one takes longer than the rest of a sample."""
_SCALE = 0.74
"""Shares of the canvas are made smaller by this, so that a plant has room to all sides but below."""
_BITS = 4
_STEPS = 8

Points = npt.NDArray[np.float64]
Color = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Habit:
    """How the leaves of one plant look: lengths and widths are shares of the canvas, ``bend`` in radians."""

    length: float
    width: float
    widest: float
    bend: float
    color: Color
    variety: float
    gloss: float


def _from_hue(hue: float, saturation: float, value: float) -> Color:
    """RGB 0..255 of a hue 0..1."""
    hsv = np.array([[[hue * 180 % 180, saturation * 255, value * 255]]], np.uint8)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0], np.float64)


def _draw_habit(rng: np.random.Generator) -> Habit:
    kind = rng.random()
    hue = rng.normal(0.27, 0.05) if kind < 0.8 else rng.uniform(0, 1)  # copper, bluish and dry ones too
    long = rng.random() < 0.5
    return Habit(
        length=rng.uniform(0.16, 0.42) if long else rng.uniform(0.07, 0.2),
        width=rng.uniform(0.012, 0.05) if long else rng.uniform(0.03, 0.11),
        widest=rng.uniform(0.25, 0.6),
        bend=rng.uniform(0.1, 1.2),
        color=_from_hue(hue, rng.uniform(0.25, 0.85), rng.uniform(0.3, 0.85)),
        variety=rng.uniform(0.03, 0.16),
        gloss=rng.uniform(0, 0.35),
    )


def _fill(canvas: Image, points: Points, color: Color) -> None:
    foot = np.array([0.5, 1.0])
    fixed = np.rint(((points - foot) * _SCALE + foot) * SIDE * (1 << _BITS)).astype(np.int32)
    paint = (*np.clip(color, 0, 255).tolist(), 255.0)
    cv2.fillPoly(canvas, [fixed], paint, cv2.LINE_AA, _BITS)


def _trace(root: Points, angle: float, length: float, bend: float) -> Points:
    """A curved path from ``root``, (steps, 2)."""
    angles = angle + bend * np.linspace(0, 1, _STEPS - 1)
    moves = np.stack([np.cos(angles), np.sin(angles)], axis=1) * length / (_STEPS - 1)
    return np.vstack([root, root + np.cumsum(moves, axis=0)])


def _widen(path: Points, widths: Points) -> tuple[Points, Points]:
    """Both sides of a path as outlines of two halves."""
    along = np.gradient(path, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    left, right = (path + sign * normal * widths[:, None] / 2 for sign in (-1, 1))
    return np.vstack([left, path[::-1]]), np.vstack([right, path[::-1]])


def _draw_leaf(
    canvas: Image, root: Points, angle: float, habit: Habit, light: float, rng: np.random.Generator
) -> None:
    path = _trace(root, angle, habit.length * rng.uniform(0.6, 1.15), rng.normal(0, habit.bend))
    t = np.linspace(0, 1, _STEPS)
    power = np.log(0.5) / np.log(habit.widest)
    widths = habit.width * rng.uniform(0.3, 1.1) * np.sin(np.pi * t**power)
    color = habit.color * light + rng.normal(0, 255 * habit.variety, 3) * light * 0.5
    for half, share in zip(_widen(path, widths), (1.0, rng.uniform(0.65, 1.0)), strict=True):
        _fill(canvas, half, color * share + 255 * habit.gloss * light * rng.random() * share)


def _draw_stem(canvas: Image, path: Points, width: float, color: Color) -> None:
    for half, share in zip(_widen(path, np.linspace(width, width * 0.4, _STEPS)), (1.0, 0.8), strict=True):
        _fill(canvas, half, color * share)


def _draw_flower(canvas: Image, at: Points, size: float, color: Color, rng: np.random.Generator) -> None:
    """Petals in one or two rings, seen from a side, and what is in their middle."""
    count = int(rng.integers(5, 22))
    squeeze = np.array([1.0, rng.uniform(0.4, 1.0)])
    turn, tilt = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.5)
    rotate = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    petal = size * min(1.6, rng.uniform(5, 11) / count)
    for ring, share in ((1.0, 0.8), (0.65, 1.0)) if rng.random() < 0.6 else ((1.0, 1.0),):
        for number in rng.permutation(count):
            angle = turn + ring + 2 * np.pi * number / count + rng.normal(0, 0.08)
            path = _trace(np.zeros(2), angle, size * ring * rng.uniform(0.85, 1.05), rng.normal(0, 0.25))
            widths = petal * ring * np.sin(np.pi * np.linspace(0.08, 1, _STEPS) ** 1.6)
            shade = share * rng.uniform(0.75, 1.1)
            for half, side in zip(_widen(path, widths), (1.0, 0.88), strict=True):
                _fill(canvas, (half * squeeze) @ rotate.T + at, color * shade * side)
    middle = _trace(np.zeros(2), 0.0, size * rng.uniform(0.15, 0.35), 2 * np.pi)
    middle = (middle - middle.mean(axis=0)) * squeeze * 3
    _fill(canvas, middle @ rotate.T + at, _from_hue(rng.uniform(0.05, 0.2), 0.8, rng.uniform(0.15, 0.9)))


def _draw_pot(canvas: Image, rng: np.random.Generator) -> float:
    """A pot or vase at the foot of the canvas; returns the height of its rim."""
    top, bottom = rng.uniform(0.1, 0.24), rng.uniform(0.07, 0.18)
    rim = 1.0 - rng.uniform(0.16, 0.34)
    color = _from_hue(
        rng.normal(0.05, 0.02) if rng.random() < 0.5 else rng.random(), rng.uniform(0.05, 0.7), 0.75
    )
    columns = np.linspace(-1, 1, 13)
    from_left = rng.uniform(0.4, 1.0)
    for left, right in pairwise(columns):
        light = 0.45 + 0.65 * np.sqrt(max(0.0, 1 - (left + 1 - from_left) ** 2 / 2.6))
        corners = np.array(
            [
                [0.5 + left * top, rim],
                [0.5 + right * top, rim],
                [0.5 + right * bottom, 0.995],
                [0.5 + left * bottom, 0.995],
            ]
        )
        _fill(canvas, corners, color * light)
    if rng.random() < 0.6:
        edge = np.array([[-1.08, 0], [1.08, 0], [1.08, 0.04], [-1.08, 0.04]]) * [top, 1] + [0.5, rim - 0.01]
        _fill(canvas, edge, color * 0.9)
    return rim


@lru_cache(maxsize=NUMBER)
def draw_plant(number: int) -> Image:
    """The plant of that number, which the canvas' lower border cuts: uint8 (H, W, 4), RGB and straight alpha."""
    rng = np.random.default_rng((0x71A7, number))
    canvas = np.zeros((SIDE, SIDE, 4), np.uint8)
    habit = _draw_habit(rng)
    foot = 1.0
    pot = np.zeros_like(canvas)
    if rng.random() < 0.4:
        foot = _draw_pot(pot, rng)
    flowers = rng.random() < 0.5
    bloom = _from_hue(rng.random(), rng.uniform(0.05, 0.95), rng.uniform(0.7, 1.0))
    size = rng.uniform(0.05, 0.2)
    stems = int(rng.integers(6, 30))
    spread = rng.uniform(0.3, 1.1)
    fern = rng.random() < 0.3
    tall = foot - rng.uniform(0.1, 0.35)
    wood = habit.color * 0.6 if rng.random() < 0.6 else _from_hue(0.08, 0.5, rng.uniform(0.2, 0.5))
    for number in range(stems):
        light = (0.3 + 0.7 * (number + 1) / stems) * rng.uniform(0.75, 1.15)
        angle = -np.pi / 2 + rng.uniform(-spread, spread)
        root = np.array([0.5 + rng.normal(0, 0.04), foot + 0.02])
        path = _trace(root, angle, tall * rng.uniform(0.45, 1.0), rng.normal(0, 0.35))
        _draw_stem(canvas, path, rng.uniform(0.004, 0.014), wood * light)
        along = rng.integers(8, 20) if fern else rng.integers(2, 9)
        for place in np.linspace(0.2, 1, int(along)):
            at = path[round(place * (_STEPS - 1))] + rng.normal(0, 0.004, 2)
            for side in (-1, 1) if fern else (rng.choice([-1, 1]),):
                _draw_leaf(canvas, at, angle + side * rng.uniform(0.2, 1.3), habit, light, rng)
        if flowers and rng.random() < 0.7:
            shade = np.clip(light * 1.1, 0.5, 1.1)
            _draw_flower(canvas, path[-1], size * rng.uniform(0.6, 1.1), bloom * shade, rng)
    # The pot stands before the stems, and behind what hangs over it.
    # What is drawn smoothly onto nothing comes out multiplied by its alpha.
    behind = 1 - pot[..., 3:] / 255.0
    color = canvas[..., :3] * behind + pot[..., :3]
    alpha = canvas[..., 3:] * behind + pot[..., 3:]
    color = color * 255 / np.maximum(alpha, 1)
    noise = cv2.resize(rng.normal(1, 0.1, (24, 24)).astype(np.float32), (SIDE, SIDE))
    noise = noise * rng.normal(1, 0.05, (SIDE, SIDE))
    plant = np.dstack([np.clip(color * noise[..., None], 0, 255), np.rint(alpha)]).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(plant[..., 3]))
    trimmed = np.ascontiguousarray(plant[top : top + height, left : left + width])
    trimmed.flags.writeable = False
    return trimmed
