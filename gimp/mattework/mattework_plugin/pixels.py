"""Pixels between GIMP's buffers and raw files, in strips and without changing a sample.

Two rules of GEGL's Python interface shape this. Naming a format asks for a conversion to sRGB, so buffers are read in
their own format. Only real `bytes` are written fast, and a strip that does not fit its rectangle is dropped in silence
(or ends the plug-in), so rectangles are checked here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gi.repository import Babl, Gegl, Gimp
from mattework_worker.protocol import SAMPLE_BYTES, EngineError, Picture

STRIP_BYTES = 8 << 20

COLOUR_CHANNELS = {"RGB": 3, "Y": 1}


class PixelFormat(NamedTuple):
    """How a drawable's samples are sent. `ask` is the format to ask GEGL for; None is the buffer's own."""

    ask: str | None
    channels: int
    has_alpha: bool
    sample: str
    linear: bool
    own_curve: bool

    @property
    def pixel_bytes(self) -> int:
        return self.channels * SAMPLE_BYTES[self.sample]


def read_format(drawable: Gimp.Drawable) -> PixelFormat:
    """What a drawable holds, from its Babl format: "R'G'B'A u8", "RGB float", "Y~ u16-space-..."."""
    name = Babl.get_name(drawable.get_format()).partition("-space-")[0]
    model, _, sample = name.rpartition(" ")
    plain = model.replace("'", "").replace("~", "")
    has_alpha = plain.endswith("A")
    colours = COLOUR_CHANNELS.get(plain[:-1] if has_alpha else plain)
    if colours is None or sample not in SAMPLE_BYTES:  # indexed
        has_alpha = drawable.has_alpha()
        ask = "R'G'B'A u8" if has_alpha else "R'G'B' u8"
        return PixelFormat(ask, 3 + has_alpha, has_alpha, "u8", False, False)
    return PixelFormat(None, colours + has_alpha, has_alpha, sample, plain == model, "'" in model)


def mask_sample(image: Gimp.Image) -> str:
    """The sample type of the image's masks: u8, u16, u32, half, float or double."""
    return str(image.get_precision().value_nick).partition("-")[0]


