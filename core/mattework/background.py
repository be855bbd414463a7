"""Backgrounds that people ask for behind a cut-out: a colour, a gradient, the blurred photo, or a picture."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np

from mattework.arrays import AnyArray, Floats, Samples
from mattework.document.layer_names import BACKGROUND_LAYER
from mattework.document.model import ColorMode, Document, Layer, array_depth, depth_white
from mattework.errors import UsageError
from mattework.formats.flat import make_colour_layer
from mattework.geometry import Rect, Size
from mattework.gradient import Gradient, draw_gradient, parse_gradient
from mattework.photo import Photo, take_photo
from mattework.recipe import LARGEST_RADIUS

BLUR_SHARE = 0.02
"""Standard deviation of a blurred background where none is given, in long sides of the picture."""
_UNSEEN = np.float32(1e-5)
"""Opacity up to which nothing is seen, at any depth."""
_MOST_HIDDEN = 4
"""So many times the canvas may a background picture take that is scaled to cover it, before it is cropped first."""
_BESIDE = 4
"""Pixels of the picture that are kept beside what is seen of it then: scaling looks at its neighbours."""
_WITH_OPACITY = re.compile(
    r"(rgb|hsl)a?(\([^,()]+,[^,()]+,[^,()]+),\s*(?:\d+\.?\d*|\.\d+)%?\s*\)", re.IGNORECASE
)
_BLUR = re.compile(r"blur(?:\((\d+(?:\.\d+)?)(?:px)?\))?", re.IGNORECASE)


def parse_colour(text: str) -> tuple[float, float, float] | None:
    """A colour as people write it ("white", "#ff8800", "rgb(255, 0, 0)") as sRGB of 0 to 1; None if it is no colour.

    Values beyond the range are taken to its end, as CSS does; an opacity in it is passed over.
    """
    from PIL import ImageColor

    text = text.strip()
    if found := _WITH_OPACITY.fullmatch(text):
        text = f"{found[1]}{found[2]})"
    try:
        red, green, blue = ImageColor.getrgb(text)[:3]
    except ValueError:
        return None
    return min(red / 255, 1.0), min(green / 255, 1.0), min(blue / 255, 1.0)


def parse_key(text: str) -> tuple[float, float, float]:
    """The colour of a screen behind a subject, as `parse_colour`.

    Raises:
        UsageError: no colour, or one without a hue.
    """
    key = parse_colour(text)
    if key is None or max(key) - min(key) < 0.05:
        raise UsageError(
            f"The screen {text!r} is not a colour with a hue. Write green, blue, or as in #00b140."
        )
    return key


@dataclass(frozen=True, slots=True)
class Blur:
    """The photo itself without its subject, blurred by a standard deviation in pixels of the full image; None for one that
    suits the picture's size."""

    sigma: float | None = None


Background: TypeAlias = "tuple[float, float, float] | Gradient | Blur | Path"
"""What lies behind a cut-out: an sRGB colour of 0 to 1, a gradient, the blurred photo, or a picture file."""


def parse_background(text: str) -> Background:
    """What people write for a background: "white", "#fff..#ccc", "linear-gradient(90deg, #fff, #ccc)", "blur", "blur(40)"
    (pixels), or the path of a picture.

    Raises:
        UsageError: it is none of these, or no such file.
    """
    colour = parse_colour(text)
    if colour is not None:
        return colour
    blur = _BLUR.fullmatch(text.strip())
    if blur is not None and (blur[1] is None or float(blur[1]) <= LARGEST_RADIUS):
        return Blur(None if blur[1] is None else float(blur[1]))
    gradient = parse_gradient(text)
    if gradient is not None:
        return gradient
    path = Path(os.path.expanduser(text))
    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        raise UsageError(
            f"The background {text} is a pipe or a device. Write it into a picture file and name that, as the recipe will."
        )
    if not os.path.isfile(path):  # what cannot be a name at all is none, either
        raise UsageError(
            f"The background {text!r} is neither a colour nor a picture file. Write a colour such as white or #f4f4f4, a "
            "gradient such as white..#c8ccd0 or linear-gradient(90deg, white, gray), blur or blur(40) for the blurred "
            "photo, or the path of a picture."
        )
    return path


