"""One connection of a worker, with a client that reads late or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from mattework._version import __version__
from mattework.worker import connection as connection_module
from mattework.worker.connection import Connection
from mattework.worker.protocol import MAX_LINE, PROTOCOL, LineChannel, make_challenge, prove_secret
from mattework.worker.rendezvous import WorkerRecord, sweep_work_folders
from mattework.worker.server import Worker

REQUESTS = 3000
"""So many that their answers fit into no socket's buffer."""

PATIENCE = 60.0
"""Seconds that are waited, on a machine of any load, for what comes at once on a quiet one."""


@contextmanager
def connect(work: Path) -> Iterator[tuple[Connection, LineChannel]]:
    """A worker's connection in this process, and the client's end of it, greeted."""
    record = WorkerRecord(PROTOCOL, __version__, os.getpid(), ("", ""), secrets.token_hex(32))
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 14)
    ours.settimeout(PATIENCE)
    connection = Connection(Worker(name="test", record=record, work=work, idle=60.0), theirs)
    channel = LineChannel(ours)
    try:
        hello = channel.receive()
        assert hello is not None
        proof = prove_secret(record.secret, "client", hello["challenge"])
        channel.send({"event": "hello", "proof": proof, "challenge": make_challenge()})
        assert (channel.receive() or {})["event"] == "welcome"
        yield connection, channel
    finally:
        channel.close()
        connection.thread.join(PATIENCE)


def ask_much(channel: LineChannel) -> None:
    params = {"warm": False}
    lines = [json.dumps({"op": "open", "id": number, "params": params}) for number in range(REQUESTS)]
    channel.connection.sendall("\n".join([*lines, ""]).encode())


def test_a_client_that_reads_late_gets_every_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "ALIVE_EVERY", 0.05)
    with connect(tmp_path) as (connection, channel):
        ask_much(channel)
        time.sleep(0.5)
        numbers: list[int] = []
        while len(numbers) < REQUESTS:
            message = channel.receive()
            assert message is not None
            if message["event"] == "result":
                numbers.append(message["id"])
        assert numbers == list(range(REQUESTS))
        assert connection.thread.is_alive()
    assert not connection.thread.is_alive()
    assert not list(tmp_path.iterdir())


def test_a_client_that_reads_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "ALIVE_EVERY", 0.05)
    monkeypatch.setattr(connection_module, "SENDING_LIMIT", 0.3)
    with connect(tmp_path) as (connection, channel):
        with suppress(OSError):  # given up while it still asks
            ask_much(channel)
        connection.thread.join(PATIENCE)
        assert not connection.thread.is_alive()
        assert not list(tmp_path.iterdir())


