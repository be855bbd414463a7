"""Raw files of hosts as arrays of documents, and back, without a sample changed that need not change.

Hosts send what they hold: linear light or encoded, 8 to 64 bits. Documents hold encoded uint8, uint16 or float32. Linear
samples are therefore encoded with the sRGB curve (IEC 61966-2-1, continued beyond 0..1 by point symmetry) into float32.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import numpy as np

from mattework.arrays import AnyArray, Bools, Floats, Samples
from mattework.document.layer_names import PHOTO_LAYER
from mattework.document.model import ColorMode, Document, Layer, Metadata, array_depth
from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.worker.protocol import Picture

DTYPES: dict[str, np.dtype[Any]] = {
    "u8": np.dtype(np.uint8),
    "u16": np.dtype(np.uint16),
    "u32": np.dtype(np.uint32),
    "half": np.dtype(np.float16),
    "float": np.dtype(np.float32),
    "double": np.dtype(np.float64),
}
MOST_PIXELS = 1 << 30


def locate_file(folder: Path | None, name: str) -> Path:
    """A file in the connection's own folder; names that would leave it are refused.

    Raises:
        UsageError: no folder was opened, or the name is not a plain file name.
    """
    if folder is None:
        raise UsageError("Open a folder first.")
    try:
        is_possible = b"\0" not in os.fsencode(name)
    except UnicodeError:
        is_possible = False
    if not is_possible or not name or name != Path(name).name or name in (".", ".."):
        raise UsageError(f"{name!r} is not the name of a file in the folder of this connection.")
    return folder / name


def take_size(width: int, height: int) -> Size:
    """The size of a picture or a mask that is asked for.

    Raises:
        UsageError: no pixel, or too many.
    """
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        raise UsageError(f"A picture of {width} x {height} cannot be taken.")
    return Size(width, height)


def read_plane(path: Path, sample: str, size: Size, channels: int = 1) -> AnyArray:
    """Raw samples as (H, W, channels), or (H, W) for one channel of a mask.

    Raises:
        UsageError: unknown samples, an impossible size, or a file of another length.
    """
    if sample not in DTYPES:
        raise UsageError(f"Samples of the kind {sample!r} are not known.")
    if not 0 < size.area <= MOST_PIXELS or not 1 <= channels <= 4:
        raise UsageError(f"A picture of {size} with {channels} channels cannot be taken.")
    dtype = DTYPES[sample]
    wanted = size.area * channels * dtype.itemsize
    found = path.stat().st_size if path.is_file() else -1
    if found != wanted:
        raise UsageError(f"{path.name} has {found} bytes; {size} with {channels} x {sample} makes {wanted}.")
    samples: AnyArray = np.fromfile(path, dtype)
    return samples.reshape(size.shape) if channels == 1 else samples.reshape(*size.shape, channels)


def write_plane(samples: AnyArray, path: Path) -> None:
    """Write samples raw. Unlike `ndarray.tofile`, this says why when it fails."""
    path.write_bytes(np.ascontiguousarray(samples).data)


def read_document(picture: Picture, folder: Path | None) -> tuple[Document, AnyArray]:
    """The picture as a document of one layer, and its raw samples (H, W, channels) as they came."""
    size = take_size(picture.width, picture.height)
    raw = read_plane(locate_file(folder, picture.file), picture.sample, size, picture.channels)
    raw = raw.reshape(*size.shape, picture.channels)
    colours = picture.channels - picture.has_alpha
    if colours not in (1, 3):
        raise UsageError(f"A picture has 1 or 3 colour channels, not {colours}.")
    icc = locate_file(folder, picture.icc).read_bytes() if picture.icc else None
    colour = _encode(raw[..., :colours], picture.linear)
    alpha = None
    if picture.has_alpha:
        unit = _as_document_samples(raw[..., -1])
        alpha = (
            unit if unit.dtype == colour.dtype else cast("Samples", unit_values(unit).astype(colour.dtype))
        )
    layer = Layer(PHOTO_LAYER, size.rect, colour, alpha)
    mode = ColorMode.GRAY if colours == 1 else ColorMode.RGB
    return Document(size, mode, array_depth(colour), (layer,), Metadata(icc=icc)), raw


def write_colours(clean: Samples, document: Document, raw: AnyArray, picture: Picture, path: Path) -> None:
    """Clean colours in the picture's own samples; where nothing changed, the picture's own bytes."""
    if clean.dtype == raw.dtype and not picture.linear:
        write_plane(np.dstack((clean, raw[..., -1])) if picture.has_alpha else clean, path)
        return
    layer = next(document.walk_layers())
    changed: Bools = (clean != layer.pixels).any(axis=-1)
    result = raw.copy()
    count = clean.shape[2]
    result[..., :count][changed] = decode_samples(clean[changed], picture.linear, raw.dtype)
    write_plane(result, path)


def unit_values(samples: AnyArray) -> Floats:
    """Samples of any kind as float32 of 0 to 1."""
    if samples.dtype.kind == "u":
        white = np.iinfo(samples.dtype).max
        if samples.dtype.itemsize < 3:
            return samples.astype(np.float32) / np.float32(white)
        return (samples / np.float64(white)).astype(np.float32)
    return np.nan_to_num(samples.astype(np.float32)).clip(0.0, 1.0)


def quantise(values: AnyArray, dtype: np.dtype[Any]) -> AnyArray:
    """Values of 0 to 1 as samples, rounded to nearest; float beyond that range stays."""
    if dtype.kind != "u":
        return values.astype(dtype)
    white = float(np.iinfo(dtype).max)
    wide = values if dtype.itemsize < 3 else values.astype(np.float64)
    return np.rint(wide.clip(0.0, 1.0) * white).astype(dtype)


def _as_document_samples(raw: AnyArray) -> Samples:
    """uint8, uint16 and float32 as they are; wider and narrower ones as float32."""
    if raw.dtype in (np.uint8, np.uint16):
        return np.ascontiguousarray(raw)
    if raw.dtype == np.uint32:
        return unit_values(raw)
    return np.ascontiguousarray(np.nan_to_num(raw.astype(np.float32), posinf=1.0, neginf=0.0))


def _encode(raw: AnyArray, linear: bool) -> Samples:
    if not linear:
        return _as_document_samples(raw)
    values = unit_values(raw) if raw.dtype.kind == "u" else _as_document_samples(raw).astype(np.float32)
    size = np.abs(values)
    curve = np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** np.float32(1 / 2.4) - 0.055)
    return np.copysign(curve, values).astype(np.float32)


def decode_samples(samples: AnyArray, linear: bool, dtype: np.dtype[Any]) -> AnyArray:
    """Samples of a document as a host holds them: of its kind, and in linear light where it asks for that."""
    if samples.dtype == dtype and not linear:
        return samples
    values = unit_values(samples) if samples.dtype.kind == "u" else samples.astype(np.float32)
    if linear:
        size = np.abs(values)
        curve = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** np.float32(2.4))
        values = np.copysign(curve, values)
    return quantise(values, dtype)
