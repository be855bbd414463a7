"""Which of a file's layers its recipe had made beside the photo, wherever they lie by now.

Those behind it are looked for by name beside the photo and beside the groups that it is in, and known by what they hold;
renamed ones are known by holding to the sample what the recipe had made.
The clean colours are known by their place beside the photo, and elsewhere by the mask that the recipe made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mattework.arrays import split_rows
from mattework.document.layer_names import BACKGROUND_LAYER, CLEAN_LAYER, SHADOW_LAYER
from mattework.document.model import Document, Group, Layer, Node, array_depth, depth_white
from mattework.photo import Photo, hash_samples, sum_samples
from mattework.recipe import Recipe

_ROUNDING = 2 / 255
"""What other programs and other depths may make of a colour."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnLayers:
    """The layers that a recipe had made with the photo's; None for what is not there.

    `doubtful` are layers of these names that may be somebody's own, and which therefore stay. The background is one of
    them where a layer lies in its place but holds something else. `like_clean` are layers that stay and may show the cut
    as it was: others with the recipe's own mask, or, where the clean colours were not found, what could be them.
    `is_painted` says that the clean colours are not as they were made: somebody may have painted on them.
    """

    background: Layer | None = None
    shadow: Layer | None = None
    clean: Layer | None = None
    doubtful: tuple[Layer, ...] = ()
    like_clean: tuple[Layer, ...] = ()
    is_painted: bool = False

    def goes(self, node: Node) -> bool:
        """Whether this layer is taken away when its like is made again, or made no more."""
        is_own = node is self.background or node is self.shadow
        return is_own and not any(node is one for one in self.doubtful)


def find_own_layers(document: Document, photo: Photo, own: Recipe | None) -> OwnLayers:
    """What the document's `own` recipe had made with the photo, which is one of the layers.

    Without a recipe nothing but clean colours in their place are known.
    """
    from mattework.background import parse_colour

    beside = _list_beside(document.layers, photo)
    if beside is None:
        return OwnLayers()
    clean, like_clean = _find_clean(document, photo, own)
    if own is None:
        return OwnLayers(clean=clean)
    under, over = beside
    background = shadow = None
    doubtful: list[Layer] = []
    if own.shadow is not None:
        named = [one for one in (*under, *over) if one.name == SHADOW_LAYER]
        colour = parse_colour(own.shadow.colour)
        alike = [one for one in named if colour is not None and _is_of_colour(one, colour, document)]
        everywhere = [one for one in document.walk_layers() if one.name == SHADOW_LAYER]
        shadow = _find_renamed((*under, *over), named, own.shadow_crc32, sum_shadow)
        if shadow is not None and colour is not None and not _is_of_colour(shadow, colour, document):
            shadow = None  # its shape is told by its sum, not what it was painted with
        if shadow is None:
            shadow = alike[0] if alike else None
            doubtful += alike[1:] if alike else everywhere
    named = [one for one in under if one.name == BACKGROUND_LAYER]
    filling = [one for one in named if one.rect.size == document.size]
    if own.background is None:
        doubtful += filling
    else:
        colour = parse_colour(own.background)
        alike = [one for one in filling if colour is None or _is_of_colour(one, colour, document)]
        sized = [one for one in under if one.rect.size == document.size]
        background = _find_renamed(sized, named, own.background_crc32, sum_background)
        if background is None:
            background = next(iter(alike or filling), None)
            doubtful += alike[1:] if alike else named
    return OwnLayers(
        background=background,
        shadow=shadow,
        clean=clean,
        doubtful=tuple(doubtful),
        like_clean=like_clean,
        is_painted=clean is not None and own.clean_crc32 not in (None, sum_samples(clean.pixels)),
    )


def sum_background(layer: Layer) -> int:
    """What `Recipe.background_crc32` keeps of a background."""
    crc = sum_samples(layer.pixels)
    if layer.alpha is None or bool((layer.alpha == depth_white(array_depth(layer.alpha))).all()):
        return crc
    return crc ^ sum_samples(layer.alpha)


