"""Refine Edge: what is painted over becomes unknown, and its alpha is solved."""

from __future__ import annotations

from typing import ClassVar

from mattework.recipe import StrokeKind
from mattework_editor.tools.base import BrushTool


class RefineEdgeBrush(BrushTool):
    name = "Refine Edge"
    tip = "Paint over hair, fur and soft edges: the edge is solved there. Alt brings the model's edge back."
    step = "Refine Edge"
    inverse_step = "Restore the Model's Edge"
    key = "R"
    colour = (255, 196, 0)
    sign = "hair"
    kind: ClassVar[StrokeKind] = "unknown"
    inverse: ClassVar[StrokeKind] = "restored"
