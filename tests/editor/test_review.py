"""Looking through many photos: the order, the background queue, keys, approved files, and going on after a restart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from editor.driving import (
    Keys,
    answer,
    list_messages,
    save_to,
    start_review,
    wait_for_cuts,
    wait_until,
)
from mattework import ColorMode, Photo, read_batch
from mattework_editor.review import JOURNAL, Item, Line, draw_thumbnail, find_photos, open_line
from mattework_editor.review_dock import find_review
from mattework_editor.review_strip import PATH
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


def test_photos_of_a_folder_are_found_and_our_own_results_left_out(shots: Path) -> None:
    assert [one.name for one in find_photos([shots])] == ["a.png", "b.png", "broken.jpg"]
    assert [one.name for one in find_photos([shots / "a.cutout.png"])] == ["a.cutout.png"]


def test_the_least_sure_come_first_and_what_is_done_last(tmp_path: Path) -> None:
    items = [
        Item(path="sure", status="ready", confidence=0.9),
        Item(path="done", status="approved", confidence=0.1),
        Item(path="waits"),
        Item(path="unsure", status="ready", confidence=0.2),
        Item(path="failed", status="failed"),
    ]
    line = Line(tmp_path, {one.path: one for one in items})
    assert [one.path for one in line.ordered()] == ["failed", "unsure", "sure", "waits", "done"]
    assert [one.path for one in line.ordered(only_doubtful=True)] == ["failed", "unsure"]
    assert line.next_waiting() == items[2]


def test_a_thumbnail_shows_the_cut_out_on_gray() -> None:
    alpha = np.zeros((300, 600), np.float32)
    alpha[:, :300] = 1.0
    photo = Photo(np.full((300, 600, 1), 255, np.uint8), None, ColorMode.GRAY, None)
    picture = draw_thumbnail(photo, alpha)
    assert picture.shape == (72, 144, 3)
    assert (picture[:, :70] == 255).all()
    assert (picture[:, 74:] == 150).all()


def test_a_folder_is_cut_looked_through_and_approved_by_keys(driver: Driver, shots: Path) -> None:
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    shown = [review.strip.item(row).text() for row in range(review.strip.count())]  # type: ignore[union-attr]
    assert "broken.jpg\nfailed" in shown[0]
    tip = review.strip.item(0).toolTip()  # type: ignore[union-attr]
    assert "broken.jpg" in tip
    assert driver.session.has_subject  # it came with its cut
    assert driver.session.recipe.colours == 1.0
    first = review.path
    driver.key(Qt.Key.Key_PageDown)
    driver.wait()
    wait_until(lambda: review.path is not None or "failed" in driver.window.status.message.text())
    driver.key(Qt.Key.Key_PageUp)
    driver.wait()
    review.look_at(shots / "a.png")
    driver.wait()
    assert review.path == shots / "a.png"
    assert "a.png: " in driver.window.status.message.text()
    assert "% sure" in driver.window.status.message.text()
    driver.key(Qt.Key.Key_B)
    driver.drag((10, 10), (30, 10))
    driver.key(Qt.Key.Key_Return, CONTROL)
    wait_until(lambda: review.path == shots / "b.png" and not driver.bench.is_busy)
    psd = PSDImage.open(shots / "a.cutout.psd")
    assert psd[0].name == "Photo"
    assert review.line.items[str(shots / "a.png")].status == "approved"
    driver.wait()
    driver.key(Qt.Key.Key_Backspace, CONTROL)
    assert review.line.items[str(shots / "b.png")].status == "skipped"
    assert not (shots / "b.cutout.psd").exists()
    assert first is not None


def test_every_entry_of_the_strip_has_room_for_its_name(driver: Driver, tmp_path: Path) -> None:
    from PIL import Image

    for name, size in (("tall.png", (60, 120)), ("wide.png", (120, 60))):
        Image.fromarray(np.asarray(draw_disc(*size)[0])).save(tmp_path / name)
    review = start_review(driver, tmp_path)
    wait_for_cuts(driver, review)
    strip = review.strip
    lines = 2 * strip.fontMetrics().height()
    rects = [strip.visualItemRect(strip.item(row)) for row in range(strip.count())]
    assert {rect.size().height() for rect in rects} == {rects[0].height()}
    assert rects[0].height() >= strip.iconSize().height() + lines
    icons = [strip.item(row).icon().actualSize(strip.iconSize()) for row in range(strip.count())]  # type: ignore[union-attr]
    assert icons == [strip.iconSize()] * 2, "names stand at one height"


def test_a_file_that_is_there_is_not_replaced_unasked(
    driver: Driver, shots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.cutout.psd").write_text("mine")
    review = start_review(driver, shots)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(out))
    driver.click(review.folder_button)
    assert "out" in review.folder_button.text()
    wait_for_cuts(driver, review)
    review.look_at(shots / "a.png")
    driver.wait()
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    driver.click(review.approve_button)
    driver.wait()
    assert asked == ["Replace the file?"]
    assert (out / "a.cutout.psd").read_text() == "mine"
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    driver.click(review.approve_button)
    wait_until(lambda: review.line.items[str(shots / "a.png")].status == "approved")
    driver.wait()
    assert PSDImage.open(out / "a.cutout.psd").size == (120, 90)


def test_begun_work_goes_on_after_a_restart(driver: Driver, shots: Path) -> None:
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    review.look_at(shots / "a.png")
    driver.wait()
    review.skip()
    driver.wait()
    again = open_line([shots])
    statuses = {Path(one.path).name: one.status for one in again.items.values()}
    assert statuses == {"a.png": "skipped", "b.png": "ready", "broken.jpg": "waiting"}
    choices = again.read_cut(shots / "b.png")
    assert choices is not None
    assert choices.inputs.soft_mask
    os.utime(shots / "b.png", ns=(1, 1))  # another photo under the same name
    assert open_line([shots]).items[str(shots / "b.png")].status == "waiting"


def test_only_photos_that_need_a_look_are_shown_on_request(driver: Driver, shots: Path) -> None:
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    assert review.strip.count() == 3
    driver.window.commands["review.doubtful"].trigger()
    names = [review.strip.item(row).text() for row in range(review.strip.count())]  # type: ignore[union-attr]
    assert any("broken" in one for one in names)
    assert review.strip.count() == sum(one.needs_a_look for one in review.line.items.values())


def test_closing_the_strip_ends_the_review_and_another_takes_its_place(
    driver: Driver, shots: Path, disc_file: Path
) -> None:
    first = start_review(driver, shots)
    assert driver.window.commands["review.next"].isEnabled()
    driver.window.open_paths([disc_file, shots / "a.png"])
    second = find_review(driver.window)
    assert second is not None
    assert second is not first
    assert set(second.line.items) == {str(disc_file), str(shots / "a.png")}
    wait_for_cuts(driver, second)
    second.close()
    assert find_review(driver.window) is None
    assert not driver.window.commands["review.next"].isEnabled()
    driver.wait()


def test_a_folder_without_photos_is_told(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    driver.window.open_paths([tmp_path / "empty"])
    assert find_review(driver.window) is None
    assert "no photos" in driver.window.status.message.text()


def test_the_results_of_a_batch_are_looked_through_and_its_journal_told(
    driver: Driver, shots: Path, tmp_path: Path
) -> None:
    out = tmp_path / "cutouts"
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mattework", "cut", str(shots), "-o", f"{out}/", "--quiet"],
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert (out / JOURNAL).is_file(), done.stderr
    review = start_review(driver, out)
    wait_for_cuts(driver, review)
    assert {Path(one.path).name for one in review.line.items.values()} == {"a.png", "b.png", "broken.jpg"}
    made = read_batch(out / JOURNAL)
    for entry in made.entries:
        assert review.line.items[str(entry.source)].confidence == entry.confidence
        if entry.state == "done":
            assert review.line.read_thumbnail(entry.source) is not None
    review.look_at(shots / "a.png")
    driver.wait()
    result = driver.session.path
    assert result is not None
    assert result.parent == out  # the layered result, not the photo
    before = result.read_bytes()
    driver.key(Qt.Key.Key_Return, CONTROL)
    driver.wait()
    assert result.read_bytes() == before
    review.look_at(shots / "b.png")
    driver.wait()
    driver.key(Qt.Key.Key_B)
    driver.drag((10, 10), (30, 10))
    driver.key(Qt.Key.Key_Return, CONTROL)
    wait_until(lambda: review.line.items[str(shots / "b.png")].status == "approved")
    driver.wait()
    verdicts = {entry.source.name: entry.verdict for entry in read_batch(out / JOURNAL).entries}
    assert verdicts == {"a.png": "approved", "b.png": "fixed", "broken.jpg": None}
    assert open_line([out]).items[str(shots / "b.png")].status == "approved"


def test_a_photo_that_changes_while_others_are_looked_at_is_cut_again(driver: Driver, shots: Path) -> None:
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    other = shots / ("b.png" if review.path == shots / "a.png" else "a.png")
    Image.fromarray(np.asarray(draw_disc(64, 150)[0])).save(other)
    review.look_at(other)
    driver.wait()
    assert driver.session.size.shape == (150, 64)
    assert driver.session.planes.alpha.shape == (150, 64), "not the cut of the photo that was there"
    wait_for_cuts(driver, review)
    wait_until(lambda: driver.bench.session is not None and driver.bench.session.has_subject)
    driver.wait()
    assert driver.session.planes.alpha.shape == (150, 64)


def test_looking_through_goes_on_where_it_cannot_be_kept(
    driver: Driver, shots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    review.look_at(shots / "a.png")
    driver.wait()

    def fill_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mattework_editor.review._replace", fill_disk)
    review.skip()
    driver.wait()
    assert review.path == shots / "b.png"
    assert review.line.items[str(shots / "a.png")].status == "skipped"
    assert "cannot be kept for another time" in list_messages()
    assert "No space left on device" in list_messages()


def test_a_cut_that_cannot_be_kept_is_a_cut_all_the_same(driver: Driver, shots: Path) -> None:
    review = start_review(driver, shots)
    home, away = review.line.home, shots.with_name("away")
    home.rename(away)
    home.write_text("no folder")  # whatever is written into it is refused, to whomever
    wait_for_cuts(driver, review)
    items = review.line.items
    assert [items[str(shots / name)].status for name in ("a.png", "b.png")] == ["ready", "ready"]
    assert items[str(shots / "broken.jpg")].status == "failed"
    entries = [review.strip.item(row) for row in range(3)]
    told = {one.data(PATH).name: one.toolTip() for one in entries if one is not None}
    for name in ("a.png", "b.png"):
        assert "This cut cannot be kept for another time." in told[name]
    assert "This cut" not in told["broken.jpg"]
    assert list_messages().count("Cuts cannot be kept for another time") == 1, "once, and not for each photo"
    for name in ("a.png", "b.png"):
        review.look_at(shots / name)
        driver.wait()
        assert driver.session.path == shots / name
        assert driver.session.has_subject
        assert review.line.read_thumbnail(shots / name)
    home.unlink()
    away.rename(home)
    Image.fromarray(np.asarray(draw_disc(64, 150)[0])).save(shots / "a.png")
    review.look_at(shots / "a.png")
    wait_for_cuts(driver, review)
    assert not review.line.held, "with the next that can be written, the others are"
    again = open_line([shots])
    assert {one.status for one in again.items.values()} == {"ready", "waiting"}
    assert again.items[str(shots / "broken.jpg")].status == "waiting"


def test_an_approval_that_is_cancelled_does_not_count_when_the_file_is_saved_later(
    driver: Driver, shots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    review.look_at(shots / "a.png")
    driver.wait()
    review.approve()
    driver.bench.cancel()
    driver.wait()
    save_to(monkeypatch, shots / "a.cutout.psd")
    driver.key(Qt.Key.Key_S, CONTROL)
    driver.wait()
    assert (shots / "a.cutout.psd").is_file()
    assert review.path == shots / "a.png"
    assert review.line.items[str(shots / "a.png")].status == "ready"


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")
def test_photos_whose_names_are_no_text_are_looked_through(driver: Driver, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"f\xfcr R & D")
    folder.mkdir()
    photo = folder / os.fsdecode(b"Gr\xfc\xdfe.png")
    Image.fromarray(np.asarray(draw_disc(120, 90)[0])).save(photo)
    (folder / os.fsdecode(b"\xff.jpg")).write_text("not a picture")
    review = start_review(driver, folder)
    wait_for_cuts(driver, review)
    assert review.path == photo
    review.line.folder = folder
    review.fill()
    assert "R && D" in review.folder_button.text()
    review.approve()
    wait_until(lambda: review.line.items[str(photo)].status == "approved")
    driver.wait()
    again = open_line([folder])
    assert again.items[str(photo)] == review.line.items[str(photo)]
    assert again.folder == folder
    assert (folder / os.fsdecode(b"Gr\xfc\xdfe.cutout.psd")).is_file()
