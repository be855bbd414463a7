"""Clipboard and export, read back with other libraries."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QEvent, QMimeData, Qt, QTimer
from PyQt6.QtGui import QColor, QGuiApplication, QImage, QImageReader
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox

from editor.driving import Keys, answer, wait_until
from mattework import ColorMode, Document, Layer, Size, open_document
from mattework.document.model import Depth
from mattework_editor.export_dialog import ExportDialog
from mattework_editor.exporting import Export, export_file, make_png, scale_layers
from mattework_editor.files import read_file
from mattework_editor.session import Session, start_session

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


def read_picture(source: Path | BytesIO) -> Image.Image:
    """A picture that is read whole, its file closed."""
    with Image.open(source) as image:
        image.load()
        return image.copy()


@pytest.fixture
def cut(session: Session) -> Session:
    """The disc cut out: a circle of radius 55 around (120, 100), with a shadow and a background."""
    from dataclasses import replace

    from mattework import Shadow

    y, x = np.mgrid[0:200, 0:240]
    session.planes.alpha[:, :] = np.clip(55.5 - np.hypot(x + 0.5 - 120, y + 0.5 - 100), 0, 1)
    session.planes.trimap[:, :] = np.where(session.planes.alpha.unpack() > 0, 255, 0)
    shadow = Shadow(dx=20, dy=10, blur=0, opacity=0.5)
    session.choose("Shadow", replace(session.recipe, shadow=shadow, background="#00ff00", colours=0.0))
    return session


def test_an_export_is_cropped_to_subject_and_shadow(cut: Session, tmp_path: Path) -> None:
    export_file(cut, tmp_path / "out.png", Export())
    image = read_picture(tmp_path / "out.png")
    assert image.mode == "RGBA"
    assert image.size == (130, 120)  # the circle, and the shadow 20 to the right and 10 below
    pixels = np.asarray(image)
    assert pixels[60, 60, 3] == 255
    assert tuple(pixels[75, 127]) == (0, 0, 0, 128)
    assert pixels[2, 2, 3] == 0
    export_file(cut, tmp_path / "out.png", Export(shadow=False, margin=7))
    assert read_picture(tmp_path / "out.png").size == (124, 124)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    share=st.floats(0.05, 1.6),
    depth=st.sampled_from((8, 16)),
    clear=st.booleans(),
    pixels=st.integers(1, 4000),
)
def test_a_picture_scaled_in_strips_is_the_whole_scaled(
    height: int, width: int, share: float, depth: Depth, clear: bool, pixels: int
) -> None:
    import cv2

    rng = np.random.default_rng(3)
    kind, white = (np.uint8, 255) if depth == 8 else (np.uint16, 65535)
    samples = rng.integers(0, white, (height, width, 3), kind, endpoint=True)
    alpha = rng.choice(np.array([0, white // 2, white], kind), (height, width)) if clear else None
    size = Size(width, height)
    document = Document(size, ColorMode.RGB, depth, (Layer("Photo", size.rect, samples, alpha),))
    long_side = max(1, round(max(height, width) * share))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mattework_editor.exporting.STRIP_PIXELS", pixels)
        scaled = scale_layers(document, long_side)
    (layer,) = scaled.walk_layers()
    how = cv2.INTER_AREA if scaled.size.width < width else cv2.INTER_CUBIC
    wanted = scaled.size.width, scaled.size.height
    opacity = np.ones((height, width), np.float32) if alpha is None else (alpha / white).astype(np.float32)
    small = cv2.resize(opacity, wanted, interpolation=how).reshape(scaled.size.shape).clip(0, 1)
    colour = cv2.resize(samples * opacity[..., None], wanted, interpolation=how).reshape(
        *scaled.size.shape, 3
    )
    colour = (colour / np.maximum(small, 1e-6)[..., None]).clip(0, white)
    seen = small > 1e-3
    assert np.abs(layer.pixels[seen].astype(float) - colour[seen]).max(initial=0) <= 1
    assert (layer.alpha is None) == (alpha is None)
    if layer.alpha is not None:
        assert np.abs(layer.alpha.astype(float) - small * white).max() <= 1


def test_an_export_with_background_is_opaque_and_whole(cut: Session, tmp_path: Path) -> None:
    export_file(cut, tmp_path / "out.webp", Export(kind="webp", crop=False, background=True, quality=100))
    image = read_picture(tmp_path / "out.webp")
    assert image.size == (240, 200)
    pixels = np.asarray(image.convert("RGBA"))
    assert (pixels[..., 3] == 255).all()
    assert tuple(pixels[5, 5, :3]) == (0, 255, 0)


def test_a_sized_export_mixes_no_hidden_colours_into_the_edge(cut: Session, tmp_path: Path) -> None:
    notes = export_file(cut, tmp_path / "out.tif", Export(kind="tiff", long_side=60, shadow=False, bits=16))
    document = open_document(tmp_path / "out.tif")
    assert notes == ()
    assert document.depth == 16
    assert max(document.size.width, document.size.height) == 60
    layer = next(document.walk_layers())
    assert layer.alpha is not None
    edge = (layer.alpha > 6000) & (layer.alpha < 60000)
    assert edge.sum() > 50
    red, blue = (layer.pixels[..., channel][edge].astype(int) for channel in (0, 2))
    assert (red > blue).mean() > 0.95, "the red disc's own colours"


def test_a_psd_keeps_its_layers_on_a_smaller_canvas(cut: Session, tmp_path: Path) -> None:
    export_file(cut, tmp_path / "out.psd", Export(kind="psd", shadow=False, background=False))
    psd = PSDImage.open(tmp_path / "out.psd")
    assert psd.size == (110, 110)
    assert [layer.name for layer in psd] == ["Photo"]
    assert psd[0].bbox == (-65, -45, 175, 155), "nothing of the photo is lost"
    flat = np.asarray(psd.composite())
    assert flat[60, 60, 3] == 255
    assert flat[2, 2, 3] == 0
    assert read_file(tmp_path / "out.psd").choices is None, "a recipe for another canvas would do harm"


def test_what_is_copied_is_the_cut_out_with_transparency(cut: Session) -> None:
    image = read_picture(BytesIO(make_png(cut)))
    assert image.mode == "RGBA"
    assert image.size == (130, 120)


def test_copy_and_paste_through_the_clipboard(
    driver: Driver, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (121, 100))
    driver.key(Qt.Key.Key_C, CONTROL)
    driver.wait()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    data = clipboard.mimeData()
    assert data is not None
    assert data.hasImage()
    assert "image/png" in data.formats()
    copied = read_picture(BytesIO(bytes(data.data("image/png").data())))
    assert copied.mode == "RGBA"
    assert 58 <= copied.width <= 66
    assert "clipboard" in driver.window.status.message.text()

    asked = answer(monkeypatch, QMessageBox.StandardButton.Discard)
    driver.key(Qt.Key.Key_V, CONTROL)
    driver.wait()
    assert asked == ["Save changes?"]
    assert driver.session.path is None
    assert (driver.session.size.width, driver.session.size.height) == copied.size
    assert driver.session.photo.alpha is not None
    driver.key(Qt.Key.Key_B)
    driver.drag((30, 30), (32, 30))
    assert driver.session.planes.alpha.unpack().any(), "a pasted photo can be worked on"


def test_a_picture_of_another_program_is_pasted(driver: Driver) -> None:
    """Some give no PNG, only Qt's own picture."""
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    image = QImage(50, 40, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 100, 50))
    data = QMimeData()
    data.setImageData(image)
    clipboard.setMimeData(data)
    driver.key(Qt.Key.Key_V, CONTROL)
    driver.wait()
    assert driver.session.photo.colour.shape == (40, 50, 3)
    assert tuple(driver.session.photo.colour[10, 10]) == (200, 100, 50)
    clipboard.clear()
    driver.key(Qt.Key.Key_V, CONTROL)
    assert "no picture" in driver.window.status.message.text()


