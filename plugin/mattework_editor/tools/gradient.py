"""Gradient: the cut-out fades out along a line, or in."""

from __future__ import annotations

from PyQt6.QtGui import QPainter

from mattework import Stroke
from mattework_editor.gesture import Gesture, draw_line
from mattework_editor.tools.base import Tool
from mattework_editor.viewport import Viewport


class GradientTool(Tool):
    name = "Gradient"
    tip = "Drag from where nothing is to be seen to where all is: the cut-out fades in between. Alt fills instead."
    step = "Fade Out by Gradient"
    inverse_step = "Fill by Gradient"
    key = "G"
    colour = (120, 160, 255)
    sign = "gradient"
    is_soft = True

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        draw_line(painter, gesture, view)

    def make_strokes(self, gesture: Gesture) -> tuple[Stroke, ...]:
        start, end = gesture.points[0], gesture.points[-1]
        if abs(start[0] - end[0]) + abs(start[1] - end[1]) < 1:
            return ()
        return (
            Stroke(
                kind="foreground" if gesture.inverted else "background",
                radius=0.0,
                points=(start, end),
                opacity=gesture.brush.opacity,
                shape="gradient",
            ),
        )
