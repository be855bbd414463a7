"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath


class Kind(StrEnum):
    """Containers that Mattework knows by sight; values are the words people see."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    AVIF = "AVIF"
    HEIC = "HEIC"
    BMP = "BMP"
    GIF = "GIF"
    TIFF = "TIFF"
    PSD = "PSD"


SUFFIXES: dict[str, Kind] = {
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".jpe": Kind.JPEG,
    ".jfif": Kind.JPEG,
    ".png": Kind.PNG,
    ".apng": Kind.PNG,
    ".webp": Kind.WEBP,
    ".avif": Kind.AVIF,
    ".heic": Kind.HEIC,
    ".heif": Kind.HEIC,
    ".hif": Kind.HEIC,
    ".bmp": Kind.BMP,
    ".dib": Kind.BMP,
    ".gif": Kind.GIF,
    ".tif": Kind.TIFF,
    ".tiff": Kind.TIFF,
    ".psd": Kind.PSD,
    ".psb": Kind.PSD,
}

# fmt: off
RAW_SUFFIXES = frozenset((
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".gpr", ".iiq", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
))
# fmt: on
"""What cameras call the files of their sensors' own data."""

HEAD_BYTES = 64

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_NAMED_STRANGERS = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"gimp xcf", "a GIMP document"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML file"),
)
_RAW_HEADS = (b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FUJIFILM", b"FOVb", b"\0MRM")


def sniff_kind(head: bytes) -> Kind | None:
    """The container that starts with `head` (64 bytes are enough), or None."""
    if is_camera_raw(head):
        return None
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp":
        return _sniff_iso_media(head)
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return Kind.GIF
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return Kind.TIFF
    if head[:4] == b"8BPS":
        return Kind.PSD
    # "BM" alone is two letters of any text: the header's own length must be one that exists.
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124):
        return Kind.BMP
    return None


def name_container(head: bytes) -> str | None:
    """The container that starts with `head`, in the word people see: PSB, which is read as PSD is, by a word of its own."""
    if head.startswith(b"8BPS\0\2"):
        return "PSB"
    kind = sniff_kind(head)
    return None if kind is None else str(kind)


def describe_stranger(head: bytes) -> str:
    """What an unknown file seems to be, for the error message."""
    for magic, words in _NAMED_STRANGERS:
        if head.startswith(magic):
            return words
    return "of a kind that Mattework does not know"


def is_camera_raw(head: bytes) -> bool:
    """Whether a file that starts with `head` is a camera's raw file that can be told from so little.

    DNG, NEF, ARW and their like are TIFF files from outside; `formats.tiff` finds those out.
    """
    if head[4:8] == b"ftyp":
        return head[8:12] == b"crx "
    return head.startswith(_RAW_HEADS) or (head[:4] in (b"II*\0", b"MM\0*") and head[8:10] == b"CR")


def has_raw_name(name: str) -> bool:
    """Whether a file is called as cameras call their raw files."""
    return PurePath(name).suffix.lower() in RAW_SUFFIXES


def explain_camera_raw(name: str) -> str:
    """The error message for a camera's raw file."""
    return (
        f"{name} is a camera's raw file, which Mattework does not develop. Develop it in your raw converter, save it as "
        "16-bit TIFF, and cut that."
    )


def kind_of_suffix(name: str) -> Kind | None:
    """The container that a file name promises, or None."""
    return SUFFIXES.get(PurePath(name).suffix.lower())


def _sniff_iso_media(head: bytes) -> Kind | None:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, length - 3, 4)}
    if brands & _AVIF_BRANDS:
        return Kind.AVIF
    if brands & _HEIC_BRANDS:
        return Kind.HEIC
    return None
