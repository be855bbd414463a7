"""What a worker does for a host: masks, edges, colours, and refusals in sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from mattework.arrays import Bytes
from mattework.errors import UsageError
from mattework.worker.client import connect_worker
from mattework.worker.cutting import cut_subject
from mattework.worker.protocol import (
    PROTOCOL,
    AdjustRequest,
    ColoursRequest,
    CutRequest,
    EdgeOptions,
    EngineError,
    Picture,
    RefineRequest,
    ShadowRequest,
)
from patience import finish_program
from samples import draw_disc
from worker.conftest import COMMAND
from worker.driving import send_disc, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and permissions are those of Unix")


def test_a_picture_is_cut_and_the_next_call_finds_the_same_warm_worker(places: Path) -> None:
    steps: list[tuple[str, float]] = []
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        request = CutRequest(picture, "u8", edge=EdgeOptions(solver="guided"))
        value = client.call("cut", request, lambda *step: steps.append(step))
        mask = np.fromfile(folder / value["mask"], np.uint8).reshape(80, 96)
        colours = np.fromfile(folder / value["colours"], np.uint8)
        first = client.record.pid
    _, truth = draw_disc()
    assert np.abs(mask / 255 - truth).mean() < 0.02
    assert colours.size == 96 * 80 * 3
    assert json.loads(value["recipe"])["subject"]["model"] == "mattework-subject"
    fractions = [fraction for _, fraction in steps]
    assert fractions == sorted(fractions)
    assert "finding the subject" in {text for text, _ in steps}
    assert wait_until(lambda: not folder.exists()), "the raw files go when the client goes"
    with connect_worker(COMMAND) as again:
        assert again.record.pid == first


def test_an_edge_is_adjusted_and_only_work_that_is_lost_is_told(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        value = client.call("cut", CutRequest(picture, "u8", edge=EdgeOptions(solver="guided")))
        mask = (folder / value["mask"]).read_bytes()
        (folder / "own.raw").write_bytes(mask)
        request = AdjustRequest(
            picture,
            "u8",
            value["recipe"],
            value["soft_mask"],
            edge=EdgeOptions(solver="guided", shift=-2.0),
            existing="own.raw",
        )
        adjusted = client.call("adjust", request)
        assert not [note for note in adjusted["notes"] if "mask" in note]
        assert sum((folder / adjusted["mask"]).read_bytes()) < sum(mask)
        (folder / "own.raw").write_bytes(bytes(100) + mask[100:-1] + b"\x07")
        assert any("changed after it was cut" in note for note in client.call("adjust", request)["notes"])


def test_an_edge_is_not_adjusted_in_a_picture_that_was_turned_or_cropped(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        raw = np.fromfile(folder / "picture.raw", np.uint8).reshape(80, 96, 3)
        raw = np.ascontiguousarray(np.roll(raw, -18, axis=1))
        raw.tofile(folder / "picture.raw")
        value = client.call("cut", CutRequest(picture, "u8", edge=EdgeOptions(solver="guided")))
        mask = np.fromfile(folder / value["mask"], np.uint8).reshape(80, 96)
        soft_mask = (folder / value["soft_mask"]).read_bytes()

        def adjust(pixels: Bytes, own: Bytes) -> list[str]:
            (folder / "soft.png").write_bytes(soft_mask)
            np.ascontiguousarray(pixels).tofile(folder / "picture.raw")
            np.ascontiguousarray(own).tofile(folder / "own.raw")
            seen = replace(picture, width=pixels.shape[1], height=pixels.shape[0])
            request = AdjustRequest(
                seen, "u8", value["recipe"], "soft.png", edge=EdgeOptions(solver="guided"), existing="own.raw"
            )
            notes: list[str] = client.call("adjust", request)["notes"]
            return notes

        assert any("changed" in note or "another" in note for note in adjust(raw // 2, mask))
        for pixels, own in ((raw[:, ::-1], mask[:, ::-1]), (raw[::-1, ::-1], mask[::-1, ::-1])):
            with pytest.raises(EngineError, match="turned or mirrored"):
                adjust(pixels, own)
        with pytest.raises(EngineError, match="other proportions"):
            adjust(raw[:, 8:70], mask[:, 8:70])
        with pytest.raises(EngineError, match="cropped"):
            adjust(raw[:40, :48], mask[:40, :48])


def test_a_network_that_is_asked_for_is_not_the_file_that_automatic_once_took(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, _ = send_disc(client)
        value = client.call("cut", CutRequest(picture, "u8"))
        recipe = json.loads(value["recipe"])
        assert recipe["solver_used"] == "neural"
        recipe["matting"]["sha256"] = "0" * 64  # of an older version
        mask = value["soft_mask"]
        text = json.dumps(recipe)
        for solver, told in (("auto", True), ("neural", False)):
            request = AdjustRequest(picture, "u8", text, mask, edge=EdgeOptions(solver=solver))
            adjusted = client.call("adjust", request)
            assert any("another version" in note for note in adjusted["notes"]) == told
            assert json.loads(adjusted["recipe"])["matting"]["sha256"] != "0" * 64


def test_a_recipe_with_very_many_strokes_is_adjusted(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, _ = send_disc(client)
        value = client.call("cut", CutRequest(picture, "u8", edge=EdgeOptions(solver="guided")))
        recipe = json.loads(value["recipe"])
        points = [[48.25 + number % 7, 40.75] for number in range(150_000)]
        recipe["strokes"] = [{"kind": "foreground", "radius": 3.0, "points": points}]
        text = json.dumps(recipe)
        assert len(text) > 2 << 20
        request = AdjustRequest(picture, "u8", text, value["soft_mask"], edge=EdgeOptions(solver="guided"))
        adjusted = client.call("adjust", request)
        assert len(json.loads(adjusted["recipe"])["strokes"][0]["points"]) == 150_000


def test_a_part_of_a_layer_is_adjusted_as_the_whole_is(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        edge = EdgeOptions(solver="guided", feather=2.0)
        value = client.call("cut", CutRequest(picture, "u8", edge=edge))
        whole = np.fromfile(folder / value["mask"], np.uint8).reshape(picture.height, picture.width)
        pixels = np.fromfile(folder / picture.file, np.uint8).reshape(picture.height, picture.width, -1)
        left, top = 4, picture.height // 4
        np.ascontiguousarray(pixels[top : top + 50, left : left + 60]).tofile(folder / "part.raw")
        part = replace(picture, file="part.raw", width=60, height=50)
        place = (left, top, picture.width, picture.height)
        request = AdjustRequest(part, "u8", value["recipe"], value["soft_mask"], edge=edge, part=place)
        adjusted = client.call("adjust", request)
        mask = np.fromfile(folder / adjusted["mask"], np.uint8).reshape(50, 60)
        assert adjusted["notes"] == []
        seen = whole[top : top + 50, left : left + 60]
        assert seen.min() < 50 < 200 < seen.max()
        assert np.abs(mask[8:-8, 8:-8].astype(int) - seen[8:-8, 8:-8]).mean() < 6
        with pytest.raises(EngineError, match="outside the layer"):
            client.call("adjust", replace(request, part=(picture.width - 30, 0, *place[2:])))
        with pytest.raises(EngineError, match="has no part"):
            client.call("adjust", replace(request, part=(0, 0, -5, -5)))


def test_the_edge_is_solved_only_where_the_band_says_so(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        _, truth = draw_disc()
        known = np.where(truth > 0.5, 255, 0).astype(np.uint8)  # a mask with its soft edge lost
        known.tofile(folder / "known.raw")
        band = np.zeros((80, 96), np.uint8)
        band[:, :48] = (np.abs(truth[:, :48] - 0.5) < 0.5) * np.uint8(255)
        band.tofile(folder / "band.raw")
        request = RefineRequest(picture, "u8", "band.raw", "u8", existing="known.raw")
        value = client.call("refine", request)
        mask = np.fromfile(folder / value["mask"], np.uint8).reshape(80, 96)
    assert (mask[band == 0] == known[band == 0]).all()
    inside = band > 0
    better = np.abs(mask[inside] / 255 - truth[inside]).mean()
    assert better < 0.5 * np.abs(known[inside] / 255 - truth[inside]).mean()


def test_a_selection_with_nothing_known_around_it_is_refused(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, folder = send_disc(client)
        np.full((80, 96), 255, np.uint8).tofile(folder / "band.raw")
        with pytest.raises(EngineError, match="Outside the selection"):
            client.call("refine", RefineRequest(picture, "u8", "band.raw", "u8", existing="known.raw"))


def test_refusals_are_sentences_and_the_connection_goes_on(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        with pytest.raises(EngineError, match="cannot 'fly'"):
            client.call("fly")
        picture, folder = send_disc(client)
        with pytest.raises(EngineError, match="not the name of a file"):
            client.call("colours", ColoursRequest(picture, "u8", "../../etc/passwd"))
        with pytest.raises(EngineError, match="has 7680 bytes"):
            client.call("colours", ColoursRequest(picture, "u16", "known.raw"))
        with pytest.raises(EngineError, match="cannot be read"):
            client.call("cut", {"picture": 3, "sample": "u8"})
        for name in ("a\0b", "\ud800"):
            with pytest.raises(EngineError, match="not the name of a file"):
                client.call("cut", CutRequest(replace(picture, icc=name), "u8"))
        with pytest.raises(EngineError, match="-96 x 80 cannot be taken"):
            client.call("cut", CutRequest(replace(picture, width=-96), "u8"))
        with pytest.raises(EngineError, match="-96 x -80 cannot be taken"):
            client.call("shadow", ShadowRequest(-96, -80, "known.raw", "u8"))
        assert (folder / "picture.raw").exists()


def test_a_misspelt_request_is_named_and_not_passed_over(places: Path) -> None:
    with connect_worker(COMMAND) as client:
        picture, _ = send_disc(client)
        asked = asdict(CutRequest(picture, "u8"))
        with pytest.raises(EngineError, match='nothing here is called "promts"'):
            client.call("cut", {**asked, "promts": []})
        with pytest.raises(EngineError, match=r'nothing here is called "edge\.fether"'):
            client.call("cut", {**asked, "edge": {"fether": 3.0}})


def test_a_full_disk_is_told_and_nothing_stays(places: Path) -> None:
    """The raw files lie on a disk of one megabyte, which the picture fills and its colours would burst."""
    if os.getuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("a small disk can only be made by root, where mounting is allowed")
    script = (
        "import sys\n"
        "from mattework.worker.client import connect_worker\n"
        "from mattework.worker.protocol import ColoursRequest, EngineError, Picture\n"
        f"client = connect_worker({COMMAND!r}); folder = client.open_folder()\n"
        "(folder / 'picture.raw').write_bytes(bytes(500 * 500 * 3))\n"
        "(folder / 'known.raw').write_bytes(bytes(range(250)) * 1000)\n"
        "request = ColoursRequest(Picture('picture.raw', 500, 500, 3, False, 'u8'), 'u8', 'known.raw')\n"
        "try: client.call('colours', request)\n"
        "except EngineError as error: print(error)\n"
        "print(client.call('about')['protocol']); client.call('stop')\n"
    )
    mount = f"mount -t tmpfs -o size=1100k none '{places / 'tmp'}'; exec \"$@\""
    command = [
        "unshare",
        "-m",
        "--propagation",
        "private",
        "sh",
        "-ec",
        mount,
        "sh",
        sys.executable,
        "-c",
        script,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        said = finish_program(process).decode()
    assert "The disk is full" in said
    assert said.splitlines()[-1] == str(PROTOCOL), "the worker lives on"


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"combine": "zz"}, "combined by replace, intersect, add, subtract, not 'zz'"),
        ({"combine": "add"}, "To add a mask needs the layer's"),
        ({"sample": "u7"}, "'u7' are not known"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_before_any_work(wish: dict[str, str], says: str) -> None:
    picture = Picture("nothing.raw", 4, 4, 3, False, "u8")
    request = CutRequest(**{"picture": picture, "sample": "u8", **wish})  # type: ignore[arg-type]

    def progress(step: str, _: float) -> None:
        pytest.fail(f"began with {step}")

    with pytest.raises(UsageError, match=says):
        cut_subject(None, request, None, progress)  # type: ignore[arg-type]
