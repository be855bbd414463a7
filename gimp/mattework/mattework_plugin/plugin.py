"""The plug-in as GIMP sees it: says which procedures there are, and runs one of them."""

from __future__ import annotations

import errno
import traceback
from typing import Any

from gi.repository import Gegl, Gimp, GLib
from mattework_worker.client import WorkerClient
from mattework_worker.protocol import EngineError

from .engine import list_models, open_engine
from .layers import choose_layers, choose_originals, make_error
from .procedures import BY_NAME, RECORDS, Record, add_argument, read_arguments, restore_colours
from .results import read_recipe_edge

TILE_CACHE = 32 << 20
"""Bytes of pixels that GEGL keeps in this process. Each is read or written once, so more would only be held."""

SUPPORT = Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES


class Mattework(Gimp.PlugIn):
    def do_set_i18n(self, _name: str) -> bool:
        return False

    def do_query_procedures(self) -> list[str]:
        return [record.name for record in RECORDS]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        record = BY_NAME[name]
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, record)
        procedure.set_image_types("*")
        procedure.set_sensitivity_mask(SUPPORT)
        procedure.set_menu_label(record.label)
        for menu in record.menus:
            procedure.add_menu_path(menu)
        # No identifier for help: GIMP's Help button would look for a page in GIMP's own manual.
        procedure.set_documentation(record.blurb, record.help, None)
        procedure.set_attribution("The Mattework developers", "Apache License 2.0", "2026")
        for argument in record.arguments:
            add_argument(procedure, argument)
        return procedure


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    record: Record,
) -> Gimp.ValueArray:
    """Run a procedure. Whatever goes wrong reaches the user as one sentence in GIMP, and the image is left alone."""
    client: WorkerClient | None = None
    try:
        Gegl.init(None)
        Gegl.config().set_property("tile-cache-size", TILE_CACHE)
        choose_layers(image, drawables)
        restore_colours(record, config)
        asks = run_mode == Gimp.RunMode.INTERACTIVE and record.arguments
        if asks and record.check is not None:
            record.check(image, drawables)
        if record.needs_engine:
            client = open_engine()
        if asks and not _ask(record, procedure, config, image, drawables, client):
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, GLib.Error())
        Gimp.progress_init(record.title)
        notes = record.run(image, drawables, read_arguments(record, config), client)
    except EngineError as error:
        if error.kind == "Cancelled":
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, GLib.Error())
        # GIMP tells a person of a calling error by the name that scripts call the procedure by.
        is_caller = error.kind == "usage" and run_mode == Gimp.RunMode.NONINTERACTIVE
        status = Gimp.PDBStatusType.CALLING_ERROR if is_caller else Gimp.PDBStatusType.EXECUTION_ERROR
        return procedure.new_return_values(status, make_error(str(error)))
    except OSError as error:
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, make_error(explain(error)))
    except Exception as error:  # noqa: BLE001 - a defect must not leave the user with GIMP's "no return values"
        traceback.print_exc()
        text = f"Mattework's plug-in has a defect ({type(error).__name__}: {error}). Please report it."
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, make_error(text))
    finally:
        if client is not None:
            client.close()
        Gimp.progress_end()
    if notes:
        Gimp.message("\n".join(notes))
    Gimp.displays_flush()
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())


def explain(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "The disk is full: there is no room for the picture in the temporary folder. Free some space and try again."
    return f"A file could not be read or written: {error.filename or ''} {error.strerror or error}."


def _ask(
    record: Record,
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    client: WorkerClient | None,
) -> bool:
    from .dialogs import ask_user

    names = {argument.name for argument in record.arguments}
    models: list[tuple[str, str]] = []
    networks: list[tuple[str, str]] = []
    built_in: list[tuple[str, str]] = []
    if client is not None and "solver" in names:
        about = client.call("about")
        models, networks = list_models(about, record.task), list_models(about, "matting")
        built_in = list_models(about, "built_in_matting")
    if client is not None and "model" in names:
        client.open_folder(models[0][0] if models else None)  # loaded while the user looks at the dialog
    layer = choose_originals(image, drawables)[0]
    if record.name == "mattework-adjust-edge":
        values: dict[str, Any] = read_recipe_edge(layer)
        for name, value in values.items():
            config.set_property(name, value)
    return ask_user(record, procedure, config, image, layer, models, networks, built_in)
