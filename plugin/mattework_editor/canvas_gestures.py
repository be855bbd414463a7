"""Gestures on the canvas: what is pressed, dragged and let go with a tool, by the pointer or by corners, and the brush that
it is done with. Which events do so is the matter of `canvas`."""

from __future__ import annotations

import math
from dataclasses import replace

from PyQt6.QtCore import QPointF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import QWidget

from mattework_editor.canvas_view import CanvasView
from mattework_editor.compose import Sources
from mattework_editor.gesture import Brush, Gesture, Sample, draw_brush, draw_highlight
from mattework_editor.tools import Tool

SMALLEST_BRUSH, LARGEST_BRUSH = 0.5, 2000.0
LIVE = 8
"""Milliseconds between looks at a stroke while it is painted. Its beginning, and the first movement after a pause, are
looked at at once."""
CLOSE = 9
"""Pixels around the first corner in which a click closes an outline."""

TURNS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
"""Keys that turn a tool round. Many desktops keep Alt and the mouse for moving windows; Ctrl is free."""


class CanvasGestures(CanvasView):
    """See the module. Positions in signals are photo pixels."""

    gesture_moved = pyqtSignal(object)
    gesture_ended = pyqtSignal(object)
    gesture_given_up = pyqtSignal()
    radius_changed = pyqtSignal(float)
    brush_changed = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool: Tool | None = None
        self.brush = Brush()
        self.takes_away = False
        self.locked = False
        self._gesture: Gesture | None = None
        self._waiting: list[Gesture] = []
        self._last_end: Sample | None = None
        self._outline: tuple[tuple[float, float], ...] = ()
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(LIVE)
        self._live.timeout.connect(self._go_on_live)
        self._moved = False

    @property
    def _is_moving(self) -> bool:
        """Whether the pointer moves the picture, and does not paint."""
        return False

    def _show_cursor(self) -> None:
        """The cursor of the tool."""
        if self.tool is None:
            self.unsetCursor()
        elif self.locked:
            self.setCursor(Qt.CursorShape.BusyCursor)
        else:
            small = not self.tool.has_brush or self.radius * self._view.scale < 3
            self.setCursor(Qt.CursorShape.CrossCursor if small else Qt.CursorShape.BlankCursor)

    @property
    def radius(self) -> float:
        return self.brush.radius

    @property
    def is_painting(self) -> bool:
        return self._gesture is not None

    def show_sources(self, sources: Sources | None, *, keep_place: bool = False) -> None:
        if sources is not None and not (keep_place and sources.size == self._view.photo):
            self._last_end = None
        super().show_sources(sources, keep_place=keep_place)

    def _paint_over(self, painter: QPainter, sources: Sources, ratio: float) -> None:
        super()._paint_over(painter, sources, ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._outline:
            points = [QPointF(*self._view.to_screen(*point)) for point in self._outline]
            draw_highlight(painter, points)
        for gesture in (*self._waiting, *([self._gesture] if self._gesture else [])):
            gesture.tool.draw(painter, gesture, self._view)
        if self.tool is None or self._pointer is None or self._is_moving:
            return
        x, y = self._pointer.x() * ratio, self._pointer.y() * ratio
        if self.tool.has_brush:
            hardness = self.brush.hardness if self.tool.is_soft else 1.0
            draw_brush(painter, x, y, self.radius * self._view.scale, ratio, hardness)
        elif self.takes_away:
            painter.setPen(QPen(QColor(235, 70, 60), 3 * ratio))
            painter.drawLine(QPointF(x + 8 * ratio, y + 12 * ratio), QPointF(x + 18 * ratio, y + 12 * ratio))

    def show_outline(self, outline: tuple[tuple[float, float], ...] | None) -> None:
        """Mark an area of the photo until another is marked, or none."""
        self._outline = outline or ()
        self.update()

    # What is painted with ----------------------------------------------------------------------------------------------

    def set_tool(self, tool: Tool | None) -> None:
        if self._gesture is not None:
            self._give_up_gesture()
        self.tool, self.takes_away = tool, False
        self._show_cursor()
        self.update()

    def set_brush(self, brush: Brush) -> None:
        self.brush = brush
        self.radius_changed.emit(brush.radius)
        self.brush_changed.emit(brush)
        self._show_cursor()
        self.update()

    def set_radius(self, radius: float) -> None:
        """Radius of the brush in photo pixels."""
        self.set_brush(replace(self.brush, radius=min(LARGEST_BRUSH, max(SMALLEST_BRUSH, radius))))

    def set_locked(self, locked: bool) -> None:
        """Whether painting waits for something else."""
        self.locked = locked
        self._show_cursor()

    # Gestures that wait ------------------------------------------------------------------------------------------------

    def settle_gesture(self) -> None:
        """The oldest gesture that ended is in the picture now: its mark goes."""
        if self._waiting:
            self._waiting.pop(0)
            self.update()

    def drop_gesture(self) -> None:
        """The newest gesture that waits was taken back."""
        if self._waiting:
            self._waiting.pop()
            self.update()

    def forget_gestures(self) -> None:
        self._waiting.clear()
        self._gesture = None
        self.update()

    # The gesture that is made ------------------------------------------------------------------------------------------

    def _press(self, position: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        if self.tool is None or self._sources is None or self.locked:
            return
        sample = self._sample(position, pressure)
        if self.tool.by_corners and self._gesture is not None:
            self._add_corner(sample)
            return
        inverted = bool(modifiers & TURNS) != self.takes_away
        straight = bool(modifiers & Qt.KeyboardModifier.ShiftModifier) and self.tool.has_brush
        before = [self._last_end] if straight and self._last_end is not None else []
        self._gesture = Gesture(self.tool, self.brush, inverted, [*before, sample])
        if self.tool.by_corners:
            self._gesture.samples.append(sample)
        self._moved = True
        self._go_on_live()
        self.update()

    def _add_corner(self, sample: Sample) -> None:
        """A further corner, or the end at the first one. The last sample follows the pointer."""
        assert self._gesture is not None
        corners = self._gesture.samples
        reach = CLOSE * self.devicePixelRatioF() / self._view.scale
        corners[-1] = sample
        if len(corners) > 3 and math.hypot(sample.x - corners[0].x, sample.y - corners[0].y) <= reach:
            del corners[-1]
            self._end_gesture()
        else:
            corners.append(sample)
            self.update()

    def _drag(self, position: QPointF, pressure: float) -> None:
        gesture = self._gesture
        if gesture is None:
            return
        sample = self._sample(position, pressure)
        if gesture.tool.by_corners:
            gesture.samples[-1] = sample
        else:
            gesture.samples.append(sample)
        if not gesture.tool.has_brush:
            self.update()
        self._moved = True
        if not self._live.isActive():
            self._go_on_live()

    def _go_on_live(self) -> None:
        """Have the gesture looked at, if it has moved, and not again too soon."""
        if self._moved and self._gesture is not None and not self._gesture.tool.by_corners:
            self._moved = False
            self._live.start()
            self.gesture_moved.emit(self._gesture)

    def _release(self) -> None:
        if self._gesture is not None and not self._gesture.tool.by_corners:
            self._end_gesture()

    def _end_gesture(self) -> None:
        gesture, self._gesture = self._gesture, None
        self._live.stop()
        if gesture is not None:
            if gesture.tool.has_brush:
                self._last_end = gesture.samples[-1]
            gesture.mark = None
            self._waiting.append(gesture)
            self.gesture_ended.emit(gesture)
            self.update()

    def _close_outline(self) -> None:
        """End a gesture of corners without the one that follows the pointer."""
        assert self._gesture is not None
        del self._gesture.samples[-1]
        self._end_gesture()

    def take_back_corner(self) -> None:
        """Take back the newest corner of an outline, or all of it with the first."""
        if self._gesture is not None and self._gesture.tool.by_corners:
            if len(self._gesture.samples) > 2:
                del self._gesture.samples[-2]
                self.update()
            else:
                self._give_up_gesture()

    def _change_gesture(self, key: int) -> None:
        assert self._gesture is not None
        if key == Qt.Key.Key_Escape:
            self._give_up_gesture()
        elif key == Qt.Key.Key_Backspace:
            self.take_back_corner()
        elif self._gesture.tool.by_corners:
            self._close_outline()

    def _give_up_gesture(self) -> None:
        self._gesture = None
        self._live.stop()
        self.gesture_given_up.emit()
        self.update()

    def _sample(self, position: QPointF, pressure: float) -> Sample:
        ratio = self.devicePixelRatioF()
        return Sample(*self._view.to_photo(position.x() * ratio, position.y() * ratio), pressure)