def sum_shadow(layer: Layer) -> int | None:
    """What `Recipe.shadow_crc32` keeps of a shadow: its shape, without the empty rim that other programs take away."""
    if layer.alpha is None:
        return None
    seen = [np.flatnonzero(layer.alpha.any(axis=axis)) for axis in (1, 0)]
    rows, columns = (slice(one[0], one[-1] + 1) if one.size else slice(0) for one in seen)
    return sum_samples(layer.alpha[rows, columns])


def _find_renamed(
    layers: Sequence[Layer], named: Sequence[Layer], crc: int | None, add_up: Callable[[Layer], int | None]
) -> Layer | None:
    """The one of these layers that is to the sample what the recipe had made; None where it is none or several, or one of
    those that are `named` as it was."""
    if crc is None:
        return None
    same = [one for one in layers if add_up(one) == crc]
    return same[0] if len(same) == 1 and not any(same[0] is one for one in named) else None


def _find_siblings(nodes: Sequence[Node], photo: Photo) -> Sequence[Node] | None:
    """The photo's layer and those beside it in the same group; None where the photo is no layer."""
    if any(isinstance(node, Layer) and node.pixels is photo.colour for node in nodes):
        return nodes
    found = (_find_siblings(node.children, photo) for node in nodes if isinstance(node, Group))
    return next((one for one in found if one is not None), None)


def _find_clean(
    document: Document, photo: Photo, own: Recipe | None
) -> tuple[Layer | None, tuple[Layer, ...]]:
    """The clean colours, and the layers that stay although they may be them.

    Beside the photo their name tells them. Elsewhere, and renamed, they are sure only with the very mask that the recipe
    made, where no other layer is as like them.
    """
    siblings = [node for node in _find_siblings(document.layers, photo) or () if isinstance(node, Layer)]
    if any(one.pixels is photo.colour and one.name == CLEAN_LAYER for one in siblings):
        return None, ()  # they stand for the photo
    placed = [one for one in siblings if one.name == CLEAN_LAYER and one.rect == document.size.rect]
    if own is not None and own.colours == 0:
        return None, ()  # it made none: one of that name is somebody's
    if own is None:
        return (placed[-1] if placed else None), ()
    clean = placed[-1] if placed else None
    if len(placed) > 1:  # somebody's bear the name too
        as_made = [one for one in placed if own.clean_crc32 == sum_samples(one.pixels)]
        clean = (as_made or [one for one in placed if has_own_mask(one, own)] or placed)[-1]
    known = [one for one in siblings if one is clean or one.pixels is photo.colour]
    others = [one for one in document.walk_layers() if not any(one is other for other in known)]
    shaped = [one for one in others if one.mask is not None and one.rect.size == photo.size]
    masked = [one for one in shaped if has_own_mask(one, own)]
    stays = masked
    if clean is None:
        named = [one for one in masked if one.name == CLEAN_LAYER]
        sure = named or [one for one in masked if _shows_photo(one, photo)]
        clean = sure[0] if len(sure) == 1 else None
    if clean is None:
        stays = [one for one in others if one.name == CLEAN_LAYER or any(one is other for other in shaped)]
    return clean, tuple(one for one in stays if one is not clean and one.visible)


def _shows_photo(layer: Layer, photo: Photo) -> bool:
    """Whether most of what a layer's mask shows in full is the photo to the sample, and not all of its pixels are."""
    assert layer.mask is not None
    if layer.mask.pixels.shape != photo.size.shape:
        return False
    shown = same = 0
    differs = False
    white = depth_white(photo.depth)
    for rows in split_rows(layer.pixels):
        is_same = (layer.pixels[rows] == photo.colour[rows]).all(axis=2)
        full = layer.mask.pixels[rows] >= white
        shown += int(np.count_nonzero(full))
        same += int(np.count_nonzero(full & is_same))
        differs = differs or not is_same.all()
    return differs and 2 * same > shown


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
