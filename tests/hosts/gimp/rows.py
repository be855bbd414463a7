# type: ignore
# Runs inside GIMP, on a screen: the rows of the dialogs over real settings, and what is refused before a dialog opens.
import json
import os
import sys
import time

sys.path.insert(0, os.environ["MATTEWORK_TEST_WORK"])
sys.path.insert(0, os.path.join(os.environ["GIMP3_DIRECTORY"], "plug-ins", "mattework"))

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gegl, Gimp, Gtk  # noqa: E402
from inside import call, file_of, make_image  # noqa: E402
from mattework_plugin import dialogs  # noqa: E402
from mattework_plugin.edge_preview import EdgePreview  # noqa: E402
from mattework_plugin.operations import read_recipe  # noqa: E402
from mattework_plugin.procedures import BY_NAME  # noqa: E402
from mattework_plugin.results import read_recipe_edge  # noqa: E402

Gtk.init([])
Gegl.init(None)
BLACK = Gegl.Color.new("black")


def settings(name):
    return Gimp.get_pdb().lookup_procedure(name).create_config()


def follow_solver():
    config = settings("mattework-remove-background")
    config.set_property("solver", "guided")
    row = dialogs._choose_solver(config, [("mine", "My own")], [("ours", "Built in")])
    seen = [row.get_active_text()]
    row.set_active_id("neural mine")
    seen.append([config.get_property("solver"), config.get_property("matting-model")])
    for solver, network in (("neural", "gone"), ("neural", "ours"), ("auto", "")):
        config.set_property("matting-model", network)
        config.set_property("solver", solver)
        seen.append(row.get_active_text())
    return seen


def follow_model():
    config = settings("mattework-remove-background")
    config.set_property("model", "one-that-was-removed")
    row = dialogs._choose_model(config, [("first", "First"), ("second", "Second")])
    seen = [config.get_property("model"), row.get_active_text()]
    row.set_active_id("second")
    seen.append(config.get_property("model"))
    config.set_property("model", "")
    return [*seen, row.get_active_text()]


def follow_channel():
    image, _ = make_image()
    config = settings("mattework-refine-edge")
    seen = [dialogs._choose_item(config, "channel", image.get_channels()) is None]
    channels = [Gimp.Channel.new(image, name, 9, 9, 50.0, BLACK) for name in ("A", "B")]
    for channel in channels:
        image.insert_channel(channel, None, 0)
    other, _ = make_image()
    strange = Gimp.Channel.new(other, "Of another image", 9, 9, 50.0, BLACK)
    other.insert_channel(strange, None, 0)
    config.set_property("channel", strange)
    row = dialogs._choose_item(config, "channel", image.get_channels())
    seen += [config.get_property("channel") is None, row.get_active_text()]
    row.set_active_id(str(channels[0].get_id()))
    seen.append(config.get_property("channel").get_name())
    config.set_property("channel", None)
    seen.append(row.get_active_text())
    image.delete()
    other.delete()
    return seen


def refuse():
    image, layer = make_image()
    second = layer.copy()
    image.insert_layer(second, None, 0)
    asked = {"run_mode": Gimp.RunMode.INTERACTIVE}
    names = ("adjust-edge", "refine-edge", "clean-colours", "select-object", "shadow")
    seen = {name: call("mattework-" + name, image, [layer], **asked) for name in names}
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    for name in ("refine-edge", "select-object"):
        seen[name + " of two"] = call("mattework-" + name, image, [layer, second], **asked)
    image.delete()
    return seen


def follow_edge():
    """How much of the preview is seen through, with the outline as it is, moved inwards, and moved back."""
    image, layer = make_image()
    done = call("mattework-remove-background", image, [layer], solver="guided")
    config = settings("mattework-adjust-edge")
    for name, value in read_recipe_edge(layer).items():
        config.set_property(name, value)
    names = [argument.name for argument in BY_NAME["mattework-adjust-edge"].arguments]
    preview = EdgePreview(layer, config, names, *read_recipe(layer))
    shown = []
    show = preview.show
    preview.show = lambda rgba, text: (shown.append((sum(rgba[3::4]), preview._turn, text)), show(rgba, text))
    seen = [done["status"]]
    for shift in (0.0, -8.0, 0.0):
        config.set_property("shift", shift)
        preview.change()
        turn, end = preview._turn, time.time() + 120
        while not any(one[1] == turn for one in shown) and time.time() < end:
            Gtk.main_iteration_do(False)
            time.sleep(0.01)
        seen.append([one[0] for one in shown if one[1] == turn][-1])
    preview.close()
    image.delete()
    return seen


results = {one.__name__: one() for one in (follow_solver, follow_model, follow_channel, follow_edge, refuse)}
with open(file_of("rows.json"), "w") as stream:
    json.dump(results, stream)
