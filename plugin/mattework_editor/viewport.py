"""Where the photo lies on the screen: scale, turn and position, in whole screen pixels so that panning moves tiles
unchanged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mattework import Rect, Size
from mattework_editor.pyramid import Part, cos_sin

LARGEST = 64.0
STEPS = (*(1 / n for n in (32, 16, 8, 6, 4, 3, 2)), 2 / 3, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, LARGEST)
KEEP = 48
"""Screen pixels of the photo that always stay in sight."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """`scale` screen pixels a photo pixel; the photo is turned by `angle` degrees clockwise around its corner, which lies
    at (left, top) on the screen; `screen` the widget's size in screen (device) pixels."""

    photo: Size
    screen: Size
    scale: float = 1.0
    left: int = 0
    top: int = 0
    angle: float = 0.0

    @property
    def fitting_scale(self) -> float:
        """The scale at which all of the photo is seen with a little room around it; never above 1."""
        room = 0.96
        width, height = self._turned_size()
        return min(1.0, room * self.screen.width / max(1, width), room * self.screen.height / max(1, height))

    @property
    def extent(self) -> Rect:
        """The rectangle on the screen that the photo lies in."""
        return self.plane.move(self.left, self.top)

    @property
    def plane(self) -> Rect:
        """The same rectangle counted from the photo's corner."""
        return self._bound(self.photo.rect, 0.0)

    @property
    def visible(self) -> Rect:
        """The photo pixels that are seen, whole or in part."""
        return self.photo.rect.intersect(self.part(self.screen.rect.move(-self.left, -self.top)).seen)

    def part(self, plane: Rect) -> Part:
        """What lies in a rectangle of screen pixels that are counted from the photo's corner."""
        return Part(self.scale, plane.left, plane.top, plane.size, self.angle)

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        across, down = cos_sin(self.angle)
        x, y = x - self.left, y - self.top
        return (across * x + down * y) / self.scale, (across * y - down * x) / self.scale

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        px, py = self._to_plane(x, y)
        return px + self.left, py + self.top

    def cover(self, photo: Rect) -> Rect:
        """The screen pixels, counted from the photo's corner, that show any of a rectangle of photo pixels."""
        return self._bound(photo, max(1.0, self.scale) + 2)

    def resize(self, screen: Size) -> Viewport:
        """The same place in the middle of a window of another size."""
        dx, dy = (screen.width - self.screen.width) // 2, (screen.height - self.screen.height) // 2
        return replace(self, screen=screen, left=self.left + dx, top=self.top + dy)

    def fit(self) -> Viewport:
        return replace(self, scale=self.fitting_scale).centre()

    def centre(self) -> Viewport:
        px, py = self._to_plane(self.photo.width / 2, self.photo.height / 2)
        left, top = round(self.screen.width / 2 - px), round(self.screen.height / 2 - py)
        return replace(self, left=left, top=top)

    def zoom(self, scale: float, x: float, y: float) -> Viewport:
        """Another scale, with the photo's point under screen position (x, y) staying there."""
        scale = min(LARGEST, max(min(self.fitting_scale / 2, STEPS[0]), scale))
        return replace(self, scale=scale)._lay(self.to_photo(x, y), x, y)

    def step(self, up: bool, x: float, y: float) -> Viewport:
        """The next handsome scale up or down."""
        steps = [one for one in STEPS if (one > self.scale * 1.001 if up else one < self.scale * 0.999)]
        if not steps:
            return self
        return self.zoom(min(steps) if up else max(steps), x, y)

    def turn(self, angle: float, x: float, y: float) -> Viewport:
        """Turned to another angle around screen position (x, y)."""
        return replace(self, angle=angle % 360.0)._lay(self.to_photo(x, y), x, y)

    def pan(self, dx: int, dy: int) -> Viewport:
        return replace(self, left=self.left + dx, top=self.top + dy).hold()

    def hold(self) -> Viewport:
        """Keep some of the photo in sight."""
        extent, screen = self.extent, self.screen
        dx = max(0, KEEP - extent.right) + min(0, screen.width - KEEP - extent.left)
        dy = max(0, KEEP - extent.bottom) + min(0, screen.height - KEEP - extent.top)
        return replace(self, left=self.left + dx, top=self.top + dy)

    def _lay(self, point: tuple[float, float], x: float, y: float) -> Viewport:
        """Moved so that a point of the photo lies at screen position (x, y)."""
        px, py = self._to_plane(*point)
        return replace(self, left=round(x - px), top=round(y - py)).hold()

    def _to_plane(self, x: float, y: float) -> tuple[float, float]:
        across, down = cos_sin(self.angle)
        return self.scale * (across * x - down * y), self.scale * (down * x + across * y)

    def _turned_size(self) -> tuple[float, float]:
        across, down = (abs(one) for one in cos_sin(self.angle))
        width, height = self.photo.width, self.photo.height
        return width * across + height * down, width * down + height * across

    def _bound(self, photo: Rect, reach: float) -> Rect:
        corners = [self._to_plane(x, y) for x in (photo.left, photo.right) for y in (photo.top, photo.bottom)]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return Rect(
            math.floor(min(across) - reach),
            math.floor(min(down) - reach),
            math.ceil(max(across) + reach),
            math.ceil(max(down) + reach),
        )
