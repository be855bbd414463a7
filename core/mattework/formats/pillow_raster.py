"""JPEG, WebP, AVIF, HEIC, BMP and GIF, through Pillow (and libheif where it is installed)."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from mattework.arrays import Bytes, Samples
from mattework.document.model import ColorMode, Depth, Metadata
from mattework.errors import DamagedFile, FormatCannotHold, OutOfMemory, UnsupportedFile
from mattework.extras import tell_how_to_add
from mattework.formats.bands import Band, PageForm, join_alpha
from mattework.formats.jpeg_segments import cut_segments, join_segments
from mattework.formats.limits import Limits, check_size, translate_decoder_errors
from mattework.formats.metadata import RawMetadata, fit_into_jpeg, with_resolution_in_exif
from mattework.formats.psd_resources import pack_kept
from mattework.formats.raster import Picture
from mattework.formats.sniff import Kind
from mattework.geometry import Size

if TYPE_CHECKING:
    from PIL.Image import Image

DEFAULT_QUALITY = {Kind.JPEG: 95, Kind.WEBP: 92, Kind.AVIF: 85}
LOSSLESS_QUALITY = 100
LONGEST_SIDE = {Kind.JPEG: 65500, Kind.WEBP: 16383, Kind.AVIF: 32768}
"""Pixels. AVIF itself knows longer sides, which libavif, the decoder of most programs, does not open."""
MOST_AVIF_PIXELS = 1 << 28
"""Nor does it open larger pictures."""

_STRIP_PIXELS = 1 << 22
_JPEG_BLOCK = 16
_pillow_lock = threading.Lock()
_encoder_lock = threading.Lock()


def read_with_pillow(stream: BinaryIO, kind: Kind, *, limits: Limits, name: str) -> Picture:
    """Decode the first frame of a JPEG, WebP, AVIF, BMP or GIF.

    Raises:
        DamagedFile: cut off or corrupt.
        UnsupportedFile: a variant that Pillow does not decode.
        FileTooLarge: the declared size is beyond the limits.
    """
    _check_length(stream, kind, name)
    if kind is Kind.JPEG:
        _check_jpeg(stream, name)
    stream.seek(0)
    with translate_decoder_errors(name, f"{kind} picture"), _open_unlimited(stream, kind) as image:
        size = Size(*image.size)
        depth: Depth = 16 if kind is Kind.AVIF and _find_avif_bits(stream) > 8 else 8
        check_size(size, len(image.getbands()) + 1, depth, limits, name)
        frames = getattr(image, "n_frames", 1) if kind in (Kind.WEBP, Kind.AVIF, Kind.GIF) else 1
        metadata = read_pil_metadata(image)
        if depth == 16:
            colour, alpha, mode = _decode_deep_avif(stream, size)
        else:
            colour, alpha, mode = decode_image(image)
    notes = (f"{kind} with {frames} frames: the first was taken.",) if frames > 1 else ()
    return Picture(colour=colour, alpha=alpha, mode=mode, metadata=metadata, notes=notes)


def read_heic(stream: BinaryIO, *, limits: Limits, name: str) -> Picture:
    """Decode the main picture of a HEIC file; 10 and 12 bits become 16.

    Raises:
        UnsupportedFile: the extra `heif` is not installed.
        DamagedFile, FileTooLarge: as for every picture.
    """
    try:
        import pillow_heif
    except ImportError as error:
        raise UnsupportedFile(
            f"{name} is a HEIC picture, which needs an extra library. Install it with: {tell_how_to_add('pillow-heif')}"
        ) from error
    stream.seek(0)
    with translate_decoder_errors(name, "HEIC picture"):
        heif: Any = pillow_heif.open_heif(stream, convert_hdr_to_8bit=False)
        size = Size(*heif.size)
        deep = ";16" in heif.mode
        check_size(size, 4, 16 if deep else 8, limits, name)
        pixels = np.asarray(heif)
        info = dict(heif.info)
        count = len(heif)
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    mode = ColorMode.GRAY if channels <= 2 else ColorMode.RGB
    stored = pixels if pixels.ndim == 3 else pixels[..., None]
    alpha = np.ascontiguousarray(stored[..., -1]) if channels in (2, 4) else None
    colour = np.ascontiguousarray(stored[..., : mode.channels])
    if alpha is not None and heif.premultiplied_alpha:
        colour = _unpremultiply(colour, alpha)
    return Picture(
        colour=cast("Samples", colour),
        alpha=cast("Samples | None", alpha),
        mode=mode,
        orientation=1,  # libheif has turned it
        metadata=RawMetadata(info.get("icc_profile"), info.get("exif"), info.get("xmp")),
        notes=(f"HEIC with {count} pictures: the main one was taken.",) if count > 1 else (),
    )


def read_pil_metadata(image: Image) -> RawMetadata:
    """What a Pillow image says about itself, before anything is believed."""
    info = image.info
    xmp = info.get("xmp")
    dpi = info.get("dpi")
    return RawMetadata(
        icc=info.get("icc_profile"),
        exif=info.get("exif"),
        xmp=xmp.encode() if isinstance(xmp, str) else xmp,
        dpi=(float(dpi[0]), float(dpi[1])) if isinstance(dpi, tuple) and len(dpi) == 2 else None,
        resources=join_segments(getattr(image, "applist", ())),
    )


def write_with_pillow(
    stream: BinaryIO,
    kind: Kind,
    bands: Iterable[Band],
    form: PageForm,
    metadata: Metadata,
    quality: int | None,
) -> tuple[str, ...]:
    """Write bands of uint8 samples, gray, RGB or CMYK, with straight alpha or without; notes about what did not fit.

    `quality` 1 to 100; at 100 WebP is lossless, and AVIF keeps alpha but rounds colours, by three levels at most, because
    it holds them as luma and chroma. JPEG takes no alpha.

    Raises:
        FormatCannotHold: a side is longer than the format allows, or an AVIF larger than is opened.
    """
    from PIL import Image

    height, width = form.size.shape
    longest = LONGEST_SIDE[kind]
    if max(height, width) > longest:
        raise FormatCannotHold(
            f"{kind} holds at most {longest} pixels a side; this picture has {width} x {height}. Save it as PNG or TIFF."
        )
    if kind is Kind.AVIF and form.size.area > MOST_AVIF_PIXELS:
        raise FormatCannotHold(
            f"{kind} holds at most {MOST_AVIF_PIXELS / 1e6:.0f} megapixels; this picture has "
            f"{form.size.megapixels:.0f}. Save it as PNG or TIFF."
        )
    quality = DEFAULT_QUALITY[kind] if quality is None else quality
    if form.has_alpha and kind is Kind.JPEG:
        raise ValueError("JPEG has no transparency; flatten first.")
    words = {ColorMode.GRAY: "L", ColorMode.RGB: "RGBA" if form.has_alpha else "RGB", ColorMode.CMYK: "CMYK"}
    image = Image.new(words[form.mode], (width, height), None)
    top = 0
    for band in join_alpha(bands):
        strip = band[..., 0] if band.shape[2] == 1 else band
        image.paste(
            Image.frombytes(image.mode, (width, len(band)), np.ascontiguousarray(strip).tobytes()), (0, top)
        )
        top += len(band)
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = {"quality": quality}
    if kind is Kind.JPEG:
        metadata, notes = fit_into_jpeg(metadata)
        # 4:2:0 smears saturated edges; a cut-out is judged by its edge.
        options |= {"subsampling": "4:4:4" if quality >= 90 else "4:2:0", "optimize": True}
        options["extra"] = cut_segments(pack_kept(metadata.resources))
        if metadata.dpi:
            options["dpi"] = metadata.dpi
    else:
        metadata = with_resolution_in_exif(metadata)
        if kind is Kind.WEBP:
            options |= {"exact": True, "method": 4, "lossless": quality >= LOSSLESS_QUALITY}
        else:
            options |= {"subsampling": "4:4:4", "speed": 6}
    if metadata.icc:
        options["icc_profile"] = metadata.icc
    if metadata.exif:
        options["exif"] = metadata.exif if kind is not Kind.JPEG else b"Exif\0\0" + metadata.exif
    if metadata.xmp:
        options["xmp"] = metadata.xmp
    try:
        head_bytes = sum(len(value) for value in options.values() if isinstance(value, bytes))
        with _room_for_jpeg(form, head_bytes) if kind is Kind.JPEG else nullcontext():
            image.save(stream, kind.value.upper(), **options)
    except MemoryError as error:
        raise OutOfMemory(
            f"There is not enough memory to write this {kind} file. Save it as PNG, or make it smaller."
        ) from error
    return notes


@contextmanager
def _room_for_jpeg(form: PageForm, head_bytes: int) -> Iterator[None]:
    """Pillow's buffer as large as the JPEG may be, `head_bytes` of profile, EXIF and the like with it.

    With the best tables all of it must fit, and noise takes more than the one or two bytes a pixel that Pillow allows. Two
    bytes a sample, in whole blocks, are never reached.
    """
    from PIL import ImageFile

    height, width = (side + -side % _JPEG_BLOCK for side in form.size.shape)
    with _encoder_lock:
        before = ImageFile.MAXBLOCK
        ImageFile.MAXBLOCK = before + head_bytes + 2 * form.mode.channels * height * width
        try:
            yield
        finally:
            ImageFile.MAXBLOCK = before


# --- reading ---------------------------------------------------------------------------------------------------------


@contextmanager
def _open_unlimited(stream: BinaryIO, kind: Kind) -> Iterator[Image]:
    """Pillow's image, its own pixel limit off while it opens: ours are checked before anything is decoded."""
    from PIL import Image

    with _pillow_lock:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            image = Image.open(stream, formats=(kind.value.upper(),))
        finally:
            Image.MAX_IMAGE_PIXELS = before
    with image:
        yield image


