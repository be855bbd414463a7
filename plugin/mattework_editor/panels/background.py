"""The background panel: what is laid behind the subject in the saved file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QColorDialog,
    QFileDialog,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from mattework import Recipe
from mattework_editor.files import OPEN_SUFFIXES


class BackgroundPanel(QWidget):
    """Shows a recipe's background; `recipe_chosen` (name of the step, recipe) asks for another."""

    recipe_chosen = pyqtSignal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self.none = QRadioButton(self.tr("Transparent"))
        self.colour = QRadioButton(self.tr("Colour"))
        self.picture = QRadioButton(self.tr("Picture"))
        self.none.setToolTip(self.tr("Nothing is laid behind the subject."))
        self.colour.setToolTip(self.tr("A colour becomes a layer of its own, under the subject."))
        self.picture.setToolTip(self.tr("A picture, scaled to cover, becomes a layer under the subject."))
        self.choice = QLabel()
        self.choice.setWordWrap(True)
        self.change = QPushButton(self.tr("Change…"))
        self.change.setToolTip(self.tr("Choose another colour or picture."))
        layout = QVBoxLayout(self)
        for widget in (self.none, self.colour, self.picture, self.choice, self.change):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.none.clicked.connect(lambda: self._choose(None))
        self.colour.clicked.connect(self._ask_colour)
        self.picture.clicked.connect(self._ask_picture)
        self.change.clicked.connect(self._ask_again)

    def show_recipe(self, recipe: Recipe) -> None:
        self._recipe = recipe
        text = recipe.background
        is_colour = text is not None and read_colour(text) is not None
        buttons = (self.none, self.colour, self.picture)
        buttons[0 if text is None else 1 if is_colour else 2].setChecked(True)
        self.change.setEnabled(text is not None)
        self.choice.setText("" if text is None else text if is_colour else Path(text).name)

    def _choose(self, background: str | None) -> None:
        self.recipe_chosen.emit(self.tr("Background"), replace(self._recipe, background=background))
        self.show_recipe(self._recipe)

    def _ask_again(self) -> None:
        (self._ask_colour if self.colour.isChecked() else self._ask_picture)()

    def _ask_colour(self) -> None:
        own = self._recipe.background
        start = (read_colour(own) if own else None) or QColor(255, 255, 255)
        colour = QColorDialog.getColor(start, self, self.tr("Background Colour"))
        if colour.isValid():
            self._choose(colour.name())
        else:
            self.show_recipe(self._recipe)

    def _ask_picture(self) -> None:
        kinds = " ".join(f"*.{suffix}" for suffix in OPEN_SUFFIXES)
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Background Picture"), "", self.tr("Pictures ({kinds})").format(kinds=kinds)
        )
        if path:
            self._choose(path)
        else:
            self.show_recipe(self._recipe)


def read_colour(text: str) -> QColor | None:
    """A colour as the recipe writes it; None for anything else, as a file's path."""
    colour = QColor.fromString(text.strip())
    return colour if colour.isValid() else None
