"""What text chunks of a PNG say of the picture, in the files that are made of it."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from formats.pictures import make_exif, make_png, make_srgb_profile
from mattework.formats.files import open_document, save_document

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
    b'<rdf:li xml:lang="x-default">Own title</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>'
)
IPTC = b"\x1c\x02\x19\0\3key"
PHOTOSHOP = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC
Chunk = tuple[bytes, bytes]


def write_text(keyword: str, text: str) -> Chunk:
    return b"tEXt", f"{keyword}\0{text}".encode("latin-1")


def write_raw(kind: str, data: bytes) -> Chunk:
    """As ImageMagick writes it: lines of hexadecimal digits, packed."""
    digits = data.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    text = f"\n{kind}\n{len(data):8}\n{lines}\n".encode()
    return b"zTXt", f"Raw profile type {kind}\0\0".encode() + zlib.compress(text)


def write_png(*chunks: Chunk) -> bytes:
    return make_png(2, 1, 8, 0, b"\0\1\2", *chunks)


@pytest.mark.parametrize("name", ["out.psd", "out.tif", "out.png"])
def test_words_about_a_picture_travel_as_xmp(name: str, tmp_path: Path) -> None:
    international = b"iTXt", b"Description\0\1\0de\0\0" + zlib.compress("Tasse & Löffel".encode())
    said = write_text("Author", "Jane"), write_text("Copyright", "© Jane <all>"), international
    document = open_document(write_png(*said))
    assert document.notes == ()
    save_document(document, tmp_path / name)
    packet = open_document(tmp_path / name).metadata.xmp
    assert packet is not None
    text = packet.decode()
    assert "<dc:creator><rdf:Seq><rdf:li>Jane</rdf:li>" in text
    assert "© Jane &lt;all&gt;" in text
    assert "Tasse &amp; Löffel" in text


def test_what_the_xmp_says_goes_before() -> None:
    xmp = b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP
    packet = open_document(
        write_png(write_text("Title", "Other"), write_text("Author", "Jane"), xmp)
    ).metadata.xmp
    assert packet is not None
    assert b"Own title" in packet
    assert b"Other" not in packet
    assert b"Jane" in packet
    damaged = b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x"
    assert any("XMP" in note for note in open_document(write_png(write_text("Title", "A"), damaged)).notes)


def test_data_that_older_programs_wrote_as_text_are_taken() -> None:
    exif, profile = make_exif(orientation=6), make_srgb_profile()
    raw = [
        ("exif", b"Exif\0\0" + exif),
        ("xmp", XMP),
        ("icc", profile),
        ("iptc", b"Photoshop 3.0\0" + PHOTOSHOP),
    ]
    # An RGB picture, because the profile is one.
    document = open_document(make_png(1, 2, 8, 2, bytes(8), *(write_raw(*one) for one in raw)))
    found = document.metadata
    assert document.notes == ()
    assert found.exif is not None
    assert b"Maker & Co" in found.exif
    assert found.xmp is not None
    assert b"Own title" in found.xmp
    assert found.icc == profile
    assert [(one.number, one.data) for one in found.resources] == [(1028, IPTC)]
    assert document.size.shape == (2, 1), "nobody turns a PNG by what is said in its text"


def test_bare_iptc_data_and_what_cannot_be_read() -> None:
    bare = open_document(write_png(write_raw("iptc", IPTC))).metadata.resources
    assert [(one.number, one.data) for one in bare] == [(1028, IPTC)]
    broken = (
        (b"zTXt", b"Raw profile type exif\0\0no deflate"),
        write_text("Raw profile type iptc", "iptc 3 zz"),
    )
    document = open_document(write_png(*broken, (b"iTXt", b"Title\0\0"), (b"iTXt", b"Author\0\0\0\0\0\xff")))
    assert (document.metadata.exif, document.metadata.resources, document.metadata.xmp) == (None, (), None)


def test_other_texts_are_told_but_not_those_of_programs() -> None:
    told = write_text("parameters", "a cup"), write_text("Comment", "mine"), write_text("parameters", "twice")
    assert open_document(write_png(*told)).notes == ("Texts of the PNG are not kept: parameters, Comment.",)
    quiet = [
        write_text(word, "x")
        for word in ("Software", "date:create", "Thumb::URI", "Creation Time", "icc:copyright")
    ]
    assert open_document(write_png(*quiet, write_text("Comment", "Created with GIMP"))).notes == ()


def test_colours_that_are_told_by_numbers_alone_are_told() -> None:
    profile = b"iCCP", b"a\0\0" + zlib.compress(make_srgb_profile())
    rgb = (1, 1, 8, 2, bytes(4))
    assert any("12/13" in note for note in open_document(make_png(*rgb, (b"cICP", b"\x0c\x0d\0\1"))).notes)
    assert open_document(make_png(*rgb, (b"cICP", b"\x0c\x0d\0\1"), profile)).notes == ()
    assert open_document(make_png(*rgb, (b"cICP", b"\1\x0d\0\1"))).notes == ()


def test_what_pillow_writes_is_read() -> None:
    from PIL.PngImagePlugin import PngInfo

    info, stream = PngInfo(), BytesIO()
    info.add_itxt("Title", "Ä", "de", zip=True)
    info.add_text("Author", "Jane", zip=True)
    Image.new("L", (3, 3)).save(stream, "PNG", pnginfo=info)
    packet = open_document(stream.getvalue()).metadata.xmp
    assert packet is not None
    assert "Ä" in packet.decode()
    assert b"Jane" in packet


def test_a_text_that_was_packed_many_times_over_is_unpacked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def inflate(data: bytes, most: int) -> bytes:
        made.append(most)
        return zlib.decompress(data)

    monkeypatch.setattr("mattework.formats.png_texts._inflate", inflate)
    raw = [write_raw("exif", b"") for _ in range(9)]
    strange = [write_raw(f"strange {number}", b"x") for number in range(9)]
    titles = [(b"zTXt", b"Title\0\0" + zlib.compress(b" ")) for _ in range(9)]
    open_document(write_png(*raw, *strange, *titles))
    assert len(made) == 2


def test_words_that_are_too_long_are_told() -> None:
    bomb = b"zTXt", b"Title\0\0" + zlib.compress(bytes(1 << 20))
    document = open_document(write_png(bomb, write_text("Author", "A" * 70_000)))
    assert document.notes == ("Texts of the PNG are not kept: Title, Author.",)
    assert document.metadata.xmp is None


def test_many_texts_make_a_short_note_that_is_safe_to_print() -> None:
    many = [write_text(f"Key {number}", "x") for number in range(5000)]
    (note,) = open_document(write_png(write_text("\x1b[31mred\n", "x"), *many)).notes
    assert note.startswith("Texts of the PNG are not kept: [31mred, Key 0, Key 1,")
    assert note.endswith("Key 18, ….")
    assert note.isprintable()
