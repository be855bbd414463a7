"""Transparent: what is painted over is subject that shows its background, as veils and glass do."""

from __future__ import annotations

from typing import ClassVar

from mattework.recipe import StrokeKind
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
