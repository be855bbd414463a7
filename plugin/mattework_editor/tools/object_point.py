"""Object by point: a click selects the thing under it."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtGui import QColor, QPainter, QPen

from mattework import Prompt
from mattework_editor.gesture import Gesture, choose_colour, place_samples, read_ratio
from mattework_editor.tools.select_objects import ObjectTool
from mattework_editor.viewport import Viewport


class ObjectPoint(ObjectTool):
    name = "Object by Click"
    tip = (
        "Click a thing to select it; click what is missing to add it. Alt, or X first, and a click take away."
    )
    step = "Add Object by Click"
    inverse_step = "Take Away Object by Click"
    key = "O"
    sign = "point"
    prompt = "point"

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        point = place_samples(gesture, view)[-1]
        ratio = read_ratio(painter)
        painter.setPen(QPen(QColor(255, 255, 255), 2.0 * ratio))
        painter.setBrush(choose_colour(gesture))
        painter.drawEllipse(point, 6.0 * ratio, 6.0 * ratio)

    def make_prompt(self, gesture: Gesture) -> Prompt | None:
        return super().make_prompt(replace(gesture, samples=gesture.samples[-1:]))
