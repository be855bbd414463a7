"""Marching ants: the outline where the matte is half, in dashes that walk.

The outline is found on the pixels of the screen, once for every view of it; a step of the walk only colours those anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QImage, QPainter

from mattework import Rect
from mattework.arrays import AnyArray
from mattework_editor.compose import Sources
from mattework_editor.viewport import Viewport

STEP = 120
"""Milliseconds between two steps of the walk."""
DASH = 4
_BLACK, _WHITE = 0xFF000000, 0xFFFFFFFF


class Ants:
    """The outline of a matte on the screen."""

    def __init__(self) -> None:
        self._view: Viewport | None = None
        self._image: QImage | None = None
        self._pixels: AnyArray = np.zeros((0, 0), np.uint32)
        self._at: tuple[AnyArray, AnyArray] = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        self._phase = 0
        self._width = 1

    def drop(self) -> None:
        """The matte has changed."""
        self._view = None

    def walk(self) -> None:
        self._phase = (self._phase + 1) % (2 * DASH)

    @property
    def extent(self) -> Rect:
        """The screen pixels that the outline lies in, when it was drawn last."""
        rows, columns = self._at
        if not len(rows):
            return Rect(0, 0, 0, 0)
        return Rect(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)

    def paint(self, painter: QPainter, sources: Sources, view: Viewport, ratio: float) -> None:
        """Draw the outline; `ratio` is how many screen pixels a line of one pixel shall be wide."""
        if view != self._view:
            self._width = max(1, round(ratio))
            self._find(sources, view, self._width)
            self._view = view
        rows, columns = self._at
        if self._image is None or not len(rows):
            return
        dash = ((rows + columns + self._phase * self._width) // (DASH * self._width)) % 2 == 0
        self._pixels[rows, columns] = np.where(dash, np.uint32(_WHITE), np.uint32(_BLACK))
        extent = self.extent
        where = QRect(extent.left, extent.top, extent.width, extent.height)
        painter.drawImage(where, self._image, where)

    def _find(self, sources: Sources, view: Viewport, width: int) -> None:
        import cv2

        part = view.part(view.screen.rect.move(-view.left, -view.top))
        inside = (sources.matte.sample(part, beyond=0) >= 128).astype(np.uint8)
        cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
        line: AnyArray = inside - cv2.erode(inside, cross)
        if width > 1:
            line = cv2.dilate(line, np.ones((width, width), np.uint8))
        rows, columns = np.nonzero(line)
        self._at = (rows, columns)
        self._pixels = np.zeros(line.shape, np.uint32)
        height, across = line.shape
        memory: Any = self._pixels.data
        form = QImage.Format.Format_ARGB32_Premultiplied
        self._image = QImage(memory, across, height, across * 4, form)
