"""Looking through many photos: the order, the background queue, keys, approved files, and going on after a restart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from psd_tools import PSDImage

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QFileDialog, QListWidgetItem, QMessageBox

from editor.driving import LEFT, TEST, Keys, answer, wait_until
from mattework import ColorMode, Photo, read_batch
from mattework.errors import UsageError
from mattework_editor.review import JOURNAL, Item, Line, draw_thumbnail, find_photos, open_line
from mattework_editor.review_dock import ReviewDock, find_review
from mattework_editor.review_strip import PATH
from mattework_editor.tasks import Task
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Three photos, one file that is none, and a result of ours that is not to be cut again."""
    from PIL import Image

    folder = tmp_path / "shots"
    folder.mkdir()
    rgb = np.asarray(draw_disc(120, 90)[0])
    for name in ("a.png", "b.png"):
        Image.fromarray(rgb).save(folder / name)
    (folder / "broken.jpg").write_text("not a picture")
    (folder / "notes.txt").write_text("not a photo")
    Image.fromarray(rgb).save(folder / "a.cutout.png")
    return folder


def start(driver: Driver, folder: Path) -> ReviewDock:
    driver.window.open_paths([folder])
    review = find_review(driver.window)
    assert review is not None
    return review


def list_entries(review: ReviewDock) -> list[QListWidgetItem]:
    rows = (review.strip.item(row) for row in range(review.strip.count()))
    return [one for one in rows if one is not None]


def read_message() -> str:
    """What the message over the window says; Enter puts it away, as a person does."""
    wait_until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    text, window = box.text(), box.parentWidget()
    assert window is not None
    TEST.keyClick(box, Qt.Key.Key_Return)
    wait_until(lambda: QApplication.activeModalWidget() is None)
    window.activateWindow()
    assert TEST.qWaitForWindowActive(window)  # shortcuts go to the active window alone
    return text


def wait_for_cuts(driver: Driver, review: ReviewDock) -> None:
    wait_until(lambda: not review.queue.is_working and review.line.next_waiting() is None)
    driver.wait()
    wait_until(lambda: review.path is not None)
    driver.wait()


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


def marked(review: ReviewDock) -> Path | None:
    """The photo whose entry is marked in the strip."""
    item = review.strip.currentItem()
    return None if item is None else Path(item.data(PATH))


def test_a_photo_that_cannot_be_opened_is_marked_told_of_and_passed(driver: Driver, shots: Path) -> None:
    review = start(driver, shots)
    wait_for_cuts(driver, review)
    broken, item = shots / "broken.jpg", review.line.items
    assert "1 to look at" in review.summary.text()

    def ask_for_it() -> str:
        place = review.strip.visualItemRect(find()).center()
        TEST.mouseClick(review.strip.viewport(), LEFT, Keys.NoModifier, place)
        return read_message()

    def find() -> QListWidgetItem:
        (found,) = [one for one in list_entries(review) if one.data(PATH) == broken]
        return found

    review.look_at(shots / "a.png")
    driver.wait()
    why = ask_for_it()
    assert marked(review) == broken
    assert review.path == shots / "a.png", "the photo before is still what is open"
    assert "unreadable" in find().text()
    assert why in find().toolTip()
    assert "0 to look at" in review.summary.text()
    assert "1 of 3 done" in review.summary.text()
    driver.key(Qt.Key.Key_Return, CONTROL)
    assert "Skip" in driver.window.status.message.text(), "nothing is there to approve"
    assert not (shots / "a.cutout.psd").exists()
    driver.key(Qt.Key.Key_PageDown)  # goes on behind the one that cannot be opened
    wait_until(lambda: review.path == marked(review) != broken and not driver.bench.is_busy)
    ask_for_it()
    driver.click(review.skip_button)
    wait_until(lambda: review.path == marked(review) != broken and not driver.bench.is_busy)
    assert item[str(broken)].status == "skipped"
    assert item[str(shots / "a.png")].status == item[str(shots / "b.png")].status == "ready"


def test_the_last_to_be_looked_at_is_one_that_cannot_be_opened(driver: Driver, tmp_path: Path) -> None:
    """With nothing else in the folder it can be skipped too, and then all is done."""
    (tmp_path / "broken.jpg").write_text("not a picture")
    review = start(driver, tmp_path)
    assert not driver.window.commands["review.skip"].isEnabled()
    assert "broken.jpg" in read_message()  # there is nothing else that could be shown
    driver.key(Qt.Key.Key_Backspace, CONTROL)
    assert "All photos" in driver.window.status.message.text()
    assert review.summary.text().startswith("1 of 1 done, 0 to look at")


