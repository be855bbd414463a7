"""Files in and out: the one door for every container.

Reading looks at the content, never at the name. Writing goes through a temporary name and tells, as notes, what the
container could not hold.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO

from mattework.atomic import is_same_file
from mattework.document.model import Document, check_finite
from mattework.errors import DamagedFile, UnsupportedFile, UsageError
from mattework.formats.limits import Limits, translate_decoder_errors
from mattework.formats.masks import read_mask, read_trimap, save_mask
from mattework.formats.sniff import (
    HEAD_BYTES,
    Kind,
    describe_stranger,
    explain_camera_raw,
    has_raw_name,
    is_camera_raw,
    kind_of_suffix,
    name_container,
    sniff_kind,
)
from mattework.formats.streams import Source, Target, open_source, write_target
from mattework.progress import Progress

__all__ = [
    "FLAT_FORMATS",
    "FORMATS",
    "LAYERED_FORMATS",
    "check_format",
    "choose_format",
    "open_document",
    "read_mask",
    "read_trimap",
    "save_document",
    "save_mask",
]

LAYERED_FORMATS = ("psd", "psb", "layered-tiff")
FLAT_FORMATS = ("tiff", "png", "webp", "avif", "jpeg")
FORMATS = LAYERED_FORMATS + FLAT_FORMATS
FLATTENED = "Its layers and their masks have no place in a flat picture."
QUALITY_FORMATS = ("jpeg", "webp", "avif")

_FORMAT_OF_SUFFIX = {
    ".psd": "psd",
    ".psb": "psb",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".png": "png",
    ".webp": "webp",
    ".avif": "avif",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
}
_WORDS = {
    "psd": "PSD",
    "psb": "PSB",
    "layered-tiff": "TIFF with layers",
    "tiff": "TIFF",
    "png": "PNG",
    "webp": "WebP",
    "avif": "AVIF",
    "jpeg": "JPEG",
}
_ALIASES = {"jpg": "jpeg", "tif": "tiff"}


def open_document(source: Source, *, limits: Limits | None = None, name: str | None = None) -> Document:
    """Read a picture or layered file as a document.

    `source` is a path, an open binary stream, or the file's bytes; `name` is what messages call it when it has no path.
    A flat picture becomes one layer named "Photo", with its transparency as the layer's alpha. Samples keep their depth and
    colour mode; EXIF orientation is applied. The document's `notes` tell what was left out or decided.

    Raises:
        FileNotReadable: missing, a folder, or no permission.
        UnsupportedFile: not a picture, or of a kind that is not read.
        DamagedFile: cut off, corrupt, or lying about itself.
        FileTooLarge: beyond `limits` (by default a gigapixel and half of the memory).
    """
    limits = Limits() if limits is None else limits
    with open_source(source, limits, name) as (stream, shown):
        stream.seek(0)
        head = stream.read(HEAD_BYTES)
        if not head:
            raise DamagedFile(f"{shown} is empty. Copy it again.")
        kind = sniff_kind(head)
        if kind is None:
            if is_camera_raw(head) or has_raw_name(shown):
                raise UnsupportedFile(explain_camera_raw(shown))
            raise UnsupportedFile(
                f"{shown} is {describe_stranger(head)}. Mattework reads JPEG, PNG, WebP, AVIF, HEIC, BMP, GIF, TIFF, PSD "
                "and PSB; save it as one of these."
            )
        stream.seek(0)
        document = _read_kind(kind, stream, limits, shown)
    if isinstance(source, (str, os.PathLike)):
        document = replace(document, read_from=os.path.abspath(source))
    promised = kind_of_suffix(shown)
    if promised is not None and promised is not kind:
        return document.with_notes(
            f"{shown} is really a {name_container(head)} file, whatever its name says."
        )
    return document


def save_document(
    document: Document,
    target: Target,
    *,
    format: str | None = None,
    overwrite: bool = False,
    background: tuple[float, float, float] | None = None,
    quality: int | None = None,
    bits: int | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Write a document, whole or not at all; what the container could not hold comes back as notes.

    `format` is one of `FORMATS`, by default told by the name: `.tif` is layered when the document has more than one layer
    or a mask. Layered files keep the layers. Flat ones hold the picture that they make, with straight alpha; `background`
    (sRGB, 0..1) lays it on a colour instead, which JPEG always does (white by default). In a layered file it becomes a
    layer at the bottom. `quality` 1 to 100 is for JPEG, WebP and AVIF; 100 is lossless in WebP, while AVIF's colours may
    still be off by three levels of 255. `bits` (8, 16, and 32 for TIFF) overrides the document's depth.

    The file that the document was read from is not written over where something in it would be gone, even with `overwrite`:
    what was left out on reading, or its layers in a flat format. `replace(document, read_from=None)` gives these up.

    Raises:
        UsageError: an unknown format, values out of range, samples that are no numbers, or that file is the target.
        OutputExists: the file is there and `overwrite` is False.
        OutputNotWritable: no permission, no such folder, disk full.
        FormatCannotHold: the container has no room for this document.
        OutOfMemory, Cancelled.
    """
    container = choose_format(document, target, format)
    _check_request(container, quality, bits)
    if background is not None:
        _check_background(background)
    check_finite(document)
    if overwrite:
        _refuse_loss(document, target, container)

    def write(stream: BinaryIO) -> tuple[str, ...]:
        if container in LAYERED_FORMATS:
            return _write_layered(document, stream, container, background, progress)
        from mattework.formats.flat import write_flat

        return write_flat(
            document, stream, container, background=background, quality=quality, bits=bits, progress=progress
        )

    return write_target(target, write, overwrite=overwrite) + _tell_about_name(target, container)


