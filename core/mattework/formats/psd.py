"""Photoshop documents, PSD and PSB: reading with all layers, and writing what every reader opens.

The rooms behind this one: `psd_layout` finds where everything lies (and refuses what cannot be sound), `psd_decode` makes
layers of records, `psd_encode` records of layers, `psd_planes` packs and unpacks samples, `psd_features` knows what the
document model has no place for, `psd_composite` holds the merged picture, `psd_resources` metadata and thumbnail,
`psd_kept` the other resources that go from one file into the next. Editing somebody's file in place is `psd_edit`, with
`psd_panel` (choosing a layer), `psd_splice` (changing bytes) and `psd_merged`.

Source: Adobe Photoshop File Formats Specification (2019).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO, cast

import numpy as np
from psd_tools.constants import ColorMode as PsdColorMode
from psd_tools.psd.color_mode_data import HDRT_DEFAULT
from psd_tools.psd.layer_and_mask import GlobalLayerMaskInfo

from mattework.arrays import AnyArray, Samples
from mattework.document.model import ColorMode, Depth, Document, Layer, Node, array_depth, depth_white
from mattework.errors import DamagedFile, FormatCannotHold
from mattework.formats.limits import Limits
from mattework.formats.metadata import settle_metadata
from mattework.formats.psd_composite import (
    SpooledComposite,
    read_composite,
    spool_composite,
    unmatte_from_white,
)
from mattework.formats.psd_decode import LayerSource, decode_layers
from mattework.formats.psd_encode import LayerList, LayersTooLarge, estimate_bytes, list_layers, write_layers
from mattework.formats.psd_kept import fit_resources, keep_resources
from mattework.formats.psd_layout import MERGED_ALPHA_MARKS, PsdLayout, Span, scan_psd
from mattework.formats.psd_planes import PlaneDamaged, RowsTooLong
from mattework.formats.psd_resources import (
    INDEXED_TRANSPARENT,
    has_composite,
    pack_resources,
    pack_thumbnail,
    read_channel_names,
    read_raw_metadata,
    read_resources,
)
from mattework.formats.raster import replace_bad_floats
from mattework.formats.streams import folder_of
from mattework.geometry import Size
from mattework.progress import Progress

PSD_SIDE, PSB_SIDE = 30_000, 300_000
PSD_BYTES = 1_900_000_000
"""Above this a PSB is written: PSD's lengths have 32 bits, and readers differ in whether they take them as signed."""
PSD_MOST_BYTES = 2**31 - 1
"""Where a PSD is given up for a PSB although it was judged to be small enough."""
_MOST_LAYERS = 8000
_LAYER_KEYS: dict[Depth, bytes] = {16: b"Lr16", 32: b"Lr32"}
_MODE_NUMBERS = {ColorMode.GRAY: 1, ColorMode.RGB: 3, ColorMode.CMYK: 4, ColorMode.LAB: 9}


_DOCUMENT_MODES = {
    PsdColorMode.BITMAP: ColorMode.GRAY,
    PsdColorMode.GRAYSCALE: ColorMode.GRAY,
    PsdColorMode.DUOTONE: ColorMode.GRAY,
    PsdColorMode.INDEXED: ColorMode.RGB,
    PsdColorMode.RGB: ColorMode.RGB,
    PsdColorMode.CMYK: ColorMode.CMYK,
    PsdColorMode.LAB: ColorMode.LAB,
}
_TRUSTED_PIXELS = 100_000_000
"""A larger canvas is believed only with a merged picture of that size: a header is easily forged."""
_FLAT_MODES = (PsdColorMode.BITMAP, PsdColorMode.INDEXED, PsdColorMode.MULTICHANNEL)


