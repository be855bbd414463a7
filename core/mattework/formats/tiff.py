"""Reading the picture of a TIFF file: pages of every common kind.

Of several pages the first at full resolution is read. Sizes and the position of every strip are compared with the file
before anything is decoded, because tifffile sets itself no limit.

Source: TIFF 6.0 (Adobe, 1992); TIFF Technical Note 3 (float, predictor 3); the Photoshop TIFF notes for ExtraSamples.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import numpy as np

from mattework.arrays import AnyArray, Samples
from mattework.document.model import ColorMode, Depth, array_depth, depth_white
from mattework.errors import DamagedFile, UnsupportedFile
from mattework.formats.exif import extract_exif
from mattework.formats.ifd import list_tags
from mattework.formats.limits import Limits, check_size, translate_decoder_errors
from mattework.formats.metadata import RawMetadata
from mattework.formats.raster import Picture, replace_bad_floats
from mattework.formats.sniff import explain_camera_raw
from mattework.formats.source_data import IMAGE_RESOURCES
from mattework.formats.straight import change_depth, unpremultiply
from mattework.geometry import Size

MIN_IS_WHITE, MIN_IS_BLACK, RGB, PALETTE, SEPARATED, YCBCR, CIELAB, ICCLAB = 0, 1, 2, 3, 5, 6, 8, 9

_CFA, _LINEAR_RAW = 32803, 34892
_DNG_VERSION = 50706
_XMP, _ICC, _ORIENTATION, _INK_SET = 700, 34675, 274, 332
_JPEG_COMPRESSIONS = (6, 7)
_ASSOCIATED, _UNASSOCIATED = 1, 2
# Size, bits, compression, colour model, strips, planes, predictor, palette, tiles, extra samples, sample format, tables.
_STRUCTURAL_TAGS = frozenset(
    {*range(256, 260), 262, 266, 273, 277, 278, 279, 284, 317, 320, *range(322, 326), 332, 338, 339, 347}
)
_MAX_PAGES = 4096
_MODES = {
    MIN_IS_WHITE: ColorMode.GRAY,
    MIN_IS_BLACK: ColorMode.GRAY,
    RGB: ColorMode.RGB,
    PALETTE: ColorMode.RGB,
    SEPARATED: ColorMode.CMYK,
    YCBCR: ColorMode.RGB,
    CIELAB: ColorMode.LAB,
    ICCLAB: ColorMode.LAB,
}

# tifffile logs what it stumbles over; we say the same as errors and notes, in one place.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


def read_tiff(stream: BinaryIO, *, limits: Limits, name: str) -> Picture:
    """Decode the first page at full resolution.

    Raises:
        DamagedFile: cut off, corrupt, or lying about itself.
        UnsupportedFile: a compression or colour model that is not read, or a camera's raw file.
        FileTooLarge: the declared size is beyond the limits.
    """
    import tifffile

    stream.seek(0, 2)
    length = stream.tell()
    stream.seek(0)
    with translate_decoder_errors(name, "TIFF picture"), tifffile.TiffFile(stream, name=name) as file:
        page, count = _choose_page(file, name)
        _check_directory(page, stream, name)
        mode = _check_page(page, length, limits, name)
        pixels = _order_axes(page, page.asarray())
        metadata = _read_metadata(page, stream)
        orientation = _first_number(page, _ORIENTATION) or 1
        colour, alpha, notes = _settle_pixels(page, pixels, mode)
    if count > 1:
        notes.insert(0, f"TIFF with {count} pages: the first was taken.")
    return Picture(
        colour=colour, alpha=alpha, mode=mode, orientation=orientation, metadata=metadata, notes=tuple(notes)
    )


@dataclass(frozen=True, slots=True)
class PageFacts:
    """How the page that `read_tiff` reads is stored, by the numbers of TIFF 6.0. `offset` is its directory's."""

    offset: int
    size: Size
    mode: ColorMode
    depth: int
    samples: int
    photometric: int
    compression: int
    predictor: int
    rows_per_strip: int
    is_simple: bool
    """In strips of whole rows, samples side by side, whole numbers or 32-bit floats of usual sizes."""
    metadata: RawMetadata


