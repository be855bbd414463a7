"""What a Photoshop layer has beyond pixels, mask, opacity and blend mode, and whether that changes how it looks.

Reading turns these into notes; editing in place asks whether our compositor can show the document as Photoshop does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psd_tools.constants import BlendMode
from psd_tools.psd.base import BooleanElement, DictElement, ListElement
from psd_tools.psd.effects_layer import EffectsLayer
from psd_tools.psd.layer_and_mask import LayerRecord

ADJUSTMENTS: dict[bytes, str] = {
    b"brit": "brightness and contrast",
    b"levl": "levels",
    b"curv": "curves",
    b"expA": "exposure",
    b"vibA": "vibrance",
    b"hue ": "hue and saturation",
    b"hue2": "hue and saturation",
    b"blnc": "colour balance",
    b"blwh": "black and white",
    b"phfl": "photo filter",
    b"mixr": "channel mixer",
    b"clrL": "colour lookup",
    b"nvrt": "invert",
    b"post": "posterise",
    b"thrs": "threshold",
    b"grdm": "gradient map",
    b"selc": "selective colour",
}
FILLS: dict[bytes, str] = {b"SoCo": "solid colour", b"GdFl": "gradient", b"PtFl": "pattern"}
_SMART = (b"SoLd", b"SoLE", b"PlLd", b"plLd")
_TEXT = (b"TySh", b"tySh")
_EFFECTS = (b"lfx2", b"lmfx", b"lfxs")
_VECTOR_MASKS = (b"vmsk", b"vsms")
_FILL_SENSITIVE = frozenset(
    (
        BlendMode.COLOR_BURN,
        BlendMode.LINEAR_BURN,
        BlendMode.COLOR_DODGE,
        BlendMode.LINEAR_DODGE,
        BlendMode.VIVID_LIGHT,
        BlendMode.LINEAR_LIGHT,
        BlendMode.HARD_MIX,
        BlendMode.DIFFERENCE,
    )
)
"""The eight modes in which Photoshop's fill opacity weakens the source before blending, not after."""
_FULL_RANGE = (0, 65535)


@dataclass(frozen=True, slots=True)
class Feature:
    """`text` completes "Layer “name”: …"; `alters_look`: our composite differs because of it."""

    text: str
    alters_look: bool


def find_adjustment(record: LayerRecord) -> str | None:
    """What kind of adjustment layer this is; None for other layers."""
    return next((text for key, text in ADJUSTMENTS.items() if key in record.tagged_blocks), None)


def find_fill(record: LayerRecord) -> str | None:
    """What kind of fill layer this is; None for other layers."""
    return next((text for key, text in FILLS.items() if key in record.tagged_blocks), None)


def is_shape(record: LayerRecord) -> bool:
    """Whether this is a fill inside an outline: such pixels are stored with the outline already in their alpha."""
    has_fill = find_fill(record) is not None or b"vscg" in record.tagged_blocks
    return has_fill and has_vector_mask(record)


def has_vector_mask(record: LayerRecord) -> bool:
    """Whether an outline is attached that is not switched off."""
    for key in _VECTOR_MASKS:
        setting = record.tagged_blocks.get_data(key)
        if setting is not None:
            return not bool(getattr(setting, "disable", False))
    return False


def is_rendered_mask(record: LayerRecord) -> bool:
    """Whether the mask's pixels are Photoshop's rendering of an outline (times a mask of the user's, if there is one)."""
    mask = record.mask_data
    return mask is not None and mask.flags.user_mask_from_render


def has_own_mask(record: LayerRecord) -> bool:
    """Whether a mask of the user's lies beside an outline, in a channel of its own."""
    mask = record.mask_data
    if mask is None or mask.real_flags is None or mask.real_flags.mask_disabled:
        return False
    return (mask.real_right or 0) > (mask.real_left or 0)