def read_psd(source: BinaryIO | bytes, *, limits: Limits, name: str) -> Document:
    """Read a PSD or PSB with every layer; `name` is what messages call it.

    A file without layers gives one layer "Background" made of its merged picture. What the document model has no place
    for is told in the document's notes. One-bit, indexed, duotone and multichannel pictures become Gray, RGB or CMYK.

    Raises:
        UnsupportedFile: not a Photoshop document, or of an unknown kind.
        DamagedFile: cut off, contradictory, or pixels that cannot be unpacked.
        FileTooLarge: beyond the limits once decoded.
    """
    stream = BytesIO(source) if isinstance(source, bytes) else source
    layout = scan_psd(stream, limits=limits, name=name)
    section = layout.resources.read(stream)
    resources, whole = read_resources(section)
    notes = [] if whole else ["The file's image resources are damaged; some of its metadata were left out."]
    mode = _DOCUMENT_MODES.get(layout.mode) or _multichannel_mode(layout.channels)
    depth = cast("Depth", max(8, layout.depth))
    if layout.mode in (PsdColorMode.DUOTONE, PsdColorMode.MULTICHANNEL):
        kind = layout.mode.name.lower()
        notes.append(f"The inks of a {kind} picture are not kept: its channels were read as {mode.value}.")
    metadata, metadata_notes = settle_metadata(read_raw_metadata(resources), mode, layout.size)
    kept, kept_notes = keep_resources(section, layout.size)
    metadata = replace(metadata, resources=kept)
    notes.extend((*metadata_notes, *kept_notes))

    has_layers = bool(layout.layers) and layout.mode not in _FLAT_MODES
    composite, remarks = None, list[str]()
    if not has_layers or has_composite(resources):
        try:
            composite = _read_merged(stream, layout, resources, mode, notes)
        except PlaneDamaged as error:
            if not has_layers:
                raise DamagedFile(
                    f"{name} is damaged: its picture is {error}. Copy or export it again."
                ) from error
            remarks.append(f"The merged picture in the file is {error}. The layers are sound and were used.")
    layers: tuple[Node, ...] = ()
    if has_layers:
        spots = LayerSource(
            layout.layers,
            _reader(stream),
            layout.size,
            mode,
            depth,
            version=layout.version,
            trusted=composite is not None or layout.size.area < _TRUSTED_PIXELS,
        )
        layers, layer_notes = decode_layers(spots, name=name)
        notes.extend(layer_notes)
    if not layers and composite is not None:
        layers = (_make_background(composite, mode, layout.size),)
    left_out = tuple(notes)
    return Document(layout.size, mode, depth, layers, metadata, composite, (*remarks, *left_out), left_out)


def _reader(stream: BinaryIO) -> Callable[[int, int], bytes]:
    return lambda start, size: Span(start, start + size).read(stream)


def _multichannel_mode(channels: int) -> ColorMode:
    if channels >= 4:
        return ColorMode.CMYK
    return ColorMode.RGB if channels == 3 else ColorMode.GRAY


def _read_merged(
    stream: BinaryIO, layout: PsdLayout, resources: Mapping[int, bytes], mode: ColorMode, notes: list[str]
) -> Samples:
    """The merged picture in the document's conventions, straight alpha last if it has one."""
    if layout.mode is PsdColorMode.INDEXED:
        return _apply_palette(read_composite(stream, layout, 1), layout.color_data.read(stream), resources)
    extra = 0 if layout.depth == 1 else layout.channels - mode.channels
    names = read_channel_names(resources)
    has_alpha = extra > 0 and (layout.merged_alpha or names[:1] == ["Transparency"])
    if extra > has_alpha and layout.mode is not PsdColorMode.MULTICHANNEL:
        notes.append(f"Saved selections and spot channels are not kept ({extra - has_alpha} in this file).")
    merged = read_composite(stream, layout, mode.channels + has_alpha)
    if merged.dtype == np.float32:
        merged, bad = replace_bad_floats(merged)
        if bad:
            notes.append(f"{bad} pixels of the merged picture held no numbers and were set to 0.")
    color: AnyArray = merged[..., : mode.channels]
    if has_alpha:
        unmatte_from_white(color, merged[..., -1], mode)
    if mode is ColorMode.CMYK:
        np.subtract(merged.dtype.type(depth_white(array_depth(merged))), color, out=color)
    return merged


def _apply_palette(indices: Samples, table: bytes, resources: Mapping[int, bytes]) -> Samples:
    if len(table) < 768:
        raise PlaneDamaged("without its colour table")
    palette = np.frombuffer(table, np.uint8, 768).reshape(3, 256).T
    color = palette[indices[..., 0]]
    marker = resources.get(INDEXED_TRANSPARENT, b"")
    if len(marker) < 2 or int.from_bytes(marker[:2], "big") > 255:
        return np.ascontiguousarray(color)
    alpha = np.where(indices == int.from_bytes(marker[:2], "big"), np.uint8(0), np.uint8(255))
    return np.concatenate([color, alpha], axis=-1)


def _make_background(composite: Samples, mode: ColorMode, size: Size) -> Layer:
    if composite.shape[2] == mode.channels:
        return Layer("Background", size.rect, composite)
    color, alpha = (np.ascontiguousarray(part) for part in (composite[..., :-1], composite[..., -1]))
    return Layer("Background", size.rect, cast("Samples", color), cast("Samples", alpha))


def choose_container(size: Size, encoded_bytes: int) -> int:
    """Version 1 (PSD) or 2 (PSB) for a canvas and an encoded size.

    Raises:
        FormatCannotHold: a side is longer than even PSB allows.
    """
    if size.long_side > PSB_SIDE:
        raise FormatCannotHold(
            f"A picture of {size} pixels does not fit into a Photoshop document (at most {PSB_SIDE} a side). "
            "Save it as TIFF, or make it smaller."
        )
    return 2 if size.long_side > PSD_SIDE or encoded_bytes > PSD_BYTES else 1


