"""What an empty window offers: open a photo, or try one that comes with the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

import mattework

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

BELOW = 26
"""Screen pixels between the middle of the canvas, where it says what to do, and the buttons."""


class Welcome(QWidget):
    """Lies over the canvas while nothing is open. `sample_button` opens a menu of photos to try."""

    def __init__(self, window: EditorWindow) -> None:
        super().__init__(window.canvas)
        self._window = window
        self.open_button = QPushButton(self.tr("Open…"))
        self.open_button.setToolTip(self.tr("Open a photo, or a file that Mattework wrote"))
        self.open_button.clicked.connect(window.filing.ask_open)
        self.sample_button = QPushButton(self.tr("Try a Sample"))
        self.sample_button.setToolTip(self.tr("Photos that come with the program, to find out what it does"))
        self.samples = QMenu(self.sample_button)
        titles = {
            "astronaut": self.tr("Portrait with hair"),
            "chelsea": self.tr("Cat"),
            "coffee": self.tr("Cup of coffee"),
        }
        for path in find_samples():
            action = self.samples.addAction(titles.get(path.stem, path.stem))
            assert action is not None
            action.triggered.connect(lambda _, path=path: window.open_path(path))
        self.sample_button.setMenu(self.samples)
        self.sample_button.setVisible(not self.samples.isEmpty())
        hint = QLabel(
            self.tr(
                "Then: Select Subject (Ctrl+Alt+S), correct with the brushes, save (Ctrl+S).\n"
                "Drop several photos or a folder to look them through. Ctrl+K finds every command."
            )
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        # The canvas is gray, lighter or darker as the windows are; light gray reads on both.
        hint.setStyleSheet("color: #dddddd")
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.open_button)
        row.addWidget(self.sample_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(hint)
        window.canvas.installEventFilter(self)
        window.workbench.changed.connect(self._show_state)
        window.workbench.busy_changed.connect(lambda _: self._show_state())
        self._place()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        canvas = self._window.canvas
        size = self.sizeHint()
        self.setGeometry(
            (canvas.width() - size.width()) // 2, canvas.height() // 2 + BELOW, size.width(), size.height()
        )

    def _show_state(self) -> None:
        bench = self._window.workbench
        self.setVisible(bench.session is None and not bench.is_busy)
        canvas = self._window.canvas
        canvas.invites = not bench.is_busy
        canvas.update()


def find_samples() -> list[Path]:
    """The photos that come with the program: inside the installed package, or in a checkout."""
    package = Path(mattework.__file__).resolve().parent
    for folder in (package / "resources" / "samples", package.parent.parent / "resources" / "samples"):
        if folder.is_dir():
            return sorted(folder.glob("*.jpg"))
    return []
