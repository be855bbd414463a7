"""The merged picture at the end of a Photoshop document.

Transparent pictures are stored as Photoshop stores them: one channel more, and colours matted on white.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from psd_tools.constants import Compression

from mattework.arrays import AnyArray, Floats, Samples
from mattework.document.model import ColorMode, Depth, array_depth, depth_white
from mattework.formats.psd_planes import PackedPlane, iterate_raw, pack_plane

_STRIP_PIXELS = 1 << 20


@dataclass(frozen=True, slots=True)
class PackedComposite:
    """The merged picture, packed as PackBits at 8 bits, and otherwise raw from the samples themselves."""

    planes: tuple[PackedPlane | AnyArray, ...]
    transparent: bool

    def size(self, version: int) -> int:
        return 2 + sum(
            plane.size(version) if isinstance(plane, PackedPlane) else plane.nbytes for plane in self.planes
        )

    def iterate(self, version: int) -> Iterator[bytes]:
        """The section's bytes, in pieces."""
        packed = [plane for plane in self.planes if isinstance(plane, PackedPlane)]
        yield struct.pack(">H", Compression.RLE if packed else Compression.RAW)
        yield from (plane.table(version) for plane in packed)
        yield from (plane.payload for plane in packed)
        for plane in self.planes:
            if not isinstance(plane, PackedPlane):
                yield from iterate_raw(plane)


def pack_composite(color: Samples, alpha: Samples | None, mode: ColorMode) -> PackedComposite:
    """Pack (H, W, channels) and straight alpha (H, W). Takes the colour array over: it is matted in place."""
    stored = cast("AnyArray", color)
    if mode is ColorMode.CMYK:
        np.subtract(stored.dtype.type(depth_white(array_depth(stored))), stored, out=stored)
    if alpha is not None:
        matte_on_white(stored, alpha, mode)
    planes: list[AnyArray] = [stored[..., index] for index in range(stored.shape[2])]
    if alpha is not None:
        planes.append(alpha)
    if array_depth(stored) != 8:
        return PackedComposite(tuple(planes), alpha is not None)
    return PackedComposite(tuple(pack_plane(plane, Compression.RLE) for plane in planes), alpha is not None)


def matte_on_white(color: AnyArray, alpha: AnyArray, mode: ColorMode) -> None:
    """Straight colours as stored, in place, as they look on white: color * alpha + white * (1 - alpha)."""
    full = np.float32(depth_white(array_depth(color)))
    white = _stored_white(mode, array_depth(color))
    for rows in _strips(color):
        share = (alpha[rows].astype(np.float32) / full)[..., None]
        mixed = white + (color[rows].astype(np.float32) - white) * share
        color[rows] = mixed if color.dtype == np.float32 else np.rint(mixed)


def unmatte_from_white(color: AnyArray, alpha: AnyArray, mode: ColorMode) -> None:
    """The way back, in place; white stays where alpha is 0."""
    full = np.float32(depth_white(array_depth(color)))
    white = _stored_white(mode, array_depth(color))
    for rows in _strips(color):
        share = (alpha[rows].astype(np.float32) / full)[..., None]
        straight = white - (white - color[rows].astype(np.float32)) / np.maximum(share, 1e-6)
        straight = np.where(share > 0, straight, white)
        color[rows] = straight if color.dtype == np.float32 else np.clip(np.rint(straight), 0, full)


def _stored_white(mode: ColorMode, depth: Depth) -> Floats:
    """White as the file stores it: every channel full (no ink, too), but a and b of Lab in the middle."""
    full = depth_white(depth)
    middle = {8: 128.0, 16: 32768.0, 32: 0.5}[depth]
    return np.array([full, middle, middle] if mode is ColorMode.LAB else [full] * mode.channels, np.float32)


def _strips(samples: AnyArray) -> list[slice]:
    rows = max(1, _STRIP_PIXELS // max(1, samples.shape[1]))
    return [slice(top, top + rows) for top in range(0, samples.shape[0], rows)]
