"""A mask on one layer of somebody's PSD or PSB, with every other byte kept.

Smart objects, adjustments, effects, layer comps, guides and blocks that nobody knows stay as they are, because they are
never parsed and written again. The merged picture and the thumbnail are made anew only where our compositor is shown to be
exact for this very file: everything visible is of kinds that it composites exactly, and before the change it gives the
picture that the file itself carries.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal, TypeAlias, cast

import numpy as np
from psd_tools.constants import ChannelID
from psd_tools.constants import ColorMode as PsdColorMode

from mattework.arrays import Samples
from mattework.document.model import (
    ColorMode,
    Depth,
    Document,
    Layer,
    Mask,
    Metadata,
    Node,
    depth_dtype,
    depth_white,
)
from mattework.errors import InputError, UnsupportedFile, UsageError
from mattework.formats.limits import Limits
from mattework.formats.metadata import settle_metadata
from mattework.formats.psd import read_psd
from mattework.formats.psd_composite import spool_composite
from mattework.formats.psd_decode import LayerSource, decode_layers
from mattework.formats.psd_encode import fit_mask, plane_compression
from mattework.formats.psd_features import has_vector_mask
from mattework.formats.psd_layout import LayerSpot, PsdLayout, Span, layer_name, scan_psd
from mattework.formats.psd_merged import find_differences, find_obstacles, replace_merged, replace_resource
from mattework.formats.psd_panel import PanelRow, choose_row, list_rows
from mattework.formats.psd_planes import pack_plane
from mattework.formats.psd_resources import XMP, read_raw_metadata, read_resources
from mattework.formats.psd_splice import (
    ChannelChange,
    Splice,
    cut_record,
    pack_mask_block,
    splice_layer,
    unlock_background,
)
from mattework.formats.streams import folder_of
from mattework.geometry import Rect
from mattework.progress import Progress, report_progress

ExistingMask: TypeAlias = Literal["refuse", "replace", "multiply", "intersect", "keep"]
_EDITABLE_MODES = {
    PsdColorMode.GRAYSCALE: ColorMode.GRAY,
    PsdColorMode.DUOTONE: ColorMode.GRAY,
    PsdColorMode.RGB: ColorMode.RGB,
    PsdColorMode.CMYK: ColorMode.CMYK,
    PsdColorMode.LAB: ColorMode.LAB,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMask:
    """A mask for one layer or group of a document.

    `layer` is a number counted from the top, a path ("Group/Photo") or a name. `mask` is in canvas pixels and the
    document's depth; it is fitted to the layer's rectangle, hidden outside. `existing` says what becomes of a mask that is
    there: multiplied, intersected (the smaller value), replaced, kept (then nothing is changed), or a refusal. `xmp`
    replaces the file's packet when given.
    """

    layer: str | int
    mask: Mask
    existing: ExistingMask = "refuse"
    xmp: bytes | None = None


@dataclass(frozen=True, slots=True)
class EditReport:
    """What was changed, in words; whether the merged picture was made anew, and if not, why."""

    layer: str
    changed: tuple[str, ...]
    composite_made: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskEdit:
    """Changes to a list of layers that put a mask on one of them. `splice` is empty where a mask is kept."""

    layer: str
    changed: tuple[str, ...]
    splice: Splice

    def report_kept(self) -> EditReport:
        return EditReport(self.layer, (), False, (f"Layer “{self.layer}” has a mask, and it was kept.",))


def open_layer(source: BinaryIO, layer: str | int, *, limits: Limits, name: str) -> Document:
    """One layer alone on its canvas, without its mask, visible and full: the photo that a cut starts from.

    The document's profile and other metadata are there too.

    Raises:
        UsageError: no such layer, or one without pixels.
        UnsupportedFile, DamagedFile, FileTooLarge: as `read_psd`.
    """
    layout = scan_psd(source, limits=limits, name=name)
    mode, _ = check_editable(layout, name)
    resources, _ = read_resources(layout.resources.read(source))
    metadata, notes = settle_metadata(read_raw_metadata(resources), mode, layout.size)
    return decode_alone(source, layout, layer, metadata, notes, name=name)


def decode_alone(
    source: BinaryIO,
    layout: PsdLayout,
    layer: str | int,
    metadata: Metadata,
    notes: tuple[str, ...],
    *,
    name: str,
) -> Document:
    """The document of `open_layer`, for any container.

    Raises:
        UsageError: no such layer, or one without pixels.
    """
    mode, depth = check_editable(layout, name)
    row = choose_row(list_rows(layout), layer, name=name)
    spot = layout.layers[row.index]
    if row.is_group or spot.rect.is_empty:
        raise UsageError(
            f"Layer “{row.path}” of {name} has no pixels of its own. Choose a layer with pixels."
        )
    node = _decode_one(source, layout, spot, mode, depth, name)
    alone = replace(cast("Layer", node), mask=None, visible=True, opacity=1.0, clipped=False)
    return Document(layout.size, mode, depth, (alone,), metadata, notes=notes)


def find_row(
    source: BinaryIO,
    layout: PsdLayout,
    rows: Sequence[PanelRow],
    is_wanted: Callable[[Layer], bool],
    *,
    name: str,
) -> tuple[PanelRow, Mask | None] | None:
    """The topmost of the rows whose layer has pixels that `is_wanted` accepts, one with a mask before one without."""
    mode, depth = check_editable(layout, name)
    found: tuple[PanelRow, Mask | None] | None = None
    for row in rows:
        spot = layout.layers[row.index]
        node = (
            None
            if row.is_group or spot.rect.is_empty
            else _decode_one(source, layout, spot, mode, depth, name)
        )
        if isinstance(node, Layer) and is_wanted(node):
            if node.mask is not None:
                return row, node.mask
            found = found or (row, None)
    return found


def add_mask_in_place(
    source: BinaryIO,
    target: BinaryIO,
    new: NewMask,
    *,
    limits: Limits,
    name: str,
    progress: Progress | None = None,
) -> EditReport:
    """Copy the document in `source` to `target` with a new mask on one layer or group.

    A locked Background becomes an ordinary layer "Layer 0", as in Photoshop. Both streams are seekable; `target` is written
    from front to back.

    Raises:
        UsageError: no such layer, a mask that is there (`refuse`), or a layer with a vector mask.
        UnsupportedFile, DamagedFile, FileTooLarge: as `read_psd`.
        FormatCannotHold: the file would outgrow a PSD, or the mask's packed rows are too long for it.
        Cancelled: `progress` wants to stop.
    """
    report_progress(progress, "Read layers", 0)
    layout = scan_psd(source, limits=limits, name=name)
    edit = plan_mask(source, layout, new, name=name)
    if not edit.changed:
        edit.splice.write(source, target)
        return edit.report_kept()
    reasons = find_obstacles(layout) or _compare_with_stored(source, limits, name, progress)
    changed = [*edit.changed]
    if new.xmp is not None and replace_resource(edit.splice, source, layout, XMP, new.xmp):
        changed.append("the XMP data")
    if reasons:
        edit.splice.write(source, target)
        return EditReport(edit.layer, tuple(changed), False, reasons)
    folder = folder_of(target)
    with tempfile.TemporaryFile(dir=folder) as edited:
        edit.splice.write(source, edited)
        finish = Splice()
        after_layout = scan_psd(edited, limits=limits, name=name)
        after = read_psd(edited, limits=limits, name=name)
        with spool_composite(after, folder=folder, progress=progress) as merged:
            more, reasons = replace_merged(finish, edited, after_layout, after, merged)
            finish.write(edited, target)
    report_progress(progress, "Write", 1)
    return EditReport(edit.layer, (*changed, *more), bool(more), reasons)


def plan_mask(source: BinaryIO, layout: PsdLayout, new: NewMask, *, name: str) -> MaskEdit:
    """What `add_mask_in_place` changes in the list of layers, for any container that holds one.

    Raises:
        UsageError: no such layer, a mask that is there (`refuse`), or a layer with a vector mask.
        ValueError: a mask of another depth.
    """
    mode, depth = check_editable(layout, name)
    mask, existing = new.mask, new.existing
    if mask.pixels.dtype != depth_dtype(depth):
        raise ValueError(f"The mask holds {mask.pixels.dtype}, the document {depth} bits a channel.")
    row = choose_row(list_rows(layout), new.layer, name=name)
    spot = layout.layers[row.index]
    has_mask = _has_mask(spot)
    _check_row(row, spot, has_mask, existing, name)
    splice = Splice(layout.order)
    if has_mask and existing == "keep":
        return MaskEdit(row.path, (), splice)
    fitted = fit_mask(mask, _choose_rect(row, spot, mask, layout), depth)
    if has_mask and existing in ("multiply", "intersect"):
        node = _decode_one(source, layout, spot, mode, depth, name)
        if node is None or node.mask is None:
            raise UsageError(
                f"The mask of layer “{row.path}” cannot be combined with another. Replace it instead."
            )
        fitted = _combine(fit_mask(node.mask, fitted.rect, depth), fitted, existing)
    return MaskEdit(row.path, tuple(_change_layer(splice, layout, spot, fitted, source, depth)), splice)


def _compare_with_stored(
    source: BinaryIO, limits: Limits, name: str, progress: Progress | None
) -> tuple[str, ...]:
    """Reasons to keep the merged picture. Layers that cannot be read are one; they need not be, to be kept."""
    try:
        before = read_psd(source, limits=limits, name=name)
    except InputError as error:
        return (str(error),)
    return find_differences(before, progress=progress)


def _has_mask(spot: LayerSpot) -> bool:
    """Whether there is a mask that hides anything: Photoshop gives fill layers an empty one that shows all."""
    data = spot.record.mask_data
    if data is None or spot.find_channel(ChannelID.USER_LAYER_MASK) is None:
        return False
    return not (spot.mask_rect is None or spot.mask_rect.is_empty) or data.background_color < 255


def check_editable(layout: PsdLayout, name: str) -> tuple[ColorMode, Depth]:
    """Colour mode and depth of a document whose layers can take masks.

    Raises:
        UnsupportedFile: there are no layers, or none with such masks.
    """
    mode = _EDITABLE_MODES.get(layout.mode)
    if mode is None or layout.depth == 1 or not layout.layers:
        what = "no layers" if not layout.layers else f"{layout.mode.name.lower()} pixels"
        raise UnsupportedFile(
            f"{name} has {what}, so no layer can take a mask. Save the cut-out as a file of its own."
        )
    return mode, cast("Depth", layout.depth)


def _check_row(row: PanelRow, spot: LayerSpot, has_mask: bool, existing: ExistingMask, name: str) -> None:
    if has_vector_mask(spot.record) and existing != "keep":
        raise UsageError(
            f"Layer “{row.path}” of {name} has a vector mask. Rasterise it in Photoshop, or put the layer into a group "
            "and mask the group."
        )
    if has_mask and existing == "refuse":
        raise UsageError(
            f"Layer “{row.path}” of {name} has a mask. Say what should become of it "
            "(--existing-mask): replace, multiply, intersect or keep."
        )


def _decode_one(
    source: BinaryIO, layout: PsdLayout, spot: LayerSpot, mode: ColorMode, depth: Depth, name: str
) -> Node | None:
    one = LayerSource(
        (spot,),
        lambda start, size: Span(start, start + size).read(source),
        layout.size,
        mode,
        depth,
        version=layout.version,
        order=layout.order,
    )
    nodes, _ = decode_layers(one, name=name)
    return nodes[0] if nodes else None


def _choose_rect(row: PanelRow, spot: LayerSpot, mask: Mask, layout: PsdLayout) -> Rect:
    """A layer's own rectangle; where there is none, what the mask needs to say the same with nothing shown outside."""
    if not row.is_group and not spot.rect.is_empty:
        return spot.rect
    return mask.rect if mask.outside <= 0 else mask.rect.unite(layout.size.rect)