def choose_format(document: Document, target: Target, format: str | None = None) -> str:
    """The container, one of `FORMATS`, that `save_document` would write.

    Raises:
        UsageError: it is unknown, or `target` is a stream and `format` is missing.
    """
    named = _name_format(target, format)
    return "layered-tiff" if named == "tiff" and format is None and _has_layers(document) else named


def check_format(
    target: Target,
    format: str | None = None,
    *,
    layered: bool,
    quality: int | None = None,
    bits: int | None = None,
) -> None:
    """Refuse, before there is a document, what `save_document` would refuse of one with layers, or without.

    Raises:
        UsageError: an unknown format, or values out of range.
    """
    named = _name_format(target, format)
    _check_request("layered-tiff" if named == "tiff" and format is None and layered else named, quality, bits)


def _tell_about_name(target: Target, container: str) -> tuple[str, ...]:
    """A note where the name promises another format than the one that was asked for."""
    if not isinstance(target, (str, os.PathLike)):
        return ()
    name = os.fspath(target)
    promised = _FORMAT_OF_SUFFIX.get(PurePath(name).suffix.lower())
    if promised is None or promised == container.removeprefix("layered-"):
        return ()
    return (f"{name} holds {_WORDS[container]}, as asked, whatever its name says.",)


def _name_format(target: Target, format: str | None) -> str:
    if format is not None:
        chosen = _ALIASES.get(format.lower(), format.lower())
        if chosen not in FORMATS:
            raise UsageError(f"There is no format {format!r}. Choose one of: {', '.join(FORMATS)}.")
        return chosen
    if not isinstance(target, (str, os.PathLike)):
        raise UsageError(f"A stream has no name to tell the format by. Name one of: {', '.join(FORMATS)}.")
    suffix = PurePath(target).suffix.lower()
    known = _FORMAT_OF_SUFFIX.get(suffix)
    if known is None:
        raise UsageError(
            f"{os.fspath(target)} does not end in a format that can be written. "
            f"Use one of: {', '.join(_FORMAT_OF_SUFFIX)}; a folder has to be there, or end in a slash."
        )
    return known


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_kind(kind: Kind, stream: BinaryIO, limits: Limits, name: str) -> Document:
    from mattework.formats.raster import build_document

    if kind is Kind.PSD:
        from mattework.formats.psd import read_psd

        with translate_decoder_errors(name, "Photoshop document"):
            return read_psd(stream, limits=limits, name=name)
    if kind is Kind.TIFF:
        return _read_tiff(stream, limits, name)
    if kind is Kind.PNG:
        from mattework.formats.png import read_png

        return build_document(read_png(stream, limits=limits, name=name))
    from mattework.formats.pillow_raster import read_heic, read_with_pillow

    if kind is Kind.HEIC:
        return build_document(read_heic(stream, limits=limits, name=name))
    return build_document(read_with_pillow(stream, kind, limits=limits, name=name))


