"""Work beside the window: a thread a task, its outcome brought back to the window's own thread."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from mattework.errors import Cancelled
from mattework_editor.memory import give_back_freed

Rank: TypeAlias = Literal["urgent", "plain", "quiet"]

TURN = 0.02
"""Seconds between looks whether it is a quiet task's turn."""
LONG = 0.2
"""Seconds of work after which memory that it has freed is given back at once."""
REST = 200
"""Milliseconds after the last task until memory that it has freed is given back."""


class Task(QObject):
    """One piece of work, told to report and to show what it has so far. Its signals arrive in the thread that made it."""

    progressed = pyqtSignal(str, float)
    shown = pyqtSignal(object)
    _ended = pyqtSignal(object, object)

    def __init__(
        self,
        owner: Tasks,
        work: Callable[[Task], Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        rank: Rank,
    ) -> None:
        super().__init__(owner)
        self.rank = rank
        self._owner, self._work, self._done, self._failed = owner, work, done, failed
        self._cancelled = threading.Event()
        self._ended.connect(self._end)
        self.thread_ = threading.Thread(target=self._run, daemon=True)

    def cancel(self) -> None:
        """Stop as soon as the work asks; its result is not wanted any more."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def report(self, step: str, fraction: float) -> None:
        """Called by the work, from its own thread.

        Raises:
            Cancelled: the task was cancelled.
        """
        if self._cancelled.is_set():
            raise Cancelled("Cancelled.")
        self.progressed.emit(step, fraction)

    def _run(self) -> None:
        begun = time.perf_counter()
        try:
            with self._owner.wait_turn(self):
                result, error = None if self.is_cancelled else self._work(self), None
        except BaseException as caught:  # noqa: BLE001 - every failure is told in the window
            result, error = None, caught
        with contextlib.suppress(RuntimeError):  # the window is gone, and nobody waits any more
            self._ended.emit(result, error)
        if time.perf_counter() - begun > LONG:
            result = error = None
            give_back_freed()

    def _end(self, result: object, error: BaseException | None) -> None:
        done, failed = self._done, self._failed
        # What the functions hold, pictures among it, must not live on with this object.
        self._work, self._done, self._failed = _do_nothing, _do_nothing, _do_nothing
        self._owner.note_end(self)
        self.deleteLater()
        if self._cancelled.is_set():
            error = Cancelled("Cancelled.")
        if error is None:
            done(result)
        else:
            failed(error)


def _give_back() -> None:
    """Beside the window: it may have to wait for a thread that allocates."""
    threading.Thread(target=give_back_freed, daemon=True).start()


def _do_nothing(_: object) -> None:
    pass


class Tasks(QObject):
    """Starts tasks and knows those that run."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: set[Task] = set()
        self._quiet = threading.Lock()
        self._urgent: set[Task] = set()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(_give_back)

    def start(
        self,
        work: Callable[[Task], Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        *,
        rank: Rank = "plain",
        shown: Callable[[Any], None] | None = None,
    ) -> Task:
        """Start a task; `shown` takes what it shows before its end. Quiet ones, for which nobody waits, take turns and
        leave urgent ones, which answer a hand that paints, the processor and the memory."""
        task = Task(self, work, done, failed, rank)
        if shown is not None:
            task.shown.connect(shown)
        self.running.add(task)
        if rank == "urgent":
            self._urgent.add(task)
        task.thread_.start()
        return task

    @property
    def has_urgent(self) -> bool:
        return bool(self._urgent)

    @contextlib.contextmanager
    def wait_turn(self, task: Task) -> Iterator[None]:
        """Called by a task's own thread: hold a quiet one back until its turn has come, or it is cancelled."""
        if task.rank != "quiet":
            yield
            return
        with self._quiet:
            while self._urgent and not task.is_cancelled:
                time.sleep(TURN)
            yield

    def note_end(self, task: Task) -> None:
        self.running.discard(task)
        self._urgent.discard(task)
        if not self.running:
            self._rest.start()

    def cancel_all(self, wait: float = 2.0) -> None:
        """Cancel what runs, and wait a little for threads to end: so many seconds for all of them together."""
        tasks = list(self.running)
        for task in tasks:
            task.cancel()
        end = time.monotonic() + wait
        for task in tasks:
            task.thread_.join(max(0.0, end - time.monotonic()))
