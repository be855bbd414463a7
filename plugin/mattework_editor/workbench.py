"""The workbench: carries out what a person asks for on the session, beside the window, and tells what has changed.

Long work (opening, finding the subject, solving all of the edge, saving) runs one at a time and locks painting. Strokes
queue up and are solved one after the other; a coarse answer is shown first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from mattework import Recipe, Rect, Stroke, resolve_region
from mattework.arrays import Bytes, Floats
from mattework.errors import Cancelled, MatteworkError
from mattework.recipe import SolverName
from mattework.worker.protocol import EngineError
from mattework_editor import drafts, files
from mattework_editor.clean_display import CleanDisplay
from mattework_editor.compose import Sources
from mattework_editor.engine import Engine, Progress
from mattework_editor.matte_display import MatteDisplay
from mattework_editor.pyramid import (
    Pyramid,
    build_photo_pyramid,
    convert_photo,
    quantise,
    render_matte,
)
from mattework_editor.session import (
    Choices,
    OpenStroke,
    Planes,
    Session,
    compare_planes,
    make_base,
    replay_strokes,
)
from mattework_editor.tasks import Task, Tasks

Kept = TypeVar("Kept")

DRAFT_DELAY = 300
"""Milliseconds after the last step until the draft is written."""


QUICK_STROKE = 8_000
"""Unknown pixels beyond which a stroke is solved at a smaller scale first, to be seen while the rest is done."""
QUICK_STEP = 6_000_000
"""Pixels that undo and redo go through in the window's own thread; steps that touch more are done beside it."""


@dataclass(frozen=True, slots=True)
class _Queued:
    name: str
    strokes: tuple[Stroke, ...]


