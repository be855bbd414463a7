"""Unsaved work is never lost, and nothing of it lies about: drafts, a real kill, and what is recovered after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication

from editor.driving import TEST, press_soon, save_to, wait_until
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
