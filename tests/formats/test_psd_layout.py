"""Bad Photoshop documents: refused in plain words before pixels are touched, or opened with a note where they are sound."""

from __future__ import annotations

import struct
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.layered import LIMITS, assert_same_layers, make_layered, noise, write
from mattework.document.model import ColorMode, Depth, Document, Group, Layer, Mask
from mattework.errors import DamagedFile, FileTooLarge, MatteworkError, UnsupportedFile
from mattework.formats.limits import Limits
from mattework.formats.psd import read_psd
from mattework.formats.psd_layout import scan_psd
from mattework.geometry import Rect, Size

SOUND = {depth: write(make_layered(depth=depth)) for depth in (8, 16)}


def read(data: bytes, limits: Limits = LIMITS) -> Document:
    return read_psd(data, limits=limits, name="design.psd")


def header(
    *, version: int = 1, channels: int = 3, height: int = 4, width: int = 4, depth: int = 8, mode: int = 3
) -> bytes:
    return struct.pack(">4sH6xHIIHH", b"8BPS", version, channels, height, width, depth, mode)


def flat_file(head: bytes, picture: bytes, *, colours: bytes = b"", section: bytes = b"") -> bytes:
    parts = [head, struct.pack(">I", len(colours)), colours, struct.pack(">I", 0)]
    return b"".join([*parts, struct.pack(">I", len(section)), section, picture])


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("part", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 0.999])
def test_a_cut_file_is_refused_or_says_that_its_merged_picture_is_cut(depth: int, part: float) -> None:
    data = SOUND[depth][: int(len(SOUND[depth]) * part)]
    try:
        document = read(data)
    except DamagedFile:
        return
    assert any("merged picture" in note for note in document.notes)
    assert_same_layers(document, make_layered(depth=8 if depth == 8 else 16))


@pytest.mark.parametrize("cut", range(1, 60))
def test_no_byte_can_be_missing_silently_at_the_end(cut: int) -> None:
    document = read(SOUND[16][:-cut])
    assert any("merged picture" in note for note in document.notes)
    assert document.composite is None


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", UnsupportedFile, "not a Photoshop document"),
        (b"8BPS", DamagedFile, "header"),
        (b"\x89PNG" + bytes(100), UnsupportedFile, "not a Photoshop document"),
        (header(version=3) + bytes(99), UnsupportedFile, "version 3"),
        (header(depth=7) + bytes(99), DamagedFile, "7 bits"),
        (header(channels=0) + bytes(99), DamagedFile, "0 channels"),
        (header(channels=57) + bytes(99), DamagedFile, "57 channels"),
        (header(channels=2) + bytes(99), DamagedFile, "contradicts itself"),
        (header(depth=1) + bytes(99), DamagedFile, "contradicts itself"),
        (header(mode=5) + bytes(99), UnsupportedFile, "colour mode"),
        (header(width=0) + bytes(99), DamagedFile, "no picture"),
        (header(width=300_001) + bytes(99), DamagedFile, "300001"),
        (header(), DamagedFile, "colour table"),
        (header() + bytes(4), DamagedFile, "image resources"),
        (header() + bytes(8), DamagedFile, "layers"),
        (flat_file(header(), b""), DamagedFile, "merged picture"),
        (flat_file(header(), b"\0\0" + bytes(47)), DamagedFile, "cut off"),
        (flat_file(header(), b"\0\7" + bytes(48)), DamagedFile, "unknown way"),
        (flat_file(header(mode=2, channels=1), bytes(18)), DamagedFile, "colour table"),
    ],
)
def test_bad_files_are_refused_in_plain_words(data: bytes, error: type[MatteworkError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        read(data)
    message = str(caught.value)
    assert message.startswith("design.psd ")
    assert message.endswith(".")
    assert "Traceback" not in message


def test_an_honest_giant_is_too_large_and_says_the_limit() -> None:
    with pytest.raises(FileTooLarge, match="megapixels"):
        read(header(width=29_000, height=29_000) + bytes(20))
    with pytest.raises(FileTooLarge, match="GB"):
        read(SOUND[8], Limits(max_pixels=10**9, max_bytes=4000))


@pytest.mark.parametrize("compression", [0, 1, 2, 3])
def test_a_header_that_lies_costs_no_memory(compression: int) -> None:
    data = flat_file(header(width=20_000, height=20_000), struct.pack(">H", compression) + bytes(5000))
    tracemalloc.start()
    with pytest.raises(DamagedFile):
        read(data, Limits(max_pixels=10**9, max_bytes=4 << 30))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


def _patch_rect(data: bytes, rect: tuple[int, int, int, int]) -> bytes:
    """The first layer's rectangle replaced."""
    layout = scan_psd(BytesIO(data), limits=LIMITS, name="x")
    at = layout.layers[0].span.start
    return data[:at] + struct.pack(">4i", *rect) + data[at + 16 :]


def test_a_layer_that_claims_too_much_is_refused() -> None:
    with pytest.raises(DamagedFile, match="pixels"):
        read(_patch_rect(SOUND[8], (0, 0, 2_000_000_000, 2_000_000_000)))
    with pytest.raises(FileTooLarge, match="GB"):
        read(_patch_rect(SOUND[8], (0, 0, 200_000, 200_000)))
    with pytest.raises(DamagedFile, match="too short"):
        read(_patch_rect(SOUND[8], (0, 0, 3000, 3000)))


def test_a_layer_with_its_sides_exchanged_is_empty() -> None:
    document = read(_patch_rect(SOUND[8], (29, 37, 0, 0)))
    assert next(document.walk_layers()).rect.is_empty


def test_a_layers_damaged_pixels_are_named() -> None:
    data = bytearray(SOUND[16])
    layout = scan_psd(BytesIO(bytes(data)), limits=LIMITS, name="x")
    channel = layout.layers[0].channels[1].span
    data[channel.start + 2 : channel.end] = bytes(channel.size - 2)
    with pytest.raises(DamagedFile, match="Grund – фон"):
        read(bytes(data))


def test_a_damaged_merged_picture_is_a_note_where_layers_are_sound() -> None:
    layout = scan_psd(BytesIO(SOUND[8]), limits=LIMITS, name="x")
    start = layout.image_data.start
    document = read(SOUND[8][:start] + b"\0\x09" + SOUND[8][start + 2 :])
    assert document.composite is None
    assert any("layers are sound" in note for note in document.notes)
    assert_same_layers(document, make_layered())


def test_damaged_resources_are_a_note() -> None:
    layout = scan_psd(BytesIO(SOUND[8]), limits=LIMITS, name="x")
    start = layout.resources.start
    document = read(SOUND[8][:start] + b"XXXX" + SOUND[8][start + 4 :])
    assert any("resources are damaged" in note for note in document.notes)
    assert_same_layers(document, make_layered())


def test_groups_nested_beyond_reason_are_refused() -> None:
    from mattework.document.model import Group

    node: Layer | Group = Layer("x", Rect(0, 0, 1, 1), noise(Rect(0, 0, 1, 1), 8, 3))
    for _ in range(80):
        node = Group("group", (node,))
    with pytest.raises(UnsupportedFile, match="deep"):
        read(write(Document(Size(1, 1), ColorMode.RGB, 8, (node,))))


def test_samples_that_are_no_numbers_become_black_with_a_note() -> None:
    size = Size(4, 4)
    pixels = noise(size.rect, 32, 3)
    pixels[1, 1, 0] = np.nan
    pixels[2, 2, 1] = np.inf
    bad = Document(size, ColorMode.RGB, 32, (Layer("sun", size.rect, pixels),))
    document = read(write(bad))
    layer = next(document.walk_layers())
    assert np.isfinite(layer.pixels).all()
    assert any("sun" in note and "no numbers" in note for note in document.notes)


_SMALL = {
    depth: write(replace(make_layered(depth=depth), layers=make_layered(depth=depth).layers[:2]))
    for depth in (8, 16)
}


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from([8, 16]))
def test_flipped_bytes_never_crash(data: st.DataObject, depth: Depth) -> None:
    mutated = bytearray(_SMALL[depth])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(mutated) - 1))
        mutated[at] = data.draw(st.sampled_from([0, 1, 127, 128, 255]))
    with suppress(MatteworkError):
        document = read(bytes(mutated), Limits(max_pixels=10**7, max_bytes=1 << 28))
        assert document.layers


