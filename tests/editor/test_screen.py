"""`mattework edit` on a real X screen, driven from outside by xdotool."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from mattework import parse_recipe

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)
pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)


def wait_for(find: Callable[[], str | None], seconds: float = 40.0) -> str:
    end = time.monotonic() + seconds
    while (found := find()) is None:
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
    return found


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """The environment of a screen of this test's own."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1200x800x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as stream:
        number = stream.readline().strip()
    environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    yield environment
    server.terminate()
    server.wait(10)


def test_the_command_opens_a_window_that_a_hand_can_paint_in(
    screen: dict[str, str], worker_places: None, disc_file: Path, tmp_path: Path
) -> None:
    def tool(*words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=screen, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    log = tmp_path / "log"
    with log.open("w") as words:
        editor = subprocess.Popen(
            [sys.executable, "-m", "mattework", "edit", str(disc_file)],
            env={**screen, "TMPDIR": os.environ["TMPDIR"]},
            stderr=words,
        )
    try:
        # The title gets the file's name when it is open.
        window = wait_for(lambda: tool("search", "--onlyvisible", "--name", "^disc.png") or None).split()[0]
        tool("windowfocus", "--sync", window)
        tool("mousemove", "--sync", "400", "380")
        tool("key", "b")
        tool("mousedown", "1")
        for x in range(410, 480, 10):
            tool("mousemove", "--sync", str(x), "380")
        tool("mouseup", "1")

        def find_draft() -> str | None:
            files = list((tmp_path / "drafts").glob("*.draft"))
            return str(files[0]) if files else None

        draft = msgspec.msgpack.decode(Path(wait_for(find_draft)).read_bytes())
        (stroke,) = parse_recipe(draft["recipe"]).strokes
        assert stroke.kind == "foreground"
        assert stroke.points[-1][0] - stroke.points[0][0] == pytest.approx(70, abs=2)

        tool("key", "ctrl+z")
        wait_for(lambda: "undone" if find_draft() is None else None)  # nothing unsaved is left
        tool("key", "ctrl+q")
        assert editor.wait(20) == 0
    finally:
        if editor.poll() is None:
            editor.kill()
            editor.wait()
    assert "Traceback" not in log.read_text(encoding="utf-8")
