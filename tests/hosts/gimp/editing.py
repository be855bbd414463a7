# type: ignore
# Journeys inside GIMP: Open in Mattework, with the real editor and somebody before it (drive_editor.py).
import json
import os

from gi.repository import Gimp
from inside import WORK, call, describe, digest, journey, keep, make_image, read

PYTHON = os.environ["MATTEWORK_TEST_PYTHON"].split()


def edit(image, layer, mode):
    with open(os.path.join(WORK, "editor-mode"), "w") as stream:
        stream.write(mode)
    return call("mattework-open-editor", image, [layer])


def notes(layer):
    return sorted(name for name in layer.get_parasite_list() if name.startswith("mattework-"))


@journey
def editing():
    engine = os.path.join(os.environ["GIMP3_DIRECTORY"], "plug-ins", "mattework", "engine.json")
    with open(engine) as stream:
        right = json.load(stream)
    with open(engine, "w") as stream:
        json.dump({**right, "command": [*PYTHON, "-P", os.path.join(WORK, "drive_editor.py")]}, stream)
    try:
        return edit_in_every_way()
    finally:
        with open(engine, "w") as stream:
            json.dump(right, stream)


def edit_in_every_way():
    image, layer = make_image(alpha=True, size=(110, 70))
    layer.set_offsets(9, -3)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    image.set_selected_layers([layer])
    before, selection = read(layer), digest(image.get_selection())
    entry = {"missing": edit(image, layer, "missing"), "died": edit(image, layer, "die")}
    entry["untouched"] = describe(image)
    entry["applied"] = edit(image, layer, "paint")
    entry["layers"] = describe(image)
    entry["places"] = [list(one.get_offsets())[1:] for one in image.get_layers()]
    entry["kept"] = read(layer) == before and digest(image.get_selection()) == selection
    entry["selected"] = [one.get_name() for one in image.get_selected_layers()]
    entry["parasites"] = notes(layer)
    entry["recipe"] = json.loads(bytes(layer.get_parasite("mattework-recipe").get_data()))
    entry["mask"] = keep("edited.mask", read(layer.get_mask()))
    entry["ground"] = list(read(image.get_layers()[-1], "R'G'B'A u8")[:4])
    clean = image.get_layers()[0]
    entry["again"] = edit(image, clean, "apply")
    entry["layers_again"] = describe(image)
    entry["mask_again"] = keep("edited-again.mask", read(layer.get_mask()))
    before = [digest(one) for one in image.get_layers()]
    entry["cancelled"] = edit(image, layer, "cancel")
    entry["after_cancel"] = [digest(one) for one in image.get_layers()] == before
    image.delete()
    image, layer = make_image(Gimp.ImageBaseType.INDEXED)
    entry["indexed"] = edit(image, layer, "paint")
    entry["indexed_layers"] = describe(image)
    image.delete()
    image, layer = make_image(precision="FLOAT_LINEAR")
    entry["linear"] = edit(image, layer, "paint")
    entry["linear_layers"] = describe(image)
    image.delete()
    entry["files"] = [
        name for _, _, names in os.walk(os.environ["TMPDIR"]) for name in names if name[-4:] == ".raw"
    ]
    return entry
