"""The view panel: what the views of the work look like. Nothing in it changes the result."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QFileDialog, QGroupBox, QPushButton, QVBoxLayout, QWidget

from mattework_editor.canvas import Canvas
from mattework_editor.compose import View
from mattework_editor.files import OPEN_SUFFIXES
from mattework_editor.panels.colour_button import ColourButton
from mattework_editor.panels.setting import Setting
from mattework_editor.views import Views


class ViewPanel(QWidget):
    """Colours of the overlay and of the ground, a picture to judge the edge on, the turn of the canvas."""

    def __init__(self, views: Views, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views, self._canvas = views, canvas
        self.overlay = ColourButton(self.tr("Overlay"), self.tr("The colour over what is left out."))
        self.strength = Setting(
            self.tr("Overlay opacity"),
            self.tr("How strong the overlay's colour is."),
            0,
            100,
            step=1,
            suffix=self.tr(" %"),
        )
        self.ground = ColourButton(self.tr("Ground"), self.tr("The colour of the view On Colour."))
        self.picture = QPushButton(self.tr("Picture Behind…"))
        self.picture.setToolTip(
            self.tr("Choose a picture for the view On Picture. It is only looked at, and not saved.")
        )
        self.angle = Setting(
            self.tr("Turn"),
            self.tr("Turns the view, not the photo (hold R and drag; Alt+0 turns it back)."),
            -180,
            180,
            step=1,
            suffix="°",
        )
        self.upright = QPushButton(self.tr("Upright"))
        self.upright.setToolTip(self.tr("Turn the view back (Alt+0)"))
        layout = QVBoxLayout(self)
        for title, widgets in (
            (self.tr("Overlay"), (self.overlay, self.strength)),
            (self.tr("Ground"), (self.ground, self.picture)),
            (self.tr("Canvas"), (self.angle, self.upright)),
        ):
            box = QGroupBox(title)
            inner = QVBoxLayout(box)
            for widget in widgets:
                inner.addWidget(widget)
            layout.addWidget(box)
        layout.addStretch(1)
        self.overlay.chosen.connect(lambda _: self._show_overlay())
        self.strength.moved.connect(lambda _: self._show_overlay())
        self.ground.chosen.connect(self._show_ground)
        self.picture.clicked.connect(self._ask_picture)
        self.angle.moved.connect(canvas.turn_to)
        self.upright.clicked.connect(lambda: canvas.turn_to(0.0))
        canvas.angle_changed.connect(self._follow_angle)
        views.look_changed.connect(self._follow_look)
        self._follow_look()

    def _show_overlay(self) -> None:
        self._views.show_overlay(self.overlay.colour(), self.strength.value() / 100)
        self._views.show(View.OVERLAY)

    def _show_ground(self, colour: QColor) -> None:
        self._views.show_ground(colour)
        self._views.show(View.COLOUR)

    def _ask_picture(self) -> None:
        kinds = " ".join(f"*.{suffix}" for suffix in OPEN_SUFFIXES)
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Picture Behind"), "", self.tr("Pictures ({kinds})").format(kinds=kinds)
        )
        if path:
            self._views.show_picture(Path(path))

    def _follow_look(self) -> None:
        look = self._canvas.look
        self.overlay.show_colour(QColor(*look.overlay))
        self.ground.show_colour(QColor(*look.colour))
        if round(look.strength * 100) != self.strength.value():
            self.strength.show_value(look.strength * 100)

    def _follow_angle(self, angle: float) -> None:
        self.angle.show_value((angle + 180) % 360 - 180)