def read_fill_opacity(record: LayerRecord) -> float:
    value = record.tagged_blocks.get_data(b"iOpa")
    return value / 255 if isinstance(value, int) else 1.0


def find_features(record: LayerRecord) -> tuple[Feature, ...]:
    """Everything that the document model has no place for."""
    return tuple(_walk_features(record))


def _walk_features(record: LayerRecord) -> Iterator[Feature]:
    blocks = record.tagged_blocks
    if any(key in blocks for key in _TEXT):
        yield Feature("text was kept as pixels", False)
    if any(key in blocks for key in _SMART):
        yield Feature("a smart object was kept as pixels", False)
    if is_shape(record):
        yield Feature("a shape was kept as pixels", False)
    if has_effects(record):
        yield Feature("layer effects are not shown", True)
    if _has_blend_ranges(record):
        yield Feature("blending by tonal range (“blend if”) is not applied", True)
    if blocks.get_data(b"knko"):
        yield Feature("knockout is not applied", True)
    if blocks.get_data(b"brst"):
        yield Feature("the restriction to some channels is not applied", True)
    if any(key in blocks for key in (b"artb", b"artd", b"abdd")):
        yield Feature("the artboard was read as a group", True)
    if read_fill_opacity(record) < 1:
        special = record.blend_mode in _FILL_SENSITIVE
        yield Feature("fill opacity was taken into the layer's opacity", special)
    yield from _mask_features(record)


def _mask_features(record: LayerRecord) -> Iterator[Feature]:
    mask = record.mask_data
    if has_vector_mask(record) and not is_shape(record):
        kept = is_rendered_mask(record)
        yield Feature(
            "a vector mask was kept as a pixel mask" if kept else "a vector mask is not applied", not kept
        )
    if mask is None or mask.parameters is None or mask.flags.mask_disabled:
        return
    values = mask.parameters
    if any(density not in (None, 255) for density in (values.user_mask_density, values.vector_mask_density)):
        both = is_rendered_mask(record) and has_own_mask(record)
        yield Feature(
            "the mask's density is not exact" if both else "the mask's density was taken into its values",
            both,
        )
    if values.user_mask_feather or values.vector_mask_feather:
        yield Feature("the mask's feather is not shown", True)


def has_effects(record: LayerRecord) -> bool:
    """Whether any layer effect is switched on."""
    for key in _EFFECTS:
        if key in record.tagged_blocks and isinstance(record.tagged_blocks[key].data, bytes):
            return True  # unreadable, so nobody knows that they are off
        block = record.tagged_blocks.get_data(key)
        if block is not None and _is_on(block, b"masterFXSwitch", default=True) and _any_enabled(block):
            return True
        if block is not None:
            return False  # the descriptor is the newer word on the same effects
    old = record.tagged_blocks.get_data(b"lrFX")
    return isinstance(old, EffectsLayer) and any(bool(getattr(old[key], "enabled", False)) for key in old)


def _is_on(block: Any, key: bytes, *, default: bool) -> bool:
    value = block.get(key) if isinstance(block, DictElement) else None
    return bool(value.value) if isinstance(value, BooleanElement) else default


def _any_enabled(block: Any) -> bool:
    if isinstance(block, DictElement):
        children = [block[key] for key in block]
    elif isinstance(block, ListElement):
        children = list(block)
    else:
        return False
    for child in children:
        if isinstance(child, DictElement):
            if _is_on(child, b"enab", default=False) and _is_on(child, b"present", default=True):
                return True
        elif isinstance(child, ListElement) and _any_enabled(child):
            return True
    return False


def _has_blend_ranges(record: LayerRecord) -> bool:
    ranges = record.blending_ranges
    pairs = [
        *(ranges.composite_ranges or ()),
        *(pair for pairs in ranges.channel_ranges or () for pair in pairs),
    ]
    # Files of other programs hold zeros, which would show nothing at all: they mean "no ranges".
    return any(tuple(pair) not in (_FULL_RANGE, (0, 0)) for pair in pairs)
