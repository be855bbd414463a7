"""Comparing what a reader saw with the document that was written.

Every check answers with nothing when the reader agrees, else with what it sees instead. "Agrees" means to the sample for
layers and masks; merged pictures and renderings may differ by one level at 8 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from mattework.arrays import AnyArray
from mattework.document.composite import flatten_document
from mattework.document.model import Document, Group, Layer, Node, depth_white
from mattework.geometry import Rect
from mattework.recipe import parse_recipe
from readers.reading import Reading, SeenLayer, Unreadable

NOT_TOLD = "not shown"
Pairs = list[tuple[int, Node, SeenLayer]]


def observe(document: Document, seen: Reading | Unreadable, *, opaque_page: bool = False) -> dict[str, str]:
    """For every feature that the document has, "" or what is wrong.

    `opaque_page`: the merged picture of this kind of file lies on white and knows no transparency.
    """
    if isinstance(seen, Unreadable):
        return dict.fromkeys(FEATURES, "does not open") | {"Opens": seen.reason}
    pairs, trouble = pair_layers(document, seen)
    found = {"Opens": "" if seen.size == document.size else f"sees {seen.size}"}
    found["Layers and their order"] = trouble
    for feature, check in LAYER_CHECKS.items():
        found[feature] = trouble or _first(check(seen, *pair) for pair in pairs)
    for feature, whole in WHOLE_CHECKS.items():
        if feature != "Colour profile" or document.metadata.icc is not None:
            found[feature] = whole(document, seen)
    found[MERGED] = check_merged(document, seen, opaque_page)
    return found


def pair_layers(document: Document, seen: Reading) -> tuple[Pairs, str]:
    """Every node of the document with the layer that shows it, or why that cannot be done."""
    if not seen.shows_layers:
        return [], NOT_TOLD
    wanted = [each for each in document.walk() if seen.shows_groups or isinstance(each[1], Layer)]
    layers = list(seen.layers)
    if len(layers) == len(wanted) + 1 and layers[0].pixels is not None and layers[0].mask is None:
        layers = layers[
            1:
        ]  # some add the merged picture as a layer below: said by the check of the rendering
    if len(layers) != len(wanted):
        return [], f"{len(layers)} layers instead of {len(wanted)}" if layers else "no layers"
    return [(level, node, layer) for (level, node), layer in zip(wanted, layers, strict=True)], ""


# --- one layer -------------------------------------------------------------------------------------------------------


def check_name(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    return "" if seen.name == node.name else f"{node.name!r} reads {seen.name!r}"


def check_group(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    if not reading.shows_groups:
        return NOT_TOLD
    return (
        ""
        if (seen.group, seen.level) == (isinstance(node, Group), level)
        else f"{node.name!r} is placed otherwise"
    )


def check_place(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    return (
        "" if not isinstance(node, Layer) or seen.rect == node.rect else f"{node.name!r} lies at {seen.rect}"
    )


def check_pixels(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    if not isinstance(node, Layer):
        return ""
    return _compare(seen.pixels, node.pixels, 0, node.name)


def check_transparency(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    """The layer's own transparency, where the reader keeps it apart from the mask."""
    if not isinstance(node, Layer) or (reading.alpha_holds and (node.mask or node.opacity != 1)):
        return ""
    white = _white(node.pixels)
    wanted = node.alpha if node.alpha is not None else np.full(node.rect.size.shape, white, node.pixels.dtype)
    if seen.alpha is None and node.alpha is None:
        return ""
    return _compare(seen.alpha, wanted, 0, node.name)


