"""Object by lasso: the thing inside a loose outline is selected."""

from __future__ import annotations

from PyQt6.QtGui import QPainter

from mattework import Prompt
from mattework_editor.gesture import Gesture, draw_outline, place_samples
from mattework_editor.tools.base import thin_out
from mattework_editor.tools.select_objects import ObjectTool
from mattework_editor.viewport import Viewport


class ObjectLasso(ObjectTool):
    name = "Object by Lasso"
    tip = "Draw loosely around a thing to select it. Alt, or X first, takes what is inside away."
    step = "Add Object by Lasso"
    inverse_step = "Take Away Object by Lasso"
    key = "L"
    sign = "lasso"
    prompt = "lasso"

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        draw_outline(painter, gesture, place_samples(gesture, view))

    def make_prompt(self, gesture: Gesture) -> Prompt | None:
        gesture.samples[:] = thin_out(gesture.samples, 2.0)
        return super().make_prompt(gesture)
