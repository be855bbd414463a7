"""From the engine's answers to masks, layers and selections: what every operation does before and after its request."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, NamedTuple

from gi.repository import Gegl, Gimp
from mattework_worker.client import WorkerClient
from mattework_worker.protocol import SAMPLE_BYTES, ColoursRequest, EdgeOptions, EngineError, Picture

from .engine import show_progress
from .layers import (
    RECIPE,
    can_hold_colours,
    drop_colours,
    find_place,
    find_seen,
    keep_recipe,
    one_undo_step,
    put_colours,
    put_mask,
)
from .made import read_note
from .pixels import mask_sample, receive_window, send_plane
from .solvers import choose_network

NO_COLOURS = (
    "An indexed image has no room for clean colours: they were left out. Convert it to RGB to have them."
)


class Result(NamedTuple):
    """What the engine made for a layer: files in its folder."""

    layer: Gimp.Layer
    mask: Path
    colours: Path | None = None
    soft_mask: Path | None = None
    recipe: str = ""
    amount: float = 1.0
    """Of the clean colours."""
    is_joined: bool = False
    """The mask is an earlier one and this one together."""


def check_colours(image: Gimp.Image, options: dict[str, Any]) -> list[str]:
    if options["colours"] > 0 and not can_hold_colours(image):
        options["colours"] = 0.0
        return [NO_COLOURS]
    return []


def edge_options(options: dict[str, Any]) -> EdgeOptions:
    return EdgeOptions(
        solver=options["solver"],
        matting_model=choose_network(options),
        band=options["band"],
        smooth=options["smooth"],
        feather=options["feather"],
        contrast=options["contrast"],
        shift=options["shift"],
    )


def send_mask(image: Gimp.Image, layer: Gimp.Layer, folder: Path, number: int) -> str:
    name = f"existing{number}.raw"
    mask = layer.get_mask()
    assert mask is not None
    send_plane(mask, folder / name, None, SAMPLE_BYTES[mask_sample(image)])
    return name


def send_white(layer: Gimp.Layer, sample: str, folder: Path, number: int) -> str:
    """A mask that shows all of the layer."""
    name = f"existing{number}.raw"
    ones = {"half": struct.pack("e", 1.0), "float": struct.pack("f", 1.0), "double": struct.pack("d", 1.0)}
    white = ones.get(sample, b"\xff" * SAMPLE_BYTES[sample])
    with (folder / name).open("wb") as stream:
        for _ in range(layer.get_height()):
            stream.write(white * layer.get_width())
    return name


def clean_under(
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
    return keep_file(folder, value["colours"], number)


def take_result(
    layer: Gimp.Layer, value: dict[str, Any], folder: Path, number: int, notes: list[str]
) -> Result:
    notes.extend(note for note in value.get("notes", []) if note not in notes)
    report = value.get("report", {})
    if report.get("coverage") == 0.0:
        raise EngineError(
            f"No subject was found in the layer {layer.get_name()!r}. Nothing was changed. Paint a rough mask, select "
            "its edge, and use Refine Edge from Selection.",
            "nothing",
        )
    if report.get("doubtful"):
        notes.append(f"Look at {layer.get_name()!r}: {'; '.join(report.get('reasons', []))}.")
    return Result(
        layer,
        keep_file(folder, value["mask"], number),
        keep_file(folder, value["colours"], number) if "colours" in value else None,
        keep_file(folder, value["soft_mask"], number) if "soft_mask" in value else None,
        str(value.get("recipe", "")),
    )


def keep_file(folder: Path, name: str, number: int) -> Path:
    """The engine uses the same names for each layer: put its file aside."""
    kept = folder / f"kept{number}-{name}"
    (folder / name).replace(kept)
    return kept


def apply_results(image: Gimp.Image, results: list[Result]) -> list[str]:
    """Masks, recipes and clean colours into the image, in one undo step; gives notes for the user."""
    notes: list[str] = []
    with one_undo_step(image):
        for result in results:
            put_mask(image, result.layer, result.mask)
            if result.recipe and result.soft_mask is not None:
                keep_recipe(result.layer, result.recipe, result.soft_mask, makes_mask=not result.is_joined)
            if result.colours is not None:
                notes += put_colours(image, result.layer, result.colours, result.mask, result.amount)
            else:
                notes += drop_colours(image, result.layer)
    return notes


def select_results(image: Gimp.Image, results: list[Result], operation: str) -> None:
    """Results as the image's selection, in one undo step. `operation` is replace, add, subtract or intersect."""
    with one_undo_step(image):
        channel = Gimp.Channel.new(
            image, "Subject", image.get_width(), image.get_height(), 100.0, Gegl.Color.new("black")
        )
        how = _CHANNEL_OPERATIONS[operation]
        # What several layers show together is intersected, and not what they have in common.
        known = Gimp.Selection.save(image) if operation == "intersect" and len(results) > 1 else None
        if known is not None:
            how = Gimp.ChannelOps.REPLACE
        for result in results:
            _select(image, channel, result, SAMPLE_BYTES[mask_sample(image)], how)
            how = Gimp.ChannelOps.ADD if how == Gimp.ChannelOps.REPLACE else how
        if known is not None:
            image.select_item(Gimp.ChannelOps.INTERSECT, known)
            image.remove_channel(known)


_CHANNEL_OPERATIONS = {
    "replace": Gimp.ChannelOps.REPLACE,
    "add": Gimp.ChannelOps.ADD,
    "subtract": Gimp.ChannelOps.SUBTRACT,
    "intersect": Gimp.ChannelOps.INTERSECT,
}


def _select(
    image: Gimp.Image, channel: Gimp.Channel, result: Result, pixel_bytes: int, operation: Gimp.ChannelOps
) -> None:
    """Select what a mask file says, by way of a channel that is taken out again: selections have no undo otherwise."""
    place = find_place(find_seen(image, result.layer))
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
            "matting-model": str(recipe["matting"]["model"]) if recipe.get("matting") else "",
            "band": float(recipe["trimap"]["band"]),
            "colours": float(recipe["colours"]),
        }
    except (ValueError, KeyError, TypeError):
        return {}
