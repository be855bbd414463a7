"""The canvas: shows the work (see `canvas_view`) and turns pointer, pen and keys into gestures.

Space or the middle button pan; R held turns the view; the divider between before and after can be dragged.
"""

from __future__ import annotations

import math
from dataclasses import replace

from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QTabletEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QWidget

from mattework_editor.canvas_view import CanvasView
from mattework_editor.compose import Sources
from mattework_editor.gesture import Brush, Gesture, Sample, draw_brush, draw_highlight
from mattework_editor.tools import Tool

SMALLEST_BRUSH, LARGEST_BRUSH = 0.5, 2000.0
TURN_STEP = 15.0
"""Degrees to which Shift holds a turn."""
LIVE = 16
"""Milliseconds between looks at a stroke while it is painted. Its beginning, and the first movement after a pause, are
looked at at once."""
CLOSE = 9
"""Pixels around the first corner in which a click closes an outline."""
OUTLINE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)
GRIP = 6
"""Pixels to both sides of the divider in which it is taken hold of."""


class Canvas(CanvasView):
    """See the module. Positions in signals are photo pixels."""

    gesture_moved = pyqtSignal(object)
    gesture_ended = pyqtSignal(object)
    gesture_given_up = pyqtSignal()
    radius_changed = pyqtSignal(float)
    brush_changed = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.tool: Tool | None = None
        self.brush = Brush()
        self.takes_away = False
        self.locked = False
        self._gesture: Gesture | None = None
        self._waiting: list[Gesture] = []
        self._last_end: Sample | None = None
        self._panning: QPointF | None = None
        self._dividing = False
        self._space = False
        self._turn_key = False
        self._turning: tuple[float, float] | None = None
        self._turned = False
        self._outline: tuple[tuple[float, float], ...] = ()
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(LIVE)
        self._live.timeout.connect(self._go_on_live)
        self._moved = False

    @property
    def radius(self) -> float:
        return self.brush.radius

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

    # Gestures ----------------------------------------------------------------------------------------------------------

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

    @property
    def is_painting(self) -> bool:
        return self._gesture is not None

    def set_radius(self, radius: float) -> None:
        """Radius of the brush in photo pixels."""
        self.set_brush(replace(self.brush, radius=min(LARGEST_BRUSH, max(SMALLEST_BRUSH, radius))))

    def set_brush(self, brush: Brush) -> None:
        self.brush = brush
        self.radius_changed.emit(brush.radius)
        self.brush_changed.emit(brush)
        self._show_cursor()
        self.update()

    def _press(self, position: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        if self.tool is None or self._sources is None or self.locked:
            return
        sample = self._sample(position, pressure)
        if self.tool.by_corners and self._gesture is not None:
            self._add_corner(sample)
            return
        inverted = bool(modifiers & Qt.KeyboardModifier.AltModifier) != self.takes_away
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
            self._waiting.append(gesture)
            self.gesture_ended.emit(gesture)
            self.update()

    def take_back_corner(self) -> None:
        """Take back the newest corner of an outline, or all of it with the first."""
        if self._gesture is not None and self._gesture.tool.by_corners:
            if len(self._gesture.samples) > 2:
                del self._gesture.samples[-2]
                self.update()
            else:
                self._give_up_gesture()

    def _give_up_gesture(self) -> None:
        self._gesture = None
        self._live.stop()
        self.gesture_given_up.emit()
        self.update()

    def _sample(self, position: QPointF, pressure: float) -> Sample:
        ratio = self.devicePixelRatioF()
        return Sample(*self._view.to_photo(position.x() * ratio, position.y() * ratio), pressure)

    # Events ------------------------------------------------------------------------------------------------------------

    @property
    def _is_moving(self) -> bool:
        """Whether the pointer moves the picture or the divider, and does not paint."""
        return self._space or self._turn_key or self._dividing or self._panning is not None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._pointer = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panning = event.position()
            self._show_cursor()
        elif left and self._turn_key:
            self._turning, self._turned = (self._bearing(event.position()), self._view.angle), True
            self._show_cursor()
        elif left and self._is_at_divider(event.position()):
            self._dividing = True
        elif left:
            self._press(event.position(), 1.0, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._gesture is not None and self._gesture.tool.by_corners:
            self._close_outline()
        else:
            self.mousePressEvent(event)

    def _close_outline(self) -> None:
        """End a gesture of corners without the one that follows the pointer."""
        assert self._gesture is not None
        del self._gesture.samples[-1]
        self._end_gesture()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._turning is not None:
            self._turn(event.position(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        if self._dividing:
            self.show_split(event.position().x() / max(1, self.width()))
            return
        if self._panning is not None:
            ratio = self.devicePixelRatioF()
            dx = round((event.position().x() - self._panning.x()) * ratio)
            dy = round((event.position().y() - self._panning.y()) * ratio)
            self._panning += QPointF(dx / ratio, dy / ratio)
            self._pointer = event.position()
            self._move(self._view.pan(dx, dy))
            return
        self._drag(event.position(), 1.0)
        self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._panning is not None or self._turning is not None or self._dividing:
            self._panning = self._turning = None
            self._dividing = False
            self._show_cursor()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._release()

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        assert event is not None
        kind, pressure = event.type(), event.pressure()
        at_divider = kind == QEvent.Type.TabletPress and self._is_at_divider(event.position())
        if self._is_moving or at_divider or event.button() == Qt.MouseButton.MiddleButton:
            event.ignore()  # comes again as a mouse event
            return
        if kind == QEvent.Type.TabletPress:
            self._press(event.position(), pressure, event.modifiers())
        elif kind == QEvent.Type.TabletMove:
            self._drag(event.position(), pressure)
        elif kind == QEvent.Type.TabletRelease:
            self._release()
        self._point_at(event.position())
        event.accept()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        self._pointer = event.position()
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_radius(self.radius * 1.15 ** (turn / 120))
        else:
            self.zoom_to(self._view.scale * 1.2 ** (turn / 120))
        event.accept()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if event.key() == Qt.Key.Key_R and plain and self._sources is not None:
                event.accept()  # the key is ours while it is held; a tap is the shortcut that it would have been
                return True
            ours = self.tool is not None and self.tool.takes_away and self._sources is not None
            if event.key() == Qt.Key.Key_X and plain and ours:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        arrows = {
            Qt.Key.Key_Left: (64, 0),
            Qt.Key.Key_Right: (-64, 0),
            Qt.Key.Key_Up: (0, 64),
            Qt.Key.Key_Down: (0, -64),
        }
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif event.key() == Qt.Key.Key_R and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            if not event.isAutoRepeat():
                self._turn_key, self._turned = True, False
                self._show_cursor()
        elif event.key() in arrows:
            self.pan_by(*arrows[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_X and self.tool is not None and self.tool.takes_away:
            self.takes_away = not self.takes_away
            self.update()
        elif self._gesture is not None and event.key() in (Qt.Key.Key_Escape, *OUTLINE_KEYS):
            self._change_gesture(event.key())
        else:
            super().keyPressEvent(event)

    def _change_gesture(self, key: int) -> None:
        assert self._gesture is not None
        if key == Qt.Key.Key_Escape:
            self._give_up_gesture()
        elif key == Qt.Key.Key_Backspace:
            self.take_back_corner()
        elif self._gesture.tool.by_corners:
            self._close_outline()

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        elif event.key() == Qt.Key.Key_R and self._turn_key:
            if not event.isAutoRepeat():
                self._turn_key, self._turning = False, None
                self._show_cursor()
                if not self._turned:
                    self._run_shortcut(Qt.Key.Key_R)
        else:
            super().keyReleaseEvent(event)

    def _run_shortcut(self, key: Qt.Key) -> None:
        """What the key alone does in the window."""
        sequence, window = QKeySequence(key), self.window()
        for action in window.actions() if window is not None else ():
            if sequence in action.shortcuts() and action.isEnabled():
                action.trigger()
                return

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        self._space = self._turn_key = False
        self._turning = None
        self._show_cursor()
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent | None) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def _point_at(self, position: QPointF) -> None:
        """Draw the brush at its new place, and no more than what it left and reached."""
        before, self._pointer = self._pointer, position
        if self.split is not None:
            self._show_cursor()
        reach = self.radius * self._view.scale / self.devicePixelRatioF() + 4
        for place in (before, position):
            if place is not None:
                around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
                self.update(around.toAlignedRect())
        if self._gesture is not None and before is not None:
            self.update(
                QRectF(before, position).normalized().adjusted(-reach, -reach, reach, reach).toAlignedRect()
            )

    # Turning and dividing ----------------------------------------------------------------------------------------------

    def _bearing(self, position: QPointF) -> float:
        """The direction of a position from the middle of the widget, in degrees."""
        middle = QRectF(self.rect()).center()
        return math.degrees(math.atan2(position.y() - middle.y(), position.x() - middle.x()))

    def _turn(self, position: QPointF, in_steps: bool) -> None:
        assert self._turning is not None
        start, angle = self._turning
        angle += self._bearing(position) - start
        self.turn_to(round(angle / TURN_STEP) * TURN_STEP if in_steps else angle)

    def _is_at_divider(self, position: QPointF) -> bool:
        return self.split is not None and abs(position.x() - self.split * self.width()) <= GRIP

    def _show_cursor(self) -> None:
        if self._dividing or (
            self._pointer is not None and not self._is_moving and self._is_at_divider(self._pointer)
        ):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif self._turn_key:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._panning is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self.tool is None:
            self.unsetCursor()
        elif self.locked:
            self.setCursor(Qt.CursorShape.BusyCursor)
        else:
            small = not self.tool.has_brush or self.radius * self._view.scale < 3
            self.setCursor(Qt.CursorShape.CrossCursor if small else Qt.CursorShape.BlankCursor)

    def set_tool(self, tool: Tool | None) -> None:
        if self._gesture is not None:
            self._give_up_gesture()
        self.tool, self.takes_away = tool, False
        self._show_cursor()
        self.update()

    def set_locked(self, locked: bool) -> None:
        """Whether painting waits for something else."""
        self.locked = locked
        self._show_cursor()
