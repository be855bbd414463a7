# type: ignore
# Journeys inside GIMP: Select Object with everything that can point, and shadows under what was cut.
import os

from gi.repository import Gegl, Gimp
from inside import WORK, call, describe, digest, format_name, journey, keep, make_image, read, write

PROMPTED = {"model": "maps", "solver": "guided"}


def select(image, layer, **arguments):
    return call("mattework-select-object", image, [layer], **{**PROMPTED, **arguments})


def paint(image, name, left, top, right, bottom):
    channel = Gimp.Channel.new(
        image, name, image.get_width(), image.get_height(), 100.0, Gegl.Color.new("black")
    )
    width, height = image.get_width(), image.get_height()
    row = bytes(left) + b"\xff" * (right - left) + bytes(width - right)
    write(channel, bytes(width * top) + row * (bottom - top) + bytes(width * (height - bottom)), "Y u8")
    image.insert_channel(channel, None, 0)
    return channel


def draw_path(image, points, closed):
    path = Gimp.Path.new(image, "Path")
    image.insert_path(path, None, 0)
    controls = [number for x, y in points for number in (x, y) * 3]
    path.stroke_new_from_points(Gimp.PathStrokeType.BEZIER, controls, closed)
    return path


@journey
def pointing():
    """A layer that is larger than the canvas on two sides, 16 bit: places are those of the image."""
    image, layer = make_image(precision="U16_NON_LINEAR", size=(90, 70))
    layer.set_offsets(-6, -4)
    entry = {"nothing": select(image, layer), "outside": select(image, layer, points="95,75")}
    entry["written"] = select(image, layer, points="three")
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 8, 60, 56)
    entry["box"] = select(image, layer)
    entry["box"]["selection"] = keep("object-box.raw", read(image.get_selection()))
    entry["box"]["selected"] = [one.get_name() for one in image.get_selected_layers()]
    entry["box"]["channels"] = len(image.get_channels())
    before = digest(image.get_selection())
    path = draw_path(image, [(42, 36), (40, 30)], False)
    entry["path"] = select(image, layer, path=path, use_selection=False, output="mask")
    entry["path"]["mask"] = keep("object-path.mask", read(layer.get_mask()))
    entry["path"]["layers"] = describe(image)
    entry["path"]["selection_kept"] = digest(image.get_selection()) == before
    entry["path"]["recipe"] = bytes(layer.get_parasite("mattework-recipe").get_data()).decode()
    entry["adjusted"] = call("mattework-adjust-edge", image, [layer], solver="guided", shift=-3.0)
    outline = draw_path(image, [(4, 4), (84, 4), (84, 64), (4, 64)], True)
    Gimp.Selection.none(image)
    entry["lasso"] = select(image, layer, path=outline, output="mask", colours=0.0)
    entry["lasso"]["mask"] = keep("object-lasso.mask", read(layer.get_mask()))
    painted, spared = paint(image, "On it", 38, 30, 48, 40), paint(image, "Beside it", 0, 0, 90, 6)
    image.set_selected_layers([layer])
    entry["painting"] = select(image, layer, channel=painted, not_channel=spared, output="mask", colours=0.0)
    entry["painting"]["mask"] = keep("object-painting.mask", read(layer.get_mask()))
    entry["subtract"] = select(image, layer, points="42,36", output="mask", operation="subtract", colours=0.0)
    entry["subtract"]["mask"] = keep("object-subtract.mask", read(layer.get_mask()))
    image.delete()
    return entry


@journey
def objects_of_every_kind():
    seen = {}
    bases = {
        "rgb": Gimp.ImageBaseType.RGB, "gray": Gimp.ImageBaseType.GRAY, "indexed": Gimp.ImageBaseType.INDEXED,
    }  # fmt: skip
    for base, precision, alpha in (
        ("rgb", "U8_NON_LINEAR", True),
        ("rgb", "U16_LINEAR", False),
        ("rgb", "FLOAT_LINEAR", True),
        ("rgb", "HALF_NON_LINEAR", False),
        ("gray", "U16_NON_LINEAR", True),
        ("indexed", "U8_NON_LINEAR", False),
    ):
        image, layer = make_image(bases[base], precision, alpha)
        if base == "rgb" and precision == "U8_NON_LINEAR":
            image.set_color_profile(Gimp.ColorProfile.new_rgb_adobe())
        before = read(layer)
        entry = select(image, layer, points="48,40", output="mask", colours=0.0)
        seen[f"{base}-{precision}"] = entry
        if entry["status"] == "success":
            entry["mask"] = keep("object-kind.mask-" + base + precision, read(layer.get_mask()))
            entry["mask_format"] = format_name(layer.get_mask())
            entry["untouched"] = read(layer) == before
        entry["shadow"] = call("mattework-shadow", image, [layer], kind="drop")
        entry["layers"] = describe(image)
        entry["shadow_untouched"] = read(layer) == before
        image.delete()
    return seen


@journey
def shadows():
    image, layer = make_image(size=(140, 120), alpha=True)
    layer.set_offsets(20, 10)
    entry = {"uncut": call("mattework-shadow", *make_pair())}
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    with open(os.path.join(WORK, "soft.raw"), "rb") as stream:
        write(mask, stream.read(), "Y u8")
    layer.add_mask(mask)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 30, 30)
    before, selection = read(layer), digest(image.get_selection())
    settings = {"automatic": False, "dx": 8.0, "dy": 6.0, "blur": 10.0, "opacity": 0.4}
    entry["drop"] = call("mattework-shadow", image, [layer], **settings, colour=Gegl.Color.new("#203040"))
    entry["layers"] = describe(image)
    shadow = image.get_layers()[-1]
    entry["place"] = [*list(shadow.get_offsets())[1:], shadow.get_width(), shadow.get_height()]
    entry["mask"] = keep("shadow.mask", read(shadow.get_mask()))
    entry["colour"] = list(read(shadow, "R'G'B' u8")[:3])
    entry["one_colour"] = read(shadow, "R'G'B' u8") == bytes(entry["colour"]) * (len(read(shadow)) // 3)
    entry["opacity"] = shadow.get_opacity()
    entry["untouched"] = read(layer) == before and digest(image.get_selection()) == selection
    entry["contact"] = call("mattework-shadow", image, [layer], kind="contact")
    entry["layers_again"] = describe(image)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    inner = layer.copy()
    image.insert_layer(inner, group, 0)
    entry["group"] = call("mattework-shadow", image, [group])
    entry["inner"] = call("mattework-shadow", image, [inner, layer])
    entry["children"] = [one.get_name() for one in group.get_children()]
    entry["layers_at_last"] = describe(image)
    text = Gimp.TextLayer.new(image, "Ag", Gimp.context_get_font(), 60, Gimp.Unit.pixel())
    image.insert_layer(text, None, 0)
    entry["text"] = call("mattework-shadow", image, [text])
    entry["still_text"] = text.is_text_layer()
    image.delete()
    return entry


def make_pair():
    image, layer = make_image()
    return image, [layer]
