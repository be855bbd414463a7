"""Merged picture and thumbnail of an edited document: made anew where our compositor is shown to be exact, else kept."""

from __future__ import annotations

import struct
from typing import BinaryIO, cast

import numpy as np

from mattework.arrays import AnyArray, Floats, Samples
from mattework.document.composite import flatten_document, is_exact_for
from mattework.document.model import ColorMode, Depth, Document, depth_white
from mattework.formats.psd_composite import MERGED_ALPHA_MARKS, pack_composite, read_composite
from mattework.formats.psd_features import find_adjustment, find_features, find_fill
from mattework.formats.psd_layout import PsdLayout, Span
from mattework.formats.psd_panel import list_rows
from mattework.formats.psd_resources import THUMBNAIL, find_resources, pack_resource, pack_thumbnail
from mattework.formats.psd_splice import Splice
from mattework.progress import Progress

_SHARE_OFF = 1e-3
_STRIP = 256
_CHANNELS_IN_HEADER = Span(12, 14)


def find_obstacles(layout: PsdLayout) -> tuple[str, ...]:
    """What can be seen in the document and is drawn by Photoshop only, told without decoding a pixel."""
    obstacles = []
    for row in list_rows(layout):
        spot = layout.layers[row.index]
        if not row.visible:
            continue
        kind = find_adjustment(spot.record) or (find_fill(spot.record) if spot.rect.is_empty else None)
        if kind not in (None, "solid colour"):
            obstacles.append(f"Layer “{row.path}”: {kind} is drawn by Photoshop only.")
        texts = [feature.text for feature in find_features(spot.record) if feature.alters_look]
        obstacles.extend(f"Layer “{row.path}”: {text}." for text in texts)
    return tuple(obstacles)


def find_differences(document: Document, *, progress: Progress | None = None) -> tuple[str, ...]:
    """Why our compositor is not shown to be exact for a document as it was read; nothing where it is."""
    if document.composite is None:
        return ("The file carries no sound merged picture.",)
    exact, reasons = is_exact_for(document)
    if exact and not _matches_stored(document, progress):
        return ("The merged picture in the file is not what its layers make.",)
    return reasons


def _matches_stored(document: Document, progress: Progress | None) -> bool:
    """Whether our picture and the stored one look alike on paper, within one level of 8 bits."""
    color, alpha = flatten_document(document, progress=progress)
    stored, channels = document.composite, document.mode.channels
    if stored is None:
        return False
    stored_alpha = stored[..., -1] if stored.shape[2] > channels else None
    off = 0
    for top in range(0, document.size.height, _STRIP):
        rows = slice(top, top + _STRIP)
        ours = _on_paper(color[rows], None if alpha is None else alpha[rows], document)
        theirs = _on_paper(
            stored[rows, :, :channels], None if stored_alpha is None else stored_alpha[rows], document
        )
        off += int((np.abs(ours - theirs) > 1.01 / 255).any(axis=-1).sum())
    return off <= _SHARE_OFF * document.size.area


def _on_paper(color: AnyArray, alpha: AnyArray | None, document: Document) -> Floats:
    white = np.float32(depth_white(document.depth))
    shown = color.astype(np.float32) / white
    if alpha is None:
        return shown
    paper = np.float32(0 if document.mode is ColorMode.CMYK else 1)
    share = (alpha.astype(np.float32) / white)[..., None]
    return np.asarray(shown * share + paper * (1 - share), np.float32)


def replace_merged(
    splice: Splice,
    stream: BinaryIO,
    layout: PsdLayout,
    document: Document,
    *,
    progress: Progress | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make merged picture and thumbnail of `document` (read from `stream`) and splice them in.

    Returns what was changed, in words, and reasons why nothing was.
    """
    color, alpha = flatten_document(document, progress=progress)
    channels = document.mode.channels
    has_alpha = layout.merged_alpha and layout.channels > channels
    changed = ["the merged picture"]
    if alpha is not None and not has_alpha:
        if layout.channels > channels:
            return (), (
                "The picture became transparent, and saved selections lie where its transparency would go.",
            )
        _announce_alpha(splice, stream, layout, document.depth)
        changed.append("the number of its channels")
    if alpha is None and has_alpha:
        alpha = cast("Samples", np.full(color.shape[:2], depth_white(document.depth), color.dtype))
    thumbnail = pack_thumbnail(document, color, alpha)
    first_extra = channels + has_alpha
    extra: list[AnyArray] = []
    if layout.channels > first_extra:
        stored = read_composite(stream, layout, layout.channels)
        extra = [np.ascontiguousarray(stored[..., index]) for index in range(first_extra, layout.channels)]
    packed = pack_composite(color, alpha, document.mode, extra)
    splice.replace_long(layout.image_data, packed.iterate(layout.version))
    if replace_resource(splice, stream, layout, THUMBNAIL, thumbnail, only_if_there=True):
        changed.append("the thumbnail")
    return tuple(changed), ()


def _announce_alpha(splice: Splice, stream: BinaryIO, layout: PsdLayout, depth: Depth) -> None:
    """One channel more in the header, and the marks that call it the picture's transparency."""
    splice.replace(_CHANNELS_IN_HEADER, struct.pack(">H", layout.channels + 1))
    if layout.layer_info is None or layout.merged_alpha:
        return
    if depth == 8 or layout.lengths[-1].start == layout.section.start:  # the list lies in its usual place
        count = Span(layout.layer_info.start, layout.layer_info.start + 2)
        splice.replace(count, struct.pack(">h", -abs(struct.unpack(">h", count.read(stream))[0])))
        return
    mark = b"8BIM" + MERGED_ALPHA_MARKS[depth] + bytes(4 * layout.version)
    at = layout.lengths[-1].start - 8  # in front of the block that holds the layers
    splice.replace(Span(at, at), mark)
    splice.grow(layout.lengths[:1], len(mark))


def replace_resource(
    splice: Splice,
    stream: BinaryIO,
    layout: PsdLayout,
    number: int,
    data: bytes,
    *,
    only_if_there: bool = False,
) -> bool:
    """New data for an image resource; appended where the file has none, unless `only_if_there`."""
    found, whole = find_resources(layout.resources.read(stream))
    old = found.get(number)
    if old is None and (only_if_there or not whole):
        return False
    start = layout.resources.start
    span = (
        Span(layout.resources.end, layout.resources.end)
        if old is None
        else Span(start + old.start, start + old.end)
    )
    packed = pack_resource(number, data)
    splice.replace(span, packed)
    splice.grow([Span(start - 4, start)], len(packed) - span.size)
    return True
