"""The parts panel: connected pieces of the cut-out and holes in it, to keep, drop or fill."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QIcon, QPixmap, QShowEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mattework import Size, Stroke
from mattework_editor.canvas_tiles import make_image
from mattework_editor.compose import Look, Sources, compose_view
from mattework_editor.parts import Part, drop_parts, fill_holes, find_parts
from mattework_editor.pyramid import Part as ScreenPart
from mattework_editor.session import Session
from mattework_editor.tasks import Task
from mattework_editor.wording import write_number
from mattework_editor.workbench import Workbench

REST = 800
"""Milliseconds after a step until the parts are looked for again."""
ICON = 44


class PartsPanel(QWidget):
    """`pointed` gives the outline of the part under the pointer or chosen, None for none."""

    pointed = pyqtSignal(object)

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._task: Task | None = None
        self._shown_of: tuple[Session, int, object] | None = None
        self.parts: tuple[Part, ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Parts"))
        self.list.setToolTip(
            self.tr("Pieces of the cut-out that hang together, and holes in it, the largest first.")
        )
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setIconSize(QSize(ICON, ICON))
        self.list.setMouseTracking(True)
        self.list.installEventFilter(self)
        self.list.itemEntered.connect(self._point)
        self.list.currentItemChanged.connect(lambda item, _: self._point(item))
        self.list.itemSelectionChanged.connect(self._enable)
        self.keep = QPushButton(self.tr("Keep Only"))
        self.keep.setToolTip(self.tr("Take all parts away but the chosen ones."))
        self.drop = QPushButton(self.tr("Drop"))
        self.drop.setToolTip(self.tr("Take the chosen parts away."))
        self.fill = QPushButton(self.tr("Fill"))
        self.fill.setToolTip(self.tr("Fill the chosen holes."))
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        buttons = QHBoxLayout()
        for button, run in ((self.keep, self._keep), (self.drop, self._drop), (self.fill, self._fill)):
            button.clicked.connect(run)
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.note)
        layout.addLayout(buttons)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._look)
        bench.changed.connect(self._follow)
        self._enable()

    @property
    def is_working(self) -> bool:
        return self._task is not None or self._timer.isActive()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._follow()

    def eventFilter(self, watched: object, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _follow(self) -> None:
        if self.isVisible():
            self._timer.start()

    def _look(self) -> None:
        """Find the parts of what is selected now, beside the window."""
        session, sources = self._bench.session, self._bench.sources
        if self._task is not None or self._bench.is_busy or self._bench.is_solving:
            return  # asked again when that has ended
        if session is None or sources is None:
            self._show((), 0, None)
            return
        state = (session, session.history.position, session.history.last)
        if state == self._shown_of:
            return

        def work(_: Task) -> tuple[tuple[Part, ...], int]:
            return find_parts(session.planes.alpha, session.recipe.strokes)

        def done(result: tuple[tuple[Part, ...], int]) -> None:
            self._task = None
            self._shown_of = state
            self._show(*result, sources)
            self._follow()

        def fail(error: BaseException) -> None:
            self._task = None
            self._bench.tell(error)

        self._task = self._bench.tasks.start(work, done, fail, rank="quiet")

    def _show(self, parts: tuple[Part, ...], more: int, sources: Sources | None) -> None:
        self.parts = parts
        self.pointed.emit(None)
        self.list.clear()
        for part in parts:
            title = self.tr("Part") if part.kind == "part" else self.tr("Hole")
            item = QListWidgetItem(
                self.tr("{title}, {area} px").format(title=title, area=write_number(part.area))
            )
            item.setData(Qt.ItemDataRole.UserRole, part)
            if sources is not None:
                item.setIcon(_draw_thumbnail(part, sources))
            self.list.addItem(item)
        self.note.setText(self._tell_more(more))
        self.note.setVisible(more > 0)
        self._enable()

    def _tell_more(self, more: int) -> str:
        if more == 1:
            return self.tr("One smaller one is not listed; the Bridge brush with Alt removes specks.")
        told = self.tr("{n} smaller ones are not listed; the Bridge brush with Alt removes specks.")
        return told.format(n=write_number(more)) if more else ""

    def chosen(self, kind: str) -> list[Part]:
        parts = [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        return [part for part in parts if part.kind == kind]

    def _enable(self) -> None:
        parts, holes = self.chosen("part"), self.chosen("hole")
        self.keep.setEnabled(0 < len(parts) < sum(part.kind == "part" for part in self.parts))
        self.drop.setEnabled(bool(parts))
        self.fill.setEnabled(bool(holes))

    def _keep(self) -> None:
        kept = self.chosen("part")
        others = [part for part in self.parts if part.kind == "part" and part not in kept]
        self._paint(self.tr("Keep Parts"), drop_parts(others, kept))

    def _drop(self) -> None:
        gone = self.chosen("part")
        kept = [part for part in self.parts if part not in gone]
        self._paint(self.tr("Drop Parts"), drop_parts(gone, kept))

    def _fill(self) -> None:
        self._paint(self.tr("Fill Holes"), fill_holes(self.chosen("hole")))

    def _paint(self, name: str, strokes: tuple[Stroke, ...]) -> None:
        self.list.setFocus()  # the button has done its work and is disabled with the next list
        self._bench.paint(name, strokes)

    def _point(self, item: QListWidgetItem | None) -> None:
        part = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        self.pointed.emit(None if part is None else part.outline)


def _draw_thumbnail(part: Part, sources: Sources) -> QIcon:
    bounds = part.bounds.grow(3).intersect(sources.size.rect)
    scale = min(4.0, ICON / max(bounds.width, bounds.height))
    size = Size(max(1, int(bounds.width * scale)), max(1, int(bounds.height * scale)))
    seen = compose_view(
        sources, Look(), ScreenPart(scale, int(bounds.left * scale), int(bounds.top * scale), size)
    )
    return QIcon(QPixmap.fromImage(make_image(seen)))
