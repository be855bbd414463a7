"""What the menu entries do. Each one lets the engine finish with every layer before it touches the image."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from gi.repository import Gimp
from mattework_worker.client import WorkerClient
from mattework_worker.protocol import (
    LOST_PAINTING,
    SAMPLE_BYTES,
    AdjustRequest,
    CutRequest,
    EngineError,
    RefineRequest,
)

from .engine import show_progress
from .layers import (
    RECIPE,
    SOFT_MASK,
    can_hold_colours,
    choose_originals,
    find_known,
    find_place,
    find_seen,
    find_way,
    is_recipes_mask,
    one_undo_step,
    put_colours,
    put_mask,
    read_amount,
)
from .made import SHADOW_LINKS, find_made, read_note
from .pixels import mask_sample, send_picture, send_window
from .results import (
    Result,
    apply_results,
    check_colours,
    clean_under,
    edge_options,
    select_results,
    send_mask,
    send_white,
    take_result,
)
from .solvers import choose_network, plain_edge

FEW_COLOURS = (
    "An indexed image has only the colours of its palette: the nearest was taken for the background."
)
NO_BAND = "Select the hair or the part of the edge that is to be solved first, with any selection tool."


def remove_background(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The subject of each layer as its layer mask; gives notes for the user."""
    layers = choose_originals(image, drawables)
    folder = client.open_folder(options["model"] or None)
    notes = check_colours(image, options)
    results = []
    for number, layer in enumerate(layers):
        picture = send_picture(image, layer, folder, number)
        joins = options["mask-mode"] != "replace" and layer.get_mask() is not None
        request = CutRequest(
            picture,
            mask_sample(image),
            model=options["model"] or None,
            edge=edge_options(options),
            colours=options["colours"],
            combine=options["mask-mode"] if joins else "replace",
            existing=send_mask(image, find_known(image, layer, notes), folder, number) if joins else None,
        )
        value = client.call("cut", request, show_progress(number, len(layers)))
        result = take_result(layer, value, folder, number, notes)
        results.append(result._replace(amount=options["colours"], is_joined=joins))
    return notes + apply_results(image, results)


