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
from mattework_editor.session import OpenStroke, Session
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


class Strokes(QObject):
    """See the module. `select` carries out a gesture of an object tool."""

    def __init__(self, bench: Workbench, select: Callable[[str, Prompt], None]) -> None:
        super().__init__(bench)
        self._bench, self._select = bench, select
        self._queue: deque[_Queued] = deque()
        self._open: tuple[OpenStroke, Task] | None = None
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
        opened = session.draw(queued.name, queued.strokes)
        if opened is None:
            self._bench.stroke_settled.emit()
            return
        if not queued.was_live:  # else what is shown is nearer to the answer than what the session has
            self._bench.display.show(opened.region)
        self._open = opened, self._solve(session, opened)

    def _solve(self, session: Session, opened: OpenStroke) -> Task:
        bench = self._bench
        colour, planes, soft_mask = session.colour, session.planes, session.soft_mask
        recipe = session.recipe
        edge, solver, matting = recipe.edge, recipe.solver, recipe.matting

        def solve(solver: SolverName, thorough: bool) -> tuple[Rect, Floats]:
            return resolve_region(
                colour,
                planes.trimap,
                planes.alpha,
                opened.region,
                soft_mask=soft_mask,
                strokes=recipe.strokes,
                solver=solver,
                matting=matting,
                thorough=thorough,
            )

        def work(task: Task) -> tuple[Rect, Floats]:
            if edge.is_neutral and solver in ("auto", "closed-form"):
                task.shown.emit(code(*solve("guided", False)))
                if np.count_nonzero(planes.trimap[opened.zone.slices] == 128) > QUICK_STROKE:
                    task.shown.emit(code(*solve(solver, False)))
            return solve(solver, True)

        def code(zone: Rect, values: Floats) -> tuple[Rect, Bytes]:
            return zone, quantise(values, session.photo.alpha, zone)

        def show(coarse: tuple[Rect, Bytes]) -> None:
            if self._open is not None and self._open[0] is opened:
                bench.display.put(*coarse)

        def done(solved: tuple[Rect, Floats]) -> None:
            self._open = None
            session.finish_strokes(opened, *solved)
            bench.stroke_settled.emit()
            bench.after_step(opened.zone)
            self.go_on()

        def fail(error: BaseException) -> None:
            if isinstance(error, Cancelled):
                return
            self._open = None
            session.drop_strokes(opened)
            bench.stroke_settled.emit()
            bench.display.show(opened.zone)
            bench.tell(error)
            self.go_on()

        task = bench.tasks.start(work, done, fail, rank="urgent")
        task.shown.connect(show)
        return task

    def drop_newest(self) -> bool:
        """Take back the newest gesture that is not carried out yet; False when there is none."""
        bench = self._bench
        if self._queue:
            self._queue.pop()
        elif self._open is not None and bench.session is not None:
            opened, task = self._open
            task.cancel()
            self._open = None
            bench.session.drop_strokes(opened)
            bench.display.show(opened.zone)
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
