"""The dialogs: GIMP's own procedure dialog, with rows of ours for what GIMP has no control for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gi
from gi.repository import Gimp

from .operations import read_recipe
from .procedures import EDGE, SOLVER, Argument, Model, Outline, Painting, Record, Text
from .solvers import list_ways, split_way

OWN = (Model, Outline, Painting, Text)
EDGE_NAMES = [argument.name for argument in EDGE]
MOST_LETTERS = 36
"""Of an entry in a row: the names that people give their models may be long."""

Offer = tuple[Sequence[tuple[str, str]], str]
"""Identifier and label of each entry, and the identifier of the one that is chosen now."""


def ask_user(
    record: Record,
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    layer: Gimp.Layer,
    models: Sequence[tuple[str, str]],
    networks: Sequence[tuple[str, str]],
    built_in: Sequence[tuple[str, str]],
) -> bool:
    """Show the dialog of a procedure; gives whether the user said OK. The answers are in `config`."""
    gi.require_version("GimpUi", "3.0")
    gi.require_version("Gtk", "3.0")
    from gi.repository import GimpUi, GObject, Gtk

    GimpUi.init("mattework")
    dialog = GimpUi.ProcedureDialog.new(procedure, config, record.title)
    names = [argument.name for argument in record.arguments]
    labels = Gtk.SizeGroup(mode=Gtk.SizeGroupMode.HORIZONTAL)
    theirs: list[str] = []
    ours: dict[int, Any] = {}
    for argument in record.arguments:
        made = _make_control(argument, config, image, models, networks, built_in)
        if made is not None:
            ours[len(theirs) + len(ours)] = _make_row(argument, made, labels)
        elif not isinstance(argument, OWN) and argument is not SOLVER and argument.name not in EDGE_NAMES:
            theirs.append(argument.name)
    if set(EDGE_NAMES) <= set(names):
        dialog.fill_box("edge-box", EDGE_NAMES)
        dialog.get_label("edge-title", "Edge settings", False, False)
        dialog.fill_expander("edge-settings", "edge-title", False, "edge-box").set_expanded(True)
        theirs.append("edge-settings")
    content = dialog.get_content_area()
    if record.hint:
        content.pack_start(_write_hint(record.hint), False, False, 6)
    if theirs:
        controls = dialog.fill_box("controls", theirs)
        whole = dialog.fill_box("whole", ["controls"])
        dialog.fill(["whole"])
    else:  # GIMP takes an empty list for all arguments
        whole = controls = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        content.pack_start(whole, False, False, 0)
        whole.show()
    for position, row in ours.items():
        controls.pack_start(row, False, False, 0)
        controls.reorder_child(row, position)
    for name in names:
        control = dialog.get_widget(name, GObject.TYPE_NONE) if name in (*theirs, *EDGE_NAMES) else None
        if isinstance(control, GimpUi.Labeled):
            labels.add_widget(control.get_label())
    if "automatic" in names:
        for name in ("dx", "dy", "blur"):
            dialog.set_sensitive(name, True, config, "automatic", True)
    preview = _make_preview(record, layer, config, names)
    if preview is not None:
        # Beside the controls: above them, the dialog would be higher than a small screen.
        whole.set_orientation(Gtk.Orientation.HORIZONTAL)
        whole.set_spacing(12)
        whole.pack_start(preview.widget, False, False, 0)
        whole.reorder_child(preview.widget, 0)
    agreed = bool(dialog.run())
    if preview is not None:
        preview.close()
    dialog.destroy()
    return agreed


def _make_preview(record: Record, layer: Gimp.Layer, config: Gimp.ProcedureConfig, names: list[str]) -> Any:
    if record.preview == "cut":
        from .preview import CutPreview

        return CutPreview(layer, config, names)
    if record.preview == "edge":
        from .edge_preview import EdgePreview

        return EdgePreview(layer, config, names, *read_recipe(layer))
    return None


def _make_control(
    argument: Argument,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    models: Sequence[tuple[str, str]],
    networks: Sequence[tuple[str, str]],
    built_in: Sequence[tuple[str, str]],
) -> Any:
    """Our control for an argument; None where GIMP has one, or where there is nothing to choose from."""
    if isinstance(argument, Model):
        return _choose_model(config, models) if len(models) > 1 else None
    if argument is SOLVER:
        return _choose_solver(config, networks, built_in)
    if isinstance(argument, Outline):
        return _choose_item(config, argument.name, image.get_paths())
    if isinstance(argument, Painting):
        return _choose_item(config, argument.name, image.get_channels())
    return None


def _choose_model(config: Gimp.ProcedureConfig, models: Sequence[tuple[str, str]]) -> Any:
    """The models that the engine says are installed; the first is the default."""
    entries = [(identifier if number else "", name) for number, (identifier, name) in enumerate(models)]

    def offer() -> Offer:
        chosen = config.get_property("model") or ""  # None would be taken, and leave the row empty
        return entries, chosen if chosen in dict(entries) else ""

    config.set_property("model", offer()[1])
    return _make_choice(config, ("model",), offer, lambda chosen: config.set_property("model", chosen))


def _choose_solver(
    config: Gimp.ProcedureConfig, networks: Sequence[tuple[str, str]], built_in: Sequence[tuple[str, str]]
) -> Any:
    """The ways to solve an edge, the networks that are installed among them."""

    def offer() -> Offer:
        network = config.get_property("matting-model") or ""
        return list_ways(networks, config.get_property("solver"), network, built_in)

    def choose(way: str) -> None:
        solver, network = split_way(way)
        config.set_property("matting-model", network)
        config.set_property("solver", solver)

    return _make_choice(config, ("solver", "matting-model"), offer, choose)


def _choose_item(config: Gimp.ProcedureConfig, name: str, items: Sequence[Gimp.Item]) -> Any:
    """The image's paths or channels, or none of them; None where it has none. GIMP 3.0 has no row of its own for paths,
    and one for channels that goes through every open image and does not go back to none."""
    by_id = {str(item.get_id()): item for item in items}
    entries = [("", "None"), *((identifier, item.get_name()) for identifier, item in by_id.items())]

    def offer() -> Offer:
        chosen = config.get_property(name)
        identifier = "" if chosen is None else str(chosen.get_id())
        return entries, identifier if identifier in by_id else ""

    config.set_property(name, by_id.get(offer()[1]))
    if not by_id:
        return None
    return _make_choice(config, (name,), offer, lambda chosen: config.set_property(name, by_id.get(chosen)))


def _make_choice(
    config: Gimp.ProcedureConfig,
    names: Sequence[str],
    offer: Callable[[], Offer],
    choose: Callable[[str], None],
) -> Any:
    """A list that follows the settings `names`, which Reset and Load Saved Settings change, too."""
    from gi.repository import Gtk, Pango

    combo = Gtk.ComboBoxText()
    for cell in combo.get_cells():
        cell.set_property("ellipsize", Pango.EllipsizeMode.END)
        cell.set_property("max-width-chars", MOST_LETTERS)
    is_changing = False

    def follow(*_: Any) -> None:
        nonlocal is_changing
        if is_changing:
            return
        is_changing = True
        entries, chosen = offer()
        combo.remove_all()
        for identifier, label in entries:
            combo.append(identifier, label)
        combo.set_active_id(chosen)
        is_changing = False

    def take(one: Any) -> None:
        nonlocal is_changing
        if is_changing:
            return
        is_changing = True
        choose(one.get_active_id() or "")
        is_changing = False

    follow()
    combo.connect("changed", take)
    for name in names:
        config.connect(f"notify::{name}", follow)
    return combo


def _write_hint(text: str) -> Any:
    from gi.repository import Gtk

    label = Gtk.Label(label=text, xalign=0.0, max_width_chars=48, wrap=True)
    label.show()
    return label


def _make_row(argument: Argument, control: Any, labels: Any) -> Any:
    from gi.repository import Gtk

    row = Gtk.Box(orientation=Gtk.Orientation.HORIZONTAL, spacing=6)
    label = Gtk.Label.new_with_mnemonic(argument.label)
    label.set_xalign(0.0)
    label.set_mnemonic_widget(control)
    row.set_tooltip_text(argument.help)
    labels.add_widget(label)
    row.pack_start(label, False, False, 0)
    row.pack_start(control, True, True, 0)
    row.show_all()
    return row
