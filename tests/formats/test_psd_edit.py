"""A mask on one layer of somebody's file: that layer's mask changes, and nothing else does."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from psd_tools.psd import PSD

from formats.fingerprints import changed_keys
from formats.layered import LIMITS, assert_same_node, make_layered, noise, write
from mattework.arrays import AnyArray
from mattework.document.composite import flatten_document
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    depth_dtype,
    depth_white,
)
from mattework.errors import Cancelled, MatteworkError, UnsupportedFile, UsageError
from mattework.formats.psd import read_psd, write_psd
from mattework.formats.psd_edit import EditReport, ExistingMask, NewMask, add_mask_in_place, open_layer
from mattework.formats.psd_layout import Span, scan_psd
from mattework.formats.psd_panel import choose_row, list_rows
from mattework.formats.psd_splice import Splice, cut_record
from mattework.geometry import Rect, Size

DEPTHS: tuple[Depth, ...] = (8, 16, 32)


def edit(
    data: bytes, layer: str | int, mask: Mask, *, existing: ExistingMask = "refuse", xmp: bytes | None = None
) -> tuple[bytes, EditReport]:
    target = BytesIO()
    new = NewMask(layer=layer, mask=mask, existing=existing, xmp=xmp)
    report = add_mask_in_place(BytesIO(data), target, new, limits=LIMITS, name="design.psd")
    return target.getvalue(), report


def ramp(rect: Rect, depth: Depth = 8) -> AnyArray:
    values = np.tile(np.linspace(0, depth_white(depth), max(rect.width, 1)), (rect.height, 1))[
        :, : rect.width
    ]
    return np.ascontiguousarray(values.astype(depth_dtype(depth)))


def full_mask(document: Document) -> Mask:
    return Mask(document.size.rect, ramp(document.size.rect, document.depth))


def read(data: bytes) -> Document:
    return read_psd(data, limits=LIMITS, name="design.psd")


def find(document: Document, name: str) -> Layer | Group:
    return next(node for _, node in document.walk() if node.name == name)


def find_number(data: bytes, path: str) -> int:
    """The layer's place in the file, bottom first, as the fingerprints count."""
    layout = scan_psd(BytesIO(data), limits=LIMITS, name="x")
    return next(row.index for row in list_rows(layout) if row.path == path)


def keys_of_merged() -> set[str]:
    return {"merged", "resource 1036"}


@pytest.mark.parametrize("large", [False, True], ids=["psd", "psb"])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("mode", [ColorMode.RGB, ColorMode.GRAY, ColorMode.CMYK], ids=str)
def test_only_the_mask_and_the_merged_picture_change(mode: ColorMode, depth: Depth, large: bool) -> None:
    document = make_layered(mode, depth)
    stream = BytesIO()
    write_psd(document, stream, large=large)
    before = stream.getvalue()
    after, report = edit(before, "hidden", full_mask(document))
    index = find_number(before, "hidden")
    expected = {f"layer {index} mask", f"layer {index} channel -2"}
    changed = changed_keys(before, after)
    assert expected <= changed
    assert changed <= expected | keys_of_merged()
    assert report.layer == "hidden"
    assert "the layer mask" in report.changed
    mask = find(read(after), "hidden").mask
    assert mask is not None
    assert mask.rect == Rect(3, 4, 20, 27)
    assert np.array_equal(mask.pixels, full_mask(document).pixels[4:27, 3:20])
    for name in ("切り抜き", "内側 ✂", "off"):
        assert_same_node(find(read(after), name), find(document, name))


@pytest.mark.parametrize("depth", [8, 16])
def test_the_merged_picture_shows_the_mask(depth: Depth) -> None:
    document = make_layered(ColorMode.RGB, depth)
    after, report = edit(write(document), "Äußere group/切り抜き", full_mask(document), existing="replace")
    assert report.composite_made
    assert report.reasons == ()
    back = read(after)
    color, alpha = flatten_document(back)
    assert alpha is None
    assert back.composite is not None
    assert np.array_equal(back.composite, color)