def adjust_edge(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The mask of an earlier cut again with other edge settings, from the recipe that the layer keeps."""
    layers = choose_originals(image, drawables)
    folder = client.open_folder(warm=False)
    notes = check_colours(image, options)
    results = []
    for number, layer in enumerate(layers):
        recipe, soft_mask = read_recipe(layer)
        (folder / f"soft{number}.png").write_bytes(base64.b64decode(soft_mask))
        known = find_known(image, layer, notes)
        request = AdjustRequest(
            send_picture(image, layer, folder, number),
            mask_sample(image),
            recipe.decode(),
            f"soft{number}.png",
            edge=edge_options(options),
            colours=options["colours"],
            existing=send_mask(image, known, folder, number) if known.get_mask() is not None else None,
        )
        value = client.call("adjust", request, show_progress(number, len(layers)))
        results.append(take_result(layer, value, folder, number, notes)._replace(amount=options["colours"]))
        if is_recipes_mask(layer, known) is False and LOST_PAINTING not in notes:
            notes.append(LOST_PAINTING)
    return notes + apply_results(image, results)


def check_recipes(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> None:
    """Refuse layers whose edge cannot be adjusted.

    Raises:
        EngineError: one keeps no recipe, or one that begins with a trimap.
    """
    for layer in choose_originals(image, drawables):
        read_recipe(layer)


def read_recipe(layer: Gimp.Layer) -> tuple[bytes, bytes]:
    """The recipe that a layer keeps, and the soft mask that it rests on as PNG in base64."""
    recipe, soft_mask = read_note(layer, RECIPE), read_note(layer, SOFT_MASK)
    if recipe is not None and soft_mask is None:
        raise EngineError(
            f"The edge of {layer.get_name()!r} was made from a trimap. Use Open in Mattework to change it.",
            "usage",
        )
    if recipe is None or soft_mask is None:
        raise EngineError(
            f"The layer {layer.get_name()!r} keeps no recipe. Use Remove Background on it first.", "usage"
        )
    return recipe, soft_mask


def select_subject(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The subject of the layers as the image's selection, as soft as its edge."""
    layers = choose_originals(image, drawables)
    folder = client.open_folder(options["model"] or None)
    notes: list[str] = []
    sample = mask_sample(image)
    results = []
    for number, layer in enumerate(layers):
        request = CutRequest(
            send_picture(image, layer, folder, number),
            sample,
            model=options["model"] or None,
            edge=plain_edge(options),
            colours=0.0,
            with_transparency=True,
        )
        results.append(
            take_result(
                layer, client.call("cut", request, show_progress(number, len(layers))), folder, number, notes
            )
        )
    select_results(image, results, options["operation"])
    return notes


def refine_edge(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The edge of one layer solved anew where the selection (or a painted channel) says that it is not known."""
    layer, sample = _choose_one(image, drawables), mask_sample(image)
    band = options["channel"]
    if band is None:
        if Gimp.Selection.is_empty(image):
            raise EngineError(NO_BAND, "usage")
        band = image.get_selection()
    folder = client.open_folder(None)
    place = find_place(find_seen(image, layer))
    if not send_window(band, folder / "band.raw", *place, SAMPLE_BYTES[sample]):
        raise EngineError("The layer lies outside the canvas, where there is no selection.", "usage")
    picture = send_picture(image, layer, folder, 0)
    notes: list[str] = []
    known = find_known(image, layer, notes)
    request = RefineRequest(
        picture,
        sample,
        "band.raw",
        sample,
        existing=send_mask(image, known, folder, 0) if known.get_mask() is not None else None,
        solver=options["solver"],
        matting_model=choose_network(options),
    )
    result = take_result(layer, client.call("refine", request, show_progress(0, 1)), folder, 0, notes)
    amount = read_amount(image, layer)
    if amount is not None:
        colours = clean_under(client, picture, sample, result.mask.name, amount, folder)
        result = result._replace(colours=colours, amount=amount)
    return notes + apply_results(image, [result])


def check_band(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> None:
    """Refuse several layers, and an image in which nothing says where the edge is to be solved.

    Raises:
        EngineError: that is so.
    """
    _choose_one(image, drawables)
    if Gimp.Selection.is_empty(image) and not image.get_channels():
        raise EngineError(NO_BAND, "usage")


def _choose_one(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> Gimp.Layer:
    layers = choose_originals(image, drawables)
    if len(layers) != 1:
        raise EngineError("Select one layer whose edge is to be refined.", "usage")
    return layers[0]


def clean_colours(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """A layer of clean colours above each layer, under the mask that it has."""
    check_edges(image, drawables)
    layers = choose_originals(image, drawables)
    sample = mask_sample(image)
    folder = client.open_folder(warm=False)
    results, notes, others = [], list[str](), set[int]()
    for number, layer in enumerate(layers):
        picture = send_picture(image, layer, folder, number)
        if layer.get_mask() is not None:
            known = find_known(image, layer, notes)
            mask = send_mask(image, known, folder, number)
            if known.get_id() != layer.get_id():
                others.add(layer.get_id())
        else:
            mask = send_white(layer, sample, folder, number)
        colours = clean_under(client, picture, sample, mask, options["amount"], folder, number, len(layers))
        results.append(Result(layer, folder / mask, colours))
    with one_undo_step(image):
        for result in results:
            assert result.colours is not None
            if result.layer.get_id() in others:
                put_mask(image, result.layer, result.mask)
            notes += put_colours(image, result.layer, result.colours, result.mask, options["amount"])
    return notes


def check_edges(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> None:
    """Refuse images without room for clean colours, and layers without an edge.

    Raises:
        EngineError: that is so.
    """
    if not can_hold_colours(image):
        raise EngineError(
            "An indexed image has no room for clean colours. Convert it to RGB first (Image > Mode).", "usage"
        )
    for layer in choose_originals(image, drawables):
        if layer.get_mask() is None and not layer.has_alpha():
            raise EngineError(
                f"The layer {layer.get_name()!r} has neither a mask nor transparency: it has no edge to clean.",
                "usage",
            )


def add_background(
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    options: dict[str, Any],
    client: WorkerClient | None,
) -> list[str]:
    """A layer of one colour, as large as the canvas, under the lowest of the layers and of their shadows."""
    del client
    layers = choose_originals(image, drawables)
    shadows = [find_made(image, layer, link) for layer in layers for link in SHADOW_LINKS]
    under = [*layers, *(one for one in shadows if one is not None)]
    lowest = max(under, key=lambda layer: find_way(image, layer))
    with one_undo_step(image):
        kind = Gimp.ImageType.GRAY_IMAGE if lowest.is_gray() else Gimp.ImageType.RGB_IMAGE
        if lowest.is_indexed():
            kind = Gimp.ImageType.INDEXED_IMAGE
        ground = Gimp.Layer.new(
            image, "Background", image.get_width(), image.get_height(), kind, 100.0, Gimp.LayerMode.NORMAL
        )
        # Filled ahead: in a group whose pixels are locked it could not be.
        Gimp.context_push()
        Gimp.context_set_foreground(options["colour"])
        ground.fill(Gimp.FillType.FOREGROUND)
        Gimp.context_pop()
        image.insert_layer(ground, lowest.get_parent(), image.get_item_position(lowest) + 1)
    return [FEW_COLOURS] if lowest.is_indexed() else []
