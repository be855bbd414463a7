# type: ignore
# For the journeys that run inside GIMP (python-fu-eval): pictures, calls, and what a test wants to know about layers.
import hashlib
import os

from gi.repository import Babl, Gegl, Gimp

WORK = os.environ["MATTEWORK_TEST_WORK"]
WIDTH, HEIGHT = 96, 80
QUIET = Gimp.RunMode.NONINTERACTIVE
JOURNEYS = []


def journey(function):
    JOURNEYS.append(function)
    return function


def file_of(name):
    return os.path.join(WORK, "out", name)


def read(drawable, fmt=None):
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return bytes(drawable.get_buffer().get(area, 1.0, fmt, Gegl.AbyssPolicy.NONE))


def write(drawable, data, fmt=None):
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    buffer = drawable.get_buffer()
    buffer.set(area, fmt or Babl.get_name(drawable.get_format()), data)
    buffer.flush()


def keep(name, data):
    with open(file_of(name), "wb") as stream:
        stream.write(data)
    return name


def digest(drawable):
    return hashlib.sha256(read(drawable)).hexdigest()


def format_name(drawable):
    return Babl.get_name(drawable.get_format()).partition("-space-")[0]


def disc():
    with open(os.path.join(WORK, "disc.raw"), "rb") as stream:
        return stream.read()


def make_image(base=Gimp.ImageBaseType.RGB, precision="U8_NON_LINEAR", alpha=False, size=(WIDTH, HEIGHT)):
    """An image with the disc as its only layer. GEGL converts the disc to whatever the image holds."""
    indexed = base == Gimp.ImageBaseType.INDEXED
    made = Gimp.ImageBaseType.RGB if indexed else base
    image = Gimp.Image.new_with_precision(*size, made, getattr(Gimp.Precision, precision))
    gray = base == Gimp.ImageBaseType.GRAY
    kinds = {
        (False, False): Gimp.ImageType.RGB_IMAGE,
        (False, True): Gimp.ImageType.RGBA_IMAGE,
        (True, False): Gimp.ImageType.GRAY_IMAGE,
        (True, True): Gimp.ImageType.GRAYA_IMAGE,
    }
    layer = add_disc(image, kinds[gray, alpha])
    if indexed:
        dither, palette = Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE
        image.convert_indexed(dither, palette, 255, False, False, "")
    return image, layer


def add_disc(image, kind, parent=None):
    layer = Gimp.Layer.new(image, "Disc", WIDTH, HEIGHT, kind, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, parent, 0)
    write(layer, disc(), "R'G'B' u8")
    return layer


def call(procedure, image, drawables, **arguments):
    run = Gimp.get_pdb().lookup_procedure(procedure)
    assert run is not None, procedure + " is not registered"
    config = run.create_config()
    config.set_property("run-mode", QUIET)
    config.set_property("image", image)
    config.set_core_object_array("drawables", drawables)
    for name, value in arguments.items():
        config.set_property(name.replace("_", "-"), value)
    result = run.run(config)
    status = result.index(0)
    text = "" if status == Gimp.PDBStatusType.SUCCESS else str(Gimp.get_pdb().get_last_error())
    return {"status": status.value_nick, "error": text}


def describe(image):
    return [
        {"name": layer.get_name(), "visible": layer.get_visible(), "mask": layer.get_mask() is not None}
        for layer in image.get_layers()
    ]


def cut(image, drawables, **arguments):
    return call("mattework-remove-background", image, drawables, solver="guided", **arguments)