def test_exporting_by_the_dialog_is_remembered_and_never_replaces_the_photo(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(30)
    driver.drag((120, 100), (121, 100))
    target = tmp_path / "handed.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))

    def fill(change: Any) -> None:
        def work() -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, ExportDialog)
            change(dialog)
            dialog.accept()

        QTimer.singleShot(50, work)

    fill(lambda dialog: (dialog.margin.setValue(5), dialog.kind.setCurrentIndex(0)))
    driver.key(Qt.Key.Key_E, CONTROL)
    driver.wait()
    wait_until(target.is_file)
    assert 68 <= read_picture(target).width <= 76
    assert "Exported" in driver.window.status.message.text()
    assert driver.window.isWindowModified(), "an export is not saving"
    seen: list[int] = []
    fill(lambda dialog: seen.append(dialog.margin.value()))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(disc_file), ""))
    before = disc_file.read_bytes()
    driver.window.activateWindow()
    wait_until(driver.window.isActiveWindow)
    driver.key(Qt.Key.Key_E, CONTROL)
    driver.wait()
    assert seen == [5]
    assert disc_file.read_bytes() == before
    assert "never replaced" in driver.window.status.message.text()


def test_a_depth_is_remembered_and_the_name_says_the_format(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((120, 100), (121, 100))
    named = iter(("cup.v2", "cup.tif", "cup.v2"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / next(named)), ""))
    depths: list[object] = []

    def work() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        depths.append(dialog.bits.currentData())
        dialog.bits.setCurrentIndex(dialog.bits.findData(16))
        dialog.accept()

    def export() -> None:
        QTimer.singleShot(50, work)
        driver.window.output.ask_export()
        driver.wait()

    export()
    assert (tmp_path / "cup.v2.png").is_file()
    export()
    with (tmp_path / "cup.png").open("rb") as file:
        assert file.read(4) == b"\x89PNG", "a PNG is not called TIFF"
    assert depths == [None, 16]
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    before = (tmp_path / "cup.v2.png").stat().st_mtime_ns
    export()
    assert asked == ["Replace the file?"], "the file dialog knew another name"
    assert (tmp_path / "cup.v2.png").stat().st_mtime_ns == before


