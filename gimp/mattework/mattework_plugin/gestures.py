"""What a person points at with GIMP's own tools, as gestures for the engine. No call of GIMP's is made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mattework_worker.protocol import EngineError, Gesture

Point = tuple[float, float]

NOTHING_POINTED_AT = (
    "Say which object is meant: select a rectangle around it, draw a path over it, or paint over it in a channel. "
    "Then choose that in the dialog."
)


MOST_CORNERS = 500
"""Of an outline; those of a curve lie close together."""
FAINT = 6
"""Of 255: what a line gives to a pixel that it is a fortieth as wide as."""


class Line(NamedTuple):
    """A stroke of a path by its anchors, or a closed one by points on its curves, in pixels of the image."""

    anchors: tuple[Point, ...]
    closed: bool


def parse_points(text: str) -> list[Point]:
    """Points as scripts give them: "300,200 410,150".

    Raises:
        EngineError: it is written in another way.
    """
    try:
        pairs = [part.split(",") for part in text.split()]
        return [(float(x), float(y)) for x, y in pairs]
    except ValueError:
        raise EngineError(
            f'Points are written as "300,200 410,150", in pixels of the image, not as {text!r}.', "usage"
        ) from None


def read_line(control_points: Sequence[float]) -> Line:
    """An open stroke of GIMP's paths: for each anchor six numbers, of which the middle two are the anchor itself."""
    anchors = tuple(
        (float(control_points[at + 2]), float(control_points[at + 3]))
        for at in range(0, len(control_points) - 5, 6)
    )
    return Line(anchors, closed=False)


def read_curve(coordinates: Sequence[float]) -> Line:
    """A closed stroke of GIMP's paths by the points (x, y, x, y, ...) of its curves, `MOST_CORNERS` of them at most."""
    points = [(float(x), float(y)) for x, y in zip(coordinates[::2], coordinates[1::2], strict=True)]
    step = -(-len(points) // MOST_CORNERS)
    return Line(tuple(points[:: max(1, step)]), closed=True)


def trace_painting(plane: bytes, width: int, height: int, scale: float) -> list[tuple[Point, ...]]:
    """Painted places as ways of a pen that stay inside of them, in pixels of the image.

    `plane` holds one byte a pixel and is `scale` times as large as the image. Each blob is filled by a zigzag through its
    rows; where a row of it falls into two parts, another way begins. Lines thinner than a pixel, which are faint, count.
    """
    plane = _keep_thin_lines(plane, width, height)
    ways: list[list[Point]] = []
    above: list[tuple[int, int, int]] = []
    for y in range(height):
        here: list[tuple[int, int, int]] = []
        taken: set[int] = set()
        for start, end in _find_runs(plane[y * width : (y + 1) * width]):
            way = next((w for s, e, w in above if s < end and start < e and w not in taken), len(ways))
            if way == len(ways):
                ways.append([])
            taken.add(way)
            inset = (end - start - 1) // 4
            x = start + inset if len(ways[way]) % 2 == 0 else end - 1 - inset
            ways[way].append(((x + 0.5) / scale, (y + 0.5) / scale))
            here.append((start, end, way))
        above = here
    return [tuple(way) for way in ways]


def gather_gestures(
    *,
    box: tuple[float, float, float, float] | None,
    lines: Iterable[Line],
    points: Iterable[Point],
    painted: Iterable[tuple[Point, ...]],
    spared: Iterable[tuple[Point, ...]],
    not_points: Iterable[Point],
    place: tuple[int, int, int, int],
) -> tuple[Gesture, ...]:
    """Everything that was pointed at, in pixels of the layer at `place` (left, top, width, height).

    A closed line is a loose outline, an open one is a row of points. Painting outside of the layer is left out.

    Raises:
        EngineError: nothing says what belongs to the object, or what does lies outside of the layer.
    """
    left, top, width, height = place
    gestures: list[Gesture] = []

    def add(kind: str, way: Iterable[Point], *, adds: bool, clip: bool = False) -> None:
        moved = [(x - left, y - top) for x, y in way]
        inside = [(x, y) for x, y in moved if 0 <= x < width and 0 <= y < height]
        if not clip and len(inside) < len(moved):
            raise EngineError("A point lies outside of the layer. Point at places on the layer.", "usage")
        if inside:
            gestures.append(Gesture(kind, tuple(inside), adds))  # type: ignore[arg-type]

    if box is not None:
        x0, y0 = max(0.0, box[0] - left), max(0.0, box[1] - top)
        x1, y1 = min(float(width), box[2] - left), min(float(height), box[3] - top)
        if x1 - x0 < 2 or y1 - y0 < 2:
            raise EngineError("The selection does not touch the layer. Select around the object.", "usage")
        gestures.append(Gesture("box", ((x0, y0), (x1, y1))))
    for line in lines:
        if line.closed and len(line.anchors) >= 3:
            xs, ys = [x - left for x, _ in line.anchors], [y - top for _, y in line.anchors]
            if max(xs) <= 0 or max(ys) <= 0 or min(xs) >= width or min(ys) >= height:
                raise EngineError("The path does not touch the layer. Draw it around the object.", "usage")
            outline = tuple(
                (min(max(x - left, 0), width), min(max(y - top, 0), height)) for x, y in line.anchors
            )
            gestures.append(Gesture("lasso", outline))
        else:
            for anchor in line.anchors:
                add("point", [anchor], adds=True)
    for point in points:
        add("point", [point], adds=True)
    for way in painted:
        add("scribble", way, adds=True, clip=True)
    if not gestures:
        raise EngineError(NOTHING_POINTED_AT, "usage")
    for way in spared:
        add("scribble", way, adds=False, clip=True)
    for point in not_points:
        add("point", [point], adds=False)
    return tuple(gestures)


def _keep_thin_lines(plane: bytes, width: int, height: int) -> bytes:
    """255 for what is more than half painted, and for what is painted at all with nothing of that kind around it."""
    kept = bytearray(width * height)
    for y in range(height):
        for x in range(width):
            value = plane[y * width + x]
            if value > 127 or (value >= FAINT and not _is_beside_painting(plane, width, height, x, y)):
                kept[y * width + x] = 255
    return bytes(kept)


def _is_beside_painting(plane: bytes, width: int, height: int, x: int, y: int) -> bool:
    left, right = max(0, x - 1), min(width, x + 2)
    rows = range(max(0, y - 1), min(height, y + 2))
    return any(max(plane[row * width + left : row * width + right]) > 127 for row in rows)


def _find_runs(row: bytes) -> list[tuple[int, int]]:
    """Start and end of each stretch of a row that is more than half painted."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for x, value in enumerate(row):
        if value > 127 and start is None:
            start = x
        elif value <= 127 and start is not None:
            runs.append((start, x))
            start = None
    if start is not None:
        runs.append((start, len(row)))
    return runs
