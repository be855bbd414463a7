"""Every command of the editor, one record each, in the order of its menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtGui import QKeySequence

from mattework_editor.app_commands import APP_COMMANDS
from mattework_editor.brush_commands import BRUSH_COMMANDS
from mattework_editor.command import Command, can_edit, is_busy, is_idle, translate
from mattework_editor.icons import draw_tool_icon
from mattework_editor.menus import MENUS
from mattework_editor.output_commands import OUTPUT_COMMANDS
from mattework_editor.review_commands import REVIEW_COMMANDS
from mattework_editor.tools import TOOLS, Tool
from mattework_editor.view_commands import VIEW_COMMANDS

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

STANDARD = QKeySequence.StandardKey


def _choose_tool(tool: Tool, window: EditorWindow) -> None:
    window.canvas.set_tool(tool)
    tool.prepare(window.workbench)
    if window.workbench.can_edit:
        window.status.tell(translate(tool.tip))


def _make_tool_command(kind: type[Tool]) -> Command:
    tool = kind()
    return Command(
        id=f"tool.{kind.__name__}",
        text=tool.name,
        tip=tool.tip,
        keys=tool.key,
        menu="tools",
        group="tool",
        run=partial(_choose_tool, tool),
        icon=partial(draw_tool_icon, tool),
        data=tool,
    )


_BY_SUBJECT: tuple[Command, ...] = (
    Command(
        id="file.open",
        text="&Open…",
        menu="file",
        keys=STANDARD.Open,
        tip="Open a photo, or a file that Mattework wrote",
        enabled=is_idle,
        run=lambda window: window.filing.ask_open(),
    ),
    Command(
        id="file.save",
        text="&Save",
        menu="file",
        part=1,
        keys=STANDARD.Save,
        tip="Save where it was saved before; PSD and TIFF stay editable",
        enabled=can_edit,
        run=lambda window: window.filing.save(),
    ),
    Command(
        id="file.save_as",
        text="Save &As…",
        menu="file",
        part=1,
        keys="Ctrl+Shift+S",
        tip="Save under another name or in another format",
        enabled=can_edit,
        run=lambda window: window.filing.ask_save(),
    ),
    Command(
        id="file.close",
        text="&Close Photo",
        menu="file",
        part=8,
        keys=STANDARD.Close,
        tip="Leave the photo, for another or none; what is not saved is asked about",
        enabled=can_edit,
        run=lambda window: window.filing.close_photo(),
    ),
    Command(
        id="file.quit",
        text="&Quit",
        menu="file",
        part=9,
        keys=STANDARD.Quit,
        tip="Close the window; what is not saved is asked about",
        run=lambda window: window.close(),
    ),
    Command(
        id="edit.undo",
        text="&Undo",
        menu="edit",
        keys=STANDARD.Undo,
        tip="Take the last step back",
        enabled=lambda window: window.workbench.stepping.can_undo,
        run=lambda window: window.undo(),
    ),
    Command(
        id="edit.redo",
        text="&Redo",
        menu="edit",
        keys=("Ctrl+Shift+Z", "Ctrl+Y"),
        tip="Do again what was taken back",
        enabled=lambda window: window.workbench.stepping.can_redo,
        run=lambda window: window.workbench.stepping.redo(),
    ),
    Command(
        id="select.subject",
        text="Select &Subject",
        menu="select",
        keys="Ctrl+Alt+S",
        tip="Let the model find the subject and solve its edge",
        enabled=can_edit,
        run=lambda window: window.workbench.find_subject(),
    ),
    Command(
        id="select.cancel",
        text="&Cancel",
        menu="select",
        part=9,
        keys="Ctrl+.",
        tip="Stop the work that runs; what was there before stays",
        enabled=is_busy,
        run=lambda window: window.workbench.cancel(),
    ),
    *(_make_tool_command(kind) for kind in TOOLS),
    *BRUSH_COMMANDS,
    *VIEW_COMMANDS,
    *OUTPUT_COMMANDS,
    *REVIEW_COMMANDS,
    *APP_COMMANDS,
)

_ORDER = [*MENUS, ""]
COMMANDS = tuple(sorted(_BY_SUBJECT, key=lambda one: (_ORDER.index(one.menu), one.part)))
"""Every command, menu by menu and part by part."""
