# type: ignore
# Journeys inside GIMP: every procedure, on every kind of image. Each tells what it saw; tests judge it outside.
import os

from gi.repository import Babl, Gegl, Gimp, Gio
from inside import (
    HEIGHT,
    QUIET,
    WIDTH,
    WORK,
    add_disc,
    call,
    cut,
    describe,
    digest,
    file_of,
    format_name,
    journey,
    keep,
    make_image,
    read,
    write,
)


@journey
def registered():
    names = [
        "remove-background", "adjust-edge", "refine-edge", "clean-colours", "select-subject", "select-object",
        "open-editor", "shadow", "background",
    ]  # fmt: skip
    found = {}
    for name in names:
        procedure = Gimp.get_pdb().lookup_procedure("mattework-" + name)
        found[name] = procedure.get_menu_label() if procedure else None
    return found


def every_kind():
    bases = {
        "rgb": Gimp.ImageBaseType.RGB, "gray": Gimp.ImageBaseType.GRAY, "indexed": Gimp.ImageBaseType.INDEXED,
    }  # fmt: skip
    kinds = [
        ("rgb", p, a) for p in ("U8_NON_LINEAR", "U16_NON_LINEAR", "FLOAT_NON_LINEAR") for a in (False, True)
    ]
    kinds += [("rgb", p, True) for p in ("U8_LINEAR", "U16_LINEAR", "FLOAT_LINEAR", "U8_PERCEPTUAL")]
    kinds += [("rgb", p, False) for p in ("U32_NON_LINEAR", "HALF_LINEAR", "DOUBLE_NON_LINEAR")]
    kinds += [
        ("gray", "U8_NON_LINEAR", False),
        ("gray", "U16_NON_LINEAR", True),
        ("gray", "FLOAT_LINEAR", False),
    ]
    kinds += [("indexed", "U8_NON_LINEAR", False)]
    for base, precision, alpha in kinds:
        yield base + "-" + precision + ("-alpha" if alpha else ""), bases[base], precision, alpha


@journey
def kinds():
    seen = {}
    for name, base, precision, alpha in every_kind():
        image, layer = make_image(base, precision, alpha)
        before = read(layer)
        entry = cut(image, [layer], colours=1.0)
        seen[name] = entry
        entry["format"] = format_name(layer)
        entry["layers"] = describe(image)
        if entry["status"] != "success" or layer.get_mask() is None:
            continue
        entry["pixels_untouched"] = read(layer) == before
        entry["mask_format"] = format_name(layer.get_mask())
        entry["mask"] = keep(name + ".mask", read(layer.get_mask()))
        entry["perceptual"] = keep(name + ".rgb", read(layer, "R'G'B' float"))
        top = image.get_layers()[0]
        if top.get_id() != layer.get_id():
            entry["colours_format"] = format_name(top)
            entry["same_mask"] = read(top.get_mask()) == read(layer.get_mask())
            alone = Gimp.Layer.copy(top)
            entry["colours"] = keep(name + ".colours", read(alone, "R'G'B' float"))
        image.delete()
    return seen


@journey
def profiled():
    """A wide-gamut profile: samples pass unchanged, and the new layer holds them as they are."""
    image, layer = make_image()
    image.set_color_profile(Gimp.ColorProfile.new_rgb_adobe())
    before = read(layer)
    entry = cut(image, [layer])
    clean = image.get_layers()[0]
    entry["untouched"] = read(layer) == before
    entry["same_format"] = Babl.get_name(clean.get_format()) == Babl.get_name(layer.get_format())
    inside = [index for index, value in enumerate(read(layer.get_mask())) if value == 255]
    colours, pixels = read(clean), read(layer)
    entry["inside"] = len(inside)
    entry["inside_equal"] = all(colours[3 * i : 3 * i + 3] == pixels[3 * i : 3 * i + 3] for i in inside)
    image.delete()
    return entry