def check_mask(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    """The mask itself, or, in readers that only know transparency, mask times transparency."""
    if not isinstance(node, Layer) or node.mask is None:
        return "" if seen.mask is None else f"{node.name!r} has a mask that nobody wrote"
    shown = _on_rect(node.mask.rect, node.mask.pixels, node.rect, node.mask.outside * _white(node.pixels))
    if "mask" in reading.alpha_holds:
        if not node.mask.enabled:
            return ""
        tolerance = _white(node.pixels) / 255 if node.opacity != 1 else 0
        return _compare(seen.alpha, np.rint(shown * node.opacity).astype(shown.dtype), tolerance, node.name)
    if seen.mask is None:
        return f"{node.name!r} has no mask"
    outside = node.mask.outside * _white(node.pixels)
    return _compare(_on_rect(seen.mask.rect, seen.mask.pixels, node.rect, outside), shown, 0, node.name)


def check_mask_switch(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    if node.mask is None or not isinstance(node, Layer):
        return ""
    if "mask" in reading.alpha_holds:
        if node.mask.enabled:
            return ""
        wanted = np.full(node.rect.size.shape, round(_white(node.pixels) * node.opacity), node.pixels.dtype)
        return _compare(seen.alpha, wanted, _white(node.pixels) / 255, node.name)
    if seen.mask is None or seen.mask.enabled is None:
        return NOT_TOLD
    return (
        "" if seen.mask.enabled == node.mask.enabled else f"{node.name!r}: mask switched {seen.mask.enabled}"
    )


def check_visible(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    if seen.visible is None:
        return NOT_TOLD
    return "" if seen.visible == node.visible else f"{node.name!r} is {'shown' if seen.visible else 'hidden'}"


def check_opacity(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    if "opacity" in reading.alpha_holds:
        if not isinstance(node, Layer) or node.alpha is None:
            return ""
        wanted = np.rint(node.alpha * node.opacity).astype(node.alpha.dtype)
        return _compare(seen.alpha, wanted, _white(node.pixels) / 255, node.name)
    if seen.opacity is None:
        return NOT_TOLD
    return "" if abs(seen.opacity - node.opacity) < 0.002 else f"{node.name!r} has opacity {seen.opacity:.3f}"


def check_blend(reading: Reading, level: int, node: Node, seen: SeenLayer) -> str:
    if seen.blend is None:
        return NOT_TOLD
    told = "".join(letter for letter in seen.blend.lower() if letter.isalpha())
    return "" if told == node.blend.value.replace(" ", "") else f"{node.name!r} blends by {seen.blend}"


LAYER_CHECKS: dict[str, Callable[[Reading, int, Node, SeenLayer], str]] = {
    "Layer names in any script": check_name,
    "Groups": check_group,
    "Place of layers, beyond the canvas too": check_place,
    "Pixels of layers": check_pixels,
    "Transparency of layers": check_transparency,
    "Layer masks": check_mask,
    "Mask switched off": check_mask_switch,
    "Hidden layers": check_visible,
    "Opacity": check_opacity,
    "Blend modes": check_blend,
}


# --- the whole file --------------------------------------------------------------------------------------------------


def check_merged(document: Document, seen: Reading, opaque_page: bool) -> str:
    """The merged picture stored in the file, on white."""
    if seen.merged is None:
        return NOT_TOLD
    return _compare_on_white(document, seen.merged, matted=seen.merged_matted, flat=opaque_page)


def check_rendering(document: Document, seen: Reading) -> str:
    """What the reader itself makes of the layers, on white."""
    if seen.rendered is None:
        return NOT_TOLD
    if len(seen.layers) == len(list(document.walk())) + 1:
        return "adds the merged picture as one more layer below"
    return _compare_on_white(document, seen.rendered, matted=False)


def check_icc(document: Document, seen: Reading) -> str:
    if seen.icc is None:
        return NOT_TOLD
    return "" if seen.icc == document.metadata.icc else f"another profile of {len(seen.icc)} bytes"


def check_dpi(document: Document, seen: Reading) -> str:
    if seen.dpi is None:
        return NOT_TOLD
    return (
        "" if document.metadata.dpi and abs(seen.dpi - document.metadata.dpi[0]) < 0.1 else f"{seen.dpi} dpi"
    )


def check_exif(document: Document, seen: Reading) -> str:
    if seen.exif is None:
        return NOT_TOLD
    return "" if seen.exif.get("Make") == "Maker of cameras" else "no camera in it"


def check_recipe(document: Document, seen: Reading) -> str:
    from mattework.formats.xmp import get_recipe

    wanted = get_recipe(document.metadata.xmp)
    assert wanted is not None
    if seen.recipe is not None:
        return "" if parse_recipe(seen.recipe) == wanted[0] else "another recipe"
    if seen.xmp is None:
        return NOT_TOLD
    found = get_recipe(seen.xmp)
    return "" if found is not None and found[0] == wanted[0] else "XMP without our recipe"


WHOLE_CHECKS: dict[str, Callable[[Document, Reading], str]] = {
    "Same picture when it renders the layers": check_rendering,
    "Colour profile": check_icc,
    "Resolution": check_dpi,
    "Camera data (EXIF)": check_exif,
    "Recipe (XMP)": check_recipe,
}
MERGED = "Merged picture in the file"
FEATURES = ("Opens", "Layers and their order", *LAYER_CHECKS, MERGED, *WHOLE_CHECKS)


# --- arrays ----------------------------------------------------------------------------------------------------------


def _compare(seen: AnyArray | None, wanted: AnyArray, tolerance: float, name: str) -> str:
    """Same samples, within `tolerance` in the document's levels.

    Gray may be shown as equal red, green and blue; deeper samples count when they round to ours.
    """
    if seen is None:
        return f"{name!r}: {NOT_TOLD}"
    if wanted.ndim == 3 and seen.ndim == 3 and wanted.shape[2] == 1 and seen.shape[2] == 3:
        wanted = np.repeat(wanted, 3, axis=2)
    if seen.shape != wanted.shape:
        return (
            f"{name!r}: {seen.shape[2:] or seen.shape} instead of {wanted.shape[2:] or wanted.shape} channels"
        )
    shown = seen.astype(np.float64)
    if seen.dtype != wanted.dtype:
        if seen.itemsize < wanted.itemsize:
            return f"{name!r}: {seen.itemsize * 8} of {wanted.itemsize * 8} bits"
        shown = np.rint(shown * (_white(wanted) / _white(seen)))
    worst = float(np.abs(shown - wanted.astype(np.float64)).max(initial=0))
    return "" if worst <= tolerance else f"{name!r} differs by up to {worst:g}"


def _compare_on_white(document: Document, seen: AnyArray, *, matted: bool, flat: bool = False) -> str:
    color, alpha = flatten_document(document)
    white = depth_white(document.depth)
    wanted = color / white
    if alpha is not None:
        share = alpha[..., None] / white
        wanted = wanted * share + 1 - share
    if seen.itemsize < color.itemsize:
        return f"{seen.itemsize * 8} of {color.itemsize * 8} bits"
    seen = seen * (white / _white(seen))
    channels = seen.shape[2]
    shown, shown_alpha = (seen[:, :, :-1], seen[:, :, -1:] / white) if channels in (2, 4) else (seen, None)
    if document.mode.channels == 4 and channels == 4:
        shown, shown_alpha = seen, None
    elif document.mode.channels == 4 and channels == 5:
        shown, shown_alpha = seen[:, :, :-1], seen[:, :, -1:] / white
    picture = shown / white
    if alpha is not None and shown_alpha is None and not flat:
        return "no transparency"
    if shown_alpha is not None:
        own = np.ones_like(shown_alpha) if alpha is None or flat else alpha[..., None] / white
        if np.abs(shown_alpha - own).max() > 1.01 / 255:
            return "transparency differs"
        if not matted:
            picture = picture * shown_alpha + 1 - shown_alpha
    if picture.shape[2] == 3 and wanted.shape[2] == 1:
        wanted = np.repeat(wanted, 3, axis=2)
    if picture.shape != wanted.shape:
        return f"{picture.shape} instead of {wanted.shape}"
    worst = float(np.abs(picture - wanted).max()) * 255
    return "" if worst <= 1.01 else f"differs by up to {worst:.1f} levels of 255"


def _on_rect(rect: Rect, pixels: AnyArray, target: Rect, outside: float) -> AnyArray:
    """A mask on another rectangle."""
    result = np.full(target.size.shape, outside, pixels.dtype)
    common = rect.intersect(target)
    if not common.is_empty:
        result[common.move(-target.left, -target.top).slices] = pixels[
            common.move(-rect.left, -rect.top).slices
        ]
    return result


def _white(pixels: AnyArray) -> float:
    return {"uint8": 255.0, "uint16": 65535.0}.get(pixels.dtype.name, 1.0)


def _first(answers: Iterable[str]) -> str:
    return next((answer for answer in answers if answer), "")
