# type: ignore
# Runs inside GIMP with its windows. Waits for signals (files) from the test, which looks at the screen and presses keys.
import hashlib
import json
import os
import time
import traceback

from gi.repository import Gegl, Gimp, Gio

WORK = os.environ["MATTEWORK_TEST_WORK"]
SIGNALS = os.path.join(WORK, "signals")
PROCEDURE = os.environ.get("MATTEWORK_TEST_PROCEDURE", "mattework-remove-background")
states = {}


def mark(name):
    open(os.path.join(SIGNALS, name), "w").close()


def wait_for(name, limit=600):
    end = time.time() + limit
    while not os.path.exists(os.path.join(SIGNALS, name)):
        if name != "end" and os.path.exists(os.path.join(SIGNALS, "end")):
            os._exit(0)  # the test has ended before us
        if time.time() > end:
            raise RuntimeError("no signal " + name)
        time.sleep(0.05)


def digest(drawable):
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    data = drawable.get_buffer().get(area, 1.0, None, Gegl.AbyssPolicy.NONE)
    return hashlib.sha256(bytes(data)).hexdigest()


def note(name):
    states[name] = {
        "layers": [
            [
                one.get_name(),
                one.get_visible(),
                digest(one),
                digest(one.get_mask()) if one.get_mask() else None,
            ]
            for one in image.get_layers()
        ],
        "selection": digest(image.get_selection()),
        "parasites": sorted(layer.get_parasite_list()),
    }
    with open(os.path.join(WORK, "out", "states.json"), "w") as stream:
        json.dump(states, stream)


try:
    picture = Gio.File.new_for_path(os.environ["MATTEWORK_TEST_PICTURE"])
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, picture)
    layer = image.get_layers()[0]
    painted = layer.create_mask(Gimp.AddMaskType.WHITE)
    if os.environ.get("MATTEWORK_TEST_MASK"):
        layer.add_mask(painted)
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 60, 60)
    if os.environ.get("MATTEWORK_TEST_BOX"):
        box = [int(number) for number in os.environ["MATTEWORK_TEST_BOX"].split()]
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
    image.undo_enable()  # a picture loaded by a script has none
    Gimp.Display.new(image)
    Gimp.displays_flush()
    note("before")
    first = os.environ.get("MATTEWORK_TEST_FIRST")
    if first:
        run = Gimp.get_pdb().lookup_procedure(first)
        config = run.create_config()
        config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
        config.set_property("image", image)
        config.set_core_object_array("drawables", [layer])
        if run.run(config).index(0).value_nick != "success":
            raise RuntimeError(str(Gimp.get_pdb().get_last_error()))
        Gimp.displays_flush()
        note("before_dialog")
    run = Gimp.get_pdb().lookup_procedure(PROCEDURE)
    config = run.create_config()
    config.set_property("run-mode", Gimp.RunMode.INTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    for name, value in json.loads(os.environ.get("MATTEWORK_TEST_SETTINGS", '{"solver": "guided"}')).items():
        config.set_property(name, value)
    mark("shown")
    result = run.run(config)
    states["status"] = result.index(0).value_nick
    states["error"] = str(Gimp.get_pdb().get_last_error())
    note("after")
    mark("done")
    for name in ("undone", "redone"):
        wait_for(name + "?")
        note(name)
        mark(name)
    wait_for("again?")
    states["second_status"] = run.run(config).index(0).value_nick
    note("cancelled")
    mark("cancelled")
    wait_for("end")
except Exception:  # noqa: BLE001 - told outside
    traceback.print_exc()
    mark("failed")
