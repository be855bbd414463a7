"""Finding the worker, starting one where there is none, and what is told when it does not start."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from mattework.worker import client as client_module
from mattework.worker import launch as launch_module
from mattework.worker.client import connect_worker
from mattework.worker.protocol import PROTOCOL, ColoursRequest, EngineError
from mattework.worker.server import MOST_CLIENTS
from worker.conftest import COMMAND
from worker.driving import has_ended, send_disc, stop_engine, wait_until, write_engine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and permissions are those of Unix")


def test_three_hosts_at_once_get_one_worker_and_right_results(places: Path) -> None:
    def ask(width: int) -> tuple[int, bool]:
        with connect_worker(COMMAND) as client:
            picture, folder = send_disc(client, width, width)
            value = client.call("colours", ColoursRequest(picture, "u8", "known.raw"))
            return client.record.pid, (folder / value["colours"]).stat().st_size == width * width * 3

    with ThreadPoolExecutor(3) as hosts:
        answers = list(hosts.map(ask, (60, 80, 100)))
    assert len({pid for pid, _ in answers}) == 1
    assert [is_right for _, is_right in answers] == [True, True, True]


def test_who_comes_when_the_worker_is_full_is_told_and_served_when_one_has_gone(places: Path) -> None:
    with ExitStack() as stack:
        hosts = [stack.enter_context(connect_worker(COMMAND)) for _ in range(MOST_CLIENTS)]
        with pytest.raises(EngineError, match=f"busy: {MOST_CLIENTS} windows") as refusal:
            connect_worker(COMMAND)
        assert refusal.value.kind == "busy"
        assert hosts[0].call("about")["program"], "those who are there are served on"
        hosts.pop().close()

        def is_served() -> bool:
            with suppress(EngineError), connect_worker(COMMAND) as client:
                return client.record.pid == hosts[0].record.pid
            return False

        assert wait_until(is_served)


def test_a_worker_that_is_slow_to_greet_is_waited_for(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "GLANCE_EVERY", 0.1)
    slow = "describe = server.describe_installation\nserver.describe_installation = lambda: time.sleep(1) or describe()"
    command = write_engine(places, slow)
    with connect_worker(command) as client:
        assert client.call("about")["program"]
    assert (places / "starts").read_text() == "1", "and no second one is started meanwhile"
    stop_engine(command)


def test_the_worker_is_found_where_the_host_looks_whatever_its_own_temporary_folder(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("host", "worker"):
        (places / name).mkdir()
    monkeypatch.delenv("MATTEWORK_RUNTIME")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(places / "host"))
    monkeypatch.setenv("TMPDIR", str(places / "worker"))
    with connect_worker(COMMAND) as client:
        assert client.call("about")["program"]
    stop_engine(COMMAND)


GONE = (
    "if starts < {times}:\n"
    "    lock, (listener, address) = take_lock(lock_path(name)), open_listener(name)\n"
    "    write_record(name, WorkerRecord({protocol}, '9.9', os.getpid(), address, '00' * 32))\n"
    "    print(json.dumps({{'event': 'ready'}}), flush=True)\n"
    "    print('it was bad luck', file=sys.stderr)\n"
    "    sys.exit(1)"
)


def test_a_worker_that_ends_before_it_is_greeted_is_followed_by_another(places: Path) -> None:
    command = write_engine(places, GONE.format(times=2, protocol=PROTOCOL))
    with connect_worker(command) as client:
        assert client.call("about")["program"]
    assert (places / "starts").read_text() == "3"
    stop_engine(command)


def test_a_worker_that_always_ends_is_not_started_for_ever(places: Path) -> None:
    command = write_engine(places, GONE.format(times=99, protocol=PROTOCOL))
    with pytest.raises(EngineError, match=r"started 3 times .* It said: it was bad luck") as caught:
        connect_worker(command)
    assert caught.value.kind == "start"


def test_a_worker_that_is_never_ready_is_stopped(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch_module, "START_LIMIT", 1.0)
    command = write_engine(places, "time.sleep(60)")
    with pytest.raises(EngineError, match="was not ready after 1 seconds and was stopped"):
        connect_worker(command)


def test_a_worker_that_hangs_before_it_greets_is_stopped_and_the_next_call_starts_another(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect_worker(COMMAND) as client:
        pid = client.record.pid
    monkeypatch.setattr(client_module, "GLANCE_EVERY", 0.1)
    monkeypatch.setattr(client_module, "SILENCE_LIMIT", 1.0)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EngineError, match="has not answered for 1 seconds and was stopped") as caught:
        connect_worker(COMMAND)
    assert caught.value.kind == "silent"
    assert wait_until(lambda: has_ended(pid))
    monkeypatch.setattr(client_module, "SILENCE_LIMIT", 60.0)
    with connect_worker(COMMAND) as client:
        assert client.call("about")["program"]


def test_a_worker_that_is_ending_is_followed_by_the_next(places: Path) -> None:
    for _ in range(3):
        with connect_worker(COMMAND) as client:
            client.call("stop")
        with connect_worker(COMMAND) as client:
            assert client.call("about")["program"]


@pytest.mark.parametrize(("theirs", "remedy"), [(0, "Update Mattework"), (99, "Run: mattework gimp install")])
def test_another_version_is_told_in_one_sentence(places: Path, theirs: int, remedy: str) -> None:
    fake = places / "engine.py"
    fake.write_text(
        "import json, os, socket, sys\n"
        "from mattework.worker.rendezvous import WorkerRecord, open_listener, write_record\n"
        "name = sys.argv[sys.argv.index('--name') + 1]\n"
        "listener, address = open_listener(name)\n"
        f"write_record(name, WorkerRecord({theirs}, '9.9', os.getpid(), address, '00' * 32))\n"
        "print(json.dumps({'event': 'ready'}), flush=True)\n"
        "client, _ = listener.accept()\n"
        f"client.sendall(json.dumps({{'event': 'hello', 'protocol': {theirs}}}).encode() + b'\\n')\n"
        "client.recv(1)\n",
        encoding="utf-8",
    )
    with pytest.raises(EngineError, match=remedy) as caught:
        connect_worker((sys.executable, str(fake)))
    assert caught.value.kind == "version"


def test_a_missing_and_a_broken_engine_say_what_to_do(places: Path) -> None:
    with pytest.raises(EngineError, match=r"does not exist.*mattework gimp install"):
        connect_worker((str(places / "nothing"), "-m", "mattework"))
    with pytest.raises(EngineError, match=r"No module named.*mattework gimp doctor"):
        connect_worker((sys.executable, "-P", "-m", "no_such_engine"))
