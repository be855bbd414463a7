"""Sound files of unusual build: old versions, other programs, kinds that few people save. All open with the right samples,
and every one with a layer of pixels takes a mask with the rest unharmed.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from typing import Any, cast

import numpy as np
import pytest

from formats.fingerprints import changed_keys
from formats.layered import LIMITS
from formats.odd_psd import OddFile, OddLayer, block, divide, noise, resource
from mattework.arrays import Samples
from mattework.document.model import ColorMode, Document, Group, Layer, Mask, depth_white
from mattework.errors import UnsupportedFile
from mattework.formats.psd import read_psd
from mattework.formats.psd_edit import NewMask, add_mask_in_place
from mattework.geometry import Rect

R, G, B, A = noise(4)
RGB = (R, G, B)
PLAIN = OddLayer(planes={-1: A, 0: R, 1: G, 2: B})
LUNI = block(b"luni", struct.pack(">I", 2) + "木n".encode("utf-16-be"))
MASKED = OddLayer(planes={-1: A, 0: R, 1: G, 2: B, -2: G[:3, :4]}, mask_rect=(2, 1, 6, 4))
END = OddLayer(name=b"</Layer group>", rect=(0, 0, 0, 0), empty_channels=(-1, 0, 1, 2), blocks=divide(3))
HEAD = replace(END, name=b"Group", blocks=divide(1, b"pass"))


def rgb(*layers: OddLayer, **options: Any) -> OddFile:
    return OddFile(layers=layers, merged=RGB, **options)


def sixteen(**options: Any) -> OddFile:
    planes = noise(4, dtype=np.uint16)
    layer = OddLayer(planes=dict(zip((-1, 0, 1, 2), planes, strict=True)), packing=options.pop("packing", 0))
    return OddFile(layers=(layer,), merged=tuple(planes[1:]), depth=16, **options)


VARIANTS: dict[str, OddFile] = {
    "plain": rgb(PLAIN),
    "PackBits without runs": rgb(replace(PLAIN, packing=1), merged_packing=1),
    "stored deflate": rgb(replace(PLAIN, packing=2), merged_packing=2),
    "predicted at 8 bits": rgb(replace(PLAIN, packing=3), merged_packing=3),
    "psb": rgb(replace(PLAIN, packing=1), version=2, merged_packing=1),
    "psb with 16 bits in a block": sixteen(version=2, where="block", packing=3),
    "psb with 16 bits in the section": sixteen(version=2, packing=2),
    "16 bits as PackBits in the section": sixteen(packing=1, merged_packing=1),
    "16 bits raw in a block": sixteen(where="block"),
    "a block padded and not counted": rgb(replace(PLAIN, blocks=block(b"abcd", b"123", pad=4) + LUNI)),
    "an odd block without padding": rgb(replace(PLAIN, blocks=block(b"abcd", b"123") + LUNI)),
    "8B64 as signature": rgb(replace(PLAIN, blocks=block(b"abcd", b"1234", signature=b"8B64") + LUNI)),
    "bytes of nobody behind the blocks": rgb(replace(PLAIN, blocks=LUNI + b"\0\0")),
    "no blocks, no mask info (Photoshop 3)": rgb(PLAIN, mask_info=None),
    "an unpadded list": rgb(replace(PLAIN, planes={**PLAIN.planes}, name=b"ab"), list_padding=1),
    "a list padded to four": rgb(PLAIN, list_padding=4),
    "a list with a long tail": rgb(PLAIN, list_padding=64),
    "a long mask display": rgb(PLAIN, mask_info=bytes(13) + b"\x80" + bytes(6)),
    "blocks of nobody in the section": rgb(
        PLAIN, blocks=block(b"zzzz", b"12345", pad=4) + block(b"Patt", b"")
    ),
    "zeros at the end of the section": rgb(PLAIN, blocks=bytes(3)),
    "bytes behind the picture": rgb(PLAIN, tail=b"resource fork?"),
    "alpha behind the colours": rgb(OddLayer(planes={0: R, 1: G, 2: B, -1: A})),
    "no alpha": rgb(OddLayer(planes={0: R, 1: G, 2: B})),
    "colours out of order": rgb(OddLayer(planes={-1: A, 2: B, 0: R, 1: G})),
    "a channel of no bytes": rgb(OddLayer(planes={0: R, 1: G, 2: B}, empty_channels=(-1,))),
    "a spot channel in the layer": rgb(OddLayer(planes={-1: A, 0: R, 1: G, 2: B, 3: A})),
    "ranges of old versions": rgb(replace(PLAIN, ranges=struct.pack(">H", 0xFFFF).join([b"\0\0"] * 3))),
    "full ranges": rgb(replace(PLAIN, ranges=b"\0\0\xff\xff" * 10)),
    "an empty name": rgb(replace(PLAIN, name=b"")),
    "a name of 255 bytes": rgb(replace(PLAIN, name=b"x" * 255)),
    "a name padded to two": rgb(replace(PLAIN, name=b"ab", name_padding=4)),
    "partly beyond the canvas": rgb(replace(PLAIN, rect=(-3, 4, 5, 10))),
    "far beyond the canvas": rgb(replace(PLAIN, rect=(100, 100, 108, 106))),
    "negative number of layers": OddFile(layers=(PLAIN,), merged=(*RGB, A), negative=True),
    "a saved selection": OddFile(layers=(PLAIN,), merged=(*RGB, A)),
    "many channels": OddFile(layers=(PLAIN,), merged=tuple(noise(20))),
    "cmyk with a spot colour": OddFile(
        layers=(OddLayer(planes=dict(enumerate(noise(5), -1))),), merged=tuple(noise(5)), mode=4
    ),
    "lab": OddFile(layers=(PLAIN,), merged=RGB, mode=9),
    "gray": OddFile(layers=(OddLayer(planes={-1: A, 0: R}),), merged=(R,), mode=1),
    "duotone with a layer": OddFile(
        layers=(OddLayer(planes={-1: A, 0: R}),), merged=(R,), mode=8, colours=bytes(524)
    ),
    "resources of other programs": rgb(
        PLAIN,
        resources=resource(1005, bytes(16), signature=b"MeSa")
        + resource(4000, b"plug-in", name=b"an odd name")
        + resource(1060, b"<x/>"),
    ),
    "thousands of guides": rgb(
        PLAIN, resources=resource(1032, struct.pack(">4xII", 576, 60_000) + bytes(300_000))
    ),
    "in a group": rgb(END, PLAIN, HEAD),
    "in twelve groups": rgb(*[END] * 12, PLAIN, *[HEAD] * 12),
    "in a group of the old kind": rgb(
        replace(END, blocks=divide(3, key=b"lsdk")), PLAIN, replace(HEAD, blocks=divide(2, key=b"lsdk"))
    ),
    "a group without its end": rgb(PLAIN, HEAD),
    "a group without its head": rgb(END, PLAIN),
    "an empty layer below": rgb(
        OddLayer(name=b"empty", rect=(0, 0, 0, 0), empty_channels=(-1, 0, 1, 2)), PLAIN
    ),
    "clipped to a clipped one": rgb(
        replace(PLAIN, name=b"base"), replace(PLAIN, name=b"c1", clipping=1), replace(PLAIN, clipping=1)
    ),
    "transparent and invisible": rgb(replace(PLAIN, flags=2 | 8, opacity=0)),
    "a merged picture that is not there": OddFile(layers=(PLAIN,), merged=RGB, merged_packing=0),
}


def read(data: bytes) -> Document:
    return read_psd(data, limits=LIMITS, name="odd.psd")


def find_photo(document: Document) -> Layer:
    wanted = [layer for layer in document.walk_layers() if not layer.rect.is_empty]
    return wanted[-1]


@pytest.mark.parametrize("odd", VARIANTS.values(), ids=list(VARIANTS))
def test_it_opens_with_the_right_samples(odd: OddFile) -> None:
    document = read(odd.build())
    photo, planes = (
        find_photo(document),
        odd.layers[-1].planes or next(one for one in odd.layers if one.planes).planes,
    )
    ink = document.mode is ColorMode.CMYK
    for number in range(document.mode.channels):
        stored = planes[number]
        assert np.array_equal(
            photo.pixels[..., number], depth_white(document.depth) - stored if ink else stored
        )
    if -1 in planes:
        assert photo.alpha is not None
        assert np.array_equal(photo.alpha, planes[-1])
    else:
        assert photo.alpha is None


@pytest.mark.parametrize("odd", VARIANTS.values(), ids=list(VARIANTS))
def test_it_takes_a_mask_and_nothing_else_changes(odd: OddFile) -> None:
    before = odd.build()
    index = max(at for at, layer in enumerate(odd.layers) if layer.planes)
    left, top, right, bottom = odd.layers[index].rect
    rect = Rect(left, top, right, bottom)
    values = noise(1, dtype=np.uint8 if odd.depth == 8 else np.uint16, seed=9)[0]
    mask = Mask(rect, cast("Samples", values))
    number = 1 + sum(1 for layer in odd.layers[index + 1 :] if layer.name != END.name)
    target = BytesIO()
    report = add_mask_in_place(
        BytesIO(before), target, NewMask(layer=number, mask=mask), limits=LIMITS, name="odd.psd"
    )
    after = target.getvalue()
    photo = find_photo(read(after))
    assert photo.mask is not None
    assert photo.mask.rect == rect
    assert np.array_equal(photo.mask.pixels, values)
    wanted = {f"layer {index} mask", f"layer {index} channel -2"}
    if any("Background" in change for change in report.changed):
        wanted |= {f"layer {index} {part}" for part in ("channel -1", "flags", "name")}
    spare = changed_keys(before, after) - wanted
    if report.composite_made:
        spare -= {"merged", "resource 1036", "header", "count"}
    assert not spare


def test_layers_that_were_masked_before_are_read_with_their_mask() -> None:
    for tail in (b"\0\0\0\0", b"\xff\0\0\0", b"\0\x02" + bytes(18)):
        photo = find_photo(read(rgb(replace(MASKED, mask_tail=tail)).build()))
        assert photo.mask is not None
        assert photo.mask.rect == Rect(2, 1, 6, 4)
        assert np.array_equal(photo.mask.pixels, G[:3, :4])
        assert photo.mask.outside == tail[0] / 255
        assert photo.mask.enabled == (tail[1] == 0)


def test_groups_twelve_deep_keep_their_order() -> None:
    (node,) = read(VARIANTS["in twelve groups"].build()).layers
    for _ in range(11):
        assert isinstance(node, Group)
        (node,) = node.children
    assert isinstance(node, Group)
    assert isinstance(node.children[0], Layer)


def test_a_file_without_a_merged_picture_opens_from_its_layers() -> None:
    odd = rgb(PLAIN)
    data = odd.build()[: -len(R.tobytes()) * 3 - 2]
    document = read(data)
    assert document.composite is None
    assert any("merged picture" in note for note in document.notes)
    assert np.array_equal(find_photo(document).pixels[..., 0], R)


@pytest.mark.parametrize("mode", [0, 2, 7], ids=["bitmap", "indexed", "multichannel"])
def test_kinds_whose_layers_cannot_take_masks_say_so(mode: int) -> None:
    bits = np.zeros((6, 1), np.uint8)
    merged = (bits,) if mode == 0 else tuple(noise(1 if mode == 2 else 2))
    odd = OddFile(
        merged=merged, mode=mode, depth=1 if mode == 0 else 8, colours=bytes(768) if mode == 2 else b""
    )
    assert read(odd.build()).layers
    mask = Mask(Rect(0, 0, 8, 6), np.zeros((6, 8), np.uint8))
    with pytest.raises(UnsupportedFile, match="no layers"):
        add_mask_in_place(
            BytesIO(odd.build()), BytesIO(), NewMask(layer=1, mask=mask), limits=LIMITS, name="odd.psd"
        )
