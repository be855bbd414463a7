"""Masks and clean colours in the image: every change in one undo step, and the user's own choice of layers kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gi.repository import Babl, Gimp, GLib
from mattework_worker.protocol import SAMPLE_BYTES, EngineError

from .made import (
    COLOURS_OF,
    KEEP_AND_UNDO,
    find_again,
    find_made,
    find_original,
    free_copies,
    link_layer,
    read_note,
    remember_layers,
    write_note,
)
from .pixels import mask_sample, read_format, receive_plane, sum_plane

COLOURS_NAME = "{} (clean colours)"
MADE_CRC = "mattework-colours-crc"
"""Parasite on a layer that was made: the CRC-32 of its samples, which tells later painting."""
COLOURS_AMOUNT = "mattework-colours-amount"
"""Parasite on clean colours: how much of the old background was taken out, 0 to 1."""
MASK_CRC = "mattework-mask-crc"
"""Parasite on a layer: the CRC-32 of the mask that it was given, which tells later painting."""
RECIPE_CRC = "mattework-recipe-crc"
"""Parasite beside a recipe: that of the mask which the recipe makes; where the mask is more than that, no number."""

RECIPE = "mattework-recipe"
SOFT_MASK = "mattework-soft-mask"
TRIMAP = "mattework-trimap"

BOTH_PAINTED = "The masks of {!r} and {!r} have both been painted on; that of {!r}, which is seen, was taken."


class Place(NamedTuple):
    """Where a layer lies on the canvas."""

    left: int
    top: int
    width: int
    height: int


def find_place(layer: Gimp.Layer) -> Place:
    _, left, top = layer.get_offsets()
    return Place(left, top, layer.get_width(), layer.get_height())


def find_way(image: Gimp.Image, layer: Gimp.Layer) -> list[int]:
    """Where a layer lies in the stack, from the top of the image down through its groups; the lower one is the greater."""
    parent = layer.get_parent()
    return [*([] if parent is None else find_way(image, parent)), image.get_item_position(layer)]


def choose_layers(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> list[Gimp.Layer]:
    """The layers that the user means: a mask that is being edited stands for its layer.

    Raises:
        EngineError: there is none, or it is no layer of the image that can have a mask.
    """
    chosen: list[Gimp.Layer] = []
    for drawable in drawables:
        if drawable.get_image().get_id() != image.get_id():
            raise EngineError(
                f"{drawable.get_name()!r} is of another image. Give a layer of this one.", "usage"
            )
        layer = Gimp.Layer.from_mask(drawable) if isinstance(drawable, Gimp.LayerMask) else drawable
        if not isinstance(layer, Gimp.Layer):
            raise EngineError("Select a layer first: a channel cannot have a layer mask.", "usage")
        if layer.is_floating_sel():
            raise EngineError("Anchor the floating selection first, or make it a layer.", "usage")
        if all(layer.get_id() != one.get_id() for one in chosen):
            chosen.append(layer)
    if not chosen:
        raise EngineError("Select a layer first.", "usage")
    return chosen


@contextmanager
def one_undo_step(image: Gimp.Image) -> Iterator[None]:
    """All changes inside are one step, and the layers or channels that the user had selected are again.

    GIMP's Cancel kills the plug-in wherever it is: with the progress bar it goes away before anything is changed.
    """
    Gimp.progress_end()
    layers = remember_layers(image, image.get_selected_layers())
    channels = image.get_selected_channels()
    image.undo_group_start()
    try:
        yield
    finally:
        if channels:
            image.set_selected_channels(channels)
        elif again := find_again(image, layers):  # GIMP takes no empty list
            image.set_selected_layers(again)
        image.undo_group_end()


def put_mask(image: Gimp.Image, layer: Gimp.Layer, path: Path) -> None:
    """Give a layer the mask in a file, in place of any that it has.

    The mask is filled before it enters the image, because only then the step can be undone; writing into a mask that is
    in the image cannot, or stops at the selection.
    """
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    crc = receive_plane(mask, path, SAMPLE_BYTES[mask_sample(image)])
    editing = layer.get_mask() is not None and layer.get_edit_mask()
    if layer.get_mask() is not None:
        layer.remove_mask(Gimp.MaskApplyMode.DISCARD)
    layer.add_mask(mask)
    layer.set_apply_mask(True)
    if layer.get_edit_mask() != editing:
        # Here and once only: changed after the layers are selected again, GIMP 3.0 shows a layer that we hid.
        layer.set_edit_mask(editing)
    write_note(layer, MASK_CRC, str(crc))
    mask.update(0, 0, mask.get_width(), mask.get_height())


def is_mask_painted(layer: Gimp.Layer) -> bool:
    """Whether a layer has another mask than it was given."""
    given, mask = read_note(layer, MASK_CRC), layer.get_mask()
    return given is not None and mask is not None and given != str(sum_plane(mask)).encode()


def can_hold_colours(image: Gimp.Image) -> bool:
    """An indexed image has only the colours of its palette."""
    return image.get_base_type() != Gimp.ImageBaseType.INDEXED


def put_colours(
    image: Gimp.Image, layer: Gimp.Layer, colours: Path, mask: Path, amount: float = 1.0
) -> list[str]:
    """A layer of clean colours above `layer`, under the same mask; gives notes for the user.

    One that is there already gets other samples and stays what the user has made of it otherwise: its place, name, group,
    opacity, mode and effects. `layer` is hidden: two layers under one mask would add up at the edge.
    """
    is_seen = find_seen(image, layer).get_visible()
    earlier, notes = find_colours(image, layer), list[str]()
    if earlier is not None and (_is_changed(earlier) or not _fits(earlier, layer)):
        notes += drop_colours(image, layer)
        earlier = None
    pixels = read_format(layer)
    clean = _make_layer(image, layer) if earlier is None else earlier.copy()
    if read_format(clean) != pixels:
        raise EngineError(
            f"A layer of clean colours cannot hold {Babl.get_name(layer.get_format())}. Switch clean colours off.",
            "host",
        )
    crc = receive_plane(clean, colours, pixels.pixel_bytes)
    above = layer if earlier is None else earlier
    name = COLOURS_NAME.format(layer.get_name()) if earlier is None else earlier.get_name()
    parent, position = above.get_parent(), image.get_item_position(above)
    if earlier is not None:
        image.remove_layer(earlier)
    image.insert_layer(clean, parent, position)
    clean.set_name(name)
    put_mask(image, clean, mask)
    link_layer(image, clean, layer, COLOURS_OF)
    write_note(clean, MADE_CRC, str(crc))
    write_note(clean, COLOURS_AMOUNT, str(amount))
    show_layer(clean, is_seen)
    show_layer(layer, False)
    if earlier is None and layer.get_filters():
        notes.append(
            f"The layer effects of {layer.get_name()!r} are not on its clean colours. To keep them, merge them first or "
            "switch clean colours off."
        )
    return notes


def _make_layer(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    """A layer that looks like `layer` and lies where it does, not in the image yet: in a group whose position is locked it
    could not be moved."""
    mode = layer.get_mode()
    made = Gimp.Layer.new(
        image,
        COLOURS_NAME.format(layer.get_name()),
        layer.get_width(),
        layer.get_height(),
        _choose_type(read_format(layer).channels),
        layer.get_opacity(),
        Gimp.LayerMode.NORMAL
        if mode == Gimp.LayerMode.PASS_THROUGH
        else mode,  # only a group can let through
    )
    if mode != Gimp.LayerMode.PASS_THROUGH:
        made.set_blend_space(layer.get_blend_space())
        made.set_composite_space(layer.get_composite_space())
        made.set_composite_mode(layer.get_composite_mode())
    place = find_place(layer)
    made.set_offsets(place.left, place.top)
    return made


def read_amount(image: Gimp.Image, layer: Gimp.Layer) -> float | None:
    """With what amount the clean colours of a layer were made; None when it has none."""
    clean = find_colours(image, layer)
    return None if clean is None else float(read_note(clean, COLOURS_AMOUNT) or 1.0)


def drop_colours(image: Gimp.Image, layer: Gimp.Layer) -> list[str]:
    """Take away the clean colours that were made for `layer`, which is shown instead, where they were; gives notes for the
    user. Those that are not as they were made are hidden: somebody may have painted on them."""
    earlier = find_colours(image, layer)
    if earlier is None:
        return []
    show_layer(layer, True)
    if _fits(earlier, layer):
        place = find_place(earlier)
        if place != find_place(layer):
            layer.set_offsets(place.left, place.top)
        layer.set_opacity(earlier.get_opacity())
        if earlier.get_mode() != Gimp.LayerMode.NORMAL:
            layer.set_mode(earlier.get_mode())
    return drop_made(image, layer, COLOURS_OF)


def drop_made(image: Gimp.Image, layer: Gimp.Layer, link: str) -> list[str]:
    """Take away what was made for `layer` under that link; what is not as it was made is kept, hidden, and told."""
    earlier = find_made(image, layer, link)
    if earlier is None:
        return []
    free_copies(image, layer, link, earlier)
    if not _is_changed(earlier) and (link == COLOURS_OF or not is_mask_painted(earlier)):
        had_effects, name = bool(earlier.get_filters()), earlier.get_name()
        image.remove_layer(earlier)
        return [f"The layer effects of {name!r} went with it. Undo brings them back."] if had_effects else []
    earlier.detach_parasite(link)
    name = earlier.get_name()
    earlier.set_name(f"{name[:-1]}, painted)" if name.endswith(")") else f"{name} (painted)")
    show_layer(earlier, False)
    return [f"The layer was changed since it was made. It was kept, hidden: {earlier.get_name()!r}."]


def _is_changed(made: Gimp.Layer) -> bool:
    """Whether the samples of a layer are not those that were made, as far as these are known."""
    crc = read_note(made, MADE_CRC)
    return crc is not None and crc != str(sum_plane(made)).encode()


def _fits(made: Gimp.Layer, layer: Gimp.Layer) -> bool:
    """Whether a layer that was made is still as large as the one that it was made for, and under a mask."""
    return find_place(made)[2:] == find_place(layer)[2:] and made.get_mask() is not None


def show_layer(layer: Gimp.Layer, visible: bool) -> None:
    """Show or hide a layer, also one whose visibility is locked, which stays so: of two under one mask one is seen."""
    is_locked = layer.get_lock_visibility()
    layer.set_lock_visibility(False)
    layer.set_visible(visible)
    layer.set_lock_visibility(is_locked)


def find_colours(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer | None:
    """The layer of clean colours that was made for `layer`."""
    return find_made(image, layer, COLOURS_OF)


def find_seen(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    """Of a layer and its clean colours the one that a person sees and works on: where that lies, the cut-out lies."""
    clean = find_colours(image, layer)
    if clean is None or not _fits(clean, layer) or (layer.get_visible() and not clean.get_visible()):
        return layer
    return clean


def find_known(image: Gimp.Image, layer: Gimp.Layer, notes: list[str]) -> Gimp.Layer:
    """Of a layer and its clean colours the one whose mask holds: the one that was painted on, else the one that is seen."""
    seen = find_seen(image, layer)
    if seen.get_id() == layer.get_id() or layer.get_mask() is None:
        return seen
    if not is_mask_painted(layer):
        return seen
    if is_mask_painted(seen):
        notes.append(BOTH_PAINTED.format(layer.get_name(), seen.get_name(), seen.get_name()))
        return seen
    return layer


def choose_originals(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> list[Gimp.Layer]:
    """The layers that the user means, as `choose_layers`; clean colours stand for the layer that they were made for.

    Raises:
        EngineError: as `choose_layers`.
    """
    chosen: dict[int, Gimp.Layer] = {}
    for layer in choose_layers(image, drawables):
        original = find_original(image, layer)
        chosen.setdefault(original.get_id(), original)
    return list(chosen.values())


def keep_recipe(
    layer: Gimp.Layer,
    recipe: str,
    soft_mask: Path | None,
    trimap: Path | None = None,
    *,
    makes_mask: bool = True,
) -> None:
    """Attach what made the mask that a layer has, so that it can be made again with other settings after saving and
    opening. `makes_mask` False: the mask is more than that, an earlier one joined with it."""
    # GIMP's Python takes no byte above 127 here: JSON with escapes, and base64.
    text = json.dumps(json.loads(recipe)).encode("ascii")
    layer.attach_parasite(Gimp.Parasite.new(RECIPE, KEEP_AND_UNDO, text))
    given = read_note(layer, MASK_CRC)
    write_note(layer, RECIPE_CRC, given.decode() if makes_mask and given is not None else "joined")
    for note, path in ((SOFT_MASK, soft_mask), (TRIMAP, trimap)):
        if path is not None:
            picture = base64.b64encode(path.read_bytes())
            layer.attach_parasite(Gimp.Parasite.new(note, KEEP_AND_UNDO, picture))
        elif layer.get_parasite(note) is not None:
            layer.detach_parasite(note)


def is_recipes_mask(layer: Gimp.Layer, known: Gimp.Layer) -> bool | None:
    """Whether the mask of `known` is the very one that the recipe of `layer` made; None in files that do not say."""
    made, mask = read_note(layer, RECIPE_CRC), known.get_mask()
    return None if made is None or mask is None else made == str(sum_plane(mask)).encode()


def make_error(text: str) -> GLib.Error:
    return GLib.Error.new_literal(Gimp.PlugIn.error_quark(), text, 0)


def _choose_type(channels: int) -> Gimp.ImageType:
    return {
        1: Gimp.ImageType.GRAY_IMAGE,
        2: Gimp.ImageType.GRAYA_IMAGE,
        3: Gimp.ImageType.RGB_IMAGE,
        4: Gimp.ImageType.RGBA_IMAGE,
    }[channels]
