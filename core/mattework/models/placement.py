"""Where a photo lies on a network's canvas: pure geometry, there and back."""

from __future__ import annotations

from dataclasses import dataclass

from mattework.errors import UsageError
from mattework.geometry import Point, Rect, Size
from mattework.models.spec import SizeRule

_MOST_SIDES = 4
"""Of its short side: how long a photo may become that is enlarged to it. A thread of a few pixels would fill the memory."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A photo of size `photo` fills the rectangle `area` of a canvas of size `canvas`."""

    photo: Size
    canvas: Size
    area: Rect

    def to_canvas(self, point: Point) -> Point:
        """A position in photo pixels as a position in canvas pixels."""
        return Point(
            self.area.left + point.x * self.area.width / self.photo.width,
            self.area.top + point.y * self.area.height / self.photo.height,
        )

    def to_photo(self, point: Point) -> Point:
        """A position in canvas pixels as a position in photo pixels."""
        return Point(
            (point.x - self.area.left) * self.photo.width / self.area.width,
            (point.y - self.area.top) * self.photo.height / self.area.height,
        )

    @property
    def mask_size(self) -> Size:
        """The smallest size with the photo's aspect ratio that keeps every row and column of `area`.

        Never larger than the photo: there is nothing to say between its pixels.
        """
        scale = min(1.0, max(self.area.width / self.photo.width, self.area.height / self.photo.height))
        return Size(max(1, round(self.photo.width * scale)), max(1, round(self.photo.height * scale)))


def bound_side(rule: SizeRule, long_side: int) -> int:
    """The long side nearest to `long_side` that a rule allows."""
    side = max(long_side, rule.smallest) if rule.smallest else long_side
    return min(side, rule.largest) if rule.largest else side


def place_photo(rule: SizeRule, photo: Size, *, long_side: int | None = None) -> Placement:
    """Lay a photo on the canvas by the rule. `long_side` replaces the record's own where the rule is free, as near as
    `bound_side` allows.

    Raises:
        UsageError: the photo is empty, or a long side was asked of a model with one size only.
    """
    if photo.area == 0:
        raise UsageError("The picture has no pixels.")
    if long_side is not None and not rule.is_free:
        raise UsageError(
            f"This model sees pictures at {_describe(rule)} only; leave the input size to the model."
        )
    if rule.rule == "stretch":
        canvas = Size(rule.width, rule.height)
        return Placement(photo, canvas, canvas.rect)
    if rule.rule == "letterbox":
        canvas = Size(rule.width, rule.height)
        scale = min(canvas.width / photo.width, canvas.height / photo.height)
        inner = Size(
            min(canvas.width, max(1, round(photo.width * scale))),
            min(canvas.height, max(1, round(photo.height * scale))),
        )
        return Placement(photo, canvas, _anchored(rule, inner, canvas))
    if rule.rule == "short-side":
        inner = photo
        if photo.long_side < rule.side or photo.short_side > rule.side:
            scale = rule.side / photo.short_side
            if scale > 1.0:
                scale = max(1.0, min(scale, _MOST_SIDES * rule.side / photo.long_side))
            inner = Size(round(photo.width * scale), round(photo.height * scale))
        canvas = Size(_round_down(inner.width, rule.multiple), _round_down(inner.height, rule.multiple))
        return Placement(photo, canvas, canvas.rect)
    inner = photo
    if rule.is_free:
        inner = photo.scale_to_long_side(bound_side(rule, rule.side if long_side is None else long_side))
    if rule.rule == "round":
        canvas = Size(_round_near(inner.width, rule.multiple), _round_near(inner.height, rule.multiple))
        return Placement(photo, canvas, canvas.rect)
    canvas = Size(_round_up(inner.width, rule.multiple), _round_up(inner.height, rule.multiple))
    return Placement(photo, canvas, _anchored(rule, inner, canvas))


def _anchored(rule: SizeRule, inner: Size, canvas: Size) -> Rect:
    if rule.anchor == "top-left":
        return inner.rect
    return Rect.from_size((canvas.width - inner.width) // 2, (canvas.height - inner.height) // 2, inner)


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def _round_near(value: int, multiple: int) -> int:
    return max(multiple, round(value / multiple) * multiple)


def _round_down(value: int, multiple: int) -> int:
    return max(multiple, value // multiple * multiple)


def _describe(rule: SizeRule) -> str:
    if rule.rule in ("stretch", "letterbox"):
        return f"{rule.width} x {rule.height}"
    return f"a short side of {rule.side}" if rule.rule == "short-side" else "their own size"
