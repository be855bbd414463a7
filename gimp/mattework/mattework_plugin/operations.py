"""What the menu entries do. Each one lets the engine finish with every layer before it touches the image."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gi.repository import Gegl, Gimp
from mattework_worker.client import WorkerClient
from mattework_worker.protocol import (
    SAMPLE_BYTES,
    AdjustRequest,
    ColoursRequest,
    CutRequest,
    EdgeOptions,
    EngineError,
    Picture,
    RefineRequest,
)

from .engine import show_progress
from .layers import (
    RECIPE,
    SOFT_MASK,
    can_hold_colours,
    choose_layers,
    find_colours,
    find_place,
    keep_recipe,
    one_undo_step,
    put_colours,
    put_mask,
    read_note,
)
from .pixels import mask_sample, receive_window, send_picture, send_plane, send_window

NO_COLOURS = (
    "An indexed image has no room for clean colours: they were left out. Convert it to RGB to have them."
)
UNSURE = 0.5


class Result(NamedTuple):
    """What the engine made for a layer: files in its folder."""

    layer: Gimp.Layer
    mask: Path
    colours: Path | None = None
    soft_mask: Path | None = None
    recipe: str = ""


def remove_background(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The subject of each layer as its layer mask; gives notes for the user."""
    layers = choose_layers(drawables)
    folder = client.open_folder(options["model"] or None)
    notes = _check_colours(image, options)
    results = []
    for number, layer in enumerate(layers):
        picture = send_picture(image, layer, folder, number)
        has_mask = options["mask-mode"] != "replace" and layer.get_mask() is not None
        request = CutRequest(
            picture,
            mask_sample(image),
            model=options["model"] or None,
            edge=_edge_options(options),
            colours=options["colours"],
            combine=options["mask-mode"] if has_mask else "replace",
            existing=_send_mask(image, layer, folder, number) if has_mask else None,
        )
        results.append(
            _take_result(
                layer, client.call("cut", request, show_progress(number, len(layers))), folder, number, notes
            )
        )
    _apply(image, results)
    return notes