class Workbench(QObject):
    """See the module. `session` is None until a photo is open."""

    changed = pyqtSignal()
    sources_replaced = pyqtSignal(bool)
    refreshed = pyqtSignal(object)
    stroke_settled = pyqtSignal()
    stroke_dropped = pyqtSignal()
    busy_changed = pyqtSignal(str)
    progressed = pyqtSignal(str, float)
    opened = pyqtSignal()
    saved = pyqtSignal(object)
    told = pyqtSignal(str)
    failed = pyqtSignal(str)

    def __init__(self, engine: Engine | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.engine = engine or Engine()
        self.session: Session | None = None
        self.sources: Sources | None = None
        self.target: Path | None = None
        self.ran = ""
        self.tasks = Tasks(self)
        self._long: Task | None = None
        self._can_cancel = True
        self._queue: deque[_Queued] = deque()
        self._open: tuple[OpenStroke, Task] | None = None
        self.display = MatteDisplay(self.tasks, self._tell, self)
        self.clean = CleanDisplay(self.tasks, self._tell, self)
        for display in (self.display, self.clean):
            display.refreshed.connect(self.refreshed)
        self._draft = drafts.name_draft()
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_DELAY)
        self._draft_timer.timeout.connect(self._write_draft)

    @property
    def is_busy(self) -> bool:
        """Whether long work runs."""
        return self._long is not None

    @property
    def is_solving(self) -> bool:
        return self._open is not None or bool(self._queue)

    @property
    def can_edit(self) -> bool:
        return self.session is not None and not self.is_busy

    # Opening ---------------------------------------------------------------------------------------------------------

    def open_file(
        self,
        path: Path,
        draft: drafts.Draft | None = None,
        read: Callable[[Path], files.Opened] = files.read_file,
    ) -> None:
        """Open a photo or a file of ours; with a draft, go on with its unsaved work. `read` reads the file, for pictures
        that come in another way."""
        self._forget_strokes()

        def work(task: Task) -> tuple[Session, Sources]:
            task.report(self.tr("reading"), 0.1)
            opened = read(path)
            if draft is not None:
                opened = replace(opened, choices=draft.choices, alpha=None)
            task.report(self.tr("first look"), 0.4)
            colour = build_photo_pyramid(opened.photo, with_base=False)
            shape = opened.photo.size.shape
            blank = Sources(colour, Pyramid.build(np.zeros(shape, np.uint8)), np.zeros(shape, np.uint8))
            task.shown.emit(blank)
            session = files.make_session(opened, self.engine, task.report)
            if opened.choices is None:
                return session, blank
            _, matte = render_matte(
                session.planes.alpha, session.recipe.edge, session.photo.alpha, session.size.rect
            )
            return session, Sources(colour, Pyramid.build(matte), session.planes.trimap)

        def show(sources: Sources) -> None:
            self.session, self.sources, self.ran = None, sources, ""
            self._attach(None, sources)
            self.changed.emit()
            self.sources_replaced.emit(False)

        def done(result: tuple[Session, Sources]) -> None:
            self.session, sources = result
            sources.trimap = self.session.planes.trimap
            self.sources = sources
            self._attach(self.session, sources)
            is_ours = path.suffix.lower() in (".psd", ".psb", ".tif", ".tiff") and self.session.has_subject
            self.target = path if is_ours and draft is None else None
            self._draft = draft.file if draft is not None else drafts.name_draft()
            if draft is not None:
                self.session.history.mark_recovered()
            self.sources_replaced.emit(True)
            self.opened.emit()
            self.changed.emit()
            self._prepare(self.session, sources)

        self._start_long(self.tr("Opening {name}").format(name=path.name), work, done, show)

    def _attach(self, session: Session | None, sources: Sources) -> None:
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
            self.tasks.start(convert, arrive, self._tell)
        self.tasks.start(lambda _: self.engine.warm_up(session.photo), lambda _: None, self._tell)

    # Long work -------------------------------------------------------------------------------------------------------

    def _start_long(
        self,
        title: str,
        work: Callable[[Task], Any],
        done: Callable[[Any], None],
        show: Callable[[Any], None] | None = None,
        *,
        can_cancel: bool = True,
    ) -> None:
        if self._long is not None:
            self.told.emit(self.tr("Something else is being worked on. Wait for it, or cancel it."))
            return

        def finish(result: Any) -> None:
            self._end_long()
            done(result)

        def fail(error: BaseException) -> None:
            self._end_long()
            self._tell(error)

        task = self.tasks.start(work, finish, fail)
        self._long, self._can_cancel = task, can_cancel
        task.progressed.connect(self.progressed)
        if show is not None:
            task.shown.connect(show)
        self.busy_changed.emit(title)

    def _end_long(self) -> None:
        self._long = None
        self.busy_changed.emit("")

    def cancel(self) -> None:
        """Give up the long work that runs; what was there before stays."""
        if self._long is not None and self._can_cancel:
            self._long.cancel()

    def find_subject(self) -> None:
        """Run the subject model; strokes stay and are solved again on its result. One step."""
        session = self.session
        if session is None or self.is_solving:
            return
        photo, own, colour, before = session.photo, session.choices, session.colour, session.planes

        def work(task: Task) -> tuple[Choices, Planes, Any, dict[str, Any]]:
            alpha, found, inputs, report = self.engine.find_subject(photo, own.recipe, task.report)
            recipe = files.merge_found(own.recipe, found)
            choices = Choices(recipe, inputs, report.get("confidence"))
            base = make_base(choices, photo.size, colour)
            planes = replay_strokes(Planes(base, base.copy(), alpha), colour, choices, task.report)
            return choices, planes, compare_planes(before, planes), report

        def done(result: tuple[Choices, Planes, Any, dict[str, Any]]) -> None:
            choices, planes, patches, report = result
            session.replace_planes(self.tr("Select Subject"), choices, planes, patches)
            self._tell_report(report)
            self._after_step(session.size.rect)

        self._start_long(self.tr("Selecting the subject"), work, done)

    def change_recipe(self, name: str, recipe: Recipe) -> None:
        """Another edge setting, solver, band, colour amount or background: one step."""
        session = self.session
        if session is None or recipe == session.recipe:
            return
        if not self.can_edit or self.is_solving:
            self.told.emit(self.tr("Something else is being worked on. Wait for it, or cancel it."))
            self.changed.emit()
            return
        own = session.recipe
        if session.has_subject and (recipe.solver != own.solver or recipe.trimap != own.trimap):
            self._solve_again(name, replace(session.choices, recipe=recipe))
            return
        session.choose(name, recipe)
        self._after_step(session.size.rect if recipe.edge != own.edge else Rect(0, 0, 0, 0))

    def _solve_again(self, name: str, choices: Choices) -> None:
        session = self.session
        assert session is not None
        photo, before = session.photo, session.planes

        def work(task: Task) -> tuple[Planes, Any]:
            planes = files.make_planes(photo, choices, self.engine, None, task.report)
            return planes, compare_planes(before, planes)

        def done(result: tuple[Planes, Any]) -> None:
            session.replace_planes(name, choices, *result)
            self._after_step(session.size.rect)

        self._start_long(self.tr("Solving the edge"), work, done)

    def save_file(self, path: Path, *, overwrite: bool) -> None:
        def work(session: Session, progress: Progress) -> tuple[str, ...]:
            return files.save_session(session, path, overwrite=overwrite, progress=progress)

        def done(notes: tuple[str, ...]) -> None:
            self.target = path
            self.note_kept()
            self.told.emit(" ".join([self.tr("Saved {name}.").format(name=path.name), *notes]))
            self.saved.emit(path)

        self.hand_over(self.tr("Saving {name}").format(name=path.name), work, done)

    def hand_over(
        self, title: str, work: Callable[[Session, Progress], Kept], done: Callable[[Kept], None]
    ) -> None:
        """Make something of the session as it is, beside the window: a file, a picture for the clipboard."""
        session = self.session
        if session is None or self.is_solving:
            self.told.emit(self.tr("The last stroke is still being solved. Save again in a moment."))
            return
        self._start_long(title, lambda task: work(session, task.report), done)

    def note_kept(self) -> None:
        """What was done is in a file now, or with the host that asked for it."""
        if self.session is not None:
            self.session.history.mark_saved()
        self._draft_timer.stop()
        drafts.delete_draft(self._draft)
        self.changed.emit()

    # Strokes ---------------------------------------------------------------------------------------------------------

    def paint(self, name: str, strokes: tuple[Stroke, ...]) -> None:
        """Draw the strokes of one gesture and solve under them."""
        self._queue.append(_Queued(name, strokes))
        self._next_stroke()
        self.changed.emit()

    def _next_stroke(self) -> None:
        session = self.session
        while self._open is None and self._queue and session is not None:
            queued = self._queue.popleft()
            opened = session.draw(queued.name, queued.strokes)
            if opened is None:
                self.stroke_settled.emit()
                continue
            self.display.show(opened.region)
            self._open = opened, self._solve(session, opened)

    def _solve(self, session: Session, opened: OpenStroke) -> Task:
        colour, planes, soft_mask = session.colour, session.planes, session.soft_mask
        edge, solver = session.recipe.edge, session.recipe.solver

        def solve(solver: SolverName, thorough: bool) -> tuple[Rect, Floats]:
            return resolve_region(
                colour,
                planes.trimap,
                planes.alpha,
                opened.region,
                soft_mask=soft_mask,
                solver=solver,
                thorough=thorough,
            )

        def work(task: Task) -> tuple[Rect, Floats]:
            if edge.is_neutral and solver in ("auto", "closed-form"):
                task.shown.emit(solve("guided", False))
                if np.count_nonzero(planes.trimap[opened.zone.slices] == 128) > QUICK_STROKE:
                    task.shown.emit(solve(solver, False))
            return solve(solver, True)

        def show(coarse: tuple[Rect, Floats]) -> None:
            if self._open is not None and self._open[0] is opened:
                zone, values = coarse
                self.display.put(zone, quantise(values, session.photo.alpha, zone))

        def done(solved: tuple[Rect, Floats]) -> None:
            self._open = None
            session.finish_strokes(opened, *solved)
            self.stroke_settled.emit()
            self._after_step(opened.zone)
            self._next_stroke()

        def fail(error: BaseException) -> None:
            if isinstance(error, Cancelled):
                return
            self._open = None
            session.drop_strokes(opened)
            self.stroke_settled.emit()
            self.display.show(opened.zone)
            self._tell(error)
            self._next_stroke()

        task = self.tasks.start(work, done, fail)
        task.shown.connect(show)
        return task

    def _drop_newest_stroke(self) -> bool:
        """Take back the newest stroke that is not solved yet; False when there is none."""
        if self._queue:
            self._queue.pop()
        elif self._open is not None and self.session is not None:
            opened, task = self._open
            task.cancel()
            self._open = None
            self.session.drop_strokes(opened)
            self.display.show(opened.zone)
        else:
            return False
        self.stroke_dropped.emit()
        self.changed.emit()
        return True

    def _forget_strokes(self) -> None:
        while self._drop_newest_stroke():
            pass

    # History ---------------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        if not self.can_edit or self._drop_newest_stroke():
            return
        self._step(back=True)

    def redo(self) -> None:
        if self.can_edit and not self.is_solving:
            self._step(back=False)

    def go_to_step(self, position: int) -> None:
        """Undo or redo until so many steps are done."""
        session = self.session
        if session is None or not self.can_edit or self.is_solving:
            return
        position = max(0, min(position, len(session.history.steps)))
        while session.history.position != position:
            self._step(back=session.history.position > position, then=lambda: self.go_to_step(position))
            if self.is_busy:
                return  # a slow step; we go on when it is done

    def _step(self, *, back: bool, then: Callable[[], None] | None = None) -> None:
        session = self.session
        assert session is not None
        step = session.history.last if back else session.history.next
        if step is None:
            return
        whole = step.before.recipe.edge != step.after.recipe.edge
        where = session.size.rect if whole else step.rect
        move = session.undo if back else session.redo
        if step.work <= QUICK_STEP:
            move()
            self._after_step(where)
        else:

            def done(_: object) -> None:
                self._after_step(where)
                if then is not None:
                    then()

            title = self.tr("Taking back {step}") if back else self.tr("Bringing back {step}")
            self._start_long(title.format(step=step.name), lambda _: move(), done, can_cancel=False)

    def _after_step(self, where: Rect) -> None:
        session, sources = self.session, self.sources
        assert session is not None
        assert sources is not None
        sources.trimap = session.planes.trimap
        self._draft_timer.start()
        self.changed.emit()
        if not where.is_empty:
            self.display.show(where)

    # Drafts ----------------------------------------------------------------------------------------------------------

    def _write_draft(self) -> None:
        session = self.session
        if session is None or session.path is None:
            return
        if not session.history.is_dirty:
            drafts.delete_draft(self._draft)
            return
        file, path, choices = self._draft, session.path, session.choices
        self.tasks.start(lambda _: drafts.write_draft(file, path, choices), lambda _: None, self._tell)

    def discard_draft(self) -> None:
        """The work is given up, or saved: nothing is to be recovered."""
        self._draft_timer.stop()
        drafts.delete_draft(self._draft)

    def close(self) -> None:
        self._draft_timer.stop()
        self.tasks.cancel_all()
        self.engine.close()

    # Telling ---------------------------------------------------------------------------------------------------------

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            self.told.emit(self.tr("Cancelled."))
        elif isinstance(error, MemoryError):
            self.failed.emit(
                self.tr("There is not enough memory for this. Close other programs or use a smaller picture.")
            )
        elif isinstance(error, (MatteworkError, EngineError)):
            self.failed.emit(str(error))
        elif isinstance(error, OSError):
            self.failed.emit(self.tr("The unsaved work cannot be kept safe: {why}").format(why=error))
        else:
            self.failed.emit(
                self.tr("Mattework has a defect ({kind}: {text}). Save your work under another name.").format(
                    kind=type(error).__name__, text=error
                )
            )

    def _tell_report(self, report: dict[str, Any]) -> None:
        self.ran = self.tr("{model} on {device}, edge {solver}").format(
            model=report.get("model"), device=report.get("device"), solver=report.get("solver")
        )
        confidence = report.get("confidence")
        text = [] if confidence is None else [self.tr("Confidence {0:.0%}").format(confidence)]
        self.told.emit(" – ".join([*text, *report.get("reasons", ()), *report.get("notes", ())]))
