"""Parts of a matte: what is found, and what keeping, dropping and filling leave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework import touch_alpha
from mattework_editor.parts import MOST, drop_parts, fill_holes, find_parts

if TYPE_CHECKING:
    from editor.driving import Driver


def draw_scene() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """A disc with a soft edge and a hole, a ring with a speck inside it, and a speck."""
    y, x = np.mgrid[0:200, 0:240]
    alpha = np.clip((50 - np.hypot(x - 70, y - 100)) / 6 + 0.5, 0, 1)
    alpha = np.minimum(alpha, np.clip((np.hypot(x - 60, y - 90) - 8) / 3 + 0.5, 0, 1))
    ring = np.abs(np.hypot(x - 185, y - 100) - 30) < 5
    alpha[ring] = 1
    alpha[96:104, 181:189] = 1
    alpha[20:23, 200:204] = 0.8
    return np.asarray(alpha, np.float32)


def test_parts_and_holes_are_found_largest_first() -> None:
    parts, more = find_parts(draw_scene())
    assert more == 0
    assert [part.kind for part in parts] == ["part"] * 4 + ["hole"] * 2
    assert parts[3].area == 12
    assert parts[3].bounds.left == 200
    areas = [part.area for part in parts[:4]]
    assert areas == sorted(areas, reverse=True)


def test_dropping_takes_all_of_a_part_and_nothing_else() -> None:
    alpha = draw_scene()
    parts, _ = find_parts(alpha)
    disc, ring, inner, speck = parts[:4]
    touched = touch_alpha(alpha, drop_parts([disc, ring], [inner, speck]))
    assert touched[:, :135].max() < 0.01
    assert touched[100, 215] == 0
    np.testing.assert_array_equal(touched[96:104, 181:189], 1)  # it lies inside the ring
    np.testing.assert_array_equal(touched[20:23, 200:204], alpha[20:23, 200:204])


def test_filling_closes_a_hole_with_its_soft_rim() -> None:
    alpha = draw_scene()
    hole = next(part for part in find_parts(alpha)[0] if part.kind == "hole" and part.bounds.left < 100)
    touched = touch_alpha(alpha, fill_holes([hole]))
    assert touched[75:105, 45:75].min() > 0.98
    np.testing.assert_array_equal(touched[:, 130:], alpha[:, 130:])


def test_of_very_many_parts_the_largest_are_listed() -> None:
    alpha = np.zeros((200, 200), np.float32)
    alpha[::4, ::4] = 1
    alpha[100:120, 100:120] = 1
    parts, more = find_parts(alpha)
    assert len(parts) == MOST
    assert more > 2000
    assert parts[0].area >= 400


def test_the_panel_lists_highlights_and_changes_parts(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PyQt6.QtCore import Qt

    from editor.driving import Keys, save_to, wait_until

    driver.open(disc_file)
    panel = driver.window.parts
    next(dock for dock in driver.window.docks if dock.objectName() == "parts").raise_()
    driver.key(Qt.Key.Key_B)
    driver.canvas.set_radius(20)
    driver.drag((60, 100), (90, 100))
    driver.drag((180, 100), (181, 100))
    driver.canvas.set_radius(3)
    driver.key(Qt.Key.Key_N)
    driver.drag((75, 100), (76, 100))
    wait_until(lambda: [part.kind for part in panel.parts] == ["part", "part", "hole"])

    def choose(row: int) -> None:
        panel.list.setCurrentRow(row)

    seen: list[object] = []
    panel.pointed.connect(seen.append)
    choose(2)
    assert seen[-1] == panel.parts[2].outline
    driver.click(panel.fill)
    driver.wait()
    wait_until(lambda: len(panel.parts) == 2)
    choose(1)
    driver.click(panel.drop)
    driver.wait()
    wait_until(lambda: len(panel.parts) == 1)
    assert [step.name for step in driver.session.history.steps[-2:]] == ["Fill Holes", "Drop Parts"]
    driver.key(Qt.Key.Key_Z, Keys.ControlModifier)
    wait_until(lambda: len(panel.parts) == 2)
    choose(0)
    driver.click(panel.keep)
    driver.wait()
    wait_until(lambda: len(panel.parts) == 1)
    assert driver.bench.sources is not None
    plane = driver.bench.sources.matte.read(0)
    assert (plane[100, 75], plane[100, 180]) == (255, 0)
    target = tmp_path / "parts.psd"
    save_to(monkeypatch, target)
    before, strokes = plane.copy(), driver.session.recipe.strokes
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    driver.wait()
    driver.open(target)
    assert driver.session.recipe.strokes == strokes
    again = driver.bench.sources.matte.read(0)
    assert np.abs(again.astype(int) - before).max() <= 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from([1.0, 2.0, 4.0]))
def test_strips_have_no_influence(seed: int, rows: int, coarseness: float) -> None:
    import cv2

    noise = np.random.default_rng(seed).random((int(60 / coarseness), int(80 / coarseness)), np.float32)
    alpha = np.asarray(cv2.resize(noise, (80, 60), interpolation=cv2.INTER_LINEAR), np.float32)
    alpha = np.clip((alpha - np.float32(0.5)) * 3 + np.float32(0.5), 0, 1)
    some, more = find_parts(alpha, rows=rows)
    whole, more_at_once = find_parts(alpha, rows=60)
    assert more == more_at_once == 0
    assert {(one.kind, one.outline): (one.area, one.bounds) for one in some} == {
        (one.kind, one.outline): (one.area, one.bounds) for one in whole
    }
    assert [one.area for one in some] == [one.area for one in whole]


def test_touches_count() -> None:
    alpha = draw_scene()
    speck = find_parts(alpha)[0][3]
    assert speck not in find_parts(alpha, drop_parts([speck], []))[0]
