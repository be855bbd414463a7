"""Sizes, points and rectangles in whole pixels. Pure values; rectangles are half-open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, both at least 0."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 0 or self.height < 0:
            raise ValueError(f"A size cannot be negative: {self.width} x {self.height}.")

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)

    @property
    def megapixels(self) -> float:
        return self.area / 1e6

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width), as arrays want it."""
        return self.height, self.width

    @property
    def rect(self) -> Rect:
        return Rect(0, 0, self.width, self.height)

    def scale_to_long_side(self, long_side: int) -> Size:
        """The size of the same aspect ratio whose long side is `long_side`; no side falls under 1."""
        if self.area == 0:
            return self
        factor = long_side / self.long_side
        return Size(max(1, round(self.width * factor)), max(1, round(self.height * factor)))

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"


@dataclass(frozen=True, slots=True)
class Point:
    """A position in pixels; pixel centres lie at .5."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rect:
    """Half-open rectangle: left <= x < right, top <= y < bottom. Empty when it holds no pixel."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def from_size(cls, left: int, top: int, size: Size) -> Rect:
        return cls(left, top, left + size.width, top + size.height)

    @property
    def width(self) -> int:
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        return max(0, self.bottom - self.top)

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def is_empty(self) -> bool:
        return self.area == 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices for an array whose origin is (0, 0). The rectangle must not be negative there."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def move(self, dx: int, dy: int) -> Rect:
        return Rect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def grow(self, margin: int) -> Rect:
        """Grown (or shrunk, when negative) by `margin` on every side."""
        return Rect(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def intersect(self, other: Rect) -> Rect:
        """What both hold; an empty rectangle at this one's corner when they do not meet."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        if right <= left or bottom <= top:
            return Rect(self.left, self.top, self.left, self.top)
        return Rect(left, top, right, bottom)

    def unite(self, other: Rect) -> Rect:
        """The smallest rectangle that holds both; an empty one counts for nothing."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def contains(self, other: Rect) -> bool:
        return other.is_empty or self.intersect(other) == other

    def split_into_tiles(self, side: int) -> list[Rect]:
        """Tiles of at most `side` x `side` that cover the rectangle once, row by row."""
        if side < 1:
            raise ValueError(f"A tile needs at least one pixel, not {side}.")
        return [
            Rect(x, y, min(x + side, self.right), min(y + side, self.bottom))
            for y in range(self.top, self.bottom, side)
            for x in range(self.left, self.right, side)
        ]
