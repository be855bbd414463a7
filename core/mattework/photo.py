"""The photo: the flat picture in which a subject is looked for, taken from whatever the user brought."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

import numpy as np

from mattework.arrays import AnyArray, Bytes, Floats, Samples, split_rows, take_native
from mattework.document.layer_names import PHOTO_LAYER
from mattework.document.model import ColorMode, Depth, Document, Layer, array_depth, check_finite, depth_white
from mattework.errors import UsageError
from mattework.geometry import Size

if TYPE_CHECKING:
    from PIL.Image import Image

Source: TypeAlias = "str | PathLike[str] | bytes | BinaryIO | Image | AnyArray | Document"
"""What a picture can come from: a path, bytes, an open file, a PIL image, an array, or a document."""

_WITHIN = 0.95
"""The part of a float picture that edges are solved in without clipping."""
_SEEN = 1_000_000
"""Pixels, about, that tell how bright it is."""
_DARK, _LIT = 0.1, 99.98
"""A photo whose brightest samples, but for the percentage beyond, are below this part of white is lightened to be seen."""
_BRIGHTEST_MEDIAN = 8.0
"""Float pictures may be brighter than white, but none is three stops over it in half of its pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A flat picture. `colour` (H, W, channels) and straight `alpha` (H, W) or None, both in the document's depth."""

    colour: Samples
    alpha: Samples | None
    mode: ColorMode
    icc: bytes | None

    @property
    def size(self) -> Size:
        return Size(self.colour.shape[1], self.colour.shape[0])

    @property
    def depth(self) -> Depth:
        return array_depth(self.colour)

    def hash_samples(self) -> str:
        """SHA-256 of the colour samples: says whether a recipe was made from this very photo."""
        return hash_samples(self.colour)


def hash_samples(samples: Samples) -> str:
    """SHA-256 of the shape, type and values of samples, in hex."""
    digest = hashlib.sha256(f"{samples.shape} {samples.dtype.name} ".encode())
    for rows in split_rows(samples):
        digest.update(np.ascontiguousarray(samples[rows]).data)
    return digest.hexdigest()


def sum_samples(samples: Samples) -> int:
    """CRC-32 of the values of samples: says, in a moment, whether they were changed since."""
    from isal import isal_zlib

    total = 0
    for rows in split_rows(samples):
        total = isal_zlib.crc32(np.ascontiguousarray(samples[rows]).data, total)
    return total


def open_source(source: Source) -> Document:
    """Turn any source into a document.

    An array is (H, W), (H, W, 1), (H, W, 3) or, with straight alpha last, (H, W, 2) or (H, W, 4); uint8, uint16, or
    float of 0 to 1; RGB order. Of a PIL image profile, EXIF, XMP and resolution are kept and the orientation is applied.

    Raises:
        UsageError: an array of another shape or type, or float samples that are plainly not of 0 to 1 or no numbers.
        InputError: the file cannot be read (see `mattework.errors`).
    """
    if isinstance(source, Document):
        check_finite(source)
        return source
    if isinstance(source, np.ndarray):
        return _wrap_array(source)
    if hasattr(source, "getbands"):
        return _wrap_pil(cast("Image", source))
    if not isinstance(source, (str, bytes, PathLike)) and not hasattr(source, "read"):
        raise UsageError(
            f"A picture is a path, bytes, an open file, an array, a PIL image or a Document, not {type(source).__name__}."
        )
    from mattework.formats.files import open_document

    return open_document(source)


def take_photo(document: Document) -> Photo:
    """The flat picture of a document: its only plain layer as it is, otherwise what its visible layers make together."""
    only = document.layers[0] if len(document.layers) == 1 else None
    if isinstance(only, Layer) and _is_plain(only) and only.rect == document.size.rect:
        return Photo(only.pixels, only.alpha, document.mode, document.metadata.icc)
    from mattework.document.composite import flatten_document

    colour, alpha = flatten_document(document)
    return Photo(colour, alpha, document.mode, document.metadata.icc)


def find_layer(document: Document, is_wanted: Callable[[Layer], bool]) -> Layer | None:
    """The topmost layer of pixels that covers the whole canvas and that `is_wanted` accepts."""
    found = [one for one in document.walk_layers() if one.rect == document.size.rect and is_wanted(one)]
    return found[-1] if found else None


def make_preview(photo: Photo, long_side: int) -> Bytes:
    """An sRGB picture (h, w, 3) of at most `long_side`, transparent parts over mid-gray: the photo as people see it."""
    return _show(photo, _shrink(photo, long_side), long_side)


def make_network_view(photo: Photo, long_side: int) -> Bytes:
    """The same as a network is to see it: what is deeper than 8 bits at an exposure at which they show the photo, not its
    highlights or its shadows alone."""
    small = _shrink(photo, long_side)
    if photo.mode in (ColorMode.GRAY, ColorMode.RGB):
        small = _lighten(_darken(small))
    return _show(photo, small, long_side)


def _shrink(photo: Photo, long_side: int) -> Samples:
    if photo.size.long_side <= long_side:
        return photo.colour
    return _resize_samples(photo.colour, photo.size.scale_to_long_side(long_side))


def _show(photo: Photo, small: Samples, long_side: int) -> Bytes:
    from mattework.document.colour import convert_to_srgb8

    rgb = convert_to_srgb8(small, photo.mode, photo.icc)
    opacity = make_opacity_preview(photo, long_side)
    if opacity is None:
        return rgb
    weight = opacity[..., None]
    laid: Bytes = np.rint(rgb * weight + 127.0 * (1.0 - weight)).astype(np.uint8)
    return laid


