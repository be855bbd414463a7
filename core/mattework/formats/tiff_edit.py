"""A mask on one layer of somebody's layered TIFF, with every other layer, tag and block kept as it is.

TIFF files are full of positions, so nothing in one is moved: new data take the place of the old ones where they find room
there, as those of a mask that is made again often do. Otherwise they go to the end of the file, the directory's row points
to them, and what was there before stays as unused bytes. The flat page is made anew only where our compositor is shown to
be exact, as for a PSD.

Source: TIFF 6.0, section 2; Adobe Photoshop TIFF Technical Notes (2002).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO, cast

from psd_tools.constants import ColorMode as PsdColorMode

from mattework.document.model import ColorMode, Document
from mattework.errors import FormatCannotHold, InputError, UnsupportedFile
from mattework.formats.ifd import (
    Directory,
    Entry,
    Layout,
    append_first_directory,
    append_values,
    find_row,
    point_row,
    read_directory,
    read_from_stream,
    read_header,
    read_rows,
    replace_row,
)
from mattework.formats.layered_tiff import CLASSIC_BYTES, check_depths, read_layered_tiff
from mattework.formats.limits import Limits
from mattework.formats.metadata import settle_metadata
from mattework.formats.psd_edit import EditReport, NewMask, decode_alone, plan_mask
from mattework.formats.psd_layout import PsdLayout, Span, check_layers
from mattework.formats.psd_merged import find_differences, find_obstacles
from mattework.formats.psd_resources import THUMBNAIL, find_resources, pack_resource, pack_thumbnail
from mattework.formats.psd_splice import copy_span
from mattework.formats.source_data import IMAGE_RESOURCES, IMAGE_SOURCE_DATA, SourceData, find_source_data
from mattework.formats.tiff import PageFacts, describe_page
from mattework.formats.tiff_page import find_page_obstacles, replace_page
from mattework.progress import Progress, report_progress

_XMP = 700
_BYTE = 1
_NOWHERE = Span(0, 0)
_PSD_MODES = {
    ColorMode.GRAY: PsdColorMode.GRAYSCALE,
    ColorMode.RGB: PsdColorMode.RGB,
    ColorMode.CMYK: PsdColorMode.CMYK,
    ColorMode.LAB: PsdColorMode.LAB,
}


def open_tiff_layer(source: BinaryIO, layer: str | int, *, limits: Limits, name: str) -> Document:
    """As `psd_edit.open_layer`, of a layered TIFF."""
    page, _, layout = _scan(source, limits, name)
    metadata, notes = settle_metadata(page.metadata, page.mode, page.size)
    return decode_alone(source, layout, layer, metadata, notes, name=name)


def scan_tiff_layers(source: BinaryIO, *, limits: Limits, name: str) -> PsdLayout:
    """As `psd_layout.scan_psd`, of a layered TIFF."""
    return _scan(source, limits, name)[2]


def add_mask_in_tiff(
    source: BinaryIO,
    target: BinaryIO,
    new: NewMask,
    *,
    limits: Limits,
    name: str,
    progress: Progress | None = None,
) -> EditReport:
    """As `psd_edit.add_mask_in_place`, of a layered TIFF of either byte order. `target` is empty and can be read, too.

    Raises:
        UsageError: no such layer, a mask that is there (`refuse`), or a layer with a vector mask.
        UnsupportedFile: a TIFF without layers, or as `read_tiff`.
        DamagedFile, FileTooLarge: as `read_layered_tiff`.
        FormatCannotHold: the file would outgrow a TIFF.
        Cancelled: `progress` wants to stop.
    """
    report_progress(progress, "Read layers", 0)
    page, data, layout = _scan(source, limits, name)
    edit = plan_mask(source, layout, new, name=name)
    length = source.seek(0, 2)
    if not edit.changed:
        copy_span(source, target, Span(0, length))
        return edit.report_kept()
    reasons = find_obstacles(layout) or find_page_obstacles(page) or _compare(source, limits, name, progress)
    changed = [*edit.changed]
    if data.value.end == length:  # layers at the very end of the file can be replaced there
        copy_span(source, target, Span(0, data.value.start))
        start = data.value.start + target.write(bytes(data.value.start % 2))
    else:
        copy_span(source, target, Span(0, length))
        fits = edit.splice.growth.get(layout.lengths[0], 0) <= 0
        start = target.seek(data.value.start) if fits else length + target.write(bytes(length % 2))
    edit.splice.write(source, target, data.value)
    finish = _Finish(target, page.offset, name)
    finish.point(IMAGE_SOURCE_DATA, target.tell() - start, start)
    if new.xmp is not None:
        finish.set(_XMP, _BYTE, new.xmp)
        changed.append("the XMP data")
    if not reasons:
        after = read_layered_tiff(target, limits=limits, name=name)
        assert after is not None
        replace_page(target, finish.layout, finish.offset, page, after, progress=progress)
        changed.append("the flat page, on white where it is transparent")
        if finish.replace_thumbnail(after):
            changed.append("the thumbnail")
    finish.check_length()
    report_progress(progress, "Write", 1)
    return EditReport(edit.layer, tuple(changed), not reasons, reasons)


def _scan(source: BinaryIO, limits: Limits, name: str) -> tuple[PageFacts, SourceData, PsdLayout]:
    found = find_source_data(source, name=name)
    page = describe_page(source, limits=limits, name=name)
    spots = () if found is None else found.scan(source, name=name)
    if found is None or found.info is None or not spots or found.directory != page.offset:
        large = found is not None and found.is_large
        what = "layers of a kind that is not read" if large else "no layers"
        raise UnsupportedFile(
            f"{name} is a TIFF with {what}, so no layer of it can take a mask. Leave out --layer to cut the flat picture "
            "into a file of its own."
        )
    check_depths(found.depth, page.depth, name)
    check_layers(
        spots, size=page.size, channels=page.mode.channels, depth=found.depth, limits=limits, name=name
    )
    layout = PsdLayout(
        version=1,
        size=page.size,
        channels=page.mode.channels,
        depth=found.depth,
        mode=_PSD_MODES[page.mode],
        color_data=_NOWHERE,
        resources=_NOWHERE,
        section=_NOWHERE,
        layer_info=found.info,
        lengths=(Span(found.info.start - 4, found.info.start),),
        layers=spots,
        merged_alpha=False,
        image_data=_NOWHERE,
        order=found.order,
    )
    return page, found, layout


def _compare(source: BinaryIO, limits: Limits, name: str, progress: Progress | None) -> tuple[str, ...]:
    """Reasons to keep the flat page. Layers that cannot be read are one; they need not be, to be kept."""
    try:
        before = read_layered_tiff(source, limits=limits, name=name)
    except InputError as error:
        return (str(error),)
    return ("The layers cannot be read.",) if before is None else find_differences(before, progress=progress)


@dataclass(slots=True)
class _Finish:
    """Changes to the directory of a file whose layers have been appended."""

    stream: BinaryIO
    offset: int
    name: str

    @property
    def layout(self) -> Layout:
        return cast("Layout", read_header(read_from_stream(self.stream)))

    def point(self, tag: int, count: int, offset: int) -> None:
        row = find_row(read_from_stream(self.stream), self.layout, self.offset, tag)
        assert row is not None  # it was read there
        if not self.layout.big and offset + count > CLASSIC_BYTES:
            raise self._too_long()
        point_row(self.stream, self.layout, row, count, offset)
        self.stream.seek(0, 2)

    def set(self, tag: int, kind: int, value: bytes) -> None:
        """Replace a value, or give the directory a row more: then it is written anew at the end."""
        read, layout = read_from_stream(self.stream), self.layout
        row = find_row(read, layout, self.offset, tag)
        old = self._directory().entries.get(tag)
        if row is not None and old is not None and layout.inline_size < len(value) <= len(old.value):
            self.stream.seek(old.position)
            self.stream.write(value)
            point_row(self.stream, layout, row, len(value), old.position)
        elif row is not None:
            kind = struct.unpack(layout.order + "H", read(row + 2, 2))[0]  # bytes of whatever name
            replace_row(self.stream, layout, row, Entry(tag, kind, len(value), value, 0))
        else:
            found = read_rows(read, layout, self.offset)
            assert found is not None
            rows, following = found
            added = append_values(self.stream, layout, {tag: Entry(tag, kind, len(value), value, 0)})
            self.offset = append_first_directory(self.stream, layout, {**rows, **added}, following)
        self.stream.seek(0, 2)

    def replace_thumbnail(self, document: Document) -> bool:
        directory = self._directory()
        entry = directory.entries.get(IMAGE_RESOURCES)
        found, whole = ({}, False) if entry is None else find_resources(entry.value)
        old = found.get(THUMBNAIL)
        if entry is None or old is None or not whole:
            return False
        packed = pack_resource(THUMBNAIL, pack_thumbnail(document))
        self.set(IMAGE_RESOURCES, entry.type, entry.value[: old.start] + packed + entry.value[old.end :])
        return True

    def _directory(self) -> Directory:
        return cast("Directory", read_directory(read_from_stream(self.stream), self.layout, self.offset))

    def check_length(self) -> None:
        if not self.layout.big and self.stream.seek(0, 2) > CLASSIC_BYTES:
            raise self._too_long()

    def _too_long(self) -> FormatCannotHold:
        return FormatCannotHold(
            f"With the mask {self.name} would take over {CLASSIC_BYTES / 1e9:.1f} GB, more than a TIFF can hold. Save it "
            "as PSB in Photoshop first, or leave out --layer to make a file of its own."
        )
