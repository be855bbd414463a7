"""Unsaved work is never lost, and nothing of it lies about: drafts, a real kill, and what is recovered after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QMessageBox

from editor.driving import TEST, answer, list_messages, press_soon, save_to, wait_until
from mattework import resolve_region
from mattework_editor import drafts

if TYPE_CHECKING:
    from editor.driving import Driver

ROOT = Path(__file__).resolve().parents[2]

CRASH = """
import os, sys, signal
from pathlib import Path
import numpy as np
sys.path[:0] = {path!r}
from editor.driving import Driver, wait_until
from PyQt6.QtCore import QMimeData, Qt
from PyQt6.QtGui import QGuiApplication, QImage
from mattework_editor import drafts
from mattework_editor.app import make_application
from mattework_editor.window import EditorWindow

application = make_application()
window = EditorWindow()
window.resize(1000, 700)
window.show()
driver = Driver(window)
photo = Path({photo!r})
if {pasted}:
    clipboard = QGuiApplication.clipboard()
    data = QMimeData()
    data.setData("image/png", photo.read_bytes())
    data.setImageData(QImage(str(photo)))
    clipboard.setMimeData(data)
    window.commands["edit.paste"].trigger()
    photo.unlink()
    driver.wait()
else:
    driver.open(photo)
driver.key(Qt.Key.Key_B)
driver.drag((100, 100), (140, 100))
driver.key(Qt.Key.Key_R)
driver.drag((60, 100), (80, 60))
wait_until(lambda: any(drafts.drafts_folder().glob("*.draft")))
np.save({alpha!r}, driver.session.planes.alpha.unpack())
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
@pytest.mark.parametrize("by_name", [False, True])
def test_work_survives_a_kill(driver: Driver, disc_file: Path, tmp_path: Path, by_name: bool) -> None:
    alpha = tmp_path / "alpha.npy"
    paths = [str(ROOT / folder) for folder in ("tests", "plugin", "core")]
    script = CRASH.format(path=paths, photo=str(disc_file), alpha=str(alpha), pasted=False)
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ), check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    asked = press_soon("Recover")
    if by_name:
        driver.open(disc_file)
    else:
        driver.window.filing.offer_drafts()
        driver.wait()
    assert asked == ["Recover unsaved work?"]
    assert [stroke.kind for stroke in driver.session.recipe.strokes] == ["foreground", "unknown"]
    np.testing.assert_allclose(driver.session.planes.alpha.unpack(), np.load(alpha), atol=2e-3)
    assert driver.session.history.is_dirty
    assert driver.window.isWindowModified()


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_a_pasted_picture_survives_a_kill(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mattework import open_document

    pixels = next(open_document(disc_file).walk_layers()).pixels.copy()
    alpha = tmp_path / "alpha.npy"
    paths = [str(ROOT / folder) for folder in ("tests", "plugin", "core")]
    script = CRASH.format(path=paths, photo=str(disc_file), alpha=str(alpha), pasted=True)
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ), check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert not disc_file.exists(), "the picture was nowhere but on the clipboard"
    press_soon("Recover")
    driver.window.filing.offer_drafts()
    driver.wait()
    np.testing.assert_array_equal(driver.session.photo.colour, pixels)
    np.testing.assert_allclose(driver.session.planes.alpha.unpack(), np.load(alpha), atol=2e-3)
    assert driver.session.path is None
    assert driver.bench.target is None
    assert driver.window.windowTitle().startswith("Untitled")
    assert driver.session.history.is_dirty
    save_to(monkeypatch, tmp_path / "kept.psd")
    driver.window.filing.save()
    driver.wait()
    assert [layer.name for layer in PSDImage.open(tmp_path / "kept.psd")] == ["Photo", "Clean colours"]
    assert list(drafts.drafts_folder().iterdir()) == [], "nothing of it is left"


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from mattework import Recipe, RecipeInputs
from mattework_editor import drafts
from mattework_editor.session import Choices

