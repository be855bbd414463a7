"""What a document says when it is opened to be cut, or opened again to have its edge changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mattework.document.layer_names import (
    BACKGROUND_LAYER,
    CLEAN_LAYER,
    PAINTED_LAYER,
    PHOTO_LAYER,
    SHADOW_LAYER,
)
from mattework.document.model import Document, Group, Layer, Node
from mattework.errors import RecipeError
from mattework.geometry import Rect
from mattework.own_layers import OwnLayers, find_own_layers, has_own_mask
from mattework.photo import Photo, find_layer, hash_samples, take_photo
from mattework.recipe import Recipe, RecipeInputs

_PAIR = (PHOTO_LAYER, CLEAN_LAYER)
_NEVER_PHOTO = (BACKGROUND_LAYER, SHADOW_LAYER, CLEAN_LAYER, PAINTED_LAYER)


def find_photo(document: Document, recipe: Recipe) -> tuple[Photo, tuple[str, ...]]:
    """The photo that a recipe speaks of, with notes.

    It is the layer with its very samples, or the one of the photo's name. Where a file of ours holds neither, its clean
    colours stand for the photo; no other layer of such a file does.

    Raises:
        RecipeError: its samples are those of a layer that does not fill the canvas, as `cut_layer` cuts them; or a file of
            ours no longer holds anything that the photo could be taken from.
    """
    whole = [one for one in document.walk_layers() if one.rect == document.size.rect]
    # Of copies of one layer it is the one with the mask; clean colours that changed nothing are such a copy.
    topmost_first = whole[::-1]  # which stays so among those that are as likely
    likely = sorted(topmost_first, key=lambda one: (one.mask is None, one.name == CLEAN_LAYER))
    same = next((one for one in likely if hash_samples(one.pixels) == recipe.source_sha256), None)
    if same is not None:
        return _take_layer(document, same), ()
    cut = find_cut_layer(document, recipe)
    if cut is not None and cut.rect != document.size.rect:
        raise RecipeError(
            f"The recipe was made for the layer “{cut.name}” alone, which does not fill the picture. Use "
            "`mattework refine` or `mattework.refine_layer`, which make that layer's mask again and change nothing else."
        )
    named = cut or find_layer(document, lambda one: one.name == PHOTO_LAYER)
    if named is None and not _carries_recipe(document):
        named = find_layer(document, lambda one: one.name != CLEAN_LAYER)
    if named is None and len(whole) == sum(1 for _ in document.walk_layers()) == 1:
        named = None if whole[0].name in _NEVER_PHOTO else whole[0]
    if named is not None:
        note = f"The photo has changed since the recipe was made; the layer {named.name!r} was used."
        return _take_layer(document, named), (note,)
    clean = find_layer(document, lambda one: one.name == CLEAN_LAYER) or _find_masked(whole, recipe)
    if clean is not None:
        note = (
            f"The file no longer holds the photo as a layer; the layer {clean.name!r} was used. It shows none of the old "
            "background at the edge, so the new edge may lie farther out: look at it."
        )
        return _take_layer(document, clean), (note,)
    if _carries_recipe(document) and not any(one.name in _PAIR for one in document.walk_layers()):
        raise RecipeError(
            f"The file no longer holds the photo: its layers “{PHOTO_LAYER}” and “{CLEAN_LAYER}” are gone. Put the photo "
            f"back as a layer “{PHOTO_LAYER}” that fills the picture, or cut the photo out again."
        )
    note = "The file no longer holds the photo as a layer; what its visible layers make together was used."
    return take_photo(document), (note,)


def _take_layer(document: Document, layer: Layer) -> Photo:
    return Photo(layer.pixels, layer.alpha, document.mode, document.metadata.icc)


def _find_masked(layers: Sequence[Layer], recipe: Recipe) -> Layer | None:
    """The only one of these layers that has the very mask that the recipe made; None where it is none or several."""
    found = [one for one in layers if has_own_mask(one, recipe)]
    return found[0] if len(found) == 1 else None


def find_cut_layer(document: Document, recipe: Recipe) -> Layer | None:
    """The layer of somebody's document whose mask the recipe made; None where it made a cut-out with layers of ours.

    It is known by its samples, and where they have changed by its path. Of copies of one layer it is the one with the mask.
    """
    if recipe.layer is None and (recipe.colours or recipe.background or recipe.shadow or recipe.key):
        return None  # these make layers, whatever has become of them since
    layers = dict(_walk_paths(document.layers))
    whole = document.size.rect
    if len(layers) == 1 and all(_is_ours(one, whole) and one.mask is None for one in layers.values()):
        return None  # a flat picture
    if recipe.layer is None and any(_is_ours(one, whole) for one in layers.values()):
        return None
    same = [one for one in layers.values() if hash_samples(one.pixels) == recipe.source_sha256]
    same.sort(key=lambda one: one.mask is not None)
    if same:
        return same[-1]
    return None if recipe.layer is None else layers.get(recipe.layer)


def _is_ours(layer: Layer, whole: Rect) -> bool:
    return layer.name in _PAIR and layer.rect == whole


def _walk_paths(nodes: Sequence[Node], group: str = "") -> Iterator[tuple[str, Layer]]:
    """Every layer of pixels from bottom to top, with its path."""
    for node in nodes:
        if isinstance(node, Group):
            yield from _walk_paths(node.children, f"{group}{node.name}/")
        else:
            yield f"{group}{node.name}", node


def describe_transfer(recipe: Recipe, inputs: RecipeInputs) -> str:
    """What becomes of a recipe on other pixels than its own: what is taken over from it, and what is made anew."""
    subject = recipe.subject
    if inputs.trimap is not None:
        kept, anew = ["the trimap"], "the edge"
    else:
        by = "" if subject.model is None else f" of {subject.model}"
        kept, anew = [f"the soft mask{by}"], "the unknown band, the edge"
    if recipe.strokes:
        kept.append("1 stroke" if len(recipe.strokes) == 1 else f"{len(recipe.strokes)} strokes")
    anew += "" if recipe.colours == 0 else ", the clean colours"
    edge = recipe.edge
    has_lengths = bool(recipe.strokes or recipe.shadow or edge.smooth or edge.feather or edge.shift)
    lengths = (
        " Strokes and lengths count in the pixels of the photo that it was made from." if has_lengths else ""
    )
    return (
        "This is another photo than the one that the recipe was made from, or it was changed since. Taken over from the "
        f"recipe: {', '.join(kept)} and the settings.{lengths} Made anew from this photo: {anew}. To have the subject "
        "found in this very photo, cut it."
    )


def tell_about_layers(document: Document, photo: Photo) -> tuple[str, ...]:
    """A note where the photo is not simply the file's picture."""
    if any(layer.pixels is photo.colour for layer in document.walk_layers()):
        return ()
    count = sum(1 for _ in document.walk_layers())
    if _carries_recipe(document):
        return (
            "The file is a cut-out already: what it shows was cut again. To change its edge, refine it instead.",
        )
    return (f"The file's layers ({count}) were put together; what they show was cut out.",)


