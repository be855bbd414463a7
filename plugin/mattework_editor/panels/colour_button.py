"""A button that shows a colour and asks for another."""

from __future__ import annotations

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QColorDialog, QPushButton, QWidget

SWATCH = 18


class ColourButton(QPushButton):
    """`chosen` brings the colour that a person has chosen, `tried` one that is looked at while they choose; `given_up`
    comes when they choose no other in the end."""

    chosen = pyqtSignal(QColor)
    tried = pyqtSignal(QColor)
    given_up = pyqtSignal()

    def __init__(self, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._colour = QColor(255, 255, 255)
        self.setAccessibleName(title)
        self.setToolTip(tip)
        self.setIconSize(QSize(SWATCH, SWATCH))
        self.clicked.connect(self._ask)
        self.show_colour(self._colour)

    def colour(self) -> QColor:
        return self._colour

    def show_colour(self, colour: QColor) -> None:
        """Show a colour that was chosen elsewhere, without a signal."""
        self._colour = colour
        ratio = self.devicePixelRatioF()
        swatch = QPixmap(round(SWATCH * ratio), round(SWATCH * ratio))
        swatch.setDevicePixelRatio(ratio)
        swatch.fill(colour)
        painter = QPainter(swatch)
        painter.setPen(QColor(0, 0, 0, 110))
        painter.drawRect(0, 0, SWATCH - 1, SWATCH - 1)
        painter.end()
        self.setIcon(QIcon(swatch))
        self.setText(f"{self._title} {colour.name()}")

    def _ask(self) -> None:
        before, words = self._colour, self.text()
        dialog = QColorDialog(before, self)
        dialog.setWindowTitle(self._title)
        dialog.currentColorChanged.connect(self._try)
        accepted = dialog.exec() == QColorDialog.DialogCode.Accepted
        colour = dialog.currentColor()
        dialog.deleteLater()
        if accepted and colour.isValid() and colour != before:
            self.show_colour(colour)
            self.chosen.emit(colour)
        else:
            self.show_colour(before)
            self.setText(words)
            self.given_up.emit()

    def _try(self, colour: QColor) -> None:
        if colour.isValid():
            self.show_colour(colour)
            self.tried.emit(colour)


def read_colour(text: str) -> QColor | None:
    """A colour as the recipe writes it; None for anything else, as a file's path."""
    from mattework import parse_colour

    rgb = parse_colour(text)
    return None if rgb is None else QColor.fromRgbF(*rgb)
