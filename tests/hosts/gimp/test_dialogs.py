"""The rows of the dialogs in the real GIMP 3, and what is refused before a dialog is shown."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from hosts.gimp.conftest import both_versions
from hosts.gimp.host import GimpHost
from hosts.gimp.screen import open_screen
from readers.programs import ProgramMissing


@pytest.fixture
def rows(host: GimpHost) -> dict[str, Any]:
    try:
        return _run_rows(host)
    except ProgramMissing as missing:
        pytest.skip(str(missing))


@cache
def _run_rows(host: GimpHost) -> dict[str, Any]:
    frame = host.work / "frame-rows"
    frame.mkdir()
    with open_screen(frame) as screen:
        variables = {"DISPLAY": screen.display, "MATTEWORK_TEST_WORK": str(host.work)}
        host.run(host.work / "rows.py", variables)
    seen: dict[str, Any] = json.loads((host.work / "out" / "rows.json").read_text(encoding="utf-8"))
    return seen


@both_versions
def test_the_rows_follow_the_settings_that_reset_and_load_change(rows: dict[str, Any]) -> None:
    assert rows["follow_solver"] == [
        "Guided filter (fast)",
        ["neural", "mine"],
        "Network: gone (not installed)",
        "Network: Built in",
        "Automatic",
    ]
    assert rows["follow_model"] == ["", "First", "second", "First"]


@both_versions
def test_channels_of_this_image_can_be_chosen_and_taken_back(rows: dict[str, Any]) -> None:
    no_row_without_channels, forgets_a_strange_one, *rest = rows["follow_channel"]
    assert no_row_without_channels
    assert forgets_a_strange_one
    assert rest == ["None", "A", "None"]


@both_versions
def test_the_preview_of_an_edge_follows_its_settings(rows: dict[str, Any]) -> None:
    status, plain, inwards, again = rows["follow_edge"]
    assert status == "success"
    assert 0 < inwards < 0.9 * plain
    assert again == plain


REFUSALS = {
    "adjust-edge": "keeps no recipe",
    "refine-edge": "Select the hair",
    "refine-edge of two": "Select one layer",
    "clean-colours": "no edge to clean",
    "select-object": "Say which object is meant",
    "select-object of two": "Select the one layer",
    "shadow": "shadow of a rectangle",
}


@pytest.mark.parametrize("journey", REFUSALS)
def test_what_cannot_be_done_is_said_before_the_dialog(rows: dict[str, Any], journey: str) -> None:
    seen = rows["refuse"][journey]
    assert seen["status"] == "execution-error", "in the words for people, not for callers"
    assert REFUSALS[journey] in seen["error"]
