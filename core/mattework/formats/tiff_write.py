"""Writing flat TIFF: 8, 16 and 32-bit float with straight alpha, deflated with prediction, band by band.

Source: TIFF 6.0 (Adobe, 1992), section 14; TIFF Technical Note 3 (float, predictor 3); the Photoshop TIFF notes for
ExtraSamples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, TypeAlias

import numpy as np

from mattework.arrays import AnyArray, Samples
from mattework.document.model import ColorMode, Metadata, array_depth, depth_dtype
from mattework.formats.bands import PageForm, cut_bands, join_alpha
from mattework.formats.exif import append_exif, as_rational
from mattework.formats.psd_planes import ByteOrder
from mattework.formats.tiff import CIELAB, MIN_IS_BLACK, RGB, SEPARATED
from mattework.geometry import Size

CLASSIC_LIMIT = 4_000_000_000
"""Bytes of samples beyond which the 64-bit variant is written; a classic TIFF ends at 4 GiB."""
ROWS_PER_STRIP = 64

Tag: TypeAlias = tuple[int, int, int, bytes, bool]
"""A directory entry as tifffile takes it: number, type, count, value, and whether it stands on the first page only."""

UNCOMPRESSED, LZW, DEFLATE, OLD_DEFLATE = 1, 5, 8, 32946

_XMP = 700
_UNASSOCIATED = 2
PHOTOMETRIC = {
    ColorMode.GRAY: MIN_IS_BLACK,
    ColorMode.RGB: RGB,
    ColorMode.CMYK: SEPARATED,
    ColorMode.LAB: CIELAB,
}


def write_tiff(
    stream: BinaryIO,
    colour: Samples,
    alpha: Samples | None,
    mode: ColorMode,
    metadata: Metadata,
    *,
    big_endian: bool = False,
) -> tuple[str, ...]:
    """Write samples (H, W, channels) with straight alpha (H, W) of the same type or None; deflate with prediction.

    `stream` must be seekable and readable. Returns notes: that the file is a BigTIFF, where it must be one.
    """
    height, width = colour.shape[:2]
    form = PageForm(
        size=Size(width, height),
        depth=array_depth(colour),
        mode=mode,
        has_alpha=alpha is not None,
        big_endian=big_endian,
    )
    return write_tiff_bands(stream, join_alpha(cut_bands(colour, alpha)), form, metadata)


def write_tiff_bands(
    stream: BinaryIO,
    bands: Iterable[Samples],
    form: PageForm,
    metadata: Metadata,
    *,
    tags: Sequence[Tag] = (),
) -> tuple[str, ...]:
    """The same of bands (h, W, channels), straight alpha last, whose heights are multiples of `ROWS_PER_STRIP` but for the
    last one; `tags` are more entries for the directory.
    """
    import tifffile

    height, width = form.size.shape
    samples = form.mode.channels + form.has_alpha
    dtype = depth_dtype(form.depth)
    big = form.size.area * samples * dtype.itemsize > CLASSIC_LIMIT
    extra = list(tags)
    if metadata.xmp:
        extra.append((_XMP, 1, len(metadata.xmp), metadata.xmp, True))
    resolution = {}
    if metadata.dpi:
        x, y = (as_rational(value) for value in metadata.dpi)
        resolution = {"resolution": (x, y), "resolutionunit": "INCH"}
    order: ByteOrder = ">" if form.big_endian else "<"
    with tifffile.TiffWriter(stream, bigtiff=big, byteorder=order) as writer:
        writer.write(
            (pack_strip(strip, form.mode, order) for strip in _cut_strips(bands)),
            shape=(height, width, samples) if samples > 1 else (height, width),
            dtype=dtype,
            photometric=PHOTOMETRIC[form.mode],
            planarconfig="contig" if samples > 1 else None,
            extrasamples=[_UNASSOCIATED] if form.has_alpha else None,
            compression="zlib",
            predictor=True,
            rowsperstrip=min(ROWS_PER_STRIP, height),
            iccprofile=metadata.icc,
            software=False,
            metadata=None,
            extratags=extra,
            **resolution,
        )
    append_exif(stream, metadata.exif)
    return ("The picture is over 4 GB: it is a BigTIFF, which some programs cannot open.",) if big else ()


def pack_strip(
    strip: Samples, mode: ColorMode, order: ByteOrder, *, compression: int = DEFLATE, predictor: bool = True
) -> bytes:
    """A strip (h, W, samples) as the file holds it: signed if Lab, predicted, ordered, packed by one of `PACKERS`."""
    import imagecodecs

    values: AnyArray = np.ascontiguousarray(_sign_lab(strip) if mode is ColorMode.LAB else strip)
    if predictor and values.dtype == np.float32:
        # Float prediction puts the highest bytes first, whatever the file's order.
        stored = np.asarray(imagecodecs.floatpred_encode(values, axis=-2))
    else:
        stored = np.asarray(imagecodecs.delta_encode(values, axis=-2)) if predictor else values
        stored = stored.astype(stored.dtype.newbyteorder(order))
    return PACKERS[compression](stored.tobytes())


def _deflate(data: bytes) -> bytes:
    from isal import isal_zlib

    return isal_zlib.compress(data, 2)


def _pack_lzw(data: bytes) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.lzw_encode(data))


PACKERS: dict[int, Callable[[bytes], bytes]] = {
    UNCOMPRESSED: bytes,
    LZW: _pack_lzw,
    DEFLATE: _deflate,
    OLD_DEFLATE: _deflate,
}
"""Compressions of TIFF that strips can be written with, by their number."""


def _cut_strips(bands: Iterable[Samples]) -> Iterator[Samples]:
    for band in bands:
        for top in range(0, len(band), ROWS_PER_STRIP):
            yield band[top : top + ROWS_PER_STRIP]


def _sign_lab(strip: AnyArray) -> AnyArray:
    strip = strip.copy()
    if array_depth(strip) == 32:
        strip[..., 1:3] -= np.float32(0.5)
        strip[..., :3] *= np.array([100, 255, 255], np.float32)
        return strip
    strip[..., 1:3] ^= np.array(0x80 if strip.dtype == np.uint8 else 0x8000, strip.dtype)
    return strip
