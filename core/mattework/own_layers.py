"""Which of a file's layers its recipe had made to lie behind the photo, wherever they lie by now.

They are looked for by name beside the photo and beside the groups that it is in, and known by what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mattework.arrays import split_rows
from mattework.document.layer_names import BACKGROUND_LAYER, SHADOW_LAYER
from mattework.document.model import Document, Group, Layer, Node, depth_white
from mattework.photo import Photo, hash_samples
from mattework.recipe import Recipe

_ROUNDING = 2 / 255
"""What other programs and other depths may make of a colour."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnLayers:
    """The layers behind the photo that a recipe had made; None for what is not there.

    `doubtful` are layers of these names that may be somebody's own, and which therefore stay. The background is one of
    them where a layer lies in its place but holds something else.
    """

    background: Layer | None = None
    shadow: Layer | None = None
    doubtful: tuple[Layer, ...] = ()

    def goes(self, node: Node) -> bool:
        """Whether this layer is taken away when its like is made again, or made no more."""
        is_own = node is self.background or node is self.shadow
        return is_own and not any(node is one for one in self.doubtful)


def find_own_layers(document: Document, photo: Photo, own: Recipe | None) -> OwnLayers:
    """What the document's `own` recipe had made behind the photo, which is one of the layers."""
    from mattework.background import parse_colour

    beside = _list_beside(document.layers, photo)
    if own is None or beside is None:
        return OwnLayers()
    under, over = beside
    background = shadow = None
    doubtful: list[Layer] = []
    if own.shadow is not None:
        named = [one for one in (*under, *over) if one.name == SHADOW_LAYER]
        colour = parse_colour(own.shadow.colour)
        alike = [one for one in named if colour is not None and _is_of_colour(one, colour, document)]
        shadow = alike[0] if alike else None
        everywhere = [one for one in document.walk_layers() if one.name == SHADOW_LAYER]
        doubtful += alike[1:] if alike else everywhere
    named = [one for one in under if one.name == BACKGROUND_LAYER]
    filling = [one for one in named if one.rect.size == document.size]
    if own.background is None:
        doubtful += filling
    else:
        colour = parse_colour(own.background)
        alike = [one for one in filling if colour is None or _is_of_colour(one, colour, document)]
        background = next(iter(alike or filling), None)
        doubtful += alike[1:] if alike else named
    return OwnLayers(background=background, shadow=shadow, doubtful=tuple(doubtful))


def has_own_mask(layer: Layer, own: Recipe) -> bool:
    """Whether a layer has the very mask that its recipe made, to the sample."""
    mask = layer.mask
    return mask is not None and own.mask_sha256 is not None and hash_samples(mask.pixels) == own.mask_sha256


def _list_beside(nodes: Sequence[Node], photo: Photo) -> tuple[list[Layer], list[Layer]] | None:
    """The layers under and over the photo, of its group and of those around it, nearest first; None without the photo."""
    for at, node in enumerate(nodes):
        if isinstance(node, Group):
            beside = _list_beside(node.children, photo)
        else:
            beside = ([], []) if node.pixels is photo.colour else None
        if beside is not None:
            under, over = beside
            under += [one for one in reversed(nodes[:at]) if isinstance(one, Layer)]
            over += [one for one in nodes[at + 1 :] if isinstance(one, Layer)]
            return under, over
    return None


def _is_of_colour(layer: Layer, rgb: tuple[float, float, float], document: Document) -> bool:
    """Whether a layer shows nothing but one sRGB colour of 0 to 1."""
    from mattework.document.colour import convert_srgb_colour

    wanted = np.array(
        convert_srgb_colour(rgb, document.mode, document.depth, document.metadata.icc), np.float32
    )
    most = _ROUNDING * depth_white(document.depth)
    for rows in split_rows(layer.pixels):
        strip = layer.pixels[rows]
        if layer.alpha is not None:  # colours that are not seen may be anything
            strip = strip[layer.alpha[rows] > 0]
        if strip.size and np.abs(strip.astype(np.float32) - wanted).max() > most:
            return False
    return True
