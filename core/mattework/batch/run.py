"""The run of a batch: while one picture is solved, the next is read and the last is written.

Reading and writing wait for disks and codecs; solving is what the machine is for. Pictures are solved one after the other,
in their order, in the caller's thread.

Memory: beside the picture that is solved, at most two more are held, one that was read ahead and one that is being
written, and only where they are small (`BESIDE_BYTES` of samples). A large picture is worked on alone, but for small ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Generic, TypeVar

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
class _Writing(Generic[T, Solved, Written]):
    """A picture on its way to disk. The writer's thread says how it `ended`; `job` is None until it was handed over."""

    task: T
    solved: Solved
    seconds: float
    job: Future[None] | None = None
    ended: Outcome[T, Solved, Written] | None = None


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
    behind: _Writing[T, Solved, Written] | None = None
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
            self.ahead = self.readers.submit(_take_time, self.read, following[0])
        was_solved = self._try(task, seconds, _take_time, self.solve, task, material)
        if was_solved is None:
            return
        solved, more = was_solved
        self.settle()
        # Known as being written before it is: an interrupt may come at any point in between.
        self.behind = _Writing(task=task, solved=solved, seconds=seconds + more)
        self.behind.job = self.writers.submit(self._write_behind, self.behind, material)
        if not is_small:
            self.settle()

    def settle(self) -> None:
        """Wait for what is being written, and tell how it ended."""
        writing = self.behind
        if writing is None:
            return
        if writing.job is None:  # interrupted while it was handed over: it was taken, or it never will be
            self.writers.shutdown(wait=True)
        else:
            writing.job.result()
        if writing.ended is not None:
            self.finish(writing.ended)
        self.behind = None  # only now: one that is interrupted here is finished when the run is given up

    def _write_behind(self, writing: _Writing[T, Solved, Written], material: Read) -> None:
        try:
            written, more = _take_time(self.write, writing.task, material, writing.solved, self._watch)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one picture, the others go on
            writing.ended = Outcome(task=writing.task, error=error, seconds=writing.seconds)
        else:
            writing.ended = Outcome(
                task=writing.task, solved=writing.solved, written=written, seconds=writing.seconds + more
            )

    def _take_material(self, task: T) -> tuple[Read, float]:
        was_ahead, self.ahead = self.ahead, None
        return _take_time(self.read, task) if was_ahead is None else was_ahead.result()

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
