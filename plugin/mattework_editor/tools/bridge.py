"""Bridge: closes small holes and gaps under the brush, or removes specks."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PyQt6.QtCore import QCoreApplication

from mattework import Stroke, touch_region
from mattework.recipe import StrokeKind
from mattework_editor.session import Session, join_bounds
from mattework_editor.tools.base import BrushTool

LARGEST = 4_000_000
"""Pixels up to which it is looked at whether a stroke changes anything."""
LEAST = 1 / 255
"""Change of alpha that is seen."""


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

    def explain_vain(self, strokes: tuple[Stroke, ...], session: Session) -> str:
        where = join_bounds(strokes).intersect(session.size.rect)
        own = session.recipe.strokes
        if where.is_empty or where.area > LARGEST:
            return ""
        before = session.read_touched(where)
        after = touch_region(session.planes.alpha, (*own, *strokes), where)
        if np.abs(after - before).max() > LEAST:
            return ""
        if strokes[0].kind == self.kind:
            return QCoreApplication.translate(
                "Tools", "No gap here is narrow enough: at most half as wide as the brush."
            )
        return QCoreApplication.translate(
            "Tools", "No speck here is small enough: at most half as wide as the brush."
        )
