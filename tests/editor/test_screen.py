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
from PIL import Image

from mattework import parse_recipe
from mattework.cli.toolkit import find_missing_library
from x_server import run_xvfb

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)
pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
)

ROOT = Path(__file__).resolve().parents[2]


def wait_for(find: Callable[[], str | None], seconds: float = 40.0) -> str:
    end = time.monotonic() + seconds
    while (found := find()) is None:
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
    return found


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """The environment of a screen of this test's own."""
    with run_xvfb(1200, 800) as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.environ", environment)
            missing = find_missing_library()
        if missing is not None:
            pytest.skip(f"windows cannot be opened here: {missing}")
        yield environment


DRAGGED_FROM = """
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from editor.driving import TEST, Driver
from mattework_editor.app import make_application
from mattework_editor.window import EditorWindow

application = make_application()
window = EditorWindow()
window.resize(1000, 500)
window.show()
TEST.qWaitForWindowExposed(window)
driver = Driver(window)
driver.open(Path({photo!r}))
window.commands["tool.ForegroundBrush"].trigger()
driver.canvas.set_radius(30)
driver.drag((120, 100), (121, 100))
driver.session.history.mark_saved()
handle = window.toolbar.drag_handle
place = handle.mapToGlobal(handle.rect().center())
print(place.x(), place.y(), flush=True)
application.exec()
"""

DROPPED_ON = """
import sys
from pathlib import Path
from PyQt6.QtWidgets import QApplication, QWidget

class Target(QWidget):
    def dragEnterEvent(self, event):
        event.acceptProposedAction()

    def dropEvent(self, event):
        data = event.mimeData()
        Path({into!r}, "dropped.png").write_bytes(bytes(data.data("image/png").data()))
        Path({into!r}, "dropped.txt").write_text(data.urls()[0].toLocalFile(), encoding="utf-8")
        event.acceptProposedAction()

application = QApplication(["target"])
target = Target()
target.setAcceptDrops(True)
target.setGeometry(300, 550, 400, 200)
target.show()
print("ready", flush=True)
application.exec()
"""


TYPED_INTO = """
import sys
sys.path[:0] = {path!r}
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication
from mattework_editor.panels.number_box import NumberBox

application = QApplication([])
box = NumberBox()
box.show()
for key in (Qt.Key.Key_E, Qt.Key.Key_K, Qt.Key.Key_A):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.ControlModifier)
    event.ignore()
    QApplication.sendEvent(box, event)
    print("the field's" if event.isAccepted() else "the window's", flush=True)
"""


def test_numbers_leave_export_and_the_list_of_commands_their_keys(screen: dict[str, str]) -> None:
    """On X11, and nowhere else, text fields take Ctrl+E and Ctrl+K for themselves."""
    paths = [str(ROOT / folder) for folder in ("tests", "plugin", "core")]
    script = TYPED_INTO.format(path=paths)
    done = subprocess.run(
        [sys.executable, "-c", script], env=screen, stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout.splitlines() == ["the window's", "the window's", "the field's"]


def test_the_cut_out_is_dragged_into_another_program(
    screen: dict[str, str], worker_places: None, disc_file: Path, tmp_path: Path
) -> None:
    def tool(*words: str) -> None:
        subprocess.run(["xdotool", *words], env=screen, check=False)

    paths = [str(ROOT / folder) for folder in ("tests", "plugin", "core")]
    environment = {**screen, "TMPDIR": os.environ["TMPDIR"]}
    scripts = (
        DRAGGED_FROM.format(path=paths, photo=str(disc_file)),
        DROPPED_ON.format(into=str(tmp_path)),
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True)
        for script in scripts
    ]
    try:
        lines = [program.stdout.readline() for program in programs if program.stdout is not None]
        x, y = lines[0].split()
        assert lines[1] == "ready\n"
        dropped = tmp_path / "dropped.txt"
        tool("mousemove", "--sync", x, y)
        tool("mousedown", "1")
        tool("mousemove", "--sync", str(int(x) + 30), str(int(y) + 40))
        time.sleep(1)  # the picture is made meanwhile, and the drag begins
        for step in range(9):
            tool("mousemove", "--sync", str(400 + 10 * step), str(580 + 5 * step))
        tool("mouseup", "1")
        name = wait_for(lambda: dropped.read_text(encoding="utf-8") if dropped.is_file() else None)
        assert Path(name).name == "disc.cutout.png"
        assert (tmp_path / "dropped.png").read_bytes() == Path(name).read_bytes()
        with Image.open(name) as image:
            assert image.mode == "RGBA"
            assert 58 <= image.width <= 66
    finally:
        for program in programs:
            program.kill()
            program.communicate()


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
        # Shown when this fails.
        print(editor.poll(), tool("search", "--name", "."), log.read_text(encoding="utf-8"))
        if editor.poll() is None:
            editor.kill()
            editor.wait()
    assert "Traceback" not in log.read_text(encoding="utf-8")
