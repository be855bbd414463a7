"""Who has the keys when what had them is disabled: the picture, until it is enabled again.

Qt hands them to the next control, wherever that is: a button that is disabled by its own click would bring another panel to
the front, and arrow keys would go through the history.
"""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QApplication, QWidget

from mattework_editor.workbench import Workbench

TAKES = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.TabletPress)


class KeyKeeper(QObject):
    """Watches a window's controls; `picture` is what gets the keys."""

    def __init__(self, window: QWidget, picture: QWidget, bench: Workbench) -> None:
        super().__init__(window)
        self._window, self._picture = window, picture
        self._lost: QWidget | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)
        picture.installEventFilter(self)
        bench.changed.connect(self._give_back)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in TAKES:
            self._lost = None  # the person has gone on to the picture
        return super().eventFilter(watched, event)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        if was_disabled(before) and now is not self._picture and self._window.isActiveWindow():
            assert before is not None
            if before.window() is self._window:
                self._picture.setFocus(Qt.FocusReason.OtherFocusReason)
                self._lost = before

    def _give_back(self) -> None:
        lost = self._lost
        if lost is not None and sip.isdeleted(lost):  # as the rows of layers are when another photo is opened
            lost = self._lost = None
        if lost is None or not lost.isEnabled():
            return
        self._lost = None
        if lost.isVisible() and self._picture.hasFocus():
            lost.setFocus(Qt.FocusReason.OtherFocusReason)


def was_disabled(before: QWidget | None) -> bool:
    """Whether the keys left a control because it was disabled, and not because a person went on."""
    return before is not None and not before.isEnabled()
