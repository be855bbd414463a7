"""Handing out and taking in without a file of ours: the clipboard, and exported pictures."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QBuffer, QMimeData, QObject, QSettings, pyqtSignal
from PyQt6.QtGui import QClipboard, QGuiApplication, QImage, QImageReader
from PyQt6.QtWidgets import QDialog, QFileDialog, QWidget

from mattework import ColorMode, Document, Layer, Size, open_document, take_photo
from mattework.arrays import Bytes
from mattework_editor.export_dialog import ExportDialog
from mattework_editor.exporting import SUFFIXES, export_file, make_png
from mattework_editor.files import Opened, complete_name
from mattework_editor.filing import Filing
from mattework_editor.sentences import word_sentences
from mattework_editor.workbench import Workbench

PNG = "image/png"


class Output(QObject):
    """`told` and `failed` are words for the person; `files_pasted` brings the files and folders of the clipboard."""

    told = pyqtSignal(str)
    failed = pyqtSignal(str)
    files_pasted = pyqtSignal(list)

    def __init__(self, window: QWidget, workbench: Workbench, filing: Filing, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._workbench, self._filing = window, workbench, filing
        self._settings = settings

    # The clipboard -----------------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """The cut-out with its transparency, cropped to the subject, for other programs."""

        def done(png: bytes) -> None:
            image = _read_png(png)
            data = QMimeData()
            data.setImageData(image)
            data.setData(PNG, png)
            _clipboard().setMimeData(data)
            size = f"{image.width()} x {image.height()}"
            self.told.emit(self.tr("The cut-out is on the clipboard ({size}).").format(size=size))

        self._workbench.hand_over(self.tr("Copying the cut-out"), make_png, done)

    def paste(self) -> None:
        """A picture from the clipboard becomes a new photo; it is saved nowhere until that is asked for. Files are opened
        as if they were dropped."""
        data = _clipboard().mimeData()
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data else []
        if files:
            self.files_pasted.emit(files)
            return
        if data is None or not data.hasImage():
            self.told.emit(self.tr("There is no picture on the clipboard."))
            return
        if self._workbench.is_busy:
            self.told.emit(self.tr("Something else is being worked on. Wait for it, or cancel it."))
            return
        if self._filing.serves_host:
            self.told.emit(self.tr("This window works for another program. Apply or cancel that first."))
            return
        png, image = bytes(data.data(PNG).data()), _clipboard().image()
        if not png and image.isNull():  # a picture of a kind that Qt does not read
            self.told.emit(self.tr("There is no picture on the clipboard."))
            return

        def read(_: Path) -> Opened:
            document = open_document(BytesIO(png)) if png else wrap_image(image)
            return Opened(document, take_photo(document), None, None, None, document.notes)

        if self._filing.may_leave(self.paste):
            self._filing.opening.emit()
            self._workbench.open_file(Path(self.tr("clipboard")), read=read)

    # Export ------------------------------------------------------------------------------------------------------------

    def ask_export(self) -> None:
        """Ask how and where, and write the cut-out as a picture of its own."""
        session = self._workbench.session
        if session is None:
            return
        recipe = session.recipe
        dialog = ExportDialog(
            self._settings,
            has_background=recipe.background is not None,
            has_shadow=recipe.shadow is not None,
            parent=self._window,
        )
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        export, title = dialog.export(), dialog.kind.currentText()
        dialog.deleteLater()
        if not accepted:
            return
        suffix = SUFFIXES[export.kind]
        stem = session.path.stem if session.path else self.tr("cutout")
        start = self._filing.suggest_folder() / f"{stem.removesuffix('.cutout')}.export{suffix}"
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Export"), str(start), f"{title} (*{suffix})"
        )
        if not name:
            return
        path = complete_name(Path(name), suffix, keeps_other=False)
        # The file dialog has asked whether to replace a file that exists, but not the photo or the work itself.
        known = [one.resolve() for one in (session.path, self._workbench.target) if one is not None]
        if path.resolve() in known:
            self.failed.emit(self.tr("The photo and the saved work are never replaced. Choose another name."))
            return
        if not self._filing.may_replace(Path(name), path):
            return

        def done(notes: tuple[str, ...]) -> None:
            self.told.emit(
                " ".join([self.tr("Exported {name}.").format(name=path.name), *word_sentences(notes)])
            )

        self._workbench.hand_over(
            self.tr("Exporting {name}").format(name=path.name),
            lambda session, progress: export_file(session, path, export, progress),
            done,
        )


def wrap_image(image: QImage) -> Document:
    """A picture of Qt's as a document of 8 bits, with its transparency."""
    opaque = not image.hasAlphaChannel()
    plain = image.convertToFormat(QImage.Format.Format_RGB888 if opaque else QImage.Format.Format_RGBA8888)
    bits = plain.constBits()
    assert bits is not None
    width, height, channels = plain.width(), plain.height(), 3 if opaque else 4
    rows: Bytes = np.frombuffer(bits.asstring(plain.sizeInBytes()), np.uint8)
    pixels = rows.reshape(height, plain.bytesPerLine())[:, : width * channels].reshape(
        height, width, channels
    )
    size = Size(width, height)
    alpha = None if opaque else np.ascontiguousarray(pixels[..., 3])
    layer = Layer("Photo", size.rect, np.ascontiguousarray(pixels[..., :3]), alpha)
    return Document(size, ColorMode.RGB, 8, (layer,))


def _read_png(png: bytes) -> QImage:
    """Our own picture, however large: Qt would refuse what takes more than 256 MB."""
    buffer = QBuffer()
    buffer.setData(png)
    reader = QImageReader(buffer, b"png")
    reader.setAllocationLimit(0)
    return reader.read()


def _clipboard() -> QClipboard:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    return clipboard
