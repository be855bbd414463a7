"""Keeps a draft of the work that is open: written a moment after each step, beside the window; see `drafts`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer

from mattework.errors import OutputNotWritable
from mattework_editor import drafts
from mattework_editor.session import Session
from mattework_editor.tasks import Tasks

DELAY = 300
"""Milliseconds after the last step until the draft is written."""


class Drafting(QObject):
    """See the module. `keeps_untitled`: a picture without a file is kept beside its draft."""

    def __init__(self, tasks: Tasks, tell: Callable[[BaseException], None], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._tell = tasks, tell
        self.keeps_untitled = True
        self._session: Session | None = None
        self._file = drafts.name_draft()
        self._writing = threading.Lock()
        self._wanted: Path | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._write)

    def follow(self, session: Session | None, draft: drafts.Draft | None) -> None:
        """Another session is open, or none; it goes on from a draft, or has none yet."""
        self._timer.stop()
        self._session = session
        self._file = drafts.name_draft() if draft is None else draft.file

    def note_step(self) -> None:
        """The session has changed."""
        self._timer.start()

    def discard(self) -> None:
        """The work is saved, handed over, or given up: nothing is to be recovered."""
        self.stop()
        self._wanted = None
        drafts.delete_draft(self._file)

    def stop(self) -> None:
        self._timer.stop()

    def _write(self) -> None:
        session, file = self._session, self._file
        if session is None or (session.path is None and not self.keeps_untitled):
            return
        if not session.history.is_dirty:
            self.discard()
            return
        self._wanted = file

        def work(_: object) -> None:
            with self._writing:  # one after the other, so that the newest is the last
                if file == self._wanted:
                    drafts.write_draft(file, session.path or session.document, session.choices)
                if file != self._wanted:  # given up while it was written
                    drafts.delete_draft(file)

        def fail(error: BaseException) -> None:
            if isinstance(error, OSError):
                told = self.tr("The unsaved work cannot be kept safe: {why}").format(why=error)
                error = OutputNotWritable(told)
            self._tell(error)

        self._tasks.start(work, lambda _: None, fail)