def _check_length(stream: BinaryIO, kind: Kind, name: str) -> None:
    """RIFF says how long it is: a shorter file is incomplete, whatever the decoder makes of it."""
    if kind is not Kind.WEBP:
        return
    stream.seek(0, 2)
    length = stream.tell()
    stream.seek(4)
    head = stream.read(4)
    if len(head) < 4 or struct.unpack("<I", head)[0] + 8 > length:
        raise DamagedFile(f"{name} is an incomplete WebP picture: its end is missing. Copy it again.")


def _check_jpeg(stream: BinaryIO, name: str) -> None:
    """Tell of the kinds that Pillow takes for damaged. Source: ITU-T T.81, B.1.1 and B.2.2."""
    stream.seek(2)
    while len(head := stream.read(4)) == 4 and head[0] == 0xFF:
        while head[1] == 0xFF:  # fill bytes
            head = head[1:] + stream.read(1)
        size = int.from_bytes(head[2:], "big")
        if 0xC0 <= head[1] <= 0xCF and head[1] not in (0xC4, 0xC8, 0xCC):
            bits = int.from_bytes(stream.read(1), "big")
            kind = (
                f"{bits} bits a channel" if bits > 8 else "lossless compression" if head[1] & 3 == 3 else ""
            )
            if kind:
                raise UnsupportedFile(
                    f"{name} is a JPEG with {kind}, which is not read. Save it as PNG or TIFF."
                )
            return
        stream.seek(max(size - 2, 0), 1)


