"""Things that the ground shows through: candlesticks, wheels, racks, chairs, handles, scrolls.

Rods, rings and plates, lit from one side. Photographed things with masks are mostly solid; what openwork asks of a
network is drawn here: that a thing of few thin parts is one subject, and that what its rods enclose is ground.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from mattework_training.library import Image

SIDE = 512
"""Width and height of the canvas, in pixels."""
NUMBER = 240
"""So many things there are: drawing one takes longer than the rest of a sample."""
_BITS = 4
_MARGIN = 0.06

Points = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Drawing:
    """Strokes and plates in drawing order. Places and widths are shares of a canvas of 1 by 1."""

    strokes: list[tuple[Points, float]] = field(default_factory=list)

    def draw_rod(self, points: Points, width: float) -> None:
        self.strokes.append((np.asarray(points, np.float64), width))

    def draw_plate(self, outline: Points) -> None:
        """A filled outline: width 0."""
        self.strokes.append((np.asarray(outline, np.float64), 0.0))


def _trace_arc(center: Points, radii: tuple[float, float], start: float, end: float) -> Points:
    """An elliptic arc, angles in radians, (N, 2)."""
    angles = np.linspace(start, end, max(8, int(abs(end - start) * 12)))
    return center + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii


def _trace_ring(center: Points, radii: tuple[float, float]) -> Points:
    return _trace_arc(center, radii, 0, 2 * np.pi)


def _at(x: float, y: float) -> Points:
    return np.array([x, y])


def _mirror(points: Points) -> Points:
    return points * [-1, 1] + [1, 0]


def _draw_candlestick(drawing: _Drawing, rng: np.random.Generator) -> None:
    """A foot, a stem, and pairs of arms with a cup or a candle at each end."""
    width, pairs = rng.uniform(0.012, 0.035), int(rng.integers(1, 5))
    top, low, reach = rng.uniform(0.08, 0.25), rng.uniform(0.4, 0.75), rng.uniform(0.25, 0.42)
    drawing.draw_rod(np.array([[0.5, top], [0.5, 0.92]]), width)
    foot = rng.uniform(0.08, 0.2)
    drawing.draw_plate(
        np.array([[0.5 - foot, 0.94], [0.5 + foot, 0.94], [0.5 + width, 0.85], [0.5 - width, 0.85]])
    )
    level = rng.random() < 0.6
    for pair in range(1, pairs + 1):
        across = reach * pair / pairs
        deep = low * rng.uniform(0.9, 1.0) if level else low - 0.08 * (pairs - pair)
        end = top + (0 if level else 0.05 * pair)
        arm = _trace_arc(_at(0.5, end), (across, deep - end), 0, np.pi / 2)
        cup = width * rng.uniform(1.5, 2.5)
        for side in (arm, _mirror(arm)):
            drawing.draw_rod(side, width * 0.85)
            x = float(side[0, 0])
            drawing.draw_rod(np.array([[x - cup / 2, end], [x + cup / 2, end]]), width * 1.3)
            if rng.random() < 0.7:
                drawing.draw_rod(np.array([[x, end], [x, end - 0.06]]), width * 0.8)


def _draw_wheel(drawing: _Drawing, rng: np.random.Generator) -> None:
    """A rim with spokes and a hub; sometimes two with a frame between them, as a bicycle has."""
    count = 2 if rng.random() < 0.4 else 1
    radius = 0.2 if count == 2 else rng.uniform(0.3, 0.44)
    width = rng.uniform(0.008, 0.03)
    centers = [_at(0.27, 0.68), _at(0.73, 0.68)] if count == 2 else [_at(0.5, 0.5)]
    spokes, turn = int(rng.integers(3, 22)), rng.uniform(0, np.pi)
    for center in centers:
        for number in range(spokes):
            angle = turn + 2 * np.pi * number / spokes
            end = center + radius * np.array([np.cos(angle), np.sin(angle)])
            drawing.draw_rod(np.stack([center, end]), width * rng.uniform(0.15, 0.5))
        drawing.draw_rod(_trace_ring(center, (radius, radius)), width)
        drawing.draw_plate(_trace_ring(center, (width * 1.5, width * 1.5)))
    if count == 2:
        seat, front, crank = _at(0.42, 0.42), _at(0.66, 0.4), _at(0.48, 0.68)
        for path in ((centers[0], seat, front, centers[1]), (seat, crank, front), (crank, centers[0])):
            drawing.draw_rod(np.stack(path), width * 1.2)
        drawing.draw_rod(seat + np.array([[-0.06, -0.03], [0.05, -0.03]]), width * 2.2)
        drawing.draw_rod(front + np.array([[0.07, -0.02], [0.0, -0.08], [-0.06, -0.07]]), width)


def _draw_rack(drawing: _Drawing, rng: np.random.Generator) -> None:
    """A frame with bars, one way or both, on legs or not: shelves, grilles, gates, baskets."""
    left, top = rng.uniform(0.08, 0.3), rng.uniform(0.08, 0.3)
    right, low = 1 - left, rng.uniform(0.65, 0.9)
    width = rng.uniform(0.012, 0.04)
    narrow = rng.uniform(0, 0.12)
    bar = width * rng.uniform(0.3, 1.0)
    bars = int(rng.integers(0, 13))
    shares = np.linspace(0, 1, bars + 2)[1:-1] if rng.random() < 0.7 else rng.random(bars)
    for x in left + shares * (right - left):
        drawing.draw_rod(np.array([[x, top], [0.5 + (x - 0.5) * (1 - narrow), low]]), bar)
    for share in np.linspace(0, 1, int(rng.integers(2, 7))):
        y, inset = top + share * (low - top), (0.5 - left) * narrow * share
        drawing.draw_rod(np.array([[left + inset, y], [right - inset, y]]), bar)
    inset = (0.5 - left) * narrow
    corners = np.array([[left, top], [right, top], [right - inset, low], [left + inset, low], [left, top]])
    drawing.draw_rod(corners, width)
    if rng.random() < 0.5:
        for x in (left + inset, right - inset):
            drawing.draw_rod(np.array([[x, low], [x + rng.normal(0, 0.02), 0.94]]), width)


def _draw_chair(drawing: _Drawing, rng: np.random.Generator) -> None:
    """Four legs, a seat, and a back of bars, or none: a stool or a table."""
    width = rng.uniform(0.012, 0.04)
    seat, half, depth = rng.uniform(0.4, 0.62), rng.uniform(0.15, 0.28), rng.uniform(0.04, 0.12)
    shift = rng.uniform(-0.12, 0.12)
    front = [0.5 - half, 0.5 + half]
    back = [x + shift + (0.5 - x) * 0.15 for x in front]
    for x, y in ((back[0], seat - depth), (back[1], seat - depth), (front[0], seat), (front[1], seat)):
        foot = _at(x + rng.normal(0, 0.015), 0.92 if y == seat else 0.92 - depth * 0.8)
        drawing.draw_rod(np.stack([_at(x, y), foot]), width)
    if rng.random() < 0.65:
        top = rng.uniform(0.08, seat - depth - 0.15)
        bars = int(rng.integers(0, 7))
        for share in np.linspace(0, 1, bars + 2):
            x = back[0] + share * (back[1] - back[0])
            drawing.draw_rod(
                np.array([[x, seat - depth], [x, top]]), width if share in (0, 1) else width * 0.6
            )
        for y in rng.uniform(top, seat - depth - 0.05, int(rng.integers(0, 3))):
            drawing.draw_rod(np.array([[back[0], y], [back[1], y]]), width * 0.8)
        drawing.draw_rod(np.array([[back[0], top], [back[1], top]]), width * rng.uniform(1, 2))
    if rng.random() < 0.5:
        y = rng.uniform(seat + 0.08, 0.85)
        drawing.draw_rod(np.array([[front[0], y], [front[1], y]]), width * 0.7)
    drawing.draw_plate(
        np.array(
            [
                [back[0], seat - depth],
                [back[1], seat - depth],
                [front[1] + 0.02, seat],
                [front[0] - 0.02, seat],
            ]
        )
    )
    drawing.draw_rod(np.array([[front[0] - 0.02, seat], [front[1] + 0.02, seat]]), width)


def _draw_handle(drawing: _Drawing, rng: np.random.Generator) -> None:
    """A body with one handle or two, or a bail above it: jugs, baskets, bags, padlocks."""
    half, top = rng.uniform(0.15, 0.28), rng.uniform(0.4, 0.55)
    taper = rng.uniform(0.5, 1.2)
    width = rng.uniform(0.015, 0.05)
    reach = rng.uniform(0.1, 0.2)
    sides = int(rng.integers(0, 3))
    if sides == 0:
        arc = _trace_arc(_at(0.5, top + 0.02), (half * rng.uniform(0.5, 0.95), top - 0.06), np.pi, 2 * np.pi)
        drawing.draw_rod(arc, width)
    ears = _trace_arc(
        _at(0.5 + half * 0.95, top + 0.15), (reach, rng.uniform(0.08, 0.16)), -np.pi / 2, np.pi / 2
    )
    for ear in (ears, _mirror(ears))[:sides]:
        drawing.draw_rod(ear, width)
    body = np.array(
        [[0.5 - half, top], [0.5 + half, top], [0.5 + half * taper, 0.92], [0.5 - half * taper, 0.92]]
    )
    drawing.draw_plate(body)
    mouth = _trace_ring(_at(0.5, top), (half, rng.uniform(0.01, 0.05)))
    drawing.draw_plate(mouth)
    drawing.draw_rod(mouth, width * 0.5)


def _draw_scroll(drawing: _Drawing, rng: np.random.Generator) -> None:
    """Spirals and bows, mirrored: ornaments, brackets, jewellery."""
    width = rng.uniform(0.01, 0.035)
    for _ in range(int(rng.integers(2, 5))):
        turns, size = rng.uniform(0.5, 2.2), rng.uniform(0.1, 0.24)
        angles = np.linspace(0, 2 * np.pi * turns, 60) + rng.uniform(0, 2 * np.pi)
        radii = size * np.linspace(0.15, 1, 60)
        center = _at(rng.uniform(0.12, 0.45), rng.uniform(0.2, 0.8))
        spiral = center + np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii[:, None]
        t = np.linspace(0, 1, 12)[:, None]
        tail = (
            spiral[-1] * (1 - t)
            + _at(0.5, rng.uniform(0.2, 0.8)) * t
            + np.sin(np.pi * t) * rng.normal(0, 0.05, 2)
        )
        path = np.vstack([spiral, tail])
        for one in (path, _mirror(path)):
            drawing.draw_rod(one, width)
    if rng.random() < 0.6:
        drawing.draw_rod(np.array([[0.5, 0.1], [0.5, 0.9]]), width * 1.3)


_KINDS = (
    _draw_candlestick,
    _draw_wheel,
    _draw_rack,
    _draw_chair,
    _draw_handle,
    _draw_scroll,
)


def _turn(drawing: _Drawing, rng: np.random.Generator) -> None:
    """See the thing from a little beside: skewed, narrowed, and smaller at one end."""
    skew, narrow, taper = rng.normal(0, 0.12), rng.uniform(0.65, 1.0), rng.normal(0, 0.12)
    for number, (points, width) in enumerate(drawing.strokes):
        x, y = (points[:, 0] - 0.5) * narrow, points[:, 1] - 0.5
        nearness = 1 + taper * 2 * x
        moved = np.stack([0.5 + x * nearness, 0.5 + (y + skew * x) * nearness], axis=1)
        drawing.strokes[number] = (moved, width)
    everything = np.vstack([points for points, _ in drawing.strokes])
    low, size = everything.min(axis=0), float(np.ptp(everything, axis=0).max())
    room = 1 - 2 * _MARGIN
    for number, (points, width) in enumerate(drawing.strokes):
        drawing.strokes[number] = (
            (points - low) / max(size, 1e-6) * room + _MARGIN,
            width * room / max(size, 0.3),
        )


def _to_fixed(points: Points) -> npt.NDArray[np.int32]:
    return np.rint(points * SIDE * (1 << _BITS)).astype(np.int32)


def _paint(drawing: _Drawing, rng: np.random.Generator) -> Image:
    """Every rod as a cylinder under one light, each in front of those before it."""
    hue, saturation = rng.random() * 180, rng.uniform(0, 0.3) if rng.random() < 0.6 else rng.uniform(0.3, 0.9)
    value = rng.uniform(0.12, 0.95)
    base = np.array([[[hue, saturation * 255, value * 255]]], np.uint8)
    color = cv2.cvtColor(base, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float64)
    gloss = rng.uniform(0, 0.9)
    light = rng.normal(0, 1, 2)
    light /= np.linalg.norm(light) + 1e-9
    # Drawn smoothly onto nothing, a colour comes out multiplied by its alpha.
    canvas = np.zeros((SIDE, SIDE, 4), np.uint8)
    variety = rng.uniform(0, 0.25)
    for points, width in drawing.strokes:
        own = color * rng.uniform(1 - variety, 1 + variety / 2)
        if width == 0:
            _lay(canvas, points, 0, own * 0.85, filled=True)
            continue
        thick = max(1.3, width * SIDE)
        # From the dark rim to the lit line: ever thinner strokes, moved towards the light.
        for share, bright in ((1.0, 0.55), (0.72, 0.85), (0.4, 1.1), (0.15, 1.1 + gloss)):
            moved = points + light * width * (1 - share) * 0.32
            if thick * share >= 1:
                _lay(canvas, moved, thick * share, own * bright + 60 * max(0.0, bright - 1.1))
    alpha = canvas[..., 3:].astype(np.float64)
    straight = canvas[..., :3] * (255 / np.maximum(alpha, 1))
    grain = cv2.resize(rng.normal(1, 0.08, (20, 20)).astype(np.float32), (SIDE, SIDE))[..., None]
    return np.dstack([np.clip(straight * grain, 0, 255), alpha]).astype(np.uint8)


def _lay(canvas: Image, points: Points, thick: float, color: Points, *, filled: bool = False) -> None:
    paint = (*np.clip(color, 0, 255).tolist(), 255.0)
    if filled:
        cv2.fillPoly(canvas, [_to_fixed(points)], paint, cv2.LINE_AA, _BITS)
    else:
        cv2.polylines(canvas, [_to_fixed(points)], False, paint, max(1, round(thick)), cv2.LINE_AA, _BITS)


@lru_cache(maxsize=NUMBER)
def draw_openwork(number: int) -> Image:
    """The thing of that number, trimmed: uint8 (H, W, 4), RGB and straight alpha."""
    rng = np.random.default_rng((0x09E4, number))
    drawing = _Drawing()
    _KINDS[number % len(_KINDS)](drawing, rng)
    _turn(drawing, rng)
    thing = _paint(drawing, rng)
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(thing[..., 3]))
    trimmed = np.ascontiguousarray(thing[top : top + height, left : left + width])
    trimmed.flags.writeable = False
    return trimmed
