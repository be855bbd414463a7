"""Layers that were made for another, and how they are told from copies of them.

What is made says in a parasite for which layer, by the mark of that one, and which layer it is itself, by its tattoo: a
layer that a person duplicates keeps the parasites and gets another tattoo, and is theirs as long as the first is there. An
image that is duplicated numbers all layers anew; there the lowest of several counts, since GIMP lays copies above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import uuid4

from gi.repository import Gimp

COLOURS_OF = "mattework-colours-of"
"""Parasite on a layer of clean colours."""
SHADOW_OF = "mattework-shadow-of"
"""Parasite on a shadow."""
LAYER_OF = "mattework-editor-{}-of"
"""Parasite on a layer that the editor laid under another. Filled with its role."""
ROLES = ("background", "shadow")
SHADOW_LINKS = (SHADOW_OF, LAYER_OF.format("shadow"))
LINKS = (COLOURS_OF, SHADOW_OF, *(LAYER_OF.format(role) for role in ROLES))
MARK = "mattework-mark"
"""Parasite on a layer that others were made for: its mark and its tattoo."""
KEEP_AND_UNDO = 3
"""Parasite flags: saved with the image, and part of the undo step."""


def link_layer(image: Gimp.Image, made: Gimp.Layer, layer: Gimp.Layer, link: str) -> None:
    """Say in the parasite `link` of a layer in the image that it was made for `layer`."""
    mark = _read_mark(layer)
    if mark is None or not _is_marked(image, layer, mark):
        mark = b"mark-" + uuid4().hex.encode()
    write_note(layer, MARK, f"{mark.decode()} {layer.get_tattoo()}")
    write_note(made, link, f"{mark.decode()} {made.get_tattoo()}")


def find_made(image: Gimp.Image, layer: Gimp.Layer, link: str) -> Gimp.Layer | None:
    """The layer whose parasite `link` says that it was made for `layer`, wherever it is now."""
    named = _find_named(image, layer, link)
    best = [one for one in named if _is_itself(one, link)] or named
    return best[-1] if best else None


def free_copies(image: Gimp.Image, layer: Gimp.Layer, link: str, made: Gimp.Layer) -> None:
    """Let copies of a layer that is about to go be layers of their own: none of them is to take its place."""
    for one in _find_named(image, layer, link):
        if one.get_id() != made.get_id():
            one.detach_parasite(link)


def _find_named(image: Gimp.Image, layer: Gimp.Layer, link: str) -> list[Gimp.Layer]:
    mark = _read_mark(layer)
    wanted = [str(layer.get_tattoo()).encode()]
    if mark is not None and _is_marked(image, layer, mark):
        wanted.append(mark)
    return [one for one in walk_layers(image.get_layers()) if _read_link(one, link)[0] in wanted]


def find_original(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    """The layer that a layer of clean colours was made for; any other layer itself."""
    original = _find_owner(image, layer, COLOURS_OF)
    made = None if original is None else find_made(image, original, COLOURS_OF)
    return layer if original is None or made is None or made.get_id() != layer.get_id() else original


def remember_layers(image: Gimp.Image, layers: Sequence[Gimp.Layer]) -> list[tuple[Gimp.Layer, str, int]]:
    """What `find_again` needs of each: what it was made as, and the tattoo of the layer that it was made for."""
    remembered = []
    for layer in layers:
        owners = ((link, _find_owner(image, layer, link)) for link in LINKS)
        link, owner = next(((link, owner) for link, owner in owners if owner is not None), ("", layer))
        remembered.append((layer, link, owner.get_tattoo()))
    return remembered


def find_again(image: Gimp.Image, remembered: Sequence[tuple[Gimp.Layer, str, int]]) -> list[Gimp.Layer]:
    """The layers that are still there, for others what replaces them, or the layers that they were made for."""
    found: dict[int, Gimp.Layer] = {}
    for layer, link, tattoo in remembered:
        if not layer.is_valid():
            owner = image.get_layer_by_tattoo(tattoo)
            if owner is None:
                continue
            layer = (find_made(image, owner, link) if link else None) or owner
        found.setdefault(layer.get_id(), layer)
    return list(found.values())


def walk_layers(layers: Sequence[Gimp.Layer]) -> Iterator[Gimp.Layer]:
    """All layers from the top down, groups before what is in them."""
    for one in layers:
        yield one
        if isinstance(one, Gimp.GroupLayer):
            yield from walk_layers(one.get_children())


def write_note(layer: Gimp.Layer, name: str, text: str) -> None:
    """Attach a parasite of ours, which is saved with the image and part of the undo step."""
    layer.attach_parasite(Gimp.Parasite.new(name, KEEP_AND_UNDO, text.encode()))


def read_note(layer: Gimp.Layer, name: str) -> bytes | None:
    """The bytes of a parasite of ours; None when there is none."""
    parasite = layer.get_parasite(name)
    return None if parasite is None else bytes(parasite.get_data())


def _read_link(layer: Gimp.Layer, link: str) -> tuple[bytes | None, bytes]:
    """The mark (in older files the tattoo) of the layer that another was made for, and its own tattoo where it was kept."""
    note = read_note(layer, link)
    if note is None:
        return None, b""
    mark, _, tattoo = note.partition(b" ")
    return mark, tattoo


def _is_itself(made: Gimp.Layer, link: str) -> bool:
    """Whether a layer is the one that got the parasite, as far as that is known, and not a copy of it."""
    tattoo = _read_link(made, link)[1]
    return not tattoo or tattoo == str(made.get_tattoo()).encode()


def _find_owner(image: Gimp.Image, made: Gimp.Layer, link: str) -> Gimp.Layer | None:
    mark = _read_link(made, link)[0]
    if mark is None:
        return None
    return image.get_layer_by_tattoo(int(mark)) if mark.isdigit() else _find_marked(image, mark)


def _read_mark(layer: Gimp.Layer) -> bytes | None:
    note = read_note(layer, MARK)
    return None if note is None else note.partition(b" ")[0]


def _is_marked(image: Gimp.Image, layer: Gimp.Layer, mark: bytes) -> bool:
    """Whether a mark means this layer, and not the one that it was duplicated from."""
    owner = _find_marked(image, mark)
    return owner is not None and owner.get_id() == layer.get_id()


def _find_marked(image: Gimp.Image, mark: bytes) -> Gimp.Layer | None:
    """The layer that a mark means: of several the one that got it, or, where a duplicated image has numbered all anew, the
    lowest."""
    marked = [one for one in walk_layers(image.get_layers()) if _read_mark(one) == mark]
    numbered = [one for one in marked if read_note(one, MARK) == mark + b" " + str(one.get_tattoo()).encode()]
    best = numbered or marked
    return best[-1] if best else None