def make_opacity_preview(photo: Photo, long_side: int) -> Floats | None:
    """What of `make_preview` was opaque, (h, w) float32 of 0 to 1; None for all of it."""
    import cv2

    opacity = photo.alpha
    if opacity is None:
        return None
    if photo.size.long_side > long_side:
        target = photo.size.scale_to_long_side(long_side)
        opacity = cast(
            "Samples", cv2.resize(opacity, (target.width, target.height), interpolation=cv2.INTER_AREA)
        )
    weight = opacity.astype(np.float32) / np.float32(depth_white(array_depth(opacity)))
    return np.asarray(weight.clip(0, 1), np.float32)


def convert_for_matting(photo: Photo) -> Samples:
    """Colours in which edges are solved: the photo's own samples for gray and RGB, sRGB for other modes.

    Floats of which more than a twentieth lies above 1 are darkened until only that part does: solvers clip there, and
    edges keep their mixture of colours at any exposure.
    """
    if photo.mode in (ColorMode.GRAY, ColorMode.RGB):
        return _darken(photo.colour)
    from mattework.document.colour import convert_to_srgb8

    return convert_to_srgb8(photo.colour, photo.mode, photo.icc)


def _darken(colour: Samples) -> Samples:
    if colour.dtype != np.float32:
        return colour
    step = max(1, round((colour.shape[0] * colour.shape[1] / _SEEN) ** 0.5))
    white = np.quantile(colour[::step, ::step], _WITHIN)
    return colour if white <= 1 else cast("Samples", colour / np.float32(white))


def _lighten(colour: Samples) -> Samples:
    """Samples of more than 8 bits that are all so dark that 8 bits would leave few tones of them, up to white."""
    if colour.dtype == np.uint8:
        return colour
    white = depth_white(array_depth(colour))
    brightest = float(np.percentile(colour, _LIT)) / white
    if not 0 < brightest < _DARK:
        return colour
    lit = np.clip(colour.astype(np.float32) / np.float32(brightest), 0, white)
    return cast("Samples", lit.astype(colour.dtype))


def _is_plain(layer: Layer) -> bool:
    return layer.mask is None and layer.opacity == 1.0 and layer.visible


def _resize_samples(samples: Samples, size: Size) -> Samples:
    import cv2

    shrunk = cv2.resize(samples, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return cast("Samples", shrunk.reshape(*size.shape, samples.shape[2]))


def _wrap_array(array: AnyArray) -> Document:
    samples = array[..., None] if array.ndim == 2 else array
    if samples.ndim != 3 or samples.shape[2] not in (1, 2, 3, 4) or samples.size == 0:
        raise UsageError(
            f"A picture array must be (H, W) or (H, W, 1 to 4), not {array.shape}. Channels come last, alpha behind colour."
        )
    samples = take_native(samples)
    if samples.dtype in (np.float16, np.float64):
        samples = samples.astype(np.float32)
    if samples.dtype not in (np.uint8, np.uint16, np.float32):
        raise UsageError(f"A picture array must be uint8, uint16 or float, not {array.dtype}.")
    if samples.dtype == np.float32 and not np.isfinite(samples).all():
        raise UsageError(
            "The picture array holds NaN or infinite values. Replace them first, as with numpy.nan_to_num."
        )
    if samples.dtype == np.float32 and _find_median(samples) > _BRIGHTEST_MEDIAN:
        raise UsageError(
            f"The picture array is float and its values reach {float(samples.max()):g}; 1 means white there. "
            "Divide it first, by 255 if it was made from bytes."
        )
    colours = 1 if samples.shape[2] < 3 else 3
    alpha = np.ascontiguousarray(samples[..., -1]) if samples.shape[2] in (2, 4) else None
    pixels = np.ascontiguousarray(samples[..., :colours])
    size = Size(samples.shape[1], samples.shape[0])
    layer = Layer(PHOTO_LAYER, size.rect, pixels, alpha)
    mode = ColorMode.GRAY if colours == 1 else ColorMode.RGB
    return Document(size, mode, array_depth(pixels), (layer,))


def _find_median(samples: Samples) -> float:
    step = max(1, min(samples.shape[:2]) // 256)
    return float(np.median(samples[::step, ::step]))


def _wrap_pil(image: Image) -> Document:
    """A PIL image by way of its own arrays."""
    from PIL import ImageOps

    from mattework.formats.metadata import settle_metadata
    from mattework.formats.pillow_raster import decode_image, read_pil_metadata

    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):
        document = _wrap_array(_take_deep_samples(upright))
    else:
        colour: Samples
        alpha: Samples | None
        if upright.mode == "LAB":  # Pillow keeps a and b as signed bytes, documents offset them to the middle
            colour = np.asarray(upright, np.uint8) ^ np.array([0, 0x80, 0x80], np.uint8)
            alpha, mode = None, ColorMode.LAB
        else:
            colour, alpha, mode = decode_image(upright)
        size = Size(*upright.size)
        document = Document(size, mode, 8, (Layer(PHOTO_LAYER, size.rect, colour, alpha),))
    # Of the image as it was given: the upright one has lost what does not fit it.
    metadata, notes = settle_metadata(read_pil_metadata(image), document.mode, document.size)
    return replace(document, metadata=metadata, notes=notes)


def _take_deep_samples(image: Image) -> AnyArray:
    """Gray samples of more than 8 bits, (H, W), or (H, W, 2) where one of the values is transparent, as PNG can say it."""
    samples: AnyArray = np.asarray(image)
    if image.mode == "F":
        return samples
    samples = samples.clip(0, 65535).astype(np.uint16)
    hidden = image.info.get("transparency")
    if not isinstance(hidden, int):
        return samples
    return np.stack([samples, np.where(samples == hidden, np.uint16(0), np.uint16(65535))], axis=-1)