def split_rows(height: int, row_bytes: int) -> Iterator[tuple[int, int]]:
    """Top and number of rows of each strip."""
    rows = max(1, STRIP_BYTES // max(1, row_bytes))
    for top in range(0, height, rows):
        yield top, min(rows, height - top)


def send_picture(image: Gimp.Image, layer: Gimp.Layer, folder: Path, number: int) -> Picture:
    """Write a layer's pixels (and the image's profile) into the engine's folder."""
    pixels = read_format(layer)
    name, profile = f"layer{number}.raw", f"layer{number}.icc"
    send_plane(layer, folder / name, pixels.ask, pixels.pixel_bytes)
    icc = None
    own = image.get_color_profile()
    if own is not None and pixels.ask is None:
        # Linear and "perceptual" samples are sRGB-encoded for the engine: it needs the profile with that curve.
        used = own if pixels.own_curve else own.new_srgb_trc_from_color_profile()
        if used is not None:
            (folder / profile).write_bytes(bytes(used.get_icc_profile()))
            icc = profile
    return Picture(
        name,
        layer.get_width(),
        layer.get_height(),
        pixels.channels,
        pixels.has_alpha,
        pixels.sample,
        pixels.linear,
        icc,
    )


def send_plane(drawable: Gimp.Drawable, path: Path, ask: str | None, pixel_bytes: int) -> None:
    """Write a drawable's samples as they are (or in the format `ask`) into a file."""
    width, height = drawable.get_width(), drawable.get_height()
    buffer = drawable.get_buffer()
    with path.open("wb") as stream:
        for top, rows in split_rows(height, width * pixel_bytes):
            stream.write(_read_strip(buffer, 0, top, width, rows, ask, pixel_bytes))


def send_window(
    channel: Gimp.Channel, path: Path, left: int, top: int, width: int, height: int, pixel_bytes: int
) -> bool:
    """Write the part of a channel under a layer's rectangle; black where the layer reaches beyond the canvas.

    Gives whether the rectangle meets the canvas at all.
    """
    canvas_width, canvas_height = channel.get_width(), channel.get_height()
    x0, x1 = max(0, left), min(canvas_width, left + width)
    buffer = channel.get_buffer()
    before, after = bytes((x0 - left) * pixel_bytes), bytes(max(0, left + width - x1) * pixel_bytes)
    blank = bytes(width * pixel_bytes)
    with path.open("wb") as stream:
        for row, rows in split_rows(height, width * pixel_bytes):
            for y in range(row + top, row + top + rows):
                if x1 <= x0 or not 0 <= y < canvas_height:
                    stream.write(blank)
                else:
                    stream.write(before + _read_strip(buffer, x0, y, x1 - x0, 1, None, pixel_bytes) + after)
    return x1 > x0 and top < canvas_height and top + height > 0


def receive_plane(drawable: Gimp.Drawable, path: Path, pixel_bytes: int) -> int:
    """Fill a drawable with samples of its own format from a file of the engine's. Gives their CRC-32."""
    width, height = drawable.get_width(), drawable.get_height()
    _check_length(path, width * height * pixel_bytes)
    own = Babl.get_name(drawable.get_format())
    buffer = drawable.get_buffer()
    crc = 0
    with path.open("rb") as stream:
        for top, rows in split_rows(height, width * pixel_bytes):
            strip = stream.read(width * rows * pixel_bytes)
            crc = zlib.crc32(strip, crc)
            buffer.set(Gegl.Rectangle.new(0, top, width, rows), own, strip)
    buffer.flush()
    return crc


def sum_plane(drawable: Gimp.Drawable) -> int:
    """The CRC-32 of a drawable's samples as they are."""
    width, height, pixel_bytes = (
        drawable.get_width(),
        drawable.get_height(),
        read_format(drawable).pixel_bytes,
    )
    buffer = drawable.get_buffer()
    crc = 0
    for top, rows in split_rows(height, width * pixel_bytes):
        crc = zlib.crc32(_read_strip(buffer, 0, top, width, rows, None, pixel_bytes), crc)
    return crc


def receive_window(
    channel: Gimp.Channel, path: Path, left: int, top: int, width: int, height: int, pixel_bytes: int
) -> None:
    """Fill the part of a channel under a layer's rectangle from a file of the layer's size."""
    _check_length(path, width * height * pixel_bytes)
    x0, x1 = max(0, left), min(channel.get_width(), left + width)
    if x1 <= x0:
        return
    own = Babl.get_name(channel.get_format())
    buffer = channel.get_buffer()
    skip, keep = (x0 - left) * pixel_bytes, (x1 - x0) * pixel_bytes
    row_bytes = width * pixel_bytes
    first, last = max(0, -top), min(height, channel.get_height() - top)
    with path.open("rb") as stream:
        for offset, rows in split_rows(max(0, last - first), row_bytes):
            stream.seek((first + offset) * row_bytes)
            strip = stream.read(rows * row_bytes)
            if keep != row_bytes:
                starts = range(skip, rows * row_bytes, row_bytes)
                strip = b"".join(strip[start : start + keep] for start in starts)
            buffer.set(Gegl.Rectangle.new(x0, top + first + offset, x1 - x0, rows), own, strip)
    buffer.flush()


def _read_strip(
    buffer: Gegl.Buffer, left: int, top: int, width: int, rows: int, ask: str | None, pixel_bytes: int
) -> bytes:
    data = buffer.get(Gegl.Rectangle.new(left, top, width, rows), 1.0, ask, Gegl.AbyssPolicy.NONE)
    if len(data) != width * rows * pixel_bytes:
        raise EngineError(
            f"GIMP gave {len(data)} bytes of pixels where {width * rows * pixel_bytes} were due.", "host"
        )
    return bytes(data)


def _check_length(path: Path, wanted: int) -> None:
    found = path.stat().st_size
    if found != wanted:
        raise EngineError(f"The engine sent {found} bytes where {wanted} were due.", "host")