def decode_image(image: Image) -> tuple[Samples, Samples | None, ColorMode]:
    """Colour (H, W, channels) and straight alpha (H, W) or None, uint8, of a Pillow image of any mode of 8 bits but Lab."""
    image.load()
    if image.mode == "CMYK":
        return _copy_pixels(image, 4), None, ColorMode.CMYK
    transparent = "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa")
    gray = image.mode in ("1", "L", "LA", "La")
    wanted = ("LA" if gray else "RGBA") if transparent else ("L" if gray else "RGB")
    if image.mode != wanted:
        image = image.convert(wanted)
    mode = ColorMode.GRAY if gray else ColorMode.RGB
    pixels = _copy_pixels(image, len(wanted))
    if not transparent:
        return pixels, None, mode
    return np.ascontiguousarray(pixels[..., :-1]), np.ascontiguousarray(pixels[..., -1]), mode


def _copy_pixels(image: Image, channels: int) -> Bytes:
    """The pixels as (H, W, channels), copied strip by strip: Pillow's own export holds the picture three times."""
    out = np.empty((image.height, image.width, channels), np.uint8)
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        strip = np.asarray(image.crop((0, top, image.width, bottom)))
        out[top:bottom] = strip.reshape(bottom - top, image.width, channels)
    return out


def _find_avif_bits(stream: BinaryIO) -> int:
    """Bits a channel, from the AV1 configuration box. Source: AV1-ISOBMFF 2.3.3."""
    stream.seek(0)
    head = stream.read(1 << 16)
    at = head.find(b"av1C")
    if at < 0 or at + 7 > len(head):
        return 8
    flags = head[at + 6]
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8


def _decode_deep_avif(stream: BinaryIO, size: Size) -> tuple[Samples, Samples | None, ColorMode]:
    """10 and 12-bit AVIF at full precision, stretched to 16 bits; Pillow would round to 8."""
    import imagecodecs

    bits = _find_avif_bits(stream)
    stream.seek(0)
    pixels = np.asarray(imagecodecs.avif_decode(stream.read(), index=0))
    if pixels.shape[:2] != size.shape:
        raise ValueError("its size is not what it says")
    top = (1 << bits) - 1
    deep = ((pixels.astype(np.uint32) * 65535 + top // 2) // top).astype(np.uint16)
    stored = deep if deep.ndim == 3 else deep[..., None]
    channels = stored.shape[2]
    mode = ColorMode.GRAY if channels <= 2 else ColorMode.RGB
    alpha = np.ascontiguousarray(stored[..., -1]) if channels in (2, 4) else None
    return np.ascontiguousarray(stored[..., : mode.channels]), alpha, mode


def _unpremultiply(colour: Samples, alpha: Samples) -> Samples:
    from mattework.formats.straight import unpremultiply

    return unpremultiply(colour, alpha)
