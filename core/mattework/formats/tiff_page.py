"""The flat page of a layered TIFF, made anew within the file that holds it.

Every strip is packed as the page's own tags say, so that no tag but the strips' positions and sizes changes. A strip that
fits takes the place of the old one; others go to the end of the file.

Source: TIFF 6.0 (Adobe, 1992), section 3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from typing import BinaryIO

import numpy as np

from mattework.arrays import Samples
from mattework.document.composite import flatten_in_bands
from mattework.document.model import Document
from mattework.formats.bands import regroup_rows
from mattework.formats.ifd import Entry, Layout, find_row, read_directory, read_from_stream, replace_row
from mattework.formats.straight import flatten_on_colour, paper_white
from mattework.formats.tiff import PageFacts
from mattework.formats.tiff_write import PACKERS, PHOTOMETRIC, pack_strip
from mattework.progress import Progress

_OFFSETS, _COUNTS = 273, 279
_LONG, _LONG8 = 4, 16
_PREDICTORS = {8: (1, 2), 16: (1, 2), 32: (1, 3)}


def find_page_obstacles(page: PageFacts) -> tuple[str, ...]:
    """Why the page cannot be written anew as it is stored; nothing where it can."""
    if page.samples != page.mode.channels:
        return ("The flat page has saved selections or transparency, which would have to be made too.",)
    plain = page.is_simple and page.photometric == PHOTOMETRIC[page.mode]
    if not plain or page.compression not in PACKERS or page.predictor not in _PREDICTORS[page.depth]:
        return ("The flat page is stored in a way that is only read.",)
    return ()


def replace_page(
    stream: BinaryIO,
    layout: Layout,
    directory_offset: int,
    page: PageFacts,
    document: Document,
    *,
    progress: Progress | None = None,
) -> None:
    """Put what `document` shows, on white, in the place of the picture of the page whose directory lies at
    `directory_offset`.

    `find_page_obstacles` found nothing. `stream` can be read and written.

    Raises:
        Cancelled: `progress` wants to stop.
    """
    read = read_from_stream(stream)
    directory = read_directory(read, layout, directory_offset)
    if directory is None:
        raise ValueError("the page's directory cannot be read")
    places = _find_places(*(_numbers(directory.entries[tag], layout) for tag in (_OFFSETS, _COUNTS)))
    offsets, counts = [], []
    strips = regroup_rows(_flatten(document, progress), page.rows_per_strip)
    for index, strip in enumerate(strips):
        data = pack_strip(
            strip,
            page.mode,
            ">" if layout.order == ">" else "<",
            compression=page.compression,
            predictor=page.predictor != 1,
        )
        fits = index < len(places) and len(data) <= places[index][1]
        at = stream.seek(places[index][0]) if fits else stream.seek(0, 2)
        if not fits:
            at += stream.write(bytes(at % 2))
        stream.write(data)
        offsets.append(at)
        counts.append(len(data))
    kind, code = (_LONG8, "Q") if layout.big else (_LONG, "I")
    for tag, values in ((_OFFSETS, offsets), (_COUNTS, counts)):
        row = find_row(read, layout, directory_offset, tag)
        assert row is not None  # it was read there
        packed = struct.pack(f"{layout.order}{len(values)}{code}", *values)
        replace_row(stream, layout, row, Entry(tag, kind, len(values), packed, 0))


def _numbers(entry: Entry, layout: Layout) -> list[int]:
    unit = len(entry.value) // entry.count
    return [int(one) for one in np.frombuffer(entry.value, f"{layout.order}u{unit}")]


def _find_places(offsets: list[int], counts: list[int]) -> list[tuple[int, int]]:
    """Where the old strips lie and how long they are; none where strips share bytes, as some writers let them."""
    places = list(zip(offsets, counts, strict=False))
    ordered = sorted(places)
    shared = any(at + count > following for (at, count), (following, _) in pairwise(ordered))
    return [] if shared else places


def _flatten(document: Document, progress: Progress | None) -> Iterator[Samples]:
    paper = paper_white(document.mode, document.depth)
    with closing(flatten_in_bands(document, progress=progress)) as bands:
        for band in bands:
            yield band.color if band.alpha is None else flatten_on_colour(band.color, band.alpha, paper)
