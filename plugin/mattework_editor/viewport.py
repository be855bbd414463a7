"""Where the photo lies on the screen: scale and position, in whole screen pixels so that panning moves tiles unchanged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mattework import Rect, Size

LARGEST = 64.0
STEPS = (
    1 / 32,
    1 / 16,
    1 / 8,
    1 / 6,
    1 / 4,
    1 / 3,
    1 / 2,
    2 / 3,
    1,
    1.5,
    2,
    3,
    4,
    6,
    8,
    12,
    16,
    24,
    32,
    48,
    64,
)


@dataclass(frozen=True, slots=True)
class Viewport:
    """`scale` screen pixels a photo pixel; (left, top) is the photo's corner on the screen; `screen` the widget's size in
    screen (device) pixels."""

    photo: Size
    screen: Size
    scale: float = 1.0
    left: int = 0
    top: int = 0

    @property
    def fitting_scale(self) -> float:
        """The scale at which all of the photo is seen with a little room around it; never above 1."""
        room = 0.96
        return min(
            1.0,
            room * self.screen.width / max(1, self.photo.width),
            room * self.screen.height / max(1, self.photo.height),
        )

    @property
    def extent(self) -> Rect:
        """The photo's rectangle on the screen."""
        width, height = math.ceil(self.photo.width * self.scale), math.ceil(self.photo.height * self.scale)
        return Rect(self.left, self.top, self.left + width, self.top + height)

    @property
    def visible(self) -> Rect:
        """The photo pixels that are seen, whole or in part."""
        left, top = self.to_photo(0, 0)
        right, bottom = self.to_photo(self.screen.width, self.screen.height)
        seen = Rect(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
        return self.photo.rect.intersect(seen)

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale + self.left, y * self.scale + self.top

    def cover(self, photo: Rect) -> Rect:
        """The screen pixels, counted from the photo's corner, that show any of a rectangle of photo pixels."""
        reach = max(1.0, self.scale) + 2
        return Rect(
            math.floor(photo.left * self.scale - reach),
            math.floor(photo.top * self.scale - reach),
            math.ceil(photo.right * self.scale + reach),
            math.ceil(photo.bottom * self.scale + reach),
        )

    def resize(self, screen: Size) -> Viewport:
        """The same place in the middle of a window of another size."""
        dx, dy = (screen.width - self.screen.width) // 2, (screen.height - self.screen.height) // 2
        return replace(self, screen=screen, left=self.left + dx, top=self.top + dy)

    def fit(self) -> Viewport:
        return replace(self, scale=self.fitting_scale).centre()

    def centre(self) -> Viewport:
        left = round((self.screen.width - self.photo.width * self.scale) / 2)
        top = round((self.screen.height - self.photo.height * self.scale) / 2)
        return replace(self, left=left, top=top)

    def zoom(self, scale: float, x: float, y: float) -> Viewport:
        """Another scale, with the photo's point under screen position (x, y) staying there."""
        scale = min(LARGEST, max(min(self.fitting_scale / 2, STEPS[0]), scale))
        px, py = self.to_photo(x, y)
        return replace(self, scale=scale, left=round(x - px * scale), top=round(y - py * scale)).hold()

    def step(self, up: bool, x: float, y: float) -> Viewport:
        """The next handsome scale up or down."""
        steps = [one for one in STEPS if (one > self.scale * 1.001 if up else one < self.scale * 0.999)]
        if not steps:
            return self
        return self.zoom(min(steps) if up else max(steps), x, y)

    def pan(self, dx: int, dy: int) -> Viewport:
        return replace(self, left=self.left + dx, top=self.top + dy).hold()

    def hold(self) -> Viewport:
        """Keep some of the photo in sight."""
        width, height = self.photo.width * self.scale, self.photo.height * self.scale
        keep = 48
        left = min(self.screen.width - keep, max(keep - int(width), self.left))
        top = min(self.screen.height - keep, max(keep - int(height), self.top))
        return replace(self, left=left, top=top)
