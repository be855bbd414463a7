"""The object tools: real gestures, a real worker, a tiny network that finds what has the colour that was pointed at."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt

from editor.driving import LEFT, TEST, Keys, save_to, wait_until
from segment.prompted_networks import open_maps_network

if TYPE_CHECKING:
    from editor.driving import Driver

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the worker's sockets here are those of Unix")

CONTROL, ALT, SHIFT = Keys.ControlModifier, Keys.AltModifier, Keys.ShiftModifier


@pytest.fixture
def own_worker(worker_places: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker of the test's own that knows the tiny network."""
    from mattework.worker.client import find_worker
    from mattework.worker.protocol import EngineError
    from mattework_editor.engine import COMMAND

    with tempfile.TemporaryDirectory(prefix="mw") as short:
        monkeypatch.setenv("MATTEWORK_RUNTIME", str(Path(short) / "run"))
        for name in ("models", "config", "cache"):
            monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / name))
        open_maps_network(tmp_path / "models")
        yield
        with suppress(EngineError):
            client = find_worker(COMMAND)
            if client is not None:
                with client:
                    client.call("stop")


def draw_squares(path: Path, right: tuple[int, int, int]) -> Path:
    """A red square on the left and another one on the right, 240 x 160."""
    from PIL import Image

    scene = np.full((160, 240, 3), 90, np.uint8)
    scene[40:120, 20:100] = (230, 30, 30)
    scene[40:120, 140:220] = right
    Image.fromarray(scene).save(path)
    return path


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    return draw_squares(tmp_path / "squares.png", (30, 200, 40))


@pytest.fixture
def twins(tmp_path: Path) -> Path:
    return draw_squares(tmp_path / "twins.png", (230, 30, 30))


LEFT_BOX, RIGHT_BOX = ((10, 30), (60, 80), (112, 130)), ((130, 30), (180, 80), (230, 130))


def selected(driver: Driver) -> tuple[bool, bool]:
    """Whether the left and the right square are selected, and the ground between them is not."""
    alpha = driver.session.planes.alpha.unpack()
    assert alpha[80, 120] < 0.1
    return bool(alpha[80, 60] > 0.9), bool(alpha[80, 180] > 0.9)


def click(driver: Driver, x: float, y: float, modifiers: Keys = Keys.NoModifier) -> None:
    TEST.mouseClick(driver.canvas, LEFT, modifiers, driver.at(x, y))
    driver.wait()


def test_gestures_add_and_take_away_and_each_is_one_step(
    own_worker: None, driver: Driver, twins: Path
) -> None:
    driver.bench.engine.prompt_model = "maps"
    driver.open(twins)
    driver.key(Qt.Key.Key_M)
    driver.drag(*LEFT_BOX)
    states = [selected(driver)]
    told = driver.window.status.ran.text()
    assert told.startswith("maps on ")
    assert "edge: " in told
    driver.drag(*RIGHT_BOX)
    states.append(selected(driver))
    driver.drag(*LEFT_BOX, modifiers=ALT)
    states.append(selected(driver))
    assert states == [(True, False), (True, True), (False, True)]
    prompts = driver.session.recipe.subject.prompts
    assert [(one.kind, one.adds) for one in prompts] == [("box", True), ("box", True), ("box", False)]
    for wanted in reversed(states[:-1]):
        driver.key(Qt.Key.Key_Z, CONTROL)
        driver.wait()
        assert selected(driver) == wanted
    driver.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    driver.wait()
    driver.key(Qt.Key.Key_X)  # from now on, gestures take away
    driver.drag(*RIGHT_BOX)
    assert selected(driver) == (True, False)
    assert not driver.session.recipe.subject.prompts[-1].adds


def test_the_photo_is_seen_ahead_when_an_object_tool_is_chosen_and_when_another_photo_is_opened(
    driver: Driver, squares: Path, disc_file: Path
) -> None:
    engine = driver.bench.engine
    driver.open(squares)
    assert engine._prepared is None
    driver.window.commands["tool.ObjectPoint"].trigger()
    wait_until(lambda: engine._prepared is not None)
    first = engine._prepared
    driver.open(disc_file)
    wait_until(lambda: engine._prepared not in (None, first))
    driver.window.commands["tool.ObjectBox"].trigger()
    driver.wait()
    assert not driver.bench.is_busy, "the window can be worked in meanwhile"


