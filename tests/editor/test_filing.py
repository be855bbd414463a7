"""Saving and opening: real files, real dialogs' answers, a folder that is really locked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QMessageBox

import mattework
from editor.driving import Keys, answer, save_to, wait_until
from mattework_editor import drafts, preferences
from matting.scenes import draw_composite
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_the_result_is_saved_in_other_formats(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    from PIL import Image

    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (121, 100))
    driver.window.background._choose("#102030" if suffix == "tif" else None)
    save_to(monkeypatch, tmp_path / f"out.{suffix}")
    driver.window.filing.ask_save()
    driver.wait()
    with Image.open(tmp_path / f"out.{suffix}") as image:
        pixel = image.convert("RGBA").getpixel((5, 5))
    assert pixel == (16, 32, 48, 255) if suffix == "tif" else pixel[3] == 0  # type: ignore[index]


def test_strokes_that_came_with_a_cut_out_stay_what_they_made(driver: Driver, tmp_path: Path) -> None:
    """They were drawn before there was an alpha; the edge setting has it solved again when the file is opened."""
    scene = draw_composite(200)
    strokes = [
        mattework.Stroke(kind="unknown", radius=20, points=((80.0, 100.0), (150.0, 90.0))),
        mattework.Stroke(kind="foreground", radius=6, points=((120.0, 95.0),)),
        mattework.Stroke(kind="background", radius=6, points=((150.0, 80.0),)),
    ]
    edge = mattework.EdgeSettings(shift=-0.5)
    made = mattework.cut_out(scene.colour, from_mask=scene.alpha, strokes=strokes, edge=edge)
    made.save(tmp_path / "cut.psd")
    driver.open(tmp_path / "cut.psd")
    planes = driver.session.planes
    np.testing.assert_array_equal(planes.trimap.unpack(), made.trimap)
    plain = mattework.apply_recipe(
        tmp_path / "cut.psd", recipe=replace(made.recipe, edge=mattework.EdgeSettings())
    )
    np.testing.assert_allclose(planes.alpha.unpack(), plain.alpha, atol=2e-3)


def test_a_dot_in_a_name_is_no_format(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((120, 100), (121, 100))
    save_to(monkeypatch, tmp_path / "cup.v2")
    driver.window.filing.ask_save()
    driver.wait()
    assert driver.bench.target == tmp_path / "cup.v2.psd"
    assert PSDImage.open(tmp_path / "cup.v2.psd").size == (240, 200)
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    assert not driver.window.filing.ask_save()
    assert asked == ["Replace the file?"], "the file dialog knew another name"


@pytest.mark.parametrize("kind", ["gray16", "rgba", "cmyk", "one pixel"])
def test_photos_of_other_kinds_are_worked_on(driver: Driver, tmp_path: Path, kind: str) -> None:
    from PIL import Image

    rgb, alpha = draw_disc(240, 200)
    image = Image.fromarray(np.asarray(rgb))
    path = tmp_path / "photo.tif"
    if kind == "gray16":
        Image.fromarray(np.asarray(rgb)[..., 0].astype(np.uint16) * 257).save(path)
    elif kind == "rgba":
        image.putalpha(Image.fromarray((255 - 100 * np.asarray(alpha)).astype(np.uint8)))
        image.save(path)
    elif kind == "cmyk":
        image.convert("CMYK").save(path)
    else:
        image.resize((1, 1)).save(path)
    driver.open(path)
    driver.window.commands["select.subject"].trigger()
    driver.wait()
    assert driver.session.history.last is not None
    driver.drag((20, 20), (60, 60))
    driver.bench.save_file(tmp_path / "out.psd", overwrite=False)
    driver.wait()
    assert driver.session.history.is_dirty is False
    assert PSDImage.open(tmp_path / "out.psd").size == (driver.session.size.width, driver.session.size.height)


def test_the_photo_itself_is_never_overwritten(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = disc_file.read_bytes()
    driver.open(disc_file)
    save_to(monkeypatch, disc_file)
    driver.window.filing.ask_save()
    driver.wait()
    assert disc_file.read_bytes() == before
    assert "never overwritten" in driver.window.status.message.text()


def test_unsaved_work_is_asked_about(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((60, 100), (120, 100))
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    driver.window.close()
    assert asked == ["Save changes?"]
    assert driver.window.isVisible()
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    save_to(monkeypatch, tmp_path / "kept.psd")
    driver.window.close()
    wait_until(lambda: not driver.window.isVisible())
    assert PSDImage.open(tmp_path / "kept.psd")[0].name == "Photo"
    assert drafts.find_drafts() == []


def test_closing_while_a_stroke_is_solved_saves_it_too(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (121, 100), wait=False)
    assert driver.bench.is_solving
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    save_to(monkeypatch, tmp_path / "kept.psd")
    driver.window.close()
    wait_until(lambda: not driver.window.isVisible())
    mask = PSDImage.open(tmp_path / "kept.psd")[0].mask
    assert mask is not None
    assert np.asarray(mask.topil())[100, 120] == 255


def test_a_dropped_file_is_opened_and_remembered(driver: Driver, disc_file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(disc_file))])
    event = QDropEvent(
        QPointF(200, 200), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Keys.NoModifier
    )
    driver.window.dropEvent(event)
    wait_until(lambda: driver.bench.session is not None)
    driver.wait()
    assert driver.session.path == disc_file
    assert preferences.list_recent(driver.window.settings) == [disc_file]


def test_what_is_no_picture_is_a_message(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_text("not a picture")
    driver.open(path)
    assert "notes.jpg" in driver.window.status.message.text()
    assert driver.bench.session is None
    assert not driver.window.commands["file.save"].isEnabled()


READ_ONLY = """
import os, sys
from pathlib import Path
sys.path[:0] = {path!r}
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox
from editor.driving import Driver, wait_until
from mattework_editor.app import make_application
from mattework_editor.window import EditorWindow

