"""The sheet of shortcuts, made from the commands; and what mouse and pen do."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication, QModelIndex, QRect, QSize, Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from mattework_editor.command import CommandSet, plain_words, translate
from mattework_editor.entries import list_commands
from mattework_editor.menus import MENUS
from mattework_editor.rows import RowDelegate


def list_gestures() -> list[tuple[str, str]]:
    """What mouse, pen and held keys do: (gesture, what it does)."""
    translate = QCoreApplication.translate
    return [
        (
            translate("Gestures", "Wheel, pinch"),
            translate("Gestures", "Zoom to the pointer"),
        ),
        (
            translate("Gestures", "Space and drag, middle button, arrow keys"),
            translate("Gestures", "Move the picture"),
        ),
        (translate("Gestures", "Ctrl and wheel"), translate("Gestures", "Size of the brush")),
        (
            translate("Gestures", "Shift and click"),
            translate("Gestures", "A straight line from where the last stroke ended"),
        ),
        (
            translate("Gestures", "Alt and paint"),
            translate("Gestures", "The opposite of the brush; Ctrl does the same"),
        ),
        (translate("Gestures", "Esc"), translate("Gestures", "Give up the stroke that you are painting")),
    ]


class _WrappedRow(RowDelegate):
    """A row as high as its text needs in its columns: Qt would ask for the height of one line."""

    def __init__(self, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        if index.column() == 0:
            return super().sizeHint(option, index)  # a name stands in one line
        wide = QStyleOptionViewItem(option)
        wide.rect = QRect(0, 0, self._tree.columnWidth(index.column()), 1)
        return super().sizeHint(wide, index)


class ShortcutSheet(QDialog):
    """`field` narrows `tree` down."""

    def __init__(self, commands: CommandSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shortcuts"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Search"))
        self.field.setAccessibleName(self.tr("Search"))
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Commands and their keys"))
        self.tree.setWordWrap(True)  # what a command does is read whole, in as many lines as it needs
        self.tree.setItemDelegate(_WrappedRow(self.tree))
        header = self.tree.header()
        assert header is not None
        header.sectionResized.connect(lambda *_: self.tree.scheduleDelayedItemsLayout())
        self.tree.setHeaderLabels([self.tr("Command"), self.tr("Keys"), self.tr("What it does")])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.field, self.tree, buttons):
            layout.addWidget(widget)
        rows: dict[str, list[tuple[str, str, str]]] = {
            translate(title).replace("&", ""): [] for title in MENUS.values()
        }
        names = {one.id: plain_words(translate(one.text)) for one in commands.commands}
        for entry in list_commands(commands):
            if entry.keys:
                tip = entry.tip.rpartition(" (")[0]
                line = (names[entry.identity], entry.keys, tip)
                rows.setdefault(entry.where or self.tr("Others"), []).append(line)
        rows[self.tr("Mouse and pen")] = [("", *pair) for pair in list_gestures()]
        for title, lines in rows.items():
            if lines:
                top = QTreeWidgetItem([title])
                self.tree.addTopLevelItem(top)
                for line in lines:
                    child = QTreeWidgetItem(top, list(line))
                    child.setToolTip(2, line[2])
                top.setExpanded(True)
        for column in range(2):
            self.tree.resizeColumnToContents(column)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.field.textChanged.connect(self._narrow)
        self.resize(960, 640)

    def _narrow(self, wanted: str) -> None:
        for number in range(self.tree.topLevelItemCount()):
            top = self.tree.topLevelItem(number)
            assert top is not None
            shown = 0
            for row in range(top.childCount()):
                child = top.child(row)
                assert child is not None
                fits = any(wanted.casefold() in child.text(column).casefold() for column in range(3))
                child.setHidden(not fits)
                shown += fits
            top.setHidden(shown == 0)