# --- kinds of pictures that are not kept as they are -------------------------------------------------------------------


def test_an_indexed_picture_becomes_rgb() -> None:
    palette = bytes(range(256)) + bytes(reversed(range(256))) + bytes([7] * 256)
    data = flat_file(header(mode=2, channels=1, width=2, height=2), b"\0\0\x00\x01\x02\xff", colours=palette)
    document = read(data)
    assert document.mode is ColorMode.RGB
    expected = [[[0, 255, 7], [1, 254, 7]], [[2, 253, 7], [255, 0, 7]]]
    assert next(document.walk_layers()).pixels.tolist() == expected


def test_a_bitmap_becomes_gray() -> None:
    data = flat_file(header(mode=0, channels=1, depth=1, width=10, height=1), b"\0\0\x80\x40")
    document = read(data)
    assert (document.mode, document.depth) == (ColorMode.GRAY, 8)
    assert next(document.walk_layers()).pixels[0, :, 0].tolist() == [0] + [255] * 8 + [0]


def test_multichannel_pictures_say_that_their_inks_are_not_kept() -> None:
    document = read(flat_file(header(mode=7, channels=3, width=2, height=1), b"\0\0" + bytes(range(6))))
    assert document.mode is ColorMode.RGB
    assert any("multichannel" in note for note in document.notes)


def test_saved_selections_are_told_and_not_taken_for_transparency() -> None:
    data = flat_file(header(channels=5, width=2, height=1), b"\0\0" + bytes(range(10)))
    document = read(data)
    assert next(document.walk_layers()).alpha is None
    assert any("2 in this file" in note for note in document.notes)


def test_a_mask_of_a_group_without_numbers_hides_nothing_by_chance() -> None:
    rect = Rect(0, 0, 3, 2)
    mask = np.ones((2, 3), np.float32)
    mask[0] = np.nan, np.inf, 0.5
    layer = Layer("sun", rect, np.full((2, 3, 1), 0.5, np.float32))
    group = Group("sky", (layer,), mask=Mask(rect, mask))
    with np.errstate(invalid="ignore"):
        data = write(Document(rect.size, ColorMode.GRAY, 32, (group,)))
    back = read(data)
    assert back.layers[0].mask is not None
    assert back.layers[0].mask.pixels.tolist() == [[0, 0, 0.5], [1, 1, 1]]
    assert any("sky" in note and "no numbers" in note for note in back.notes)