def _read_tiff(stream: BinaryIO, limits: Limits, name: str) -> Document:
    from mattework.formats.layered_tiff import read_layered_tiff
    from mattework.formats.raster import build_document
    from mattework.formats.source_data import find_source_data
    from mattework.formats.tiff import read_tiff

    with translate_decoder_errors(name, "layered TIFF"):
        layered = read_layered_tiff(stream, limits=limits, name=name)
    if layered is not None:
        return layered
    stream.seek(0)
    document = build_document(read_tiff(stream, limits=limits, name=name))
    found = find_source_data(stream, name=name)
    if found is not None and found.is_large:
        return document.with_notes(
            "The layers of this very large TIFF cannot be read; its flat picture was taken."
        )
    return document


# --- writing ---------------------------------------------------------------------------------------------------------


def _has_layers(document: Document) -> bool:
    nodes = [node for _, node in document.walk()]
    return len(nodes) > 1 or any(node.mask is not None for node in nodes)


def _check_request(container: str, quality: int | None, bits: int | None) -> None:
    if quality is not None and not 1 <= quality <= 100:
        raise UsageError(f"The quality must be 1 to 100, not {quality}.")
    if quality is not None and container not in QUALITY_FORMATS:
        raise UsageError(
            f"{_WORDS[container]} loses nothing and knows no quality. It can be chosen for {', '.join(QUALITY_FORMATS)}."
        )
    if bits is not None and container in LAYERED_FORMATS:
        raise UsageError(
            f"{_WORDS[container]} keeps the depth of its layers. Bits can be chosen for {', '.join(FLAT_FORMATS)}."
        )
    allowed = {"png": (8, 16), "tiff": (8, 16, 32)}.get(container, (8,))
    if bits is not None and bits not in allowed:
        choices = " or ".join(map(str, allowed))
        raise UsageError(f"{_WORDS[container]} has {choices} bits a channel, not {bits}.")


def _refuse_loss(document: Document, target: Target, container: str) -> None:
    if document.read_from is None or not isinstance(target, (str, os.PathLike)):
        return
    flattened = container in FLAT_FORMATS and _has_layers(document)
    losses = (*((FLATTENED,) if flattened else ()), *document.left_out)
    if losses and is_same_file(Path(target), document.read_from):
        raise UsageError(
            f"{os.fspath(target)} is the file that was read, and something in it would be gone if it were replaced. "
            f"{' '.join(losses)} Give another name; this file then stays as it is."
        )


def _check_background(background: Sequence[float]) -> None:
    try:
        is_colour = len(background) == 3 and all(0 <= value <= 1 for value in background)
    except TypeError:
        is_colour = False
    if not is_colour:
        raise UsageError(
            f"The background is red, green and blue of 0 to 1, as (1.0, 1.0, 1.0), not {background!r}."
        )


def _write_layered(
    document: Document,
    stream: BinaryIO,
    container: str,
    background: tuple[float, float, float] | None,
    progress: Progress | None,
) -> tuple[str, ...]:
    if background is not None:
        from mattework.formats.flat import make_colour_layer

        document = replace(document, layers=(make_colour_layer(document, background), *document.layers))
    if container == "layered-tiff":
        from mattework.formats.layered_tiff import write_layered_tiff

        return write_layered_tiff(document, stream, progress=progress)
    from mattework.formats.psd import write_psd

    return write_psd(document, stream, large=container == "psb", progress=progress)
