"""Eraser: takes strokes back to what the model found."""

from __future__ import annotations

from typing import ClassVar

from mattework.recipe import StrokeKind
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
