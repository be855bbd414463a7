"""From decoded samples to a document: orientation, modes, one opaque layer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from mattework.arrays import AnyArray, Samples
from mattework.document.layer_names import PHOTO_LAYER
from mattework.document.model import ColorMode, Document, Layer, array_depth
from mattework.formats.exif import read_orientation, read_resolution
from mattework.formats.metadata import RawMetadata, settle_metadata
from mattework.formats.psd_kept import drop_what_lies, keep_resources
from mattework.geometry import Size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One decoded picture as the file stores it.

    `colour` is (h, w, channels) or (h, w) for gray, `alpha` (h, w) or None, straight; both uint8, uint16 or float32 in
    the document's conventions. `orientation` 1 to 8 is still to be applied; None means what the EXIF block says.
    """

    colour: Samples
    mode: ColorMode
    alpha: Samples | None = None
    orientation: int | None = None
    metadata: RawMetadata = field(default_factory=RawMetadata)
    notes: tuple[str, ...] = ()


def build_document(picture: Picture) -> Document:
    """A document with the picture, turned upright, as its one layer."""
    orientation = picture.orientation
    if orientation is None:
        orientation = read_orientation(picture.metadata.exif)
    stored = picture.colour if picture.colour.ndim == 3 else picture.colour[..., None]
    colour = apply_orientation(stored, orientation)
    alpha = None if picture.alpha is None else apply_orientation(picture.alpha, orientation)
    size = Size(colour.shape[1], colour.shape[0])
    dpi = picture.metadata.dpi or read_resolution(picture.metadata.exif)
    if dpi is not None and 5 <= orientation <= 8:
        dpi = dpi[1], dpi[0]
    raw = RawMetadata(picture.metadata.icc, picture.metadata.exif, picture.metadata.xmp, dpi)
    metadata, notes = settle_metadata(raw, picture.mode, size)
    stored_size = Size(stored.shape[1], stored.shape[0])
    kept, kept_notes = keep_resources(picture.metadata.resources or b"", stored_size)
    if orientation > 1:
        kept, turned_notes = drop_what_lies(kept)
        kept_notes += turned_notes
    metadata, notes = replace(metadata, resources=kept), picture.notes + notes + kept_notes
    return Document(
        size=size,
        mode=picture.mode,
        depth=array_depth(colour),
        layers=(Layer(PHOTO_LAYER, size.rect, colour, alpha),),
        metadata=metadata,
        notes=notes,
        left_out=notes,
    )


def apply_orientation(pixels: Samples, orientation: int) -> Samples:
    """The pixels (h, w, …) upright, C-contiguous. `orientation` as EXIF counts it, 1 to 8; others change nothing.

    Source: Exif 3.0, tag 0x0112.
    """
    turned: AnyArray = pixels
    if 5 <= orientation <= 8:
        turned = np.swapaxes(turned, 0, 1)
    # After the transposition of 5 to 8, rows and columns have changed places.
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return cast("Samples", np.ascontiguousarray(turned))


def replace_bad_floats(pixels: Samples) -> tuple[Samples, int]:
    """Float samples with every NaN and infinity set to 0, and how many pixels had one. Works in rows, in place."""
    if pixels.dtype != np.float32:
        return pixels, 0
    count = 0
    for top in range(0, len(pixels), 256):
        strip = pixels[top : top + 256]
        bad = ~np.isfinite(strip)
        if bad.any():
            count += int(np.count_nonzero(bad.any(axis=-1) if bad.ndim == 3 else bad))
            strip[bad] = 0
    return pixels, count
