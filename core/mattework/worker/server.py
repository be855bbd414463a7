"""The worker process: listens, shakes hands, runs one job at a time, and leaves nothing behind when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from mattework._version import __version__
from mattework.errors import Cancelled, MatteworkError, UsageError
from mattework.worker.jobs import Jobs
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
from mattework.worker.rendezvous import (
    WorkerRecord,
    lock_path,
    make_runtime_folder,
    make_work_folder,
    open_connection,
    open_listener,
    read_record,
    remove_record,
    sweep_work_folders,
    take_lock,
    write_record,
)

GREETING_LIMIT = 20.0
"""Seconds in which whoever connects must have proven that it knows the secret: on a busy machine hosts are slow too."""

SENDING_LIMIT = 60.0
"""Seconds that a line may take to be sent: a busy host reads late. One that reads nothing for so long is given up."""

MOST_CLIENTS = 16
WINNER_LIMIT = 120.0
"""Seconds that who holds the place may take until it answers; less than a host waits for us (`launch.START_LIMIT`)."""

_TOO_LONG = "too long"
_UNREADABLE = "unreadable"
"""The operations that stand for lines that could not be taken, to be answered in their turn."""


def serve(name: str, idle: float) -> int:
    """Run the worker of this name until nobody has used it for `idle` seconds; gives the exit code.

    When another worker of that name runs already, it says so and ends at once: its record is the one to use.
    """
    out = _keep_standard_output()
    make_runtime_folder()
    lock = _take_place(name)
    if lock is None:
        _say_ready(out)
        return 0
    with contextlib.ExitStack() as stack:
        stack.callback(lock.close)
        sweep_work_folders()
        work, work_lock = make_work_folder()
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        stack.callback(work_lock.close)
        listener, address = open_listener(name)
        stack.enter_context(listener)
        record = WorkerRecord(PROTOCOL, __version__, os.getpid(), address, secrets.token_hex(32))
        write_record(name, record)
        worker = Worker(name=name, record=record, work=work, idle=idle)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        stack.callback(worker.stop)
        _say_ready(out)
        worker.listen(listener)
        worker.retire()
        # From here on the next worker of that name may take the place; ours finishes what it has begun.
        listener.close()
        lock.close()
        worker.finish()
    return 0


@dataclass(slots=True, kw_only=True, eq=False)
class Worker:
    """What the connections share: the secret, the folder of raw files, the jobs with their warm models."""

    name: str
    record: WorkerRecord
    work: Path
    idle: float
    jobs: Jobs = field(default_factory=Jobs)
    leaving: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    installed: str | None = None
    running: threading.Lock = field(default_factory=threading.Lock)
    connections: set[Connection] = field(default_factory=set)

    def retire(self) -> None:
        """Be found no more, and end when those who are connected have gone; who comes now starts the next worker."""
        self.leaving.set()
        if self._is_current():
            remove_record(self.name)

    def stop(self) -> None:
        """End now, and what runs with it."""
        self.stopping.set()
        self.retire()

    def check_installation(self) -> None:
        """Retire when program or models were replaced since the first client came: the next worker has the new ones."""
        found = describe_installation()
        if self.installed is None:
            self.installed = found
        elif found != self.installed:
            self.retire()

    def listen(self, listener: socket.socket) -> None:
        """Accept connections until told to stop, or idle for too long, or no longer the one that the record names."""
        listener.settimeout(0.5)
        last_used = time.monotonic()
        while not self.leaving.is_set():
            self.connections = {one for one in self.connections if one.thread.is_alive()}
            if self.connections:
                last_used = time.monotonic()
            elif time.monotonic() - last_used > self.idle or not self._is_current():
                break
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            if not _is_same_user(client):
                client.close()
            elif len(self.connections) >= MOST_CLIENTS:
                _say_busy(client)
            else:
                self.connections.add(Connection(self, client))

    def finish(self) -> None:
        """Wait until all clients have gone or `stop` was called, then until their threads have noticed."""
        while not self.stopping.wait(0.1) and any(one.thread.is_alive() for one in self.connections):
            pass
        for connection in self.connections:
            connection.hang_up()
        for connection in self.connections:
            connection.thread.join(5.0)

    def _is_current(self) -> bool:
        record = read_record(self.name)
        return record is not None and record.secret == self.record.secret


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
                    else:
                        self.cancelled.set()
                else:
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
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(dir=self.worker.work))
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


def describe_installation() -> str:
    """What is on the disk now, as far as a running worker has read it before: the program's version and the models."""
    import mattework._version
    from mattework.models.store import open_store

    store = open_store()
    try:
        parts = [Path(mattework._version.__file__).read_text(encoding="utf-8")]
    except OSError:
        parts = [""]
    for spec in store.list_specs():
        for found in store.find_files(spec):
            with contextlib.suppress(OSError):
                state = found.path.stat()
                parts.append(f"{found.path} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(parts)


def explain_disk(error: OSError) -> str:
    import errno

    if error.errno == errno.ENOSPC:
        return f"The disk is full: {tempfile.gettempdir()} has no room for the picture. Free some space and try again."
    return f"A file could not be read or written: {error.filename or ''} {error.strerror or error}."


def _keep_standard_output() -> IO[bytes]:
    """Our own way to standard output; what libraries print goes to standard error."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return out


def _say_ready(out: IO[bytes]) -> None:
    with contextlib.suppress(OSError), out:
        out.write(
            json.dumps({"event": "ready", "protocol": PROTOCOL, "program": __version__}).encode() + b"\n"
        )


def _take_place(name: str) -> IO[bytes] | None:
    """The lock of the worker of that name; None when another one holds it and answers.

    Who holds it and does not answer is about to listen, or about to end.
    """
    end = time.monotonic() + WINNER_LIMIT
    while time.monotonic() < end:
        lock = take_lock(lock_path(name))
        if lock is not None:
            return lock
        record = read_record(name)
        if record is not None:
            with contextlib.suppress(OSError):
                open_connection(record.address, 2.0).close()
                return None
        time.sleep(0.05)
    raise UsageError("Another Mattework engine is starting and does not get ready. End it, and try again.")


def _say_busy(client: socket.socket) -> None:
    client.settimeout(0.5)  # a line so short is sent at once
    with contextlib.suppress(OSError), client:
        LineChannel(client).send({"event": "busy", "protocol": PROTOCOL, "clients": MOST_CLIENTS})


def _is_same_user(client: socket.socket) -> bool:
    """On Linux the kernel says who is at the other end of a Unix socket; elsewhere folder and secret decide."""
    if sys.platform != "linux" or client.family != socket.AF_UNIX:
        return True
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.getuid())
