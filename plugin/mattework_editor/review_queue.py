"""Cuts the photos of a line one after the other, beside the window, with a connection to the worker of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import QBuffer, QObject, pyqtSignal
from PyQt6.QtGui import QImage

from mattework import Recipe, SubjectChoice
from mattework.arrays import Bytes
from mattework.errors import Cancelled, MatteworkError
from mattework.worker.protocol import EngineError
from mattework_editor.engine import Engine
from mattework_editor.files import make_planes, merge_found, read_file
from mattework_editor.review import Line, draw_thumbnail
from mattework_editor.session import Choices
from mattework_editor.tasks import Task, Tasks
from mattework_editor.tiled_plane import TiledPlane

MOST_MEMORY = 240_000_000
"""Bytes of solved alphas that are kept at hand; others are solved again from what the cut rests on."""


class ReviewQueue(QObject):
    """`changed` comes with the path of a photo whose state is another now, `unkept` once with the error that says why cuts
    cannot be kept for another time."""

    changed = pyqtSignal(object)
    unkept = pyqtSignal(object)

    def __init__(self, line: Line, parent: QObject | None = None, subject_model: str | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.engine = Engine(subject_model=subject_model)
        self.near: Path | None = None
        self._alphas: dict[Path, TiledPlane[np.float32]] = {}
        self._tasks = Tasks(self)
        self._running: Task | None = None
        self._told_unkept = False

    @property
    def is_working(self) -> bool:
        return self._running is not None

    def go_on(self) -> None:
        """Cut what waits, the photo that is looked at first."""
        item = self.line.next_waiting(self.near)
        if self._running is not None or item is None:
            return
        path = Path(item.path)
        self._running = self._tasks.start(
            lambda task: _cut(self.line.file_of(item), self.engine, task),
            lambda result: self._take(path, *result),
            lambda error: self._fail(path, error),
        )

    def take_alpha(self, path: Path) -> TiledPlane[np.float32] | None:
        """The solved alpha of a photo, where it is still at hand."""
        return self._alphas.get(path)

    def close(self) -> None:
        """Stop at once: the worker ends what it does when its connection is closed."""
        self._tasks.cancel_all(wait=0.0)
        self.engine.close()

    def _take(
        self,
        path: Path,
        choices: Choices,
        alpha: TiledPlane[np.float32],
        thumbnail: Bytes,
        report: dict[str, Any],
        stamp: int,
    ) -> None:
        self._running = None
        self._alphas[path] = alpha
        while len(self._alphas) > 1 and sum(one.nbytes for one in self._alphas.values()) > MOST_MEMORY:
            del self._alphas[next(iter(self._alphas))]
        self._keep(lambda: self.line.keep_cut(path, choices, _as_png(thumbnail)))
        # Else a batch has cut it, and only its picture was wanted.
        if self.line.items[str(path)].status == "waiting":
            self._keep(
                lambda: self.line.change(
                    path,
                    status="ready",
                    confidence=choices.confidence,
                    reasons=tuple(report.get("reasons", ())),
                    stamp=stamp,
                )
            )
        self.changed.emit(path)
        self.go_on()

    def _keep(self, change: Callable[[], object]) -> None:
        """Change the line; where that cannot be kept, this window knows it at least."""
        try:
            change()
        except OSError as error:
            if not self._told_unkept:  # and not again with every photo
                self._told_unkept = True
                self.unkept.emit(error)

    def _fail(self, path: Path, error: BaseException) -> None:
        self._running = None
        if isinstance(error, Cancelled):
            return
        known = isinstance(error, (MatteworkError, EngineError, OSError))
        message = str(error) if known else repr(error)
        self._keep(lambda: self.line.change(path, status="failed", message=message))
        self.changed.emit(path)
        self.go_on()


def _cut(
    path: Path, engine: Engine, task: Task
) -> tuple[Choices, TiledPlane[np.float32], Bytes, dict[str, Any], int]:
    stamp = path.stat().st_mtime_ns  # of what is read now: who changes it meanwhile has it cut again
    opened = read_file(path)
    if opened.choices is not None:
        planes, choices = make_planes(opened.photo, opened.choices, engine, opened.alpha, task.report)
        return choices, planes.alpha, draw_thumbnail(opened.photo, planes.alpha.unpack()), {}, stamp
    start = Recipe(subject=SubjectChoice(origin="model")).go_on_in_turn()
    alpha, recipe, inputs, report = engine.find_subject(opened.photo, start, task.report)
    choices = Choices(merge_found(start, recipe), inputs, report.get("confidence"))
    return choices, alpha, draw_thumbnail(opened.photo, alpha.unpack()), report, stamp


def _as_png(rgb: Bytes) -> bytes:
    height, width = rgb.shape[:2]
    image = QImage(rgb.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())
