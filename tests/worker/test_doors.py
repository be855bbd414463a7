"""Who may talk to a worker: only its user, and only who knows the secret."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from mattework.worker.client import connect_worker
from mattework.worker.launch import name_worker
from mattework.worker.protocol import PROTOCOL, ColoursRequest, EngineError
from mattework.worker.rendezvous import read_record, record_path
from worker.conftest import COMMAND
from worker.driving import send_disc

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and permissions are those of Unix")

PATIENCE = 60.0
"""Seconds that an intruder waits for an answer of a worker on a busy machine."""


def open_raw(name: str) -> socket.socket:
    record = read_record(name)
    assert record is not None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    connection.connect(record.address[1])
    return connection


@pytest.mark.parametrize(
    "greeting",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        f'{{"event":"hello","protocol":{PROTOCOL},"proof":"'.encode() + b"0" * 64 + b'","challenge":"00"}\n',
        b'{"op":"about","id":1}\n',
        b"x" * 5000,
        b"[]\n",
    ],
)
def test_who_does_not_know_the_secret_gets_no_further_than_one_line(places: Path, greeting: bytes) -> None:
    with connect_worker(COMMAND), open_raw(name_worker(COMMAND)) as intruder:
        hello = json.loads(intruder.recv(4096))
        assert set(hello) == {"event", "protocol", "program", "challenge"}
        intruder.sendall(greeting)
        try:
            rest = intruder.recv(4096)
        except ConnectionResetError:
            rest = b""
        assert rest == b""


def test_where_no_unix_socket_fits_the_loopback_is_as_closed(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way on Windows; a runtime folder with a very long name leads to it here."""
    monkeypatch.setenv("MATTEWORK_RUNTIME", str(places / ("long" * 30)))
    with connect_worker(COMMAND) as client:
        kind, port = client.record.address
        assert kind == "tcp"
        picture, _ = send_disc(client)
        assert client.call("colours", ColoursRequest(picture, "u8", "known.raw"))["colours"]
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as page:
            page.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}\r\n")
            heard = b""
            with suppress(ConnectionResetError):
                while part := page.recv(4096):
                    heard += part
        assert json.loads(heard)["event"] == "hello", "its own greeting, and nothing after it"


def test_the_doors_are_closed_to_other_users(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        folder = client.open_folder()
        record = record_path(name_worker(COMMAND))
        assert record.stat().st_mode & 0o777 == 0o600
        assert record.parent.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_mode & 0o777 == 0o700
        if os.getuid() != 0:
            return
        # Even with the folder wide open, the kernel tells the worker who is there.
        places.chmod(0o755)
        record.parent.chmod(0o777)
        record.with_suffix(".sock").chmod(0o777)
        script = (
            "import os, socket, sys; os.setgid(65534); os.setuid(65534)\n"
            "try: open(sys.argv[2])\n"
            "except PermissionError: print('no secret')\n"
            f"s = socket.socket(socket.AF_UNIX); s.settimeout({PATIENCE})\n"
            "s.connect(sys.argv[1]); print(s.recv(100))\n"
        )
        arguments = [str(record.with_suffix(".sock")), str(record)]
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
        )
        assert done.stdout.splitlines() == ["no secret", "b''"], done.stderr


def test_a_runtime_folder_of_somebody_else_is_refused(places: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a folder away")
    (places / "run").mkdir(mode=0o777)
    os.chown(places / "run", 65534, 65534)
    with pytest.raises(EngineError, match="belongs to somebody else"):
        connect_worker(COMMAND)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775])
def test_a_folder_that_others_write_into_is_refused_and_left_as_it_is(places: Path, mode: int) -> None:
    folder = places / "run"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(EngineError, match="Name a folder of its own as MATTEWORK_RUNTIME"):
        connect_worker(COMMAND)
    assert folder.stat().st_mode & 0o7777 == mode
    assert not any(folder.iterdir())
