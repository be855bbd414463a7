"""Number fields that behave as retouchers expect: the picture gets the keys back, and Ctrl+Z takes back a step."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QDoubleSpinBox, QMainWindow

_STEPS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_ENDS = (Qt.Key.Key_E, Qt.Key.Key_K)
"""With Ctrl: the end of the line, and delete to it, on X11. A number needs neither."""


class NumberBox(QDoubleSpinBox):
    """A double click selects the number without its unit; Enter takes it and hands the keys back to the picture.

    Undo and redo are the window's, except while a number is half typed: then they are the field's own. Ctrl+E and Ctrl+K
    are always the window's.
    """

    def __init__(self, decimals: int = 2) -> None:
        super().__init__()
        self.setDecimals(decimals)
        line = self.lineEdit()
        assert line is not None
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() is QEvent.Type.MouseButtonDblClick:
            self.selectAll()
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent | None) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and self._is_the_windows(event)
        ):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        super().keyPressEvent(event)
        if event is None or event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return
        window = self.window()
        picture = window.centralWidget() if isinstance(window, QMainWindow) else None
        if picture is not None:
            picture.setFocus()

    def _is_the_windows(self, event: QKeyEvent) -> bool:
        if any(event.matches(step) for step in _STEPS):
            return not self._is_half_typed()
        return event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() in _ENDS

    def _is_half_typed(self) -> bool:
        if self.value() == self.minimum() and self.text() == self.specialValueText() != "":
            return False
        return self.text() != f"{self.prefix()}{self.textFromValue(self.value())}{self.suffix()}"
