"""Linear gradients behind a cut-out, in the words of CSS: "linear-gradient(90deg, white, #ccc 60%)", or "white..#ccc".

Angles and stops follow CSS Images Level 3 (section 3.1): 0deg runs upwards, 90deg to the right, 180deg (the default)
downwards; the ends lie where the canvas's corners are reached; stops without a place are spread evenly between their
neighbours. Colours are mixed as they are encoded in sRGB.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from mattework.arrays import AnyArray, Floats, Samples, split_rows
from mattework.document.model import Depth, depth_dtype, depth_white
from mattework.geometry import Size

if TYPE_CHECKING:
    from mattework.document.model import Document

_FUNCTION = re.compile(r"linear-gradient\((.*)\)", re.IGNORECASE | re.DOTALL)
_ANGLE = re.compile(r"(-?\d+(?:\.\d+)?)deg", re.IGNORECASE)
_PLACE = re.compile(r"(.*?)\s+(-?\d+(?:\.\d+)?)%", re.DOTALL)
_SIDES = {"to top": 0.0, "to right": 90.0, "to bottom": 180.0, "to left": 270.0}
_TABLE = 65


@dataclass(frozen=True, slots=True)
class Gradient:
    """`stops` are places (0 to 1, never falling) and sRGB colours (0 to 1); `angle` in degrees as in CSS."""

    stops: tuple[tuple[float, tuple[float, float, float]], ...]
    angle: float = 180.0


def parse_gradient(text: str) -> Gradient | None:
    """A gradient as people write it; None if it is none."""
    function = _FUNCTION.fullmatch(text.strip())
    if function is None:
        ends = text.split("..")
        return _make_gradient(ends, 180.0) if len(ends) >= 2 else None
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", function[1])]
    angle = _ANGLE.fullmatch(parts[0])
    if angle is not None:
        return _make_gradient(parts[1:], float(angle[1]))
    side = _SIDES.get(" ".join(parts[0].lower().split()))
    return _make_gradient(parts, 180.0) if side is None else _make_gradient(parts[1:], side)


def write_gradient(gradient: Gradient) -> str:
    """A gradient in the words that `parse_gradient` reads; places are left out where it finds them by itself."""
    places = [place for place, _ in gradient.stops]
    is_even = np.allclose(places, np.linspace(0, 1, len(places)), rtol=0, atol=1e-6)
    words = [f"{_write_number(gradient.angle)}deg"]
    for place, colour in gradient.stops:
        code = "#" + "".join(f"{round(255 * one):02x}" for one in colour)
        words.append(code if is_even else f"{code} {_write_number(100 * place)}%")
    return f"linear-gradient({', '.join(words)})"


def _write_number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def draw_gradient(gradient: Gradient, document: Document) -> Samples:
    """The gradient over the document's canvas, (H, W, channels) in its mode, profile and depth.

    At 8 bits values are rounded up or down at random, so that no bands are seen; the same document gets the same.
    """
    from mattework.document.colour import convert_srgb_samples

    places = np.array([place for place, _ in gradient.stops])
    colours = np.array([colour for _, colour in gradient.stops], np.float32)
    # What a profile makes of the colours is worked out for a table; between its entries samples are mixed. Two colours at
    # one place are a hard edge, so the table has what lies just before it too.
    before = np.nextafter(places, -np.inf)
    knots = np.unique(np.concatenate([places, before, np.linspace(0, 1, _TABLE)]).clip(0, 1))
    mixed = np.stack([np.interp(knots, places, colours[:, channel]) for channel in range(3)], axis=-1)
    table = convert_srgb_samples(mixed[None].astype(np.float32), document.mode, document.metadata.icc)[0]
    table = cast("Samples", table * np.float32(depth_white(document.depth)))
    size = document.size
    out = np.empty((*size.shape, document.mode.channels), depth_dtype(document.depth))
    for rows in split_rows(out):
        share = _find_share(gradient.angle, size, rows.start, rows.stop)
        for channel in range(document.mode.channels):
            values = np.interp(share, knots, table[:, channel])
            out[rows, :, channel] = round_smoothly(values, document.depth, rows.start, channel)
    return cast("Samples", out)


def round_smoothly(values: AnyArray, depth: Depth, top: int = 0, channel: int = 0) -> AnyArray:
    """Sample values (h, w) that begin at row `top` as samples; at 8 bits rounded at random in proportion to their rest."""
    white = depth_white(depth)
    if depth == 32:
        return np.asarray(values, np.float32)
    if depth == 16:
        return np.asarray(np.rint(values.clip(0, white)), np.uint16)
    height, width = values.shape
    side = 256
    noise = np.random.default_rng(channel).random((side, side), np.float32) - np.float32(0.5)
    across, down = np.arange(width) % side, np.arange(top, top + height) % side
    return np.asarray(np.rint((values + noise[down][:, across]).clip(0, white)), np.uint8)


def _find_share(angle: float, size: Size, top: int, bottom: int) -> Floats:
    """How far along the gradient each pixel of some rows lies, (rows, W)."""
    across, up = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    length = abs(size.width * across) + abs(size.height * up)
    x = np.arange(size.width) + 0.5 - size.width / 2
    y = np.arange(top, bottom) + 0.5 - size.height / 2
    return ((x[None] * across - y[:, None] * up) / length + 0.5).astype(np.float32)


def _make_gradient(parts: list[str], angle: float) -> Gradient | None:
    from mattework.background import parse_colour

    stops: list[tuple[float | None, tuple[float, float, float]]] = []
    for part in parts:
        placed = _PLACE.fullmatch(part.strip())
        colour = parse_colour(part if placed is None else placed[1])
        if colour is None:
            return None
        stops.append((None if placed is None else float(placed[2]) / 100, colour))
    if len(stops) < 2:
        return None
    known = {number: place for number, (place, _) in enumerate(stops) if place is not None}
    known.setdefault(0, 0.0)
    known.setdefault(len(stops) - 1, 1.0)
    numbers = sorted(known)
    rising = np.maximum.accumulate(
        [known[number] for number in numbers]
    )  # before the others are spread between them
    places = np.interp(np.arange(len(stops)), numbers, rising)
    return Gradient(
        tuple((float(place), colour) for place, (_, colour) in zip(places, stops, strict=True)), angle
    )
