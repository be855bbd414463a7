"""Eraser: takes strokes back to what the model found."""

from __future__ import annotations

from typing import ClassVar

from PyQt6.QtCore import QCoreApplication

from mattework import Stroke, stroke_bounds
from mattework.recipe import StrokeKind
from mattework_editor.session import Session, join_bounds
from mattework_editor.tools.base import BrushTool


class Eraser(BrushTool):
    name = "Eraser"
    tip = "Take your strokes back to what the model found. Alt paints an unknown edge."
    step = "Restore the Model's Edge"
    inverse_step = "Refine Edge"
    key = "E"
    colour = (200, 200, 200)
    sign = "back"
    kind: ClassVar[StrokeKind] = "restored"
    inverse: ClassVar[StrokeKind] = "unknown"

    def explain_vain(self, strokes: tuple[Stroke, ...], session: Session) -> str:
        where = join_bounds(strokes)
        own = (stroke_bounds(one) for one in session.recipe.strokes)
        if strokes[0].kind != self.kind or any(not one.intersect(where).is_empty for one in own):
            return ""
        return QCoreApplication.translate("Tools", "There is no stroke of yours here to take back.")
