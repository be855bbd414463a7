"""What the canvas shows: a view of the work in tiles, panned, zoomed and turned; before and after side by side.

A paint event makes new tiles for `BUDGET` seconds; what is still missing is shown coarse, and made in the next event.
"""

from __future__ import annotations

import time
from dataclasses import replace

from PyQt6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QNativeGestureEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import QWidget

from mattework import Rect, Size
from mattework_editor.canvas_ants import STEP, Ants
from mattework_editor.canvas_tiles import Tiles, outline_photo
from mattework_editor.compose import Look, Sources, View
from mattework_editor.viewport import Viewport

BUDGET = 0.008


class CanvasView(QWidget):
    """See the module. `split` is where the divider between before and after stands, as a share of the width; None for one
    picture."""

    scale_changed = pyqtSignal(float)
    angle_changed = pyqtSignal(float)
    view_moved = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(QSize(200, 160))
        self.setAccessibleName(self.tr("Picture"))
        self.surround = QColor(96, 96, 96)
        self.invites = True  # to open a photo, while there is none and none is being opened
        self.split: float | None = None
        self._sources: Sources | None = None
        self._view = Viewport(Size(0, 0), Size(1, 1))
        self._fitted = True
        self._tiles, self._before = Tiles(), Tiles()
        self._before.look = Look(view=View.ORIGINAL)
        self._incomplete = False
        self._pointer: QPointF | None = None
        self._ants = Ants()
        self._walk = QTimer(self)
        self._walk.setInterval(STEP)
        self._walk.timeout.connect(self._step_ants)

    # What is shown -----------------------------------------------------------------------------------------------------

    @property
    def look(self) -> Look:
        return self._tiles.look

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

    @property
    def is_painting(self) -> bool:
        """Whether a gesture is being made, so that what is refreshed will soon be refreshed again."""
        return False

    def show_sources(self, sources: Sources | None, *, keep_place: bool = False) -> None:
        """Show another photo (fitted into the window), or the same one made anew."""
        self._sources = sources
        if sources is not None and not (keep_place and sources.size == self._view.photo):
            self._view = Viewport(sources.size, self._screen_size())
            self.angle_changed.emit(0.0)
            self.fit()
            self.scale_changed.emit(self._view.scale)
        self._drop_tiles()

    def show_look(self, look: Look) -> None:
        """Look at the work in another way."""
        self._tiles.look = look
        if look.view is View.ANTS:
            self._walk.start()
        else:
            self._walk.stop()
        self._drop_tiles()

    def show_split(self, split: float | None) -> None:
        """Show the original left of the divider at this share of the width; None shows one picture."""
        self.split = None if split is None else min(0.98, max(0.02, split))
        self._incomplete = self._sources is not None
        self.update()

    def refresh(self, where: Rect | None = None) -> None:
        """Photo pixels have changed: all, or those of a rectangle."""
        self._tiles.age(where, self._view, partly=self.is_painting)
        self._ants.drop()
        if where is None:
            self._before.age(None, self._view)
        if where is None or self.look.view is View.ANTS:  # the outline is found anew on all that is seen
            self._incomplete = self._sources is not None
            self.update()
            return
        touched = self._view.cover(where).move(self._view.left, self._view.top)
        if not touched.intersect(self._view.screen.rect).is_empty:  # else nothing will be painted
            self._incomplete = self._sources is not None
            self.update(_from_screen(touched, self.devicePixelRatioF()))

    def _drop_tiles(self, *, coarse: bool = True) -> None:
        self._incomplete = self._sources is not None
        self._tiles.drop(coarse=coarse)
        self._before.drop(coarse=coarse)
        self._ants.drop()
        self.update()

    # Place, scale and angle --------------------------------------------------------------------------------------------

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

    def turn_to(self, angle: float) -> None:
        """Turn the view to so many degrees clockwise, around the middle of the screen. The photo itself is not turned."""
        fitted = self._fitted
        self._move(self._view.turn(angle, self._view.screen.width / 2, self._view.screen.height / 2))
        if fitted:
            self.fit()

    def turn_by(self, degrees: float) -> None:
        self.turn_to(self._view.angle + degrees)

    def _anchor(self) -> tuple[float, float]:
        if self._pointer is not None and self.rect().contains(self._pointer.toPoint()):
            ratio = self.devicePixelRatioF()
            return self._pointer.x() * ratio, self._pointer.y() * ratio
        return self._view.screen.width / 2, self._view.screen.height / 2

    def _move(self, view: Viewport) -> None:
        before, self._view = self._view, view
        self._fitted = False
        self._incomplete = self._sources is not None
        if (view.scale, view.angle) != (before.scale, before.angle):
            self._drop_tiles(coarse=False)
        if view.scale != before.scale:
            self.scale_changed.emit(view.scale)
        if view.angle != before.angle:
            self.angle_changed.emit(view.angle)
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

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._pointer = event.position()
                self.zoom_to(self._view.scale * (1 + event.value()))
                return True
            if event.gestureType() == Qt.NativeGestureType.RotateNativeGesture:
                self.turn_by(-event.value())
                return True
        elif event is not None and event.type() == QEvent.Type.DevicePixelRatioChange:
            self._move(self._view.resize(self._screen_size()))
            self._drop_tiles()
        return super().event(event)

    # Painting ----------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        _count_screen_pixels(painter, ratio)
        exposed = _to_screen(self.rect() if event is None else event.rect(), ratio)
        if self._sources is None or self._view.angle % 90 or not self._view.extent.contains(exposed):
            screen = self._view.screen
            painter.fillRect(QRect(-1, -1, screen.width + 2, screen.height + 2), self.surround)
        if self._sources is not None:
            self._paint_picture(painter, self._sources, exposed)
            self._paint_over(painter, self._sources, ratio)
        elif self.invites:
            painter.resetTransform()
            painter.setPen(QColor(235, 235, 235))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Open a photo (Ctrl+O), or drop one here.")
            )
        painter.end()

    def _paint_picture(self, painter: QPainter, sources: Sources, exposed: Rect) -> None:
        end = time.perf_counter() + BUDGET
        divider = self._divider()
        after = exposed if divider is None else replace(exposed, left=max(exposed.left, divider))
        missing = self._paint_clipped(painter, self._tiles, sources, after, end)
        if divider is not None:
            before = replace(exposed, right=min(exposed.right, divider))
            missing += self._paint_clipped(painter, self._before, sources, before, end)
        # What is exposed reaches a pixel beyond the screen, and so may a tile that shows nothing else.
        missing = [where for where in missing if not where.intersect(self._view.screen.rect).is_empty]
        self._incomplete = bool(missing)
        for where in missing:
            self.update(_from_screen(where, self.devicePixelRatioF()))

    def _paint_clipped(
        self, painter: QPainter, tiles: Tiles, sources: Sources, exposed: Rect, end: float
    ) -> list[Rect]:
        if exposed.is_empty:
            return []
        painter.save()
        painter.setClipRect(QRect(exposed.left, exposed.top, exposed.width, exposed.height))
        missing = tiles.paint(painter, sources, self._view, exposed, end, self._anchor())
        painter.restore()
        return missing

    def _paint_over(self, painter: QPainter, sources: Sources, ratio: float) -> None:
        """What lies over the picture: ants, the divider."""
        divider = self._divider()
        if self.look.view is View.ANTS:
            painter.save()
            if divider is not None:
                painter.setClipRect(QRect(divider, 0, self._view.screen.width, self._view.screen.height))
            if self._view.angle % 90:
                painter.setClipPath(outline_photo(self._view), Qt.ClipOperation.IntersectClip)
            self._ants.paint(painter, sources, self._view, ratio)
            painter.restore()
        if divider is not None:
            _paint_divider(painter, divider, self._view.screen.height, ratio)

    def _divider(self) -> int | None:
        """Where the divider stands, in screen pixels."""
        return None if self.split is None else round(self.split * self._view.screen.width)

    def _step_ants(self) -> None:
        if self._sources is not None and self.isVisible():
            self._ants.walk()
            self.update(_from_screen(self._ants.extent.grow(1), self.devicePixelRatioF()))


