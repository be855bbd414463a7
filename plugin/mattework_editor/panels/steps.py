"""The history panel: every step by name; choosing one goes there."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from mattework_editor.history import History
from mattework_editor.rows import give_room
from mattework_editor.session import Choices


class StepsPanel(QListWidget):
    """`step_chosen` gives how many steps shall be done."""

    step_chosen = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("History"))
        self.setToolTip(self.tr("What you did, oldest first. Choose a step to go back or forward to it."))
        give_room(self)
        self.currentRowChanged.connect(self._choose)

    def show_history(self, history: History[Choices] | None) -> None:
        self.blockSignals(True)
        self.clear()
        if history is not None:
            self.addItem(self.tr("Open"))
            for number, step in enumerate(history.steps, 1):
                item = QListWidgetItem(step.name)
                if number > history.position:
                    item.setForeground(self.palette().placeholderText())
                self.addItem(item)
            self.setCurrentRow(history.position)
            self.scrollToItem(self.currentItem())
        self.blockSignals(False)

    def _choose(self, row: int) -> None:
        if row >= 0:
            self.step_chosen.emit(row)
