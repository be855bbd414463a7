"""Object by box: the thing inside a rectangle is selected."""

from __future__ import annotations

from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QPainter

from mattework import Prompt
from mattework_editor.gesture import Gesture, draw_outline
from mattework_editor.tools.select_objects import ObjectTool
from mattework_editor.viewport import Viewport

LEAST_BOX = 3.0
"""Pixels of the photo that a box must be wide and high."""


class ObjectBox(ObjectTool):
    name = "Object by Box"
    tip = "Drag a box around a thing to select it; another box adds another thing. Alt, or X first, takes it away."
    step = "Add Object by Box"
    inverse_step = "Take Away Object by Box"
    key = "M"
    sign = "box"
    prompt = "box"

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        first, last = gesture.samples[0], gesture.samples[-1]
        corners = ((first.x, first.y), (last.x, first.y), (last.x, last.y), (first.x, last.y))
        draw_outline(painter, gesture, [QPointF(*view.to_screen(*corner)) for corner in corners])

    def make_prompt(self, gesture: Gesture) -> Prompt | None:
        start, end = gesture.points[0], gesture.points[-1]
        if min(abs(start[0] - end[0]), abs(start[1] - end[1])) < LEAST_BOX:
            return None
        return Prompt(kind="box", points=(start, end), adds=not gesture.inverted)
