"""Straight alpha: out of premultiplied samples, onto a background; and samples of another depth.

Everything works in strips, so that a large picture is never held twice.
"""

from __future__ import annotations

import numpy as np

from mattework.arrays import AnyArray, Samples, split_rows
from mattework.document.model import ColorMode, Depth, array_depth, depth_dtype, depth_white, lab_middle


def unpremultiply(colour: Samples, alpha: Samples) -> Samples:
    """Colours (H, W, channels) that were multiplied by `alpha` (H, W) as straight ones; 0 where alpha is 0."""
    out = np.empty_like(colour)
    white = np.float32(depth_white(array_depth(colour)))
    for rows in split_rows(colour):
        opacity = alpha[rows].astype(np.float32)[..., None]
        straight = np.where(opacity > 0, colour[rows] * (white / np.maximum(opacity, 1e-12)), 0)
        out[rows] = straight if colour.dtype == np.float32 else np.clip(np.rint(straight), 0, white)
    return out


def flatten_on_colour(colour: Samples, alpha: Samples, background: tuple[float, ...] | AnyArray) -> Samples:
    """Straight colours (H, W, channels) over one opaque colour, given in sample values of the same depth."""
    out = np.empty_like(colour)
    white = np.float32(depth_white(array_depth(alpha)))
    behind = np.asarray(background, np.float32)
    for rows in split_rows(colour):
        opacity = (alpha[rows].astype(np.float32) / white)[..., None]
        mixed = colour[rows] * opacity + behind * (1 - opacity)
        out[rows] = mixed if colour.dtype == np.float32 else np.rint(mixed)
    return out


def paper_white(mode: ColorMode, depth: Depth) -> AnyArray:
    """White in a document's own samples (channels,): no ink, or full lightness with neutral a and b."""
    white, middle = depth_white(depth), lab_middle(depth)
    values = {
        ColorMode.GRAY: [white],
        ColorMode.RGB: [white] * 3,
        ColorMode.CMYK: [0.0] * 4,
        ColorMode.LAB: [white, middle, middle],
    }[mode]
    return np.array(values, depth_dtype(depth))


def change_depth(samples: Samples, depth: Depth, mode: ColorMode | None = None) -> Samples:
    """Samples of another depth: rounded, and clipped to 0..1 when they come from float.

    Args:
        mode: of colours (H, W, channels): a and b of Lab stay as far from neutral as they are. None for what are none;
            opacities (H, W) are no colours in any mode.
    """
    have = array_depth(samples)
    if have == depth:
        return samples
    if mode is ColorMode.LAB and samples.ndim == 3:
        return _change_lab_depth(samples, depth)
    out = np.empty(samples.shape, depth_dtype(depth))
    for rows in split_rows(samples):
        strip = samples[rows]
        if have == 8 and depth == 16:
            out[rows] = strip.astype(np.uint16) * 257
        elif have == 16 and depth == 8:
            out[rows] = (strip.astype(np.uint32) + 128) // 257
        elif depth == 32:
            out[rows] = strip.astype(np.float32) / np.float32(depth_white(have))
        else:
            # float64 because 24 bits of mantissa cannot add one half to every 16-bit value
            out[rows] = np.clip(strip, 0.0, 1.0).astype(np.float64) * depth_white(depth) + 0.5
    return out


def _change_lab_depth(colour: Samples, depth: Depth) -> Samples:
    """Neutral is no share of white that all depths have in common: 128 of 255, 32768 of 65535, 0.5 of 1."""
    have = array_depth(colour)
    factor = depth_white(depth) / depth_white(have)
    out = np.empty(colour.shape, depth_dtype(depth))
    out[..., :1] = change_depth(colour[..., :1], depth)
    for rows in split_rows(colour):
        from_neutral = (colour[rows, :, 1:].astype(np.float64) - lab_middle(have)) * factor
        moved = from_neutral + lab_middle(depth)
        out[rows, :, 1:] = moved if depth == 32 else np.clip(np.rint(moved), 0, depth_white(depth))
    return out


def exceeds_unit_range(samples: Samples) -> bool:
    """Whether float samples leave 0..1, so that an integer format must clip them."""
    return samples.dtype == np.float32 and any(
        bool((samples[rows] < 0).any() or (samples[rows] > 1).any()) for rows in split_rows(samples)
    )
