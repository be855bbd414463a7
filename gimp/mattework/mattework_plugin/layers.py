"""Masks and layers in the image: every change in one undo step, and the user's own choice of layers kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from gi.repository import Babl, Gimp, GLib
from mattework_worker.protocol import SAMPLE_BYTES, EngineError

from .pixels import mask_sample, read_format, receive_plane, sum_plane

COLOURS_NAME, PAINTED_NAME = "{} (clean colours)", "{} (clean colours, painted)"
COLOURS_OF = "mattework-colours-of"
"""Parasite on a layer of clean colours: the mark of the layer that they belong to; its tattoo in older files."""
MARK = "mattework-mark"
"""Parasite on a layer that others were made for: its mark and its tattoo. An image that is duplicated numbers its layers
anew, but copies the marks."""
COLOURS_CRC = "mattework-colours-crc"
"""Parasite on it: the CRC-32 of the samples that were made, which tells later painting."""

RECIPE = "mattework-recipe"
SOFT_MASK = "mattework-soft-mask"
TRIMAP = "mattework-trimap"
KEEP_AND_UNDO = 3
"""Parasite flags: saved with the image, and part of the undo step."""


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


def choose_layers(drawables: Sequence[Gimp.Drawable]) -> list[Gimp.Layer]:
    """The layers that the user means: a mask that is being edited stands for its layer.

    Raises:
        EngineError: there is none, or it is no layer that can have a mask.
    """
    chosen: list[Gimp.Layer] = []
    for drawable in drawables:
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
    layers, channels = image.get_selected_layers(), image.get_selected_channels()
    image.undo_group_start()
    try:
        yield
    finally:
        if channels:
            image.set_selected_channels(channels)
        else:
            image.set_selected_layers([layer for layer in layers if layer.is_valid()])
        image.undo_group_end()


def put_mask(image: Gimp.Image, layer: Gimp.Layer, path: Path) -> None:
    """Give a layer the mask in a file, in place of any that it has.

    The mask is filled before it enters the image, because only then the step can be undone; writing into a mask that is
    in the image cannot, or stops at the selection.
    """
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    receive_plane(mask, path, SAMPLE_BYTES[mask_sample(image)])
    editing = layer.get_mask() is not None and layer.get_edit_mask()
    if layer.get_mask() is not None:
        layer.remove_mask(Gimp.MaskApplyMode.DISCARD)
    layer.add_mask(mask)
    layer.set_apply_mask(True)
    if layer.get_edit_mask() != editing:
        # Here and once only: changed after the layers are selected again, GIMP 3.0 shows a layer that we hid.
        layer.set_edit_mask(editing)
    mask.update(0, 0, mask.get_width(), mask.get_height())


def can_hold_colours(image: Gimp.Image) -> bool:
    """An indexed image has only the colours of its palette."""
    return image.get_base_type() != Gimp.ImageBaseType.INDEXED


def put_colours(image: Gimp.Image, layer: Gimp.Layer, colours: Path, mask: Path) -> list[str]:
    """A layer of clean colours above `layer`, under the same mask, in place of an earlier one; gives notes for the user.

    `layer` is hidden: two layers under one mask would add up at the edge.
    """
    notes = drop_colours(image, layer)
    pixels = read_format(layer)
    clean = Gimp.Layer.new(
        image,
        COLOURS_NAME.format(layer.get_name()),
        layer.get_width(),
        layer.get_height(),
        _choose_type(pixels.channels),
        layer.get_opacity(),
        layer.get_mode(),
    )
    if read_format(clean) != pixels:
        raise EngineError(
            f"A layer of clean colours cannot hold {Babl.get_name(layer.get_format())}. Switch clean colours off.",
            "host",
        )
    clean.set_blend_space(layer.get_blend_space())
    clean.set_composite_space(layer.get_composite_space())
    clean.set_composite_mode(layer.get_composite_mode())
    crc = receive_plane(clean, colours, pixels.pixel_bytes)
    place = find_place(layer)
    clean.set_offsets(place.left, place.top)  # ahead: in a group whose position is locked it cannot be moved
    image.insert_layer(clean, layer.get_parent(), image.get_item_position(layer))
    put_mask(image, clean, mask)
    link_layer(image, clean, layer, COLOURS_OF)
    write_note(clean, COLOURS_CRC, str(crc))
    show_layer(layer, False)
    if layer.get_filters():
        notes.append(
            f"The layer effects of {layer.get_name()!r} are not on its clean colours. To keep them, merge them first or "
            "switch clean colours off."
        )
    return notes


def drop_colours(image: Gimp.Image, layer: Gimp.Layer) -> list[str]:
    """Take away the clean colours that were made for `layer`, which is shown instead; gives notes for the user.

    Those that are not as they were made are hidden: somebody may have painted on them.
    """
    earlier = find_colours(image, layer)
    if earlier is None:
        return []
    show_layer(layer, True)
    made = read_note(earlier, COLOURS_CRC)
    if made is None or made == str(sum_plane(earlier)).encode():
        image.remove_layer(earlier)
        return []
    earlier.detach_parasite(COLOURS_OF)
    earlier.set_name(PAINTED_NAME.format(layer.get_name()))
    show_layer(earlier, False)
    return [
        f"The clean colours were changed since they were made. They were kept, hidden: {earlier.get_name()!r}."
    ]


def show_layer(layer: Gimp.Layer, visible: bool) -> None:
    """Show or hide a layer, also one whose visibility is locked, which stays so: of two under one mask one is seen."""
    is_locked = layer.get_lock_visibility()
    layer.set_lock_visibility(False)
    layer.set_visible(visible)
    layer.set_lock_visibility(is_locked)


def find_colours(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer | None:
    """The layer of clean colours that was made for `layer`, beside it."""
    return find_beside(image, layer, COLOURS_OF)


def find_beside(image: Gimp.Image, layer: Gimp.Layer, note: str) -> Gimp.Layer | None:
    """The layer in the same group whose parasite `note` says that it was made for `layer`."""
    mark = _read_mark(layer)
    wanted = [str(layer.get_tattoo()).encode()]
    if mark is not None and _is_marked(image, layer, mark):
        wanted.append(mark)
    parent = layer.get_parent()
    for one in parent.get_children() if parent is not None else image.get_layers():
        if read_note(one, note) in wanted:
            return one
    return None


def link_layer(image: Gimp.Image, made: Gimp.Layer, layer: Gimp.Layer, note: str) -> None:
    """Say in the parasite `note` of a layer that it was made for `layer`."""
    mark = _read_mark(layer)
    if mark is None or not _is_marked(image, layer, mark):
        mark = b"mark-" + uuid4().hex.encode()
    write_note(layer, MARK, f"{mark.decode()} {layer.get_tattoo()}")
    write_note(made, note, mark.decode())


def _read_mark(layer: Gimp.Layer) -> bytes | None:
    note = read_note(layer, MARK)
    return None if note is None else note.partition(b" ")[0]


def _is_marked(image: Gimp.Image, layer: Gimp.Layer, mark: bytes) -> bool:
    """Whether a mark means this layer, and not the one that it was duplicated from."""
    owner = _find_marked(image, mark)
    return owner is not None and owner.get_id() == layer.get_id()


def _find_marked(image: Gimp.Image, mark: bytes) -> Gimp.Layer | None:
    """The layer that a mark means: of several the one that got it, or, where a duplicated image has numbered all anew, the
    lowest, since GIMP lays copies above."""
    marked = [one for one in _walk_layers(image.get_layers()) if _read_mark(one) == mark]
    numbered = [one for one in marked if read_note(one, MARK) == mark + b" " + str(one.get_tattoo()).encode()]
    best = numbered or marked
    return best[-1] if best else None


def _walk_layers(layers: Sequence[Gimp.Layer]) -> Iterator[Gimp.Layer]:
    for one in layers:
        yield one
        if isinstance(one, Gimp.GroupLayer):
            yield from _walk_layers(one.get_children())


def write_note(layer: Gimp.Layer, name: str, text: str) -> None:
    """Attach a parasite of ours, which is saved with the image and part of the undo step."""
    layer.attach_parasite(Gimp.Parasite.new(name, KEEP_AND_UNDO, text.encode()))


def read_note(layer: Gimp.Layer, name: str) -> bytes | None:
    """The bytes of a parasite of ours; None when there is none."""
    parasite = layer.get_parasite(name)
    return None if parasite is None else bytes(parasite.get_data())


def find_original(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    """The layer that a layer of clean colours was made for; any other layer itself."""
    note = read_note(layer, COLOURS_OF)
    original = None
    if note is not None:
        original = image.get_layer_by_tattoo(int(note)) if note.isdigit() else _find_marked(image, note)
    return layer if original is None else original


def choose_originals(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> list[Gimp.Layer]:
    """The layers that the user means, as `choose_layers`; clean colours stand for the layer that they were made for.

    Raises:
        EngineError: as `choose_layers`.
    """
    chosen: dict[int, Gimp.Layer] = {}
    for layer in choose_layers(drawables):
        original = find_original(image, layer)
        chosen.setdefault(original.get_id(), original)
    return list(chosen.values())


def keep_recipe(layer: Gimp.Layer, recipe: str, soft_mask: Path | None, trimap: Path | None = None) -> None:
    """Attach what made the mask, so that it can be made again with other settings after saving and opening."""
    # GIMP's Python takes no byte above 127 here: JSON with escapes, and base64.
    text = json.dumps(json.loads(recipe)).encode("ascii")
    layer.attach_parasite(Gimp.Parasite.new(RECIPE, KEEP_AND_UNDO, text))
    for note, path in ((SOFT_MASK, soft_mask), (TRIMAP, trimap)):
        if path is not None:
            picture = base64.b64encode(path.read_bytes())
            layer.attach_parasite(Gimp.Parasite.new(note, KEEP_AND_UNDO, picture))
        elif layer.get_parasite(note) is not None:
            layer.detach_parasite(note)


def make_error(text: str) -> GLib.Error:
    return GLib.Error.new_literal(Gimp.PlugIn.error_quark(), text, 0)


def _choose_type(channels: int) -> Gimp.ImageType:
    return {
        1: Gimp.ImageType.GRAY_IMAGE,
        2: Gimp.ImageType.GRAYA_IMAGE,
        3: Gimp.ImageType.RGB_IMAGE,
        4: Gimp.ImageType.RGBA_IMAGE,
    }[channels]
