"""Select Object and Shadow in the real GIMP 3, against what the core makes of the same gestures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hosts.gimp.conftest import GIMP_30, GIMP_32, both_versions
from hosts.gimp.host import GimpHost
from hosts.gimp.test_journeys import HEIGHT, WIDTH, look_at, read_mask, succeed
from mattework import Layer, Prompt, Shadow, cut_out, draw_shadow
from mattework.arrays import AnyArray
from mattework.worker.rasters import DTYPES, unit_values
from samples import draw_disc
from segment.prompted_networks import open_maps_network

JOURNEYS = {GIMP_30: "pointing objects_of_every_kind shadows", GIMP_32: "pointing shadows"}
LEFT, TOP = -6, -4
"""Where the layer lies on its canvas of 90 by 70."""


def cut_in_core(folder: Path, *prompts: Prompt) -> AnyArray:
    """The mask (uint16) that the core makes of the same gestures, without GIMP."""
    rgb, _ = draw_disc()
    picture = rgb.astype(np.uint16) * np.uint16(257)
    done = cut_out(picture, prompts=prompts, session=open_maps_network(folder), solver="guided")
    layer = next(one for one in done.document.layers if isinstance(one, Layer) and one.mask is not None)
    assert layer.mask is not None
    return layer.mask.pixels


@both_versions
def test_a_rectangle_around_the_object_selects_it(
    host: GimpHost, seen: dict[str, Any], tmp_path: Path
) -> None:
    entry = look_at(seen, "pointing")["box"]
    succeed(entry)
    corners = ((10.0 - LEFT, 8.0 - TOP), (70.0 - LEFT, 64.0 - TOP))
    wanted = cut_in_core(tmp_path, Prompt(kind="box", points=corners))
    found = np.fromfile(host.work / "out" / entry["selection"], np.uint16).reshape(70, 90)
    assert found.tobytes() == np.ascontiguousarray(wanted[4:74, 6:96]).tobytes()
    assert (found > 0).any()
    assert entry["selected"] == ["Disc"]
    assert entry["channels"] == 0


@both_versions
def test_the_anchors_of_a_path_become_the_layers_mask_and_a_recipe(
    host: GimpHost, seen: dict[str, Any], tmp_path: Path
) -> None:
    entry = look_at(seen, "pointing")["path"]
    succeed(entry)
    points = [Prompt(kind="point", points=((x - LEFT, y - TOP),)) for x, y in ((42.0, 36.0), (40.0, 30.0))]
    assert read_mask(host, entry["mask"], "u16").tobytes() == cut_in_core(tmp_path, *points).tobytes()
    assert entry["selection_kept"]
    assert [one["name"] for one in entry["layers"]] == ["Disc (clean colours)", "Disc"]
    subject = json.loads(entry["recipe"])["subject"]
    assert subject["origin"] == "prompts"
    assert [prompt["points"] for prompt in subject["prompts"]] == [[[48, 40]], [[46, 34]]]
    succeed(look_at(seen, "pointing")["adjusted"])


@both_versions
@pytest.mark.parametrize("way", ["lasso", "painting"])
def test_outlines_and_painted_channels_point_too(host: GimpHost, seen: dict[str, Any], way: str) -> None:
    entry = look_at(seen, "pointing")[way]
    succeed(entry)
    _, truth = draw_disc()
    assert np.abs(unit_values(read_mask(host, entry["mask"], "u16")) - truth).mean() < 0.03


def test_an_object_can_be_taken_out_of_a_mask(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "pointing")
    succeed(entry["subtract"])
    before = read_mask(host, entry["painting"]["mask"], "u16")
    after = read_mask(host, entry["subtract"]["mask"], "u16")
    assert (after <= before).all()
    assert after[40, 48] == 0


KINDS = (
    "rgb-U8_NON_LINEAR", "rgb-U16_LINEAR", "rgb-FLOAT_LINEAR", "rgb-HALF_NON_LINEAR", "gray-U16_NON_LINEAR",
    "indexed-U8_NON_LINEAR",
)  # fmt: skip
REFUSALS = {
    "nothing": "Say which object is meant",
    "outside": "A point lies outside of the layer",
    "written": 'Points are written as "300,200 410,150"',
}


@pytest.mark.parametrize("mistake", REFUSALS)
def test_pointing_at_nothing_is_one_sentence(seen: dict[str, Any], mistake: str) -> None:
    entry = look_at(seen, "pointing")[mistake]
    assert entry["status"] == "calling-error"
    assert REFUSALS[mistake] in entry["error"]


@pytest.mark.parametrize(
    "kind",
    KINDS,
)
def test_objects_and_shadows_in_every_kind_of_image(host: GimpHost, seen: dict[str, Any], kind: str) -> None:
    entry = look_at(seen, "objects_of_every_kind")[kind]
    succeed(entry)
    assert entry["untouched"]
    assert entry["shadow_untouched"]
    assert (host.work / "out" / entry["mask"]).stat().st_size == WIDTH * HEIGHT * DTYPES[
        entry["mask_format"].rpartition(" ")[2]
    ].itemsize
    if kind.startswith("indexed"):
        assert "Convert it to RGB first" in entry["shadow"]["error"]
        assert len(entry["layers"]) == 1
    else:
        succeed(entry["shadow"])
        assert [one["name"] for one in entry["layers"]] == ["Disc", "Disc (shadow)"]


@both_versions
def test_a_shadow_is_the_cores_as_a_mask_over_one_colour(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "shadows")
    succeed(entry["drop"])
    soft = np.fromfile(host.work / "soft.raw", np.uint8).reshape(HEIGHT, WIDTH)
    alpha = np.zeros((120, 140), np.float32)
    alpha[10 : 10 + HEIGHT, 20 : 20 + WIDTH] = soft.astype(np.float32) / np.float32(255)
    rect, plane = draw_shadow(alpha, Shadow(kind="drop", dx=8, dy=6, blur=10))
    assert entry["place"] == [rect.left, rect.top, rect.width, rect.height]
    made = np.fromfile(host.work / "out" / entry["mask"], np.uint8).reshape(plane.shape)
    assert np.abs(made - plane * 255).max() <= 1
    assert entry["colour"] == [0x20, 0x30, 0x40]
    assert entry["one_colour"], "an active selection does not stop the filling"
    assert entry["opacity"] == pytest.approx(40)
    assert entry["untouched"]
    assert [one["name"] for one in entry["layers"]] == ["Disc", "Disc (shadow)"]


@both_versions
def test_shadows_of_groups_and_text_and_again(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "shadows")
    for name in ("contact", "group", "inner", "text"):
        succeed(entry[name])
    assert len(entry["layers_again"]) == 2, "the shadow of before was replaced"
    assert entry["children"] == ["Disc copy", "Disc copy (shadow)"]
    names = [one["name"] for one in entry["layers_at_last"]]
    assert names == ["Group", "Group (shadow)", "Disc", "Disc (shadow)"]
    assert entry["still_text"]
    assert "neither a mask nor transparency" in entry["uncut"]["error"]