def describe_page(stream: BinaryIO, *, limits: Limits, name: str) -> PageFacts:
    """The page that `read_tiff` would read, checked and not decoded.

    Raises:
        DamagedFile, UnsupportedFile, FileTooLarge: as `read_tiff`.
    """
    import tifffile

    length = stream.seek(0, 2)
    stream.seek(0)
    with translate_decoder_errors(name, "TIFF picture"), tifffile.TiffFile(stream, name=name) as file:
        page, _ = _choose_page(file, name)
        _check_directory(page, stream, name)
        mode = _check_page(page, length, limits, name)
        bits, kind = int(page.bitspersample), int(page.sampleformat or 1)
        strips = {int(tag.code) for tag in page.tags} >= {273, 279}
        simple = (
            strips
            and not page.is_tiled
            and int(page.planarconfig or 1) == 1
            and int(page.fillorder or 1) == 1
        )
        return PageFacts(
            offset=int(page.offset),
            size=Size(int(page.imagewidth), int(page.imagelength)),
            mode=mode,
            depth=bits,
            samples=int(page.samplesperpixel),
            photometric=int(page.photometric),
            compression=int(page.compression),
            predictor=int(page.predictor or 1),
            rows_per_strip=min(int(page.rowsperstrip or page.imagelength), int(page.imagelength)),
            is_simple=simple and (bits, kind) in ((8, 1), (16, 1), (32, 3)),
            metadata=_read_metadata(page, stream),
        )


# --- reading ---------------------------------------------------------------------------------------------------------


def _choose_page(file: Any, name: str) -> tuple[Any, int]:
    """The first page that is neither a preview nor a mask, and how many such pages there are."""
    chosen, count = None, 0
    seen: set[int] = set()  # a chain of pages may bite its own tail
    for index in range(_MAX_PAGES):
        try:
            page = file.pages[index]
        except IndexError:
            break
        if page.offset in seen:
            break
        seen.add(page.offset)
        if _is_camera_raw(page):
            raise UnsupportedFile(explain_camera_raw(name))
        if page.subfiletype & 0b101:
            continue
        count += 1
        chosen = page if chosen is None else chosen
    if chosen is None:
        raise DamagedFile(
            f"{name} is a damaged or empty TIFF file: it has no picture inside. Export it again."
        )
    return chosen, count


def _is_camera_raw(page: Any) -> bool:
    """Whether a page holds, or hangs above, a sensor's own data: the pages beside those are mere previews.

    Source: DNG 1.7 (Adobe, 2023), "NewSubFileType" and "DNGVersion"; TIFF/EP (ISO 12234-2) for CFA pages.
    """
    if _DNG_VERSION in page.tags or page.photometric in (_CFA, _LINEAR_RAW):
        return True
    try:
        below = page.pages or ()
        return any(one.photometric in (_CFA, _LINEAR_RAW) for one in below)
    except Exception:  # noqa: BLE001 - tifffile fails in many ways over a broken directory; the page itself is still checked
        return False


def _check_directory(page: Any, stream: BinaryIO, name: str) -> None:
    """tifffile leaves out tags whose value it cannot read, and then takes the default for them."""
    unread = list_tags(stream, int(page.offset)) - {int(tag.code) for tag in page.tags}
    if unread & _STRUCTURAL_TAGS:
        raise DamagedFile(f"{name} is a damaged TIFF picture: its directory is incomplete. Copy it again.")


def _check_page(page: Any, length: int, limits: Limits, name: str) -> ColorMode:
    """The page's colour mode, after everything that can be checked without decoding."""
    photometric = int(page.photometric) if page.photometric is not None else MIN_IS_BLACK
    mode = _MODES.get(photometric)
    samples = int(page.samplesperpixel)
    if mode is None or (photometric == SEPARATED and (_first_number(page, _INK_SET) or 1) != 1):
        kind = getattr(page.photometric, "name", str(photometric)).replace("_", " ").lower()
        raise UnsupportedFile(
            f"{name} is a TIFF with {kind} pixels, which are not read. Save it as RGB TIFF or PNG."
        )
    bits = page.bitspersample
    if not isinstance(bits, int) or page.imagedepth > 1:
        raise UnsupportedFile(
            f"{name} is a TIFF with mixed bit depths or volumes. Save it as RGB TIFF or PNG."
        )
    _check_codec(page, photometric, name)
    if samples < (1 if photometric == PALETTE else mode.channels):
        raise DamagedFile(f"{name} is a damaged TIFF picture (too few channels). Export it again.")
    # What tifffile decodes into, and what we hold after it.
    depth: Depth = 8 if bits <= 8 else 16 if bits <= 16 and page.sampleformat != 3 else 32
    held = max(samples, mode.channels) * (2 if bits > 32 else 1)
    check_size(Size(int(page.imagewidth), int(page.imagelength)), held, depth, limits, name)
    _check_segments(page, length, name)
    return mode


