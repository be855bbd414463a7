"""One client of the worker: the handshake, then its requests, one after the other, while a thread goes on to read."""

from __future__ import annotations

import contextlib
import queue
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mattework._version import __version__
from mattework.errors import Cancelled, MatteworkError, UsageError
from mattework.worker.protocol import (
    ALIVE_EVERY,
    MAX_GREETING,
    PROTOCOL,
    LineChannel,
    LineTooLong,
    explain_length,
    is_proof,
    make_challenge,
    prove_secret,
)

if TYPE_CHECKING:
    from mattework.worker.server import Worker

GREETING_LIMIT = 20.0
"""Seconds in which whoever connects must have proven that it knows the secret: on a busy machine hosts are slow too."""

SENDING_LIMIT = 60.0
"""Seconds that a line may take to be sent: a busy host reads late. One that reads nothing for so long is given up."""

_TOO_LONG = "too long"
_UNREADABLE = "unreadable"
"""The operations that stand for lines that could not be taken, to be answered in their turn."""


class Connection:
    """One client. A thread of its own reads; another runs its requests one after the other."""

    def __init__(self, worker: Worker, client: socket.socket) -> None:
        self.worker = worker
        self.channel = LineChannel(client)
        self.cancelled = threading.Event()
        self._cancelled_number: Any = None
        self.gone = threading.Event()
        self._sending = threading.Lock()
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._busy = threading.Event()
        # Requests; each is counted by one thread alone.
        self._received = self._done = 0
        self._folder: Path | None = None
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def hang_up(self) -> None:
        """End what runs for this client, and the connection with it."""
        self.gone.set()
        with contextlib.suppress(OSError):
            self.channel.connection.shutdown(socket.SHUT_RD)

    def _serve(self) -> None:
        try:
            with contextlib.suppress(OSError, ValueError):
                if self._shake_hands():
                    self._serve_requests()
        finally:
            self.channel.close()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _shake_hands(self) -> bool:
        self.channel.connection.settimeout(GREETING_LIMIT)
        challenge, secret = make_challenge(), self.worker.record.secret
        self.channel.send(
            {"event": "hello", "protocol": PROTOCOL, "program": __version__, "challenge": challenge}
        )
        hello = self.channel.receive(MAX_GREETING) or {}
        if not is_proof(secret, "client", challenge, hello.get("proof")):
            return False
        self.worker.check_installation()
        if self.worker.leaving.is_set():
            self.channel.send({"event": "retired"})
            return False
        proof = prove_secret(secret, "worker", str(hello.get("challenge")))
        self.channel.send({"event": "welcome", "program": __version__, "proof": proof})
        return True

    def _serve_requests(self) -> None:
        runner = threading.Thread(target=self._run_requests, daemon=True)
        runner.start()
        self.channel.connection.settimeout(SENDING_LIMIT)
        try:
            while not self.worker.stopping.is_set():
                try:
                    request = self.channel.receive(wait=ALIVE_EVERY)
                except TimeoutError:
                    self._say_alive()
                    continue
                except LineTooLong as error:
                    request = {"op": _TOO_LONG, "id": error.number}
                except ValueError:
                    request = {"op": _UNREADABLE, "id": None}
                if request is None:
                    break
                if request.get("op") == "cancel":
                    if "id" in request:
                        self._cancelled_number = request["id"]
                    elif self._received > self._done:  # or it would cancel what is asked next
                        self.cancelled.set()
                else:
                    self._received += 1
                    self._requests.put(request)
        finally:
            # Nobody wants any more what we still do for this client.
            self.gone.set()
            self._requests.put(None)
            runner.join()

    def _run_requests(self) -> None:
        while (request := self._requests.get()) is not None and not self.gone.is_set():
            self._busy.set()
            try:
                number = request.get("id")
                with contextlib.suppress(OSError):
                    try:
                        self._send({**self._answer(request), "id": number})
                    except LineTooLong:
                        self._send({**_refuse_length(), "id": number})
            finally:
                self._busy.clear()
                self._done += 1
                self.cancelled.clear()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        op, number = request.get("op"), request.get("id")
        if op == _TOO_LONG:
            return _refuse_length()

        def report(text: str, fraction: float) -> None:
            is_named = number is not None and number == self._cancelled_number
            if is_named or self.cancelled.is_set() or self.gone.is_set() or self.worker.stopping.is_set():
                raise Cancelled("Cancelled.")
            try:
                self._send({"event": "progress", "id": number, "text": text, "fraction": round(fraction, 4)})
            except OSError as error:  # of the connection: a disk that fails is told otherwise
                raise Cancelled("The client has gone.") from error

        try:
            params = request.get("params") or {}
            if op == _UNREADABLE or not isinstance(params, dict):
                raise UsageError("The request cannot be read: it, and its params, must be JSON objects.")
            if op == "open":
                model = params.get("model")
                if not isinstance(model, str | None):
                    raise UsageError("The request cannot be read: a model is named by its identifier.")
                if params.get("warm", True):
                    self.worker.jobs.warm_up(model)
                return {"event": "result", "value": {"folder": str(self._make_folder())}}
            if op == "stop":
                self.worker.stop()
                return {"event": "result", "value": {}}
            with self._take_turn(report):
                value = self.worker.jobs.run(str(op), params, self._folder, report)
            return {"event": "result", "value": value}
        except MatteworkError as error:
            return {"event": "error", "kind": type(error).__name__, "message": str(error)}
        except MemoryError:
            return {
                "event": "error",
                "kind": "OutOfMemory",
                "message": "There is not enough memory for this. Close other programs or use a smaller picture.",
            }
        except OSError as error:
            return {"event": "error", "kind": "OutputNotWritable", "message": explain_disk(error)}
        except Exception as error:  # noqa: BLE001 - a defect is told, the worker lives on
            import traceback

            traceback.print_exc()
            message = f"Mattework has a defect ({type(error).__name__}: {error}). Please report it."
            return {"event": "error", "kind": "defect", "message": message}

    @contextlib.contextmanager
    def _take_turn(self, report: Any) -> Iterator[None]:
        """One job at a time, so that two big pictures do not share the memory of one."""
        while not self.worker.running.acquire(timeout=0.2):
            report("waiting for another picture", 0.0)
        try:
            yield
        finally:
            self.worker.running.release()

    def _make_folder(self) -> Path:
        if self._folder is None or not self._folder.is_dir():
            self._folder = Path(tempfile.mkdtemp(dir=self.worker.keep_work()))
        return self._folder

    def _send(self, message: dict[str, Any]) -> None:
        """Send a line.

        Raises:
            LineTooLong: nothing of it is sent.
            OSError: the client reads no more. A part of the line may be sent, so nothing can follow it: we hang up.
        """
        with self._sending:
            try:
                self.channel.send(message)
            except OSError:
                self.gone.set()
                with contextlib.suppress(OSError):
                    self.channel.connection.shutdown(socket.SHUT_RDWR)
                raise

    def _say_alive(self) -> None:
        """Never waits, since who calls it must go on to read: lines that are not read yet are sign of life enough."""
        if self._busy.is_set() and self._sending.acquire(blocking=False):
            try:
                if self.channel.has_room():
                    self.channel.send({"event": "alive"})
            finally:
                self._sending.release()


def _refuse_length() -> dict[str, Any]:
    return {"event": "error", "kind": "size", "message": explain_length()}


def explain_disk(error: OSError) -> str:
    import errno

    if error.errno == errno.ENOSPC:
        return f"The disk is full: {tempfile.gettempdir()} has no room for the picture. Free some space and try again."
    return f"A file could not be read or written: {error.filename or ''} {error.strerror or error}."
