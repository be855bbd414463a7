"""What is dragged out of the window: made when the handle is pressed, once for what is seen, read with another library."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QGuiApplication

from editor.driving import LEFT, TEST, Keys
from mattework_editor.drag_out import PREFIX, make_data, name_file

if TYPE_CHECKING:
    from editor.driving import Driver


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, worker_places: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def list_made(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{PREFIX}*/*"))


def test_pressing_the_handle_makes_the_picture_once_for_what_is_seen(
    driver: Driver, disc_file: Path, own_temporary_folder: Path
) -> None:
    handle = driver.window.toolbar.drag_handle
    assert not handle.isEnabled()
    driver.open(disc_file)
    assert not handle.isEnabled(), "nothing is cut out yet"
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (121, 100))
    assert handle.isEnabled()
    for _ in range(2):
        TEST.mousePress(handle, LEFT)
        driver.wait()
        TEST.mouseRelease(handle, LEFT)
    assert "Hold the button down" in driver.window.status.message.text()
    (made,) = list_made(own_temporary_folder)
    assert made.name == "disc.cutout.png"
    driver.drag((60, 60), (61, 60))
    TEST.mousePress(handle, LEFT)
    TEST.mouseMove(handle, QPoint(60, 60))
    TEST.mouseRelease(handle, LEFT)
    assert "not ready yet" in driver.window.status.message.text()
    driver.wait()
    assert len(list_made(own_temporary_folder)) == 2
    assert made.is_file(), "another program may still read it"


def test_what_is_dragged_is_a_file_and_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a photo.cutout.png"
    Image.new("RGBA", (4, 4)).save(path)
    data = make_data(path)
    assert data.formats() == ["text/uri-list", "image/png"]
    assert data.urls()[0].toLocalFile() == str(path)
    assert bytes(data.data("image/png").data()) == path.read_bytes()


def test_a_picture_of_16_bits_keeps_them(driver: Driver, tmp_path: Path, own_temporary_folder: Path) -> None:
    from mattework import open_document
    from mattework.formats.files import save_document
    from samples import draw_disc

    rgb, _ = draw_disc(240, 200)
    deep = tmp_path / "deep.png"
    document = open_document(_save_rgb(tmp_path / "disc.png", rgb))
    save_document(document, deep, bits=16)
    driver.open(deep)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (121, 100))
    TEST.mousePress(driver.window.toolbar.drag_handle, LEFT)
    driver.wait()
    TEST.mouseRelease(driver.window.toolbar.drag_handle, LEFT)
    (made,) = list_made(own_temporary_folder)
    assert open_document(made).depth == 16


def _save_rgb(path: Path, rgb: object) -> Path:
    Image.fromarray(np.asarray(rgb)).save(path)
    return path


def test_by_key_it_is_copied(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((120, 100), (121, 100))
    driver.key(Qt.Key.Key_Space, Keys.NoModifier, driver.window.toolbar.drag_handle)
    driver.wait()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    data = clipboard.mimeData()
    assert data is not None
    assert "image/png" in data.formats()


def test_pictures_of_yesterday_are_cleared_away(own_temporary_folder: Path) -> None:
    old, young = name_file(None), name_file(Path("shoe.cutout.psd"))
    assert (old.name, young.name) == ("cutout.png", "shoe.cutout.png")
    before = time.time() - 2 * 24 * 3600
    os.utime(old.parent, (before, before))
    name_file(None)
    assert not old.parent.exists()
    assert young.parent.exists()


def test_a_folder_that_another_window_takes_away_meanwhile_is_passed_over(own_temporary_folder: Path) -> None:
    gone = own_temporary_folder / f"{PREFIX}gone"
    gone.symlink_to(own_temporary_folder / "nowhere")  # listed, and not there when it is asked about
    assert name_file(None).parent.is_dir()
