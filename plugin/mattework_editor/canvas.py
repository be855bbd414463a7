"""The canvas: shows a view of the work in tiles, pans and zooms, and turns pointer and pen into gestures.

Tiles hold screen pixels at the present scale, counted from the photo's corner, so panning draws them again as they are.
A paint event makes new ones for `BUDGET` seconds; what is still missing is shown coarse, and made in the next event.
"""

from __future__ import annotations

import time
from collections import OrderedDict

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QWidget

from mattework import Rect, Size
from mattework.arrays import Bytes
from mattework_editor.compose import Look, Sources, compose_view
from mattework_editor.gesture import Gesture, draw_brush, draw_gesture
from mattework_editor.tools import BrushTool, Sample
from mattework_editor.viewport import Viewport

TILE = 256
BUDGET = 0.008
MOST_TILES = 200
COARSE_SIDE = 1024
SMALLEST_BRUSH, LARGEST_BRUSH = 0.5, 2000.0


class Canvas(QWidget):
    """See the module. Positions in signals are photo pixels."""

    gesture_ended = pyqtSignal(list, bool)  # samples, whether Alt inverted the tool
    scale_changed = pyqtSignal(float)
    view_moved = pyqtSignal()
    radius_changed = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(QSize(200, 160))
        self.setAccessibleName(self.tr("Picture"))
        self.look = Look()
        self.tool: BrushTool | None = None
        self.radius = 30.0
        self.locked = False
        self.surround = QColor(96, 96, 96)
        self._sources: Sources | None = None
        self._view = Viewport(Size(0, 0), Size(1, 1))
        self._fitted = True
        self._tiles: OrderedDict[tuple[int, int], QImage] = OrderedDict()
        self._stale: set[tuple[int, int]] = set()
        self._coarse: QImage | None = None
        self._gesture: Gesture | None = None
        self._incomplete = False
        self._waiting: list[Gesture] = []
        self._last_end: Sample | None = None
        self._pointer: QPointF | None = None
        self._panning: QPointF | None = None
        self._space = False

    # What is shown -----------------------------------------------------------------------------------------------------

    @property
    def view(self) -> Viewport:
        return self._view

    @property
    def sources(self) -> Sources | None:
        return self._sources

    @property
    def is_incomplete(self) -> bool:
        """Whether some of what is seen is still coarse or old."""
        return self._incomplete

    def show_sources(self, sources: Sources | None, *, keep_place: bool = False) -> None:
        """Show another photo (fitted into the window), or the same one made anew."""
        self._sources = sources
        if sources is not None and not (keep_place and sources.size == self._view.photo):
            self._view = Viewport(sources.size, self._screen_size())
            self._last_end = None
            self.fit()
            self.scale_changed.emit(self._view.scale)
        self._drop_tiles()

    def show_look(self, look: Look) -> None:
        self.look = look
        self._drop_tiles()

    def refresh(self, where: Rect | None = None) -> None:
        """Photo pixels have changed: all, or those of a rectangle."""
        self._coarse = None
        if where is None:
            self._stale.update(self._tiles)
            self.update()
            return
        touched = self._view.cover(where)
        for key in self._tiles:
            if not self._tile_rect(key).intersect(touched).is_empty:
                self._stale.add(key)
        self.update()

    def _drop_tiles(self) -> None:
        self._incomplete = self._sources is not None
        self._tiles.clear()
        self._stale.clear()
        self._coarse = None
        self.update()

    # Place and scale ---------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        self._move(self._view.fit())
        self._fitted = True

    def zoom_to(self, scale: float) -> None:
        """A scale, around the pointer if it is over the picture, else around the middle."""
        self._move(self._view.zoom(scale, *self._anchor()))

    def zoom_step(self, up: bool) -> None:
        self._move(self._view.step(up, *self._anchor()))

    def pan_by(self, dx: int, dy: int) -> None:
        self._move(self._view.pan(dx, dy))

    def _anchor(self) -> tuple[float, float]:
        if self._pointer is not None and self.rect().contains(self._pointer.toPoint()):
            ratio = self.devicePixelRatioF()
            return self._pointer.x() * ratio, self._pointer.y() * ratio
        return self._view.screen.width / 2, self._view.screen.height / 2

    def _move(self, view: Viewport) -> None:
        scaled = view.scale != self._view.scale
        self._view = view
        self._fitted = False
        if scaled:
            self._incomplete = self._sources is not None
            self._tiles.clear()
            self._stale.clear()
            self.scale_changed.emit(view.scale)
        self.view_moved.emit()
        self.update()

    def _screen_size(self) -> Size:
        ratio = self.devicePixelRatioF()
        return Size(max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        fitted = self._fitted
        self._move(self._view.resize(self._screen_size()))
        if fitted:
            self.fit()
        super().resizeEvent(event)

    # Painting ----------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        painter.fillRect(QRect(0, 0, self._view.screen.width, self._view.screen.height), self.surround)
        if self._sources is not None:
            exposed = self.rect() if event is None else event.rect()
            self._paint_tiles(painter, self._sources, _to_screen(exposed, ratio))
            self._paint_gestures(painter, ratio)
        else:
            painter.resetTransform()
            painter.setPen(QColor(235, 235, 235))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Open a photo (Ctrl+O), or drop one here.")
            )
        painter.end()

    def _paint_tiles(self, painter: QPainter, sources: Sources, exposed: Rect) -> None:
        view = self._view
        seen = view.extent.intersect(exposed).move(-view.left, -view.top)
        if seen.is_empty:
            return
        end = time.perf_counter() + BUDGET
        missing: list[tuple[int, int]] = []
        for ty in range(seen.top // TILE, -(-seen.bottom // TILE)):
            for tx in range(seen.left // TILE, -(-seen.right // TILE)):
                key = tx, ty
                image = self._tiles.get(key)
                if (image is None or key in self._stale) and time.perf_counter() < end:
                    image = self._make_tile(sources, key)
                elif image is None or key in self._stale:
                    missing.append(key)
                where = self._tile_rect(key).move(view.left, view.top)
                if image is not None:
                    self._tiles.move_to_end(key)
                    painter.drawImage(where.left, where.top, image)
                else:
                    self._paint_coarse(painter, sources, where)
        while len(self._tiles) > MOST_TILES:
            old, _ = self._tiles.popitem(last=False)
            self._stale.discard(old)
        self._incomplete = bool(missing)
        for key in missing:
            where = self._tile_rect(key).move(view.left, view.top)
            self.update(_from_screen(where, self.devicePixelRatioF()))

    def _make_tile(self, sources: Sources, key: tuple[int, int]) -> QImage:
        where = self._tile_rect(key)
        seen = compose_view(sources, self.look, self._view.scale, where.left, where.top, where.size)
        image = make_image(seen)
        self._tiles[key] = image
        self._stale.discard(key)
        return image

    def _tile_rect(self, key: tuple[int, int]) -> Rect:
        """A tile's pixels, counted from the photo's corner."""
        extent = self._view.extent.size.rect
        return Rect.from_size(key[0] * TILE, key[1] * TILE, Size(TILE, TILE)).intersect(extent)

    def _paint_coarse(self, painter: QPainter, sources: Sources, where: Rect) -> None:
        if self._coarse is None:
            share = min(1.0, COARSE_SIDE / sources.size.long_side)
            size = Size(max(1, int(sources.size.width * share)), max(1, int(sources.size.height * share)))
            self._coarse = make_image(compose_view(sources, self.look, share, 0, 0, size))
        view = self._view
        ratio = self._coarse.width() / (view.photo.width * view.scale)
        source = QRectF(
            (where.left - view.left) * ratio,
            (where.top - view.top) * ratio,
            where.width * ratio,
            where.height * ratio,
        )
        painter.drawImage(QRectF(where.left, where.top, where.width, where.height), self._coarse, source)

    def _paint_gestures(self, painter: QPainter, ratio: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for gesture in (*self._waiting, *([self._gesture] if self._gesture else [])):
            draw_gesture(painter, gesture, self._view)
        if self.tool is not None and self._pointer is not None and not self._is_panning:
            x, y = self._pointer.x() * ratio, self._pointer.y() * ratio
            draw_brush(painter, x, y, self.radius * self._view.scale, ratio)

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
        self.radius = min(LARGEST_BRUSH, max(SMALLEST_BRUSH, radius))
        self.radius_changed.emit(self.radius)
        self._show_cursor()
        self.update()

    def _press(self, position: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        if self.tool is None or self._sources is None or self.locked:
            return
        inverted = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        start = self._sample(position, pressure)
        straight = bool(modifiers & Qt.KeyboardModifier.ShiftModifier) and self._last_end is not None
        before = [self._last_end] if straight and self._last_end is not None else []
        self._gesture = Gesture(self.tool.colour, self.radius, inverted, [*before, start])
        self.update()

    def _drag(self, position: QPointF, pressure: float) -> None:
        if self._gesture is not None:
            self._gesture.samples.append(self._sample(position, pressure))

    def _release(self) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            self._last_end = gesture.samples[-1]
            self._waiting.append(gesture)
            self.gesture_ended.emit(gesture.samples, gesture.inverted)
            self.update()

    def _sample(self, position: QPointF, pressure: float) -> Sample:
        ratio = self.devicePixelRatioF()
        return Sample(*self._view.to_photo(position.x() * ratio, position.y() * ratio), pressure)

    # Events ------------------------------------------------------------------------------------------------------------

    @property
    def _is_panning(self) -> bool:
        return self._space or self._panning is not None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._pointer = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panning = event.position()
            self._show_cursor()
        elif left:
            self._press(event.position(), 1.0, event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
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
        if self._panning is not None:
            self._panning = None
            self._show_cursor()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._release()

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        assert event is not None
        kind, pressure = event.type(), event.pressure()
        if self._space or event.button() == Qt.MouseButton.MiddleButton:
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
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._pointer = event.position()
                self.zoom_to(self._view.scale * (1 + event.value()))
                return True
        elif event is not None and event.type() == QEvent.Type.DevicePixelRatioChange:
            self._move(self._view.resize(self._screen_size()))
            self._drop_tiles()
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
        elif event.key() in arrows:
            self.pan_by(*arrows[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self._gesture is not None:
            self._gesture = None
            self.update()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        self._space = False
        self._show_cursor()
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent | None) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def _point_at(self, position: QPointF) -> None:
        """Draw the brush at its new place, and no more than what it left and reached."""
        before, self._pointer = self._pointer, position
        reach = self.radius * self._view.scale / self.devicePixelRatioF() + 4
        for place in (before, position):
            if place is not None:
                around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
                self.update(around.toAlignedRect())
        if self._gesture is not None and before is not None:
            self.update(
                QRectF(before, position).normalized().adjusted(-reach, -reach, reach, reach).toAlignedRect()
            )

    def _show_cursor(self) -> None:
        if self._panning is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self.tool is None:
            self.unsetCursor()
        elif self.locked:
            self.setCursor(Qt.CursorShape.BusyCursor)
        else:
            small = self.radius * self._view.scale < 3
            self.setCursor(Qt.CursorShape.CrossCursor if small else Qt.CursorShape.BlankCursor)

    def set_tool(self, tool: BrushTool | None) -> None:
        self.tool = tool
        self._show_cursor()
        self.update()

    def set_locked(self, locked: bool) -> None:
        """Whether painting waits for something else."""
        self.locked = locked
        self._show_cursor()


def make_image(rgb: Bytes) -> QImage:
    """(h, w, 3) uint8 as an image that Qt draws without converting it, with memory of its own."""
    import cv2

    height, width = rgb.shape[:2]
    coded = np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA)).tobytes()
    return QImage(coded, int(width), int(height), int(width) * 4, QImage.Format.Format_RGB32).copy()


def _to_screen(rect: QRect, ratio: float) -> Rect:
    return Rect(
        int(rect.left() * ratio) - 1,
        int(rect.top() * ratio) - 1,
        int((rect.left() + rect.width()) * ratio) + 2,
        int((rect.top() + rect.height()) * ratio) + 2,
    )


def _from_screen(rect: Rect, ratio: float) -> QRect:
    return QRectF(
        rect.left / ratio, rect.top / ratio, rect.width / ratio, rect.height / ratio
    ).toAlignedRect()
