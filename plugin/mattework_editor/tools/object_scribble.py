"""Object by scribble: a line drawn over a thing selects it."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

from mattework import Prompt
from mattework_editor.gesture import Gesture, choose_colour, place_samples, read_ratio
from mattework_editor.tools.base import thin_out
from mattework_editor.tools.select_objects import ObjectTool
from mattework_editor.viewport import Viewport


class ObjectScribble(ObjectTool):
    name = "Object by Scribble"
    tip = "Scribble over a thing to select all of it. Alt, or X first, takes what you scribble over away."
    step = "Add Object by Scribble"
    inverse_step = "Take Away Object by Scribble"
    key = "S"
    sign = "scribble"
    prompt = "scribble"

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, colour in ((6.0, QColor(0, 0, 0, 130)), (3.5, choose_colour(gesture))):
            painter.setPen(
                QPen(
                    colour,
                    width * read_ratio(painter),
                    Qt.PenStyle.SolidLine,
                    Qt.PenCapStyle.RoundCap,
                    Qt.PenJoinStyle.RoundJoin,
                )
            )
            painter.drawPolyline(QPolygonF(place_samples(gesture, view)))

    def make_prompt(self, gesture: Gesture) -> Prompt | None:
        gesture.samples[:] = thin_out(gesture.samples, 3.0)
        return super().make_prompt(gesture)
