"""The panels at the side of the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDockWidget, QMainWindow, QScrollArea, QTabBar, QWidget

from mattework_editor.command import translate
from mattework_editor.keys import was_disabled

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

AREA = Qt.DockWidgetArea


@dataclass(frozen=True, slots=True)
class Place:
    """A panel's place: `attribute` of the window that holds it, and the panel `beside` which it is a tab, if any."""

    attribute: str
    title: str
    beside: str = ""


PLACES = (
    Place("edge", "Edge"),
    Place("background", "Background", beside="edge"),
    Place("shadow", "Shadow", beside="edge"),
    Place("look", "View", beside="edge"),
    Place("brush", "Brush", beside="edge"),
    Place("layers", "Layers"),
    Place("parts", "Parts", beside="layers"),
    Place("steps", "History", beside="layers"),
)


class PanelDock(QDockWidget):
    """A panel that comes to the front of its stack when the keys come to it: Tab walks through those behind too."""

    def __init__(self, title: str, window: QWidget) -> None:
        super().__init__(title, window)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow_keys)

    def _follow_keys(self, before: QWidget | None, now: QWidget | None) -> None:
        if (
            now is not None
            and not was_disabled(before)
            and self.isAncestorOf(now)
            and self.visibleRegion().isEmpty()
        ):
            self.raise_()


def add_docks(window: EditorWindow) -> list[QDockWidget]:
    """Put the panels of `PLACES` at the right of the window; the first of a stack of tabs is in front."""
    docks: dict[str, QDockWidget] = {}
    for place in PLACES:
        widget: QWidget = getattr(window, place.attribute)
        dock = PanelDock(translate(place.title), window)
        dock.setObjectName(place.attribute)
        area = _let_scroll(widget)
        area.setMinimumWidth(max(area.minimumWidth(), _measure_tabs(place)))
        dock.setWidget(area)
        dock.setAllowedAreas(AREA.LeftDockWidgetArea | AREA.RightDockWidgetArea)
        docks[place.attribute] = dock
    arrange_docks(window, docks)
    return list(docks.values())


def arrange_docks(window: QMainWindow, docks: dict[str, QDockWidget]) -> None:
    """Put panels, by name, where they are when the program is first started."""
    for dock in docks.values():
        dock.setFloating(False)
        window.addDockWidget(AREA.RightDockWidgetArea, dock)
        dock.show()
    for place in PLACES:
        if place.beside:
            window.tabifyDockWidget(docks[place.beside], docks[place.attribute])
    for place in PLACES:
        if not place.beside:
            docks[place.attribute].raise_()
    window.resizeDocks([docks["edge"], docks["layers"]], [520, 200], Qt.Orientation.Vertical)


def _measure_tabs(place: Place) -> int:
    """The width in which the tabs of a panel's stack stand with their whole names, in any language."""
    first = place.beside or place.attribute
    tabs = QTabBar()
    tabs.setShape(QTabBar.Shape.RoundedSouth)
    tabs.setElideMode(Qt.TextElideMode.ElideNone)
    for one in PLACES:
        if first in (one.attribute, one.beside):
            tabs.addTab(translate(one.title))
    return tabs.sizeHint().width()


def _let_scroll(widget: QWidget) -> QScrollArea:
    """Panels are taller than small screens are."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    bar = area.verticalScrollBar()
    assert bar is not None
    area.setMinimumWidth(widget.minimumSizeHint().width() + bar.sizeHint().width())
    return area
