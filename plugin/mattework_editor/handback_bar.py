"""The bar over the picture when a host asked for the work: Apply hands everything back, Cancel nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer
from PyQt6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolBar

from mattework import apply_edge_settings, finish_cutout, take_photo, touch_alpha
from mattework.errors import OutputError
from mattework.worker.handback import Request, read_request, write_applied, write_cancelled
from mattework_editor.engine import Progress
from mattework_editor.files import Opened
from mattework_editor.session import Choices, Session
from mattework_editor.tiled_plane import TiledPlane
from mattework_editor.window import EditorWindow

LOOK_EVERY = 1000
"""Milliseconds between two looks at whether the host still waits."""


def open_request(request: Request) -> Opened:
    """What a host sent, as the workbench opens it."""
    choices = None if request.recipe is None else Choices(request.recipe, request.inputs)
    document = request.document
    alpha = None if request.alpha is None else TiledPlane.pack(request.alpha)
    return Opened(document, take_photo(document), None, choices, alpha, document.notes)


def apply_session(request: Request, session: Session, progress: Progress | None = None) -> None:
    """Hand back what was made.

    Raises:
        OutputError: the host's folder cannot be written.
        Cancelled: `progress` wanted to stop; nothing was handed back.
    """
    choices, alpha = session.choices, session.planes.alpha.unpack()
    cutout = finish_cutout(
        session.document,
        session.photo,
        alpha,
        session.planes.trimap.unpack(),
        recipe=choices.recipe,
        inputs=choices.inputs,
        progress=progress,
    )
    touched = touch_alpha(alpha, choices.recipe.strokes)
    write_applied(request, cutout, apply_edge_settings(touched, choices.recipe.edge))


class HandBackBar(QToolBar):
    """`apply_button`, `cancel_button`; takes the place of saving in its window."""

    def __init__(self, window: EditorWindow, folder: Path) -> None:
        super().__init__(window)
        self._window, self._folder = window, folder
        self._request: Request | None = None
        self._message = ""
        self._written = False
        self.setObjectName("hand-back")
        self.setWindowTitle(self.tr("Hand back"))
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.words = QLabel()
        self.words.setAccessibleName(self.tr("What happens to your work"))
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.words.setContentsMargins(8, 0, 8, 0)
        self.apply_button = QPushButton()
        self.apply_button.setDefault(True)
        self.apply_button.clicked.connect(self.apply)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Close the window and change nothing"))
        self.cancel_button.clicked.connect(window.close)
        for widget in (self.words, self.apply_button, self.cancel_button):
            self.addWidget(widget)
        window.insertToolBar(window.toolbar, self)
        window.insertToolBarBreak(window.toolbar)
        window.workbench.changed.connect(self._show_state)
        window.filing.serve_host(self.apply)
        window.installEventFilter(self)
        self._name_host("GIMP", "")
        self._looking = QTimer(self)
        self._looking.timeout.connect(self.look_for_host)
        self._looking.start(LOOK_EVERY)

    def open(self, source: Path, recipe: Path | None = None) -> None:
        """Open what the host sent."""

        def read(path: Path) -> Opened:
            self._request = read_request(path, self._folder, recipe)
            return open_request(self._request)

        self._window.workbench.failed.connect(self._keep_message)
        self._window.workbench.opened.connect(self._note_opened)
        self._window.workbench.open_file(source, read=read)

    def apply(self) -> None:
        """Write everything into the host's folder, then close."""
        request = self._request
        if request is None or self._window.workbench.session is None or not self.look_for_host():
            return
        self._window.workbench.hand_over(
            self.tr("Handing back to {host}").format(host=request.host),
            lambda session, progress: apply_session(request, session, progress),
            lambda _: self._end(),
        )

    def look_for_host(self) -> bool:
        """Whether the host still waits: its folder goes with it. When it is gone, work is saved to files as ever."""
        if self._folder.is_dir() or self._written:
            return not self._written
        self._looking.stop()
        self._written = True
        host = self._request.host if self._request is not None else "GIMP"
        self.words.setText(
            self.tr("{host} no longer waits: nothing can be applied. Save your work to a file.").format(
                host=host
            )
        )
        self.cancel_button.setText(self.tr("Close"))
        self.cancel_button.setToolTip("")
        self._window.filing.leave_host()
        self._show_state()
        return False

    def _end(self) -> None:
        self._written = True
        self._window.workbench.note_kept()
        self._window.close()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Hide and not event.spontaneous():
            self.finish()
        return super().eventFilter(watched, event)

    def finish(self) -> None:
        """The window is closed: without Apply, tell the host that nothing is to be changed."""
        if not self._written:
            self._written = True
            with suppress(OutputError):  # the host has just gone, and nobody waits
                write_cancelled(self._folder, self._message)

    def _note_opened(self) -> None:
        assert self._request is not None
        self._message = ""
        self._name_host(self._request.host, self._request.title)
        self._window.filing.name_untitled(self._request.title)

    def _keep_message(self, text: str) -> None:
        if self._window.workbench.session is None:
            self._message = text

    def _name_host(self, host: str, title: str) -> None:
        self.apply_button.setText(self.tr("Apply to {host}").format(host=host))
        self.apply_button.setToolTip(
            self.tr("Hand mask, clean colours and layers back to {host} and close (Ctrl+S)").format(host=host)
        )
        name = f"“{title}”" if title else self.tr("The layer")
        self.words.setText(
            self.tr("{layer} from {host}: nothing changes there until you apply.").format(
                layer=name, host=host
            )
        )

    def _show_state(self) -> None:
        bench = self._window.workbench
        self.apply_button.setEnabled(
            not self._written and bench.can_edit and bench.session is not None and bench.session.has_subject
        )
