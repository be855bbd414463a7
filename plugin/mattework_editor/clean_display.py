"""Clean colours as they are seen: the edge without the old background, for the part of the photo that is on the screen.

The saved file gets them at full size. On the screen they are estimated at the scale that is looked at, beside the window,
a moment after the view or the alpha has come to rest; until then the photo's own colours are shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from mattework import (
    ColorMode,
    EdgeSettings,
    Rect,
    Stroke,
    lay_foreground,
    lay_without_spill,
    parse_key,
    reach_outwards,
)
from mattework.arrays import Bytes, Floats, Plane
from mattework.progress import Progress
from mattework_editor.compose import CUT_OUT_VIEWS, CleanPart, Sources, View
from mattework_editor.matte_display import preview_matte
from mattework_editor.session import Session
from mattework_editor.tasks import Task, Tasks

REST = 150
"""Milliseconds of rest after which colours are estimated."""
AROUND = 280
"""Screen pixels around the visible part that are estimated too: a tile and a little more."""
_MARGIN = 16
"""Screen pixels beyond the last visible one that colours continue at least: brushes may show them."""
BASE_SIDE = 512
"""Long side at which colours are solved at once: half of what a file takes, for a quarter of the memory."""


class _Interrupted(Exception):
    """A hand paints: the colours will be others soon, and the processor and memory are wanted."""


class CleanDisplay(QObject):
    """`refreshed` comes when other colours are to be shown."""

    refreshed = pyqtSignal(object)

    def __init__(self, tasks: Tasks, tell: Callable[[BaseException], None], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._tell = tasks, tell
        self._session: Session | None = None
        self._sources: Sources | None = None
        self._wanted: tuple[float, Rect] | None = None
        self._task: Task | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._start)

    @property
    def is_working(self) -> bool:
        return self._task is not None or self._timer.isActive()

    def attach(self, session: Session | None, sources: Sources | None) -> None:
        self._session, self._sources, self._wanted = session, sources, None
        self._timer.stop()

    def ask(self, view: View, scale: float, visible: Rect) -> None:
        """The part of the photo that is seen now, at this scale; estimated if the view shows the cut-out."""
        if self._session is not None and view in CUT_OUT_VIEWS and not visible.is_empty:
            self._wanted = scale, visible
            self._timer.start()

    def _start(self) -> None:
        session, sources, wanted = self._session, self._sources, self._wanted
        if self._task is not None or wanted is None or session is None or sources is None:
            return
        self._wanted = None
        scale, visible = wanted
        amount = session.recipe.colours
        if amount == 0 or not session.has_subject:
            if sources.clean is not None:
                sources.clean = None
                self.refreshed.emit(None)
            return
        level = sources.colour.choose_level(scale)
        plane = sources.colour.levels[level]
        assert plane is not None
        strokes, key, edge = session.recipe.strokes, session.recipe.key, session.recipe.edge
        if session.photo.mode is not ColorMode.RGB:
            key = None  # as in the saved file
        alpha, around = session.planes.alpha, math.ceil(AROUND / scale)
        seen = visible.grow(around).intersect(session.size.rect)

        def go_on(*_: object) -> None:
            if self._tasks.has_urgent:
                raise _Interrupted

        def work(_: Task) -> CleanPart:
            return clean_part(plane, alpha, seen, level, amount, strokes, key, edge, go_on)

        def done(part: CleanPart) -> None:
            self._task = None
            if sources is self._sources:
                sources.clean = part
                self.refreshed.emit(visible)
            if self._wanted is not None:
                self._timer.start()

        def fail(error: BaseException) -> None:
            self._task = None
            if not isinstance(error, _Interrupted):
                self._tell(error)
            elif sources is self._sources:
                self._wanted = self._wanted or wanted
                self._timer.start()

        self._task = self._tasks.start(work, done, fail, rank="quiet")


def clean_part(
    plane: Plane[np.uint8],
    alpha: Plane[np.float32],
    seen: Rect,
    level: int,
    amount: float,
    strokes: Sequence[Stroke] = (),
    key: str | None = None,
    edge: EdgeSettings = EdgeSettings(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> CleanPart:
    """Clean colours of the photo pixels `seen`, at a level of the pyramid.

    Args:
        plane: (h, w, 3), the photo at that level.
        alpha: (H, W) at full size, before touches and edge settings.
        key: colour of a screen whose spill is removed.
        edge: settings that will be laid on that alpha; colours continue as far as these show them.
        progress: told about every piece; what it raises ends the work.
    """
    where, coded = preview_matte(alpha, EdgeSettings(), None, seen, level, strokes)
    colour = plane[where.slices]
    matte = _AsFloats(coded)
    margin = max(_MARGIN, reach_outwards(edge, scale=0.5**level))
    clean = lay_foreground(
        colour, matte, amount=amount, margin=margin, base_side=BASE_SIDE, progress=progress
    )
    if key is not None:
        clean = lay_without_spill(clean, matte, key=parse_key(key), amount=amount, margin=margin)
    return CleanPart(level, where, clean)


class _AsFloats:
    """A matte in bytes, 0 to 1 where it is read."""

    dtype = np.dtype(np.float32)

    def __init__(self, coded: Bytes) -> None:
        self._coded = coded
        self.shape: tuple[int, ...] = coded.shape

    def __getitem__(self, where: tuple[slice, slice], /) -> Floats:
        part: Floats = self._coded[where].astype(np.float32)
        part /= np.float32(255)
        return part
