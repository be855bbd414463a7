"""Dragging the cut-out out of the window, into another program or a folder, as a PNG with transparency.

The picture is made when the handle is pressed, beside the window; the drag begins as soon as it is there, if the button is
still held then. It is a file of a temporary folder: programs may read it long after the drop, so it stays for a day.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QDrag, QImageReader, QMouseEvent, QPalette, QPixmap
from PyQt6.QtWidgets import QApplication, QToolButton, QWidget

from mattework_editor.drafts import find_time
from mattework_editor.engine import Progress
from mattework_editor.exporting import Export, export_file
from mattework_editor.icons import draw_drag_icon
from mattework_editor.session import Session
from mattework_editor.workbench import Workbench

PNG = "image/png"
PREFIX = "mattework-drag-"
DAY = 24 * 60 * 60
PICTURE = 128
"""Long side of the picture that is drawn beside the pointer."""


class DragHandle(QToolButton):
    """See the module. `told` are words for the person; pressed by a key it calls `copy`, as keys cannot drag."""

    told = pyqtSignal(str)

    def __init__(self, bench: Workbench, copy: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._bench = bench
        self._pressed: QPoint | None = None
        self._pulled = False
        self._made: tuple[object, Path] | None = None
        self.setText(self.tr("Drag Out"))
        self._draw_icon()
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setAutoRaise(True)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName(self.tr("Drag the cut-out out"))
        self.setToolTip(
            self.tr(
                "Drag from here into another program or a folder: the cut-out as a PNG with transparency, at full "
                "resolution, cropped to the subject. By key it is copied instead."
            )
        )
        self.clicked.connect(copy)
        bench.changed.connect(self._follow)
        self._follow()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        active = self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText)
        self.setIcon(draw_drag_icon(active))  # Qt itself pales it while there is nothing to drag

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() == Qt.MouseButton.LeftButton:
            self.setDown(True)
            self._pressed, self._pulled = event.position().toPoint(), False
            self._prepare()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._pressed is None:
            return
        way = (event.position().toPoint() - self._pressed).manhattanLength()
        if way >= QApplication.startDragDistance():
            self._pulled = True
            self._drag()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if self._pressed is not None:
            self.told.emit(self._name_hint())
        self._let_go()

    def _name_hint(self) -> str:
        if self._pulled and self._bench.is_busy:
            return self.tr("The cut-out was not ready yet. Drag again when it is.")
        return self.tr("Hold the button down, and drag the cut-out into another program or a folder.")

    def _let_go(self) -> None:
        self._pressed, self._pulled = None, False
        self.setDown(False)

    def _follow(self) -> None:
        session = self._bench.session
        self.setEnabled(session is not None and session.has_subject)

    # The picture -------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Make the picture of what the session is now, unless it is there already."""
        session = self._bench.session
        if session is None or self._find() is not None:
            return

        def work(session: Session, progress: Progress) -> tuple[object, Path, tuple[str, ...]]:
            state, path = _name_state(session), name_file(session.path)
            return state, path, export_file(session, path, Export(), progress)

        def done(made: tuple[object, Path, tuple[str, ...]]) -> None:
            state, path, notes = made
            self._made = state, path
            self.told.emit(" ".join([self.tr("The cut-out is ready to be dragged."), *notes]))
            if self._pressed is not None and self._pulled:
                self._drag()

        self._bench.hand_over(self.tr("Making the cut-out ready to be dragged"), work, done)

    def _find(self) -> Path | None:
        """The picture of what the session is now, if it has been made."""
        session = self._bench.session
        if session is None or self._made is None or self._made[0] != _name_state(session):
            return None
        return self._made[1] if self._made[1].is_file() else None

    def _drag(self) -> None:
        path = self._find()
        if path is None:
            return  # it begins when the picture is there
        self._let_go()
        drag = QDrag(self)
        drag.setMimeData(make_data(path))
        picture = draw_small(path)
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(picture.width() // 2, picture.height() // 2))
        if drag.exec(Qt.DropAction.CopyAction) != Qt.DropAction.IgnoreAction:
            self.told.emit(self.tr("Handed over as {name}.").format(name=path.name))


def name_file(photo: Path | None) -> Path:
    """A new file for the cut-out of a photo, in a folder of its own that only this user can read; older ones go."""
    root = Path(tempfile.gettempdir())
    for old in root.glob(f"{PREFIX}*"):
        if time.time() - find_time(old) > DAY:
            shutil.rmtree(old, ignore_errors=True)
    stem = "" if photo is None else photo.stem.removesuffix(".cutout") + "."
    return Path(tempfile.mkdtemp(prefix=PREFIX)) / f"{stem}cutout.png"


def make_data(path: Path) -> QMimeData:
    """A PNG file as other programs take it: as a file, and as a picture."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    data.setData(PNG, path.read_bytes())
    return data


def draw_small(path: Path) -> QPixmap:
    reader = QImageReader(str(path))
    reader.setAllocationLimit(0)  # it is our own file, however large
    size = reader.size()
    if max(size.width(), size.height()) > PICTURE:
        size.scale(QSize(PICTURE, PICTURE), Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(size)
    return QPixmap.fromImage(reader.read())


def _name_state(session: Session) -> object:
    return session, session.history.position, session.history.last
