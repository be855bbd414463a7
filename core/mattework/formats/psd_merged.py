"""Merged picture and thumbnail of an edited document: made anew where our compositor is shown to be exact, else kept."""

from __future__ import annotations

import struct
from contextlib import closing
from typing import BinaryIO

import numpy as np

from mattework.arrays import AnyArray, Floats
from mattework.document.composite import flatten_in_bands, is_exact_for
from mattework.document.model import ColorMode, Depth, Document, depth_white
from mattework.formats.psd_composite import SpooledComposite, read_composite
from mattework.formats.psd_features import find_adjustment, find_features, find_fill
from mattework.formats.psd_layout import MERGED_ALPHA_MARKS, PsdLayout, Span
from mattework.formats.psd_panel import list_rows
from mattework.formats.psd_resources import THUMBNAIL, find_resources, pack_resource, pack_thumbnail
from mattework.formats.psd_splice import Splice
from mattework.progress import Progress

_SHARE_OFF = 1e-3
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
    stored, channels = document.composite, document.mode.channels
    if stored is None:
        return False
    stored_alpha = stored[..., -1] if stored.shape[2] > channels else None
    off = 0
    with closing(flatten_in_bands(document, progress=progress)) as bands:
        for band in bands:
            ours = _on_paper(band.color, band.alpha, document)
            alpha = None if stored_alpha is None else stored_alpha[band.rows]
            theirs = _on_paper(stored[band.rows, :, :channels], alpha, document)
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
    merged: SpooledComposite,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Splice in the merged picture and the thumbnail of `document` (read from `stream`).

    Returns what was changed, in words, and reasons why nothing was.
    """
    channels = document.mode.channels
    has_alpha = layout.merged_alpha and layout.channels > channels
    changed = ["the merged picture"]
    if merged.transparent and not has_alpha:
        if layout.channels > channels:
            return (), (
                "The picture became transparent, and saved selections lie where its transparency would go.",
            )
        _announce_alpha(splice, stream, layout, document.depth)
        changed.append("the number of its channels")
    first_extra = channels + has_alpha
    extra: list[AnyArray] = []
    if layout.channels > first_extra:
        stored = read_composite(stream, layout, layout.channels)
        extra = [np.ascontiguousarray(stored[..., index]) for index in range(first_extra, layout.channels)]
    packed = merged.iterate(layout.version, with_alpha=has_alpha or merged.transparent, extra=extra)
    splice.replace_long(layout.image_data, packed)
    if replace_resource(splice, stream, layout, THUMBNAIL, pack_thumbnail(document), only_if_there=True):
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
