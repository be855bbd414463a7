"""Interrupts (Ctrl-C, a request to end) are answered between steps, and not in the middle of one.

Python raises them at any instruction of the main thread: also between taking a lock and saying so, where `threading` and
`concurrent.futures` then wait for ever, and between handing work over and noting it, where the work goes untold.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TypeVar

MOMENT = 0.1
"""Seconds after which a wait looks for interrupts."""

_HELD = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
Result = TypeVar("Result")


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Let a short step happen whole: what comes meanwhile is answered behind it. Only the main thread has interrupts."""
    came: list[int] = []
    usual = {}
    if current_thread() is main_thread():
        handlers = {number: signal.getsignal(number) for number in _HELD}
        usual = {number: handler for number, handler in handlers.items() if callable(handler)}
    try:
        for number in usual:
            signal.signal(number, lambda which, _frame: came.append(which))
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
        if came:
            usual[came[0]](came[0], None)


def await_result(future: Future[Result]) -> Result:
    """The result of work in another thread, or its error; an interrupt is answered within `MOMENT`."""
    while True:
        with hold_interrupts():
            if wait([future], MOMENT).done:
                break
    with hold_interrupts():
        return future.result()
