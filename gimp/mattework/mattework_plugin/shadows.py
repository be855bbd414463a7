"""Shadow: a layer under the cut-out, as dark as its mask says, that can be moved, faded and painted on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gi.repository import Gegl, Gimp
from mattework_worker.client import WorkerClient
from mattework_worker.protocol import SAMPLE_BYTES, EngineError, ShadowRequest

from .engine import show_progress
from .layers import (
    MADE_CRC,
    Place,
    can_hold_colours,
    choose_originals,
    drop_made,
    find_known,
    find_place,
    find_seen,
    one_undo_step,
    put_mask,
)
from .made import SHADOW_OF, link_layer, write_note
from .pixels import mask_sample, split_rows, sum_plane


def add_shadow(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """A shadow under each of the layers, in place of one that it had."""
    check_outlines(image, drawables)
    layers = choose_originals(image, drawables)
    folder, sample = client.open_folder(warm=False), mask_sample(image)
    dx, dy, blur = (None if options["automatic"] else options[name] for name in ("dx", "dy", "blur"))
    notes: list[str] = []
    answers: list[tuple[Gimp.Layer, list[int], Path]] = []
    for number, layer in enumerate(layers):
        name = f"alpha{number}.raw"
        place = find_place(find_seen(image, layer))
        send_alpha(image, find_known(image, layer, notes), place, folder / name, sample)
        request = ShadowRequest(
            image.get_width(),
            image.get_height(),
            name,
            sample,
            kind=options["kind"],
            dx=dx,
            dy=dy,
            blur=blur,
            opacity=options["opacity"],
        )
        value = client.call("shadow", request, show_progress(number, len(layers)))
        notes.extend(note for note in value["notes"] if note not in notes)
        if value["rect"] is not None:
            kept = folder / f"kept{number}-{value['file']}"
            (folder / value["file"]).replace(kept)
            answers.append((layer, value["rect"], kept))
    with one_undo_step(image):
        for layer, rect, plane in answers:
            notes += _put_shadow(image, layer, rect, plane, options)
    return notes


def check_outlines(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> None:
    """Refuse images without room for a shadow, and layers that would throw that of a rectangle.

    Raises:
        EngineError: that is so.
    """
    if not can_hold_colours(image):
        raise EngineError(
            "An indexed image has no room for a soft shadow. Convert it to RGB first (Image > Mode).", "usage"
        )
    for layer in choose_originals(image, drawables):
        if layer.get_mask() is None and not layer.has_alpha():
            raise EngineError(
                f"The layer {layer.get_name()!r} has neither a mask nor transparency, so it would throw the shadow of a "
                "rectangle. Cut the subject out first, with Remove Background.",
                "usage",
            )


def send_alpha(image: Gimp.Image, layer: Gimp.Layer, place: Place, path: Path, sample: str) -> None:
    """Write how opaque a layer is at a place on the canvas, mask and transparency together, as GIMP itself composes it."""
    scratch = Gimp.Image.new_with_precision(
        image.get_width(), image.get_height(), image.get_base_type(), image.get_precision()
    )
    try:
        copy = Gimp.Layer.new_from_drawable(layer, scratch)
        scratch.insert_layer(copy, None, 0)
        copy.set_visible(True)
        copy.set_opacity(100.0)
        copy.set_mode(Gimp.LayerMode.NORMAL)
        copy.set_offsets(place.left, place.top)
        flat = scratch.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
        flat.add_alpha()
        flat.resize_to_image_size()
        buffer, width = flat.get_buffer(), scratch.get_width()
        row_bytes = width * SAMPLE_BYTES[sample]
        with path.open("wb") as stream:
            for top, rows in split_rows(scratch.get_height(), row_bytes):
                area = Gegl.Rectangle.new(0, top, width, rows)
                strip = bytes(buffer.get(area, 1.0, f"A {sample}", Gegl.AbyssPolicy.NONE))
                if len(strip) != rows * row_bytes:
                    raise EngineError("GIMP gave another number of bytes than were due.", "host")
                stream.write(strip)
    finally:
        scratch.delete()


def _put_shadow(
    image: Gimp.Image, layer: Gimp.Layer, rect: Sequence[int], plane: Path, options: dict[str, Any]
) -> list[str]:
    left, top, width, height = rect
    notes = drop_made(image, layer, SHADOW_OF)
    kind = Gimp.ImageType.GRAY_IMAGE if layer.is_gray() else Gimp.ImageType.RGB_IMAGE
    shadow = Gimp.Layer.new(
        image,
        f"{layer.get_name()} (shadow)",
        width,
        height,
        kind,
        100.0 * options["opacity"],
        Gimp.LayerMode.NORMAL,
    )
    Gimp.context_push()
    Gimp.context_set_foreground(options["colour"])
    shadow.fill(Gimp.FillType.FOREGROUND)
    Gimp.context_pop()
    shadow.set_offsets(left, top)  # ahead: in a group whose position is locked it cannot be moved
    image.insert_layer(shadow, layer.get_parent(), image.get_item_position(layer) + 1)
    put_mask(image, shadow, plane)
    link_layer(image, shadow, layer, SHADOW_OF)
    write_note(shadow, MADE_CRC, str(sum_plane(shadow)))
    return notes
