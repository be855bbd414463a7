"""Runs inside GIMP 3: dumps layers, masks and GIMP's own rendering of files. Only the standard library and gi.

Environment: MATTEWORK_FILES, a JSON file with the list of paths; MATTEWORK_DUMP, the folder that takes the dumps.
"""

from __future__ import annotations

import importlib
import json
import os
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

gi: Any = importlib.import_module("gi")
gi.require_version("Babl", "0.1")
gi.require_version("Gegl", "0.4")
gi.require_version("Gimp", "3.0")
repository: Any = importlib.import_module("gi.repository")
Babl, Gegl, Gimp, Gio = repository.Babl, repository.Gegl, repository.Gimp, repository.Gio

DTYPES = {"u8": "|u1", "u16": "<u2", "u32": "<u4", "half": "<f2", "float": "<f4"}


class Dump:
    """The arrays and the JSON of one file."""

    def __init__(self, folder: str, index: int) -> None:
        self.folder, self.index, self.count = folder, index, 0

    def keep(self, content: bytes) -> str:
        name = f"{self.index}-{self.count}.raw"
        self.count += 1
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(content)
        return name

    def array(self, drawable: Any) -> tuple[dict[str, Any], bool]:
        """Samples as GIMP holds them: naming a format would convert them."""
        buffer = drawable.get_buffer()
        rect = buffer.get_extent()
        model, kind = re.split(r"[ -]", Babl.get_name(drawable.get_format()))[:2]
        content = buffer.get(rect, 1.0, None, Gegl.AbyssPolicy.NONE)
        channels = len(content) // (rect.width * rect.height * int(DTYPES[kind][2:]))
        return {
            "file": self.keep(content),
            "dtype": DTYPES[kind],
            "shape": [rect.height, rect.width, channels],
        }, model.rstrip("'").endswith("A")


def describe_layer(dump: Dump, layer: Any, level: int) -> dict[str, Any]:
    _, left, top = layer.get_offsets()
    group = layer.is_group()
    data = {
        "name": layer.get_name(),
        "level": level,
        "group": group,
        "visible": layer.get_visible(),
        "opacity": layer.get_opacity() / 100,
        "blend": layer.get_mode().value_nick,
    }
    if not group:
        data["rect"] = [left, top, left + layer.get_width(), top + layer.get_height()]
        data["pixels"], data["alpha"] = dump.array(layer)
    mask = layer.get_mask()
    if mask is not None:
        _, left, top = mask.get_offsets()
        data["mask"] = {
            "rect": [left, top, left + mask.get_width(), top + mask.get_height()],
            "pixels": dump.array(mask)[0],
            "enabled": layer.get_apply_mask(),
        }
    return data


def walk_layers(dump: Dump, layers: Any, level: int) -> Iterator[dict[str, Any]]:
    """Bottom to top, a group before its children."""
    for layer in reversed(layers):
        yield describe_layer(dump, layer, level)
        if layer.is_group():
            yield from walk_layers(dump, layer.get_children(), level + 1)


def dump_file(path: str, dump: Dump) -> dict[str, Any]:
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    if image is None:
        raise RuntimeError("GIMP opened nothing")
    profile = image.get_color_profile()
    data = {
        "size": [image.get_width(), image.get_height()],
        "dpi": image.get_resolution()[1],
        "icc": dump.keep(bytes(profile.get_icc_profile())) if profile else None,
        "layers": list(walk_layers(dump, image.get_layers(), 0)),
    }
    metadata = image.get_metadata()
    if metadata is not None:
        tags = {tag.get("name"): tag.text for tag in ElementTree.fromstring(metadata.serialize()).iter("tag")}
        data["recipe"] = tags.get("Xmp.mattework.Recipe")
        data["exif"] = {"Make": tags.get("Exif.Image.Make")}
    visible = Gimp.Layer.new_from_visible(image, image, "visible")
    data["rendered"], _ = dump.array(visible)
    image.delete()
    return data


def main() -> None:
    folder = os.environ["MATTEWORK_DUMP"]
    with open(os.environ["MATTEWORK_FILES"], encoding="utf-8") as file:
        paths = json.load(file)
    for index, path in enumerate(paths):
        try:
            data = dump_file(path, Dump(folder, index))
        except Exception as error:  # noqa: BLE001 - whatever GIMP raises is its answer
            data = {"unreadable": str(error)}
        with open(os.path.join(folder, f"{index}.json"), "w", encoding="utf-8") as file:
            json.dump(data, file)
    print("RESULT", Gimp.version())


main()
