"""Commands of the program itself: the palette, dialogs, how the window looks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDockWidget

from mattework_editor.appearance import Appearance, read_appearance, show_appearance
from mattework_editor.command import Command, has_subject
from mattework_editor.docks import PLACES, arrange_docks
from mattework_editor.language import choose_language
from mattework_editor.preferences import read_subject_model
from mattework_editor.translations import LANGUAGES, read_language

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

APPEARANCE_TITLES: dict[Appearance, str] = {
    "system": "Colours as the System",
    "light": "Light Colours",
    "dark": "Dark Colours",
}


def open_dialog(dialog: QDialog) -> None:
    """Show a dialog over its window without stopping what runs there."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _open_palette(window: EditorWindow) -> None:
    from mattework_editor.entries import list_commands, list_settings
    from mattework_editor.palette import Palette

    commands = list_commands(window.commands)
    known = {(one.where, one.words) for one in commands}
    settings = [one for one in list_settings(window.docks) if (one.where, one.words) not in known]
    Palette(window, [*commands, *settings]).show()


def _show_shortcuts(window: EditorWindow) -> None:
    from mattework_editor.shortcut_sheet import ShortcutSheet

    open_dialog(ShortcutSheet(window.commands, window))


def _show_about(window: EditorWindow) -> None:
    from mattework_editor.about import About

    open_dialog(About(window))


def _show_models(window: EditorWindow) -> None:
    from mattework_editor.models_dialog import ModelsDialog

    dialog = ModelsDialog(window.settings, window, can_solve=has_subject(window))
    dialog.edge_chosen.connect(window.edge.choose_network)
    dialog.finished.connect(lambda _: window.edge.list_solvers())
    dialog.chosen.connect(lambda model: setattr(window.workbench.engine, "subject_model", model))
    open_dialog(dialog)


def _choose_appearance(appearance: Appearance, window: EditorWindow) -> None:
    window.settings.setValue("appearance", appearance)
    show_appearance(appearance)


def _show_panel(name: str, window: EditorWindow) -> None:
    """In front of the panels that are tabs beside it."""
    dock = window.findChild(QDockWidget, name)
    assert dock is not None
    dock.show()
    dock.raise_()


def _arrange_panels(window: EditorWindow) -> None:
    arrange_docks(window, {dock.objectName(): dock for dock in window.docks})


APP_COMMANDS: tuple[Command, ...] = (
    Command(
        id="select.models",
        text="&Models…",
        menu="select",
        part=9,
        tip="What models there are: licences, speed, install and import; which one Select Subject uses",
        run=_show_models,
    ),
    *(
        Command(
            id=f"window.{appearance}",
            text=title,
            menu="window",
            part=-1,
            group="appearance",
            tip="The colours of the windows; grays are neutral, so that they leave the photo's colours alone",
            run=partial(_choose_appearance, appearance),
            data=appearance,
        )
        for appearance, title in APPEARANCE_TITLES.items()
    ),
    *(
        Command(
            id=f"window.language.{language}",
            text=name,
            menu="window",
            part=-2,
            group="language",
            tip="The language of the window, from the next start on",
            run=partial(choose_language, language),
            data=language,
        )
        for language, name in LANGUAGES.items()
    ),
    *(
        Command(
            id=f"panel.{place.attribute}",
            text=place.title,
            menu="window",
            part=-3,
            tip="Show this panel in front",
            run=partial(_show_panel, place.attribute),
        )
        for place in PLACES
    ),
    Command(
        id="panel.arrange",
        text="Panels in Their &Places",
        menu="window",
        part=-3,
        tip="Put all panels back where they were at the first start, also those that were closed or torn off",
        run=_arrange_panels,
    ),
    Command(
        id="help.palette",
        text="&Find a Command…",
        menu="help",
        keys=("Ctrl+K", "Ctrl+Shift+P"),
        tip="Type a few letters of what you want to do, or of a setting that you look for",
        run=_open_palette,
    ),
    Command(
        id="help.shortcuts",
        text="&Shortcuts…",
        menu="help",
        keys="F1",
        tip="All keys, and what mouse and pen do",
        run=_show_shortcuts,
    ),
    Command(
        id="help.about",
        text="&About Mattework…",
        menu="help",
        part=9,
        tip="Version, licence, and the card of the built-in model",
        run=_show_about,
    ),
)


def restore_choices(window: EditorWindow) -> None:
    """The colours and the subject model of last time."""
    window.workbench.engine.subject_model = read_subject_model(window.settings)
    appearance = read_appearance(window.settings)
    if appearance != "system":
        show_appearance(appearance)
    for action in window.commands.in_group("language"):
        action.setChecked(action.data() == read_language(window.settings))
    for action in window.commands.in_group("appearance"):
        action.setChecked(action.data() == appearance)
