"""The run of a batch: while one picture is solved, the next is read and the last is written.

Reading and writing wait for disks and codecs; solving is what the machine is for. Pictures are solved one after the other,
in their order, in the caller's thread.

Memory: beside the picture that is solved, at most two more are held, one that was read ahead and one that is being
written, and only where they are small (`BESIDE_BYTES` of samples). A large picture is worked on alone, but for small ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event
from typing import Generic, TypeVar

from mattework.batch.interrupts import MOMENT, await_result, hold_interrupts
from mattework.errors import Cancelled
from mattework.progress import Progress

BESIDE_BYTES = 150 << 20
"""Decoded samples up to which a picture may be held beside another: 50 megapixels of RGB at 8 bits."""

T = TypeVar("T")
Read = TypeVar("Read")
Solved = TypeVar("Solved")
Written = TypeVar("Written")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[T, Solved, Written]):
    """How one task ended: `solved` and `written`, or the `error`; `seconds` are those of its own work, not of waiting."""

    task: T
    solved: Solved | None = None
    written: Written | None = None
    error: Exception | None = None
    seconds: float


def run_batch(
    tasks: Sequence[T],
    *,
    read: Callable[[T], Read],
    solve: Callable[[T, Read], Solved],
    write: Callable[[T, Read, Solved, Progress], Written],
    weigh: Callable[[Read], int],
    finish: Callable[[Outcome[T, Solved, Written]], None],
) -> None:
    """Run every task; one that fails is told to `finish` and does not stop the others.

    Args:
        read: gives what `solve` takes; called in a thread of its own for the next task.
        solve: called in the caller's thread.
        write: called in a thread of its own, with a progress that it has to call: it raises `Cancelled` when the run is
            given up.
        weigh: bytes that are held for what was read.
        finish: called in the caller's thread, once a task, in their order.

    Raises:
        KeyboardInterrupt, Cancelled: as they come from `solve` or the user. A file that is being written then is
            completed and told to `finish` first; a second interruption gives it up too.
    """
    with ThreadPoolExecutor(1, "read") as readers, ThreadPoolExecutor(1, "write") as writers:
        line = _Line(
            read=read, solve=solve, write=write, weigh=weigh, finish=finish, readers=readers, writers=writers
        )
        try:
            for number, task in enumerate(tasks):
                line.take(task, tasks[number + 1 : number + 2])
            line.settle()
        except BaseException:
            readers.shutdown(wait=False, cancel_futures=True)
            try:
                line.settle()
            except BaseException:
                line.given_up.set()
                raise
            raise


@dataclass(slots=True, kw_only=True)
class _Line(Generic[T, Read, Solved, Written]):
    """The way of one task after the other: what is read ahead, and what is being written behind."""

    read: Callable[[T], Read]
    solve: Callable[[T, Read], Solved]
    write: Callable[[T, Read, Solved, Progress], Written]
    weigh: Callable[[Read], int]
    finish: Callable[[Outcome[T, Solved, Written]], None]
    readers: ThreadPoolExecutor
    writers: ThreadPoolExecutor
    ahead: Future[tuple[Read, float]] | None = None
    behind: tuple[T, Solved, float, Future[tuple[Written, float]]] | None = None
    given_up: Event = field(default_factory=Event)

    def take(self, task: T, following: Sequence[T]) -> None:
        """Read and solve a task and hand it on to be written; begin to read the one that follows."""
        was_read = self._try(task, 0.0, self._take_material, task)
        if was_read is None:
            return
        material, seconds = was_read
        is_small = self.weigh(material) <= BESIDE_BYTES
        if not is_small:
            self.settle()
        elif following:
            with hold_interrupts():
                self.ahead = self.readers.submit(_take_time, self.read, following[0])
        was_solved = self._try(task, seconds, _take_time, self.solve, task, material)
        if was_solved is None:
            return
        solved, more = was_solved
        self.settle()
        with hold_interrupts():
            job = self.writers.submit(_take_time, self.write, task, material, solved, self._watch)
            self.behind = task, solved, seconds + more, job
        if not is_small:
            self.settle()

    def settle(self) -> None:
        """Wait for what is being written, and tell how it ended."""
        while self.behind is not None:
            with hold_interrupts():
                if wait([self.behind[3]], MOMENT).done:
                    # Told once, also where telling it fails.
                    behind, self.behind = self.behind, None
                    self._tell_behind(*behind)

    def _tell_behind(
        self, task: T, solved: Solved, seconds: float, job: Future[tuple[Written, float]]
    ) -> None:
        try:
            written, more = job.result()
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one picture, the others go on
            outcome: Outcome[T, Solved, Written] = Outcome(task=task, error=error, seconds=seconds)
        else:
            outcome = Outcome(task=task, solved=solved, written=written, seconds=seconds + more)
        self.finish(outcome)

    def _take_material(self, task: T) -> tuple[Read, float]:
        was_ahead, self.ahead = self.ahead, None
        return _take_time(self.read, task) if was_ahead is None else await_result(was_ahead)

    def _try(self, task: T, seconds: float, work: Callable[..., Result], *arguments: object) -> Result | None:
        """What the work gives; None when it failed, which is told."""
        try:
            return work(*arguments)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self.settle()
            self.finish(Outcome(task=task, error=error, seconds=seconds))
            return None

    def _watch(self, _step: str, _fraction: float) -> None:
        if self.given_up.is_set():
            raise Cancelled("Cancelled.")


def _take_time(work: Callable[..., Result], *arguments: object) -> tuple[Result, float]:
    began = time.perf_counter()
    return work(*arguments), time.perf_counter() - began
