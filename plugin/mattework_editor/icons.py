"""Icons of the tools, drawn: a disc in the colour of the tool's strokes with the tool's sign in it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from mattework_editor.tools import Tool

SIDE = 48
"""Side of the square that icons are drawn in."""
SIZES = (24, 26, 30, 33, 36, 39, 48, 52, 72, 78)
"""Pixels that icons are made at: those of tool bars on screens of 100 to 300 %."""


def draw_tool_icon(tool: Tool) -> QIcon:
    """The tool's sign on a disc: hair, plus, minus, and so on."""

    def draw(painter: QPainter) -> None:
        colour = QColor(*tool.colour)
        painter.setPen(QPen(colour.darker(170), 2))
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(4, 4, 40, 40))
        painter.setPen(QPen(QColor(20, 20, 20), 4.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _SIGNS[tool.sign](painter)

    return make_icon(draw)


def draw_drag_icon(colour: QColor) -> QIcon:
    """An arrow that leaves a frame."""

    def draw(painter: QPainter) -> None:
        round_pen = QPen(colour, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(round_pen)
        frame = ((22, 10), (8, 10), (8, 40), (38, 40), (38, 26))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in frame]))
        painter.drawLine(QPointF(20, 28), QPointF(40, 8))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in ((28, 8), (40, 8), (40, 20))]))

    return make_icon(draw)


def draw_eye(is_open: bool, colour: QColor) -> QIcon:
    """An eye; crossed out and faint where a layer is hidden."""

    def draw(painter: QPainter) -> None:
        painter.setOpacity(1.0 if is_open else 0.5)
        painter.setPen(QPen(colour, 3))
        outline = QPainterPath(QPointF(5, 24))
        outline.cubicTo(QPointF(16, 8), QPointF(32, 8), QPointF(43, 24))
        outline.cubicTo(QPointF(32, 40), QPointF(16, 40), QPointF(5, 24))
        painter.drawPath(outline)
        if is_open:
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(24, 24), 6, 6)
        else:
            painter.drawLine(QPointF(10, 38), QPointF(38, 10))

    return make_icon(draw)


def make_icon(draw: Callable[[QPainter], None]) -> QIcon:
    """An icon that is sharp on every screen: `draw` draws in a square of `SIDE`."""
    icon = QIcon()
    for size in SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size / SIDE, size / SIDE)
        draw(painter)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _hair(painter: QPainter) -> None:
    for x in (15.0, 23.0, 31.0):
        strand = QPainterPath(QPointF(x, 34))
        strand.cubicTo(QPointF(x - 5, 26), QPointF(x + 7, 22), QPointF(x + 2, 13))
        painter.drawPath(strand)


def _plus(painter: QPainter) -> None:
    painter.drawLine(QPointF(24, 14), QPointF(24, 34))
    painter.drawLine(QPointF(14, 24), QPointF(34, 24))


def _minus(painter: QPainter) -> None:
    painter.drawLine(QPointF(14, 24), QPointF(34, 24))


def _half(painter: QPainter) -> None:
    painter.setBrush(QColor(255, 255, 255, 170))
    painter.drawPie(QRectF(13, 13, 22, 22), 90 * 16, 180 * 16)


def _back(painter: QPainter) -> None:
    painter.drawArc(QRectF(14, 15, 20, 20), -60 * 16, 220 * 16)
    painter.drawLine(QPointF(14, 16), QPointF(15, 24))
    painter.drawLine(QPointF(22, 23), QPointF(15, 24))


def _bridge(painter: QPainter) -> None:
    painter.drawLine(QPointF(12, 24), QPointF(19, 24))
    painter.drawLine(QPointF(29, 24), QPointF(36, 24))
    painter.drawArc(QRectF(17, 16, 14, 14), 0, 180 * 16)


def _point(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(14, 14, 20, 20))
    painter.drawPoint(QPointF(24, 24))


def _box(painter: QPainter) -> None:
    painter.drawRect(QRectF(14, 16, 20, 16))


def _lasso(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(12, 13, 24, 16))
    painter.drawLine(QPointF(20, 29), QPointF(16, 37))


def _scribble(painter: QPainter) -> None:
    way = QPainterPath(QPointF(12, 30))
    way.cubicTo(QPointF(18, 4), QPointF(22, 44), QPointF(28, 22))
    way.cubicTo(QPointF(30, 14), QPointF(33, 22), QPointF(36, 28))
    painter.drawPath(way)


def _polygon(painter: QPainter) -> None:
    corners = [QPointF(24, 12), QPointF(36, 22), QPointF(31, 35), QPointF(16, 35), QPointF(12, 21)]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        painter.drawLine(start, end)


def _gradient(painter: QPainter) -> None:
    for x, strength in ((12, 40), (18, 95), (24, 150), (30, 205)):
        painter.fillRect(QRectF(x, 15, 6, 18), QColor(255, 255, 255, strength))


def _drop(painter: QPainter) -> None:
    drop = QPainterPath(QPointF(24, 11))
    drop.cubicTo(QPointF(38, 28), QPointF(33, 37), QPointF(24, 37))
    drop.cubicTo(QPointF(15, 37), QPointF(10, 28), QPointF(24, 11))
    painter.drawPath(drop)


_SIGNS = {
    "hair": _hair,
    "plus": _plus,
    "minus": _minus,
    "half": _half,
    "back": _back,
    "bridge": _bridge,
    "point": _point,
    "box": _box,
    "lasso": _lasso,
    "scribble": _scribble,
    "polygon": _polygon,
    "gradient": _gradient,
    "drop": _drop,
}
