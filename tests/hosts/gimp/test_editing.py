"""Open in Mattework in the real GIMP 3, with the real editor and a script that sits before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from hosts.gimp.conftest import GIMP_30
from hosts.gimp.host import GimpHost
from hosts.gimp.test_journeys import look_at, read_mask, succeed

JOURNEYS = {GIMP_30: "editing"}
ORIGINAL = [{"name": "Disc", "visible": True, "mask": False}]
UNDER = ["Shadow", "Background"]


def test_what_is_applied_comes_back_as_mask_and_layers(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "editing")
    succeed(entry["applied"])
    names = [one["name"] for one in entry["layers"]]
    assert names == ["Disc (clean colours)", "Disc", *UNDER]
    assert [one["visible"] for one in entry["layers"]] == [True, False, True, True]
    assert entry["places"][:2] == [[9, -3], [9, -3]]
    assert entry["ground"] == [16, 32, 48, 255]
    assert entry["kept"], "pixels and selection are as they were"
    assert entry["selected"] == ["Disc"]
    mask = read_mask(host, entry["mask"])
    assert mask[40, 50] == 255
    assert mask[2, 2] == 0


def test_the_recipe_brings_the_same_work_back_from_either_layer(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "editing")
    assert entry["parasites"] == [
        "mattework-mark", "mattework-mask-crc", "mattework-recipe", "mattework-recipe-crc", "mattework-soft-mask",
    ]  # fmt: skip
    assert [stroke["kind"] for stroke in entry["recipe"]["strokes"]] == ["foreground"]
    succeed(entry["again"])
    assert [one["name"] for one in entry["layers_again"]] == ["Disc (clean colours)", "Disc", *UNDER]
    before = read_mask(host, entry["mask"]).astype(int)
    assert np.abs(read_mask(host, entry["mask_again"]).astype(int) - before).max() <= 1


def test_cancel_and_an_editor_that_is_killed_change_nothing(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "editing")
    assert entry["died"]["status"] == "cancel"
    assert entry["untouched"] == ORIGINAL
    assert entry["cancelled"]["status"] == "cancel"
    assert entry["after_cancel"]
    assert entry["files"] == []


def test_without_the_editor_one_sentence_says_how_to_get_it(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "editing")["missing"]
    assert entry["status"] == "execution-error"
    assert "pip install PyQt6" in entry["error"]
    assert "Traceback" not in entry["error"]


def test_indexed_images_get_the_mask_and_linear_ones_everything(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "editing")
    succeed(entry["indexed"])
    assert entry["indexed_layers"] == [{"name": "Disc", "visible": True, "mask": True}]
    succeed(entry["linear"])
    assert [one["name"] for one in entry["linear_layers"]] == ["Disc (clean colours)", "Disc", *UNDER]
