"""Working for a host: a picture comes in with what is known about it, and what was made of it goes back through a folder.

A host, such as the GIMP plug-in, makes a folder of its own and runs

    mattework edit --hand-back FOLDER FOLDER/request.json

The window then shows "Apply" and "Cancel" in place of saving. When the process has ended, `FOLDER/result.json` tells what
became of it. It is written last and in one step, and one from before is taken away first; where it is missing, the editor
was ended from outside: take it for cancelled. All other files lie beside it and are raw, as the worker's are (rows from
top to bottom without padding, the machine's byte order, interleaved channels, straight alpha last).

request.json

    {"version": 1,
     "host": "GIMP",                        the name on the button
     "title": "Portrait",                   of the layer, for the window
     "picture": {"file": "photo.raw", "width": 640, "height": 480, "channels": 4, "has_alpha": true, "sample": "u8",
                 "linear": false, "icc": "photo.icc"},            `mattework.worker.protocol.Picture`
     "mask_sample": "u8",                   what masks are wanted in: u8, u16, u32, half, float, double
     "mask": "mask.raw",                    the layer's own mask in those samples, to go on from; may be left out
     "recipe": {...},                       of an earlier cut, as it was handed back; may be left out
     "soft_mask": "soft-mask.png",          what that recipe rests on; may be left out
     "trimap": "trimap.png"}

Paths are file names in the folder of request.json. In place of request.json any picture file can be named; masks are then
u16, everything else is in the samples of the picture, and `--recipe FILE` names a JSON file with the keys `recipe`,
`soft_mask` and `trimap` as above.

result.json

    {"version": 1,
     "status": "applied",                   or "cancelled"; all that follows is there for "applied" only
     "message": "",                         for people, when the picture could not be opened
     "width": 640, "height": 480,
     "mask": {"file": "mask.raw", "sample": "u8"},               without the picture's own transparency
     "colours": {"file": "colours.raw"},    clean colours in the format of the picture; null where they are not wanted
     "layers": [{"role": "background", "name": "Background", "file": "background.raw", "left": 0, "top": 0, "width": 640,
                 "height": 480, "channels": 4, "has_alpha": true, "sample": "u8", "linear": false, "opacity": 1.0,
                 "blend": "normal", "visible": true}],           to be put under the picture's layer, bottom to top
     "recipe": {...}, "soft_mask": "soft-mask.png", "trimap": null,
     "notes": ["..."]}                      sentences for people
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from mattework.arrays import AnyArray, Floats
from mattework.atomic import write_atomically
from mattework.cutout import Cutout
from mattework.document.layer_names import BACKGROUND_LAYER, CLEAN_LAYER, SHADOW_LAYER
from mattework.document.model import Document, Layer, array_depth, depth_white
from mattework.errors import FileNotReadable, UsageError
from mattework.formats.files import open_document, save_mask
from mattework.recipe import Recipe, RecipeInputs, SubjectChoice, parse_recipe
from mattework.worker.protocol import Picture
from mattework.worker.rasters import (
    DTYPES,
    decode_samples,
    locate_file,
    quantise,
    read_document,
    read_plane,
    unit_values,
    write_colours,
)

Wire = TypeVar("Wire")

VERSION = 1
RESULT = "result.json"
UNDER = {BACKGROUND_LAYER: "background", SHADOW_LAYER: "shadow"}
"""Layers that go under the picture's own, by name, and what a host calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wire:
    """request.json as it is written; see the module."""

    version: int
    picture: Picture
    host: str = "GIMP"
    title: str = ""
    mask_sample: str = "u16"
    mask: str | None = None
    recipe: dict[str, Any] | None = None
    soft_mask: str | None = None
    trimap: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _WireRecipe:
    recipe: dict[str, Any]
    soft_mask: str | None = None
    trimap: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """What a host asked for. `picture` and `raw` (H, W, channels) are None when it named a picture file; `alpha`
    (H, W) float32 of 0 to 1 is the mask to go on from; `recipe` is None when nothing is known yet."""

    folder: Path
    host: str
    title: str
    document: Document
    picture: Picture | None = None
    raw: AnyArray | None = None
    mask_sample: str = "u16"
    recipe: Recipe | None = None
    inputs: RecipeInputs = field(default_factory=RecipeInputs)
    alpha: Floats | None = None


