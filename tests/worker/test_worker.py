"""The worker as a host meets it: a real process, real kills, real intruders."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from mattework.worker import client as client_module
from mattework.worker import launch as launch_module
from mattework.worker.client import WorkerClient, connect_worker, find_worker
from mattework.worker.launch import name_worker
from mattework.worker.protocol import (
    PROTOCOL,
    AdjustRequest,
    ColoursRequest,
    CutRequest,
    EdgeOptions,
    EngineError,
    Picture,
    RefineRequest,
)
from mattework.worker.rendezvous import read_record, record_path
from samples import draw_disc
from worker.conftest import COMMAND

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and permissions are those of Unix")


def send_disc(client: WorkerClient, width: int = 96, height: int = 80) -> tuple[Picture, Path]:
    """A disc and its true mask (u8) in the connection's folder, as picture.raw and known.raw."""
    rgb, alpha = draw_disc(width, height)
    folder = client.open_folder()
    rgb.tofile(folder / "picture.raw")
    np.rint(alpha * 255).astype(np.uint8).tofile(folder / "known.raw")
    return Picture("picture.raw", width, height, 3, False, "u8"), folder


def send_long_job(client: WorkerClient) -> RefineRequest:
    """A request that takes many seconds: noise, all of it unknown but two corners."""
    side = 700
    folder = client.open_folder()
    np.random.default_rng(1).integers(0, 255, (side, side, 3), np.uint8).tofile(folder / "noise.raw")
    band = np.full((side, side), 255, np.uint8)
    band[:20, :20] = band[-20:, -20:] = 0
    known = np.zeros_like(band)
    known[:20, :20] = 255
    band.tofile(folder / "band.raw")
    known.tofile(folder / "known.raw")
    picture = Picture("noise.raw", side, side, 3, False, "u8")
    return RefineRequest(picture, "u8", "band.raw", "u8", existing="known.raw", solver="closed-form")


def wait_until(is_so: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.05)
    return is_so()


def has_ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def test_a_picture_is_cut_and_the_next_call_finds_the_same_warm_worker(places: Path) -> None:
    steps: list[tuple[str, float]] = []
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        request = CutRequest(picture, "u8", edge=EdgeOptions(solver="guided"))
        value = client.call("cut", request, lambda *step: steps.append(step))
        mask = np.fromfile(folder / value["mask"], np.uint8).reshape(80, 96)
        colours = np.fromfile(folder / value["colours"], np.uint8)
        first = client.record.pid
    _, truth = draw_disc()
    assert np.abs(mask / 255 - truth).mean() < 0.02
    assert colours.size == 96 * 80 * 3
    assert json.loads(value["recipe"])["subject"]["model"] == "mattework-subject"
    fractions = [fraction for _, fraction in steps]
    assert fractions == sorted(fractions)
    assert "finding the subject" in {text for text, _ in steps}
    assert wait_until(lambda: not folder.exists()), "the raw files go when the client goes"
    with connect_worker(COMMAND) as again:
        assert again.record.pid == first