def _photo_on_nothing(depth: Depth) -> Document:
    size = Size(30, 20)
    photo = Layer("Photo", size.rect, noise(size.rect, depth, 3))
    return Document(size, ColorMode.RGB, depth, (photo,))


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_picture_that_becomes_transparent_gets_a_channel_for_it(depth: Depth) -> None:
    document = _photo_on_nothing(depth)
    before = write(document)
    after, report = edit(before, "Photo", full_mask(document))
    assert report.composite_made
    changed = changed_keys(before, after)
    mark = {8: "count", 16: "block b'Mt16'", 32: "block b'Mt32'"}[depth]
    assert changed == {"header", mark, "layer 0 mask", "layer 0 channel -2"} | keys_of_merged()
    back = read(after)
    assert back.composite is not None
    assert back.composite.shape == (20, 30, 4)
    assert np.array_equal(back.composite[..., 3], full_mask(document).pixels)


def _as_photoshop_background(data: bytes) -> bytes:
    """The bottom layer as Photoshop stores its Background: no transparency, locked, marked in its name's source."""
    layout = scan_psd(BytesIO(data), limits=LIMITS, name="x")
    spot = layout.layers[0]
    record = cut_record(spot.span.read(BytesIO(data)), 1)
    gone = spot.channels[0].span
    record.channels.pop(0)
    record.flags |= 1
    record.blocks += b"8BIMlnsr" + (4).to_bytes(4, "big") + b"bgnd"
    splice = Splice()
    packed = record.write()
    splice.replace(spot.span, packed)
    splice.replace(gone)
    grown = len(packed) - spot.span.size - gone.size
    assert layout.layer_info is not None
    end = layout.layer_info.end
    splice.replace(Span(end, end), b"\0" * (-grown % 4))
    splice.grow(layout.lengths, grown + -grown % 4)
    target = BytesIO()
    splice.write(BytesIO(data), target)
    return target.getvalue()


@pytest.mark.parametrize("depth", [8, 16])
def test_a_locked_background_is_unlocked_as_photoshop_does(depth: Depth) -> None:
    size = Size(30, 20)
    background = Layer("Background", size.rect, noise(size.rect, depth, 3))
    top = Layer("top", Rect(0, 0, 5, 5), noise(Rect(0, 0, 5, 5), depth, 3))
    document = Document(size, ColorMode.RGB, depth, (background, top))
    before = _as_photoshop_background(write(document))
    after, report = edit(before, "Background", full_mask(document))
    assert "the locked Background, now layer “Layer 0”" in report.changed
    changed = changed_keys(before, after)
    own = {key for key in changed if key.startswith("layer 0 ")}
    assert own == {
        "layer 0 mask",
        "layer 0 flags",
        "layer 0 name",
        "layer 0 block b'luni'",
        "layer 0 block b'lnsr'",
        "layer 0 channel -1",
        "layer 0 channel -2",
    }
    assert not any(key.startswith("layer 1") for key in changed)
    layer = find(read(after), "Layer 0")
    assert isinstance(layer, Layer)
    assert np.array_equal(layer.pixels, background.pixels)
    assert layer.mask is not None
    psd = PSD.read(BytesIO(after))
    record, channels = next(iter(psd._iter_layers()))
    assert not record.flags.transparency_protected
    alpha = channels[0].get_data(30, 20, depth)
    assert set(alpha) == {255}


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ("replace", lambda old, new: new),
        ("multiply", lambda old, new: np.rint(old.astype(float) * new / 255)),
        ("intersect", np.minimum),
    ],
)
def test_an_existing_mask_is_combined_as_asked(existing: ExistingMask, expected: Any) -> None:
    document = make_layered()
    old = find(document, "切り抜き").mask
    assert old is not None
    after, _ = edit(write(document), "切り抜き", full_mask(document), existing=existing)
    mask = find(read(after), "切り抜き").mask
    assert mask is not None
    assert np.array_equal(mask.pixels, expected(old.pixels, full_mask(document).pixels))