@journey
def surroundings():
    """An offset layer larger than nothing, an active selection, another layer selected: all of that stays."""
    image, layer = make_image(size=(120, 60))
    layer.set_offsets(-30, 20)
    other = Gimp.Layer.new(image, "Other", 10, 10, Gimp.ImageType.RGB_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(other, None, 0)
    image.set_selected_layers([other])
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    selection = digest(image.get_selection())
    entry = cut(image, [layer])
    mask = layer.get_mask()
    entry["mask"] = keep("surroundings.mask", read(mask))
    entry["mask_place"] = list(mask.get_offsets())[1:]
    entry["clean_place"] = list(image.get_layers()[1].get_offsets())[1:]
    entry["selected"] = [one.get_name() for one in image.get_selected_layers()]
    entry["selection_kept"] = digest(image.get_selection()) == selection
    entry["layers"] = describe(image)
    image.delete()
    return entry


@journey
def existing_masks():
    entry = {}
    half = (b"\xff" * (WIDTH // 2) + b"\x00" * (WIDTH // 2)) * HEIGHT
    for mode in ("replace", "intersect", "add"):
        image, layer = make_image()
        mask = layer.create_mask(Gimp.AddMaskType.WHITE)
        write(mask, half, "Y u8")
        layer.add_mask(mask)
        layer.set_edit_mask(True)
        entry[mode] = cut(
            image, [mask], colours=0.0, mask_mode=mode
        )  # the mask that is edited is what GIMP passes
        entry[mode]["mask"] = keep("existing-" + mode + ".mask", read(layer.get_mask()))
        entry[mode]["still_editing"] = layer.get_edit_mask()
        entry[mode]["layers"] = len(image.get_layers())
        image.delete()
    return entry


@journey
def groups_and_text():
    image, _ = make_image()
    group = Gimp.GroupLayer.new(image, "Group")
    image.insert_layer(group, None, 0)
    add_disc(image, Gimp.ImageType.RGBA_IMAGE, group)
    entry = {"group": cut(image, [group])}
    entry["group"]["mask"] = keep("group.mask", read(group.get_mask()))
    entry["group"]["children"] = len(group.get_children())
    text = Gimp.TextLayer.new(image, "Ag", Gimp.context_get_font(), 60, Gimp.Unit.pixel())
    image.insert_layer(text, None, 0)
    entry["text"] = cut(image, [text])
    entry["text"]["still_text"] = text.is_text_layer()
    entry["text"]["mask"] = text.get_mask() is not None
    if hasattr(Gimp, "LinkLayer"):  # since GIMP 3.2
        picture = Gio.File.new_for_path(file_of("linked.png"))
        plain, _ = make_image()
        assert Gimp.file_save(QUIET, plain, picture, None)
        plain.delete()
        link = Gimp.LinkLayer.new(image, picture)
        image.insert_layer(link, None, 0)
        entry["link"] = cut(image, [link])
        entry["link"]["mask"] = keep("link.mask", read(link.get_mask()))
        entry["link"]["still_link"] = link.is_link_layer()
        entry["link_shadow"] = call("mattework-shadow", image, [link])
    inner = group.get_children()[0]
    entry["inner"] = cut(image, [inner])
    entry["inner"]["children"] = [one.get_name() for one in group.get_children()]
    image.delete()
    return entry


@journey
def several_layers():
    image, layer = make_image()
    second = add_disc(image, Gimp.ImageType.RGB_IMAGE)
    image.set_selected_layers([layer, second])
    entry = cut(image, [layer, second])
    entry["layers"] = describe(image)
    entry["again"] = cut(image, [layer, second])
    entry["layers_again"] = describe(image)
    entry["selected"] = len(image.get_selected_layers())
    entry["bare"] = cut(image, [layer, second], colours=0.0)
    entry["layers_bare"] = describe(image)
    image.delete()
    return entry


def lay_out(layers):
    """Name, corner, whether it is seen and has a mask; of a group also what is in it."""
    told = []
    for layer in layers:
        corner = list(layer.get_offsets())[1:]
        inner = lay_out(layer.get_children()) if isinstance(layer, Gimp.GroupLayer) else None
        told.append([layer.get_name(), corner, layer.get_visible(), layer.get_mask() is not None, inner])
    return told


@journey
def locks():
    image, layer = make_image(size=(200, 200))
    group = Gimp.GroupLayer.new(image, "G")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    layer.set_offsets(40, 30)
    group.set_lock_position(True)
    group.set_lock_content(True)
    layer.set_lock_visibility(True)
    entry = {"cut": cut(image, [layer], colours=1.0)}
    entry["laid_out"] = lay_out(group.get_children())
    entry["still_locked"] = layer.get_lock_visibility()
    entry["again"] = cut(image, [layer], colours=0.0)
    entry["laid_out_again"] = lay_out(group.get_children())
    white = Gegl.Color.new("white")
    entry["background"] = call("mattework-background", image, [layer], colour=white)
    entry["white"] = set(read(group.get_children()[-1], "R'G'B' u8")) == {255}
    length = {"automatic": False, "dx": 3.0, "dy": 4.0, "blur": 0.0}
    entry["shadow"] = call("mattework-shadow", image, [layer], **length)
    entry["shadow_at"] = lay_out(group.get_children()[1:2])
    image.delete()
    return entry


@journey
def looks_of_layers():
    """How a layer is blended, and what lies over it."""
    image, layer = make_image()
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_blend_space(Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    layer.set_composite_space(Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    layer.set_composite_mode(Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)
    entry = {"cut": cut(image, [layer], colours=1.0)}
    entry["alike"] = [
        getattr(image.get_layers()[0], name)() == getattr(layer, name)()
        for name in ("get_mode", "get_blend_space", "get_composite_space", "get_composite_mode")
    ]
    image.delete()
    image, layer = make_image()
    group = Gimp.GroupLayer.new(image, "G")
    image.insert_layer(group, None, 1)
    inner = add_disc(image, Gimp.ImageType.RGB_IMAGE, group)
    entry["background"] = call("mattework-background", image, [layer, inner])
    entry["under_the_lower"] = [len(image.get_layers()), [one[0] for one in lay_out(group.get_children())]]
    image.delete()
    return entry


@journey
def several_subjects():
    image, layer = make_image(size=(2 * WIDTH, HEIGHT))
    second = add_disc(image, Gimp.ImageType.RGB_IMAGE)
    second.set_offsets(WIDTH, 0)
    entry = {"all": call("mattework-select-subject", image, [layer, second], solver="guided")}
    entry["selection"] = keep("several.raw", read(image.get_selection()))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 2 * WIDTH, HEIGHT // 2)
    entry["intersect"] = call(
        "mattework-select-subject", image, [layer, second], solver="guided", operation="intersect"
    )
    entry["intersected"] = keep("several-intersected.raw", read(image.get_selection()))
    entry["channels"] = len(image.get_channels())
    image.delete()
    return entry


@journey
def subject_selection():
    image, layer = make_image(size=(100, 70))
    layer.set_offsets(10, -8)
    entry = call("mattework-select-subject", image, [layer], solver="guided")
    entry["selection"] = keep("selection.raw", read(image.get_selection()))
    entry["channels"] = len(image.get_channels())
    entry["selected"] = [one.get_name() for one in image.get_selected_layers()]
    entry["mask"] = layer.get_mask() is not None
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 58, 70)
    entry["intersect"] = call(
        "mattework-select-subject", image, [layer], solver="guided", operation="intersect"
    )
    entry["intersected"] = keep("intersected.raw", read(image.get_selection()))
    image.delete()
    return entry


@journey
def refining():
    """A mask whose soft edge is lost; the left half of the edge is selected and solved again."""
    entry = {}
    image, layer = make_image(size=(110, 90))
    layer.set_offsets(7, 5)
    with open(os.path.join(WORK, "hard.raw"), "rb") as stream:
        hard = stream.read()
    with open(os.path.join(WORK, "band.raw"), "rb") as stream:
        band = stream.read()
    entry["nothing_selected"] = call("mattework-refine-edge", image, [layer])
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    write(mask, hard, "Y u8")
    layer.add_mask(mask)
    channel = Gimp.Channel.new(image, "Band", 110, 90, 100.0, Gegl.Color.new("black"))
    padded = bytearray(110 * 90)
    for row in range(HEIGHT):
        start = (row + 5) * 110 + 7
        padded[start : start + WIDTH] = band[row * WIDTH : (row + 1) * WIDTH]
    write(channel, bytes(padded))
    image.insert_channel(channel, None, 0)
    image.set_selected_layers([layer])
    entry["channel"] = call("mattework-refine-edge", image, [layer], channel=channel)
    entry["from_channel"] = keep("refined-channel.mask", read(layer.get_mask()))
    write(layer.get_mask(), hard, "Y u8")
    image.select_item(Gimp.ChannelOps.REPLACE, channel)
    entry["selection"] = call("mattework-refine-edge", image, [layer])
    entry["from_selection"] = keep("refined-selection.mask", read(layer.get_mask()))
    layer.remove_mask(Gimp.MaskApplyMode.DISCARD)
    entry["without_mask"] = call("mattework-refine-edge", image, [layer], solver="guided")
    entry["from_nothing"] = keep("refined-nothing.mask", read(layer.get_mask()))
    image.delete()
    return entry


@journey
def colours_and_background():
    image, layer = make_image()
    entry = {"no_mask": call("mattework-clean-colours", image, [layer])}
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    with open(os.path.join(WORK, "soft.raw"), "rb") as stream:
        write(mask, stream.read(), "Y u8")
    layer.add_mask(mask)
    entry["clean"] = call("mattework-clean-colours", image, [layer])
    entry["layers"] = describe(image)
    entry["colours"] = keep("clean.rgb", read(image.get_layers()[0], "R'G'B' u8"))
    clean = image.get_layers()[0]
    entry["background"] = call("mattework-background", image, [clean, layer], colour=Gegl.Color.new("white"))
    entry["layers_with_background"] = describe(image)
    default = call("mattework-background", image, [layer])
    entry["default"] = {**default, "colour": list(read(image.get_layers()[2], "R'G'B' u8")[:3])}
    image.remove_layer(image.get_layers()[2])
    flat = image.duplicate()
    merged = flat.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
    entry["corner"] = list(read(merged, "R'G'B' u8")[:3])
    flat.delete()
    image.delete()
    return entry


@journey
def painted_colours():
    image, layer = make_image()
    entry = cut(image, [layer])
    for name in ("plain", "painted", "after"):
        clean = image.get_layers()[0]
        if name == "painted":
            write(clean, bytes([7, 8, 9]) * (WIDTH * HEIGHT))
        entry[name] = call("mattework-adjust-edge", image, [layer], solver="guided", shift=-3.0)
        entry[name + "_layers"] = describe(image)
    entry["kept"] = set(read(image.get_layers()[0])) == {7, 8, 9}
    entry["none"] = call("mattework-adjust-edge", image, [layer], solver="guided", colours=0.0)
    entry["none_layers"] = describe(image)
    image.delete()
    return entry


@journey
def clean_colours_chosen():
    """Each procedure on the layer of clean colours, which is the one that is seen, as on the layer it was made for."""
    entry = {}
    for name in ("remove-background", "adjust-edge", "refine-edge", "clean-colours", "shadow"):
        solver = {} if name in ("clean-colours", "shadow") else {"solver": "guided"}
        sides = []
        for chosen in ("original", "clean", "both"):
            image, original = make_image()
            cut(image, [original])
            clean = image.get_layers()[0]
            if name == "refine-edge":
                image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, WIDTH // 2, HEIGHT)
            drawables = {"original": [original], "clean": [clean], "both": [clean, original]}[chosen]
            done = call("mattework-" + name, image, drawables, **solver)
            masks = [digest(one.get_mask()) for one in image.get_layers() if one.get_mask() is not None]
            sides.append({"done": done, "layers": describe(image), "masks": masks})
            image.delete()
        entry[name] = sides
    image, layer = make_image()
    cut(image, [layer])
    clean = image.get_layers()[0]
    painted = bytes(WIDTH * HEIGHT // 2) + read(clean.get_mask())[WIDTH * HEIGHT // 2 :]
    write(clean.get_mask(), painted)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, HEIGHT // 2 + 2, WIDTH // 2, HEIGHT)
    entry["painted"] = call("mattework-refine-edge", image, [clean.get_mask()], solver="guided")
    entry["painted_upper"] = [
        set(read(one.get_mask())[: WIDTH * HEIGHT // 2]) == {0} for one in image.get_layers()
    ]
    image.delete()
    return entry


@journey
def duplicated():
    """An image that was duplicated, in which GIMP numbers all layers anew, and a layer that was."""
    image, layer = make_image()
    below = Gimp.Layer.new(image, "Below", 10, 10, Gimp.ImageType.RGB_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(below, None, 1)
    cut(image, [layer])
    call("mattework-shadow", image, [layer])
    copy = image.duplicate()
    entry = {"layers": describe(image)}
    chosen = {one.get_name(): one for one in copy.get_layers()}
    entry["adjusted"] = call("mattework-adjust-edge", copy, [chosen["Disc (clean colours)"]], solver="guided")
    entry["after_adjusting"] = describe(copy)
    entry["cut"] = cut(copy, [chosen["Disc"]])
    entry["shadow"] = call("mattework-shadow", copy, [chosen["Disc"]])
    entry["after_cutting"] = describe(copy)
    twice = copy.duplicate()
    entry["twice"] = cut(twice, [one for one in twice.get_layers() if one.get_name() == "Disc"])
    entry["after_twice"] = describe(twice)
    second = layer.copy()
    image.insert_layer(second, None, image.get_item_position(layer))
    second.set_name("Second")
    entry["second"] = cut(image, [second])
    entry["after_second"] = describe(image)
    third = image.duplicate()
    wanted = [one for one in third.get_layers() if one.get_name() in ("Disc", "Second")]
    entry["both"] = [cut(third, [one]) for one in wanted]
    entry["after_both"] = describe(third)
    for one in (image, copy, twice, third):
        one.delete()
    return entry


@journey
def saved_and_opened_again():
    image, layer = make_image(precision="U16_NON_LINEAR")
    entry = cut(image, [layer])
    mask = read(layer.get_mask())
    entry["mask"] = keep("saved.mask", mask)
    for suffix in ("xcf", "psd"):
        target = Gio.File.new_for_path(file_of("saved." + suffix))
        assert Gimp.file_save(QUIET, image, target, None)
        again = Gimp.file_load(QUIET, target)
        bottom = again.get_layers()[-1]
        entry[suffix] = {"mask_same": read(bottom.get_mask()) == mask, "layers": describe(again)}
        if suffix == "xcf":
            adjusted = call("mattework-adjust-edge", again, [bottom], solver="guided", shift=-3.0)
            entry["adjusted"] = adjusted
            entry["adjusted_mask"] = keep("adjusted.mask", read(bottom.get_mask()))
            entry["adjusted_layers"] = describe(again)
        again.delete()
    fresh = make_image()[1]
    entry["no_recipe"] = call("mattework-adjust-edge", fresh.get_image(), [fresh])
    image.delete()
    return entry


@journey
def script_fu():
    image, layer = make_image()
    run = Gimp.get_pdb().lookup_procedure("plug-in-script-fu-eval")
    config = run.create_config()
    config.set_property("run-mode", QUIET)
    code = "(mattework-remove-background #:run-mode RUN-NONINTERACTIVE #:image {} #:drawables (vector {})"
    code += ' #:solver "guided")'
    config.set_property("script", code.format(image.get_id(), layer.get_id()))
    result = run.run(config)
    entry = {"status": result.index(0).value_nick, "error": str(Gimp.get_pdb().get_last_error())}
    entry["layers"] = describe(image)
    image.delete()
    return entry


@journey
def refusals():
    image, layer = make_image()
    channel = Gimp.Channel.new(image, "C", WIDTH, HEIGHT, 100.0, Gegl.Color.new("black"))
    image.insert_channel(channel, None, 0)
    entry = {"channel": cut(image, [channel]), "unknown_model": cut(image, [layer], model="no-such-model")}
    write(layer, bytes([120]) * (3 * WIDTH * HEIGHT))
    entry["no_subject"] = cut(image, [layer])
    entry["layers"] = describe(image)
    image.delete()
    return entry
