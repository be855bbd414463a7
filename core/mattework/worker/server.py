"""The worker process: listens, takes clients in, and leaves nothing behind when it ends."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mattework._version import __version__
from mattework.errors import UsageError
from mattework.worker.connection import Connection
from mattework.worker.jobs import Jobs
from mattework.worker.protocol import (
    PROTOCOL,
    LineChannel,
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

MOST_CLIENTS = 16
WINNER_LIMIT = 120.0
"""Seconds that who holds the place may take until it answers; less than a host waits for us (`launch.START_LIMIT`)."""


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
        stack.callback(worker.drop_work)
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
    renewing: threading.Lock = field(default_factory=threading.Lock)
    renewed: list[tuple[Path, IO[bytes]]] = field(default_factory=list)
    connections: set[Connection] = field(default_factory=set)

    def keep_work(self) -> Path:
        """The folder of raw files: a new one, with a lock of its own, where somebody cleaned the old one away.

        Raises:
            OSError, EngineError: none can be made.
        """
        with self.renewing:
            if not self.work.is_dir():
                self.renewed.append(make_work_folder())
                self.work = self.renewed[-1][0]
            return self.work

    def drop_work(self) -> None:
        """Delete the folders of raw files that were made later."""
        for folder, lock in self.renewed:
            lock.close()
            shutil.rmtree(folder, ignore_errors=True)

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
