"""Reading ahead and writing behind: order, failures, memory and interruption."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from threading import Event, Lock, Timer, main_thread

import pytest

from mattework.batch import run
from mattework.batch.run import Outcome, run_batch
from mattework.errors import Cancelled, DamagedFile
from mattework.progress import Progress


class Shop:
    """Counts what is held at once; tasks are numbers, and some of them fail where they are told to."""

    def __init__(self, *, heavy: set[int] = frozenset(), bad: dict[int, str] | None = None) -> None:  # type: ignore[assignment]
        self.heavy, self.bad = heavy, bad or {}
        self.held, self.most, self.most_beside_heavy = set[int](), 0, 0
        self.lock = Lock()
        self.told: list[Outcome[int, int, int]] = []

    def read(self, task: int) -> int:
        self.fail(task, "read")
        with self.lock:
            self.held.add(task)
            self.most = max(self.most, len(self.held))
        return task

    def solve(self, task: int, material: int) -> int:
        if task in self.heavy:
            with self.lock:
                self.most_beside_heavy = max(self.most_beside_heavy, len(self.held) - 1)
        try:
            self.fail(task, "solve")
        except DamagedFile:
            self.held.discard(task)
            raise
        return material * 10

    def write(self, task: int, material: int, solved: int, watch: Progress) -> int:
        watch("save", 0.5)
        with self.lock:
            self.held.discard(task)
        self.fail(task, "write")
        return solved + 1

    def fail(self, task: int, where: str) -> None:
        if self.bad.get(task) == where:
            raise DamagedFile(f"{task} broke in {where}")

    def work(self, count: int, finish: Callable[[Outcome[int, int, int]], None] | None = None) -> None:
        run_batch(
            range(count),
            read=self.read,
            solve=self.solve,
            write=self.write,
            weigh=lambda one: run.BESIDE_BYTES + 1 if one in self.heavy else 1,
            finish=finish or self.told.append,
        )


def test_everything_is_done_in_its_order() -> None:
    shop = Shop()
    shop.work(20)
    assert [(one.task, one.solved, one.written) for one in shop.told] == [
        (n, n * 10, n * 10 + 1) for n in range(20)
    ]
    assert shop.most <= 3


def test_what_fails_does_not_stop_the_others() -> None:
    shop = Shop(bad={0: "read", 2: "solve", 3: "read", 5: "write", 9: "write"})
    shop.work(10)
    assert [one.task for one in shop.told] == list(range(10))
    failed = {one.task: str(one.error) for one in shop.told if one.error is not None}
    assert failed == {task: f"{task} broke in {where}" for task, where in shop.bad.items()}


def test_nothing_is_held_beside_a_large_picture() -> None:
    shop = Shop(heavy={3, 4, 8})
    shop.work(10)
    assert [one.task for one in shop.told] == list(range(10))
    assert shop.most_beside_heavy == 0


def test_where_telling_fails_nothing_is_told_twice() -> None:
    """As when a journal finds no room, or nobody reads what is told."""
    shop = Shop()

    def tell(outcome: Outcome[int, int, int]) -> None:
        shop.told.append(outcome)
        if outcome.task == 2:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        shop.work(9, tell)
    assert [one.task for one in shop.told] == [0, 1, 2]


def test_an_interruption_completes_the_file_that_is_being_written() -> None:
    shop = Shop()

    def solve(task: int, material: int) -> int:
        if task == 2:
            raise KeyboardInterrupt
        return shop.solve(task, material)

    with pytest.raises(KeyboardInterrupt):
        run_batch(
            range(9),
            read=shop.read,
            solve=solve,
            write=shop.write,
            weigh=lambda _: 1,
            finish=shop.told.append,
        )
    assert [one.task for one in shop.told] == [0, 1]


@pytest.fixture(autouse=True)
def interrupts_are_heard() -> Iterator[None]:
    """A shell starts what it puts in the background with interrupts ignored; here they mean what they mean elsewhere."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def often_switched() -> Iterator[None]:
    """Python changes between threads after every few steps."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that is sent to a thread")
def test_whenever_the_interruption_comes_no_written_file_goes_untold(often_switched: None) -> None:
    """The signal is sent from the writing itself, so that it meets the run anywhere around the handing over."""
    main = main_thread().ident
    assert main is not None
    for _ in range(1500):
        written: list[int] = []
        told: list[int] = []

        def write(
            task: int, material: int, solved: int, progress: Progress, written: list[int] = written
        ) -> int:
            if task == 1:
                signal.pthread_kill(main, signal.SIGINT)
            written.append(task)
            return task

        def finish(outcome: Outcome[int, int, int], told: list[int] = told) -> None:
            told.append(outcome.task)

        with pytest.raises(KeyboardInterrupt):
            run_batch(
                range(50),
                read=lambda task: task,
                solve=lambda task, _material: task,
                write=write,
                weigh=lambda _material: 1,
                finish=finish,
            )
        assert set(written) == set(told)


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that is sent to a thread")
def test_a_second_interruption_gives_the_writing_up() -> None:
    """It comes while the writing is waited for."""
    begun, noticed = Event(), Event()
    main = main_thread().ident
    assert main is not None

    def write(task: int, material: int, solved: int, watch: Progress) -> int:
        begun.set()
        for _ in range(1000):
            try:
                watch("save", 0.5)
            except Cancelled:
                noticed.set()
                raise
            Event().wait(0.01)
        return solved

    def solve(task: int, material: int) -> int:
        if task == 1:
            begun.wait(5)
            Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
            raise KeyboardInterrupt
        return material

    with pytest.raises(KeyboardInterrupt):
        run_batch(
            range(3),
            read=lambda task: task,
            solve=solve,
            write=write,
            weigh=lambda _: 1,
            finish=lambda _: None,
        )
    assert noticed.is_set()
