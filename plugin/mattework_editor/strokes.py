"""Strokes: gestures are drawn and solved one after the other, and looked at while they are still being painted.

Touches are blended at once. A stroke that is solved shows a coarse answer first. Gestures made while long work runs wait
for it. The object tools' gestures stand in the same line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QObject

from mattework import Prompt, Rect, Size, Stroke, apply_edge_settings, resolve_region, touch_region
from mattework.arrays import Bytes, Floats
from mattework.errors import Cancelled
from mattework.recipe import SolverName
from mattework_editor.pyramid import edge_reach, quantise, render_matte
from mattework_editor.session import JOIN, OpenStroke, Session, draw_onto, join_bounds
from mattework_editor.tasks import Task

if TYPE_CHECKING:
    from mattework_editor.workbench import Workbench

QUICK_STROKE = 8_000
"""Unknown pixels beyond which a stroke is solved at a smaller scale first, to be seen while the rest is done."""
CONTEXT = 24
"""Pixels around a live answer that the solver sees but does not change."""
MOST_LIVE = 120_000
"""Pixels that a live answer has at most; a larger one is coarser, so that it does not come late."""


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
        self._live_task: Task | None = None
        self._live_wanted: tuple[tuple[Stroke, ...], Rect, float] | None = None
        self._live_seen = Rect(0, 0, 0, 0)
        self._live_strokes: tuple[Stroke, ...] = ()

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
        self._live_wanted, self._live_strokes, self._live_seen = None, (), Rect(0, 0, 0, 0)
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
                task.shown.emit(solve("guided", False))
                if np.count_nonzero(planes.trimap[opened.zone.slices] == 128) > QUICK_STROKE:
                    task.shown.emit(solve(solver, False))
            return solve(solver, True)

        def show(coarse: tuple[Rect, Floats]) -> None:
            if self._open is not None and self._open[0] is opened:
                zone, values = coarse
                bench.display.put(zone, quantise(values, session.photo.alpha, zone))

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
        while self.drop_newest():
            pass

    # While it is painted -----------------------------------------------------------------------------------------------

    def show_live(self, strokes: tuple[Stroke, ...], scale: float = 1.0) -> bool:
        """Show what the strokes of a gesture will do that is still being painted, as it is seen at `scale`. False when that
        cannot be done now."""
        session = self._bench.session
        if session is None or self._bench.is_busy or self.is_working or not strokes:
            return False
        known = set(self._live_strokes)
        dirty = join_bounds([stroke for stroke in strokes if stroke not in known])
        if len(strokes) == len(self._live_strokes) == 1:
            dirty = _find_fresh(self._live_strokes[0], strokes[0])
        self._live_strokes = strokes
        dirty = dirty.intersect(session.size.rect)
        if self._live_wanted is not None:
            dirty = dirty.unite(self._live_wanted[1])
        if not dirty.is_empty:
            self._live_wanted = strokes, dirty, scale
            self._live_seen = self._live_seen.unite(dirty.grow(JOIN))
            self._next_live()
        return True

    def end_live(self) -> None:
        """The gesture was given up: show what the session has."""
        seen, session = self._live_seen, self._bench.session
        self._live_wanted, self._live_strokes, self._live_seen = None, (), Rect(0, 0, 0, 0)
        if session is not None and not seen.is_empty:
            self._bench.display.show(seen.intersect(session.size.rect))

    def _next_live(self) -> None:
        session, wanted = self._bench.session, self._live_wanted
        if self._live_task is not None or wanted is None or session is None:
            return
        self._live_wanted = None

        def work(_: Task) -> tuple[Rect, Bytes]:
            return look_ahead(session, *wanted)

        def done(result: tuple[Rect, Bytes]) -> None:
            self._live_task = None
            if session is self._bench.session and self._live_strokes:
                self._bench.display.put(*result)
            self._next_live()

        def fail(error: BaseException) -> None:
            self._live_task = None
            self._bench.tell(error)

        self._live_task = self._bench.tasks.start(work, done, fail, rank="urgent")


def look_ahead(
    session: Session, strokes: tuple[Stroke, ...], where: Rect, scale: float = 1.0
) -> tuple[Rect, Bytes]:
    """The matte over `where` as further strokes will make it, solved coarsely: what to show, and its (h, w) uint8.

    It is as fine as a screen shows it at `scale` screen pixels a photo pixel.
    """
    recipe, opacity, planes = session.recipe, session.photo.alpha, session.planes
    factor = min(choose_live_factor(where.area, scale), session.size.short_side)
    touches = all(stroke.is_touch for stroke in strokes)
    if touches and factor == 1:
        return render_matte(planes.alpha, recipe.edge, opacity, where, (*recipe.strokes, *strokes))
    frame, reach = session.size.rect, edge_reach(recipe.edge)
    zone = where.grow(reach if touches else JOIN).intersect(frame)
    seen = zone.grow(factor * CONTEXT + reach).intersect(frame)
    # One photo pixel in the middle of each block stands for it.
    down, across = (slice(one.start + factor // 2, one.stop, factor) for one in seen.slices)
    alpha = planes.alpha[down, across]
    small = Rect(0, 0, alpha.shape[1], alpha.shape[0])
    own, added = ([_place_stroke(one, seen, factor) for one in some] for some in (recipe.strokes, strokes))
    if not touches:
        base, trimap = planes.base[down, across], planes.trimap[down, across]
        drawn = draw_onto(trimap, base, added, small)
        alpha[(drawn != trimap) & (drawn == 255)] = 1.0
        alpha[(drawn != trimap) & (drawn == 0)] = 0.0
        region = _place_rect(where, seen, factor).intersect(small)
        inside, values = resolve_region(session.colour[down, across], drawn, alpha, region, solver="guided")
        alpha[inside.slices] = values
    alpha = touch_region(alpha, [*own, *added], small)
    matte = apply_edge_settings(alpha, recipe.edge, scale=1 / factor)
    zone, part = _enlarge(matte, seen, zone, factor)
    return zone, quantise(part, opacity, zone)


def choose_live_factor(pixels: int, scale: float) -> int:
    """Photo pixels to the side of one pixel of a live answer: a power of two, no coarser than the screen shows it unless
    the answer would be too large."""
    factor = 1
    while factor * 2 * scale <= 1 or pixels > factor * factor * MOST_LIVE:
        factor *= 2
    return factor


def _place_rect(where: Rect, seen: Rect, factor: int) -> Rect:
    """A rectangle of the photo in `seen`, reduced by `factor`; more rather than less."""
    inner = where.move(-seen.left, -seen.top)
    return Rect(
        inner.left // factor, inner.top // factor, -(-inner.right // factor), -(-inner.bottom // factor)
    )


def _place_stroke(stroke: Stroke, seen: Rect, factor: int) -> Stroke:
    points = tuple(((x - seen.left) / factor, (y - seen.top) / factor) for x, y in stroke.points)
    return replace(stroke, points=points, radius=stroke.radius / factor)


def _enlarge(matte: Floats, seen: Rect, zone: Rect, factor: int) -> tuple[Rect, Floats]:
    """The part `zone` of a reduced matte of `seen` in photo pixels. A last row of less than half a block is left out."""
    import cv2

    height, width = matte.shape
    zone = zone.intersect(Rect.from_size(seen.left, seen.top, Size(width * factor, height * factor)))
    blocks = _place_rect(zone.grow(factor), seen, factor).intersect(Rect(0, 0, width, height))
    part = np.ascontiguousarray(matte[blocks.slices])
    if factor > 1:
        size = (blocks.width * factor, blocks.height * factor)
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.float32)
    corner = seen.left + blocks.left * factor, seen.top + blocks.top * factor
    return zone, np.ascontiguousarray(part[zone.move(-corner[0], -corner[1]).slices])


def _find_fresh(before: Stroke, after: Stroke) -> Rect:
    """Where a stroke that has grown differs from what it was."""
    same = 0
    for one, other in zip(before.points, after.points, strict=False):
        if one != other:
            break
        same += 1
    start = max(0, same - 1)
    ends = [Stroke(kind=one.kind, radius=one.radius, points=one.points[start:]) for one in (before, after)]
    return join_bounds([one for one in ends if one.points] if after.shape == "brush" else [before, after])