def tell_about_painting(document: Document, photo: Photo, made: Recipe) -> tuple[str, ...]:
    """A note where the masks in the document are not the one that its recipe made."""
    if not _is_painted(document, photo, made):
        return ()
    return (
        "The mask was changed by hand since it was made; that work is not in the new edge, only in the file it came from.",
    )


def list_losses(
    document: Document, photo: Photo, made: Recipe, *, keeps_mask: bool = False
) -> tuple[str, ...]:
    """What would be gone if the cut-out of `photo` that is made again took the place of the file, in sentences.

    With `keeps_mask` the mask in the file that is seen is gone on with as it is, so that what was painted on it stays.
    """
    losses = list(document.left_out)
    if not any(layer.pixels is photo.colour for layer in document.walk_layers()):
        count = sum(1 for _ in document.walk_layers())
        losses.append(f"No layer holds the photo any more, so its layers ({count}) are put together.")
    is_lost = _has_two_masks(document, photo, made) if keeps_mask else _is_painted(document, photo, made)
    if is_lost:
        losses.append("The mask was changed by hand since it was made; that work is not in the new edge.")
    return tuple(losses)


def list_mask_losses(layer: Layer, made: Recipe) -> tuple[str, ...]:
    """The same where nothing but the mask of one `layer` of somebody's document is made again."""
    mask = layer.mask
    if mask is None or made.mask_sha256 is None or hash_samples(mask.pixels) == made.mask_sha256:
        return ()
    return (
        f"Layer “{layer.name}”: the mask is not as it was made: painted on since, or joined with another.",
    )


