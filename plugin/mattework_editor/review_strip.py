"""The entries of the filmstrip: a photo's thumbnail, its name, how it stands, and why."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QListWidgetItem

from mattework_editor.review import THUMBNAIL, Item, Line
from mattework_editor.sentences import word_sentence, word_sentences
from mattework_editor.wording import write_number

PATH = Qt.ItemDataRole.UserRole
"""Where an entry holds the path of its photo."""
DOUBTFUL, SEEN = QColor(230, 130, 30), QColor(140, 140, 140)


def make_entry(line: Line, item: Item) -> QListWidgetItem:
    """An entry of the strip; its tip tells the reasons."""
    path, status = Path(item.path), name_status(item)
    entry = QListWidgetItem(f"{_shorten(path.name)}\n{status}")
    entry.setData(PATH, path)
    pixmap = QPixmap()
    data = line.read_thumbnail(path) if item.status != "waiting" else None
    if data is None or not pixmap.loadFromData(data):
        pixmap = QPixmap(THUMBNAIL, THUMBNAIL)
        pixmap.fill(QColor(110, 110, 110))
    pixmap = _frame(pixmap)
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # or the style would tint it
    entry.setIcon(icon)
    entry.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
    told = [str(path), status, *word_sentences(item.reasons), word_sentence(item.message), item.target or ""]
    if path in line.held:
        told.append(QCoreApplication.translate("ReviewStrip", "This cut cannot be kept for another time."))
    entry.setToolTip("\n".join(one for one in told if one))
    entry.setData(Qt.ItemDataRole.AccessibleTextRole, f"{path.name}, {status}")
    if item.needs_a_look:
        entry.setForeground(DOUBTFUL)
    elif item.seen:
        entry.setForeground(SEEN)
    return entry


def name_status(item: Item) -> str:
    """How a photo stands, in words."""
    translate = QCoreApplication.translate
    if item.status == "ready":
        if item.confidence is None:
            return translate("ReviewStrip", "ready")
        return translate("ReviewStrip", "{0} % sure").format(write_number(100 * item.confidence))
    if item.status == "failed" and item.seen:
        return translate("ReviewStrip", "✗ unreadable")
    return {
        "waiting": translate("ReviewStrip", "waiting"),
        "failed": translate("ReviewStrip", "failed"),
        "approved": translate("ReviewStrip", "✓ approved"),
        "skipped": translate("ReviewStrip", "skipped"),
    }[item.status]


def _frame(pixmap: QPixmap) -> QPixmap:
    """The picture in the middle of a clear square: entries are of one size, so the strip has room for every name."""
    square = QPixmap(THUMBNAIL, THUMBNAIL)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawPixmap((THUMBNAIL - pixmap.width()) // 2, (THUMBNAIL - pixmap.height()) // 2, pixmap)
    painter.end()
    return square


def _shorten(name: str, most: int = 18) -> str:
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most // 2 - 1) :]}"
