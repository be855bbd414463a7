"""A shadow from the worker, as GIMP asks for it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mattework import Shadow, draw_shadow
from mattework.worker.client import connect_worker
from mattework.worker.protocol import EngineError, ShadowRequest
from samples import draw_disc
from worker.conftest import COMMAND

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and permissions are those of Unix")


def test_the_shadow_of_a_mask_comes_with_its_place_and_the_lengths_that_suit_it(places: Path) -> None:
    _, alpha = draw_disc(240, 200)
    coded = np.rint(alpha * 65535).astype(np.uint16)
    with connect_worker(COMMAND) as client:
        folder = client.open_folder()
        coded.tofile(folder / "alpha.raw")
        request = ShadowRequest(240, 200, "alpha.raw", "u16", kind="contact", colour="#102030")
        value = client.call("shadow", request)
        left, top, width, height = value["rect"]
        plane = np.fromfile(folder / value["file"], np.uint16).reshape(height, width)
        rect, wanted = draw_shadow(coded.astype(np.float32) / np.float32(65535), Shadow(kind="contact"))
        assert (rect.left, rect.top, rect.width, rect.height) == (left, top, width, height)
        assert np.abs(plane - wanted * 65535).max() <= 1
        assert value["shadow"]["blur"] > 0
        assert value["colour"] == pytest.approx([16 / 255, 32 / 255, 48 / 255])

        np.zeros_like(coded).tofile(folder / "alpha.raw")
        empty = client.call("shadow", request)
        assert empty["rect"] is None
        assert "no shadow" in empty["notes"][0]
        with pytest.raises(EngineError, match="drop or a contact"):
            client.call("shadow", ShadowRequest(240, 200, "alpha.raw", "u16", kind="long"))
        with pytest.raises(EngineError, match="blur"):
            client.call("shadow", ShadowRequest(240, 200, "alpha.raw", "u16", blur=-1.0))