def _check_codec(page: Any, photometric: int, name: str) -> None:
    import tifffile

    compression = int(page.compression)
    if compression not in tifffile.TIFF.DECOMPRESSORS:
        raise UnsupportedFile(
            f"{name} is a TIFF with a compression that is not read ({compression}). Save it without compression."
        )
    if photometric == YCBCR and compression not in _JPEG_COMPRESSIONS:
        raise UnsupportedFile(f"{name} is a TIFF with YCbCr pixels, which are not read. Save it as RGB TIFF.")


def _check_segments(page: Any, length: int, name: str) -> None:
    """Every strip or tile must be there: tifffile fills missing ones with black."""
    offsets, counts = page.dataoffsets, page.databytecounts
    expected = int(np.prod(page.chunked)) if page.chunked else 1
    if len(offsets) < expected or len(counts) < expected or not all(counts):
        raise DamagedFile(
            f"{name} is a damaged TIFF picture: parts of it are missing. Copy or export it again."
        )
    if any(offset + count > length for offset, count in zip(offsets, counts, strict=False)):
        raise DamagedFile(f"{name} is an incomplete TIFF picture: its end is missing. Copy it again.")
    if int(page.compression) == 1 and sum(counts) * 8 < page.imagewidth * page.imagelength * int(
        page.samplesperpixel
    ) * int(page.bitspersample):
        raise DamagedFile(f"{name} is a damaged TIFF picture: it holds fewer pixels than it says.")


def _order_axes(page: Any, pixels: AnyArray) -> AnyArray:
    """(H, W, samples), whatever order the file keeps."""
    if pixels.ndim == 2:
        return pixels[..., None]
    if page.axes == "SYX":
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.ndim != 3 or pixels.shape[:2] != (page.imagelength, page.imagewidth):
        raise ValueError("pixels of an unexpected shape")
    return pixels


def _settle_pixels(page: Any, pixels: AnyArray, mode: ColorMode) -> tuple[Samples, Samples | None, list[str]]:
    photometric = int(page.photometric) if page.photometric is not None else MIN_IS_BLACK
    notes: list[str] = []
    extra = tuple(int(value) for value in page.extrasamples)
    channels = 1 if photometric == PALETTE else mode.channels
    spare = pixels.shape[2] - channels
    has_alpha = spare > 0 and bool(extra) and extra[0] in (_ASSOCIATED, _UNASSOCIATED)
    if spare > has_alpha:
        notes.append(f"Extra channels of the TIFF were left out: {spare - has_alpha}.")
    if photometric == PALETTE:
        colour: Samples = _apply_palette(page, pixels[..., 0])
    else:
        colour = _settle_depth(page, pixels[..., :channels], notes)
    alpha = _settle_depth(page, pixels[..., channels], None) if has_alpha else None
    colour, bad = replace_bad_floats(colour)
    if alpha is not None:
        alpha, bad_alpha = replace_bad_floats(alpha)
        bad += bad_alpha
        if alpha.dtype == np.float32:
            np.clip(alpha, 0, 1, out=alpha)
        alpha = change_depth(alpha, array_depth(colour))  # a palette is always 8 bits
    if bad:
        notes.append(f"{bad} pixels were not numbers (NaN or infinite) and were set to 0.")
    if photometric == MIN_IS_WHITE:
        colour = _invert(colour)
    if photometric == CIELAB:
        colour = _offset_lab(colour)
    if alpha is not None and extra[0] == _ASSOCIATED:
        colour = unpremultiply(colour, alpha)
    return colour, alpha, notes


