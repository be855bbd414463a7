"""Profile, EXIF, XMP and resolution of a picture: checked once when read, fitted to each container when written."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mattework.document.colour import is_sound_profile
from mattework.document.model import ColorMode, Metadata
from mattework.formats.exif import (
    clean_exif,
    is_empty_exif,
    read_resolution,
    set_resolution,
    strip_exif_prefix,
)
from mattework.formats.xmp import clean_xmp, drop_recipe
from mattework.geometry import Size

JPEG_SEGMENT_BYTES = 65533
"""What one APP1 segment holds: its length field has 16 bits and counts itself."""

_XMP_HEADER_BYTES = 29
_EXIF_HEADER_BYTES = 6


@dataclass(frozen=True, slots=True)
class RawMetadata:
    """What a container says about a picture, before anything is believed. `exif` may still have JPEG's prefix;
    `resources` is Photoshop's section of image resources."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    resources: bytes | None = None


def settle_metadata(raw: RawMetadata, mode: ColorMode, size: Size) -> tuple[Metadata, tuple[str, ...]]:
    """Metadata that can be trusted, and a note for each part that was left out.

    `size` is the picture's size with its orientation applied.
    """
    notes: list[str] = []
    icc = raw.icc or None
    if icc is not None and not is_sound_profile(icc, mode):
        icc = None
        notes.append("The colour profile is damaged or of another colour mode and was ignored.")
    exif = clean_exif(raw.exif, size) if raw.exif else None
    if raw.exif and exif is None and not is_empty_exif(raw.exif):
        notes.append("The EXIF data are damaged and were left out.")
    xmp = clean_xmp(raw.xmp) if raw.xmp else None
    if raw.xmp and xmp is None:
        notes.append("The XMP data are damaged and were left out.")
    dpi = settle_dpi(raw.dpi) or settle_dpi(read_resolution(exif))
    return Metadata(icc=icc, exif=exif, xmp=xmp, dpi=dpi), tuple(notes)


def settle_dpi(dpi: tuple[float, float] | None) -> tuple[float, float] | None:
    """A believable resolution in pixels per inch, or None. One per inch is what writers of a mere ratio leave."""
    if dpi is None:
        return None
    x, y = float(dpi[0]), float(dpi[1])
    if not all(math.isfinite(value) and 1 < value <= 100_000 for value in (x, y)):
        return None
    return x, y


def with_resolution_in_exif(metadata: Metadata) -> Metadata:
    """For containers without a field for it (WebP, AVIF): the resolution said in the EXIF block."""
    if metadata.dpi is None or metadata.dpi == read_resolution(metadata.exif):
        return metadata
    return replace(metadata, exif=set_resolution(metadata.exif, metadata.dpi))


def fit_into_jpeg(metadata: Metadata) -> tuple[Metadata, tuple[str, ...]]:
    """Metadata that JPEG's 64 KB segments can hold, and notes about what they cannot."""
    notes: list[str] = []
    exif, xmp = metadata.exif, metadata.xmp
    if exif is not None and len(strip_exif_prefix(exif)) + _EXIF_HEADER_BYTES > JPEG_SEGMENT_BYTES:
        exif = None
        notes.append("JPEG holds at most 64 KB of EXIF data: they were left out.")
    room = JPEG_SEGMENT_BYTES - _XMP_HEADER_BYTES
    if xmp is not None and len(xmp) > room:
        xmp = drop_recipe(xmp)
    if xmp is not None and len(xmp) > room:
        xmp = None
        notes.append("JPEG holds at most 64 KB of XMP data: they were left out.")
    return replace(metadata, exif=exif, xmp=xmp), tuple(notes)