drafts.write_draft(drafts.name_draft(), Path({photo!r}), Choices(Recipe(), RecipeInputs()))
print("written", flush=True)
sys.stdin.read()
"""


def test_a_draft_is_of_its_process_and_of_no_other_with_its_number(disc_file: Path) -> None:
    paths = [str(ROOT / folder) for folder in ("plugin", "core")]
    script = WRITER.format(path=paths, photo=str(disc_file))
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == b"written"
        assert drafts.find_drafts() == [], "it is worked on"
        writer.kill()
    (file,) = drafts.drafts_folder().glob("*.draft")
    assert [one.file for one in drafts.find_drafts()] == [file]
    (stored,) = read_drafts()
    file.write_bytes(
        msgspec.msgpack.encode({**stored, "pid": os.getppid()})
    )  # as after the system was started again
    (draft,) = drafts.find_drafts()
    assert draft.path == disc_file.resolve()
    drafts.write_draft(file, draft.path, draft.choices)
    drafts.delete_draft(file)
    assert list(drafts.drafts_folder().iterdir()) == []


def test_drafts_of_versions_that_knew_no_locks_are_known_by_their_process(disc_file: Path) -> None:
    from mattework import Recipe, RecipeInputs
    from mattework_editor.session import Choices

    file = drafts.name_draft()
    drafts.write_draft(file, disc_file, Choices(Recipe(), RecipeInputs()))
    (stored,) = read_drafts()
    drafts.delete_draft(file)
    for pid, count in ((os.getppid(), 0), (2**22 + 1, 1)):
        file.write_bytes(msgspec.msgpack.encode({**stored, "pid": pid}))
        assert len(drafts.find_drafts()) == count


def test_what_a_killed_process_had_half_written_is_cleared_away() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    folder = drafts.drafts_folder()
    folder.mkdir(parents=True, exist_ok=True)
    gone = folder / f".draft-{int(ended.stdout)}-x"
    own, running = folder / f".draft-{os.getpid()}-x", folder / f".draft-{os.getppid()}-x"
    for one in (gone, own, running):
        one.write_bytes(b"half")
    assert drafts.find_drafts() == []
    assert {one.name for one in folder.iterdir()} == {own.name, running.name}


def test_a_draft_that_is_given_up_while_it_is_written_does_not_come_back(
    driver: Driver, disc_file: Path
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((100, 100), (140, 100))
    drafting = driver.bench.drafting
    with drafting._writing:  # the disk is slow
        drafting._write()
        drafting.discard()
    wait_until(lambda: not driver.bench.tasks.running)
    assert not list(drafts.drafts_folder().glob("*"))


def test_pictures_whose_drafts_were_never_written_are_cleared_away(driver: Driver) -> None:
    lost = drafts.name_draft().with_suffix(".psd")
    lost.parent.mkdir(parents=True, exist_ok=True)
    lost.write_bytes(b"")
    assert drafts.find_drafts() == []
    assert lost.exists(), "another process may be about to write the draft"
    os.utime(lost, (0, 0))
    assert drafts.find_drafts() == []
    assert not lost.exists()


def test_a_draft_that_goes_while_drafts_are_looked_for_is_passed_over(worker_places: None) -> None:
    gone = drafts.name_draft()
    gone.parent.mkdir(parents=True, exist_ok=True)
    for name in (gone, gone.with_suffix(".psd"), gone.with_name("other.psd")):
        name.symlink_to(gone.with_name("nowhere"))  # listed, and not there when it is asked about
    assert drafts.find_drafts() == []


def test_unsaved_work_is_deleted_only_by_the_button_that_says_so(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    drafts.write_draft(drafts.name_draft(), disc_file, driver.session.choices)
    press_soon("Later")
    driver.window.filing.offer_drafts()
    assert len(drafts.find_drafts()) == 1
    QTimer.singleShot(100, lambda: TEST.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape))
    driver.window.filing.offer_drafts()
    assert len(drafts.find_drafts()) == 1
    asked = press_soon("Delete It")
    driver.window.filing.offer_drafts()
    assert asked == ["Recover unsaved work?"]
    assert drafts.find_drafts() == []


def read_drafts() -> list[dict[str, Any]]:
    return [msgspec.msgpack.decode(one.read_bytes()) for one in drafts.drafts_folder().glob("*.draft")]


def wait_for_drafts(driver: Driver) -> None:
    driver.wait()
    TEST.qWait(500)
    wait_until(lambda: not driver.bench.tasks.running)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")
def test_work_on_a_photo_whose_name_is_no_text_is_kept(driver: Driver, disc_file: Path) -> None:
    photo = disc_file.rename(disc_file.with_name(os.fsdecode(b"Gr\xfc\xdfe.png")))
    driver.open_painted(photo, radius=20)
    wait_for_drafts(driver)
    assert [draft.path for draft in drafts.find_drafts()] == [photo]


def test_a_draft_whose_names_are_no_names_is_passed_over(driver: Driver, disc_file: Path) -> None:
    driver.open_painted(disc_file, radius=20)
    wait_for_drafts(driver)
    (stored,) = read_drafts()
    (file,) = drafts.drafts_folder().glob("*.draft")
    for path in ("\0no", "a\0b"):
        file.write_bytes(msgspec.msgpack.encode({**stored, "path": path}))
        assert drafts.find_drafts() == []


def test_recovered_work_is_not_offered_to_another_window(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    file = drafts.name_draft()
    drafts.write_draft(file, disc_file, driver.session.choices)
    (stored,) = read_drafts()
    file.write_bytes(msgspec.msgpack.encode({**stored, "pid": 2**22 + 1}))
    (draft,) = drafts.find_drafts()
    driver.window.open_path(draft.path, draft)
    wait_for_drafts(driver)
    (stored,) = read_drafts()
    assert stored["pid"] == os.getpid()


def test_a_stroke_that_is_taken_back_while_it_is_solved_is_in_no_draft(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=20)
    go_on = threading.Event()

    def solve_slowly(*args: Any, **options: Any) -> Any:
        go_on.wait(20)
        return resolve_region(*args, **options)

    monkeypatch.setattr("mattework_editor.strokes.resolve_region", solve_slowly)
    driver.drag((60, 40), (70, 40), wait=False)
    wait_until(lambda: bool(driver.session.planes.trimap[40:41, 65:66].all()))
    wait_until(lambda: any(len(json.loads(one["recipe"])["strokes"]) == 2 for one in read_drafts()), 5)
    driver.window.undo()
    go_on.set()
    wait_for_drafts(driver)
    assert [len(json.loads(one["recipe"])["strokes"]) for one in read_drafts()] == [1]


def test_work_that_stays_because_the_other_file_cannot_be_read_is_kept(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=20)
    wait_for_drafts(driver)
    assert len(read_drafts()) == 1
    answer(monkeypatch, QMessageBox.StandardButton.Discard)
    broken = disc_file.with_name("broken.jpg")
    broken.write_text("no picture")
    driver.open(broken)
    wait_for_drafts(driver)
    assert driver.session.path == disc_file
    assert driver.session.history.is_dirty
    assert len(read_drafts()) == 1


def test_what_the_system_refuses_is_told_of_that_which_it_refused(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    driver.open_painted(disc_file, radius=20)
    wait_for_drafts(driver)
    monkeypatch.setattr("tempfile.mkdtemp", fill_disk)
    driver.window.toolbar.drag_handle._prepare()
    driver.wait()
    assert "The system did not allow this: [Errno 28]" in list_messages()
    assert "unsaved work" not in list_messages()
    monkeypatch.setattr("tempfile.mkstemp", fill_disk)
    driver.drag((60, 40), (70, 40))
    wait_for_drafts(driver)
    assert "The unsaved work cannot be kept safe: [Errno 28]" in list_messages()
