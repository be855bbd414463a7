"""The colours of a PNG without a profile: what its gAMA and cHRM chunks say, as a profile; what is not read is told.

Source: PNG (third edition), 11.3.2 and 13.13: a profile (iCCP) and code points (cICP) go before sRGB, that before gAMA.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

Find = Callable[[bytes], memoryview | None]
"""The data of a file's first chunk of a kind; None where it has none."""

_SRGB_GAMMA, _SRGB_PRIMARIES = 0.45455, (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
"""Of white, red, green and blue, x and y."""
_NEAR_GAMMA, _NEAR_PRIMARY = 0.005, 0.005
_DATE = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


def make_profile(find: Find, *, is_gray: bool) -> bytes | None:
    """An ICC profile of what gamma and primaries say; None where that is sRGB, or another chunk goes before."""
    if any(find(kind) is not None for kind in (b"iCCP", b"cICP", b"sRGB")):
        return None
    gamma, primaries = _read_gamma(find(b"gAMA")), _read_primaries(find(b"cHRM"))
    if gamma is None or (_is_srgb(gamma, primaries) or (is_gray and abs(gamma - _SRGB_GAMMA) < _NEAR_GAMMA)):
        return None
    import imagecodecs

    wx, wy, *colours = primaries or _SRGB_PRIMARIES
    rest = {} if is_gray else {"primaries": [part for x, y in _pair(colours) for part in (x, y, 1.0)]}
    profile = imagecodecs.cms_profile(
        "gray" if is_gray else "rgb", whitepoint=(wx, wy, 1.0), gamma=1 / gamma, **rest
    )
    made = bytes(profile)
    return made[:24] + _DATE + made[36:]  # the time of making would make each result another


def tell_about_colours(find: Find) -> tuple[str, ...]:
    """A note where the file says its colours by code points alone, or by primaries alone, and they are not those of sRGB.

    Source: ITU-T H.273, tables 2 and 3.
    """
    coding = find(b"cICP")
    if find(b"iCCP") is not None:
        return ()
    if coding is not None and len(coding) == 4:
        if coding[0] == 1 and coding[1] in (1, 6, 13, 14, 15):
            return ()
        return (
            f"The PNG names its colours by numbers ({coding[0]}/{coding[1]}), which is not read: they are taken for sRGB.",
        )
    primaries = _read_primaries(find(b"cHRM"))
    has_curve = find(b"sRGB") is not None or _read_gamma(find(b"gAMA")) is not None
    if primaries is None or has_curve or _is_srgb(_SRGB_GAMMA, primaries):
        return ()
    return ("The PNG names its primaries without a gamma, which is not read: they are taken for sRGB.",)


def _read_gamma(data: memoryview | None) -> float | None:
    """The exponent of the encoding, .45455 for one like sRGB's; None where there is none that makes sense."""
    if data is None or len(data) != 4:
        return None
    value = struct.unpack(">I", data)[0] / 100_000
    return value if 0.05 <= value <= 10 else None


def _read_primaries(data: memoryview | None) -> tuple[float, ...] | None:
    if data is None or len(data) != 32:
        return None
    values = tuple(value / 100_000 for value in struct.unpack(">8I", data))
    (wx, wy), (rx, ry), (gx, gy), (bx, by) = _pair(values)
    area = (gx - rx) * (by - ry) - (bx - rx) * (gy - ry)
    makes_sense = min(wx, wy) > 0.05 and max(values) <= 1 and abs(area) > 0.01 and min(ry, gy, by) > 0
    return values if makes_sense else None


def _is_srgb(gamma: float, primaries: tuple[float, ...] | None) -> bool:
    pairs = zip(primaries or _SRGB_PRIMARIES, _SRGB_PRIMARIES, strict=True)
    return abs(gamma - _SRGB_GAMMA) < _NEAR_GAMMA and all(
        abs(one - srgb) < _NEAR_PRIMARY for one, srgb in pairs
    )


def _pair(values: list[float] | tuple[float, ...]) -> list[tuple[float, float]]:
    return list(zip(values[::2], values[1::2], strict=True))
