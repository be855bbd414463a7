"""The dialogs: GIMP's own procedure dialog, with the installed models to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gi
from gi.repository import Gimp

from .procedures import EDGE, Band, Model, Record

EDGE_NAMES = [argument.name for argument in EDGE]


def ask_user(
    record: Record, procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, models: Sequence[tuple[str, str]]
) -> bool:
    """Show the dialog of a procedure; gives whether the user said OK. The answers are in `config`."""
    gi.require_version("GimpUi", "3.0")
    gi.require_version("Gtk", "3.0")
    from gi.repository import GimpUi

    GimpUi.init("mattework")
    dialog = GimpUi.ProcedureDialog.new(procedure, config, record.title)
    names = [argument.name for argument in record.arguments]
    shown = [name for name in names if name not in EDGE_NAMES]
    shown = [name for name in shown if not isinstance(_find(record, name), (Model, Band))]
    if len(models) > 1 and "model" in names:
        dialog.get_content_area().pack_start(_choose_model(config, models), False, False, 6)
    if "channel" in names:
        shown.append("channel")
    if set(EDGE_NAMES) <= set(names):
        dialog.fill_box("edge-box", EDGE_NAMES)
        dialog.get_label("edge-title", "Edge settings", False, False)
        dialog.fill_expander("edge-settings", "edge-title", False, "edge-box")
        shown.append("edge-settings")
    dialog.fill(shown)
    agreed = bool(dialog.run())
    dialog.destroy()
    return agreed


def _find(record: Record, name: str) -> Any:
    return next(argument for argument in record.arguments if argument.name == name)


def _choose_model(config: Gimp.ProcedureConfig, models: Sequence[tuple[str, str]]) -> Any:
    """A row with the models that the engine says are installed; the first is the default."""
    from gi.repository import Gtk

    combo = Gtk.ComboBoxText()
    for number, (identifier, name) in enumerate(models):
        combo.append(identifier if number else "", name)
    if not combo.set_active_id(config.get_property("model")):
        combo.set_active_id("")
        config.set_property("model", "")
    combo.connect("changed", lambda chosen: config.set_property("model", chosen.get_active_id()))
    row = Gtk.Box(orientation=Gtk.Orientation.HORIZONTAL, spacing=6)
    label = Gtk.Label.new_with_mnemonic("_Model")
    label.set_mnemonic_widget(combo)
    row.pack_start(label, False, False, 0)
    row.pack_start(combo, True, True, 0)
    row.show_all()
    return row
