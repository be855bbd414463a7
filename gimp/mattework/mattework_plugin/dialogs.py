"""The dialogs: GIMP's own procedure dialog, with the installed models to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gi
from gi.repository import Gimp

from .procedures import EDGE, SOLVER, Model, Outline, Painting, Record, Text
from .solvers import list_ways, split_way

EDGE_NAMES = [argument.name for argument in EDGE]


def ask_user(
    record: Record,
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    layer: Gimp.Layer,
    models: Sequence[tuple[str, str]],
    networks: Sequence[tuple[str, str]],
) -> bool:
    """Show the dialog of a procedure; gives whether the user said OK. The answers are in `config`."""
    gi.require_version("GimpUi", "3.0")
    gi.require_version("Gtk", "3.0")
    from gi.repository import GimpUi

    GimpUi.init("mattework")
    dialog = GimpUi.ProcedureDialog.new(procedure, config, record.title)
    names = [argument.name for argument in record.arguments]
    own = (Model, Outline, Painting, Text)
    elsewhere = (*EDGE_NAMES, "solver")
    shown = [one.name for one in record.arguments if one.name not in elsewhere and not isinstance(one, own)]
    above = dialog.get_content_area()
    if record.hint:
        above.pack_start(_write_hint(record.hint), False, False, 6)
    if len(models) > 1 and "model" in names:
        above.pack_start(_choose_model(config, models), False, False, 6)
    if "solver" in names:
        above.pack_start(_choose_solver(config, networks), False, False, 6)
    for argument in record.arguments:
        if isinstance(argument, Outline) and image.get_paths():
            above.pack_start(_choose_path(config, argument, image.get_paths()), False, False, 6)
        elif isinstance(argument, Painting):
            shown.append(argument.name)
    if set(EDGE_NAMES) <= set(names):
        dialog.fill_box("edge-box", EDGE_NAMES)
        dialog.get_label("edge-title", "Edge settings", False, False)
        dialog.fill_expander("edge-settings", "edge-title", False, "edge-box")
        shown.append("edge-settings")
    dialog.fill(shown)
    if "automatic" in names:
        for name in ("dx", "dy", "blur"):
            dialog.set_sensitive(name, True, config, "automatic", True)
    preview = None
    if record.has_preview:
        from .preview import Preview

        preview = Preview(layer, config, names)
        above.pack_start(preview.widget, False, False, 6)
        above.reorder_child(preview.widget, 0)
    agreed = bool(dialog.run())
    if preview is not None:
        preview.close()
    dialog.destroy()
    return agreed


def _choose_model(config: Gimp.ProcedureConfig, models: Sequence[tuple[str, str]]) -> Any:
    """A row with the models that the engine says are installed; the first is the default."""
    from gi.repository import Gtk

    combo = Gtk.ComboBoxText()
    for number, (identifier, name) in enumerate(models):
        combo.append(identifier if number else "", name)
    # An id of None would be taken, and leave the row empty.
    if not combo.set_active_id(config.get_property("model") or ""):
        combo.set_active_id("")
        config.set_property("model", "")
    combo.connect("changed", lambda chosen: config.set_property("model", chosen.get_active_id()))
    return _make_row("_Model", combo)


def _choose_solver(config: Gimp.ProcedureConfig, networks: Sequence[tuple[str, str]]) -> Any:
    """A row with the ways to solve an edge, the networks that are installed among them."""
    from gi.repository import Gtk

    solver, network = config.get_property("solver"), config.get_property("matting-model") or ""
    ways, chosen = list_ways(networks, solver, network)
    combo = Gtk.ComboBoxText()
    for identifier, label in ways:
        combo.append(identifier, label)
    combo.set_active_id(chosen)

    def choose(one: Any) -> None:
        for name, value in zip(
            ("matting-model", "solver"), reversed(split_way(one.get_active_id())), strict=True
        ):
            config.set_property(name, value)

    combo.connect("changed", choose)
    return _make_row(SOLVER.label, combo)


def _choose_path(config: Gimp.ProcedureConfig, argument: Outline, paths: Sequence[Gimp.Path]) -> Any:
    """A row with the image's paths; GIMP 3.0 has no such row of its own."""
    from gi.repository import Gtk

    combo = Gtk.ComboBoxText()
    combo.append("", "None")
    by_id = {str(path.get_id()): path for path in paths}
    for identifier, path in by_id.items():
        combo.append(identifier, path.get_name())
    chosen = config.get_property(argument.name)
    if chosen is None or not combo.set_active_id(str(chosen.get_id())):
        combo.set_active_id("")
        config.set_property(argument.name, None)
    combo.connect(
        "changed", lambda one: config.set_property(argument.name, by_id.get(one.get_active_id() or ""))
    )
    return _make_row(argument.label, combo)


def _write_hint(text: str) -> Any:
    from gi.repository import Gtk

    label = Gtk.Label(label=text, xalign=0.0, max_width_chars=48, wrap=True)
    label.show()
    return label


def _make_row(text: str, control: Any) -> Any:
    from gi.repository import Gtk

    row = Gtk.Box(orientation=Gtk.Orientation.HORIZONTAL, spacing=6)
    label = Gtk.Label.new_with_mnemonic(text)
    label.set_mnemonic_widget(control)
    row.pack_start(label, False, False, 0)
    row.pack_start(control, True, True, 0)
    row.show_all()
    return row