def _settle_depth(page: Any, pixels: AnyArray, notes: list[str] | None) -> Samples:
    """Samples as uint8, uint16 or float32, C-contiguous, in this machine's byte order."""
    bits = int(page.bitspersample)
    kind = pixels.dtype.kind
    if pixels.dtype.newbyteorder("=") in (np.uint8, np.uint16, np.float32) and bits in (8, 16, 32):
        return cast("Samples", np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("=")))
    if kind == "b" or (kind == "u" and bits < 8):
        top = (1 << bits) - 1
        return cast("Samples", np.ascontiguousarray(pixels.astype(np.uint16) * 255 // top, np.uint8))
    if kind == "u" and bits < 16:
        top = (1 << bits) - 1
        return cast("Samples", np.ascontiguousarray(pixels.astype(np.uint32) * 65535 // top, np.uint16))
    if kind not in "fiu":
        raise NotImplementedError(f"samples of type {pixels.dtype}")
    if notes is not None:
        words = {"f": f"{bits}-bit float", "i": f"signed {bits}-bit", "u": f"{bits}-bit whole-number"}[kind]
        notes.append(f"The TIFF's {words} samples were converted to 32-bit float.")
    if kind == "f":
        with np.errstate(over="ignore"):
            return cast("Samples", np.ascontiguousarray(pixels, np.float32))
    scale = np.float64(1 / np.iinfo(pixels.dtype).max)
    return cast("Samples", np.ascontiguousarray(pixels * scale, np.float32))


def _apply_palette(page: Any, indices: AnyArray) -> Samples:
    table = np.asarray(page.colormap)
    if table.ndim != 2 or table.shape[0] != 3:
        raise ValueError("its palette is missing")
    # Some writers put 8-bit values where 16 bits belong.
    small = table if table.max(initial=0) < 256 else table >> 8
    return cast("Samples", np.ascontiguousarray(small.T.astype(np.uint8)[indices.astype(np.intp)]))


def _invert(colour: Samples) -> Samples:
    white: AnyArray = np.array(depth_white(array_depth(colour)), colour.dtype)
    inverted: AnyArray = white - colour
    return inverted


def _offset_lab(colour: Samples) -> Samples:
    """CIELab pages keep a and b signed; documents offset them to the middle of the range."""
    if colour.dtype == np.float32:
        # float pages keep L in 0..100 and a, b as they are
        colour = cast("Samples", colour / np.array([100, 255, 255], np.float32))
        colour[..., 1:] += np.float32(0.5)
        return colour
    colour[..., 1:] ^= np.array(0x80 if colour.dtype == np.uint8 else 0x8000, colour.dtype)
    return colour


def _read_metadata(page: Any, stream: BinaryIO) -> RawMetadata:
    return RawMetadata(
        icc=_bytes_of(page, _ICC),
        exif=extract_exif(stream, int(page.offset)),
        xmp=_bytes_of(page, _XMP),
        dpi=_read_dpi(page),
        resources=_bytes_of(page, IMAGE_RESOURCES),
    )


def _bytes_of(page: Any, code: int) -> bytes | None:
    tag = page.tags.get(code)
    value = None if tag is None else tag.value
    if isinstance(value, str):
        return value.encode()
    return bytes(value) if isinstance(value, (bytes, tuple)) and value else None


def _first_number(page: Any, code: int) -> int | None:
    tag = page.tags.get(code)
    value = None if tag is None else tag.value
    if isinstance(value, tuple):
        value = value[0] if value else None
    return int(value) if isinstance(value, int) else None


def _read_dpi(page: Any) -> tuple[float, float] | None:
    factor = {2: 1.0, 3: 2.54}.get(_first_number(page, 296) or 2)
    pair = [page.tags.get(code) for code in (282, 283)]
    if factor is None or any(tag is None or not isinstance(tag.value, tuple) for tag in pair):
        return None
    (x, x_unit), (y, y_unit) = (tag.value[:2] for tag in pair)
    return (x / x_unit * factor, y / y_unit * factor) if x_unit and y_unit else None
