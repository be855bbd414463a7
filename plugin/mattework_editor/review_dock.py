"""The filmstrip: photos to be looked through, least sure first; the queue cuts the rest meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import (
    QCheckBox,
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mattework import MatteworkError, note_review
from mattework_editor.files import Opened, read_file
from mattework_editor.review import Line, has_changed, open_line
from mattework_editor.review_queue import ReviewQueue
from mattework_editor.review_strip import PATH, make_entry, name_status
from mattework_editor.sentences import word_sentence, word_sentences
from mattework_editor.wording import show_ampersands

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

SIDE = 112


class ReviewDock(QDockWidget):
    """`strip` shows the photos, `doubtful` leaves only those that need a look. `path` is the photo that is looked at,
    `refused` one that was asked for and cannot be opened, until another is; `places` are the folders and files that were
    asked for."""

    def __init__(self, window: EditorWindow, line: Line, places: Sequence[Path]) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Review"))
        self.setObjectName("review")
        self.line, self.places = line, tuple(places)
        self.queue = ReviewQueue(line, self, window.workbench.engine.subject_model)
        self.path: Path | None = None
        self.refused: Path | None = None
        self._window = window
        self._wanted: Path | None = None
        self._heading: Path | None = None  # where the keys go on from: the photo that was last asked for
        self._opening: Path | None = None
        self._saving: tuple[Path, Path] | None = None
        self._was_left = False  # a person has closed what was open, or given its opening up
        self._asked = False  # a person wants what is to be opened
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._open_wanted)
        self._make_widgets()
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self)
        window.installEventFilter(self)
        self.queue.changed.connect(self._note_cut)
        self.queue.unkept.connect(self._tell_unkept)
        bench = window.workbench
        bench.busy_changed.connect(self._note_busy)
        bench.opened.connect(self._note_opened)
        bench.closed.connect(self._note_closed)
        bench.saved.connect(self._note_saved)
        bench.failed.connect(self._note_failed)
        self.fill()
        self.queue.go_on()

    def _make_widgets(self) -> None:
        self.strip = QListWidget()
        self.strip.setAccessibleName(self.tr("Photos"))
        self.strip.setToolTip(self.tr("The photos, those that need a look first; a click opens one"))
        self.strip.setViewMode(QListWidget.ViewMode.IconMode)
        self.strip.setFlow(QListWidget.Flow.LeftToRight)
        self.strip.setWrapping(False)
        self.strip.setMovement(QListWidget.Movement.Static)
        self.strip.setIconSize(QSize(SIDE, SIDE))
        self.strip.setUniformItemSizes(True)
        self.strip.setSpacing(4)
        self.strip.setMinimumHeight(SIDE + 58)
        self.strip.itemClicked.connect(lambda item: self.look_at(item.data(PATH)))
        self.strip.itemActivated.connect(lambda item: self.look_at(item.data(PATH)))
        self.summary = QLabel()
        self.summary.setAccessibleName(self.tr("How far it is"))
        self.doubtful = QCheckBox(self.tr("Needs a look"))
        self.doubtful.setToolTip(self.tr("Show only photos where the model is not sure, or that failed"))
        self.doubtful.toggled.connect(self.fill)
        self.approve_button = QPushButton(self.tr("Approve"))
        self.approve_button.clicked.connect(self.approve)
        self.approve_button.setToolTip(
            self.tr("Save the layered file and go on to the next photo (Ctrl+Return)")
        )
        self.skip_button = QPushButton(self.tr("Skip"))
        self.skip_button.setToolTip(self.tr("Save nothing and go on to the next photo (Ctrl+Backspace)"))
        self.skip_button.clicked.connect(self.skip)
        self.folder_button = QPushButton()
        self.folder_button.setToolTip(self.tr("The folder that approved files are saved into"))
        self.folder_button.clicked.connect(self.ask_folder)
        row = QHBoxLayout()
        row.addWidget(self.summary, 1)
        for widget in (self.doubtful, self.folder_button, self.skip_button, self.approve_button):
            row.addWidget(widget)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(6, 2, 6, 4)
        column.addLayout(row)
        column.addWidget(self.strip)
        self.setWidget(inside)

    # Going through ---------------------------------------------------------------------------------------------------

    def look_at(self, path: Path, *, asked: bool = True) -> None:
        """Open a photo of the line, with its cut where there is one; unasked only if nothing has been done to what is
        open."""
        self._wanted = self._heading = path
        self._asked = asked
        self.refused = None
        self._was_left = False
        self.queue.near = path
        if not self._window.workbench.is_busy:
            self._open_wanted()

    def step(self, by: int) -> None:
        """The next photo of the strip, or the one before."""
        count = self.strip.count()
        if count:
            row = self._find_row(self._heading or self.path)
            item = self.strip.item(0 if row is None else (row + by) % count)
            assert item is not None
            self.look_at(item.data(PATH))

    def _find_row(self, path: Path | None) -> int | None:
        """Where a photo is in the strip as it is shown now."""
        for row in range(self.strip.count()):
            item = self.strip.item(row)
            if item is not None and item.data(PATH) == path:
                return row
        return None

    def approve(self) -> None:
        """Save the layered file; when it is saved, the photo is done with."""
        path, bench = self.path, self._window.workbench
        if self.refused is not None:
            told = self.tr("{name} cannot be opened. Skip passes it.").format(name=self.refused.name)
            self._window.status.tell(told)
            return
        if path is None or not bench.can_edit or bench.session is None or not bench.session.has_subject:
            return
        target = self.line.name_target(path)
        if (
            self.line.journal is not None
            and target == bench.session.path
            and not bench.session.history.is_dirty
        ):
            self._finish(path, "approved", target)  # it is as the batch made it
            return
        known = self.line.items[str(path)].target == str(target)
        if target.exists() and not known and not self._window.filing.ask_to_replace(target):
            return
        self._saving = path, target
        bench.save_file(target, overwrite=target.exists(), given_up=self._forget_saving)

    def _forget_saving(self) -> None:
        self._saving = None

    def _keep(self, change: Callable[[], object]) -> None:
        """Change the line; where that cannot be kept, this window knows it at least, and goes on."""
        try:
            change()
        except OSError as error:
            self._window.show_error(
                self.tr("What you decide here cannot be kept for another time: {why}").format(why=error)
            )

    @property
    def can_skip(self) -> bool:
        return self.refused is not None or (self.path is not None and self._window.workbench.can_edit)

    def skip(self) -> None:
        path = self.refused or self.path
        if path is not None:
            self._finish(path, "skipped", None)

    def ask_folder(self) -> None:
        """Where approved files go."""
        start = self.line.folder or (self.path.parent if self.path else Path.home())
        named = QFileDialog.getExistingDirectory(self._window, self.tr("Save approved files in"), str(start))
        if named:
            self.line.folder = Path(named)
            self._keep(self.line.keep)
            self.fill()

    def _open_wanted(self) -> None:
        path = self._wanted
        if path is None or self._window.workbench.is_busy:
            return
        if not self._asked and not self._may_open(path):
            self._wanted = self._heading = None
            return
        self._wanted = self.refused = None
        if self._asked:  # else it was cut just now
            self._look_for_change(path)
        item = self.line.items[str(path)]
        choices = self.line.read_cut(path) if item.status != "waiting" else None
        alpha = self.queue.take_alpha(path)

        def read(file: Path) -> Opened:
            opened = read_file(file)
            if choices is None or opened.choices is not None:
                return opened
            return replace(opened, choices=choices, alpha=alpha)

        if self._window.filing.open_path(self.line.file_of(item), read=read):
            self._opening = path
        else:
            self._heading, self._was_left = None, True
            self._mark_open()

    def _look_for_change(self, path: Path) -> None:
        """A photo that is another one by now is cut again, and the old cut not laid on it."""
        with suppress(OSError):  # opening it tells why
            if has_changed(self.line.items[str(path)]):
                self._keep(lambda: self.line.start_again(path))
                self.queue.go_on()

    def _may_open(self, path: Path) -> bool:
        """Whether a photo may be opened unasked: in place of nothing or of what is saved, or once more, with its cut, if
        nothing was done to it."""
        session, bench = self._window.workbench.session, self._window.workbench
        if session is None:
            return True
        if bench.is_solving or self._window.canvas.is_painting or session.history.is_dirty:
            return False
        return path != self.path or not (session.has_subject or session.history.steps)

    def _note_opened(self) -> None:
        session = self._window.workbench.session
        self._opening = None
        item = None if session is None else self.line.find_item(session.path)
        self.path = None if item is None else Path(item.path)
        if self._wanted is None:
            self._heading = None
        self.fill()
        if item is not None:
            told = [name_status(item), *word_sentences(item.reasons)]
            self._window.status.tell(f"{Path(item.path).name}: {' – '.join(told)}")

    def _note_closed(self) -> None:
        self._was_left = self._wanted is None
        self._note_opened()

    def _note_verdict(self, journal: Path, path: Path, status: str, corrected: bool) -> None:
        """Let the batch's own journal know."""
        try:
            note_review(
                journal, path, "rejected" if status == "skipped" else "fixed" if corrected else "approved"
            )
        except MatteworkError as error:
            self._window.show_error(word_sentence(str(error)))

    def _finish(self, path: Path, status: str, target: Path | None, *, corrected: bool = False) -> None:
        """Done with a photo: on to the one after it that is not."""
        order = [Path(one.path) for one in self.line.ordered(self.doubtful.isChecked())]
        at = order.index(path) if path in order else -1
        after = [*order[at + 1 :], *order[: max(0, at)]]
        item = self.line.items[str(path)]
        made = item.target if target is None else str(target)
        self._keep(lambda: self.line.change(path, status=status, target=made))
        if self.line.journal is not None:
            self._note_verdict(self.line.journal, path, status, corrected)
        self.refused = None
        left = [one for one in after if not self.line.items[str(one)].is_done]
        left.sort(key=lambda one: self.line.items[str(one)].status == "failed")  # what may open comes first
        self.fill()
        if self._wanted is not None:
            self._next.start()
        elif left:
            self.look_at(left[0])
        else:
            self._window.status.tell(self.tr("All photos have been looked at."))

    # What happens elsewhere ------------------------------------------------------------------------------------------

    def _note_cut(self, path: Path) -> None:
        self.fill()
        is_first = self.path is None and not self._was_left and not self._window.workbench.is_busy
        # Else it was opened before it was cut.
        if self._wanted is None and (is_first or path == self.path) and self._may_open(path):
            self.look_at(path, asked=False)

    def _tell_unkept(self, error: OSError) -> None:
        self._window.show_error(self.tr("Cuts cannot be kept for another time: {why}").format(why=error))

    def _note_busy(self, title: str) -> None:
        if title:
            self._opening = None  # other work, or that which opens it and is noted next
        else:
            self._next.start()  # first it is told what came of the work that has ended

    def _note_saved(self, target: Path) -> None:
        if self._saving is not None and self._saving[1] == target:
            path, self._saving = self._saving[0], None
            self._finish(path, "approved", target, corrected=True)

    def _note_failed(self, why: str) -> None:
        self._saving = None
        if self._opening is not None:
            refused = self.refused = self._opening
            self._opening = None
            if not self.line.items[str(refused)].is_done:
                self._keep(lambda: self.line.change(refused, status="failed", message=why, seen=True))
            self.fill()
            self._window.commands.update()
        self._mark_open()

    def end(self) -> None:
        """Leave off: what was found and decided is kept, and the queue stops."""
        self.queue.close()
        self._next.stop()
        self._window.removeEventFilter(self)
        self.setParent(None)
        self.deleteLater()
        self._window.commands.update()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        super().closeEvent(event)
        self.end()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if (
            watched is self._window
            and event is not None
            and event.type() == QEvent.Type.Hide
            and not event.spontaneous()
        ):
            self.queue.close()
        return super().eventFilter(watched, event)

    # Showing ---------------------------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Show the line as it is now."""
        items = self.line.ordered(self.doubtful.isChecked())
        self.strip.clear()
        for item in items:
            self.strip.addItem(make_entry(self.line, item))
        self._mark_open()
        everything = self.line.items.values()
        done = sum(one.is_done for one in everything)
        waiting = sum(one.status == "waiting" for one in everything)
        unsure = sum(one.needs_a_look for one in everything)
        self.summary.setText(
            self.tr("{done} of {all} done, {unsure} to look at, {waiting} still to be cut").format(
                done=done, all=len(self.line.items), unsure=unsure, waiting=waiting
            )
        )
        folder = self.line.folder
        self.folder_button.setText(
            self.tr("Beside the photos")
            if folder is None
            else self.tr("Into {name}").format(name=show_ampersands(folder.name))
        )

    def _mark_open(self) -> None:
        """Mark the photo that Approve and Skip mean: the one that is open, or that was asked for and cannot be."""
        row = self._find_row(self.refused or self.path)
        self.strip.setCurrentRow(-1 if row is None else row)


def find_review(window: EditorWindow) -> ReviewDock | None:
    """The review of a window; None when it has none."""
    return window.findChild(ReviewDock)


def start_review(window: EditorWindow, places: Sequence[Path]) -> ReviewDock | None:
    """Look through the photos of folders and files; an earlier review of this window ends. None when there
    are none, or the window works for another program."""
    if window.filing.serves_host:
        window.status.tell(window.tr("This window works for another program. Apply or cancel that first."))
        return None
    try:
        line = open_line(places)
    except (MatteworkError, OSError) as error:
        window.show_error(word_sentence(str(error)))
        return None
    if not line.items:
        window.status.tell(window.tr("There are no photos in {name}.").format(name=places[0].name))
        return None
    before = find_review(window)
    if before is not None:
        before.end()
    dock = ReviewDock(window, line, places)
    first = next((one for one in line.ordered() if one.status == "ready"), None)
    if first is not None:
        dock.look_at(Path(first.path))
    window.commands.update()
    return dock