def test_an_existing_mask_is_kept_to_the_byte_when_asked() -> None:
    document = make_layered()
    before = write(document)
    after, report = edit(before, "切り抜き", full_mask(document), existing="keep")
    assert after == before
    assert report.changed == ()
    assert "kept" in report.reasons[0]


def test_an_existing_mask_is_never_overwritten_unasked() -> None:
    document = make_layered()
    with pytest.raises(UsageError, match=r"replace, multiply, intersect or keep"):
        edit(write(document), "切り抜き", full_mask(document))


def test_a_group_takes_a_mask() -> None:
    document = make_layered()
    before = write(document)
    after, _ = edit(before, "Äußere group", full_mask(document))
    mask = find(read(after), "Äußere group").mask
    assert mask is not None
    assert np.array_equal(mask.pixels, full_mask(document).pixels)
    index = find_number(before, "Äußere group")
    assert {f"layer {index} mask", f"layer {index} channel -2"} <= changed_keys(before, after)


def test_what_we_cannot_composite_keeps_the_makers_picture_and_says_so() -> None:
    size = Size(12, 9)
    grain = Layer("grain", size.rect, noise(size.rect, 8, 3), blend=BlendMode.DISSOLVE, opacity=0.5)
    photo = Layer("Photo", size.rect, noise(size.rect, 8, 3, 1))
    document = Document(size, ColorMode.RGB, 8, (photo, grain))
    before = write(document)
    after, report = edit(before, "Photo", full_mask(document))
    assert not report.composite_made
    assert any("grain" in reason for reason in report.reasons)
    assert changed_keys(before, after) == {"layer 0 mask", "layer 0 channel -2"}


def test_a_merged_picture_that_the_layers_do_not_make_is_left_alone() -> None:
    document = make_layered()
    before = bytearray(write(document))
    layout = scan_psd(BytesIO(bytes(before)), limits=LIMITS, name="x")
    start, size = layout.image_data.start, document.size
    before[start:] = b"\0\0" + bytes(size.area * 3)
    after, report = edit(bytes(before), "hidden", full_mask(document))
    assert not report.composite_made
    assert "not what its layers make" in report.reasons[0]
    assert after.endswith(bytes(size.area * 3))


def test_a_damaged_layer_elsewhere_is_kept_as_it_is() -> None:
    document = make_layered(depth=16)
    before = bytearray(write(document))
    layout = scan_psd(BytesIO(bytes(before)), limits=LIMITS, name="x")
    span = layout.layers[0].channels[1].span
    before[span.start + 2 : span.end] = bytes(span.size - 2)
    after, report = edit(bytes(before), "hidden", full_mask(document))
    assert not report.composite_made
    assert "Grund – фон" in report.reasons[0]
    index = find_number(bytes(before), "hidden")
    assert changed_keys(bytes(before), after) == {f"layer {index} mask", f"layer {index} channel -2"}


def test_the_recipe_travels_only_when_asked() -> None:
    document = make_layered()
    before = write(document)
    after, report = edit(before, "hidden", full_mask(document), xmp=b"<x/>")
    assert "the XMP data" in report.changed
    assert changed_keys(before, after) - keys_of_merged() >= {"resource 1060"}
    assert b"<x/>" in after


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (1, "empty"),
        (3, "Äußere group"),
        ("Äußere group/off", "Äußere group/off"),
        ("OFF", "Äußere group/off"),
        ("עברית", "Äußere group/内側 ✂/עברית"),
    ],
)
def test_layers_are_chosen_by_number_path_or_name(wanted: str | int, path: str) -> None:
    layout = scan_psd(BytesIO(write(make_layered())), limits=LIMITS, name="x")
    assert choose_row(list_rows(layout), wanted, name="design.psd").path == path


