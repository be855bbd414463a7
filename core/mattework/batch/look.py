"""Small pictures of a result, for people to judge it by: the photo, the cut-out, and its hardest edge at full size."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from mattework.arrays import AnyArray, Bytes, Floats, Samples
from mattework.cutout import Cutout
from mattework.document.colour import convert_to_srgb8
from mattework.document.composite import flatten_document
from mattework.document.layer_names import CLEAN_LAYER, PHOTO_LAYER
from mattework.document.model import Document, Layer, array_depth, depth_white
from mattework.geometry import Rect, Size
from mattework.photo import Photo, make_preview, open_source, take_photo

if TYPE_CHECKING:
    from PIL.Image import Image

LOOK_SIDE = 320
"""Long side of the small pictures."""
EDGE_SIDE = 220
"""Side of the square that is shown at full size."""
_COARSE = 8  # the hardest place is looked for on squares of this many pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Encoded small pictures: `before` JPEG; `after` WebP with alpha, of one size; `edge` WebP with alpha at full size.

    `edge` is the place with the most half-transparent pixels, None where there are none.
    """

    before: bytes
    after: bytes
    edge: bytes | None


def draw_look(source: Document, cutout: Cutout) -> Look:
    """The look of a cut-out that is at hand, and of the document that it was cut from."""
    document = cutout.document
    top = document.layers[-1]
    # What our own pair of layers makes together is known already and needs no compositing.
    is_pair = all(one.name in (PHOTO_LAYER, CLEAN_LAYER) for one in document.layers)
    if is_pair and isinstance(top, Layer) and top.visible and top.rect == document.size.rect:
        result = Photo(top.pixels, None, document.mode, document.metadata.icc)
        return _draw(take_photo(source), result, cutout.alpha)
    return _draw(take_photo(source), *_flatten(document))


def read_look(source: Path, target: Path) -> Look:
    """The look of a result from its files.

    Raises:
        InputError: one of them cannot be read.
    """
    result, alpha = _flatten(open_source(target))
    return _draw(take_photo(open_source(source)), result, alpha)


def decode_look(data: bytes) -> Image:
    """One of the encoded pictures as a PIL image, RGB or RGBA."""
    from PIL import Image

    image: Image.Image = Image.open(BytesIO(data))
    return image.convert("RGBA" if "A" in image.getbands() else "RGB")


def find_hardest_edge(alpha: Floats, side: int = EDGE_SIDE) -> Rect | None:
    """The square of at most `side` pixels with the most half-transparent ones; None when all are clear or solid."""
    import cv2

    soft = ((alpha > 0.04) & (alpha < 0.96)).astype(np.float32)
    if not soft.any():
        return None
    height, width = alpha.shape
    small = (max(1, -(-width // _COARSE)), max(1, -(-height // _COARSE)))
    coarse = cv2.resize(soft, small, interpolation=cv2.INTER_AREA)
    reach = max(1, side // _COARSE)
    sums = cv2.boxFilter(coarse, -1, (reach, reach), normalize=False, borderType=cv2.BORDER_CONSTANT)
    y, x = np.unravel_index(int(sums.argmax()), sums.shape)
    wide, high = min(side, width), min(side, height)
    left = min(max(0, int(x) * _COARSE + _COARSE // 2 - wide // 2), width - wide)
    top = min(max(0, int(y) * _COARSE + _COARSE // 2 - high // 2), height - high)
    return Rect(left, top, left + wide, top + high)


def _flatten(document: Document) -> tuple[Photo, Floats]:
    colour, opacity = flatten_document(document)
    photo = Photo(colour, None, document.mode, document.metadata.icc)
    if opacity is None:
        return photo, np.ones(photo.size.shape, np.float32)
    return photo, opacity.astype(np.float32) / np.float32(depth_white(array_depth(opacity)))


def _draw(before: Photo, result: Photo, alpha: Floats) -> Look:
    from PIL import Image

    rect = find_hardest_edge(alpha)
    edge = None
    if rect is not None:
        rgb = convert_to_srgb8(result.colour[rect.slices], result.mode, result.icc)
        edge = _encode(Image.fromarray(_join(rgb, alpha[rect.slices])), "WEBP", 88)
    return Look(
        before=_encode(Image.fromarray(make_preview(before, LOOK_SIDE)), "JPEG", 82),
        after=_encode(Image.fromarray(_shrink(result, alpha, LOOK_SIDE)), "WEBP", 84),
        edge=edge,
    )


def _shrink(photo: Photo, alpha: Floats, long_side: int) -> Bytes:
    """(h, w, 4) sRGB with straight alpha; colours are weighted by alpha, so that what is hidden does not shine through."""
    colour, size = photo.colour, photo.size
    if size.long_side > 4 * long_side:  # coarsely first: weighting every pixel of a large photo takes long
        size = size.scale_to_long_side(4 * long_side)
        colour, alpha = _resize(colour, size), _resize(alpha, size)
    if size.long_side > long_side:
        size = size.scale_to_long_side(long_side)
        white, kind = depth_white(array_depth(colour)), colour.dtype
        mixed = _resize(colour.astype(np.float32) * alpha[..., None], size)
        alpha = _resize(alpha, size)
        mixed = mixed / np.maximum(alpha, np.float32(1e-4))[..., None]
        limited = mixed if kind == np.float32 else np.rint(mixed.clip(0, white))
        colour = cast("Samples", np.ascontiguousarray(limited.astype(kind)))
    return _join(convert_to_srgb8(colour, photo.mode, photo.icc), alpha)


Plane = TypeVar("Plane", bound=AnyArray)


def _resize(samples: Plane, size: Size) -> Plane:
    import cv2

    small = cv2.resize(samples, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return cast("Plane", small.reshape(*size.shape, *samples.shape[2:]))


def _join(rgb: Bytes, alpha: Floats) -> Bytes:
    opacity = np.rint(alpha.clip(0.0, 1.0) * np.float32(255)).astype(np.uint8)
    return np.ascontiguousarray(np.dstack([rgb, opacity]))


def _encode(image: Image, kind: str, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, kind, quality=quality)
    return out.getvalue()
