"""A gesture while it is painted, and how it and the brush look on the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen

from mattework_editor.tools import Sample
from mattework_editor.tools.base import LIGHTEST
from mattework_editor.viewport import Viewport

STRENGTH = 110
"""Opacity, of 255, of the mark that a stroke leaves until it is solved."""


@dataclass(slots=True)
class Gesture:
    """`colour` and `radius` (photo pixels) of the tool that paints; `inverted` while Alt is held at its start."""

    colour: tuple[int, int, int]
    radius: float
    inverted: bool
    samples: list[Sample]


def draw_gesture(painter: QPainter, gesture: Gesture, view: Viewport) -> None:
    """A see-through mark where the brush has been, in the tool's colour; dark when it is inverted."""
    colour = QColor(*gesture.colour) if not gesture.inverted else QColor(*gesture.colour).darker(220)
    colour.setAlpha(STRENGTH)
    samples = gesture.samples
    width = 2 * gesture.radius * view.scale
    if len({sample.pressure for sample in samples}) > 1:
        _draw_pressed(painter, samples, view, width, colour)
        return
    width *= max(LIGHTEST, samples[0].pressure)
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    points = [QPointF(*view.to_screen(one.x, one.y)) for one in samples]
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if len(points) == 1 or all(point == points[0] for point in points):
        painter.drawPoint(points[0])
    else:
        painter.drawPath(path)


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


def draw_brush(painter: QPainter, x: float, y: float, radius: float, ratio: float) -> None:
    """The brush at its true size: a white ring on a dark one, to be seen on any ground."""
    if radius < 3:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, colour in ((2.6 * ratio, QColor(0, 0, 0, 150)), (1.2 * ratio, QColor(255, 255, 255, 230))):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(QPointF(x, y), radius, radius)
