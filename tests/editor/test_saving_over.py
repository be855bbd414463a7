"""What Save may replace, and what is to follow a saving: a file of ours and no photo, and that saving alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from editor.driving import Keys, answer, save_to, start_review, wait_for_cuts, wait_until
from mattework_editor import drafts
from samples import draw_disc
from special_layers import add_special_layer

if TYPE_CHECKING:
    from editor.driving import Driver

SAVE = QMessageBox.StandardButton.Save


@pytest.mark.parametrize("suffix", ["tif", "psd"])
def test_a_photo_that_the_review_cut_is_not_what_save_replaces(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    from mattework import open_document, save_document

    shots = tmp_path / "shots"
    shots.mkdir()
    plain = shots / "plain.png"
    Image.fromarray(np.asarray(draw_disc(120, 90)[0])).save(plain)
    photo = shots / f"a.{suffix}"
    save_document(open_document(plain), photo)
    plain.unlink()
    before = photo.read_bytes()
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    assert driver.session.has_subject
    kept = tmp_path / "kept.psd"
    save_to(monkeypatch, kept)
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    wait_until(kept.is_file)
    driver.wait()
    assert photo.read_bytes() == before
    assert PSDImage.open(kept)[0].name == "Photo"


def test_a_saving_that_is_cancelled_is_followed_by_nothing(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=30)
    asked = answer(monkeypatch, SAVE)
    save_to(monkeypatch, tmp_path / "kept.psd")
    driver.window.close()
    driver.bench.cancel()
    driver.wait()
    assert asked == ["Save changes?"]
    assert not (tmp_path / "kept.psd").exists()
    assert driver.session.history.is_dirty
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    wait_until((tmp_path / "kept.psd").is_file)
    driver.wait()
    assert driver.window.isVisible()
    assert driver.bench.session is not None


def test_a_saving_waits_for_what_runs_and_the_window_closes_after_it(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=30)
    answer(monkeypatch, SAVE)
    save_to(monkeypatch, tmp_path / "kept.psd")
    driver.bench.find_subject()
    assert driver.bench.is_busy
    driver.window.close()
    assert driver.window.isVisible()
    wait_until(lambda: not driver.window.isVisible())
    assert PSDImage.open(tmp_path / "kept.psd")[0].name == "Photo"


def test_recovered_work_on_a_file_of_ours_is_saved_into_it(
    driver: Driver, disc_file: Path, tmp_path: Path
) -> None:
    driver.open_painted(disc_file, radius=30)
    ours = tmp_path / "disc.cutout.psd"
    driver.bench.save_file(ours, overwrite=False)
    driver.wait()
    driver.open(ours)
    driver.drag((60, 100), (70, 100))
    wait_until(lambda: any(drafts.drafts_folder().glob("*.draft")))
    driver.wait()
    (draft,) = drafts.find_drafts()
    before = ours.read_bytes()
    driver.bench.open_file(ours, draft)
    driver.wait()
    assert driver.session.history.is_dirty
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    driver.wait()
    assert ours.read_bytes() != before
    assert not driver.session.history.is_dirty


def test_a_file_of_ours_that_holds_more_than_we_can_write_is_not_replaced(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=30)
    ours = tmp_path / "disc.cutout.psd"
    driver.bench.save_file(ours, overwrite=False)
    driver.wait()
    add_special_layer(ours, "Invert", b"nvrt")
    before = ours.read_bytes()
    driver.open(ours)
    assert driver.session.has_subject
    driver.drag((60, 100), (70, 100))
    offered: list[Path] = []

    def choose(_: object, __: object, start: str, *___: object) -> tuple[str, str]:
        offered.append(Path(start))
        return str(ours), "Photoshop (*.psd)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    driver.wait()
    assert [one.name for one in offered] == ["disc.cutout-2.psd"]
    assert "holds what would be lost" in driver.window.status.message.text()
    assert ours.read_bytes() == before
    save_to(monkeypatch, tmp_path / "kept.psd")
    driver.window.filing.save()
    driver.wait()
    assert (tmp_path / "kept.psd").is_file()
    assert not driver.session.history.is_dirty


def test_a_file_that_another_program_changed_is_not_replaced_unasked(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=30)
    ours = tmp_path / "disc.cutout.psd"
    driver.bench.save_file(ours, overwrite=False)
    driver.wait()
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    for open_again in (False, True):
        if open_again:
            driver.open(ours)
        driver.drag((60, 100), (70, 100))
        driver.window.filing.save()
        driver.wait()
        assert asked == [], "nobody else has saved in it"
        own = ours.read_bytes()
        ours.write_bytes(own + b"a layer of another program")
        driver.drag((60, 120), (70, 120))
        driver.window.filing.save()
        driver.wait()
        assert asked == ["Replace the file?"]
        assert ours.read_bytes() != own
        assert driver.window.isWindowModified()
        asked = answer(monkeypatch, QMessageBox.StandardButton.Yes)
        driver.window.filing.save()
        driver.wait()
        assert asked == ["Replace the file?"]
        assert not driver.session.history.is_dirty
        asked = answer(monkeypatch, QMessageBox.StandardButton.No)


def test_a_file_that_was_deleted_meanwhile_is_saved_again(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=30)
    ours = tmp_path / "disc.cutout.psd"
    driver.bench.save_file(ours, overwrite=False)
    driver.wait()
    ours.unlink()
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    driver.window.filing.save()
    driver.wait()
    assert asked == []
    assert ours.is_file()


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_a_flat_file_is_not_taken_for_the_work(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    driver.open_painted(disc_file, radius=30)
    flat = tmp_path / f"kept{suffix}"
    told: list[str] = []
    driver.bench.told.connect(told.append)
    save_to(monkeypatch, flat)
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)
    wait_until(flat.is_file)
    driver.wait()
    assert any("holds the result only" in one for one in told)
    assert driver.session.history.is_dirty
    wait_until(lambda: any(drafts.drafts_folder().glob("*.draft")))
    flat.unlink()
    driver.key(Qt.Key.Key_S, Keys.ControlModifier)  # it is still the file to save into
    wait_until(flat.is_file)
    driver.wait()
    layered = tmp_path / "kept.psd"
    save_to(monkeypatch, layered)
    asked = answer(monkeypatch, SAVE)
    driver.window.close()
    wait_until(lambda: not driver.window.isVisible())
    assert asked == ["Save changes?"]
    assert PSDImage.open(layered)[0].name == "Photo"
    assert not any(drafts.drafts_folder().glob("*.draft"))
