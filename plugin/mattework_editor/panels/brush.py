"""The brush panel: size, hardness, opacity, and what a pen's pressure changes."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QFormLayout, QWidget

from mattework_editor.gesture import Brush
from mattework_editor.panels.setting import Setting

LARGEST = 1000.0
"""Diameter to which the slider goes; keys and wheel go farther."""


class BrushPanel(QWidget):
    """Shows a brush; `brush_chosen` comes when a person changes it."""

    brush_chosen = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brush = Brush()
        percent = self.tr(" %")
        self.diameter = Setting(
            self.tr("Size"),
            self.tr("Diameter in photo pixels ([ and ], or Ctrl and the wheel)."),
            1,
            LARGEST,
            step=1,
            suffix=self.tr(" px"),
        )
        self.hardness = Setting(
            self.tr("Hardness"),
            self.tr(
                "How far out the brush keeps its full force (Shift+[ and Shift+]). "
                "A hard brush at full opacity tells the solver what is certain; a soft one is blended as it is."
            ),
            0,
            100,
            step=1,
            suffix=percent,
        )
        self.opacity = Setting(
            self.tr("Opacity"),
            self.tr("How much foreground and background brushes bring or take (keys 1 to 9, 0 for all)."),
            1,
            100,
            step=1,
            suffix=percent,
        )
        self.pressed = QComboBox()
        self.pressed.setAccessibleName(self.tr("Pen pressure"))
        self.pressed.setToolTip(self.tr("What pressing a pen harder changes."))
        self.pressed.addItem(self.tr("Size"), "size")
        self.pressed.addItem(self.tr("Opacity"), "opacity")
        form = QFormLayout(self)
        for row in (self.diameter, self.hardness, self.opacity):
            form.addRow(row)
            row.moved.connect(self._choose)
        form.addRow(self.tr("Pen pressure"), self.pressed)
        self.pressed.activated.connect(self._choose)
        self.show_brush(self._brush)

    def show_brush(self, brush: Brush) -> None:
        self._brush = brush
        self.diameter.show_value(2 * brush.radius)
        self.hardness.show_value(100 * brush.hardness)
        self.opacity.show_value(100 * brush.opacity)
        self.pressed.setCurrentIndex(self.pressed.findData(brush.pressed))

    def _choose(self) -> None:
        brush = replace(
            self._brush,
            hardness=self.hardness.value() / 100,
            opacity=self.opacity.value() / 100,
            pressed=self.pressed.currentData(),
        )
        if abs(self.diameter.value() - 2 * brush.radius) >= 1:
            brush = replace(brush, radius=self.diameter.value() / 2)
        if brush != self._brush:
            self._brush = brush
            self.brush_chosen.emit(brush)
