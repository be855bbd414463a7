"""Image resources of Photoshop files that a document keeps unread: guides, saved paths, file information, print settings.

They stay true when the layers are written anew, because they speak of the canvas or of the file as a whole. What speaks of
layers, channels or samples, or is made anew, is not kept: layer groups, states and selections, names of channels,
thumbnails, versions. Where that was a person's work, it is told.

Source: Adobe Photoshop File Formats Specification (2019), "Image resource IDs".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mattework.document.model import Metadata, Resource
from mattework.formats.psd_resources import find_resources
from mattework.geometry import Size

MOST_BYTES = 3 << 20
"""Bytes of resources that a document keeps. Tags of a TIFF are read up to 4 MB, and a thumbnail is among them."""

_CAPTION, _IPTC, _DIGEST = 1008, 1028, 1061
_GUIDES, _LAYER_COMPS, _SLICES, _TIMELINE = 1032, 1065, 1050, 1075
_SAMPLERS, _COUNTS = (1038, 1073), 1080
_WORK_PATH, _SAVED_PATHS, _CLIPPING_PATH = 1025, range(2000, 2998), 2999
_PLUG_INS = range(4000, 5000)
_RIGHTS = (1034, 1035, 1051)  # the copyright's flag, an address, the workflow's address
_LIGHT = (1037, 1049)  # angle and altitude for effects that are added
_PRINT = (1009, 1010, 1011, 1012, 1013, 1015, 1016, 1019, 1021, 1062, 1071, 1082, 1083, 1084, 1085, 10000)
_PIXEL_ASPECT, _MEASURES = 1064, 1074
_OF_CANVAS = frozenset({_GUIDES, *_SAMPLERS, _COUNTS, _WORK_PATH, *_SAVED_PATHS, _CLIPPING_PATH})
"""These lie somewhere in the picture."""
_KEPT = _OF_CANVAS | {_CAPTION, _IPTC, _DIGEST, *_RIGHTS, *_LIGHT, *_PRINT, _PIXEL_ASPECT, _MEASURES}
_EMPTY_IPTC = (b"\x01\x5a", b"\x02\x00")
"""Character set and version, which Photoshop writes where nothing is said."""


def keep_resources(section: bytes, canvas: Size) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
    """What a document keeps of the image resources of a picture of this size, by number, and notes on a person's work that
    is left out."""
    spans, _ = find_resources(section)
    kept: list[Resource] = []
    others: dict[int, bytes] = {}
    room = MOST_BYTES
    for number, span in sorted(spans.items()):
        data = section[span.data_start : span.data_end]
        if number not in _KEPT or section[span.start : span.start + 4] != b"8BIM":
            others[number] = data
            continue
        room -= span.end - span.start
        if room >= 0:
            name_at = span.start + 7
            kept.append(Resource(number, section[name_at : name_at + section[name_at - 1]], data, canvas))
    notes = []
    lost = _list_layer_work(others)
    if lost:
        notes.append(f"The file's {_join_words(lost)} are not kept: they belong to its layers as they were.")
    if room < 0:
        notes.append(f"The file's image resources take over {MOST_BYTES >> 20} MB; some were left out.")
    return tuple(kept), tuple(notes)


def fit_resources(metadata: Metadata, canvas: Size) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
    """What still holds for a picture of this size, and a note on a person's work that does not."""
    fitting: list[Resource] = []
    others: list[Resource] = []
    for one in metadata.resources:
        fits = one.number not in _OF_CANVAS or one.canvas == canvas
        (fitting if fits else others).append(one)
    words = _list_work(others)
    notes = (
        (f"The file's {_join_words(words)} were left out: the picture has another size now.",)
        if words
        else ()
    )
    return tuple(fitting), notes


def drop_what_lies(kept: Sequence[Resource]) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
    """What still holds after the picture was turned upright, and a note on a person's work that does not."""
    words = _list_work([one for one in kept if one.number in _OF_CANVAS])
    notes = (
        (f"The file's {_join_words(words)} were left out: the photo was turned upright.",) if words else ()
    )
    return tuple(one for one in kept if one.number not in _OF_CANVAS), notes


def tell_unheld(metadata: Metadata, container: str) -> tuple[str, ...]:
    """A note on a person's work that a flat file, `container` in words, has no room for."""
    words = _list_work(metadata.resources)
    # Photoshop says the same in XMP, which flat files hold.
    if metadata.xmp is None and any(_says_something(one) for one in metadata.resources):
        words.append("IPTC data")
    return (f"{container} has no room for the file's {_join_words(words)}.",) if words else ()


def _list_work(resources: Sequence[Resource]) -> list[str]:
    """What people have drawn among them, in words."""
    found = {
        "guides": any(one.number == _GUIDES and _count_guides(one.data) > 0 for one in resources),
        "saved paths": any(one.number in _SAVED_PATHS for one in resources),
        "colour samplers": any(one.number in _SAMPLERS for one in resources),
        "counts": any(one.number == _COUNTS for one in resources),
    }
    return [words for words, is_there in found.items() if is_there]


def _list_layer_work(others: Mapping[int, bytes]) -> list[str]:
    """What people have made of a file's layers, in words. Descriptors are not read: their keys are counted."""
    frames = [
        data.count(b"FrID")
        for number, data in others.items()
        if number in _PLUG_INS and data.startswith(b"maniIRFR")
    ]
    found = {
        "layer comps": b"capturedInfo" in others.get(_LAYER_COMPS, b""),
        "slices": _count_slices(others.get(_SLICES, b"")) > 1,  # one is the whole picture
        "animation frames": max(frames, default=0) > 1 or b"hasMotionbool\x01" in others.get(_TIMELINE, b""),
    }
    return [words for words, is_there in found.items() if is_there]


def _count_guides(data: bytes) -> int:
    return int.from_bytes(data[12:16], "big")


def _count_slices(data: bytes) -> int:
    if int.from_bytes(data[:4], "big") != 6:  # a descriptor
        return data.count(b"sliceID")
    at = 24 + 2 * int.from_bytes(data[20:24], "big")
    return int.from_bytes(data[at : at + 4], "big")


def _says_something(resource: Resource) -> bool:
    """Whether this is a caption, or IPTC data that name more than how they are written.

    Source: IPTC-NAA Information Interchange Model 4.2, chapter 1.
    """
    data, at = resource.data, 0
    if resource.number == _CAPTION:
        return len(data) > 1 and data[0] > 0
    if resource.number != _IPTC:
        return False
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        if data[at + 1 : at + 3] not in _EMPTY_IPTC:
            return True
        at += 5 + int.from_bytes(data[at + 3 : at + 5], "big")
    return False


def _join_words(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
