"""Screen colour: a click on the screen behind the subject takes its colour out of the edge."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtGui import QPainter

from mattework import parse_key
from mattework.errors import UsageError
from mattework_editor.gesture import Gesture
from mattework_editor.sentences import word_sentence
from mattework_editor.tools.base import Tool
from mattework_editor.viewport import Viewport
from mattework_editor.workbench import Workbench


class ScreenColourPicker(Tool):
    name = "Screen Colour"
    tip = "Click the green or blue screen: its spill is taken out of the clean colours. Alt and a click leave it in again."
    step = "Screen Colour"
    inverse_step = "No Screen Colour"
    key = "K"
    colour = (0, 177, 64)
    sign = "drop"

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        """A click leaves no mark."""

    def apply(self, gesture: Gesture, bench: Workbench) -> bool:
        if bench.session is None:
            return False
        last = gesture.samples[-1]
        colour = None if gesture.inverted else bench.read_colour(last.x, last.y)
        if colour is not None:
            try:
                parse_key(colour)
            except UsageError as error:
                bench.told.emit(word_sentence(str(error)))
                return False
        if gesture.inverted or colour is not None:
            bench.change_recipe(self.name_step(gesture), replace(bench.session.recipe, key=colour))
        return False
