"""The workbench: carries out what a person asks for on the session, beside the window, and tells what has changed.

Long work (opening, finding the subject, solving all of the edge, saving) runs one at a time; what is painted meanwhile
waits for it. Strokes are the work of `strokes`, subject and objects of `selecting`, undo and redo of `stepping`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from mattework import Prompt, Recipe, Rect, Stroke, convert_to_srgb8
from mattework.arrays import Bytes
from mattework.errors import OutputNotWritable
from mattework_editor import drafts, files
from mattework_editor.choosing import find_chosen, lay_chosen
from mattework_editor.clean_display import CleanDisplay
from mattework_editor.compose import Sources
from mattework_editor.drafting import Drafting
from mattework_editor.engine import Engine, Progress
from mattework_editor.matte_display import MatteDisplay
from mattework_editor.pyramid import Pyramid, build_photo_pyramid, convert_photo, render_matte
from mattework_editor.selecting import Selecting
from mattework_editor.sentences import word_sentences
from mattework_editor.session import Session
from mattework_editor.stepping import Stepping
from mattework_editor.strokes import Strokes
from mattework_editor.tasks import Task, Tasks
from mattework_editor.telling import is_cancelled, word_error, word_report

Kept = TypeVar("Kept")
Step = Callable[[], None]
Refused = Callable[[OutputNotWritable], None]


class Workbench(QObject):
    """See the module. `session` is None until a photo is open. `settling` comes before what counts all choices in: what is
    moved and not at rest yet is chosen then."""

    settling = pyqtSignal()
    changed = pyqtSignal()
    sources_replaced = pyqtSignal(bool)
    refreshed = pyqtSignal(object)
    stroke_settled = pyqtSignal()
    stroke_dropped = pyqtSignal()
    busy_changed = pyqtSignal(str)
    progressed = pyqtSignal(str, float)
    opened = pyqtSignal()
    closed = pyqtSignal()
    saved = pyqtSignal(object)
    told = pyqtSignal(str)
    failed = pyqtSignal(str)

    def __init__(self, engine: Engine | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.engine = engine or Engine()
        self.session: Session | None = None
        self.sources: Sources | None = None
        self.target: Path | None = None
        self.losses: tuple[str, ...] = ()
        self.tasks = Tasks(self)
        self._long: Task | None = None
        self._can_cancel = True
        self._handing = False
        self._opening = False
        self._after_opening = QTimer(self)
        self._after_opening.setSingleShot(True)
        self._after_opening.timeout.connect(self._leave_half_opened)
        self._waiting: deque[Callable[[], None]] = deque()
        self._chosen: list[Callable[[], None]] = []
        self.changed.connect(self._start_waiting)
        self.display = MatteDisplay(self.tasks, self.tell, self)
        self.clean = CleanDisplay(self.tasks, self.tell, self)
        self.selecting = Selecting(self)
        self.stepping = Stepping(self)
        self.strokes = Strokes(self, self.selecting.select_object)
        for display in (self.display, self.clean):
            display.refreshed.connect(self.refreshed)
        self.drafting = Drafting(self.tasks, self.tell, self)

    @property
    def is_busy(self) -> bool:
        """Whether long work runs."""
        return self._long is not None

    @property
    def is_handing_over(self) -> bool:
        """Whether long work makes something that was asked for of the session: a file, a picture to copy."""
        return self._handing

    @property
    def is_solving(self) -> bool:
        return self.strokes.is_working

    @property
    def can_edit(self) -> bool:
        return self.session is not None and not self.is_busy

    @property
    def can_paint(self) -> bool:
        """Whether gestures are taken; those made while long work runs wait for it."""
        return self.session is not None and not self._opening

    # Opening ---------------------------------------------------------------------------------------------------------

    def open_file(
        self,
        path: Path,
        draft: drafts.Draft | None = None,
        read: Callable[[Path], files.Opened] = files.read_file,
    ) -> None:
        """Open a photo or a file of ours; with a draft, go on with its unsaved work. `read` reads the file, for pictures
        that come in another way."""
        self._waiting.clear()
        self.strokes.forget()

        def work(task: Task) -> tuple[Session, Sources, files.Opened]:
            task.report(self.tr("reading"), 0.1)
            opened = read(path)
            if draft is not None:
                own = None if draft.pasted else opened.path
                opened = files.lay_choices(opened, draft.choices, own)
            task.report(self.tr("first look"), 0.4)
            colour = build_photo_pyramid(opened.photo, with_base=False)
            shape = opened.photo.size.shape
            blank = Sources(colour, Pyramid.build(np.zeros(shape, np.uint8)), np.zeros(shape, np.uint8))
            task.shown.emit(blank)
            session = files.make_session(opened, self.engine, task.report)
            if opened.choices is None:
                return session, blank, opened
            _, matte = render_matte(
                session.planes.alpha,
                session.recipe.edge,
                session.photo.alpha,
                session.size.rect,
                session.recipe.strokes,
            )
            return session, Sources(colour, Pyramid.build(matte), session.planes.trimap), opened

        def show(sources: Sources) -> None:
            self.session, self.sources = None, sources
            self._attach(None, sources)
            self.changed.emit()
            self.sources_replaced.emit(False)

        def done(result: tuple[Session, Sources, files.Opened]) -> None:
            self.session, sources, opened = result
            sources.trimap = self.session.planes.trimap
            self.sources = sources
            self._attach(self.session, sources)
            self.target, self.losses = opened.target if self.session.has_subject else None, opened.losses
            self.drafting.follow(self.session, draft)
            if draft is not None:
                self.session.history.mark_recovered()
            self.sources_replaced.emit(True)
            self.opened.emit()
            self.changed.emit()
            self._prepare(self.session, sources)

        if not self.is_busy:
            self._opening = True
        name = self.tr("the pasted picture") if draft is not None and draft.pasted else path.name
        title = self.tr("Opening {name}").format(name=name)
        self.start_long(title, work, done, show, ended=self._end_opening)

    def close_photo(self) -> None:
        """Leave the photo as it is; nothing is open then."""
        self._waiting.clear()
        self.strokes.forget()
        self.session = self.sources = self.target = None
        self._attach(None, None)
        self.drafting.follow(None, None)
        self.sources_replaced.emit(False)
        self.changed.emit()
        self.closed.emit()

    def _end_opening(self) -> None:
        self._opening = False
        self._after_opening.start()

    def _leave_half_opened(self) -> None:
        """A photo was seen, and then opening it was given up or failed: nothing is open then, and nothing is to be seen.

        What is open, recovered or kept because the other file could not be read, has a draft of this process.
        """
        if self.session is not None:
            self.drafting.note_step()
        elif self.sources is not None and not self.is_busy:
            self.close_photo()

    def _attach(self, session: Session | None, sources: Sources | None) -> None:
        self.display.attach(session, sources)
        self.clean.attach(session, sources)

    def _prepare(self, session: Session, sources: Sources) -> None:
        """What makes the next clicks quick: the full size in sRGB, and the worker with the photo."""

        def convert(_: Task) -> Bytes:
            return convert_photo(session.photo)

        def arrive(base: Bytes) -> None:
            sources.colour.levels[0] = base
            self.refreshed.emit(None)

        if sources.colour.levels[0] is None:
            self.tasks.start(convert, arrive, self.tell)
        self.tasks.start(lambda _: self.engine.warm_up(session.photo), lambda _: None, self.tell)

    # Long work -------------------------------------------------------------------------------------------------------

    def start_long(
        self,
        title: str,
        work: Callable[[Task], Any],
        done: Callable[[Any], None],
        show: Callable[[Any], None] | None = None,
        *,
        can_cancel: bool = True,
        ended: Step | None = None,
        refused: Refused | None = None,
        given_up: Step = lambda: None,
    ) -> None:
        """Run one piece of long work; `ended` is called at its end, whether it came to something or not. A file that
        cannot be written where it is to be is left to `refused`; where else nothing came of it, `given_up` is called."""
        if self._long is not None:
            self.told.emit(self.tr("Something else is being worked on. Wait for it, or cancel it."))
            given_up()
            return

        def finish(result: Any) -> None:
            self._end_long(ended)
            done(result)
            self.strokes.go_on()
            self._start_waiting()

        def fail(error: BaseException) -> None:
            self._end_long(ended)
            if refused is not None and isinstance(error, OutputNotWritable):
                refused(error)
            else:
                given_up()
                self.tell(error)
            self.strokes.go_on()
            self._start_waiting()

        task = self.tasks.start(work, finish, fail, shown=show)
        self._long, self._can_cancel = task, can_cancel
        task.progressed.connect(self.progressed)
        self.busy_changed.emit(title)

    def _end_long(self, ended: Callable[[], None] | None) -> None:
        self._long = None
        if ended is not None:
            ended()
        self.busy_changed.emit("")

    def cancel(self) -> None:
        """Give up the long work that runs; what was there before stays."""
        if self._long is not None and self._can_cancel:
            self._long.cancel()

    def find_subject(self) -> None:
        """Run the subject model."""
        self.selecting.find_subject()

    def select_object(self, name: str, prompt: Prompt) -> None:
        """Follow one gesture of an object tool, after those before it."""
        self.strokes.add(name, prompt=prompt)
        self.changed.emit()

    def change_recipe(self, name: str, recipe: Recipe) -> None:
        """Another edge setting, solver, band, colour amount or background: one step."""
        session = self.session
        if session is None or recipe == session.recipe:
            return
        own = session.recipe
        if not self.can_edit or self.is_solving:
            # What is being worked on may change the rest of the recipe: only what was chosen is laid on it then.
            chosen = find_chosen(own, recipe)

            def choose() -> None:
                self._choose_later(session, name, chosen)

            self._wait(choose)
            self._chosen = [*(one for one in self._chosen if one in self._waiting), choose]
            return
        solved_by = own.solver, own.wanted_solver, own.matting, own.trimap
        wanted = recipe.solver, recipe.wanted_solver, recipe.matting, recipe.trimap
        if session.has_subject and wanted != solved_by:
            self.selecting.solve_again(name, replace(session.choices, recipe=recipe))
            return
        session.choose(name, recipe)
        self.after_step(session.size.rect if recipe.edge != own.edge else Rect(0, 0, 0, 0))

    def _choose_later(self, session: Session, name: str, chosen: Mapping[str, Any]) -> None:
        if session is self.session:  # else another photo is open by now
            self.change_recipe(name, lay_chosen(session.recipe, dict(chosen)))

    def save_file(
        self, path: Path, *, overwrite: bool, refused: Refused | None = None, given_up: Step = lambda: None
    ) -> None:
        """Save the work; `refused` is called where the file cannot be written there, `given_up` where else it is not.

        A file that holds the result only (`files.holds_work`) is one to save into again, but the work stays unsaved.
        """

        def work(session: Session, progress: Progress) -> tuple[str, ...]:
            return files.save_session(session, path, overwrite=overwrite, progress=progress)

        def done(notes: tuple[str, ...]) -> None:
            self.target = path
            told = [self.tr("Saved {name}.").format(name=path.name), *word_sentences(notes)]
            if files.holds_work(path):
                self.note_kept()
            else:
                told.insert(
                    1, self.tr("It holds the result only: save a PSD or TIFF too to go on with it later.")
                )
                self.changed.emit()
            self.told.emit(" ".join(told))
            self.saved.emit(path)

        self.hand_over(self.tr("Saving {name}").format(name=path.name), work, done, refused, given_up)

    def hand_over(
        self,
        title: str,
        work: Callable[[Session, Progress], Kept],
        done: Callable[[Kept], None],
        refused: Refused | None = None,
        given_up: Step = lambda: None,
    ) -> None:
        """Make something of the session when what runs has ended, beside the window: a file, a picture to copy."""
        self.settling.emit()
        session = self.session
        if session is None:
            given_up()
        elif (self.is_solving or self.is_busy) and not self._opening:
            self._wait(lambda: self.hand_over(title, work, done, refused, given_up))
        else:
            self._handing = not self.is_busy
            self.start_long(
                title,
                lambda task: work(session, task.report),
                done,
                ended=self._end_handing,
                refused=refused,
                given_up=given_up,
            )

    def _end_handing(self) -> None:
        self._handing = False

    @property
    def has_waiting(self) -> bool:
        """Whether something waits for the last stroke to be solved."""
        return bool(self._waiting)

    def drop_choice(self) -> bool:
        """Forget the newest setting that waits for the last stroke; False where none does."""
        waiting = [one for one in self._chosen if one in self._waiting]
        self._chosen = waiting[:-1]
        if not waiting:
            return False
        self._waiting.remove(waiting[-1])
        self.changed.emit()
        return True

    def wait_for_strokes(self, start: Callable[[], None]) -> None:
        """Start something when the last stroke is solved."""
        self._wait(start)

    def _wait(self, start: Callable[[], None]) -> None:
        self._waiting.append(start)
        if self.is_busy:
            self.told.emit(self.tr("This is done as soon as the work that runs has ended."))
        else:
            self.told.emit(self.tr("This is done as soon as the last stroke is solved."))

    def _start_waiting(self) -> None:
        """What waited for the last stroke or for long work, one after the other."""
        while self._waiting and not self.is_solving and not self.is_busy:
            self._waiting.popleft()()

    def note_kept(self) -> None:
        """What was done is in a file now, or with the host that asked for it."""
        if self.session is not None:
            self.session.history.mark_saved()
        self.drafting.discard()
        self.changed.emit()

    # Strokes ---------------------------------------------------------------------------------------------------------

    def paint(self, name: str, strokes: tuple[Stroke, ...], *, was_live: bool = False) -> None:
        """Draw the strokes of one gesture and solve under them; `was_live`: what they do is seen already."""
        self.strokes.add(name, strokes, was_live=was_live)
        if self.strokes.waiting:
            self.told.emit(self.tr("Your stroke is done as soon as the work that runs has ended."))
        self.changed.emit()

    def read_colour(self, x: float, y: float) -> str | None:
        """The photo's colour in sRGB around a point, as #rrggbb; None outside the photo."""
        session, sources = self.session, self.sources
        if session is None or sources is None:
            return None
        around = Rect(int(x) - 2, int(y) - 2, int(x) + 3, int(y) + 3).intersect(session.size.rect)
        if around.is_empty:
            return None
        part = session.photo.colour[around.slices]
        rgb = convert_to_srgb8(part, session.photo.mode, session.photo.icc).reshape(-1, 3)
        return "#{:02x}{:02x}{:02x}".format(*np.median(rgb, axis=0).astype(int).tolist())

    # Steps -----------------------------------------------------------------------------------------------------------

    def after_step(self, where: Rect) -> None:
        """The session has changed: show it over `where`, and keep a draft of it."""
        session, sources = self.session, self.sources
        assert session is not None
        assert sources is not None
        sources.trimap = session.planes.trimap
        self.drafting.note_step()
        self.changed.emit()
        if not where.is_empty:
            self.display.show(where)

    def close(self) -> None:
        self.drafting.stop()
        self.tasks.cancel_all()
        self.engine.close()

    # Telling ---------------------------------------------------------------------------------------------------------

    def tell(self, error: BaseException) -> None:
        (self.told if is_cancelled(error) else self.failed).emit(word_error(error))

    def tell_report(self, report: dict[str, Any]) -> None:
        """How sure the model is, and what is doubtful; what ran is told by the recipe."""
        self.told.emit(word_report(report))
