"""Foreground: what is painted over belongs to the subject."""

from __future__ import annotations

from typing import ClassVar

from mattework.recipe import StrokeKind
from mattework_editor.tools.base import BrushTool


class ForegroundBrush(BrushTool):
    name = "Foreground"
    tip = "Paint what belongs to the subject. Alt paints background."
    step = "Add with Brush"
    inverse_step = "Take Away with Brush"
    key = "B"
    colour = (60, 200, 90)
    sign = "plus"
    is_soft = True
    kind: ClassVar[StrokeKind] = "foreground"
    inverse: ClassVar[StrokeKind] = "background"
