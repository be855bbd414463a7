"""Photoshop's layers in a TIFF file: where tag 37724 lies, and the list of layers in it.

Source: Adobe Photoshop TIFF Technical Notes (2002), "ImageSourceData": a signature, then blocks as behind the layers of a
PSD, each padded to four bytes; numbers and four-letter keys in the byte order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from mattework.errors import DamagedFile
from mattework.formats.ifd import list_tags
from mattework.formats.limits import translate_decoder_errors
from mattework.formats.psd_layout import LAYER_BLOCKS, LayerSpot, Span, scan_layers
from mattework.formats.psd_planes import ByteOrder
from mattework.formats.psd_turn import scan_turned_layers

IMAGE_SOURCE_DATA, IMAGE_RESOURCES = 37724, 34377
SIGNATURE = b"Adobe Photoshop Document Data Block\0"
_LARGE_SIGNATURE = b"Adobe Photoshop Document Data V0002\0"


@dataclass(frozen=True, slots=True)
class SourceData:
    """Where the page's directory starts; the tag's value; the body of the block with the list of layers and the depth of
    its samples, if there is one.

    `is_large`: laid out as in a PSB, for which nobody documents the rules.
    """

    directory: int
    value: Span
    order: ByteOrder
    info: Span | None = None
    depth: int = 0
    is_large: bool = False

    def scan(self, stream: BinaryIO, *, name: str) -> tuple[LayerSpot, ...]:
        """The layers, bottom to top.

        Raises:
            DamagedFile: records or channels beyond the end of the list.
        """
        if self.info is None:
            return ()
        with translate_decoder_errors(name, "layered TIFF"):
            if self.order == "<":
                return scan_turned_layers(stream, self.info, name=name)[1]
            return scan_layers(stream, self.info, version=1, name=name)[1]


def find_source_data(stream: BinaryIO, *, name: str) -> SourceData | None:
    """The layer data of the first page; None when it has none.

    Raises:
        DamagedFile: they reach beyond the end of the file, or there is no sound directory.
    """
    import tifffile

    length = stream.seek(0, 2)
    stream.seek(0)
    with translate_decoder_errors(name, "TIFF picture"), tifffile.TiffFile(stream, name=name) as file:
        if not len(file.pages):
            return None
        page = file.pages[0]
        tag = page.tags.get(IMAGE_SOURCE_DATA)
        order: ByteOrder = "<" if file.byteorder == "<" else ">"
        if tag is None:
            if IMAGE_SOURCE_DATA in list_tags(
                stream, int(page.offset)
            ):  # there, but beyond the end of the file
                raise _cut(name)
            return None
        value = Span(int(tag.valueoffset), int(tag.valueoffset) + int(tag.count))
    if value.end > length:
        raise _cut(name)
    head = Span(value.start, value.start + len(SIGNATURE)).read(stream)
    if head != SIGNATURE:
        return SourceData(int(page.offset), value, order, is_large=head == _LARGE_SIGNATURE)
    info, depth = _find_layer_block(stream, Span(value.start + len(SIGNATURE), value.end), order)
    return SourceData(int(page.offset), value, order, info, depth)


def _find_layer_block(stream: BinaryIO, span: Span, order: ByteOrder) -> tuple[Span | None, int]:
    at = span.start
    while at + 12 <= span.end:
        head = Span(at, at + 12).read(stream)
        signature, key = (head[:4][::-1], head[4:8][::-1]) if order == "<" else (head[:4], head[4:8])
        size = int.from_bytes(head[8:], "little" if order == "<" else "big")
        if signature != b"8BIM" or at + 12 + size > span.end:
            break
        if key in LAYER_BLOCKS and size >= 2:
            return Span(at + 12, at + 12 + size), LAYER_BLOCKS[key]
        at += 12 + size + -size % 4
    return None, 0


def _cut(name: str) -> DamagedFile:
    return DamagedFile(f"{name} is incomplete: it ends within its layers. Copy or export it again.")
