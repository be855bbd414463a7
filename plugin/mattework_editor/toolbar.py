"""The strip of tools at the left, and the bar above: the subject in one click, the brush's size, the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QComboBox, QLabel, QToolBar

from mattework_editor.canvas_gestures import LARGEST_BRUSH, SMALLEST_BRUSH
from mattework_editor.compose import View
from mattework_editor.drag_out import DragHandle
from mattework_editor.panels.number_box import NumberBox

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow


class ToolStrip(QToolBar):
    """The tools as icons, one below the other; their tips name them."""

    def __init__(self, window: EditorWindow) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Tools"))
        self.setObjectName("tool-strip")
        self.setOrientation(Qt.Orientation.Vertical)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.setIconSize(QSize(26, 26))
        self.addActions(window.commands.in_group("tool"))


class ToolBar(QToolBar):
    """`size_box` shows the brush's diameter, `view_box` the view."""

    def __init__(self, window: EditorWindow) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Options"))
        self.setObjectName("options")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        commands = window.commands
        self.addAction(commands["select.subject"])
        self.addSeparator()
        self._add_label(self.tr("Size"))
        self.size_box = NumberBox()
        self.size_box.setRange(2 * SMALLEST_BRUSH, 2 * LARGEST_BRUSH)
        self.size_box.setDecimals(0)
        self.size_box.setSuffix(self.tr(" px"))
        self.size_box.setAccessibleName(self.tr("Brush size"))
        self.size_box.setToolTip(self.tr("Diameter of the brush in photo pixels ([ and ])"))
        self.size_box.valueChanged.connect(lambda value: window.canvas.set_radius(value / 2))
        self.addWidget(self.size_box)
        self.addSeparator()
        self._add_label(self.tr("View"))
        self.view_box = QComboBox()
        self.view_box.setAccessibleName(self.tr("View"))
        self.view_box.setToolTip(self.tr("How the work is shown (F: the next one, X: the original)"))
        for action in commands.in_group("view"):
            self.view_box.addItem(action.text(), action.data())
        self.view_box.activated.connect(lambda _: window.show_view(self.view_box.currentData()))
        self.addWidget(self.view_box)
        self.addSeparator()
        self.drag_handle = DragHandle(window.workbench, window.output.copy, self)
        self.addWidget(self.drag_handle)

    def _add_label(self, text: str) -> None:
        label = QLabel(text)
        label.setContentsMargins(6, 0, 4, 0)
        self.addWidget(label)

    def show_radius(self, radius: float) -> None:
        self.size_box.blockSignals(True)
        self.size_box.setValue(2 * radius)
        self.size_box.blockSignals(False)

    def show_view(self, view: View) -> None:
        self.view_box.setCurrentIndex(self.view_box.findData(view))
