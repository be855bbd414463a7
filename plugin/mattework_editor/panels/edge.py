"""The edge panel: how the edge is solved and shaped. Everything in it can be changed again at any time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QComboBox, QFormLayout, QGroupBox, QPushButton, QVBoxLayout, QWidget

from mattework import EdgeSettings, MattingChoice, ModelSpec, Recipe, list_matting_models, open_store
from mattework.recipe import SolverName
from mattework_editor.panels.colour_button import ColourButton, read_colour
from mattework_editor.panels.setting import Setting
from mattework_editor.wording import name_solver

SOLVERS: tuple[SolverName, ...] = ("auto", "closed-form", "guided", "hard")
NEURAL = "neural"
"""The solver that is a network; its entries hold the model's identifier after a space."""


class EdgePanel(QWidget):
    """Shows a recipe's edge. `edge_moved` asks for a look, `recipe_chosen` (name of the step, recipe) for a step."""

    edge_moved = pyqtSignal(object)
    recipe_chosen = pyqtSignal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        px = self.tr(" px")
        self.smooth = Setting(
            self.tr("Smooth"),
            self.tr("Rounds the outline; hair that leaves it stays as it is."),
            0,
            30,
            suffix=px,
        )
        self.feather = Setting(
            self.tr("Feather"), self.tr("Softens the edge to both sides."), 0, 50, suffix=px
        )
        self.contrast = Setting(
            self.tr("Contrast"), self.tr("Hardens the edge."), 0, 100, step=1, suffix=self.tr(" %")
        )
        self.shift = Setting(
            self.tr("Shift"),
            self.tr("Moves the edge outwards, or inwards when negative."),
            -20,
            20,
            suffix=px,
        )
        self.band = Setting(
            self.tr("Band"),
            self.tr("How wide a band around the outline is solved. The whole edge is solved again."),
            0.2,
            4,
            step=0.05,
            suffix=self.tr(" x"),
        )
        self.colours = Setting(
            self.tr("Clean colours"),
            self.tr("How much of the old background is taken out of the edge's colours."),
            0,
            100,
            step=1,
            suffix=self.tr(" %"),
        )
        self.solver = QComboBox()
        self.solver.setAccessibleName(self.tr("Solver"))
        self.solver.setToolTip(
            self.tr(
                "How alpha is found in the band: automatic is best for hair, the guided filter is quick, a hard cut is "
                "clean. Networks are offered when they are installed (Select ▸ Models)."
            )
        )
        self.list_solvers()
        self.screen_colour = ColourButton(
            self.tr("Screen"),
            self.tr(
                "The screen behind the subject, whose spill is taken out of the clean colours (K picks it)."
            ),
        )
        self.no_screen = QPushButton(self.tr("No Screen"))
        self.no_screen.setToolTip(self.tr("Leave the colours as they are: there is no coloured screen."))
        self.reset = QPushButton(self.tr("Reset Shape"))
        self.reset.setToolTip(self.tr("Smooth, feather, contrast and shift back to none."))
        shape, solving = QGroupBox(self.tr("Shape")), QGroupBox(self.tr("Solving"))
        inner = QVBoxLayout(shape)
        for row in (self.smooth, self.feather, self.contrast, self.shift, self.reset):
            inner.addWidget(row)
        form = QFormLayout(solving)
        form.addRow(self.band)
        form.addRow(self.tr("Solver"), self.solver)
        form.addRow(self.colours)
        form.addRow(self.screen_colour, self.no_screen)
        layout = QVBoxLayout(self)
        layout.addWidget(shape)
        layout.addWidget(solving)
        layout.addStretch(1)
        for row, name in (
            (self.smooth, self.tr("Smooth")),
            (self.feather, self.tr("Feather")),
            (self.contrast, self.tr("Contrast")),
            (self.shift, self.tr("Shift Edge")),
        ):
            row.moved.connect(lambda _: self.edge_moved.emit(self.edge()))
            row.settled.connect(
                lambda _, name=name: self._choose(name, replace(self._recipe, edge=self.edge()))
            )
        self.band.settled.connect(self._choose_band)
        self.colours.settled.connect(
            lambda value: self._choose(self.tr("Clean Colours"), replace(self._recipe, colours=value / 100))
        )
        self.solver.activated.connect(self._choose_solver)
        self.screen_colour.chosen.connect(
            lambda colour: self._choose(self.tr("Screen Colour"), replace(self._recipe, key=colour.name()))
        )
        self.no_screen.clicked.connect(
            lambda: self._choose(self.tr("No Screen"), replace(self._recipe, key=None))
        )
        self.reset.clicked.connect(
            lambda: self._choose(self.tr("Reset Shape"), replace(self._recipe, edge=EdgeSettings()))
        )
        self.show_recipe(self._recipe)

    def edge(self) -> EdgeSettings:
        """What the sliders say."""
        return EdgeSettings(
            smooth=self.smooth.value(),
            feather=self.feather.value(),
            contrast=self.contrast.value() / 100,
            shift=self.shift.value(),
        )

    def show_recipe(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self.smooth.show_value(recipe.edge.smooth)
        self.feather.show_value(recipe.edge.feather)
        self.contrast.show_value(recipe.edge.contrast * 100)
        self.shift.show_value(recipe.edge.shift)
        self.band.show_value(recipe.trimap.band)
        self.colours.show_value(recipe.colours * 100)
        self._show_solver(recipe)
        self.no_screen.setEnabled(recipe.key is not None)
        colour = None if recipe.key is None else read_colour(recipe.key)
        self.screen_colour.show_colour(colour or QColor(255, 255, 255))
        if colour is None:
            self.screen_colour.setText(self.tr("Screen: none"))

    def _choose(self, name: str, recipe: Recipe) -> None:
        self.recipe_chosen.emit(name, recipe)

    def _choose_band(self, value: float) -> None:
        rules = replace(self._recipe.trimap, band=round(value, 2))
        self._choose(self.tr("Band"), replace(self._recipe, trimap=rules))

    def list_solvers(self) -> None:
        """List the solvers again: networks may have been installed or removed.

        What is built in is a part of "auto" and gives the same edge: it is listed only while the recipe names it.
        """
        self.solver.clear()
        for solver in SOLVERS:
            self.solver.addItem(_capitalise(name_solver(solver)), solver)
        store = open_store()
        for spec in list_matting_models():
            if store.is_installed(spec) and not spec.embedded:
                self._add_network(spec)
        self._offered = self.solver.count()
        self._show_solver(self._recipe)

    def choose_network(self, model: str) -> None:
        """Ask for the edge to be solved by an installed network."""
        self.list_solvers()
        self._show_entry(f"{NEURAL} {model}")
        self._choose_solver()

    def _show_solver(self, recipe: Recipe) -> None:
        entry: str = recipe.solver
        if entry == NEURAL and recipe.matting is not None:
            entry = f"{NEURAL} {recipe.matting.model}"
        self._show_entry(entry)

    def _show_entry(self, entry: str) -> None:
        place = self.solver.findData(entry)
        if place < self._offered:
            while self.solver.count() > self._offered:  # what only another recipe named
                self.solver.removeItem(self._offered)
        if place < 0:  # a file's own network
            model = entry.partition(" ")[2]
            here = [
                spec for spec in list_matting_models() if spec.id == model and open_store().is_installed(spec)
            ]
            if here:
                self._add_network(here[0])
            else:
                title = self.tr("Network: {model} (not installed)").format(model=model or self.tr("none"))
                self.solver.addItem(title, entry)
        self.solver.setCurrentIndex(self.solver.findData(entry))

    def _add_network(self, spec: ModelSpec) -> None:
        title = self.tr("Network: {model}").format(model=spec.display_name)
        self.solver.addItem(title, f"{NEURAL} {spec.id}")

    def _choose_solver(self) -> None:
        name, _, model = str(self.solver.currentData()).partition(" ")
        kept = self._recipe.matting
        matting = None
        if name == NEURAL:
            same = kept is not None and model in ("", kept.model)
            matting = kept if same or not model else MattingChoice(model=model)
        solver = cast("SolverName", name)
        own = self._recipe
        is_same = solver == own.solver == own.wanted_solver and (solver == "auto" or matting == own.matting)
        self._choose(self.tr("Solver"), own if is_same else own.choose_solver(solver, matting))


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]
