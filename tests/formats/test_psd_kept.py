"""Guides, saved paths and the like go from one layered file into the next; a person's work that cannot is told."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile
from psd_tools import PSDImage
from psd_tools.constants import Resource as ResourceId

import mattework
from formats.layered import make_layered, write
from formats.pictures import make_document, save_to_bytes
from mattework.document.model import Document
from mattework.formats.files import open_document
from mattework.formats.jpeg_segments import cut_segments
from mattework.formats.psd_kept import MOST_BYTES, keep_resources
from mattework.formats.psd_resources import find_resources, pack_resource, read_resources
from mattework.geometry import Size

GRID = struct.pack(">4I", 1, 576, 576, 0)
GUIDES = struct.pack(">4I", 1, 576, 576, 2) + struct.pack(">IBIB", 32 * 20, 0, 32 * 7, 1)
IPTC = b"\x1c\x02\x00\x00\x02\x00\x04\x1c\x02\x78\x00\x07caption"
PLAIN_IPTC = b"\x1c\x01\x5a\x00\x03\x1b%G\x1c\x02\x00\x00\x02\x00\x04"
PATH = struct.pack(">H24x", 6) + struct.pack(">HH22x", 8, 0)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Headline="caption"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
A_PERSONS_WORK = b"".join(
    (
        pack_resource(1028, IPTC),
        pack_resource(1032, GUIDES),
        pack_resource(1061, bytes(range(16))),
        pack_resource(1064, struct.pack(">Id", 1, 1.2)),
        pack_resource(1025, PATH),
        pack_resource(2000, PATH, b"Outline"),
        pack_resource(2001, PATH, b"Loch"),
        pack_resource(2999, b"\x07Outline\x00\x00"),
    )
)
OF_LAYERS = b"".join(
    pack_resource(number, data)
    for number, data in (
        (1024, b"\0\1"),
        (1026, bytes(12)),
        (1033, bytes(40)),
        (1044, bytes(4)),
        (1069, struct.pack(">HI", 1, 3)),
        (1072, b"\1" * 6),
        (1086, b"old path"),
    )
)


def cut_section(data: bytes) -> tuple[bytes, bytes, bytes]:
    """A Photoshop file in three: before its image resources, these, and behind them."""
    at = 30 + int.from_bytes(data[26:30], "big")
    end = at + 4 + int.from_bytes(data[at : at + 4], "big")
    return data[:at], data[at + 4 : end], data[end:]


def add_resources(data: bytes, added: bytes) -> bytes:
    before, section, behind = cut_section(data)
    return before + struct.pack(">I", len(section + added)) + section + added + behind


def list_resources(data: bytes) -> dict[int, bytes]:
    """Every resource of a Photoshop file whole, its name with it."""
    section = cut_section(data)[1]
    return {number: section[span.start : span.end] for number, span in find_resources(section)[0].items()}


def open_with(added: bytes) -> Document:
    return open_document(add_resources(write(make_layered()), added))


def packed(added: bytes) -> dict[int, bytes]:
    return {number: added[span.start : span.end] for number, span in find_resources(added)[0].items()}


def test_guides_paths_and_file_information_survive_byte_for_byte() -> None:
    plain = write(make_layered())
    document = open_with(A_PERSONS_WORK + OF_LAYERS)
    assert document.notes == ()
    data, notes = save_to_bytes(document, "psd")
    assert notes == ()
    expected = set(list_resources(plain)) | set(packed(A_PERSONS_WORK))
    assert set(list_resources(data)) == expected, "nothing that speaks of layers"
    for number, whole in packed(A_PERSONS_WORK).items():
        assert list_resources(data)[number] == whole
    theirs = PSDImage.open(BytesIO(data)).image_resources
    assert theirs.get_data(ResourceId.GRID_AND_GUIDES_INFO).data == [(640, 0), (224, 1)]
    assert theirs[2000].name == "Outline"
    assert theirs.get_data(ResourceId.IPTC_NAA) == IPTC


def test_a_refined_cut_out_keeps_guides_that_were_laid_in_it() -> None:
    photo, mask = np.full((20, 30, 3), 90, np.uint8), np.zeros((20, 30), np.uint8)
    mask[:, 12:] = 255
    stream = BytesIO()
    mattework.cut_out(photo, trimap=mask).save(stream, format="psd")
    again = mattework.apply_recipe(add_resources(stream.getvalue(), A_PERSONS_WORK))
    saved = BytesIO()
    assert again.save(saved, format="psd") == ()
    assert not any("left out" in note or "not kept" in note for note in again.report.notes)
    assert packed(A_PERSONS_WORK).items() <= list_resources(saved.getvalue()).items()


def test_they_go_through_a_layered_tiff_and_back() -> None:
    data, notes = save_to_bytes(open_with(A_PERSONS_WORK), "layered-tiff")
    assert notes == ()
    back = open_document(data)
    assert back.notes == ()
    assert packed(A_PERSONS_WORK).items() <= list_resources(save_to_bytes(back, "psd")[0]).items()


def test_what_lies_in_the_picture_does_not_follow_it_to_another_size() -> None:
    document = open_with(A_PERSONS_WORK)
    cropped = replace(document, size=Size(30, 20), composite=None)
    for container in ("psd", "layered-tiff"):
        data, notes = save_to_bytes(cropped, container)
        assert any("guides and saved paths were left out" in note for note in notes)
        assert [one.number for one in open_document(data).metadata.resources] == [1028, 1061, 1064]


@pytest.mark.parametrize("container", ["tiff", "jpeg"])
def test_flat_tiff_and_jpeg_hold_them_and_give_them_back(container: str) -> None:
    data, notes = save_to_bytes(open_with(A_PERSONS_WORK), container)
    assert not any("left out" in note or "no room" in note for note in notes)
    with Image.open(BytesIO(data)) as theirs:
        if isinstance(theirs, TiffImageFile):
            found = read_resources(theirs.tag_v2[34377])[0]
        else:
            found = theirs.info["photoshop"]
    assert found[1028] == IPTC
    assert found[1032] == GUIDES
    back = open_document(data)
    assert back.notes == ()
    assert packed(A_PERSONS_WORK).items() <= list_resources(save_to_bytes(back, "psd")[0]).items()


def test_a_jpeg_holds_more_of_them_than_one_segment() -> None:
    long = pack_resource(1028, IPTC + b"\x1c\x02\x78\x7d\x00" + bytes(32000)) + pack_resource(
        2000, PATH * 2000
    )
    data = save_to_bytes(open_with(long), "jpeg")[0]
    assert data.count(b"\xff\xed") >= 2
    assert packed(long).items() <= list_resources(save_to_bytes(open_document(data), "psd")[0]).items()


@pytest.mark.parametrize("orientation", [2, 3, 6])
def test_a_photo_that_is_turned_upright_loses_what_lay_in_it_and_tells(orientation: int) -> None:
    plain = Image.new("RGB", (30, 20), (90, 80, 70))
    exif = plain.getexif()
    exif[0x0112] = orientation
    stream = BytesIO()
    plain.save(stream, "JPEG", exif=exif, extra=cut_segments(A_PERSONS_WORK))
    document = open_document(stream.getvalue())
    assert [note for note in document.notes if "guides and saved paths were left out" in note]
    assert [one.number for one in document.metadata.resources] == [1028, 1061, 1064]


def test_a_studios_clipping_path_is_in_the_psd_that_is_cut_from_its_jpeg(tmp_path: Path) -> None:
    photo = tmp_path / "shoe.jpg"
    Image.new("RGB", (30, 20), (90, 80, 70)).save(photo, extra=cut_segments(A_PERSONS_WORK))
    mask = np.zeros((20, 30), np.uint8)
    mask[:, 12:] = 255
    mattework.cut_out(photo, trimap=mask).save(tmp_path / "shoe.psd")
    theirs = PSDImage.open(tmp_path / "shoe.psd").image_resources
    assert theirs[2000].name == "Outline"
    assert theirs[2999].data is not None


@given(section=st.binary(max_size=200))
def test_no_segments_in_a_jpeg_break_it(section: bytes) -> None:
    stream = BytesIO()
    Image.new("RGB", (3, 2)).save(stream, "JPEG", extra=cut_segments(section))
    assert open_document(stream.getvalue()).size == Size(3, 2)


@pytest.mark.parametrize("container", ["png", "webp"])
def test_flat_files_tell_what_people_drew_and_nothing_else(container: str) -> None:
    document = open_with(A_PERSONS_WORK)
    told = [note for note in save_to_bytes(document, container)[1] if "no room" in note]
    assert len(told) == 1
    assert "guides, saved paths and IPTC data" in told[0]
    usual = open_with(pack_resource(1032, GRID) + pack_resource(1028, PLAIN_IPTC) + OF_LAYERS)
    assert not any("no room" in note for note in save_to_bytes(usual, container)[1])
    with_xmp = replace(document, metadata=replace(document.metadata, xmp=XMP))
    assert not any("IPTC" in note for note in save_to_bytes(with_xmp, container)[1])


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (pack_resource(1065, bytes(30) + b"\0\0\0\x0ccapturedInfolong\0\0\0\1"), "layer comps"),
        (pack_resource(1050, struct.pack(">6I2xI", 6, 0, 0, 29, 37, 1, 3)), "slices"),
        (pack_resource(1050, struct.pack(">I", 8) + b"sliceIDlong\0\0\0\0sliceIDlong\0\0\0\1"), "slices"),
        (pack_resource(4000, b"maniIRFR" + b"FrIDlong\0\0\0\0FrIDlong\0\0\0\1"), "animation frames"),
        (pack_resource(1075, b"hasMotionbool\1"), "animation frames"),
    ],
)
def test_a_persons_work_on_layers_is_told_when_it_is_left_out(added: bytes, words: str) -> None:
    document = open_with(added)
    assert any(words in note and "not kept" in note for note in document.notes)
    assert set(list_resources(save_to_bytes(document, "psd")[0])).isdisjoint(packed(added))


def test_what_every_file_has_is_not_told() -> None:
    document = open_with(
        pack_resource(1050, struct.pack(">6I2xI", 6, 0, 0, 29, 37, 1, 1) + b"sliceID")
        + pack_resource(4000, b"maniIRFRFrIDlong\0\0\0\0")
        + pack_resource(1065, bytes(30))
        + pack_resource(1075, b"hasMotionbool\0")
    )
    assert document.notes == ()


def test_a_plain_document_has_none_of_it() -> None:
    assert make_document().metadata.resources == ()
    assert open_with(b"").metadata.resources == ()


def test_resources_without_measure_are_left_out_and_told() -> None:
    document = open_with(pack_resource(1032, GUIDES) + pack_resource(2000, bytes(MOST_BYTES)))
    assert [one.number for one in document.metadata.resources] == [1032]
    assert any("left out" in note for note in document.notes)


def test_a_cut_section_keeps_what_is_whole() -> None:
    section = pack_resource(1032, GUIDES) + pack_resource(2000, PATH)[:-5]
    kept, notes = keep_resources(section, Size(9, 9))
    assert [one.number for one in kept] == [1032]
    assert notes == ()


@given(
    st.lists(
        st.tuples(st.sampled_from([1028, 1032, 1050, 1065, 1075, 2000, 4000]), st.binary(max_size=60)),
        max_size=9,
    ),
    st.integers(0, 90),
)
def test_no_bytes_are_too_odd(entries: list[tuple[int, bytes]], cut: int) -> None:
    section = b"".join(pack_resource(number, data, data[:9]) for number, data in entries)
    kept, _ = keep_resources(section[: max(0, len(section) - cut)], Size(9, 9))
    assert all(read_resources(section)[0][one.number] == one.data for one in kept)
    document = make_document(metadata=mattework.Metadata(resources=kept))
    assert save_to_bytes(document, "psd")[0]
