"""Polygon: an area with straight sides is added to the cut-out or taken away."""

from __future__ import annotations

from PyQt6.QtGui import QPainter

from mattework import Stroke
from mattework_editor.gesture import Gesture, draw_outline, place_samples
from mattework_editor.tools.base import Tool
from mattework_editor.viewport import Viewport


class PolygonTool(Tool):
    name = "Polygon"
    tip = "Click corners; a double click or Enter adds what they enclose, Alt at the first corner takes it away."
    step = "Add Polygon"
    inverse_step = "Take Away Polygon"
    key = "P"
    colour = (60, 200, 90)
    sign = "polygon"
    is_soft = True
    by_corners = True

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        draw_outline(painter, gesture, place_samples(gesture, view))

    def make_strokes(self, gesture: Gesture) -> tuple[Stroke, ...]:
        corners = tuple(dict.fromkeys(gesture.points))
        if len(corners) < 3:
            return ()
        soft = (1 - gesture.brush.hardness) * gesture.brush.radius
        return (
            Stroke(
                kind="background" if gesture.inverted else "foreground",
                radius=round(soft, 2),
                points=corners,
                opacity=gesture.brush.opacity,
                shape="area",
            ),
        )
