"""The canvas: shows the work (see `canvas_view`) and turns pointer, pen and keys into gestures (see `canvas_gestures`).

Space or the middle button pan; R held turns the view; the divider between before and after can be dragged.
"""

from __future__ import annotations

import math

from PyQt6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, Qt, QTimer
from PyQt6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QRegion,
    QTabletEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QWidget

from mattework import Rect
from mattework_editor.canvas_gestures import CanvasGestures

TURN_STEP = 15.0
"""Degrees to which Shift holds a turn."""
OUTLINE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)
TAP = 150
"""Milliseconds: a key let go within them was tapped. No system repeats a held key so soon."""
REPEAT = 40
"""Milliseconds within which a held key that repeats is pressed again: X11 tells some repeats as let go and pressed anew."""
LARGE = 60.0
FRAME = 12
"""A painting brush of a radius of `LARGE` pixels and more is drawn at most every so many milliseconds, at the rate of a
screen and not of a mouse: each time takes as long as showing a part of the answer under it does."""
GRIP = 6
"""Pixels to both sides of the divider in which it is taken hold of."""


class Canvas(CanvasGestures):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._panning: QPointF | None = None
        self._moves_by = Qt.MouseButton.NoButton
        self._dividing = False
        self._space = False
        self._turn_key = False
        self._turning: tuple[float, float] | None = None
        self._turned = False
        self._held = QElapsedTimer()
        self._old = QRegion()
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.setInterval(FRAME)
        self._frame.timeout.connect(self._draw_old)
        self._let_go = QTimer(self)
        self._let_go.setSingleShot(True)
        self._let_go.setInterval(REPEAT)
        self._let_go.timeout.connect(self._end_turn_key)

    @property
    def _is_moving(self) -> bool:
        """Whether the pointer moves the picture or the divider, and does not paint."""
        return self._space or self._turn_key or self._dividing or self._panning is not None

    @property
    def _is_moved(self) -> bool:
        """Whether a button is held that moves, turns or divides the picture."""
        return self._panning is not None or self._turning is not None or self._dividing

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._pointer = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if self._is_moved:
            return
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panning, self._moves_by = event.position(), event.button()
            self._show_cursor()
        elif left and self._turn_key:
            self._turning, self._turned = (self._bearing(event.position()), self._view.angle), True
            self._moves_by = event.button()
            self._show_cursor()
        elif left and self._is_at_divider(event.position()):
            self._dividing, self._moves_by = True, event.button()
        elif left:
            self._press(event.position(), 1.0, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        left = event.button() == Qt.MouseButton.LeftButton
        if left and not self._is_moving and self._gesture is not None and self._gesture.tool.by_corners:
            self._close_outline()
        else:
            self.mousePressEvent(event)

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
        if self._is_moved and event.button() == self._moves_by:
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
            if self._let_go.isActive():
                self._let_go.stop()
            elif not event.isAutoRepeat():
                self._turn_key, self._turned = True, False
                self._held.start()
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

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        elif event.key() == Qt.Key.Key_R and self._turn_key:
            if event.isAutoRepeat():
                pass
            elif self._held.elapsed() < TAP:
                self._end_turn_key()
            else:
                self._let_go.start()
        else:
            super().keyReleaseEvent(event)

    def _end_turn_key(self) -> None:
        self._turn_key, self._turning = False, None
        self._show_cursor()
        if not self._turned:
            self._run_shortcut(Qt.Key.Key_R)

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
        self._let_go.stop()
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
        old = QRegion()
        for place in (before, position):
            if place is not None:
                around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
                old += around.toAlignedRect()
        if self._gesture is not None and before is not None:
            way = QRectF(before, position).normalized().adjusted(-reach, -reach, reach, reach)
            old += way.toAlignedRect()
        if self._gesture is None or reach < LARGE:
            self.update(old)
            return
        self._old += old
        if not self._frame.isActive():
            self._draw_old()

    def refresh(self, where: Rect | None = None) -> None:
        super().refresh(where)
        self._draw_old()

    def _draw_old(self) -> None:
        """Draw what waits to be drawn of the brush that paints."""
        if not self._old.isEmpty():
            self.update(self._old)
            self._old = QRegion()
            self._frame.start()

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
        else:
            super()._show_cursor()
