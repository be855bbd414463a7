"""What a command is, and how one becomes an action of the window.

Everything that a person can ask for is one record: menus, the tool bar, the palette and the sheet of shortcuts are made
from the records. To add a command, add a record to `commands.COMMANDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QAction, QActionGroup, QIcon, QKeySequence

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

Keys = QKeySequence.StandardKey | str | tuple[str, ...]
CONTEXT = "Command"
"""Where translations find the words of commands, tools and menus."""


def always(_: EditorWindow) -> bool:
    return True


def is_idle(window: EditorWindow) -> bool:
    """No long work runs."""
    return not window.workbench.is_busy


def is_busy(window: EditorWindow) -> bool:
    return window.workbench.is_busy


def can_edit(window: EditorWindow) -> bool:
    """A photo is open and no long work runs."""
    return window.workbench.can_edit


def has_subject(window: EditorWindow) -> bool:
    """A photo is open, no long work runs, and something of it is selected."""
    session = window.workbench.session
    return window.workbench.can_edit and session is not None and session.has_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`text` and `tip` are English and translated when shown. Commands of one `part` of a `menu` stand together; an
    empty `menu` leaves it to the palette. `group` names commands of which one is checked. `data` goes with the action.
    """

    id: str
    text: str
    run: Callable[[EditorWindow], object]
    menu: str
    part: int = 0
    keys: Keys | None = None
    tip: str = ""
    enabled: Callable[[EditorWindow], bool] = always
    checkable: bool = False
    group: str = ""
    icon: Callable[[], QIcon] | None = None
    data: Any = None


def translate(text: str) -> str:
    """The words of a command, tool or menu in the language of the window."""
    return QCoreApplication.translate(CONTEXT, text)


def plain_text(action: QAction) -> str:
    """An action's name without the mark of its mnemonic and without dots."""
    return plain_words(action.text())


def plain_words(text: str) -> str:
    """The same of a name that no action has now: that of undo, say, while the action names the step too."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


class CommandSet:
    """The actions of a window, by the ids of their commands."""

    def __init__(self, window: EditorWindow, commands: tuple[Command, ...]) -> None:
        self.commands = commands
        self.actions: dict[str, QAction] = {}
        self._window = window
        groups: dict[str, QActionGroup] = {}
        for command in commands:
            assert command.id not in self.actions, f"two commands are called {command.id}"
            action = self._make_action(command)
            if command.group:
                group = groups.setdefault(command.group, QActionGroup(window))
                group.addAction(action)
            self.actions[command.id] = action

    def __getitem__(self, identity: str) -> QAction:
        return self.actions[identity]

    def in_group(self, group: str) -> list[QAction]:
        """The actions of which one is checked, in the order of the records."""
        return [self.actions[one.id] for one in self.commands if one.group == group]

    def update(self) -> None:
        """Enable what can be done now, disable what cannot."""
        for command in self.commands:
            self.actions[command.id].setEnabled(command.enabled(self._window))

    def _make_action(self, command: Command) -> QAction:
        window, text = self._window, translate(command.text)
        action = QAction(text, window)
        action.setObjectName(command.id)
        action.triggered.connect(lambda: command.run(window))
        keys = command.keys
        if isinstance(keys, QKeySequence.StandardKey):
            action.setShortcuts(QKeySequence.keyBindings(keys))
        elif keys is not None:
            action.setShortcuts([QKeySequence(key) for key in ([keys] if isinstance(keys, str) else keys)])
        action.setCheckable(command.checkable or bool(command.group))
        action.setData(command.data)
        if command.icon is not None:
            action.setIcon(command.icon())
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = translate(command.tip) if command.tip else plain_text(action)
        action.setToolTip(tip + (f" ({shown})" if shown else ""))
        window.addAction(action)
        return action
