"""A gesture while it is made, the brush it is made with, and how both look on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from mattework import Size
from mattework_editor.viewport import Viewport

if TYPE_CHECKING:
    from mattework_editor.tools.base import Tool

LIGHTEST = 0.15
"""Share of the radius that the lightest touch of a pen draws with."""
STRENGTH, FAINT = 110, 40
"""Opacity, of 255, of the mark that a stroke leaves until it is solved, and while its result is seen already."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the pointer was, in photo pixels, and how hard it pressed (0 to 1; 1 for a mouse)."""

    x: float
    y: float
    pressure: float = 1.0


@dataclass(frozen=True, slots=True)
class Brush:
    """`radius` in photo pixels; `hardness` and `opacity` 0 to 1; what a pen's pressure changes."""

    radius: float = 30.0
    hardness: float = 1.0
    opacity: float = 1.0
    pressed: Literal["size", "opacity"] = "size"


def suit_radius(size: Size) -> float:
    """The radius, in photo pixels, that a brush begins with on a photo of this size: a finger's width on the screen."""
    return float(min(300, max(3, round(size.long_side / 60))))


class Mark:
    """Where a brush has been, as it is seen from one place; only what is new of it is drawn."""

    def __init__(self) -> None:
        self._image = QImage()
        self._view: Viewport | None = None
        self._is_pressed = False
        self._drawn = 0

    def bring(self, gesture: Gesture, view: Viewport) -> QImage:
        """The mark as large as the screen, in the gesture's colour."""
        samples = gesture.samples
        pressed = self._is_pressed or _is_pressed(gesture)
        if view != self._view or pressed != self._is_pressed or len(samples) < self._drawn:
            self._view, self._is_pressed, self._drawn = view, pressed, 0
            size = view.screen.width, view.screen.height
            self._image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.fill(Qt.GlobalColor.transparent)
        if self._drawn < len(samples):
            fresh = samples[self._drawn if pressed else max(0, self._drawn - 1) :]
            painter = QPainter(self._image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _draw_stretch(painter, gesture, fresh, view, pressed=pressed)
            painter.end()
            self._drawn = len(samples)
        return self._image


@dataclass(slots=True)
class Gesture:
    """`inverted` while Alt is held at its start, or what X has turned round. `is_live`: its result is seen already. `mark`
    while it is being made: many that wait would take much memory."""

    tool: Tool
    brush: Brush
    inverted: bool
    samples: list[Sample] = field(default_factory=list)
    is_live: bool = False
    mark: Mark | None = field(default_factory=Mark)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        return tuple((round(one.x, 2), round(one.y, 2)) for one in self.samples)


def choose_colour(gesture: Gesture) -> QColor:
    """The tool's colour; dark when the gesture is inverted."""
    colour = QColor(*gesture.tool.colour)
    return colour.darker(220) if gesture.inverted else colour


def draw_way(painter: QPainter, gesture: Gesture, view: Viewport) -> None:
    """A see-through mark where the brush has been."""
    painter.setOpacity((FAINT if gesture.is_live else STRENGTH) / 255)
    if gesture.mark is not None:
        painter.drawImage(0, 0, gesture.mark.bring(gesture, view))
    else:
        _draw_stretch(painter, gesture, gesture.samples, view, pressed=_is_pressed(gesture))
    painter.setOpacity(1.0)


def read_ratio(painter: QPainter) -> float:
    """Pixels of the screen a point: marks are drawn in pixels, and are as large on every screen."""
    device = painter.device()
    return 1.0 if device is None else device.devicePixelRatioF()


def draw_outline(painter: QPainter, gesture: Gesture, points: list[QPointF]) -> None:
    """A closed outline in the tool's colour over a dark line, lightly filled."""
    colour = choose_colour(gesture)
    fill = QColor(colour)
    fill.setAlpha(FAINT)
    painter.setBrush(fill)
    for width, line in ((3.0, QColor(0, 0, 0, 150)), (1.4, colour)):
        painter.setPen(QPen(line, width * read_ratio(painter)))
        painter.drawPolygon(QPolygonF(points), Qt.FillRule.WindingFill)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_highlight(painter: QPainter, points: list[QPointF]) -> None:
    """An area that is pointed at elsewhere in the window."""
    painter.setBrush(QColor(255, 214, 10, FAINT))
    for width, line in ((4.0, QColor(0, 0, 0, 170)), (2.0, QColor(255, 214, 10))):
        painter.setPen(QPen(line, width * read_ratio(painter)))
        painter.drawPolygon(QPolygonF(points), Qt.FillRule.WindingFill)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_line(painter: QPainter, gesture: Gesture, view: Viewport) -> None:
    """A line from the first sample to the last, with a dot at its start."""
    points = place_samples(gesture, view)
    colour = choose_colour(gesture)
    for width, line in ((4.0, QColor(0, 0, 0, 150)), (2.0, colour)):
        painter.setPen(QPen(line, width * read_ratio(painter)))
        painter.drawLine(points[0], points[-1])
    painter.setBrush(colour)
    radius = 5.0 * read_ratio(painter)
    painter.drawEllipse(points[0], radius, radius)


def place_samples(gesture: Gesture, view: Viewport) -> list[QPointF]:
    """The samples in pixels of the screen."""
    return [QPointF(*view.to_screen(one.x, one.y)) for one in gesture.samples]


def _is_pressed(gesture: Gesture) -> bool:
    """Whether a pen has changed the size of the brush on the way."""
    return gesture.brush.pressed == "size" and len({sample.pressure for sample in gesture.samples}) > 1


def _draw_stretch(
    painter: QPainter, gesture: Gesture, samples: list[Sample], view: Viewport, *, pressed: bool
) -> None:
    width, colour = 2 * gesture.brush.radius * view.scale, choose_colour(gesture)
    if pressed:
        _draw_pressed(painter, samples, view, width, colour)
    else:
        by_size = gesture.brush.pressed == "size"
        width *= max(LIGHTEST, gesture.samples[0].pressure) if by_size else 1.0
        _draw_even(painter, samples, view, width, colour)


def _draw_even(
    painter: QPainter, samples: list[Sample], view: Viewport, width: float, colour: QColor
) -> None:
    """A stretch of a stroke that is equally wide all along."""
    points = [QPointF(*view.to_screen(sample.x, sample.y)) for sample in samples]
    line, round_cap = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap
    painter.setPen(QPen(colour, width, line, round_cap, Qt.PenJoinStyle.RoundJoin))
    if all(point == points[0] for point in points):
        painter.drawPoint(points[0])
    else:
        painter.drawPolyline(QPolygonF(points))


def _draw_pressed(
    painter: QPainter, samples: list[Sample], view: Viewport, width: float, colour: QColor
) -> None:
    """A pen's stroke as one shape, so that overlapping stretches are not darker."""
    shape = QPainterPath()
    shape.setFillRule(Qt.FillRule.WindingFill)
    for sample in samples:
        radius = width * max(LIGHTEST, sample.pressure) / 2
        shape.addEllipse(QPointF(*view.to_screen(sample.x, sample.y)), radius, radius)
    painter.fillPath(shape, colour)


def draw_brush(
    painter: QPainter, x: float, y: float, radius: float, ratio: float, hardness: float = 1.0
) -> None:
    """The brush at its true size: a white ring on a dark one, to be seen on any ground; dotted where a soft brush has
    half its force."""
    if radius < 3:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = radius * (1 + hardness) / 2
    for width, colour in ((2.6 * ratio, QColor(0, 0, 0, 150)), (1.2 * ratio, QColor(255, 255, 255, 230))):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(QPointF(x, y), radius, radius)
        if hardness < 1 and half > 3:
            painter.setPen(QPen(colour, width, Qt.PenStyle.DotLine))
            painter.drawEllipse(QPointF(x, y), half, half)