def _combine(old: Mask, new: Mask, how: ExistingMask) -> Mask:
    if how == "intersect":
        pixels = np.minimum(old.pixels, new.pixels)
    else:
        product = old.pixels.astype(np.float32) * new.pixels.astype(np.float32)
        white = np.float32(1 if new.pixels.dtype == np.float32 else np.iinfo(new.pixels.dtype.str).max)
        pixels = product / white
        if new.pixels.dtype != np.float32:
            pixels = np.rint(pixels).astype(new.pixels.dtype)
    return replace(new, pixels=cast("Samples", pixels))


def _change_layer(
    splice: Splice, layout: PsdLayout, spot: LayerSpot, mask: Mask, source: BinaryIO, depth: Depth
) -> list[str]:
    record = cut_record(spot.span.read(source), layout.version, layout.order)
    record.mask = pack_mask_block(mask.rect, enabled=mask.enabled, order=layout.order)
    compression = plane_compression(depth)
    changes = [
        ChannelChange(ChannelID.USER_LAYER_MASK, pack_plane(mask.pixels, compression, order=layout.order))
    ]
    changed = ["the layer mask"]
    is_bottom = spot is layout.layers[0]
    if is_bottom and spot.find_channel(ChannelID.TRANSPARENCY_MASK) is None and not spot.rect.is_empty:
        white = np.broadcast_to(depth_dtype(depth).type(depth_white(depth)), spot.rect.size.shape)
        changes.append(
            ChannelChange(ChannelID.TRANSPARENCY_MASK, pack_plane(white, compression, order=layout.order))
        )
        unlock_background(record, _unlocked_name(spot))
        changed.append(f"the locked Background, now layer “{_unlocked_name(spot)}”")
    splice_layer(splice, layout, spot, record, changes)
    return changed


def _unlocked_name(spot: LayerSpot) -> str:
    """Photoshop's name for an unlocked Background; a name that somebody chose is kept."""
    name = layer_name(spot.record)
    source = spot.record.tagged_blocks.get_data(b"lnsr")
    return "Layer 0" if name == "Background" or source == b"bgnd" else name
