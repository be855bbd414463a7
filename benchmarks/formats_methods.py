"""The methods of `benchmarks/formats.py`: ours, psd-tools and PhotoshopAPI, each writing and reading the same document.

Each function makes ready whatever is not to be measured, and returns the work. Libraries are imported by the method that
needs them: every measurement runs in a process of its own, PhotoshopAPI's in a Python that has none of ours.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Work: TypeAlias = Callable[[], object]

LAYERS = ("background", "photo", "clean")


def _load(folder: Path) -> dict[str, Array]:
    return {name: np.load(folder / f"{name}.npy") for name in (*LAYERS, "mask")}


def write_ours(folder: Path, path: Path, depth: int, method: str) -> Work:
    from mattework.document.model import ColorMode, Document, Layer, Mask
    from mattework.formats.layered_tiff import write_layered_tiff
    from mattework.formats.psd import write_psd
    from mattework.geometry import Size

    arrays = _load(folder)
    height, width = arrays["mask"].shape
    size = Size(width, height)
    mask = Mask(size.rect, arrays["mask"])
    layers = tuple(
        Layer(name, size.rect, arrays[name], mask=None if name == "background" else mask) for name in LAYERS
    )
    document = Document(size, ColorMode.RGB, 8 if depth == 8 else 16, layers)
    writer = write_psd if method == "psd" else write_layered_tiff

    def work() -> object:
        with path.open("w+b") as stream:
            return writer(document, stream)

    return work


def read_ours(path: Path, method: str) -> Work:
    from mattework.formats.layered_tiff import read_layered_tiff
    from mattework.formats.limits import Limits
    from mattework.formats.psd import read_psd

    reader = read_psd if method == "psd" else read_layered_tiff

    def work() -> object:
        with path.open("rb") as stream:
            document = reader(stream, limits=Limits(), name=path.name)
        assert document is not None
        return [(one.pixels, one.mask and one.mask.pixels) for one in document.walk_layers()]

    return work


def write_psd_tools(folder: Path, path: Path, depth: int) -> Work:
    from PIL import Image
    from psd_tools import PSDImage

    arrays = _load(folder)
    height, width = arrays["mask"].shape

    def work() -> object:
        document = PSDImage.new("RGB", (width, height), depth=8 if depth == 8 else 16)
        for name in LAYERS:
            if depth == 8:
                layer = document.create_pixel_layer(Image.fromarray(arrays[name]), name)
            else:
                layer = document.create_pixel_layer_from_array(arrays[name], name)
            if name != "background":
                layer.create_mask(Image.fromarray(arrays["mask"]))
        document.save(path)
        return document

    return work


def read_psd_tools(path: Path) -> Work:
    from psd_tools import PSDImage

    def work() -> object:
        document = PSDImage.open(path)
        return [
            (layer.numpy("color"), layer.numpy("mask") if layer.has_mask() else None) for layer in document
        ]

    return work


def write_photoshopapi(folder: Path, path: Path, depth: int) -> Work:
    library: Any = importlib.import_module("photoshopapi")
    # Planes one after another are what this library takes; turning them is not its work.
    arrays = {
        name: np.ascontiguousarray(np.moveaxis(array, -1, 0)) if array.ndim == 3 else array
        for name, array in _load(folder).items()
    }
    height, width = arrays["mask"].shape
    file_type, layer_type = (getattr(library, f"{kind}_{depth}bit") for kind in ("LayeredFile", "ImageLayer"))

    def work() -> object:
        document = file_type(library.enum.ColorMode.rgb, width, height)
        for name in reversed(LAYERS):  # added from the top down
            mask = {} if name == "background" else {"layer_mask": arrays["mask"]}
            document.add_layer(layer_type(arrays[name], name, width=width, height=height, **mask))
        document.write(str(path))
        return document

    return work


def read_photoshopapi(path: Path) -> Work:
    library: Any = importlib.import_module("photoshopapi")

    def work() -> object:
        found = []
        for layer in reversed(list(library.LayeredFile.read(str(path)).layers)):
            channels = layer.get_image_data()
            found.append(([channels[index] for index in range(3)], channels.get(-2)))
        return found

    return work


def prepare_work(operation: str, method: str, folder: Path, path: Path, depth: int) -> Work:
    if method == "psd-tools":
        return write_psd_tools(folder, path, depth) if operation == "write" else read_psd_tools(path)
    if method == "photoshopapi":
        return write_photoshopapi(folder, path, depth) if operation == "write" else read_photoshopapi(path)
    return write_ours(folder, path, depth, method) if operation == "write" else read_ours(path, method)
