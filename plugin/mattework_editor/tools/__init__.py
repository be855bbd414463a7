"""The tools, one a file, in the order of the toolbar."""

from __future__ import annotations

from mattework_editor.tools.background import BackgroundBrush
from mattework_editor.tools.base import BrushTool, Sample, make_strokes
from mattework_editor.tools.eraser import Eraser
from mattework_editor.tools.foreground import ForegroundBrush
from mattework_editor.tools.refine import RefineEdgeBrush
from mattework_editor.tools.transparent import TransparentBrush

TOOLS: tuple[type[BrushTool], ...] = (
    RefineEdgeBrush,
    ForegroundBrush,
    BackgroundBrush,
    TransparentBrush,
    Eraser,
)

__all__ = ["TOOLS", "BrushTool", "Sample", "make_strokes"]
