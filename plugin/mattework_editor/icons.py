"""Icons of the tools, drawn: a disc in the colour of the tool's strokes with the tool's sign in it."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from mattework_editor.tools import BrushTool

SIDE = 48


def draw_tool_icon(tool: BrushTool) -> QIcon:
    """The tool's kind of stroke as a sign: hair, plus, minus, half a disc, or an arrow back."""
    pixmap = QPixmap(SIDE, SIDE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(*tool.colour)
    painter.setPen(QPen(colour.darker(170), 2))
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(4, 4, 40, 40))
    painter.setPen(QPen(QColor(20, 20, 20), 4.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _SIGNS[tool.kind](painter)
    painter.end()
    return QIcon(pixmap)


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


_SIGNS = {
    "unknown": _hair,
    "foreground": _plus,
    "background": _minus,
    "transparent": _half,
    "restored": _back,
}
