"""Transparent: what is painted over is subject that shows its background, as veils and glass do."""

from __future__ import annotations

from typing import ClassVar

from PyQt6.QtCore import QCoreApplication

from mattework import Stroke
from mattework.recipe import StrokeKind
from mattework_editor.session import Session, join_bounds
from mattework_editor.tools.base import BrushTool


class TransparentBrush(BrushTool):
    name = "Transparent"
    tip = "Paint veils, glass and smoke inside the subject: how much shows through is solved. Alt paints foreground."
    step = "Transparent with Brush"
    inverse_step = "Add with Brush"
    key = "T"
    colour = (80, 170, 255)
    sign = "half"
    kind: ClassVar[StrokeKind] = "transparent"
    inverse: ClassVar[StrokeKind] = "foreground"

    def explain_vain(self, strokes: tuple[Stroke, ...], session: Session) -> str:
        where = join_bounds(strokes).intersect(session.size.rect)
        if strokes[0].kind != self.kind or where.is_empty or session.planes.trimap[where.slices].any():
            return ""
        return QCoreApplication.translate(
            "Tools",
            "Transparent makes what is selected show its background, and nothing is selected here. Select the thing first.",
        )
