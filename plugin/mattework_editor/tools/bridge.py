"""Bridge: closes small holes and gaps under the brush, or removes specks."""

from __future__ import annotations

from typing import ClassVar

from mattework.recipe import StrokeKind
from mattework_editor.tools.base import BrushTool


class BridgeBrush(BrushTool):
    name = "Bridge"
    tip = "Paint over small holes and gaps to close them; what is wider than half the brush stays. Alt removes specks."
    step = "Close Gaps"
    inverse_step = "Remove Specks"
    key = "J"
    colour = (230, 120, 220)
    sign = "bridge"
    is_soft = True
    kind: ClassVar[StrokeKind] = "bridged"
    inverse: ClassVar[StrokeKind] = "cleaned"
