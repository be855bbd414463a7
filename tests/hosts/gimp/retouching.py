# type: ignore
# Journeys inside GIMP: what a retoucher has done to the layer that is seen, before going on with the plug-in.
from gi.repository import Gimp
from inside import HEIGHT, WIDTH, call, cut, journey, make_image, read, write


def half_painted(layer):
    """Black over the upper half of the mask that a layer has."""
    mask = layer.get_mask()
    half = len(read(mask)) // 2
    write(mask, bytes(half) + read(mask)[half:])


def upper(layer):
    """What is left in the upper half of the mask."""
    mask = read(layer.get_mask())
    return sum(mask[: len(mask) // 2])


def made_for(image, layer, name):
    """Images with a fresh cut: the photo, and its clean colours, which are seen."""
    cut(image, [layer])
    clean = image.get_layers()[0]
    if name:
        clean.set_name(name)
    return clean


def shapes(image):
    return [
        (one.get_name(), one.get_visible(), tuple(one.get_offsets())[1:], round(one.get_opacity()))
        for one in image.get_layers()
    ]


@journey
def work_on_what_is_seen():
    """What a retoucher does to the layer of clean colours, which is the one that is seen, before going on."""
    entry = {}
    for name, arguments in (
        ("remove-background", {"mask_mode": "intersect", "solver": "guided"}),
        ("clean-colours", {}),
        ("refine-edge", {"solver": "guided"}),
    ):
        for side in (0, 1):
            image, layer = make_image()
            clean = made_for(image, layer, None)
            half_painted((clean, layer)[side])
            image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, HEIGHT // 2 + 2, WIDTH // 2, HEIGHT)
            done = call("mattework-" + name, image, [(layer, clean)[side]], **arguments)
            entry[f"{name} {side}"] = {"done": done, "upper": [upper(one) for one in image.get_layers()]}
            image.delete()
    image, layer = make_image()
    half_painted(made_for(image, layer, None))
    entry["shadow"] = call("mattework-shadow", image, [layer])
    shadow = image.get_layers()[-1]
    entry["shadow"]["top"] = list(shadow.get_offsets())[2]
    half_painted(shadow)
    entry["again"] = call("mattework-shadow", image, [layer])
    entry["shadows"] = shapes(image)
    image.delete()

    image, layer = make_image(size=(200, 160))
    clean = made_for(image, layer, "Anna")
    clean.set_offsets(50, 40)
    clean.set_opacity(40)
    clean.set_mode(Gimp.LayerMode.MULTIPLY)
    config = Gimp.DrawableFilter.new(clean, "gegl:brightness-contrast", "Mine")
    clean.append_filter(config)
    image.set_selected_layers([clean])
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 50, 40, WIDTH // 2, HEIGHT)
    before = read(layer.get_mask())
    entry["moved"] = [call("mattework-refine-edge", image, [clean], solver="guided")]
    entry["refined"] = sum(one != other for one, other in zip(before, read(layer.get_mask()), strict=True))
    Gimp.Selection.none(image)
    seen = image.get_layers()[0]
    entry["moved"].append(call("mattework-adjust-edge", image, [seen], solver="guided", shift=-2.0))
    seen = image.get_layers()[0]
    entry["looks"] = shapes(image)
    entry["filters"] = [one.get_name() for one in seen.get_filters()]
    entry["is_multiplied"] = seen.get_mode() == Gimp.LayerMode.MULTIPLY
    entry["selected"] = [one.get_name() for one in image.get_selected_layers()]
    entry["moved"].append(call("mattework-shadow", image, [seen], automatic=False, dx=0.0, dy=0.0, blur=2.0))
    entry["shadow_place"] = list(image.get_layers()[-1].get_offsets())[1:]
    entry["moved"].append(call("mattework-background", image, [seen]))
    entry["behind"] = [one.get_name() for one in image.get_layers()]
    entry["moved"].append(call("mattework-adjust-edge", image, [seen], solver="guided", colours=0.0))
    entry["without_colours"] = shapes(image)
    image.delete()

    image, layer = make_image()
    clean = made_for(image, layer, None)
    second = clean.copy()
    image.insert_layer(second, None, 0)
    second.set_name("Second person")
    second.set_offsets(30, 20)
    half_painted(second)
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    image.reorder_item(clean, group, 0)
    entry["grouped"] = [call("mattework-adjust-edge", image, [layer], solver="guided", shift=-2.0)]
    entry["grouped"].append(call("mattework-adjust-edge", image, [second], solver="guided"))
    entry["around"] = shapes(image)
    entry["in_group"] = [one.get_name() for one in group.get_children()]
    entry["second"] = [upper(second), second.is_valid()]
    entry["grouped"] += [
        call("mattework-adjust-edge", image, [layer], solver="guided", colours=n) for n in (0.0, 1.0)
    ]
    entry["second_later"] = [
        upper(second),
        second.is_valid(),
        second.get_name(),
        list(second.get_offsets())[1:],
    ]
    entry["around_later"] = shapes(image)
    image.delete()

    image, layer = make_image()
    layer.set_visible(False)
    cut(image, [layer])
    entry["hidden"] = shapes(image)
    image.delete()

    for name, first in (("amount", 0.2), ("full", 1.0)):
        image, layer = make_image()
        cut(image, [layer], colours=first)
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, WIDTH // 2, HEIGHT)
        entry[name] = call("mattework-refine-edge", image, [layer], solver="guided")
        pairs = zip(read(image.get_layers()[0]), read(layer), strict=True)
        entry[name]["cleaned"] = sum(abs(one - other) for one, other in pairs)
        image.delete()

    image, layer = make_image()
    cut(image, [layer])
    layer.transform_flip_simple(Gimp.OrientationType.HORIZONTAL, True, 0)
    image.crop(WIDTH - 20, HEIGHT, 0, 0)
    entry["cropped"] = call("mattework-adjust-edge", image, [layer], solver="guided")
    image.delete()
    return entry


@journey
def painted_masks_of_every_precision():
    """What is told goes to the terminal, between the names that are printed here."""
    entry = {}
    for precision in (
        "U8_NON_LINEAR", "U8_LINEAR", "U16_LINEAR", "HALF_NON_LINEAR", "U32_NON_LINEAR", "DOUBLE_LINEAR",
    ):  # fmt: skip
        image, layer = make_image(precision=precision)
        cut(image, [layer])
        steps = []
        for state in ("plain", "painted"):
            if state == "painted":
                half_painted(layer)
            print("TOLD", precision, state, flush=True)
            steps.append(call("mattework-adjust-edge", image, [layer], solver="guided"))
        print("TOLD end", flush=True)
        entry[precision] = steps
        image.delete()
    return entry