def _count_screen_pixels(painter: QPainter, ratio: float) -> None:
    """Let the painter count whole pixels of the screen from here on.

    At a scale such as 1.25 a widget may begin between two of them; pictures would be blurred, with seams between tiles.
    """
    painter.scale(1 / ratio, 1 / ratio)
    corner = painter.deviceTransform().map(QPointF(0, 0))
    painter.translate(round(corner.x()) - corner.x(), round(corner.y()) - corner.y())


def _paint_divider(painter: QPainter, at: int, height: int, ratio: float) -> None:
    """A light line on a dark one, with a grip in the middle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for width, colour in ((3 * ratio, QColor(0, 0, 0, 130)), (1.4 * ratio, QColor(255, 255, 255, 230))):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QLineF(at, 0, at, height))
    painter.setPen(QPen(QColor(0, 0, 0, 130), ratio))
    painter.setBrush(QColor(255, 255, 255, 235))
    painter.drawEllipse(QPointF(at, height / 2), 11 * ratio, 11 * ratio)
    painter.setBrush(QColor(70, 70, 70))
    for side in (-1, 1):
        arrow = QPainterPath(QPointF(at + side * 7 * ratio, height / 2))
        arrow.lineTo(at + side * 3 * ratio, height / 2 - 4 * ratio)
        arrow.lineTo(at + side * 3 * ratio, height / 2 + 4 * ratio)
        arrow.closeSubpath()
        painter.fillPath(arrow, QColor(70, 70, 70))
    painter.setBrush(Qt.BrushStyle.NoBrush)


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