def test_an_edge_is_adjusted_and_only_work_that_is_lost_is_told(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        value = client.call("cut", CutRequest(picture, "u8", edge=EdgeOptions(solver="guided")))
        mask = (folder / value["mask"]).read_bytes()
        (folder / "own.raw").write_bytes(mask)
        request = AdjustRequest(
            picture,
            "u8",
            value["recipe"],
            value["soft_mask"],
            edge=EdgeOptions(solver="guided", shift=-2.0),
            existing="own.raw",
        )
        adjusted = client.call("adjust", request)
        assert not [note for note in adjusted["notes"] if "mask" in note]
        assert sum((folder / adjusted["mask"]).read_bytes()) < sum(mask)
        (folder / "own.raw").write_bytes(bytes(100) + mask[100:-1] + b"\x07")
        assert any("changed after it was cut" in note for note in client.call("adjust", request)["notes"])


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


def write_engine(places: Path, before: str) -> tuple[str, ...]:
    """A worker of ours that is slow or unlucky: `before` runs in it first, with `starts` saying how many came before."""
    path = places / "engine.py"
    path.write_text(
        "import json, os, pathlib, sys, time\n"
        "import mattework.worker.server as server\n"
        "from mattework.worker.rendezvous import WorkerRecord, lock_path, open_listener, take_lock, write_record\n"
        "name = sys.argv[sys.argv.index('--name') + 1]\n"
        f"counter = pathlib.Path({str(places / 'starts')!r})\n"
        "starts = int(counter.read_text()) if counter.exists() else 0\n"
        "counter.write_text(str(starts + 1))\n"
        f"{before}\n"
        "sys.exit(server.serve(name, 30))\n",
        encoding="utf-8",
    )
    return (sys.executable, "-P", str(path))


def stop_engine(command: tuple[str, ...]) -> None:
    client = find_worker(command)
    assert client is not None
    with client:
        client.call("stop")
    assert wait_until(lambda: has_ended(client.record.pid))


def test_a_worker_that_is_slow_to_greet_is_waited_for(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "GLANCE_EVERY", 0.1)
    slow = "describe = server.describe_installation\nserver.describe_installation = lambda: time.sleep(1) or describe()"
    command = write_engine(places, slow)
    with connect_worker(command) as client:
        assert client.call("about")["program"]
    assert (places / "starts").read_text() == "1", "and no second one is started meanwhile"
    stop_engine(command)


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


def test_cancelling_ends_the_job_and_leaves_the_connection_usable(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        request = send_long_job(client)

        def cancel(text: str, fraction: float) -> None:
            client.cancel()

        started = time.monotonic()
        with pytest.raises(EngineError) as caught:
            client.call("refine", request, cancel)
        assert caught.value.kind == "Cancelled"
        assert time.monotonic() - started < 60
        assert client.call("about")["protocol"] == PROTOCOL


def test_closing_ends_a_call_that_waits_and_the_job_at_once(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two lines of the worker: this one is silent for eight seconds."""
    quiet = "import mattework.worker.jobs as jobs\njobs.describe_engine = lambda: time.sleep(8)\nserver.ALIVE_EVERY = 60.0"
    command = write_engine(places, quiet)
    with connect_worker(command) as client:
        folder = client.open_folder(warm=False)
        ended: list[tuple[str, float]] = []

        def ask() -> None:
            with pytest.raises(EngineError) as caught:
                client.call("about")
            ended.append((caught.value.kind, time.monotonic()))

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.5)
        closed = time.monotonic()
        client.close()
        thread.join(30)
        assert [kind for kind, _ in ended] == ["closed"]
        assert ended[0][1] - closed < 4
        assert folder.exists(), "the worker's, as long as it lives"
    with connect_worker(command) as client:
        client.call("stop")
    assert wait_until(lambda: has_ended(client.record.pid), 20)


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
        threading.Timer(0.5, os.kill, (client.record.pid, signal.SIGKILL)).start()
        with pytest.raises(EngineError, match="ended while it worked") as caught:
            client.call("refine", request)
        assert caught.value.kind == "died"
    assert list((places / "tmp").iterdir()) == []
    with connect_worker(COMMAND) as client:
        assert client.call("about")["program"], "the next call starts another"


def test_a_worker_that_hangs_is_stopped_and_named(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "SILENCE_LIMIT", 3.0)
    with connect_worker(COMMAND) as client:
        pid = client.record.pid
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(EngineError, match="has not answered") as caught:
            client.call("about")
        assert caught.value.kind == "silent"
    assert wait_until(lambda: has_ended(pid))


def test_a_busy_worker_says_that_it_lives(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "SILENCE_LIMIT", 4.0)
    with connect_worker(COMMAND) as busy, connect_worker(COMMAND) as waiting:
        texts: list[str] = []
        picture, _ = send_disc(waiting)
        begun = threading.Event()
        thread = threading.Thread(target=_call_quietly, args=(busy, send_long_job(busy), begun))
        thread.start()
        assert begun.wait(30)
        threading.Timer(5.5, busy.close).start()
        value = waiting.call(
            "colours", ColoursRequest(picture, "u8", "known.raw"), lambda t, f: texts.append(t)
        )
        assert value["colours"]
        assert "waiting for another picture" in texts
        thread.join(20)


def _call_quietly(client: WorkerClient, request: RefineRequest, begun: threading.Event) -> None:
    with suppress(EngineError, OSError, ValueError):
        client.call("refine", request, lambda _text, _fraction: begun.set())


def test_an_idle_worker_ends_and_takes_everything_with_it(places: Path) -> None:
    name = name_worker(COMMAND)
    done = subprocess.run(
        [*COMMAND, "worker", "--name", name, "--idle", "1"], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["event"] == "ready"
    assert not record_path(name).exists()
    assert list((places / "tmp").iterdir()) == []


def test_a_worker_that_is_ending_is_followed_by_the_next(places: Path) -> None:
    for _ in range(3):
        with connect_worker(COMMAND) as client:
            client.call("stop")
        with connect_worker(COMMAND) as client:
            assert client.call("about")["program"]


def test_a_model_file_that_was_replaced_is_not_answered_from_memory(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATTEWORK_MODELS", str(places / "models"))
    (places / "models").mkdir()
    with connect_worker(COMMAND) as early:
        first = early.record.pid
        request = send_long_job(early)
        answers: list[str] = []
        thread = threading.Thread(target=_note_answer, args=(early, request, answers))
        thread.start()
        (places / "models" / "u2net.onnx").write_bytes(b"another one")
        with connect_worker(COMMAND) as late:
            second = late.record.pid
            assert late.call("about")["program"]
        assert second != first
        assert not has_ended(first), "who is served by the old one is served to the end"
        early.cancel()
        thread.join(20)
    assert answers == ["Cancelled"]
    assert wait_until(lambda: has_ended(first))
    with connect_worker(COMMAND) as client:
        assert client.record.pid == second


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


def open_raw(name: str) -> socket.socket:
    record = read_record(name)
    assert record is not None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(10)
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
        with socket.create_connection(("127.0.0.1", port), 10) as page:
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
            "s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1]); print(s.recv(100))\n"
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


def test_refusals_are_sentences_and_the_connection_goes_on(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        with pytest.raises(EngineError, match="cannot 'fly'"):
            client.call("fly")
        picture, folder = send_disc(client)
        with pytest.raises(EngineError, match="not the name of a file"):
            client.call("colours", ColoursRequest(picture, "u8", "../../etc/passwd"))
        with pytest.raises(EngineError, match="has 7680 bytes"):
            client.call("colours", ColoursRequest(picture, "u16", "known.raw"))
        with pytest.raises(EngineError, match="cannot be read"):
            client.call("cut", {"picture": 3, "sample": "u8"})
        assert (folder / "picture.raw").exists()


def test_the_edge_is_solved_only_where_the_band_says_so(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        _, truth = draw_disc()
        known = np.where(truth > 0.5, 255, 0).astype(np.uint8)  # a mask with its soft edge lost
        known.tofile(folder / "known.raw")
        band = np.zeros((80, 96), np.uint8)
        band[:, :48] = (np.abs(truth[:, :48] - 0.5) < 0.5) * np.uint8(255)
        band.tofile(folder / "band.raw")
        request = RefineRequest(picture, "u8", "band.raw", "u8", existing="known.raw")
        value = client.call("refine", request)
        mask = np.fromfile(folder / value["mask"], np.uint8).reshape(80, 96)
    assert (mask[band == 0] == known[band == 0]).all()
    inside = band > 0
    better = np.abs(mask[inside] / 255 - truth[inside]).mean()
    assert better < 0.5 * np.abs(known[inside] / 255 - truth[inside]).mean()


def test_a_selection_with_nothing_known_around_it_is_refused(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        np.full((80, 96), 255, np.uint8).tofile(folder / "band.raw")
        with pytest.raises(EngineError, match="Outside the selection"):
            client.call("refine", RefineRequest(picture, "u8", "band.raw", "u8", existing="known.raw"))


def test_a_full_disk_is_told_and_nothing_stays(places: Path) -> None:
    """The raw files lie on a disk of one megabyte, which the picture fills and its colours would burst."""
    if os.getuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("a small disk can only be made by root, where mounting is allowed")
    script = (
        "import sys\n"
        "from mattework.worker.client import connect_worker\n"
        "from mattework.worker.protocol import ColoursRequest, EngineError, Picture\n"
        f"client = connect_worker({COMMAND!r}); folder = client.open_folder()\n"
        "(folder / 'picture.raw').write_bytes(bytes(500 * 500 * 3))\n"
        "(folder / 'known.raw').write_bytes(bytes(range(250)) * 1000)\n"
        "request = ColoursRequest(Picture('picture.raw', 500, 500, 3, False, 'u8'), 'u8', 'known.raw')\n"
        "try: client.call('colours', request)\n"
        "except EngineError as error: print(error)\n"
        "print(client.call('about')['protocol']); client.call('stop')\n"
    )
    mount = f"mount -t tmpfs -o size=1100k none '{places / 'tmp'}'; exec \"$@\""
    command = [
        "unshare",
        "-m",
        "--propagation",
        "private",
        "sh",
        "-ec",
        mount,
        "sh",
        sys.executable,
        "-c",
        script,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "The disk is full" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == str(PROTOCOL), "the worker lives on"
