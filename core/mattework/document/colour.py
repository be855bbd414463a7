"""Colour between a document's mode and profile and the sRGB that networks and thumbnails see.

Conversions that have a sound ICC profile go through LittleCMS (in Pillow); the others use plain formulas: samples
without a profile are taken as sRGB-encoded gray or RGB, CMYK as simple subtractive ink, Lab as CIE L*a*b* under D50.
Large pictures are converted in strips of rows, so that memory stays small.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mattework.arrays import AnyArray, Bytes, Floats, Samples, split_rows
from mattework.document.icc import SimpleProfile, read_simple_profile
from mattework.document.model import ColorMode, Depth, array_depth, depth_dtype, depth_white, lab_middle

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

_PROFILE_SPACES = {
    ColorMode.GRAY: (b"GRAY", "L"),
    ColorMode.RGB: (b"RGB ", "RGB"),
    ColorMode.CMYK: (b"CMYK", "CMYK"),
    ColorMode.LAB: (b"Lab ", "LAB"),
}

# Bradford-adapted D50 to linear sRGB, and back (IEC 61966-2-1 primaries; the ICC's D50 white point).
_D50 = np.array([0.9642, 1.0, 0.8249], np.float64)
_XYZ_FROM_RGB = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
_RGB_FROM_XYZ = np.linalg.inv(_XYZ_FROM_RGB)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def is_sound_profile(icc: bytes, mode: ColorMode) -> bool:
    """Whether the profile can be used for pixels of this mode: a right header, the right colour space, and LittleCMS can
    convert it to sRGB."""
    if len(icc) < 132 or icc[36:40] != b"acsp" or struct.unpack(">I", icc[:4])[0] > len(icc) + 3:
        return False
    return icc[16:20] == _PROFILE_SPACES[mode][0] and _make_transform(icc, mode, True) is not None


def convert_to_srgb8(colour: Samples, mode: ColorMode, icc: bytes | None) -> Bytes:
    """Samples (H, W, channels) of a document as sRGB, uint8 (H, W, 3).

    16-bit and float samples (clipped to 0..1) with a simple gray or RGB profile are converted at full precision, so linear
    ones keep their shadows; with other profiles they are rounded to 8 bits first, which is what LittleCMS takes here.
    """
    out = np.empty((*colour.shape[:2], 3), np.uint8)
    transform = _make_transform(icc, mode, True) if icc is not None else None
    simple = None
    if icc is not None and transform is not None and colour.dtype != np.uint8:
        simple = read_simple_profile(icc, mode)
    for rows in split_rows(colour):
        strip = colour[rows]
        if simple is not None:
            out[rows] = _apply_simple_profile(simple, strip)
        elif transform is not None:
            out[rows] = _apply_transform(transform, _to_8bit(strip), mode)
        else:
            out[rows] = _convert_plainly(strip, mode)
    return out


def convert_srgb_colour(
    rgb: tuple[float, float, float], mode: ColorMode, depth: Depth, icc: bytes | None
) -> tuple[float, ...]:
    """One sRGB colour (0..1 each) as sample values of a document: 0..255, 0..65535 or 0..1 by `depth`.

    White and black of gray, RGB and Lab documents without a profile are exact.
    """
    pixel = np.clip(np.array([[rgb]], np.float32), 0.0, 1.0)
    samples = convert_srgb_samples(_from_floats(pixel, depth), mode, icc)
    return tuple(float(value) for value in samples[0, 0])


def convert_srgb_samples(samples: Samples, mode: ColorMode, icc: bytes | None) -> Samples:
    """sRGB samples (H, W, 3) as samples (H, W, channels) of the same depth in a document's mode and profile.

    Through a profile the result has 8 significant bits.
    """
    depth = array_depth(samples)
    out = np.empty((*samples.shape[:2], mode.channels), depth_dtype(depth))
    transform = _make_transform(icc, mode, False) if icc is not None else None
    for rows in split_rows(samples):
        strip = samples[rows]
        if transform is not None:
            converted = _apply_transform(transform, _to_8bit(strip), ColorMode.RGB, mode)
            values = converted.astype(np.float32) / np.float32(255)
            if mode is ColorMode.LAB:
                values[..., 1:] += np.float32(_lab_middle(depth) - _lab_middle(8))
            out[rows] = _from_floats(values, depth)
        else:
            out[rows] = _from_floats(_convert_floats_plainly(_to_floats(strip), mode, depth), depth)
    return cast("Samples", out)


# --- profiles --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _make_transform(icc: bytes, mode: ColorMode, to_srgb: bool) -> ImageCmsTransform | None:
    """A LittleCMS transform between the profile and sRGB (relative colorimetric); None when the profile is unusable."""
    from PIL import ImageCms

    pixel_mode = _PROFILE_SPACES[mode][1]
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        if to_srgb:
            return ImageCms.buildTransform(
                profile, srgb, pixel_mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC, _cms_flags()
            )
        return ImageCms.buildTransform(
            srgb, profile, "RGB", pixel_mode, ImageCms.Intent.RELATIVE_COLORIMETRIC, _cms_flags()
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _cms_flags() -> Any:
    from PIL import ImageCms

    return ImageCms.Flags.BLACKPOINTCOMPENSATION


def _apply_transform(
    transform: ImageCmsTransform, pixels: Bytes, mode: ColorMode, target: ColorMode = ColorMode.RGB
) -> Bytes:
    from PIL import Image

    if mode is ColorMode.GRAY:
        image = Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    else:
        # Pillow keeps a and b of Lab as signed bytes, ours are offset by 128.
        data = _flip_lab_sign(pixels) if mode is ColorMode.LAB else np.ascontiguousarray(pixels)
        size = (data.shape[1], data.shape[0])
        image = Image.frombytes(_PROFILE_SPACES[mode][1], size, data.tobytes())
    converted = transform.apply(image)
    result = np.asarray(converted, np.uint8)
    if target is ColorMode.LAB:
        result = _flip_lab_sign(result)
    return result[..., None] if result.ndim == 2 else result


def _apply_simple_profile(profile: SimpleProfile, strip: Samples) -> Bytes:
    values = np.nan_to_num(_to_floats(strip), nan=0.0, posinf=1.0, neginf=0.0)
    with np.errstate(all="ignore"):  # a damaged curve may overflow
        planes = [curve.decode(values[..., index]) for index, curve in enumerate(profile.curves)]
    linear = np.clip(np.nan_to_num(np.stack(planes, axis=-1)), 0.0, 1.0)
    if profile.matrix is None:
        linear = np.repeat(linear, 3, axis=-1)
    else:
        linear = linear @ (_RGB_FROM_XYZ @ profile.matrix).T
    return cast("Bytes", _from_floats(_encode_srgb(linear).astype(np.float32), 8))


def _flip_lab_sign(pixels: Bytes) -> Bytes:
    flipped = pixels.copy()
    flipped[..., 1:] ^= 0x80
    return flipped


# --- plain formulas --------------------------------------------------------------------------------------------------


def _convert_plainly(strip: Samples, mode: ColorMode) -> Bytes:
    if mode is ColorMode.RGB:
        return _to_8bit(strip)
    if mode is ColorMode.GRAY:
        return cast("Bytes", np.repeat(_to_8bit(strip), 3, axis=-1))
    values = _to_floats(strip)
    if mode is ColorMode.CMYK:
        rgb = (1.0 - values[..., :3]) * (1.0 - values[..., 3:])
    else:
        rgb = _lab_to_srgb(values, array_depth(strip))
    return cast("Bytes", _from_floats(cast("Floats", rgb), 8))


def _convert_floats_plainly(rgb: Floats, mode: ColorMode, depth: Depth) -> Floats:
    if mode is ColorMode.RGB:
        return rgb
    if mode is ColorMode.GRAY:
        # Mixed in linear light, so that the gray is as bright as the colour.
        linear = _decode_srgb(rgb) @ _LUMINANCE
        return _encode_srgb(linear)[..., None].astype(np.float32)
    if mode is ColorMode.CMYK:
        black = 1.0 - rgb.max(axis=-1, keepdims=True)
        ink = (1.0 - rgb - black) / np.maximum(1.0 - black, 1e-6)
        return np.concatenate([ink, black], axis=-1).astype(np.float32)
    return _srgb_to_lab(rgb, depth)


def _decode_srgb(values: AnyArray) -> AnyArray:
    """Source: IEC 61966-2-1."""
    return np.where(values <= 0.04045, values / 12.92, ((np.maximum(values, 0) + 0.055) / 1.055) ** 2.4)


def _encode_srgb(values: AnyArray) -> AnyArray:
    clipped = np.clip(values, 0.0, 1.0)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


def _lab_to_srgb(values: Floats, depth: Depth) -> AnyArray:
    """Lab stored as 0..1 (a and b around 128/255, 32768/65535 or .5) to sRGB. Source: CIE 15, ICC.1:2022 annex A."""
    lightness = values[..., 0] * 100.0
    a, b = ((values[..., 1:] - _lab_middle(depth)) * 255.0).transpose(2, 0, 1)
    fy = (lightness + 16.0) / 116.0
    f = np.stack([fy + a / 500.0, fy, fy - b / 200.0], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _D50
    return _encode_srgb(xyz @ _RGB_FROM_XYZ.T)


def _srgb_to_lab(rgb: Floats, depth: Depth) -> Floats:
    ratio = _decode_srgb(rgb) @ _XYZ_FROM_RGB.T / _D50
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    lab = np.stack(
        [
            (116 * f[..., 1] - 16) / 100,
            (f[..., 0] - f[..., 1]) * 500 / 255,
            (f[..., 1] - f[..., 2]) * 200 / 255,
        ],
        axis=-1,
    )
    lab[..., 1:] += _lab_middle(depth)
    return lab.astype(np.float32)


def _lab_middle(depth: Depth) -> float:
    return lab_middle(depth) / depth_white(depth)


# --- depths ----------------------------------------------------------------------------------------------------------


def _to_floats(samples: Samples) -> Floats:
    return samples.astype(np.float32) * np.float32(1 / depth_white(array_depth(samples)))


def _from_floats(values: Floats, depth: Depth) -> Samples:
    """Values 0..1 as samples, rounded and clipped for integers; float stays as it is."""
    if depth == 32:
        return values.astype(np.float32)
    white = np.float32(depth_white(depth))
    rounded = np.clip(values, 0.0, 1.0) * white + np.float32(0.5)
    return cast("Samples", rounded.astype(depth_dtype(depth)))


def _to_8bit(samples: Samples) -> Bytes:
    if samples.dtype == np.uint8:
        return cast("Bytes", samples)
    if samples.dtype == np.uint16:
        # Exact rounding of v / 257 without floats.
        wide = samples.astype(np.uint32)
        return cast("Bytes", ((wide + 128) // 257).astype(np.uint8))
    clipped = np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    return cast("Bytes", (clipped * np.float32(255) + np.float32(0.5)).astype(np.uint8))
