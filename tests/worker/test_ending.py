"""What becomes of jobs, files and the worker itself when somebody stops, is killed, hangs, or goes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from mattework.worker import client as client_module
from mattework.worker.client import WorkerClient, connect_worker, find_worker
from mattework.worker.launch import name_worker
from mattework.worker.protocol import PROTOCOL, ColoursRequest, EngineError, RefineRequest
from mattework.worker.rendezvous import record_path
from patience import finish_program
from worker.conftest import COMMAND
from worker.driving import (
    ENDLESS,
    has_ended,
    say_nothing,
    send_disc,
    send_long_job,
    stop_engine,
    wait_until,
    write_engine,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and permissions are those of Unix")


def test_cancelling_ends_the_job_and_leaves_the_connection_usable(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        request = send_long_job(client)

        def cancel(text: str, fraction: float) -> None:
            client.cancel()

        with pytest.raises(EngineError) as caught:
            client.call("refine", request, cancel)
        assert caught.value.kind == "Cancelled"
        assert client.call("about")["protocol"] == PROTOCOL


def test_closing_ends_a_call_that_waits_and_the_job_at_once(places: Path) -> None:
    """Between two lines of the worker: this one is silent for minutes."""
    command = write_engine(places, say_nothing(200, alive_every=200))
    with connect_worker(command) as client:
        folder = client.open_folder(warm=False)
        ended: list[str] = []

        def ask() -> None:
            with pytest.raises(EngineError) as caught:
                client.call("about")
            ended.append(caught.value.kind)

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.5)
        client.close()
        thread.join(60)
        assert ended == ["closed"]
        assert folder.exists(), "the worker's, as long as it lives"
    with connect_worker(command) as client:
        client.call("stop")
    assert wait_until(lambda: has_ended(client.record.pid), 100)


def test_a_host_that_is_killed_leaves_no_files(places: Path) -> None:
    script = (
        "import sys, time\n"
        "from mattework.worker.client import connect_worker\n"
        f"client = connect_worker({COMMAND!r})\n"
        "folder = client.open_folder(); (folder / 'big.raw').write_bytes(bytes(1 << 20))\n"
        "print(folder, flush=True); time.sleep(60)\n"
    )
    host = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    with host, host.stdout:
        folder = Path(host.stdout.readline().strip())
        assert (folder / "big.raw").exists()
        host.kill()
    assert wait_until(lambda: not folder.exists())
    with connect_worker(COMMAND) as client:
        assert client.call("about")["program"], "the worker itself lives on"


def test_a_worker_that_is_killed_gives_one_sentence_and_leaves_no_files(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        request = send_long_job(client)

        def kill(text: str, fraction: float) -> None:
            os.kill(client.record.pid, signal.SIGKILL)

        with pytest.raises(EngineError, match="ended while it worked") as caught:
            client.call("refine", request, kill)
        assert caught.value.kind == "died"
    assert list((places / "tmp").iterdir()) == []
    with connect_worker(COMMAND) as client:
        assert client.call("about")["program"], "the next call starts another"


def test_what_is_too_long_for_a_line_is_said_at_once_and_ends_nothing(places: Path) -> None:
    """A request, and an answer."""
    long = (
        "import mattework.worker.jobs as jobs\njobs.describe_engine = lambda: {'program': 'x' * (65 << 20)}"
    )
    command = write_engine(places, long)
    with connect_worker(command) as client:
        folder = client.open_folder(warm=False)
        for op, params in (("adjust", {"recipe": "x" * (65 << 20)}), ("about", {})):
            with pytest.raises(EngineError, match="too long for the Mattework engine") as caught:
                client.call(op, params)
            assert caught.value.kind == "size"
        assert folder.exists()
        assert client.call("open", {"warm": False})["folder"] == str(folder)
    stop_engine(command)


def test_a_worker_that_hangs_is_stopped_and_named(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect_worker(COMMAND) as client:
        pid = client.record.pid
        client.open_folder()
        monkeypatch.setattr(client_module, "SILENCE_LIMIT", 1.0)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(EngineError, match="has not answered for 1 seconds and was stopped") as caught:
            client.call("about")
        assert caught.value.kind == "silent"
    assert wait_until(lambda: has_ended(pid))
    assert list((places / "tmp").iterdir()) == []


def test_a_busy_worker_says_that_it_lives(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = write_engine(places, say_nothing(8, alive_every=0.1))
    with connect_worker(command) as client:
        monkeypatch.setattr(client_module, "SILENCE_LIMIT", 5.0)
        assert client.call("about") == {"program": "slow"}
        client.call("stop")
    assert wait_until(lambda: has_ended(client.record.pid))


def test_a_host_is_told_that_its_picture_waits_for_anothers(places: Path) -> None:
    command = write_engine(places, ENDLESS)
    with connect_worker(command) as busy, connect_worker(command) as waiting:
        picture, _ = send_disc(waiting)
        begun, told = threading.Event(), threading.Event()
        thread = threading.Thread(target=_call_quietly, args=(busy, send_long_job(busy), begun))
        thread.start()
        assert begun.wait(300)

        def listen(text: str, fraction: float) -> None:
            if text == "waiting for another picture" and not told.is_set():
                told.set()
                busy.close()

        value = waiting.call("colours", ColoursRequest(picture, "u8", "known.raw"), listen)
        assert value["colours"]
        assert told.is_set()
        thread.join(60)
    stop_engine(command)


def _call_quietly(client: WorkerClient, request: RefineRequest, begun: threading.Event) -> None:
    with suppress(EngineError, OSError, ValueError):
        client.call("refine", request, lambda _text, _fraction: begun.set())


def test_an_idle_worker_ends_and_takes_everything_with_it(places: Path) -> None:
    name = name_worker(COMMAND)
    command = [*COMMAND, "worker", "--name", name, "--idle", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        said = finish_program(process)
    assert process.returncode == 0
    assert json.loads(said)["event"] == "ready"
    assert not record_path(name).exists()
    assert list((places / "tmp").iterdir()) == []


def test_a_model_file_that_was_replaced_is_not_answered_from_memory(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATTEWORK_MODELS", str(places / "models"))
    (places / "models").mkdir()
    command = write_engine(places, ENDLESS)
    with connect_worker(command) as early:
        first = early.record.pid
        request = send_long_job(early)
        answers: list[str] = []
        thread = threading.Thread(target=_note_answer, args=(early, request, answers))
        thread.start()
        (places / "models" / "u2net.onnx").write_bytes(b"another one")
        with connect_worker(command) as late:
            second = late.record.pid
            assert late.call("about")["program"]
        assert second != first
        assert not has_ended(first), "who is served by the old one is served to the end"
        early.cancel()
        thread.join(60)
    assert answers == ["Cancelled"]
    assert wait_until(lambda: has_ended(first))
    with connect_worker(command) as client:
        assert client.record.pid == second
    stop_engine(command)


def _note_answer(client: WorkerClient, request: RefineRequest, answers: list[str]) -> None:
    try:
        client.call("refine", request)
        answers.append("done")
    except EngineError as error:
        answers.append(error.kind)


def test_a_runtime_folder_that_goes_away_ends_the_worker(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        pid = client.record.pid
    shutil.rmtree(places / "run")
    assert wait_until(lambda: has_ended(pid))
    assert not (places / "run").exists(), "and it is not made again"


def test_what_a_dead_worker_left_is_swept_by_the_next(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        left = client.open_folder()
        (left / "big.raw").write_bytes(bytes(1 << 20))
        os.kill(client.record.pid, signal.SIGKILL)
        assert wait_until(lambda: has_ended(client.record.pid))
    assert left.exists()
    assert find_worker(COMMAND) is None
    with connect_worker(COMMAND):
        assert not left.parent.exists()
