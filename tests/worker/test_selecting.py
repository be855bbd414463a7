"""Object selection through a real worker: a photo stays encoded between clicks, and what was clicked can be cut."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from mattework.arrays import AnyArray
from mattework.worker.client import WorkerClient, connect_worker
from mattework.worker.protocol import CutRequest, EdgeOptions, EngineError, Gesture, Picture, SelectRequest
from segment.prompted_networks import open_maps_network
from worker.conftest import COMMAND

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the worker's sockets here are those of Unix")

RED, GREEN = Gesture("point", ((60.0, 80.0),)), Gesture("point", ((180.0, 80.0),))
MODEL = "maps"


@pytest.fixture
def own_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny network that answers clicks, as a model that the user added."""
    for name in ("models", "config", "cache"):
        monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / name))
    open_maps_network(tmp_path / "models")


def send_squares(client: WorkerClient, name: str = "picture.raw", shift: int = 0) -> tuple[Picture, Path]:
    """A red square on the left and a green one on the right, 240 x 160."""
    scene = np.full((160, 240, 3), 90, np.uint8)
    scene[40:120, 20 + shift : 100 + shift] = (230, 30, 30)
    scene[40:120, 140:220] = (30, 200, 40)
    folder = client.open_folder()
    scene.tofile(folder / name)
    return Picture(name, 240, 160, 3, False, "u8"), folder


def read_selection(folder: Path, value: dict[str, object]) -> AnyArray:
    plane = np.fromfile(folder / str(value["mask"]), np.uint8)
    return plane.reshape(int(str(value["height"])), int(str(value["width"])))


def test_clicks_select_and_what_was_clicked_is_cut(places: Path, own_model: None) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_squares(client)
        one = client.call("select", SelectRequest(picture, (RED,), MODEL, 240, 160))
        red = read_selection(folder, one)
        both = read_selection(
            folder, client.call("select", SelectRequest(picture, (RED, GREEN), MODEL, 240, 160))
        )
        request = CutRequest(picture, "u8", MODEL, edge=EdgeOptions(solver="guided"), prompts=(RED,))
        value = client.call("cut", request)
        mask = np.fromfile(folder / value["mask"], np.uint8).reshape(160, 240)

    assert red[80, 60] > 200
    assert red[80, 180] < 50
    assert np.abs(np.array(one["box"]) - (20, 40, 100, 120)).max() <= 8
    assert one["confidence"] > 0.7
    assert both[80, 180] > red[80, 180]
    assert mask[80, 60] == 255
    assert mask[80, 180] == 0
    subject = json.loads(value["recipe"])["subject"]
    assert (subject["origin"], subject["model"]) == ("prompts", MODEL)
    assert subject["prompts"] == [{"kind": "point", "points": [[60.0, 80.0]], "adds": True}]


def test_a_soft_mask_comes_as_fine_as_it_is_asked_for(places: Path, own_model: None) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_squares(client)
        coarse = read_selection(
            folder, client.call("select", SelectRequest(picture, (RED,), MODEL, 240, 160))
        )
        client.call("select", SelectRequest(picture, (RED,), MODEL, 240, 160, sample="u16"))
        fine = np.fromfile(folder / "selection.raw", np.uint16).reshape(160, 240)
        with pytest.raises(EngineError, match="not known"):
            client.call("select", SelectRequest(picture, (RED,), MODEL, sample="u7"))
    assert np.abs(fine / 257 - coarse).max() <= 0.51
    assert (fine % 257 != 0).any(), "no bytes in disguise"


def test_a_picture_written_anew_is_another_photo(places: Path, own_model: None) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_squares(client)
        before = read_selection(
            folder, client.call("select", SelectRequest(picture, (RED,), MODEL, 240, 160))
        )
        send_squares(client, shift=18)
        after = read_selection(folder, client.call("select", SelectRequest(picture, (RED,), MODEL, 240, 160)))

    assert before[80, 24] > 128
    assert after[80, 24] < 128
    assert after[80, 112] > 128


def test_a_selection_can_begin_from_a_mask(places: Path, own_model: None) -> None:
    away = Gesture("point", ((180.0, 80.0),), adds=False)
    with connect_worker(COMMAND) as client:
        picture, folder = send_squares(client)
        start = np.zeros((160, 240), np.uint8)
        start[40:120, 20:220] = 255
        start.tofile(folder / "start.raw")
        request = SelectRequest(picture, (), MODEL, 240, 160, start="start.raw")
        untouched = read_selection(folder, client.call("select", request))
        request = SelectRequest(picture, (RED, away), MODEL, 240, 160, start="start.raw")
        corrected = read_selection(folder, client.call("select", request))
        cut = CutRequest(picture, "u8", MODEL, prompts=(RED, away), start="start.raw")
        value = client.call("cut", cut)
        mask = np.fromfile(folder / value["mask"], np.uint8).reshape(160, 240)

    assert untouched[80, 180] > 200
    assert corrected[80, 180] < 50
    assert corrected[80, 60] > 200
    assert mask[80, 60] == 255
    assert mask[80, 180] == 0


def test_a_selection_of_many_clicks_is_cancelled_between_them(places: Path, own_model: None) -> None:
    clicks = tuple(Gesture("point", ((20.0 + n % 80, 40.0 + n // 80),)) for n in range(400))
    with connect_worker(COMMAND) as client:
        picture, _ = send_squares(client)
        client.call("select", SelectRequest(picture, (), MODEL))  # from here on the photo is seen
        with pytest.raises(EngineError) as refused:
            client.call("select", SelectRequest(picture, clicks, MODEL), lambda *_: client.cancel())
        assert refused.value.kind == "Cancelled"
        assert client.call("select", SelectRequest(picture, (RED,), MODEL))["confidence"] > 0.7


def test_refusals_tell_what_is_wrong(places: Path, own_model: None) -> None:
    outside = Gesture("point", ((500.0, 80.0),))
    with connect_worker(COMMAND) as client:
        picture, _ = send_squares(client)
        with pytest.raises(EngineError, match="outside the photo, which is 240 x 160"):
            client.call("select", SelectRequest(picture, (outside,), MODEL))
        with pytest.raises(EngineError, match="takes no prompts"):
            client.call("select", SelectRequest(picture, (RED,), "mattework-subject"))
        with pytest.raises(EngineError, match="selects what you point at"):
            client.call("cut", CutRequest(picture, "u8", MODEL))
        with pytest.raises(EngineError, match="cannot be read"):
            client.call("select", {"picture": {}, "prompts": [{"kind": "star", "points": []}]})
        for size in ((-240, -160), (1 << 20, 1 << 20), (1 << 40, 1)):
            with pytest.raises(EngineError, match="cannot be taken"):
                client.call("select", SelectRequest(picture, (RED,), MODEL, *size))
        with pytest.raises(EngineError, match="goes with prompts"):
            client.call("cut", CutRequest(picture, "u8", start="start.raw"))
        about = client.call("about")
    assert {"id": MODEL, "name": MODEL} in about["prompt_models"]
    assert about["default_prompt_model"] == "mattework-prompt"
