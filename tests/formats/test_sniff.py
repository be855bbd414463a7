from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from formats.pictures import draw_smooth
from mattework.errors import UnsupportedFile
from mattework.formats.files import open_document
from mattework.formats.sniff import HEAD_BYTES, Kind, kind_of_suffix, sniff_kind
from mattework.geometry import Size


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.AVIF, Kind.BMP, Kind.GIF, Kind.TIFF])
def test_what_pillow_writes_is_known_by_its_content(kind: Kind) -> None:
    stream = BytesIO()
    Image.fromarray(draw_smooth(Size(20, 10))).save(stream, kind.value.upper())
    assert sniff_kind(stream.getvalue()[:HEAD_BYTES]) is kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"8BPS\0\1" + bytes(20), Kind.PSD),
        (b"8BPS\0\2" + bytes(20), Kind.PSD),
        (b"MM\0+" + bytes(20), Kind.TIFF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif" + bytes(20), Kind.AVIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(20), Kind.HEIC),
        (b"\0\0\0\x14ftypisom\0\0\0\0isom" + bytes(20), None),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(40), None),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(40), None),
        (b"BM is how this letter begins" + bytes(40), None),
        (b"", None),
    ],
)
def test_kinds(head: bytes, kind: Kind | None) -> None:
    assert sniff_kind(head) is kind


def test_suffixes() -> None:
    assert kind_of_suffix("a.b.JPG") is Kind.JPEG
    assert kind_of_suffix("a.psb") is Kind.PSD
    assert kind_of_suffix("a.txt") is None


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"%PDF-1.7", "PDF"), (b"PK\3\4" + bytes(90), "zip"), (b"hello", "does not know")],
)
def test_a_stranger_is_named(data: bytes, words: str) -> None:
    with pytest.raises(UnsupportedFile, match=words) as caught:
        open_document(data, name="thing.jpg")
    assert "thing.jpg" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(40), "shot.cr2"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(40), "shot.cr3"),
        (b"FUJIFILMCCD-RAW " + bytes(40), "renamed.jpg"),
        (b"known by its name only", "SHOT.X3F"),
    ],
)
def test_a_camera_raw_file_is_called_one_and_the_way_out_is_told(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFile, match="Develop it in your raw converter") as caught:
        open_document(data, name=name)
    assert name in str(caught.value)
