"""The background panel: what is laid behind the subject in the saved file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QLabel,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mattework import Gradient, MatteworkError, Recipe, Size, parse_background, write_gradient
from mattework_editor.files import OPEN_SUFFIXES
from mattework_editor.panels.colour_button import ColourButton, read_colour
from mattework_editor.panels.setting import Setting

NONE, COLOUR, GRADIENT, BLUR, PICTURE = range(5)
MOST_BLUR = 100.0
BLUR_SHARE = 0.02
"""Standard deviation of the blur that is offered, in long sides of the photo."""
TWO_COLOURS = Gradient(((0.0, (1.0, 1.0, 1.0)), (1.0, (0.0, 0.0, 0.0))))
"""A gradient of nothing but the two colours that the panel shows, from end to end."""


class BackgroundPanel(QWidget):
    """Shows a recipe's background; `recipe_chosen` (name of the step, recipe) asks for another, `recipe_tried` (recipe)
    for a look at one."""

    recipe_chosen = pyqtSignal(str, object)
    recipe_tried = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._picture: str | None = None
        self._gradient = TWO_COLOURS  # whose ends, angle or both the panel changes
        self.kinds = QButtonGroup(self)
        self.pages = QStackedWidget()
        layout = QVBoxLayout(self)
        for number, (title, tip) in enumerate(
            (
                (self.tr("Transparent"), self.tr("Nothing is laid behind the subject.")),
                (self.tr("Colour"), self.tr("A colour becomes a layer of its own, under the subject.")),
                (self.tr("Gradient"), self.tr("Two colours that go over into each other.")),
                (self.tr("Blurred photo"), self.tr("What is around the subject in the photo, out of focus.")),
                (
                    self.tr("Picture"),
                    self.tr("A picture, scaled to cover, becomes a layer under the subject."),
                ),
            )
        ):
            button = QRadioButton(title)
            button.setToolTip(tip)
            self.kinds.addButton(button, number)
            layout.addWidget(button)
        layout.addWidget(self.pages)
        layout.addStretch(1)
        self._make_pages()
        self.kinds.idClicked.connect(self._choose_kind)

    def _make_pages(self) -> None:
        self.colour = ColourButton(self.tr("Colour"), self.tr("Choose another colour."))
        self.first = ColourButton(self.tr("From"), self.tr("The colour that the gradient begins with."))
        self.last = ColourButton(self.tr("To"), self.tr("The colour that the gradient ends with."))
        self.first.show_colour(QColor("#ffffff"))
        self.last.show_colour(QColor("#b8bec6"))
        self.angle = Setting(
            self.tr("Angle"),
            self.tr("The way the gradient runs: 180° downwards, 90° to the right."),
            0,
            360,
            step=1,
            suffix="°",
        )
        self.angle.show_value(180)
        self.blur = Setting(
            self.tr("Blur"),
            self.tr("How far the photo behind the subject is out of focus."),
            0,
            MOST_BLUR,
            step=1,
            suffix=self.tr(" px"),
        )
        self.blur.show_value(40)
        self.file = QLabel()
        self.file.setWordWrap(True)
        self.change = QPushButton(self.tr("Change…"))
        self.change.setToolTip(self.tr("Choose another picture."))
        for widgets in (
            (),
            (self.colour,),
            (self.first, self.last, self.angle),
            (self.blur,),
            (self.file, self.change),
        ):
            page = QWidget()
            inner = QVBoxLayout(page)
            inner.setContentsMargins(0, 4, 0, 0)
            for widget in widgets:
                inner.addWidget(widget)
            inner.addStretch(1)
            self.pages.addWidget(page)
        for button in (self.colour, self.first, self.last):
            button.tried.connect(lambda _: self._try())
            button.given_up.connect(self._give_up)
            button.chosen.connect(lambda _: self._choose(self._written()))
        for setting in (self.angle, self.blur):
            setting.moved.connect(lambda _: self._try())
            setting.settled.connect(lambda _: self._choose(self._written()))
        self.change.clicked.connect(self._ask_picture)
        self.show_recipe(self._recipe)

    def show_recipe(self, recipe: Recipe) -> None:
        self._recipe, self._gradient = recipe, TWO_COLOURS
        kind = NONE
        if recipe.background is not None:
            try:
                kind = self._read(recipe.background)
            except MatteworkError:  # a picture that is gone is still the recipe's
                kind, self._picture = PICTURE, recipe.background
        button = self.kinds.button(kind)
        assert button is not None
        button.setChecked(True)
        self.pages.setCurrentIndex(kind)
        self.file.setText(Path(self._picture).name if self._picture else "")

    def find_choice(self, control: QWidget) -> QWidget:
        """The kind of background that a setting on another page belongs to."""
        pages = (self.pages.widget(number) for number in range(self.pages.count()))
        number = next(
            number for number, page in enumerate(pages) if page is not None and page.isAncestorOf(control)
        )
        button = self.kinds.button(number)
        assert button is not None
        return button

    def suit_size(self, size: Size) -> None:
        """Offer a blur that suits a photo of this size."""
        self.blur.set_range(0, max(MOST_BLUR, round(0.1 * size.long_side)))
        self.blur.show_value(round(BLUR_SHARE * size.long_side))

    def _read(self, text: str) -> int:
        """Show what a background says; gives its kind."""
        background = parse_background(text)
        if isinstance(background, Path):
            self._picture = text
            return PICTURE
        if isinstance(background, Gradient):
            self._gradient = background
            self.first.show_colour(QColor.fromRgbF(*background.stops[0][1]))
            self.last.show_colour(QColor.fromRgbF(*background.stops[-1][1]))
            self.angle.show_value(background.angle % 360)
            return GRADIENT
        colour = read_colour(text)
        if colour is not None:
            self.colour.show_colour(colour)
            return COLOUR
        inside = text.partition("(")[2].rstrip(")px ")
        if inside:
            self.blur.show_value(float(inside))
        return BLUR

    def _written(self) -> str | None:
        """What the panel says, in the words of the recipe."""
        return {
            NONE: None,
            COLOUR: self.colour.colour().name(),
            GRADIENT: self._written_gradient(),
            BLUR: f"blur({self.blur.value():g})",
            PICTURE: self._picture,
        }[self.kinds.checkedId()]

    def _written_gradient(self) -> str:
        """The gradient with the ends and the angle that are shown; what lies between its ends stays."""
        (begins, _), *between, (ends, _) = self._gradient.stops
        first, last = self.first.colour(), self.last.colour()
        stops = (
            (begins, (first.redF(), first.greenF(), first.blueF())),
            *between,
            (ends, (last.redF(), last.greenF(), last.blueF())),
        )
        return write_gradient(Gradient(stops, self.angle.value()))

    def _choose_kind(self, kind: int) -> None:
        self.pages.setCurrentIndex(kind)
        if kind == PICTURE and (self._picture is None or not Path(self._picture).is_file()):
            self._ask_picture()
        else:
            self._choose(self._written())

    def _try(self) -> None:
        self.recipe_tried.emit(replace(self._recipe, background=self._written()))

    def _give_up(self) -> None:
        self.show_recipe(self._recipe)
        self.recipe_tried.emit(self._recipe)

    def _choose(self, background: str | None) -> None:
        self.recipe_chosen.emit(self.tr("Background"), replace(self._recipe, background=background))
        self.show_recipe(self._recipe)

    def _ask_picture(self) -> None:
        kinds = " ".join(f"*.{suffix}" for suffix in OPEN_SUFFIXES)
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Background Picture"), "", self.tr("Pictures ({kinds})").format(kinds=kinds)
        )
        if path:
            self._picture = path
            self._choose(path)
        else:
            self.show_recipe(self._recipe)
