"""GIMP with its windows, as a user sees it: the dialog, the mask, one undo, one redo."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hosts.gimp.conftest import GIMP_30, FindHost
from hosts.gimp.host import GimpHost
from hosts.gimp.screen import HEIGHT, WIDTH, Screen, open_screen
from readers.programs import ProgramMissing
from samples import draw_disc

EDIT_MENU, UNDO, REDO = (58, 12), (85, 36), (85, 61)
"""Where they are in GIMP's main window; without a window manager, keys do not always reach it."""


def wait_for(path: Path, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert not (path.parent / "failed").exists(), "the script inside GIMP failed"
        assert time.monotonic() < end, f"no {path.name} within {seconds:.0f} s"
        time.sleep(0.05)


@contextmanager
def open_windows(host: GimpHost, screen: Screen, settings: dict[str, str]) -> Iterator[Path]:
    """GIMP with windows, running windows.py; gives the folder of signals."""
    signals = host.work / "signals"
    signals.mkdir(exist_ok=True)
    for old in signals.iterdir():
        old.unlink()
    variables = {"DISPLAY": screen.display, "MATTEWORK_TEST_WORK": str(host.work), **settings}
    log = host.work / "windows.log"
    with log.open("wb") as stream:
        gimp = subprocess.Popen(
            host.command(host.work / "windows.py", variables, windows=True),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            yield signals
        finally:
            (signals / "end").touch()
            gimp.terminate()
            gimp.wait(30)


@pytest.fixture(scope="module")
def session(hosts: FindHost, artefacts: Path) -> dict[str, Any]:
    """One session: dialog, OK, Ctrl+Z, Ctrl+Y; with a mask and a selection there before."""
    try:
        host = hosts(GIMP_30)
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    rgb, _ = draw_disc(480, 400)
    picture = host.work / "picture.png"
    Image.fromarray(rgb).save(picture)
    frame = host.work / "frame"
    frame.mkdir(exist_ok=True)
    try:
        with open_screen(frame) as screen:
            settings = {"MATTEWORK_TEST_PICTURE": str(picture), "MATTEWORK_TEST_MASK": "yes"}
            with open_windows(host, screen, settings) as signals:
                wait_for(signals / "shown")
                dialog = screen.find_window("Remove Background")
                previewed = await_preview(screen)
                keep(screen, artefacts / "gimp-dialog.png")
                screen.click_in(dialog, -68, -42)
                wait_for(signals / "done")
                time.sleep(1)
                keep(screen, artefacts / "gimp-masked.png")
                main = screen.find_window("GIMP$")
                for name, row in (("undone", UNDO), ("redone", REDO)):
                    screen.click_in(main, *EDIT_MENU)
                    time.sleep(1)
                    keep(screen, artefacts / f"gimp-menu-{name}.png")
                    screen.click_in(main, *row)
                    time.sleep(1.5)
                    keep(screen, artefacts / f"gimp-{name}.png")
                    (signals / f"{name}?").touch()
                    wait_for(signals / name)
                (signals / "again?").touch()
                screen.click_in(screen.find_window("Remove Background"), -161, -42)
                wait_for(signals / "cancelled")
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    states: dict[str, Any] = json.loads((host.work / "out" / "states.json").read_text(encoding="utf-8"))
    return {**states, "previewed": previewed}


def await_preview(screen: Screen, seconds: float = 240) -> bool:
    """Whether the dialog comes to show the subject on its checkerboard."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        picture = screen.take_picture()
        if all((picture == gray).all(axis=-1).sum() > 2000 for gray in (0x99, 0x66)):
            return True
        time.sleep(0.5)
    return False


def keep(screen: Screen, path: Path) -> None:
    Image.fromarray(screen.take_picture()).save(path)


def test_the_dialog_shows_the_subject_before_anything_is_done(session: dict[str, Any]) -> None:
    assert session["previewed"]


def test_the_dialog_says_ok_and_the_layer_has_its_mask(session: dict[str, Any]) -> None:
    assert session["status"] == "success", session["error"]
    before, after = session["before"]["layers"], session["after"]["layers"]
    assert [one[0] for one in after] == [f"{before[0][0]} (clean colours)", before[0][0]]
    assert after[1][3] != before[0][3], "the white mask was replaced"
    assert after[1][2] == before[0][2], "the pixels stayed"
    assert session["after"]["selection"] == session["before"]["selection"]


def test_one_undo_brings_everything_back(session: dict[str, Any]) -> None:
    assert session["undone"] == session["before"]


def test_one_redo_makes_it_again_byte_for_byte(session: dict[str, Any]) -> None:
    assert session["redone"] == session["after"]


def test_cancel_in_the_dialog_changes_nothing(session: dict[str, Any]) -> None:
    assert session["second_status"] == "cancel"
    assert session["cancelled"] == session["redone"]


@contextmanager
def show_disc(
    hosts: FindHost, name: str, size: tuple[int, int], **settings: str
) -> Iterator[tuple[GimpHost, Screen, Path]]:
    """GIMP with a disc of that size, where windows.py runs with the settings; skips where a program is missing."""
    try:
        host = hosts(GIMP_30)
        frame = host.work / f"frame-{name}"
        frame.mkdir()
        picture = host.work / f"{name}.png"
        Image.fromarray(draw_disc(*size)[0]).save(picture, compress_level=1)
        variables = {f"MATTEWORK_TEST_{one}": value for one, value in settings.items()}
        variables["MATTEWORK_TEST_PICTURE"] = str(picture)
        with open_screen(frame) as screen, open_windows(host, screen, variables) as signals:
            wait_for(signals / "shown")
            yield host, screen, signals
    except ProgramMissing as missing:
        pytest.skip(str(missing))


def test_adjust_edge_shows_a_part_at_full_size_and_another_where_one_clicks(
    hosts: FindHost, artefacts: Path
) -> None:
    choices = {"FIRST": "mattework-remove-background", "PROCEDURE": "mattework-adjust-edge", "SETTINGS": "{}"}
    with show_disc(hosts, "edge", (1500, 900), **choices) as (host, screen, signals):
        dialog = screen.find_window("Adjust Edge")
        screen.call("windowmove", "--sync", dialog, "0", "0")
        assert await_preview(screen)
        edge = count_checks(screen)
        keep(screen, artefacts / "gimp-edge.png")
        screen.click_in(dialog, *find_map(screen))
        middle = await_change(screen, edge)
        keep(screen, artefacts / "gimp-edge-middle.png")
        screen.click_in(dialog, -68, -42)
        wait_for(signals / "done")
    states = json.loads((host.work / "out" / "states.json").read_text(encoding="utf-8"))
    assert middle < 0.2 * edge, "in the middle of the disc nothing is transparent"
    assert states["status"] == "success", states["error"]
    assert states["after"]["layers"] == states["before_dialog"]["layers"], (
        "the settings were what they had been"
    )


def count_checks(screen: Screen) -> int:
    """Pixels of the checkerboard in the dialog, which lies in the upper left corner, over the image in GIMP."""
    picture = screen.take_picture()[:450, :330]
    return sum(int((picture == gray).all(axis=-1).sum()) for gray in (0x99, 0x66))


def find_map(screen: Screen) -> tuple[int, int]:
    """The middle of the small picture of the whole layer: only there its blue ground is seen in the dialog."""
    picture = screen.take_picture()[:, :330].astype(int)
    rows, columns = (np.abs(picture - (60, 90, 160)).max(axis=-1) < 30).nonzero()
    assert len(rows) > 1000
    return int(columns.min() + columns.max()) // 2, int(rows.min() + rows.max()) // 2


def await_change(screen: Screen, before: int, seconds: float = 120) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = count_checks(screen)
        if now < 0.5 * before:
            time.sleep(1)
            return count_checks(screen)
        time.sleep(0.3)
    return count_checks(screen)


CANCEL = (-282, -17)
"""Cancel in the status bar, from the lower right corner of a main window that fills the screen."""


def test_cancel_comes_before_the_image_is_changed_or_not_at_all(hosts: FindHost, artefacts: Path) -> None:
    """GIMP's Cancel kills the plug-in: while it puts its layers into the image, half of them would stay."""
    with show_disc(hosts, "cancel", (3600, 3000)) as (host, screen, signals):
        dialog, main = screen.find_window("Remove Background"), screen.find_window("GIMP$")
        screen.call("windowsize", "--sync", main, str(WIDTH), str(HEIGHT))
        screen.call("windowmove", "--sync", main, "0", "0")
        screen.call("windowraise", dialog)
        screen.click_in(dialog, -68, -42)
        # Folders of the preview come and go while we look: os.walk passes over them.
        while not any("kept0-soft-mask.png" in names for _, _, names in os.walk(host.work / "tmp")):
            assert not (signals / "done").exists(), (signals.parent / "windows.log").read_text()
        keep(screen, artefacts / "gimp-cancel.png")
        place = (str(WIDTH + CANCEL[0]), str(HEIGHT + CANCEL[1]))
        screen.call("mousemove", *place, "click", "--repeat", "40", "--delay", "25", "1")
        wait_for(signals / "done")
        keep(screen, artefacts / "gimp-cancelled.png")
    states = json.loads((host.work / "out" / "states.json").read_text(encoding="utf-8"))
    before, after = states["before"]["layers"], states["after"]["layers"]
    if states["status"] == "success":
        assert [one[3] is not None for one in after] == [True, True]
    else:
        assert after == before