def _is_painted(document: Document, photo: Photo, made: Recipe) -> bool:
    if made.mask_sha256 is None:
        return False
    ours = find_layer(document, lambda one: one.pixels is photo.colour)
    clean = find_layer(document, lambda one: one.name == CLEAN_LAYER)
    masks = [one.mask for one in (ours, clean) if one is not None]
    if not any(masks) and not _carries_recipe(document):
        return False  # the photo alone, beside a recipe in a file of its own
    return not all(mask is not None and hash_samples(mask.pixels) == made.mask_sha256 for mask in masks)


def _has_two_masks(document: Document, photo: Photo, made: Recipe) -> bool:
    """Whether the photo under the clean colours has a mask that was changed by hand, and that is not theirs."""
    ours = find_layer(document, lambda one: one.pixels is photo.colour)
    clean = find_own_layers(document, photo, made).clean
    masks = [one.mask for one in (ours, clean) if one is not None and one.mask is not None]
    if made.mask_sha256 is None or len(masks) < 2:
        return False
    first, second = (hash_samples(mask.pixels) for mask in masks)
    return first not in (made.mask_sha256, second)


def _carries_recipe(document: Document) -> bool:
    return document.metadata.xmp is not None and b"mattework:Recipe" in document.metadata.xmp


def find_own_recipe(document: Document, photo: Photo) -> Recipe | None:
    """The recipe that the document's layers were made with; None where the photo is none of them."""
    from mattework.formats.xmp import get_recipe

    if not any(layer.pixels is photo.colour for layer in document.walk_layers()):
        return None
    try:
        own = get_recipe(document.metadata.xmp)
    except RecipeError:
        return None
    return None if own is None else own[0]


def find_made_layers(document: Document, photo: Photo) -> OwnLayers:
    """The layers that an earlier cut of the photo had made in the document, as far as its recipe tells."""
    return find_own_layers(document, photo, find_own_recipe(document, photo))


def tell_about_doubtful(
    found: OwnLayers, own: Recipe | None, recipe: Recipe, *, keeps_background: bool
) -> tuple[str, ...]:
    """A note for each name of a layer that looked like one to be made again or taken away, and was left alone."""
    names = {layer.name for layer in found.doubtful}
    if keeps_background or (own is not None and own.background is None and recipe.background is None):
        names.discard(BACKGROUND_LAYER)
    return tuple(
        f"A layer “{name}” was kept: it is not as it was made, or not the only one, so it may be your own. Delete it if "
        "it is not."
        for name in sorted(names)
    )


def tell_about_clean(found: OwnLayers) -> tuple[str, ...]:
    """A note for each layer that stays and may be, or is, the clean colours of the cut as it was."""
    names = sorted({layer.name for layer in found.like_clean})
    painted = (
        "The clean colours are not as they were made: somebody may have painted on them. They were kept, hidden, as the "
        f"layer “{PAINTED_LAYER}”; the new ones are made from the photo. What is painted on the photo stays in them.",
    )
    return (painted if found.is_painted else ()) + tuple(
        f"The old clean colours could not be told for sure among the layers. If “{name}” is them, it still shows the cut "
        "as it was: hide it or delete it."
        for name in names
    )


def has_background(own: Recipe, recipe: Recipe) -> bool:
    """Whether a document was cut with this very background, whose layer then stays, even when its file is gone.

    `own` is the document's recipe. A blurred one follows the alpha and is always made again.
    """
    from mattework.background import Blur, parse_background
    from mattework.errors import UsageError

    if own.background is None or own.background != recipe.background:
        return False
    try:
        return not isinstance(parse_background(own.background), Blur)
    except UsageError:
        return True  # a picture that is gone