def read_request(source: Path, folder: Path, recipe: Path | None = None) -> Request:
    """Read what a host asks for.

    Raises:
        UsageError: `folder` is none, or the request is not as described in the module.
        MatteworkError: a picture or a recipe cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"The folder to hand back to, {folder}, does not exist. Create it first.")
    if source.suffix.lower() != ".json":
        document = open_document(source)
        request = Request(folder=folder, host="GIMP", title=source.name, document=document)
        if recipe is None:
            return request
        return _with_recipe(request, _read_json(recipe, _WireRecipe), recipe.parent)
    wire, home = _read_json(source, _Wire), source.parent
    if wire.version != VERSION:
        raise UsageError(f"{source} is a request of version {wire.version}; this editor knows {VERSION}.")
    if wire.mask_sample not in DTYPES:
        raise UsageError(f"Samples of the kind {wire.mask_sample!r} are not known.")
    document, raw = read_document(wire.picture, home)
    request = Request(
        folder=folder,
        host=wire.host,
        title=wire.title,
        document=document,
        picture=wire.picture,
        raw=raw,
        mask_sample=wire.mask_sample,
    )
    if wire.recipe is not None:
        known = _WireRecipe(recipe=wire.recipe, soft_mask=wire.soft_mask, trimap=wire.trimap)
        request = _with_recipe(request, known, home)
    if wire.mask is None:
        return request
    own = unit_values(read_plane(locate_file(home, wire.mask), wire.mask_sample, document.size))
    if request.recipe is None:
        return replace(request, recipe=_DRAWN, inputs=_keep_mask(own), alpha=own)
    # With edge settings the mask is not the solved alpha, which is then solved again.
    return replace(request, alpha=own) if request.recipe.edge.is_neutral else request


def write_applied(request: Request, cutout: Cutout, matte: Floats) -> None:
    """Write everything that was made into the folder, `result.json` last.

    Args:
        matte: (H, W) float32 of 0 to 1, edge settings applied, without the picture's own transparency.

    Raises:
        OutputError: the folder cannot be written.
    """
    folder, inputs = request.folder, cutout.inputs
    with contextlib.suppress(OSError):  # a folder that refuses this refuses the next file too, and says why
        (folder / RESULT).unlink()
    _write(folder, "mask.raw", quantise(matte, DTYPES[request.mask_sample]))
    result: dict[str, Any] = {
        "version": VERSION,
        "status": "applied",
        "message": "",
        "width": request.document.size.width,
        "height": request.document.size.height,
        "mask": {"file": "mask.raw", "sample": request.mask_sample},
        "colours": None,
        "layers": [],
        "recipe": msgspec.json.decode(cutout.recipe.to_json()),
        "soft_mask": _write_bytes(folder, "soft-mask.png", inputs.soft_mask),
        "trimap": _write_bytes(folder, "trimap.png", inputs.trimap),
        "notes": list(cutout.report.notes),
    }
    for layer in cutout.document.walk_layers():
        if layer.name == CLEAN_LAYER:
            _write_clean(request, layer)
            result["colours"] = {"file": "colours.raw"}
        elif layer.name in UNDER:
            result["layers"].append(_write_layer(request, layer, UNDER[layer.name]))
    _write(folder, RESULT, msgspec.json.format(msgspec.json.encode(result)))


def write_cancelled(folder: Path, message: str = "") -> None:
    """Say that nothing is to be changed, and why where that is known.

    Raises:
        OutputError: the folder cannot be written.
    """
    _write(
        folder,
        RESULT,
        msgspec.json.encode({"version": VERSION, "status": "cancelled", "message": message}),
    )


def _read_json(path: Path, kind: type[Wire]) -> Wire:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise FileNotReadable(f"{path} cannot be read: {error.strerror}.") from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{path} is not what a host hands over: {error}.") from error


def _with_recipe(request: Request, known: _WireRecipe, home: Path) -> Request:
    def read(name: str | None) -> bytes | None:
        if name is None:
            return None
        path = locate_file(home, name)
        try:
            return path.read_bytes()
        except OSError as error:
            raise FileNotReadable(f"{path} cannot be read: {error.strerror}.") from error

    recipe = parse_recipe(msgspec.json.encode(known.recipe))
    inputs = RecipeInputs(soft_mask=read(known.soft_mask), trimap=read(known.trimap))
    if inputs.soft_mask is None and inputs.trimap is None:
        raise UsageError("A recipe came without the soft mask or trimap that it rests on.")
    return replace(request, recipe=recipe, inputs=inputs)


_DRAWN = Recipe(subject=SubjectChoice(origin="mask"))
"""The recipe of someone who has drawn the mask."""


def _keep_mask(own: Floats) -> RecipeInputs:
    png = BytesIO()
    save_mask(own, png, bits=16, format="png")
    return RecipeInputs(soft_mask=png.getvalue())


def _write_clean(request: Request, layer: Layer) -> None:
    target = request.folder / "colours.raw"
    if request.picture is not None and request.raw is not None:
        write_colours(layer.pixels, request.document, request.raw, request.picture, target)
    else:
        _write(request.folder, target.name, _join(layer) if layer.alpha is not None else layer.pixels)


def _write_layer(request: Request, layer: Layer, role: str) -> dict[str, Any]:
    """A layer in the samples of the picture, always with alpha."""
    picture, pixels = request.picture, _join(layer)
    sample = picture.sample if picture else {v: k for k, v in DTYPES.items()}[pixels.dtype]
    linear = picture is not None and picture.linear
    colour = decode_samples(pixels[..., :-1], linear, DTYPES[sample])
    alpha = decode_samples(pixels[..., -1], False, DTYPES[sample])
    name = f"{role}.raw"
    _write(request.folder, name, np.dstack((colour, alpha)))
    rect = layer.rect
    return {
        "role": role,
        "name": layer.name,
        "file": name,
        "left": rect.left,
        "top": rect.top,
        "width": rect.size.width,
        "height": rect.size.height,
        "channels": pixels.shape[2],
        "has_alpha": True,
        "sample": sample,
        "linear": linear,
        "opacity": layer.opacity,
        "blend": layer.blend.value,
        "visible": layer.visible,
    }


def _join(layer: Layer) -> AnyArray:
    """Colour and alpha of a layer in one array; opaque where it has no alpha."""
    if layer.alpha is not None:
        return np.dstack((layer.pixels, layer.alpha))
    white = depth_white(array_depth(layer.pixels))
    return np.dstack((layer.pixels, np.full(layer.rect.size.shape, white, layer.pixels.dtype)))


def _write_bytes(folder: Path, name: str, data: bytes | None) -> str | None:
    if data is None:
        return None
    _write(folder, name, data)
    return name


def _write(folder: Path, name: str, data: bytes | AnyArray) -> None:
    # The host reads nothing before the result is there: only that has to be on the disk.
    with write_atomically(folder / name, overwrite=True, sync=name == RESULT) as stream:
        stream.write(data if isinstance(data, bytes) else np.ascontiguousarray(data).data)
