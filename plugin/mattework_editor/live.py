"""A gesture is looked at while it is painted: coarsely and at once while the hand moves, finer when it rests.

One coarse answer is made at a time; what is painted meanwhile is joined to the next. A finer one is made beside them, and
left when the hand has moved on. All of it gives way to the solver's answer when the gesture has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer

from mattework import Rect, Stroke
from mattework_editor.look_ahead import MOST_FINE, Answer, choose_factor, find_fresh, look_ahead
from mattework_editor.session import Session
from mattework_editor.tasks import Task

if TYPE_CHECKING:
    from mattework_editor.workbench import Workbench

REST = 80
"""Milliseconds of rest of the hand after which an answer that is coarser than the screen is made finer."""
NOWHERE = Rect(0, 0, 0, 0)


@dataclass(slots=True, eq=False)
class _Gesture:
    """The gesture that is painted: its strokes so far, what of them is not answered yet, what is shown, what of it is
    coarser than the screen and by how much, and the level of the matte's pyramid that is seen."""

    session: Session
    level: int
    strokes: tuple[Stroke, ...] = ()
    fresh: Rect = field(default=NOWHERE)
    shown: Rect = field(default=NOWHERE)
    coarse: Rect = field(default=NOWHERE)
    coarsest: int = 1


class Live(QObject):
    """See the module."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._gesture: _Gesture | None = None
        self._task: Task | None = None
        self._finer: Task | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._refine)

    def show(self, session: Session, strokes: tuple[Stroke, ...], scale: float) -> None:
        """Show what the strokes of a gesture will do, as it is seen at `scale` screen pixels a photo pixel."""
        sources = self._bench.sources
        assert sources is not None
        level = sources.matte.choose_level(scale)
        gesture = self._gesture
        if gesture is None or gesture.session is not session:
            gesture = self._gesture = _Gesture(session, level)
        fresh = find_fresh(gesture.strokes, strokes).intersect(session.size.rect)
        if level < gesture.level:  # seen from nearer than before: what is there has no answer yet
            fresh = fresh.unite(gesture.shown)
        gesture.level, gesture.strokes = level, strokes
        if not fresh.is_empty:
            gesture.fresh = gesture.fresh.unite(fresh)
            self._rest.stop()
            self._next()

    def end(self) -> None:
        """The gesture has ended: nothing is shown any more that is on its way."""
        self._gesture = None
        self._rest.stop()

    def give_up(self) -> None:
        """The gesture was given up: show what the session has."""
        gesture = self._gesture
        self.end()
        if gesture is not None and gesture.session is self._bench.session and not gesture.shown.is_empty:
            self._bench.display.show(gesture.shown)

    def _next(self) -> None:
        gesture = self._gesture
        if self._task is not None or gesture is None:
            return
        if gesture.fresh.is_empty:
            if not gesture.coarse.is_empty:
                self._rest.start()
            return
        where, level = gesture.fresh, gesture.level
        gesture.fresh = NOWHERE
        factor = choose_factor(where.area, level)
        if factor > 1 << level:
            gesture.coarse, gesture.coarsest = gesture.coarse.unite(where), max(gesture.coarsest, factor)
        session, strokes = gesture.session, gesture.strokes

        def work(_: Task) -> Answer:
            return look_ahead(session, strokes, where, level, factor)

        def done(answer: Answer) -> None:
            self._task = None
            self._put(gesture, answer)
            self._next()

        def fail(error: BaseException) -> None:
            self._task = None
            self._bench.tell(error)

        self._task = self._bench.tasks.start(work, done, fail, rank="urgent")

    def _refine(self) -> None:
        """The hand rests: what is coarser than the screen is made anew."""
        gesture = self._gesture
        if gesture is None or gesture.coarse.is_empty or self._task is not None or self._finer is not None:
            return
        session, strokes, where, level = gesture.session, gesture.strokes, gesture.coarse, gesture.level
        factor = choose_factor(where.area, level, MOST_FINE)
        if factor >= gesture.coarsest:
            return  # too large to be done better before the gesture ends

        def work(_: Task) -> Answer:
            return look_ahead(session, strokes, where, level, factor)

        def done(answer: Answer) -> None:
            self._finer = None
            if strokes is gesture.strokes and level == gesture.level:
                gesture.coarse, gesture.coarsest = NOWHERE, 1
                self._put(gesture, answer)
            self._next()

        def fail(error: BaseException) -> None:
            self._finer = None
            self._bench.tell(error)

        self._finer = self._bench.tasks.start(work, done, fail, rank="urgent")

    def _put(self, gesture: _Gesture, answer: Answer) -> None:
        if gesture is self._gesture and gesture.session is self._bench.session:
            side = 1 << answer.level
            inner = answer.where
            seen = Rect(inner.left * side, inner.top * side, inner.right * side, inner.bottom * side)
            gesture.shown = gesture.shown.unite(seen.intersect(gesture.session.size.rect))
            self._bench.display.put(answer.where, answer.matte, answer.level)
