"""Rows of lists and trees with room for accents: at many sizes Ä and É stand a pixel above what a font calls its ascent,
and a row of just its height cuts them off."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QSize
from PyQt6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

ROOM = 4
"""Pixels by which a row is higher than its text."""


class RowDelegate(QStyledItemDelegate):
    """Draws items as usual, in higher rows."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return super().sizeHint(option, index) + QSize(0, ROOM)


def give_room(view: QAbstractItemView) -> None:
    """Let the rows of a list or tree be a little higher than their text."""
    view.setItemDelegate(RowDelegate(view))