def test_a_choice_that_fails_lists_what_there_is() -> None:
    document = make_layered()
    layout = scan_psd(BytesIO(write(document)), limits=LIMITS, name="x")
    with pytest.raises(UsageError, match=r"no layer “Phto”.*切り抜き"):
        choose_row(list_rows(layout), "Phto", name="design.psd")
    twins = Document(document.size, ColorMode.RGB, 8, (document.layers[0], document.layers[0]))
    layout = scan_psd(BytesIO(write(twins)), limits=LIMITS, name="x")
    with pytest.raises(UsageError, match=r"2 layers called.*1 “Grund – фон”, 2"):
        choose_row(list_rows(layout), "Grund – фон", name="design.psd")


def test_one_layer_is_opened_alone() -> None:
    document = make_layered()
    alone = open_layer(BytesIO(write(document)), "off", limits=LIMITS, name="design.psd")
    layer = alone.layers[0]
    wanted = find(document, "off")
    assert isinstance(layer, Layer)
    assert isinstance(wanted, Layer)
    assert (alone.size, len(alone.layers), layer.mask, layer.opacity) == (document.size, 1, None, 1.0)
    assert alone.metadata.dpi == document.metadata.dpi
    assert np.array_equal(layer.pixels, wanted.pixels)
    with pytest.raises(UsageError, match="no pixels"):
        open_layer(BytesIO(write(document)), "Äußere group", limits=LIMITS, name="design.psd")


def test_a_file_without_layers_says_so() -> None:
    flat = write(Document(Size(5, 4), ColorMode.RGB, 8))
    with pytest.raises(UnsupportedFile, match="no layers"):
        edit(flat, 1, Mask(Rect(0, 0, 5, 4), ramp(Rect(0, 0, 5, 4))))


def test_a_mask_of_another_depth_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="8 bits"):
        edit(write(make_layered()), "hidden", Mask(Rect(0, 0, 5, 4), ramp(Rect(0, 0, 5, 4), 16)))


def test_editing_can_be_cancelled() -> None:
    def stop(step: str, fraction: float) -> None:
        raise Cancelled("enough")

    document = make_layered()
    with pytest.raises(Cancelled):
        add_mask_in_place(
            BytesIO(write(document)),
            BytesIO(),
            NewMask(layer="hidden", mask=full_mask(document)),
            limits=LIMITS,
            name="design.psd",
            progress=stop,
        )


def _check_corpus(files: list[Path]) -> int:
    """One mask into every file that can take one; the number of files that did."""
    done = 0
    for path in files:
        data = path.read_bytes()
        if len(data) > 1_500_000:
            continue
        try:
            layout = scan_psd(BytesIO(data), limits=LIMITS, name=path.name)
            rows = [row for row in list_rows(layout) if not row.is_group]
        except MatteworkError:
            continue
        for row in rows:
            spot = layout.layers[row.index]
            if spot.rect.is_empty or spot.record.mask_data is not None or layout.depth == 1 or row.index == 0:
                continue
            depth: Depth = 8 if layout.depth == 8 else 16 if layout.depth == 16 else 32
            mask = Mask(spot.rect, ramp(spot.rect, depth))
            try:
                after, report = edit(data, row.number, mask)
            except MatteworkError:
                continue
            own = {f"layer {row.index} mask", f"layer {row.index} channel -2"}
            allowed = own | keys_of_merged() | {"header", "count", "block b'Mt16'", "block b'Mt32'"}
            changed = changed_keys(data, after)
            assert own <= changed, path
            assert changed <= (allowed if report.composite_made else own), (path, changed - own)
            done += 1
            break
    return done


def test_real_files_keep_everything_else(shared_data: Path) -> None:
    files = sorted((shared_data / "psd-corpus").rglob("*.ps[db]"))[::9]
    assert _check_corpus(files) >= 5


@pytest.mark.slow
def test_every_real_file_keeps_everything_else(shared_data: Path) -> None:
    files = sorted((shared_data / "psd-corpus").rglob("*.ps[db]"))
    assert _check_corpus(files) >= 60
