"""The menu bar, made from the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QMenu

from mattework_editor.command import translate

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

MENUS = {
    "file": "&File",
    "edit": "&Edit",
    "select": "&Select",
    "tools": "&Tools",
    "view": "&View",
    "review": "&Review",
    "window": "&Window",
    "help": "&Help",
}
"""The menus from left to right: the name that commands give, and the title."""


def fill_menu_bar(window: EditorWindow) -> dict[str, QMenu]:
    """Menus with a line between the parts of each; gives them by name."""
    bar = window.menuBar()
    assert bar is not None
    menus: dict[str, QMenu] = {}
    for name, title in MENUS.items():
        menu = QMenu(translate(title), window)
        menu.setToolTipsVisible(True)
        bar.addMenu(menu)
        menus[name] = menu
        commands = [one for one in window.commands.commands if one.menu == name]
        for before, command in zip([None, *commands], commands, strict=False):
            if before is not None and before.part != command.part:
                menu.addSeparator()
            menu.addAction(window.commands[command.id])
            if command.id == "file.open":
                menu.addMenu(window.filing.recent_menu)
    return menus
