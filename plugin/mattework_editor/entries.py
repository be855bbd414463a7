"""What can be found by a few of its letters: every command, and every setting of the panels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QScrollArea,
    QWidget,
)

from mattework_editor.command import CommandSet, plain_text, plain_words, translate
from mattework_editor.menus import MENUS

CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox)
LEAST_OF_TIP = 3
"""Letters from which the words that explain an entry are looked through too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found. `words` are looked through; `where` is its menu or its panel; `run` carries it out.

    `identity` is the command's, empty for a setting.
    """

    words: str
    where: str
    tip: str
    is_enabled: Callable[[], bool]
    run: Callable[[], object]
    keys: str = ""
    identity: str = ""


@runtime_checkable
class Revealing(Protocol):
    """A panel that shows some of its settings only after a choice in it."""

    def find_choice(self, control: QWidget) -> QWidget:
        """Where to choose what brings a setting up."""


def match_letters(wanted: str, words: str) -> float | None:
    """How well the letters of `wanted` are found in `words`, in this order; None when they are not. Higher is better.

    Letters count more at the beginning of a word and when they follow each other; early and short is better than late
    and long.
    """
    text, score, at = words.casefold(), 0.0, -1
    for letter in wanted.casefold().replace(" ", ""):
        places = [place for place in range(at + 1, len(text)) if text[place] == letter]
        if not places:
            return None
        starts = [place for place in places if place == 0 or not text[place - 1].isalnum()]
        best = at + 1 if at + 1 in places and at >= 0 else (starts or places)[0]
        score += 3.0 if best == at + 1 and at >= 0 else 2.0 if best in starts else 0.5
        at = best
    return score - 0.01 * len(words) - 0.02 * max(0, text.find(wanted.casefold()[:1]))


def rank_entries(entries: Iterable[Entry], wanted: str) -> list[Entry]:
    """The entries that hold the letters, best first: in the name, else in the place, the keys or what explains it."""
    ranked = []
    for entry in entries:
        scores = [score for score in _score(entry, wanted) if score is not None]
        if scores:
            ranked.append((max(scores) + (0.5 if entry.is_enabled() else 0.0), entry))
    return [entry for _, entry in sorted(ranked, key=lambda pair: -pair[0])]


def _score(entry: Entry, wanted: str) -> list[float | None]:
    letters = wanted.casefold().replace(" ", "")
    around = match_letters(wanted, f"{entry.where} {entry.words} {entry.keys}")
    scores = [match_letters(wanted, entry.words), None if around is None else around - 2.0]
    if entry.keys and letters == entry.keys.casefold().replace(" ", ""):
        scores.append(100.0)
    if len(letters) >= LEAST_OF_TIP and wanted.strip().casefold() in entry.tip.casefold():
        scores.append(3.0 * len(letters) - 4.0)  # more than scattered letters of a name, less than a name
    return scores


def list_commands(commands: CommandSet) -> list[Entry]:
    """Every command, under the name that it has now."""
    entries = []
    for command in commands.commands:
        action = commands[command.id]
        menu = translate(MENUS.get(command.menu, "")).replace("&", "")
        keys = ", ".join(
            one.toString(QKeySequence.SequenceFormat.NativeText)
            for one in action.shortcuts()
            if _is_on_keyboards(one)
        )
        entries.append(
            Entry(
                plain_text(action),
                menu,
                action.toolTip(),
                action.isEnabled,
                action.trigger,
                keys,
                command.id,
            )
        )
    return entries


def _is_on_keyboards(keys: QKeySequence) -> bool:
    """Not F13 and above, nor keys such as Copy and Paste: those that have them know what is printed on them."""
    if keys.isEmpty():
        return False
    key = keys[0].key()
    return not Qt.Key.Key_F13 <= key <= Qt.Key.Key_F35 and key < Qt.Key.Key_Back


def list_settings(docks: Iterable[QDockWidget]) -> list[Entry]:
    """Every setting of the panels, also of those that are closed; to carry one out is to put the keys there."""
    entries = []
    for dock in docks:
        area = dock.widget()
        panel = area.widget() if isinstance(area, QScrollArea) else area
        controls: dict[str, QWidget] = {}
        for control in [] if panel is None else panel.findChildren(QWidget):
            name = _name_control(control)
            if name and control.focusPolicy() != Qt.FocusPolicy.NoFocus:
                controls[name] = control  # what a choice brings up stands for the choice of the same name
        entries += [
            Entry(
                name,
                dock.windowTitle(),
                control.toolTip(),
                control.isEnabled,
                partial(_go_to, dock, control),
            )
            for name, control in controls.items()
        ]
    return entries


def _name_control(control: QWidget) -> str:
    if not isinstance(control, CONTROLS):
        return ""
    return control.accessibleName() or plain_words(
        control.text() if isinstance(control, QAbstractButton) else ""
    )


def _go_to(dock: QDockWidget, control: QWidget) -> None:
    """Bring a setting's panel to the front and put the keys on it, or on the choice that brings it up."""
    area = dock.widget()
    assert isinstance(area, QScrollArea)
    panel = area.widget()
    assert panel is not None
    if not control.isVisibleTo(panel) and isinstance(panel, Revealing):
        control = panel.find_choice(control)
    dock.show()
    dock.raise_()
    if dock.isFloating():
        dock.activateWindow()
    control.setFocus(Qt.FocusReason.ShortcutFocusReason)
    if isinstance(control, QAbstractSpinBox):
        control.selectAll()
    QTimer.singleShot(0, partial(area.ensureWidgetVisible, control))  # once the panel is laid out
