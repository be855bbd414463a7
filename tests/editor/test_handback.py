"""Working for a host: what comes in, what goes back, and when nothing is to change."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication, QImage
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from editor.driving import Keys, answer, wait_until
from mattework import Shadow, Stroke
from mattework.errors import UsageError
from mattework.worker.handback import read_request
from mattework_editor.engine import Engine
from mattework_editor.files import make_session
from mattework_editor.handback_bar import HandBackBar, apply_session, open_request
from mattework_editor.review_dock import find_review
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

WIDTH, HEIGHT = 160, 120


def write_request(folder: Path, **more: Any) -> Path:
    """A layer of 8-bit RGBA, its own transparency half on the right, as a host sends it."""
    rgb, disc = draw_disc(WIDTH, HEIGHT)
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, WIDTH // 2 :] = 128
    np.dstack((np.asarray(rgb), alpha)).tofile(folder / "photo.raw")
    (np.asarray(disc) * 255).astype(np.uint8).tofile(folder / "own-mask.raw")
    picture = {
        "file": "photo.raw",
        "width": WIDTH,
        "height": HEIGHT,
        "channels": 4,
        "has_alpha": True,
        "sample": "u8",
    }
    path = folder / "request.json"
    path.write_text(json.dumps({"version": 1, "title": "Disc", "picture": picture, **more}))
    return path


def read_result(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result


def test_a_mask_goes_through_unchanged_and_its_recipe_brings_it_back(tmp_path: Path) -> None:
    source = write_request(tmp_path, mask="own-mask.raw", mask_sample="u8")
    request = read_request(source, tmp_path)
    session = make_session(open_request(request), Engine())
    own = np.fromfile(tmp_path / "own-mask.raw", np.uint8)
    apply_session(request, session)
    result = read_result(tmp_path)
    assert result["status"] == "applied"
    assert result["mask"] == {"file": "mask.raw", "sample": "u8"}
    np.testing.assert_array_equal(np.fromfile(tmp_path / "mask.raw", np.uint8), own)
    colours = np.fromfile(tmp_path / "colours.raw", np.uint8).reshape(HEIGHT, WIDTH, 4)
    assert (
        colours[..., 3] == np.fromfile(tmp_path / "photo.raw", np.uint8).reshape(colours.shape)[..., 3]
    ).all()
    again = write_request(
        tmp_path,
        recipe=result["recipe"],
        soft_mask=result["soft_mask"],
        mask="own-mask.raw",
        mask_sample="u8",
    )
    back = read_request(again, tmp_path)
    assert back.recipe is not None
    assert back.recipe.subject.origin == "mask"
    assert back.inputs.soft_mask == (tmp_path / "soft-mask.png").read_bytes()


def test_background_and_shadow_come_as_layers_in_the_pictures_own_samples(tmp_path: Path) -> None:
    source = write_request(tmp_path, mask="own-mask.raw", mask_sample="u8")
    request = read_request(source, tmp_path)
    session = make_session(open_request(request), Engine())
    session.choose("Both", replace(session.recipe, background="#102030", shadow=Shadow(kind="drop")))
    apply_session(request, session)
    background, shadow = read_result(tmp_path)["layers"]
    assert (background["role"], shadow["role"]) == ("background", "shadow")
    for layer in (background, shadow):
        shape = (layer["height"], layer["width"], layer["channels"])
        pixels = np.fromfile(tmp_path / layer["file"], np.uint8).reshape(shape)
        if layer is background:
            assert (pixels == [16, 32, 48, 255]).all()
        else:
            assert 0 < pixels[..., 3].max() <= 255


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"version": 9}, "version 9"),
        ({"mask_sample": "u7"}, "u7"),
        ({"mask": "../mask.raw"}, "not the name of a file"),
        ({"picture": {"file": "photo.raw"}}, "not what a host hands over"),
        ({"recipe": {"version": 1}}, "without the soft mask"),
    ],
)
def test_a_wrong_request_is_refused_in_words(tmp_path: Path, more: dict[str, Any], word: str) -> None:
    source = write_request(tmp_path, **more)
    with pytest.raises(Exception, match=word) as caught:
        read_request(source, tmp_path)
    assert type(caught.value).__module__.startswith("mattework.")


def test_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        read_request(write_request(tmp_path), tmp_path / "nowhere")


def test_apply_hands_back_what_was_painted_and_closes(driver: Driver, tmp_path: Path) -> None:
    bar = HandBackBar(driver.window, tmp_path)
    bar.open(write_request(tmp_path, mask_sample="u16"))
    driver.wait()
    assert not bar.apply_button.isEnabled()
    assert "Disc" in driver.window.windowTitle()
    driver.key(Qt.Key.Key_B)
    driver.drag((60, 60), (100, 60))
    assert bar.apply_button.isEnabled()
    driver.open(tmp_path / "other.png")
    assert "another program" in driver.window.status.message.text()
    driver.window.open_paths([tmp_path])
    assert find_review(driver.window) is None
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setImage(QImage(300, 50, QImage.Format.Format_RGB888))
    driver.window.status.tell("")
    driver.key(Qt.Key.Key_V, Keys.ControlModifier)
    assert "another program" in driver.window.status.message.text()
    assert (driver.session.size.width, driver.session.size.height) == (WIDTH, HEIGHT)
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    wait_until(lambda: not driver.window.isVisible())
    result = read_result(tmp_path)
    assert result["status"] == "applied"
    assert [stroke["kind"] for stroke in result["recipe"]["strokes"]] == ["foreground"]
    mask = np.fromfile(tmp_path / "mask.raw", np.uint16).reshape(HEIGHT, WIDTH)
    assert mask[60, 80] == 65535
    assert mask[5, 5] == 0


def test_cancel_changes_nothing_and_says_so(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = HandBackBar(driver.window, tmp_path)
    bar.open(write_request(tmp_path))
    driver.wait()
    driver.bench.paint("Foreground", (Stroke(kind="foreground", radius=9, points=((60, 60),)),))
    driver.wait()
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    driver.click(bar.cancel_button)
    assert asked == ["Apply what you did?"]
    assert driver.window.isVisible()
    assert not (tmp_path / "result.json").exists()
    answer(monkeypatch, QMessageBox.StandardButton.Discard)
    driver.click(bar.cancel_button)
    assert not driver.window.isVisible()
    assert read_result(tmp_path) == {"version": 1, "status": "cancelled", "message": ""}


def test_when_the_host_has_gone_the_work_can_be_saved(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "of-the-host"
    folder.mkdir()
    bar = HandBackBar(driver.window, folder)
    bar.open(write_request(folder))
    driver.wait()
    driver.bench.paint("Foreground", (Stroke(kind="foreground", radius=9, points=((60, 60),)),))
    driver.wait()
    shutil.rmtree(folder)
    wait_until(lambda: not bar.apply_button.isEnabled())
    assert "GIMP no longer waits" in bar.words.text()
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    driver.click(bar.cancel_button)
    assert asked == ["Save changes?"]
    target = tmp_path / "saved.psd"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), "PSD (*.psd)"))
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    wait_until(target.exists)
    driver.wait()
    driver.window.close()
    assert not driver.window.isVisible()
    assert not folder.exists()


def test_what_cannot_be_opened_is_told_to_the_host(driver: Driver, tmp_path: Path) -> None:
    HandBackBar(driver.window, tmp_path).open(write_request(tmp_path, version=9))
    driver.wait()
    driver.window.close()
    assert "version 9" in read_result(tmp_path)["message"]


def test_a_host_that_has_just_gone_is_told_nothing(driver: Driver, disc_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "host"
    folder.mkdir()
    bar = HandBackBar(driver.window, folder)
    bar.open(disc_file)
    driver.wait()
    folder.rmdir()
    driver.window.close()
    assert not driver.window.isVisible()
    assert not folder.exists()