def adjust_edge(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The mask of an earlier cut again with other edge settings, from the recipe that the layer keeps."""
    layers = choose_layers(drawables)
    folder = client.open_folder()
    notes = _check_colours(image, options)
    results = []
    for number, layer in enumerate(layers):
        recipe, soft_mask = read_note(layer, RECIPE), read_note(layer, SOFT_MASK)
        if recipe is None or soft_mask is None:
            raise EngineError(
                f"The layer {layer.get_name()!r} keeps no recipe. Use Remove Background on it first.", "usage"
            )
        (folder / f"soft{number}.png").write_bytes(base64.b64decode(soft_mask))
        request = AdjustRequest(
            send_picture(image, layer, folder, number),
            mask_sample(image),
            recipe.decode(),
            f"soft{number}.png",
            edge=_edge_options(options),
            colours=options["colours"],
        )
        results.append(
            _take_result(
                layer,
                client.call("adjust", request, show_progress(number, len(layers))),
                folder,
                number,
                notes,
            )
        )
    _apply(image, results)
    return notes


def select_subject(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The subject of the layers as the image's selection, as soft as its edge."""
    layers = choose_layers(drawables)
    folder = client.open_folder(options["model"] or None)
    notes: list[str] = []
    sample = mask_sample(image)
    results = []
    for number, layer in enumerate(layers):
        request = CutRequest(
            send_picture(image, layer, folder, number),
            sample,
            model=options["model"] or None,
            edge=EdgeOptions(solver=options["solver"]),
            colours=0.0,
            with_transparency=True,
        )
        results.append(
            _take_result(
                layer, client.call("cut", request, show_progress(number, len(layers))), folder, number, notes
            )
        )
    with one_undo_step(image):
        channel = Gimp.Channel.new(
            image, "Subject", image.get_width(), image.get_height(), 100.0, Gegl.Color.new("black")
        )
        operation = _CHANNEL_OPERATIONS[options["operation"]]
        for result in results:
            _select(image, channel, result, SAMPLE_BYTES[sample], operation)
            operation = Gimp.ChannelOps.ADD if operation == Gimp.ChannelOps.REPLACE else operation
    return notes


def refine_edge(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The edge of one layer solved anew where the selection (or a painted channel) says that it is not known."""
    layers = choose_layers(drawables)
    if len(layers) != 1:
        raise EngineError("Select one layer whose edge is to be refined.", "usage")
    layer, sample = layers[0], mask_sample(image)
    band = options["channel"]
    if band is None:
        if Gimp.Selection.is_empty(image):
            raise EngineError(
                "Select the hair or the part of the edge that is to be solved first, with any selection tool.",
                "usage",
            )
        band = image.get_selection()
    folder = client.open_folder(None)
    place = find_place(layer)
    if not send_window(band, folder / "band.raw", *place, SAMPLE_BYTES[sample]):
        raise EngineError("The layer lies outside the canvas, where there is no selection.", "usage")
    picture = send_picture(image, layer, folder, 0)
    has_mask = layer.get_mask() is not None
    request = RefineRequest(
        picture,
        sample,
        "band.raw",
        sample,
        existing=_send_mask(image, layer, folder, 0) if has_mask else None,
        solver=options["solver"],
    )
    notes: list[str] = []
    result = _take_result(layer, client.call("refine", request, show_progress(0, 1)), folder, 0, notes)
    if find_colours(image, layer) is not None:
        result = result._replace(colours=_clean(client, picture, sample, result.mask.name, 1.0, folder))
    _apply(image, [result])
    return notes


def clean_colours(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """A layer of clean colours above each layer, under the mask that it has."""
    if not can_hold_colours(image):
        raise EngineError(
            "An indexed image has no room for clean colours. Convert it to RGB first (Image > Mode).", "usage"
        )
    layers = choose_layers(drawables)
    sample = mask_sample(image)
    folder = client.open_folder(None)
    results = []
    for number, layer in enumerate(layers):
        if layer.get_mask() is None and not layer.has_alpha():
            raise EngineError(
                f"The layer {layer.get_name()!r} has neither a mask nor transparency: it has no edge to clean.",
                "usage",
            )
        picture = send_picture(image, layer, folder, number)
        if layer.get_mask() is not None:
            mask = _send_mask(image, layer, folder, number)
        else:
            mask = _send_white(layer, sample, folder, number)
        colours = _clean(client, picture, sample, mask, options["amount"], folder, number, len(layers))
        results.append(Result(layer, folder / mask, colours))
    with one_undo_step(image):
        for result in results:
            assert result.colours is not None
            put_colours(image, result.layer, result.colours, result.mask)
    return []


def add_background(
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    options: dict[str, Any],
    client: WorkerClient | None,
) -> list[str]:
    """A layer of one colour, as large as the canvas, under the lowest of the layers."""
    del client
    layers = choose_layers(drawables)
    lowest = max(layers, key=image.get_item_position)
    with one_undo_step(image):
        kind = Gimp.ImageType.GRAY_IMAGE if lowest.is_gray() else Gimp.ImageType.RGB_IMAGE
        if lowest.is_indexed():
            kind = Gimp.ImageType.INDEXED_IMAGE
        ground = Gimp.Layer.new(
            image, "Background", image.get_width(), image.get_height(), kind, 100.0, Gimp.LayerMode.NORMAL
        )
        image.insert_layer(ground, lowest.get_parent(), image.get_item_position(lowest) + 1)
        Gimp.context_push()
        Gimp.context_set_foreground(options["colour"])
        ground.fill(Gimp.FillType.FOREGROUND)
        Gimp.context_pop()
    return []


_CHANNEL_OPERATIONS = {
    "replace": Gimp.ChannelOps.REPLACE,
    "add": Gimp.ChannelOps.ADD,
    "subtract": Gimp.ChannelOps.SUBTRACT,
    "intersect": Gimp.ChannelOps.INTERSECT,
}


def _check_colours(image: Gimp.Image, options: dict[str, Any]) -> list[str]:
    if options["colours"] > 0 and not can_hold_colours(image):
        options["colours"] = 0.0
        return [NO_COLOURS]
    return []


def _edge_options(options: dict[str, Any]) -> EdgeOptions:
    return EdgeOptions(
        solver=options["solver"],
        band=options["band"],
        smooth=options["smooth"],
        feather=options["feather"],
        contrast=options["contrast"],
        shift=options["shift"],
    )


def _send_mask(image: Gimp.Image, layer: Gimp.Layer, folder: Path, number: int) -> str:
    name = f"existing{number}.raw"
    mask = layer.get_mask()
    assert mask is not None
    send_plane(mask, folder / name, None, SAMPLE_BYTES[mask_sample(image)])
    return name


def _send_white(layer: Gimp.Layer, sample: str, folder: Path, number: int) -> str:
    """A mask that shows all of the layer."""
    import struct

    name = f"existing{number}.raw"
    ones = {"half": struct.pack("e", 1.0), "float": struct.pack("f", 1.0), "double": struct.pack("d", 1.0)}
    white = ones.get(sample, b"\xff" * SAMPLE_BYTES[sample])
    with (folder / name).open("wb") as stream:
        for _ in range(layer.get_height()):
            stream.write(white * layer.get_width())
    return name


def _clean(
    client: WorkerClient,
    picture: Picture,
    sample: str,
    mask: str,
    amount: float,
    folder: Path,
    number: int = 0,
    count: int = 1,
) -> Path:
    request = ColoursRequest(picture, sample, mask, amount)
    value = client.call("colours", request, show_progress(number, count))
    return _keep(folder, value["colours"], number)


def _take_result(
    layer: Gimp.Layer, value: dict[str, Any], folder: Path, number: int, notes: list[str]
) -> Result:
    notes.extend(note for note in value.get("notes", []) if note not in notes)
    report = value.get("report", {})
    confidence = report.get("confidence")
    if report.get("coverage") == 0.0:
        raise EngineError(
            f"No subject was found in the layer {layer.get_name()!r}. Nothing was changed. Paint a rough mask, select "
            "its edge, and use Refine Edge from Selection.",
            "nothing",
        )
    if confidence is not None and confidence < UNSURE:
        notes.append(f"Look at {layer.get_name()!r}: {'; '.join(report.get('reasons', []))}.")
    return Result(
        layer,
        _keep(folder, value["mask"], number),
        _keep(folder, value["colours"], number) if "colours" in value else None,
        _keep(folder, value["soft_mask"], number) if "soft_mask" in value else None,
        str(value.get("recipe", "")),
    )


def _keep(folder: Path, name: str, number: int) -> Path:
    """The engine uses the same names for each layer: put its file aside."""
    kept = folder / f"kept{number}-{name}"
    (folder / name).replace(kept)
    return kept


def _apply(image: Gimp.Image, results: list[Result]) -> None:
    with one_undo_step(image):
        for result in results:
            put_mask(image, result.layer, result.mask)
            if result.recipe and result.soft_mask is not None:
                keep_recipe(result.layer, result.recipe, result.soft_mask)
            if result.colours is not None:
                put_colours(image, result.layer, result.colours, result.mask)


def _select(
    image: Gimp.Image, channel: Gimp.Channel, result: Result, pixel_bytes: int, operation: Gimp.ChannelOps
) -> None:
    """Select what a mask file says, by way of a channel that is taken out again: selections have no undo otherwise."""
    place = find_place(result.layer)
    fresh = channel.copy()
    receive_window(fresh, result.mask, *place, pixel_bytes)
    image.insert_channel(fresh, None, 0)
    Gimp.context_push()
    Gimp.context_set_feather(False)
    Gimp.context_set_antialias(True)
    image.select_item(operation, fresh)
    Gimp.context_pop()
    image.remove_channel(fresh)


def read_recipe_edge(layer: Gimp.Layer) -> dict[str, Any]:
    """The edge settings that a layer's recipe was made with, for a dialog to begin from."""
    text = read_note(layer, RECIPE)
    if text is None:
        return {}
    try:
        recipe = json.loads(text)
        return {
            **{name: float(recipe["edge"][name]) for name in ("smooth", "feather", "contrast", "shift")},
            "solver": str(recipe["solver"]),
            "band": float(recipe["trimap"]["band"]),
            "colours": float(recipe["colours"]),
        }
    except (ValueError, KeyError, TypeError):
        return {}
