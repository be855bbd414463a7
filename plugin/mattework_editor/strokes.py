"""Strokes: gestures are drawn and solved one after the other, and looked at while they are still being painted (`live`).

Touches are blended at once. A stroke that is solved shows a coarse answer first. Gestures made while long work runs wait
for it. The object tools' gestures stand in the same line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject

from mattework import Prompt, Rect, Stroke, resolve_region
from mattework.arrays import Bytes, Floats
from mattework.errors import Cancelled
from mattework.recipe import SolverName
from mattework_editor.live import Live
from mattework_editor.pyramid import quantise
from mattework_editor.sentences import word_sentence
from mattework_editor.session import JOIN, OpenStroke, Session, SolvedStroke, join_bounds, settle_stroke
from mattework_editor.tasks import Task

if TYPE_CHECKING:
    from mattework_editor.workbench import Workbench

QUICK_STROKE = 8_000
"""Unknown pixels beyond which a stroke is solved at a smaller scale first, to be seen while the rest is done."""


@dataclass(frozen=True, slots=True)
class _Queued:
    name: str
    strokes: tuple[Stroke, ...] = ()
    prompt: Prompt | None = None
    was_live: bool = False


@dataclass(slots=True, eq=False)
class _Open:
    """The gesture that is being carried out; `opened` once it is drawn."""

    session: Session
    queued: _Queued
    task: Task | None = None
    opened: OpenStroke | None = None


class Strokes(QObject):
    """See the module. `select` carries out a gesture of an object tool."""

    def __init__(self, bench: Workbench, select: Callable[[str, Prompt], None]) -> None:
        super().__init__(bench)
        self._bench, self._select = bench, select
        self._queue: deque[_Queued] = deque()
        self._open: _Open | None = None
        self._live = Live(bench)

    @property
    def is_working(self) -> bool:
        return self._open is not None or bool(self._queue)

    @property
    def waiting(self) -> int:
        """Gestures that wait for long work to end."""
        return len(self._queue) if self._bench.is_busy else 0

    def add(
        self,
        name: str,
        strokes: tuple[Stroke, ...] = (),
        prompt: Prompt | None = None,
        *,
        was_live: bool = False,
    ) -> None:
        """One gesture that has ended."""
        self._live.end()
        self._queue.append(_Queued(name, strokes, prompt, was_live))
        self.go_on()

    def go_on(self) -> None:
        """Carry out what waits, as far as nothing is in the way."""
        bench = self._bench
        while self._open is None and self._queue and bench.session is not None and not bench.is_busy:
            queued = self._queue.popleft()
            if queued.prompt is not None:
                self._select(queued.name, queued.prompt)
            elif all(stroke.is_touch for stroke in queued.strokes):
                where = bench.session.touch(queued.name, queued.strokes)
                bench.stroke_settled.emit()
                if not where.is_empty:
                    bench.after_step(where)
            else:
                self._draw(bench.session, queued)

    def _draw(self, session: Session, queued: _Queued) -> None:
        """Draw and solve beside the window: a large stroke takes longer than a hand may wait."""
        bench = self._bench
        colour, soft_mask = session.colour, session.soft_mask
        recipe = session.recipe
        solver = recipe.wanted_solver

        def solve(opened: OpenStroke, solver: SolverName, thorough: bool) -> tuple[Rect, Floats]:
            return resolve_region(
                colour,
                opened.drawn.trimap,
                opened.drawn.alpha,
                opened.region,
                soft_mask=soft_mask,
                strokes=opened.after.recipe.strokes,
                solver=solver,
                matting=recipe.matting,
                opacity=session.photo.alpha,
                thorough=thorough,
                tell=(lambda note: bench.told.emit(word_sentence(note))) if thorough else None,
            )

        def work(task: Task) -> SolvedStroke | None:
            opened = session.draw(queued.name, queued.strokes)
            if opened is None:
                return None
            task.shown.emit(opened)
            if recipe.edge.is_neutral and solver in ("auto", "closed-form"):
                task.shown.emit(code(*solve(opened, "guided", False)))
                if np.count_nonzero(opened.drawn.trimap[opened.zone.slices] == 128) > QUICK_STROKE:
                    task.shown.emit(code(*solve(opened, "closed-form", False)))
            return settle_stroke(opened, *solve(opened, solver, True))

        def code(zone: Rect, values: Floats) -> tuple[Rect, Bytes]:
            return zone, quantise(values, session.photo.alpha, zone)

        open_ = _Open(session, queued)

        def show(what: OpenStroke | tuple[Rect, Bytes]) -> None:
            if self._open is not open_:
                return
            if isinstance(what, OpenStroke):
                self._begin(open_, what)
            else:
                bench.display.put(*what)

        def done(solved: SolvedStroke | None) -> None:
            self._open = None
            if solved is not None:
                session.finish_strokes(solved)
            bench.stroke_settled.emit()
            if solved is not None:
                bench.after_step(solved.opened.zone)
            else:
                bench.changed.emit()
            self.go_on()

        def fail(error: BaseException) -> None:
            if isinstance(error, Cancelled):
                return
            self._open = None
            self._give_up(open_)
            bench.stroke_settled.emit()
            bench.tell(error)
            self.go_on()

        self._open = open_
        open_.task = bench.tasks.start(work, done, fail, rank="urgent", shown=show)

    def _begin(self, open_: _Open, opened: OpenStroke) -> None:
        bench, session = self._bench, open_.session
        session.begin_strokes(opened)
        open_.opened = opened
        if bench.sources is not None:
            bench.sources.trimap = session.planes.trimap
        if not open_.queued.was_live:  # else what is shown is nearer to the answer than what the session has
            bench.display.show(opened.region)
        bench.changed.emit()

    def _give_up(self, open_: _Open) -> None:
        """Take the open stroke back, and show what was there before."""
        bench, session = self._bench, open_.session
        if open_.opened is not None:
            session.drop_strokes(open_.opened)
        if bench.sources is not None:
            bench.sources.trimap = session.planes.trimap
        bounds = join_bounds(open_.queued.strokes).grow(JOIN).intersect(session.size.rect)
        if not bounds.is_empty:
            bench.display.show(bounds)

    def drop_newest(self) -> bool:
        """Take back the newest gesture that is not carried out yet; False when there is none."""
        bench = self._bench
        if self._queue:
            self._queue.pop()
        elif self._open is not None and bench.session is not None:
            open_, self._open = self._open, None
            if open_.task is not None:
                open_.task.cancel()
            self._give_up(open_)
        else:
            return False
        bench.stroke_dropped.emit()
        bench.changed.emit()
        return True

    def forget(self) -> None:
        self._live.end()
        while self.drop_newest():
            pass

    # While it is painted -----------------------------------------------------------------------------------------------

    def show_live(self, strokes: tuple[Stroke, ...], scale: float = 1.0) -> bool:
        """Show what the strokes of a gesture will do that is still being painted, as it is seen at `scale`. False when that
        cannot be done now."""
        session = self._bench.session
        if session is None or self._bench.is_busy or self.is_working or not strokes:
            return False
        self._live.show(session, strokes, scale)
        return True

    def end_live(self) -> None:
        """The gesture was given up: show what the session has."""
        self._live.give_up()
