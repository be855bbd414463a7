"""The host's side: finds the warm worker or starts one, and calls it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from .launch import last_words, name_worker, start_worker
from .protocol import (
    MAX_GREETING,
    PROTOCOL,
    EngineError,
    LineChannel,
    LineTooLong,
    explain_crowd,
    explain_length,
    explain_versions,
    is_proof,
    make_challenge,
    prove_secret,
)
from .rendezvous import WorkerRecord, is_place_taken, open_connection, read_record, sweep_work_folders

SILENCE_LIMIT = 60.0
"""A worker that gives no sign for so many seconds hangs: even a busy one says every two seconds that it lives."""

GLANCE_EVERY = 2.0
"""Seconds of waiting for a greeting after which we look whether the worker still lives."""

_ENDING_LIMIT = 10.0
_MOST_STARTS = 3

Progress = Callable[[str, float], None] | None


class _Outdated(Exception):
    """The worker that answered is on its way out; another must be started."""


class WorkerClient:
    """A connection to a worker. Close it (or leave its `with` block), and what it still does is cancelled."""

    def __init__(self, channel: LineChannel, record: WorkerRecord, name: str) -> None:
        self.record = record
        self._channel = channel
        self._name = name
        self._last_id = 0
        self._sending = threading.Lock()
        self._is_closed = False
        self._folder: Path | None = None

    def open_folder(self, model: str | None = None, *, warm: bool = True) -> Path:
        """A folder for raw files that the worker owns; with `warm` it starts to load the model meanwhile."""
        if self._folder is None:
            self._folder = Path(self.call("open", {"model": model, "warm": warm})["folder"])
        return self._folder

    def call(self, op: str, params: Any = None, progress: Progress = None) -> dict[str, Any]:
        """Send a request and wait for its result. `params` is a dataclass of the protocol or a plain dictionary.

        Raises:
            EngineError: the worker refused, failed, died or hangs; the text says which, and the remedy. Of kind "closed"
                when another thread closed the connection.
        """
        self._last_id += 1
        number = self._last_id
        plain = asdict(params) if is_dataclass(params) and not isinstance(params, type) else params or {}
        self._send({"op": op, "id": number, "params": plain})
        while True:
            message = self._receive()
            event = message.get("event")
            if event == "progress" and progress is not None:
                progress(str(message.get("text", "")), float(message.get("fraction", 0.0)))
            elif event == "result" and message.get("id") == number:
                value: dict[str, Any] = message.get("value") or {}
                return value
            elif event == "error" and message.get("id") == number:
                raise EngineError(str(message.get("message")), str(message.get("kind")))

    def cancel(self) -> None:
        """Ask the worker to give up the request that is running; its `call` then raises EngineError of kind "Cancelled".

        May be called from `progress` and from other threads.
        """
        with contextlib.suppress(EngineError):
            # With its number: when this comes too late, the next request is not meant.
            self._send({"op": "cancel", "id": self._last_id})

    def close(self) -> None:
        """End the connection, and what the worker does for it. May be called from other threads: a `call` ends at once."""
        self._is_closed = True
        # Closing alone neither wakes a thread that waits for the next line nor, until it wakes, tells the worker.
        with contextlib.suppress(OSError):
            self._channel.connection.shutdown(socket.SHUT_RDWR)
        self._channel.close()

    def __enter__(self) -> WorkerClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, message: dict[str, Any]) -> None:
        try:
            with self._sending:
                self._channel.send(message)
        except LineTooLong as error:
            raise EngineError(explain_length(), "size") from error
        except OSError as error:
            raise self._explain_end() from error

    def _receive(self) -> dict[str, Any]:
        try:
            self._channel.connection.settimeout(SILENCE_LIMIT)
            message = self._channel.receive()
        except TimeoutError as error:
            self._stop_worker()
            raise EngineError(
                f"The Mattework engine has not answered for {SILENCE_LIMIT:.0f} seconds and was stopped. Try again.",
                "silent",
                "If it happens again, run: mattework gimp doctor",
            ) from error
        except LineTooLong as error:
            raise EngineError(explain_length(), "size") from error
        except (OSError, ValueError) as error:
            raise self._explain_end() from error
        if message is None:
            raise self._explain_end()
        return message

    def _explain_end(self) -> EngineError:
        if self._is_closed:  # the worker lives, and sweeps by itself
            return EngineError("The connection to the Mattework engine was closed.", "closed")
        self._delete_folder()
        words = last_words(self._name)
        return EngineError(
            "The Mattework engine ended while it worked. "
            + (f"Its last words: {words} " if words else "")
            + "Try again.",
            "died",
            "If it happens again, run: mattework gimp doctor",
        )

    def _stop_worker(self) -> None:
        """End a worker that hangs. The connection is still open, so the process of that number is the worker."""
        _kill(self.record.pid)
        self._delete_folder()

    def _delete_folder(self) -> None:
        """A worker that died cannot sweep any more."""
        # The locks of a process that ends may be held for a moment after its connections are closed.
        end = time.monotonic() + _ENDING_LIMIT
        while is_place_taken(self._name) and time.monotonic() < end:
            time.sleep(0.02)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        sweep_work_folders()


def find_worker(command: Sequence[str]) -> WorkerClient | None:
    """Connect to the worker of this command that runs already; None when there is none.

    On a busy machine the greeting may take long; it is waited for as long as the worker lives, up to `SILENCE_LIMIT`.

    Raises:
        EngineError: there is one, and it speaks another protocol or serves as many as it can; or it hangs, and was stopped.
    """
    name = name_worker(command)
    record = read_record(name)
    if record is None:
        return None
    try:
        return _shake_hands(record, name)
    except TimeoutError as error:
        # Who holds the place wrote the record: the process of that number is the worker.
        if not is_place_taken(name):
            return None
        _kill(record.pid)
        sweep_work_folders()
        raise EngineError(
            f"The Mattework engine runs but has not answered for {SILENCE_LIMIT:.0f} seconds and was stopped. Try again.",
            "silent",
            "If it happens again, run: mattework gimp doctor",
        ) from error
    except (OSError, ValueError, _Outdated):
        return None


def connect_worker(command: Sequence[str]) -> WorkerClient:
    """Connect to the worker of this command, and start one first when none answers.

    A worker may end between being found and being greeted (it was idle, or has been replaced): then the next is started.

    Args:
        command: what starts the command line, as in ("/path/to/python", "-P", "-m", "mattework").

    Raises:
        EngineError: the engine is missing, does not start, hangs, serves as many as it can, or is of another version.
    """
    for _ in range(_MOST_STARTS):
        client = find_worker(command)
        if client is not None:
            return client
        start_worker(command)
    client = find_worker(command)
    if client is not None:
        return client
    words = last_words(name_worker(command))
    raise EngineError(
        f"The Mattework engine was started {_MOST_STARTS} times and ended each time before it could be asked. "
        + (f"It said: {words}" if words else "It said nothing."),
        "start",
        "Run: mattework gimp doctor",
    )


def _shake_hands(record: WorkerRecord, name: str) -> WorkerClient:
    connection = open_connection(record.address, timeout=GLANCE_EVERY)
    channel = LineChannel(connection)
    end = time.monotonic() + SILENCE_LIMIT
    try:
        hello = _wait_for_line(channel, name, end)
        if hello is None:
            raise ConnectionResetError("the worker is ending")
        if hello.get("protocol") != PROTOCOL:
            raise EngineError(explain_versions(hello.get("protocol")), "version")
        if hello.get("event") == "busy":
            raise EngineError(explain_crowd(hello.get("clients")), "busy")
        challenge = make_challenge()
        channel.send(
            {
                "event": "hello",
                "protocol": PROTOCOL,
                "proof": prove_secret(record.secret, "client", str(hello.get("challenge"))),
                "challenge": challenge,
            }
        )
        welcome = _wait_for_line(channel, name, end) or {}
        if welcome.get("event") == "retired":
            raise _Outdated
        if not is_proof(record.secret, "worker", challenge, welcome.get("proof")):
            raise ValueError("whoever listens there is not our worker")
    except BaseException:
        channel.close()
        raise
    connection.settimeout(SILENCE_LIMIT)
    return WorkerClient(channel, record, name)


def _wait_for_line(channel: LineChannel, name: str, end: float) -> dict[str, Any] | None:
    """The next line of a greeting.

    Raises:
        ConnectionResetError: the worker has ended meanwhile; what listens there is something else.
        TimeoutError: the worker lives and has said nothing until `end`.
    """
    while True:
        try:
            return channel.receive(MAX_GREETING)
        except TimeoutError as error:
            if not is_place_taken(name):
                raise ConnectionResetError("the worker has ended") from error
            if time.monotonic() > end:
                raise


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