def test_who_reads_nothing_is_still_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While answers wait to be read: a cancel that comes then must not wait for them."""
    monkeypatch.setattr(connection_module, "ALIVE_EVERY", 0.05)
    with connect(tmp_path) as (connection, channel):
        ask_much(channel)
        time.sleep(0.5)
        channel.send({"op": "cancel"})
        assert connection.cancelled.wait(PATIENCE)


def test_a_cancel_that_comes_too_late_leaves_the_next_request_alone(tmp_path: Path) -> None:
    with connect(tmp_path) as (connection, channel):
        channel.send({"op": "open", "id": 1, "params": {"warm": False}})
        assert (channel.receive() or {})["event"] == "result"
        with connection.worker.running:  # somebody else's turn: the next request tells that it waits
            channel.send({"op": "cancel", "id": 1})
            channel.send({"op": "about", "id": 2})
            assert (channel.receive() or {})["event"] == "progress"
        while (message := channel.receive() or {})["event"] in ("progress", "alive"):
            pass
        assert (message["event"], message["id"]) == ("result", 2)


def test_a_cancel_that_comes_before_its_request_has_begun_is_not_lost(tmp_path: Path) -> None:
    with connect(tmp_path) as (connection, channel), connection.worker.running:
        lines = [{"op": "open", "id": 1, "params": {"warm": False}}, {"op": "about", "id": 2}]
        lines.append({"op": "cancel", "id": 2})
        channel.connection.sendall("".join(json.dumps(line) + "\n" for line in lines).encode())
        answers: dict[int, str] = {}
        for _ in range(100):  # a lost cancel would be waited for for ever
            message = channel.receive() or {}
            if message["event"] in ("result", "error"):
                answers[message["id"]] = message.get("kind", "done")
            if len(answers) == 2:
                break
        assert answers == {1: "done", 2: "Cancelled"}


def test_a_cancel_of_nothing_leaves_the_next_request_alone(tmp_path: Path) -> None:
    with connect(tmp_path) as (_, channel):
        channel.send({"op": "cancel"})
        channel.send({"op": "open", "id": 1, "params": {"warm": False}})
        assert (channel.receive() or {})["event"] == "result"
        channel.send({"op": "cancel"})
        channel.send({"op": "open", "id": 2, "params": {"warm": False}})
        assert (channel.receive() or {})["event"] == "result"


def test_a_folder_that_was_cleaned_away_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "work").mkdir()
    with connect(tmp_path / "work") as (connection, channel):
        for number in (1, 2):
            channel.send({"op": "open", "id": number, "params": {"warm": False}})
            answer = channel.receive() or {}
            folder = Path(answer["value"]["folder"])
            assert folder.is_dir()
            assert sweep_work_folders() == [], "its owner lives"
            assert folder.is_dir()
            if number == 1:
                shutil.rmtree(connection.worker.work)
        connection.worker.drop_work()
        assert not folder.exists()


def test_a_request_of_many_megabytes_is_taken(tmp_path: Path) -> None:
    with connect(tmp_path) as (_, channel):
        channel.send({"op": "open", "id": 1, "params": {"warm": False, "strokes": "x" * (20 << 20)}})
        message = channel.receive() or {}
        assert (message["event"], message["id"]) == ("result", 1)


@pytest.mark.parametrize(
    ("head", "number"), [(b'{"op":"adjust","id":7,"params":"', 7), (b'{"id":7,"params":"', None)]
)
def test_a_line_that_is_too_long_is_answered_and_the_next_is_heard(
    tmp_path: Path, head: bytes, number: int | None
) -> None:
    with connect(tmp_path) as (_, channel):
        channel.connection.sendall(head + b"x" * MAX_LINE + b'"}\n')
        channel.send({"op": "open", "id": 8, "params": {"warm": False}})
        refused, opened = channel.receive() or {}, channel.receive() or {}
        assert (refused["event"], refused["kind"], refused["id"]) == ("error", "size", number)
        assert "too long" in refused["message"]
        assert (opened["event"], opened["id"]) == ("result", 8)


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1", b"[]", b"", b"\xff", b"[" * 5000 + b"]" * 5000])
def test_a_line_that_is_no_object_is_answered_and_the_next_is_heard(tmp_path: Path, line: bytes) -> None:
    with connect(tmp_path) as (_, channel):
        channel.connection.sendall(line + b"\n")
        channel.send({"op": "open", "id": 8, "params": {"warm": False}})
        refused, opened = channel.receive() or {}, channel.receive() or {}
        assert (refused["event"], refused["kind"], refused["id"]) == ("error", "UsageError", None)
        assert (opened["event"], opened["id"]) == ("result", 8)


@pytest.mark.parametrize("params", [[1], "warm", 5, {"model": 5}, {"model": ["mattework-subject"]}])
def test_a_folder_is_not_opened_with_anything(tmp_path: Path, params: object) -> None:
    with connect(tmp_path) as (_, channel):
        channel.send({"op": "open", "id": 1, "params": params})
        refused = channel.receive() or {}
        assert (refused["event"], refused["kind"], refused["id"]) == ("error", "UsageError", 1)


def test_before_the_handshake_a_line_is_short(tmp_path: Path) -> None:
    record = WorkerRecord(PROTOCOL, __version__, os.getpid(), ("", ""), secrets.token_hex(32))
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    connection = Connection(Worker(name="test", record=record, work=tmp_path, idle=60.0), theirs)
    with ours:
        assert (LineChannel(ours).receive() or {})["event"] == "hello"
        ours.sendall(b"x" * 1100)
        connection.thread.join(PATIENCE)
        assert not connection.thread.is_alive()
