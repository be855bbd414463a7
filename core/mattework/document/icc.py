"""Simple ICC profiles (a matrix and a curve a channel, or one gray curve), at full precision.

LittleCMS, as Pillow offers it, takes 8 bits. That is enough for profiles encoded like the eye sees, but 16-bit and float
pictures with a linear profile would lose their shadows before they are converted. Such profiles are nearly always of the
simple kind, which is computed here in float.

Source: ICC.1:2022, sections 8.3 (three-component matrix-based profiles), 10.6 curveType, 10.18 parametricCurveType.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from mattework.arrays import AnyArray
from mattework.document.model import ColorMode

_MAX_CURVE = 1 << 16
_PARAMETERS = (1, 3, 4, 5, 7)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A tone curve from stored values to linear light, both 0..1: a sampled table, or the parametric g a b c d e f."""

    table: AnyArray | None
    parameters: tuple[float, ...] = ()

    def decode(self, values: AnyArray) -> AnyArray:
        """Linear light of stored values; values beyond 0..1 are clipped."""
        clipped = np.clip(values, 0.0, 1.0)
        if self.table is not None:
            looked_up: AnyArray = np.interp(clipped, np.linspace(0, 1, len(self.table)), self.table)
            return looked_up
        g, a, b, c, d, e, f = self.parameters
        power = np.maximum(a * clipped + b, 0.0) ** g + e
        linear: AnyArray = np.where(clipped >= d, power, c * clipped + f)
        return linear


@dataclass(frozen=True, slots=True, eq=False)
class SimpleProfile:
    """Curves a channel (one for gray), and for RGB the matrix (3, 3) from linear light to XYZ under D50."""

    curves: tuple[Curve, ...]
    matrix: AnyArray | None


def read_simple_profile(icc: bytes, mode: ColorMode) -> SimpleProfile | None:
    """The profile when it is gray or RGB of the simple kind; None when it is not, or not readable."""
    if mode not in (ColorMode.GRAY, ColorMode.RGB) or icc[20:24] != b"XYZ ":
        return None
    try:
        tags = _read_tags(icc)
        if any(name in tags for name in (b"A2B0", b"A2B1", b"D2B0", b"D2B1")):
            return None
        if mode is ColorMode.GRAY:
            return SimpleProfile((_read_curve(tags[b"kTRC"]),), None)
        curves = tuple(_read_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
        columns = [_read_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    except (KeyError, ValueError, struct.error):
        return None
    matrix = np.array(columns).T
    return SimpleProfile(curves, matrix) if abs(float(np.linalg.det(matrix))) > 1e-4 else None


def _read_tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    if count > 200:
        raise ValueError("too many tags")
    tags = {}
    for index in range(count):
        name, offset, length = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        tags[name] = icc[offset : offset + length]
    return tags


def _read_xyz(data: bytes) -> tuple[float, float, float]:
    if data[:4] != b"XYZ ":
        raise ValueError("no colour")
    x, y, z = struct.unpack_from(">3i", data, 8)
    return x / 65536, y / 65536, z / 65536


def _read_curve(data: bytes) -> Curve:
    if data[:4] == b"para":
        return _read_parametric_curve(data)
    if data[:4] != b"curv":
        raise ValueError("no curve")
    (count,) = struct.unpack_from(">I", data, 8)
    if count == 0:
        return Curve(None, (1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    if count == 1:
        (gamma,) = struct.unpack_from(">H", data, 12)
        return Curve(None, (gamma / 256, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    if count > _MAX_CURVE:
        raise ValueError("too long a curve")
    return Curve(np.array(struct.unpack_from(f">{count}H", data, 12)) / 65535.0)


def _read_parametric_curve(data: bytes) -> Curve:
    (kind,) = struct.unpack_from(">H", data, 8)
    if kind >= len(_PARAMETERS):
        raise ValueError("an unknown curve")
    given = [value / 65536 for value in struct.unpack_from(f">{_PARAMETERS[kind]}i", data, 12)]
    g, a, b, c, d, e, f = given + [0.0] * (7 - len(given))
    if kind == 0:
        a = 1.0
    elif kind in (1, 2):
        # Below -b/a the curve is flat: at 0, or at c for kind 2.
        floor = c if kind == 2 else 0.0
        d = -b / a if a else 0.0
        c, e, f = 0.0, floor, floor
    elif kind == 3:
        e = f = 0.0
    return Curve(None, (g, a, b, c, d, e, f))