application = make_application()
window = EditorWindow()
window.show()
driver = Driver(window)
locked, free = Path({locked!r}), Path({free!r})
driver.open(locked / "photo.png")
window.commands["tool.ForegroundBrush"].trigger()
driver.drag((100, 100), (140, 100))
asked = []

def save_as(parent, title, start, kinds):
    asked.append(str(Path(start).parent))
    return str((locked if len(asked) == 1 else free) / "out.psd"), "Photoshop (*.psd)"

def press():
    box = QApplication.activeModalWidget()
    if not isinstance(box, QMessageBox):
        QTimer.singleShot(20, press)
        return
    print(box.text(), "|", box.informativeText(), flush=True)
    button = [one for one in box.buttons() if box.buttonRole(one) == QMessageBox.ButtonRole.AcceptRole][0]
    button.click()

QFileDialog.getSaveFileName = save_as
QMessageBox.question = lambda *_: QMessageBox.StandardButton.Save
QTimer.singleShot(20, press)
window.close()  # saves first, into the folder that cannot be written to, then into the other, and closes then
wait_until(lambda: not window.isVisible())
print(os.access(locked, os.W_OK), asked[0] == str(locked), (free / "out.psd").is_file())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of Unix")
def test_a_folder_that_cannot_be_written_to_is_told_and_another_offered(
    worker_places: None, disc_file: Path, tmp_path: Path
) -> None:
    locked, free = tmp_path / "locked", tmp_path / "free"
    locked.mkdir()
    free.mkdir()
    (locked / "photo.png").write_bytes(disc_file.read_bytes())
    locked.chmod(0o555)
    command = [sys.executable]
    if os.geteuid() == 0:  # for root nothing is locked, unless it leaves that power
        if shutil.which("setpriv") is None:
            pytest.skip("is root, and needs setpriv to leave root's power over permissions")
        power = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={power}", f"--inh-caps={power}", *command]
    paths = [str(ROOT / folder) for folder in ("tests", "plugin", "core")]
    script = READ_ONLY.format(path=paths, locked=str(locked), free=str(free))
    try:
        done = subprocess.run(
            [*command, "-c", script], env=dict(os.environ), capture_output=True, text=True, timeout=120
        )
    finally:
        locked.chmod(0o755)
    assert done.returncode == 0, done.stderr
    message, outcome = done.stdout.splitlines()
    assert message.startswith("“out.psd” cannot be saved there. |")
    assert "no permission to write in the folder" in message
    assert outcome == "False False True"
    assert [one.name for one in locked.iterdir()] == ["photo.png"]
    assert PSDImage.open(free / "out.psd")[0].name == "Photo"


def test_a_name_with_an_ampersand_is_read_whole_among_recent_files(driver: Driver, disc_file: Path) -> None:
    photo = disc_file.rename(disc_file.with_name("Tom & Jerry.png"))
    driver.open(photo)
    menu = driver.window.filing.recent_menu
    menu.aboutToShow.emit()
    assert menu.actions()[0].text() == "Tom && Jerry.png"
    assert menu.actions()[0].iconText() == "Tom & Jerry.png"


def test_who_stays_after_all_is_not_sent_away_by_an_earlier_answer(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=30)
    kept = tmp_path / "kept.psd"
    save_to(monkeypatch, kept)
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    driver.bench.find_subject()
    driver.window.close()  # the saving waits for the model
    answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    driver.window.close()
    wait_until(kept.is_file)
    driver.wait()
    assert driver.window.isVisible()
