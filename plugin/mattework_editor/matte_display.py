"""The matte as it is seen: brought up to date where the alpha changes, and shown with edge settings that are only tried.

Work that takes longer than a frame is done beside the window, one piece at a time; what is asked for meanwhile is joined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from mattework import EdgeSettings, Rect, Stroke, apply_edge_settings, touch_region
from mattework.arrays import Bytes, Floats, Plane, Samples
from mattework_editor.compose import Sources
from mattework_editor.pyramid import (
    STRIP,
    Halved,
    edge_reach,
    quantise,
    render_matte,
    render_strip,
    split_for_edge,
    split_into_strips,
)
from mattework_editor.session import Session
from mattework_editor.tasks import Task, Tasks

AT_ONCE = 400_000
"""Pixels up to which the matte is made in the window's own thread."""


class MatteDisplay(QObject):
    """`refreshed` tells which photo pixels look different now."""

    refreshed = pyqtSignal(object)

    def __init__(self, tasks: Tasks, tell: Callable[[BaseException], None], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._tell = tasks, tell
        self._session: Session | None = None
        self._sources: Sources | None = None
        self._task: Task | None = None
        self._wanted: Rect | None = None
        self._preview_task: Task | None = None
        self._preview_wanted: tuple[EdgeSettings, float, Rect] | None = None

    @property
    def is_working(self) -> bool:
        """Whether what is seen is not yet what the session says."""
        return self._task is not None or self._preview_task is not None

    def attach(self, session: Session | None, sources: Sources | None) -> None:
        """Show another session from now on."""
        self._session, self._sources = session, sources
        self._wanted = self._preview_wanted = None

    def show(self, where: Rect) -> None:
        """Bring the matte up to date where the alpha has changed: small parts at once, others beside the window."""
        session = self._session
        assert session is not None
        seen = where.grow(2 * edge_reach(session.recipe.edge)).intersect(session.size.rect)
        if self._task is None and session.recipe.edge.is_neutral and seen.area <= AT_ONCE:
            edge, opacity = session.recipe.edge, session.photo.alpha
            self.put(*render_matte(session.planes.alpha, edge, opacity, where, session.recipe.strokes))
            return
        shown = where.grow(edge_reach(session.recipe.edge)).intersect(session.size.rect)
        if shown.is_empty:
            return
        self._wanted = shown if self._wanted is None else self._wanted.unite(shown)
        self._next()

    def _next(self) -> None:
        session, wanted = self._session, self._wanted
        if self._task is not None or wanted is None or session is None:
            return
        alpha, recipe, opacity = session.planes.alpha, session.recipe, session.photo.alpha
        strip, *rest = split_for_edge(wanted, recipe.edge)
        self._wanted = replace(wanted, top=strip.bottom) if rest else None

        def work(_: Task) -> Bytes:
            return render_strip(alpha, recipe.edge, opacity, strip, recipe.strokes)

        def done(values: Bytes) -> None:
            self._task = None
            if session is self._session:
                self.put(strip, values)
            self._next()

        def fail(error: BaseException) -> None:
            self._task = None
            self._tell(error)

        self._task = self._tasks.start(work, done, fail)

    def put(self, where: Rect, values: Plane[np.uint8], level: int = 0) -> None:
        """Show a part of the matte: (h, w) uint8 for pixels of the photo, or of a level of the matte's pyramid."""
        if self._sources is not None:
            self._sources.matte.update(where, values, level)
            side = 1 << level
            seen = Rect(where.left * side, where.top * side, where.right * side, where.bottom * side)
            self.refreshed.emit(seen.intersect(self._sources.size.rect))

    def preview(self, edge: EdgeSettings, scale: float, visible: Rect) -> None:
        """Show other edge settings on the part that is seen, at the scale it is seen at; choosing them makes it so."""
        self._preview_wanted = edge, scale, visible
        self._next_preview()

    def _next_preview(self) -> None:
        session, sources, wanted = self._session, self._sources, self._preview_wanted
        if self._preview_task is not None or wanted is None or session is None or sources is None:
            return
        self._preview_wanted = None
        edge, scale, visible = wanted
        level = sources.matte.choose_level(scale)
        alpha, opacity, strokes = session.planes.alpha, session.photo.alpha, session.recipe.strokes
        chosen = session.recipe.edge

        def work(_: Task) -> tuple[Rect, Bytes]:
            return preview_matte(alpha, edge, opacity, visible, level, strokes)

        def done(result: tuple[Rect, Bytes]) -> None:
            self._preview_task = None
            where, values = result
            plane = sources.matte.levels[level]
            if sources is self._sources and plane is not None and not isinstance(plane, Halved):
                if edge != session.recipe.edge == chosen:
                    plane[where.slices] = values
                    self.refreshed.emit(visible)
                else:
                    self.show(session.size.rect)  # tried, and moved back or chosen otherwise meanwhile
            self._next_preview()

        def fail(error: BaseException) -> None:
            self._preview_task = None
            self._tell(error)

        self._preview_task = self._tasks.start(work, done, fail)


def preview_matte(
    alpha: Plane[np.float32],
    edge: EdgeSettings,
    opacity: Samples | None,
    visible: Rect,
    level: int,
    strokes: Sequence[Stroke] = (),
) -> tuple[Rect, Bytes]:
    """The matte of other edge settings at a level of the pyramid: the rectangle of that level, and its (h, w) uint8."""
    side = 1 << level
    frame = Rect(0, 0, alpha.shape[1], alpha.shape[0])
    wanted = _align(visible, side)
    seen = _align(wanted.grow(edge_reach(edge)), side).intersect(Rect(0, 0, *_round_up(frame, side)))
    rows = max(1, STRIP // max(1, seen.width) // side) * side
    strips = (_reduce(alpha, opacity, strip, side, strokes) for strip in split_into_strips(seen, rows))
    where = Rect(seen.left // side, seen.top // side, -(-seen.right // side), -(-seen.bottom // side))
    if edge.is_neutral:
        return where, np.concatenate([quantise(strip, None, where) for strip in strips])
    matte = apply_edge_settings(np.concatenate(list(strips)), edge, scale=1 / side)
    inner = wanted.intersect(seen)
    target = Rect(inner.left // side, inner.top // side, -(-inner.right // side), -(-inner.bottom // side))
    return target, quantise(matte[target.move(-where.left, -where.top).slices], None, target)


def _reduce(
    alpha: Plane[np.float32], opacity: Samples | None, seen: Rect, side: int, strokes: Sequence[Stroke]
) -> Floats:
    """Means of `side` x `side` pixels of the touched alpha, times opacity, over an aligned rectangle."""
    import cv2

    part = seen.intersect(Rect(0, 0, alpha.shape[1], alpha.shape[0]))
    small = touch_region(alpha, strokes, part)
    if opacity is not None:
        small *= quantise(np.ones_like(small), opacity, part).astype(np.float32) / np.float32(255)
    if side == 1:
        return small
    right, bottom = seen.width - part.width, seen.height - part.height
    if right or bottom:
        small = np.asarray(cv2.copyMakeBorder(small, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.float32)
    size = (seen.width // side, seen.height // side)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.float32)


def _align(rect: Rect, side: int) -> Rect:
    return Rect(
        max(0, rect.left // side * side),
        max(0, rect.top // side * side),
        -(-rect.right // side) * side,
        -(-rect.bottom // side) * side,
    )


def _round_up(frame: Rect, side: int) -> tuple[int, int]:
    return -(-frame.width // side) * side, -(-frame.height // side) * side
