"""Screen colour: a click on the screen behind the subject takes its colour out of the edge."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QPainter

from mattework import parse_key
from mattework.errors import UsageError
from mattework_editor.gesture import Gesture
from mattework_editor.sentences import word_sentence
from mattework_editor.tools.base import Tool
from mattework_editor.viewport import Viewport
from mattework_editor.workbench import Workbench

SURE = 0.1
"""By how much more green or blue a screen is than red."""


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
        if gesture.inverted:
            told = QCoreApplication.translate("ScreenColour", "Colours are left as they are.")
        elif colour is None:
            bench.told.emit(QCoreApplication.translate("ScreenColour", "Click inside the photo."))
            return False
        else:
            try:
                told = _word_screen(colour)
            except UsageError as error:
                bench.told.emit(word_sentence(str(error)))
                return False
        bench.told.emit(told)
        bench.change_recipe(self.name_step(gesture), replace(bench.session.recipe, key=colour))
        return False


def _word_screen(colour: str) -> str:
    """What is to be said of a screen colour that was picked.

    Raises:
        UsageError: it has no hue.
    """
    red, green, blue = parse_key(colour)
    translate = QCoreApplication.translate
    told = translate("ScreenColour", "Screen {colour}: its spill is taken out of the clean colours.")
    if red > max(green, blue) - SURE:
        told += " " + translate("ScreenColour", "It is neither green nor blue: undo, if it is the subject's.")
    return told.format(colour=colour)
