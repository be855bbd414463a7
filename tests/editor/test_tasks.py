"""Work beside the window: what nobody waits for takes turns, and leaves a hand that paints alone."""

from __future__ import annotations

import threading
import time

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from editor.driving import wait_until
from mattework_editor.tasks import Task, Tasks


def tell(error: BaseException) -> None:
    raise AssertionError(error)


def test_quiet_tasks_take_turns(application: object) -> None:
    tasks, at_once, done = Tasks(), threading.Semaphore(), list[bool]()

    def work(_: Task) -> bool:
        alone = at_once.acquire(blocking=False)
        threading.Event().wait(0.01)
        at_once.release()
        return alone

    for _ in range(4):
        tasks.start(work, done.append, tell, rank="quiet")
    wait_until(lambda: len(done) == 4)
    assert all(done)


def test_quiet_tasks_wait_for_urgent_ones(application: object) -> None:
    tasks, order, painted = Tasks(), list[str](), threading.Event()
    tasks.start(lambda _: painted.wait(10), lambda _: order.append("stroke"), tell, rank="urgent")
    tasks.start(lambda _: None, lambda _: order.append("list of parts"), tell, rank="quiet")
    tasks.start(lambda _: None, lambda _: order.append("picture"), tell)
    wait_until(lambda: order == ["picture"])
    painted.set()
    wait_until(lambda: len(order) == 3)
    assert order == ["picture", "stroke", "list of parts"]


def test_a_quiet_task_that_waits_can_be_cancelled(application: object) -> None:
    tasks, painted, ended = Tasks(), threading.Event(), list[BaseException]()
    tasks.start(lambda _: painted.wait(10), lambda _: None, tell, rank="urgent")
    waiting = tasks.start(lambda _: None, tell, ended.append, rank="quiet")
    waiting.cancel()
    wait_until(lambda: len(ended) == 1)
    painted.set()
    wait_until(lambda: not tasks.running)


def test_several_tasks_that_do_not_end_hold_the_window_no_longer_than_one(application: object) -> None:
    tasks, over = Tasks(), threading.Event()
    for _ in range(4):
        tasks.start(lambda _: over.wait(20), lambda _: None, lambda _: None)
    begun = time.monotonic()
    tasks.cancel_all(wait=0.5)
    assert time.monotonic() - begun < 1.5
    over.set()
    wait_until(lambda: not tasks.running)
