"""The shadow panel: a shadow under the subject, as a layer of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QButtonGroup, QGroupBox, QRadioButton, QVBoxLayout, QWidget

from mattework import Recipe, Shadow
from mattework.recipe import ShadowKind
from mattework_editor.panels.colour_button import ColourButton, read_colour
from mattework_editor.panels.setting import Setting

KINDS: tuple[ShadowKind | None, ...] = (None, "drop", "contact")
LEAST_REACH = 100.0


class ShadowPanel(QWidget):
    """Shows a recipe's shadow; `recipe_chosen` (name of the step, recipe) asks for another, `recipe_tried` (recipe) for a
    look at one. `suit` gives a new shadow the lengths that suit the subject."""

    recipe_chosen = pyqtSignal(str, object)
    recipe_tried = pyqtSignal(object)

    def __init__(self, suit: Callable[[Shadow], Shadow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._suit = suit
        self.kinds = QButtonGroup(self)
        layout = QVBoxLayout(self)
        for number, (title, tip) in enumerate(
            (
                (self.tr("No shadow"), self.tr("Nothing is laid between subject and background.")),
                (self.tr("Drop shadow"), self.tr("As on a wall behind the subject.")),
                (
                    self.tr("Contact shadow"),
                    self.tr(
                        "On the ground that the subject stands on: dark at the foot, softer with distance."
                    ),
                ),
            )
        ):
            button = QRadioButton(title)
            button.setToolTip(tip)
            self.kinds.addButton(button, number)
            layout.addWidget(button)
        px = self.tr(" px")
        self.dx = Setting(
            self.tr("To the right"),
            self.tr("How far the shadow falls to the right; to the left when negative."),
            -LEAST_REACH,
            LEAST_REACH,
            step=1,
            suffix=px,
        )
        self.dy = Setting(
            self.tr("Downwards"),
            self.tr(
                "How far the shadow falls down in the picture; up, which is behind the subject, when negative."
            ),
            -LEAST_REACH,
            LEAST_REACH,
            step=1,
            suffix=px,
        )
        self.blur = Setting(
            self.tr("Softness"),
            self.tr("Over how many pixels the shadow ends; a contact shadow at its far end."),
            0,
            LEAST_REACH,
            step=1,
            suffix=px,
        )
        self.opacity = Setting(
            self.tr("Opacity"), self.tr("How dark the shadow is."), 0, 100, step=1, suffix=self.tr(" %")
        )
        self.colour = ColourButton(self.tr("Colour"), self.tr("Choose another colour for the shadow."))
        self.details = QGroupBox()
        inner = QVBoxLayout(self.details)
        for widget in (self.dx, self.dy, self.blur, self.opacity, self.colour):
            inner.addWidget(widget)
        layout.addWidget(self.details)
        layout.addStretch(1)
        self.kinds.idClicked.connect(self._choose_kind)
        self.colour.tried.connect(lambda _: self._try())
        self.colour.given_up.connect(self._give_up)
        self.colour.chosen.connect(lambda _: self._choose(self._written()))
        for setting in (self.dx, self.dy, self.blur, self.opacity):
            setting.moved.connect(lambda _: self._try())
            setting.settled.connect(lambda _: self._choose(self._written()))
        self.show_recipe(self._recipe)

    def show_recipe(self, recipe: Recipe) -> None:
        self._recipe = recipe
        shadow = recipe.shadow
        button = self.kinds.button(0 if shadow is None else KINDS.index(shadow.kind))
        assert button is not None
        button.setChecked(True)
        self.details.setVisible(shadow is not None)
        if shadow is None:
            return
        if None in (shadow.dx, shadow.dy, shadow.blur):
            shadow = self._suit(shadow)
        for setting, value in ((self.dx, shadow.dx), (self.dy, shadow.dy), (self.blur, shadow.blur)):
            assert value is not None
            reach = max(LEAST_REACH, 2.0 ** (int(abs(value)).bit_length() + 1))
            setting.set_range(0.0 if setting is self.blur else -reach, reach)
            setting.show_value(value)
        self.opacity.show_value(shadow.opacity * 100)
        self.colour.show_colour(read_colour(shadow.colour) or QColor("#000000"))

    def find_choice(self, _: QWidget) -> QWidget:
        """The first kind of shadow, where there is none that could be set."""
        button = self.kinds.button(1)
        assert button is not None
        return button

    def _written(self) -> Shadow | None:
        """What the panel says."""
        kind = KINDS[self.kinds.checkedId()]
        if kind is None:
            return None
        return Shadow(
            kind=kind,
            dx=self.dx.value(),
            dy=self.dy.value(),
            blur=self.blur.value(),
            opacity=self.opacity.value() / 100,
            colour=self.colour.colour().name(),
        )

    def _choose_kind(self, number: int) -> None:
        kind, own = KINDS[number], self._recipe.shadow
        if kind is None:
            self._choose(None)
            return
        plain = Shadow(kind=kind) if own is None else replace(own, kind=kind, dx=None, dy=None, blur=None)
        self._choose(self._suit(plain))

    def _try(self) -> None:
        self.recipe_tried.emit(replace(self._recipe, shadow=self._written()))

    def _give_up(self) -> None:
        self.show_recipe(self._recipe)
        self.recipe_tried.emit(self._recipe)

    def _choose(self, shadow: Shadow | None) -> None:
        self.recipe_chosen.emit(self.tr("Shadow"), replace(self._recipe, shadow=shadow))
        self.show_recipe(self._recipe)
