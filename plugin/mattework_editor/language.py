"""Changing the language: windows that are there keep theirs, so the program is started again, now or by and by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QProcess, Qt, QTimer
from PyQt6.QtWidgets import QMessageBox

from mattework_editor.engine import COMMAND
from mattework_editor.review_dock import find_review

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

PROGRAM = (*COMMAND, "edit")


def choose_language(language: str, window: EditorWindow) -> None:
    """Keep the language, say when it is seen, and offer to start again at once."""
    if str(window.settings.value("language", "system")) == language:
        return
    window.settings.setValue("language", language)
    text = window.tr("The language changes when Mattework is started again.")
    window.status.tell(text)
    if window.filing.serves_host:
        return  # the host that waits for this window would not know the next one
    box = QMessageBox(QMessageBox.Icon.Information, window.tr("Language"), text, parent=window)
    box.setInformativeText(window.tr("The photo is opened again; what is not saved is asked about first."))
    now = box.addButton(window.tr("&Start Again Now"), QMessageBox.ButtonRole.AcceptRole)
    later = box.addButton(window.tr("&Later"), QMessageBox.ButtonRole.RejectRole)
    box.setEscapeButton(later)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.buttonClicked.connect(
        lambda button: QTimer.singleShot(0, window.start_again) if button is now else None
    )
    box.open()


def list_opened(window: EditorWindow) -> list[Path]:
    """What is to be opened again: the photos that are looked through, else the file that is worked on."""
    review = find_review(window)
    if review is not None:
        return list(review.places)
    session = window.workbench.session
    known = window.workbench.target or (session.path if session is not None else None)
    return [] if known is None else [known]


def start_program(paths: list[Path]) -> None:
    """Another process of the editor, with these files."""
    QProcess.startDetached(PROGRAM[0], [*PROGRAM[1:], *map(str, paths)])