def test_a_failure_after_an_opening_was_cancelled_is_not_the_photo_s(driver: Driver, shots: Path) -> None:
    review = start(driver, shots)
    wait_for_cuts(driver, review)
    messages: list[str] = []
    for said in (driver.bench.told, driver.bench.failed):
        said.connect(messages.append)
    review.look_at(shots / "b.png")
    driver.bench.cancel()
    driver.wait()

    def fail(_: Task) -> None:
        raise UsageError("It did not work.")

    driver.bench.start_long("Other work", fail, print)
    driver.wait()
    assert messages == ["Cancelled.", "It did not work."]
    assert review.line.items[str(shots / "b.png")].status == "ready"


def test_a_photo_asked_for_while_another_fails_to_open_is_not_blamed(driver: Driver, shots: Path) -> None:
    review = start(driver, shots)
    wait_for_cuts(driver, review)
    review.look_at(shots / "a.png")
    driver.wait()
    review.look_at(shots / "broken.jpg")
    assert driver.bench.is_busy
    review.look_at(shots / "b.png")
    assert "broken.jpg" in read_message()
    wait_until(lambda: review.path == shots / "b.png")
    driver.wait()
    item = review.line.items
    assert item[str(shots / "b.png")].status == "ready"
    assert item[str(shots / "broken.jpg")].seen
    assert review.refused is None
    assert marked(review) == shots / "b.png"


def test_a_photo_asked_for_while_another_is_saved_is_opened_without_a_question(
    driver: Driver, shots: Path
) -> None:
    review = start(driver, shots)
    wait_for_cuts(driver, review)
    review.look_at(shots / "a.png")
    driver.wait()
    driver.key(Qt.Key.Key_B)
    driver.drag((30, 30), (40, 30))
    asked: list[str] = []

    def give_up() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            asked.append(box.text())
            box.reject()

    timer = QTimer()
    timer.timeout.connect(give_up)
    timer.start(20)
    review.approve()
    assert driver.bench.is_busy
    review.look_at(shots / "b.png")
    wait_until(lambda: bool(asked) or review.path == shots / "b.png")
    driver.wait()
    assert asked == []
    assert review.line.items[str(shots / "a.png")].status == "approved"


def test_a_photo_that_was_left_is_not_followed_by_the_next_that_is_cut(driver: Driver, shots: Path) -> None:
    review = start(driver, shots)
    wait_for_cuts(driver, review)
    driver.window.filing.close_photo()
    driver.wait()
    review.queue.changed.emit(shots / "b.png")
    assert not driver.bench.is_busy
    assert driver.bench.session is None
    review.look_at(shots / "a.png")
    driver.wait()
    assert review.path == shots / "a.png"


def test_a_folder_is_cut_looked_through_and_approved_by_keys(driver: Driver, shots: Path) -> None:
    review = start(driver, shots)
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


def test_keys_go_on_from_the_photo_that_was_asked_for_last(driver: Driver, tmp_path: Path) -> None:
    """Pressed while a photo is still being opened, or after one that cannot be opened."""
    from PIL import Image

    rgb = np.asarray(draw_disc(120, 90)[0])
    for name in ("a.png", "b.png", "c.png", "d.png"):
        Image.fromarray(rgb).save(tmp_path / name)
    (tmp_path / "broken.jpg").write_text("not a picture")
    review = start(driver, tmp_path)
    wait_for_cuts(driver, review)
    names = [Path(one.path).name for one in review.line.ordered(False)]
    assert names[0] == "broken.jpg"
    review.look_at(tmp_path / names[1])
    driver.wait()
    for _ in range(2):
        driver.window.commands["review.next"].trigger()
    wait_until(lambda: review.path == tmp_path / names[3] and not driver.bench.is_busy)
    for _ in range(3):
        driver.window.commands["review.next"].trigger()
        driver.wait()
    assert review.path == tmp_path / names[1], "past the end, past the broken one, on to the first"


def test_every_entry_of_the_strip_has_room_for_its_name(driver: Driver, tmp_path: Path) -> None:
    from PIL import Image

    for name, size in (("tall.png", (60, 120)), ("wide.png", (120, 60))):
        Image.fromarray(np.asarray(draw_disc(*size)[0])).save(tmp_path / name)
    review = start(driver, tmp_path)
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
    review = start(driver, shots)
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
    review = start(driver, shots)
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
    review = start(driver, shots)
    wait_for_cuts(driver, review)
    assert review.strip.count() == 3
    driver.window.commands["review.doubtful"].trigger()
    names = [review.strip.item(row).text() for row in range(review.strip.count())]  # type: ignore[union-attr]
    assert any("broken" in one for one in names)
    assert review.strip.count() == sum(one.needs_a_look for one in review.line.items.values())


def test_closing_the_strip_ends_the_review_and_another_takes_its_place(
    driver: Driver, shots: Path, disc_file: Path
) -> None:
    first = start(driver, shots)
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
    review = start(driver, out)
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
