"""Background: what is painted over does not belong to the subject."""

from __future__ import annotations

from typing import ClassVar

from mattework.recipe import StrokeKind
from mattework_editor.tools.base import BrushTool


class BackgroundBrush(BrushTool):
    name = "Background"
    tip = "Paint what does not belong to the subject. Alt paints foreground."
    step = "Take Away with Brush"
    inverse_step = "Add with Brush"
    key = "N"
    colour = (235, 70, 60)
    sign = "minus"
    is_soft = True
    kind: ClassVar[StrokeKind] = "background"
    inverse: ClassVar[StrokeKind] = "foreground"
