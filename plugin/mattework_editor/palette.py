"""The command palette: type a few letters of what you want, and press Enter."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QAction, QKeyEvent, QKeySequence, QPalette
from PyQt6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mattework_editor.command import CommandSet, plain_text, translate
from mattework_editor.menus import MENUS

WIDTH, ROWS = 560, 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `words` are looked through, `where` is the menu."""

    action: QAction
    words: str
    where: str
    keys: str


def match_letters(wanted: str, words: str) -> float | None:
    """How well the letters of `wanted` are found in `words`, in this order; None when they are not. Higher is better.

    Letters count more at the beginning of a word and when they follow each other; early and short is better than late
    and long.
    """
    text, score, at = words.casefold(), 0.0, -1
    for letter in wanted.casefold().replace(" ", ""):
        places = [place for place in range(at + 1, len(text)) if text[place] == letter]
        if not places:
            return None
        starts = [place for place in places if place == 0 or not text[place - 1].isalnum()]
        best = at + 1 if at + 1 in places and at >= 0 else (starts or places)[0]
        score += 3.0 if best == at + 1 and at >= 0 else 2.0 if best in starts else 0.5
        at = best
    return score - 0.01 * len(words) - 0.02 * max(0, text.find(wanted.casefold()[:1]))


def list_entries(commands: CommandSet) -> list[Entry]:
    """Every command, under the name that it has now."""
    entries = []
    for command in commands.commands:
        action = commands[command.id]
        menu = translate(MENUS.get(command.menu, "")).replace("&", "")
        keys = ", ".join(
            one.toString(QKeySequence.SequenceFormat.NativeText)
            for one in action.shortcuts()
            if _is_on_keyboards(one)
        )
        entries.append(Entry(action, plain_text(action), menu, keys))
    return entries


def _is_on_keyboards(keys: QKeySequence) -> bool:
    """Not F13 and above, nor keys such as Copy and Paste: those that have them know what is printed on them."""
    if keys.isEmpty():
        return False
    key = keys[0].key()
    return not Qt.Key.Key_F13 <= key <= Qt.Key.Key_F35 and key < Qt.Key.Key_Back


def rank_entries(entries: list[Entry], wanted: str) -> list[Entry]:
    """The entries that hold the letters, best first: in the name, else in its menu's name or in its keys."""
    ranked = []
    for entry in entries:
        own = match_letters(wanted, entry.words)
        other = match_letters(wanted, f"{entry.where} {entry.words} {entry.keys}")
        scores = [score for score in (own, None if other is None else other - 2.0) if score is not None]
        if entry.keys and wanted.casefold().replace(" ", "") == entry.keys.casefold().replace(" ", ""):
            scores.append(100.0)
        if scores:
            ranked.append((max(scores) + (0.5 if entry.action.isEnabled() else 0.0), entry))
    return [entry for _, entry in sorted(ranked, key=lambda pair: -pair[0])]


class Palette(QFrame):
    """Opens over the window with Ctrl+K. `field` takes the letters, `list` shows what fits."""

    def __init__(self, window: QWidget, commands: CommandSet) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Command palette"))
        self._entries = list_entries(commands)
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Command"))
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setClearButtonEnabled(True)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
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
        """Carry out the chosen command, if it can be carried out now."""
        item = self.list.currentItem()
        action: QAction | None = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if action is not None and action.isEnabled():
            self.close()
            action.trigger()

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
            item.setData(Qt.ItemDataRole.UserRole, entry.action)
            if not entry.action.isEnabled():
                item.setForeground(gray)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._show_tip()

    def _show_tip(self) -> None:
        item = self.list.currentItem()
        if item is None:
            self.tip.setText(self.tr("No command holds these letters."))
            return
        action: QAction = item.data(Qt.ItemDataRole.UserRole)
        cannot = "" if action.isEnabled() else self.tr("Not now: ")
        self.tip.setText(cannot + action.toolTip())

    def _height(self) -> int:
        row = max(18, self.list.sizeHintForRow(0))
        return self.field.sizeHint().height() + ROWS * row + 60
