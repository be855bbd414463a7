"""The tools, one a file, in the order of the toolbar."""

from __future__ import annotations

from mattework_editor.gesture import Sample
from mattework_editor.tools.background import BackgroundBrush
from mattework_editor.tools.base import BrushTool, Tool, make_stroke
from mattework_editor.tools.bridge import BridgeBrush
from mattework_editor.tools.eraser import Eraser
from mattework_editor.tools.foreground import ForegroundBrush
from mattework_editor.tools.gradient import GradientTool
from mattework_editor.tools.key_picker import ScreenColourPicker
from mattework_editor.tools.object_box import ObjectBox
from mattework_editor.tools.object_lasso import ObjectLasso
from mattework_editor.tools.object_point import ObjectPoint
from mattework_editor.tools.object_scribble import ObjectScribble
from mattework_editor.tools.polygon import PolygonTool
from mattework_editor.tools.refine import RefineEdgeBrush
from mattework_editor.tools.transparent import TransparentBrush

TOOLS: tuple[type[Tool], ...] = (
    RefineEdgeBrush,
    ForegroundBrush,
    BackgroundBrush,
    TransparentBrush,
    Eraser,
    BridgeBrush,
    ObjectPoint,
    ObjectBox,
    ObjectLasso,
    ObjectScribble,
    PolygonTool,
    GradientTool,
    ScreenColourPicker,
)

__all__ = ["TOOLS", "BrushTool", "Sample", "Tool", "make_stroke"]