def write_psd(
    document: Document, stream: BinaryIO, *, large: bool = False, progress: Progress | None = None
) -> tuple[str, ...]:
    """Write the document with all its layers, a merged picture and a thumbnail; PSD or PSB by `choose_container`, PSB in
    any case when `large`.

    Memory beyond the document is a few bands: the merged picture is made on the disk (beside the file, in a temporary
    file of its size), and layers are packed while they are written. Returns notes for people about what was fitted to the
    format. A stream that cannot seek takes one more copy of the encoded bytes.

    Raises:
        FormatCannotHold: too large a side, too many layers, or an empty canvas.
        Cancelled: `progress` wants to stop; what the stream has by then is no file.
    """
    check_holdable(document)
    kept, kept_notes = fit_resources(document.metadata, document.size)
    resources = pack_resources(document.metadata, kept, pack_thumbnail(document))
    layers = list_layers(document)
    target = stream if stream.seekable() else BytesIO()
    with spool_composite(document, folder=folder_of(stream), progress=progress) as merged:
        merged_bytes = merged.count_bytes()
        estimate = merged_bytes + estimate_bytes(layers, document.depth, PSD_BYTES - merged_bytes)
        needed = choose_container(document.size, estimate)
        start = target.tell()
        version = 2 if large else needed
        try:
            _write_file(document, layers, merged, resources, version, target, progress)
        except (
            LayersTooLarge,
            RowsTooLong,
        ):  # the estimate was wrong, or a layer is far wider than the canvas
            needed = version = 2
            target.seek(start)
            target.truncate()
            _write_file(document, layers, merged, resources, version, target, progress)
    if isinstance(target, BytesIO) and target is not stream:
        stream.write(target.getbuffer())

    notes = [*layers.notes, *kept_notes]
    if document.depth == 32 and document.mode in (ColorMode.CMYK, ColorMode.LAB):
        notes.append(
            f"Photoshop itself has no 32-bit {document.mode.value} documents and may refuse this file."
        )
    if needed == 2 and not large:
        notes.append(
            "The document is too large for PSD and was written as PSB (Photoshop's large document format)."
        )
    return tuple(notes)


def _write_file(
    document: Document,
    layers: LayerList,
    merged: SpooledComposite,
    resources: bytes,
    version: int,
    target: BinaryIO,
    progress: Progress | None,
) -> None:
    height, width = document.size.shape
    mode = _MODE_NUMBERS[document.mode]
    transparent = merged.transparent
    channels = document.mode.channels + transparent
    target.write(struct.pack(">4sH6xHIIHH", b"8BPS", version, channels, height, width, document.depth, mode))
    colour_data = HDRT_DEFAULT if document.depth == 32 else b""
    for section in (colour_data, resources):
        target.write(struct.pack(">I", len(section)))
        target.write(section)
    most = PSD_MOST_BYTES - merged.count_bytes() if version == 1 else None

    def write_list() -> None:
        write_layers(
            layers,
            document.depth,
            version,
            target,
            transparent=transparent,
            most_bytes=most,
            progress=progress,
        )

    code = ">I" if version == 1 else ">Q"
    with _length_in_front(target, code):
        with _length_in_front(target, code, padding=4):
            if document.depth == 8 and layers.records:
                write_list()
        GlobalLayerMaskInfo().write(target)
        if transparent and (document.depth > 8 or not layers.records):
            # With a list of layers in the usual place its negative length says the same.
            target.write(b"8BIM" + MERGED_ALPHA_MARKS[document.depth] + bytes(4 * version))
        if document.depth > 8:
            target.write(b"8BIM" + _LAYER_KEYS[document.depth])
            with _length_in_front(target, code, pad_after=4):
                write_list()
    target.writelines(merged.iterate(version))


@contextmanager
def _length_in_front(target: BinaryIO, code: str, *, padding: int = 1, pad_after: int = 1) -> Iterator[None]:
    """What is written inside, its length in front; filled up to `padding` within it, to `pad_after` behind it."""
    start = target.tell()
    body = start + target.write(bytes(struct.calcsize(code)))
    yield
    target.write(bytes((body - target.tell()) % padding))
    end = target.tell()
    target.seek(start)
    target.write(struct.pack(code, end - body))
    target.seek(end)
    target.write(bytes((body - end) % pad_after))


def check_holdable(document: Document) -> None:
    """Refuse what no Photoshop container can hold.

    Raises:
        FormatCannotHold: an empty canvas, or too many layers.
    """
    if document.size.area == 0:
        raise FormatCannotHold("A document without pixels cannot be saved.")
    count = sum(1 for _ in document.walk())
    if count > _MOST_LAYERS:
        raise FormatCannotHold(
            f"The document has {count} layers and groups; Photoshop documents hold at most {_MOST_LAYERS}. Merge some."
        )
