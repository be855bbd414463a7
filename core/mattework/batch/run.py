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
from dataclasses import dataclass
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
    given_up = Event()

    def watch(_step: str, _fraction: float) -> None:
        if given_up.is_set():
            raise Cancelled("Cancelled.")

    pending: tuple[T, Solved, float, Future[tuple[Written, float]]] | None = None

    def settle() -> None:
        nonlocal pending
        if pending is None:
            return
        task, solved, seconds, future = pending
        try:
            written, more = future.result()
        except (KeyboardInterrupt, Cancelled):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one picture, the others go on
            outcome: Outcome[T, Solved, Written] = Outcome(task=task, error=error, seconds=seconds)
        else:
            outcome = Outcome(task=task, solved=solved, written=written, seconds=seconds + more)
        finish(outcome)
        pending = None  # only now: one that is interrupted here is finished when the run is given up

    with ThreadPoolExecutor(1, "read") as readers, ThreadPoolExecutor(1, "write") as writers:
        try:
            ahead: Future[tuple[Read, float]] | None = None
            for number, task in enumerate(tasks):
                was_ahead, ahead = ahead, None
                try:
                    material, seconds = _take_time(read, task) if was_ahead is None else was_ahead.result()
                except Cancelled:
                    raise
                except Exception as error:  # noqa: BLE001 - as above
                    settle()
                    finish(Outcome(task=task, error=error, seconds=0.0))
                    continue
                is_small = weigh(material) <= BESIDE_BYTES
                if not is_small:
                    settle()
                elif number + 1 < len(tasks):
                    ahead = readers.submit(_take_time, read, tasks[number + 1])
                try:
                    solved, more = _take_time(solve, task, material)
                except Cancelled:
                    raise
                except Exception as error:  # noqa: BLE001 - as above
                    settle()
                    finish(Outcome(task=task, error=error, seconds=seconds))
                    continue
                settle()
                job = writers.submit(_take_time, write, task, material, solved, watch)
                pending = task, solved, seconds + more, job
                del material, solved, job
                if not is_small:
                    settle()
            settle()
        except BaseException:
            readers.shutdown(wait=False, cancel_futures=True)
            try:
                settle()
            except BaseException:
                given_up.set()
                raise
            raise


Result = TypeVar("Result")


def _take_time(work: Callable[..., Result], *arguments: object) -> tuple[Result, float]:
    began = time.perf_counter()
    return work(*arguments), time.perf_counter() - began