def test_what_comes_along_is_remembered_where_there_is_something_to_come(disc: Driver) -> None:
    def ask(*, has_background: bool, has_shadow: bool) -> ExportDialog:
        window = disc.window
        return ExportDialog(
            window.settings, has_background=has_background, has_shadow=has_shadow, parent=window
        )

    first = ask(has_background=True, has_shadow=True)
    assert (first.background.isChecked(), first.shadow.isChecked()) == (True, True)
    first.shadow.click()
    first.accept()
    second = ask(has_background=True, has_shadow=True)
    assert (second.export().background, second.export().shadow) == (True, False)
    second.background.click()
    second.accept()
    without = ask(has_background=False, has_shadow=False)
    assert not without.shadow.isEnabled()
    without.accept()
    third = ask(has_background=True, has_shadow=True)
    assert (third.export().background, third.export().shadow) == (False, False)
    third.shadow.click()
    third.reject()
    assert not ask(has_background=True, has_shadow=True).export().shadow, "what was given up is not kept"


def test_a_pasted_photo_without_subject_cannot_be_copied(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    assert not driver.window.commands["edit.copy"].isEnabled()
    assert not driver.window.commands["file.export"].isEnabled()


def test_an_untouched_session_exports_nothing_to_be_seen(disc_file: Path, tmp_path: Path) -> None:
    opened = read_file(disc_file)
    session = start_session(opened.document, opened.photo, disc_file)
    export_file(session, tmp_path / "out.png", Export())
    assert np.asarray(read_picture(tmp_path / "out.png"))[..., 3].max() == 0


def test_a_picture_that_cannot_be_read_from_the_clipboard_is_told(driver: Driver) -> None:
    data = QMimeData()
    data.setImageData(QImage())
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setMimeData(data)
    driver.window.output.paste()
    driver.wait()
    assert driver.window.status.message.text() == "There is no picture on the clipboard."


def test_a_cut_out_is_copied_however_large_it_is(disc: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt reads no picture beyond a limit, unless it is asked to: 256 MB, and here one."""
    from mattework_editor import output

    large = BytesIO()
    Image.new("RGBA", (800, 700), (9, 99, 199, 255)).save(large, "PNG")
    monkeypatch.setattr(output, "make_png", lambda *_: large.getvalue())
    limit = QImageReader.allocationLimit()
    QImageReader.setAllocationLimit(1)
    try:
        disc.window.output.copy()
        disc.wait()
    finally:
        QImageReader.setAllocationLimit(limit)
    assert disc.window.status.message.text() == "The cut-out is on the clipboard (800 x 700)."
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.image().width() == 800


def test_an_export_leaves_no_dialog_behind(disc: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExportDialog, "exec", lambda _: 0)
    disc.window.output.ask_export()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not disc.window.findChildren(ExportDialog)
