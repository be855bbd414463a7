"""The command palette: type a few letters of what you want, and press Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QPalette
from PyQt6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mattework_editor.entries import Entry, rank_entries
from mattework_editor.rows import give_room

WIDTH, ROWS = 560, 12


class Palette(QFrame):
    """Opens over the window with Ctrl+K. `field` takes the letters, `list` shows what fits."""

    def __init__(self, window: QWidget, entries: Sequence[Entry]) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Command palette"))
        self._entries = entries
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Command"))
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setClearButtonEnabled(True)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        give_room(self.list)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tip = QLabel()
        self.tip.setAccessibleName(self.tr("What it does"))
        self.tip.setWordWrap(True)
        self.tip.setContentsMargins(4, 2, 4, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        for widget in (self.field, self.list, self.tip):
            layout.addWidget(widget)
        self.field.textChanged.connect(self._fill)
        self.list.currentRowChanged.connect(self._show_tip)
        self.list.itemClicked.connect(lambda _: self.run())
        self._fill("")
        self.resize(min(WIDTH, window.width() - 40), self._height())
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(
            corner.x() + (window.width() - self.width()) // 2, corner.y() + min(90, window.height() // 8)
        )

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.field.setFocus()

    def run(self) -> None:
        """Carry out what is chosen, if that can be done now."""
        item = self.list.currentItem()
        entry: Entry | None = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if entry is not None and entry.is_enabled():
            self.close()
            entry.run()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Arrows, page keys and Enter of the field move in the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: ROWS,
                Qt.Key.Key_PageUp: -ROWS,
            }
            step = steps.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                row = self.list.currentRow() + step
                row = row % self.list.count() if abs(step) == 1 else max(0, min(row, self.list.count() - 1))
                self.list.setCurrentRow(row)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, wanted: str) -> None:
        self.list.clear()
        gray = self.palette().brush(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        for entry in rank_entries(self._entries, wanted) if wanted.strip() else self._entries:
            where = f"{entry.where} ▸ " if entry.where else ""
            item = QListWidgetItem(f"{where}{entry.words}" + (f"    {entry.keys}" if entry.keys else ""))
            item.setData(Qt.ItemDataRole.UserRole, entry)
            if not entry.is_enabled():
                item.setForeground(gray)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._show_tip()

    def _show_tip(self) -> None:
        item = self.list.currentItem()
        if item is None:
            self.tip.setText(self.tr("No command and no setting holds these letters."))
            return
        entry: Entry = item.data(Qt.ItemDataRole.UserRole)
        cannot = "" if entry.is_enabled() else self.tr("Not now: ")
        self.tip.setText(cannot + entry.tip)

    def _height(self) -> int:
        row = max(18, self.list.sizeHintForRow(0))
        return self.field.sizeHint().height() + ROWS * row + 60