def test_the_answer_is_seen_before_the_edge_is_solved(own_worker: None, driver: Driver, twins: Path) -> None:
    driver.bench.engine.prompt_model = "maps"
    driver.open(twins)
    driver.key(Qt.Key.Key_M)
    driver.drag(*LEFT_BOX, wait=False)
    assert driver.bench.sources is not None
    plane = driver.bench.sources.matte
    wait_until(lambda: bool(plane.read(0)[80, 60] > 200) or not driver.bench.is_busy)
    assert driver.bench.is_busy
    assert driver.session.history.last is None
    driver.drag(*RIGHT_BOX, wait=False)  # waits for the first
    driver.wait()
    assert len(driver.session.history.steps) == 2
    assert selected(driver) == (True, True)


def test_every_kind_of_gesture_selects(own_worker: None, driver: Driver, squares: Path) -> None:
    driver.bench.engine.prompt_model = "maps"
    driver.open(squares)
    ways = {
        Qt.Key.Key_O: ("point", ((60, 80),)),
        Qt.Key.Key_M: ("box", ((10, 30), (60, 90), (110, 130))),
        Qt.Key.Key_L: ("lasso", ((10, 30), (110, 30), (110, 130), (10, 130))),
        Qt.Key.Key_S: ("scribble", ((40, 60), (60, 70), (80, 100))),
    }
    for key, (kind, way) in ways.items():
        driver.key(key)
        driver.drag(*way)
        assert driver.session.recipe.subject.prompts[-1].kind == kind
        assert selected(driver) == (True, False)
        driver.key(Qt.Key.Key_Z, CONTROL)
        driver.wait()
    driver.key(Qt.Key.Key_M)
    driver.drag((10, 30), (11, 30))  # too small to mean anything
    assert driver.session.recipe.subject.prompts == ()
    driver.key(Qt.Key.Key_O)
    driver.drag((-30, 20), (-30, 20))  # beside the photo
    assert driver.session.history.last is None


def test_cancelling_a_selection_leaves_everything_as_it_was(
    own_worker: None, driver: Driver, squares: Path
) -> None:
    driver.bench.engine.prompt_model = "maps"
    driver.open(squares)
    driver.key(Qt.Key.Key_O)
    TEST.mouseClick(driver.canvas, LEFT, Keys.NoModifier, driver.at(60, 80))
    driver.click(driver.window.status.cancel_button)
    driver.wait()
    assert driver.session.history.last is None
    assert driver.bench.sources is not None
    plane = driver.bench.sources.matte
    assert not plane.read(0).any()
    click(driver, 60, 80)
    assert selected(driver) == (True, False)


def test_a_journey_from_a_box_to_a_psd_and_on(
    own_worker: None, driver: Driver, twins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psd_tools import PSDImage

    driver.bench.engine.prompt_model = "maps"
    driver.open(twins)
    driver.key(Qt.Key.Key_M)
    driver.drag(*LEFT_BOX)
    driver.key(Qt.Key.Key_R)
    driver.canvas.set_radius(8)
    driver.drag((100, 50), (100, 70), (100, 100))
    names = [step.name for step in driver.session.history.steps]
    assert names == ["Add Object by Box", "Refine Edge"]
    recipe = driver.session.recipe
    target = tmp_path / "object.psd"
    save_to(monkeypatch, target)
    driver.key(Qt.Key.Key_S, CONTROL)
    driver.wait()
    mask = PSDImage.open(target)[-1].mask
    assert mask is not None
    seen = np.asarray(mask.topil())
    assert seen[80, 60] == 255
    assert seen[80, 180] == 0
    driver.open(target)
    assert driver.session.recipe.subject == recipe.subject
    assert driver.session.recipe.subject.origin == "prompts"
    assert driver.session.recipe.strokes == recipe.strokes
    driver.key(Qt.Key.Key_M)  # and on: what was selected stays
    driver.drag(*RIGHT_BOX)
    assert selected(driver) == (True, True)
    assert len(driver.session.recipe.subject.prompts) == 2


@pytest.mark.parametrize("key", [Qt.Key.Key_M, Qt.Key.Key_L])
def test_what_is_drawn_around_the_whole_photo_means_what_is_in_it(
    own_worker: None, driver: Driver, squares: Path, key: Qt.Key
) -> None:
    driver.bench.engine.prompt_model = "maps"
    driver.open(squares)
    driver.canvas.zoom_to(driver.canvas.view.scale / 2)
    size = driver.session.size
    right, bottom = size.width + 20, size.height + 20
    driver.key(key)
    driver.drag((-20, -20), (right, -20), (right, bottom), (-20, bottom), *[(right, bottom)])
    assert len(driver.session.recipe.subject.prompts) == 1