def make_background(
    text: str,
    document: Document,
    photo: Photo | None = None,
    alpha: Floats | None = None,
    *,
    scale: float = 1.0,
) -> tuple[Layer, tuple[str, ...]]:
    """A layer that fills the document's canvas with what `parse_background` reads; notes for people.

    Args:
        text: a picture is scaled to cover the canvas, its transparency with it.
        photo, alpha: the photo on that canvas and its subject's (H, W) float32 of 0 to 1, which a blurred background is
            made of.
        scale: size of the document relative to the full image, for previews.

    Raises:
        UsageError: not readable, or a blurred background without a photo.
        InputError: the picture cannot be read.
    """
    wanted = parse_background(text)
    if isinstance(wanted, Blur):
        return _blurred_layer(wanted, document, photo, alpha, scale), ()
    if isinstance(wanted, tuple):
        layer, coloured = make_colour_layer(document, wanted), len(set(wanted)) > 1
    elif isinstance(wanted, Gradient):
        layer = Layer(BACKGROUND_LAYER, document.size.rect, draw_gradient(wanted, document))
        coloured = any(len(set(colour)) > 1 for _, colour in wanted.stops)
    else:
        from mattework.formats.files import open_document

        picture = take_photo(open_document(wanted))
        layer, coloured = _picture_layer(picture, document), picture.mode is not ColorMode.GRAY
    if coloured and document.mode is ColorMode.GRAY:
        return layer, (
            "The photo is gray and so is its background. For colours behind it, save it as RGB first.",
        )
    return layer, ()


def _blurred_layer(
    blur: Blur, document: Document, photo: Photo | None, alpha: Floats | None, scale: float
) -> Layer:
    from mattework.surroundings import blur_surroundings

    if photo is None or alpha is None or photo.size != document.size:
        raise UsageError("A blurred background is made of the photo: give the photo and its alpha too.")
    sigma = BLUR_SHARE * document.size.long_side if blur.sigma is None else blur.sigma * scale
    if photo.alpha is not None:
        # Where the photo itself is transparent its colours are nothing to be blurred.
        alpha = np.maximum(
            alpha, 1 - photo.alpha.astype(np.float32) / np.float32(depth_white(document.depth))
        )
    pixels = blur_surroundings(photo.colour, alpha, sigma)
    return Layer(BACKGROUND_LAYER, document.size.rect, pixels)


def _picture_layer(picture: Photo, document: Document) -> Layer:
    """The picture scaled to cover the canvas and cropped around its centre, in the document's mode and depth, and as
    transparent as it is."""
    import cv2

    from mattework.document.colour import convert_to_srgb8
    from mattework.formats.straight import change_depth

    canvas, size = document.size, picture.size
    factor = max(canvas.width / size.width, canvas.height / size.height)
    scaled = Size(
        max(canvas.width, round(size.width * factor)), max(canvas.height, round(size.height * factor))
    )
    shown = size.rect
    if (
        scaled.area > _MOST_HIDDEN * canvas.area
    ):  # a strip: what is far from its middle would only cost memory
        wide, high = (math.ceil(side / factor) + 2 * _BESIDE for side in (canvas.width, canvas.height))
        cut = max(0, (size.width - wide) // 2), max(0, (size.height - high) // 2)
        shown = Rect(cut[0], cut[1], size.width - cut[0], size.height - cut[1])
        scaled = Size(
            max(canvas.width, round(shown.width * factor)), max(canvas.height, round(shown.height * factor))
        )
    left, top = (scaled.width - canvas.width) // 2, (scaled.height - canvas.height) // 2
    seen = Rect(left, top, left + canvas.width, top + canvas.height)

    def fit(samples: AnyArray) -> AnyArray:
        samples = samples[shown.slices]
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        resized = cv2.resize(samples, (scaled.width, scaled.height), interpolation=method)
        return np.ascontiguousarray(resized.reshape(*scaled.shape, -1)[seen.slices])

    keeps_samples = picture.mode == document.mode and picture.icc == document.metadata.icc
    source = picture.colour if keeps_samples else convert_to_srgb8(picture.colour, picture.mode, picture.icc)
    alpha = picture.alpha
    if alpha is None or bool((alpha >= depth_white(picture.depth)).all()):
        pixels, opacity = cast("Samples", fit(source)), None
    else:
        pixels, seen_alpha = _fit_transparent(source, alpha, fit)
        opacity = change_depth(seen_alpha, document.depth)
    samples = change_depth(pixels, document.depth, document.mode if keeps_samples else ColorMode.RGB)
    if not keeps_samples:
        from mattework.document.colour import convert_srgb_samples

        samples = convert_srgb_samples(samples, document.mode, document.metadata.icc)
    return Layer(BACKGROUND_LAYER, canvas.rect, samples, opacity)


def _fit_transparent(
    colour: Samples, alpha: Samples, fit: Callable[[AnyArray], AnyArray]
) -> tuple[Samples, Floats]:
    """Colours (H, W, channels) and straight alpha (H, W), scaled by `fit`; the alpha as 0 to 1.

    Colours count as much as they are seen, so that hidden ones do not bleed; they are 0 where nothing is seen.
    """
    from mattework.formats.straight import change_depth

    depth = array_depth(colour)
    weight = alpha.astype(np.float32)[..., None] / np.float32(depth_white(array_depth(alpha)))
    opacity = fit(weight)
    mixed = fit(colour * (weight / np.float32(depth_white(depth))))
    straight = np.where(opacity > _UNSEEN, mixed / np.maximum(opacity, _UNSEEN), np.float32(0))
    return change_depth(straight, depth), np.clip(opacity[..., 0], 0, 1)
