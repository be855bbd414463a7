"""Opening photo after photo in a review: which one comes, and what is said of one that cannot be opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PyQt6.QtGui import QDropEvent, QGuiApplication
from PyQt6.QtWidgets import QApplication, QListWidgetItem, QMessageBox

from editor.driving import LEFT, TEST, Keys, answer, start_review, wait_for_cuts, wait_until
from mattework.errors import UsageError
from mattework_editor.files import Opened, read_file
from mattework_editor.review import Line, open_line
from mattework_editor.review_dock import ReviewDock, find_review
from mattework_editor.review_strip import PATH
from mattework_editor.tasks import Task
from samples import draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver

CONTROL = Keys.ControlModifier


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


def marked(review: ReviewDock) -> Path | None:
    """The photo whose entry is marked in the strip."""
    item = review.strip.currentItem()
    return None if item is None else Path(item.data(PATH))


@pytest.mark.parametrize("way", ["pasted", "dropped"])
def test_several_files_are_looked_through_and_one_is_opened(driver: Driver, shots: Path, way: str) -> None:
    def take(*files: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(one)) for one in files])
        if way == "pasted":
            clipboard = QGuiApplication.clipboard()
            assert clipboard is not None
            clipboard.setMimeData(data)
            driver.key(Qt.Key.Key_V, CONTROL)
        else:
            copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
            driver.window.dropEvent(QDropEvent(QPointF(9, 9), copy, data, LEFT, none))
        QApplication.processEvents()

    take(shots / "a.png")
    driver.wait()
    assert driver.session.path == shots / "a.png"
    assert find_review(driver.window) is None
    take(shots / "a.png", shots / "b.png")
    review = find_review(driver.window)
    assert review is not None
    assert sorted(review.line.items) == [str(shots / "a.png"), str(shots / "b.png")]
    wait_for_cuts(driver, review)
    take(shots)
    review = find_review(driver.window)
    assert review is not None
    assert len(review.line.items) == 3
    wait_for_cuts(driver, review)


def test_a_photo_that_cannot_be_opened_is_marked_told_of_and_passed(driver: Driver, shots: Path) -> None:
    review = start_review(driver, shots)
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
    review = start_review(driver, tmp_path)
    assert not driver.window.commands["review.skip"].isEnabled()
    assert "broken.jpg" in read_message()  # there is nothing else that could be shown
    driver.key(Qt.Key.Key_Backspace, CONTROL)
    assert "All photos" in driver.window.status.message.text()
    assert review.summary.text().startswith("1 of 1 done, 0 to look at")


def test_a_failure_after_an_opening_was_cancelled_is_not_the_photo_s(driver: Driver, shots: Path) -> None:
    review = start_review(driver, shots)
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
    review = start_review(driver, shots)
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
    review = start_review(driver, shots)
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
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    driver.window.filing.close_photo()
    driver.wait()
    review.queue.changed.emit(shots / "b.png")
    assert not driver.bench.is_busy
    assert driver.bench.session is None
    review.look_at(shots / "a.png")
    driver.wait()
    assert review.path == shots / "a.png"


def test_keys_go_on_from_the_photo_that_was_asked_for_last(driver: Driver, tmp_path: Path) -> None:
    """Pressed while a photo is still being opened, or after one that cannot be opened."""
    from PIL import Image

    rgb = np.asarray(draw_disc(120, 90)[0])
    for name in ("a.png", "b.png", "c.png", "d.png"):
        Image.fromarray(rgb).save(tmp_path / name)
    (tmp_path / "broken.jpg").write_text("not a picture")
    review = start_review(driver, tmp_path)
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


def test_what_is_not_saved_is_asked_about_once_and_not_at_every_photo(
    driver: Driver, shots: Path, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.open_painted(disc_file, radius=30)
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    review = start_review(driver, shots)
    wait_until(lambda: not review.queue.is_working and review.line.next_waiting() is None)
    driver.wait()
    assert asked == []
    assert driver.session.path == disc_file
    review.look_at(shots / "a.png")
    driver.wait()
    review.queue.changed.emit(shots / "b.png")
    driver.wait()
    assert asked == ["Save changes?"]


def test_a_photo_on_which_work_began_before_it_was_cut_is_not_opened_again(
    driver: Driver, shots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer(monkeypatch, QMessageBox.StandardButton.Discard)
    review = start_review(driver, shots)
    wait_for_cuts(driver, review)
    line, photo = review.line, shots / "a.png"
    line.change(photo, status="waiting")
    driver.window.open_path(photo)
    driver.wait()
    assert review.path == photo
    assert not driver.session.has_subject
    driver.bench.find_subject()
    line.change(photo, status="ready")
    review.queue.changed.emit(photo)
    driver.wait()
    wait_until(lambda: not driver.bench.is_busy)
    driver.wait()
    assert [one.name for one in driver.session.history.steps] == ["Select Subject"]
    assert asked == []


def test_a_photo_that_goes_while_it_is_cut_stops_nothing(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        Image.fromarray(np.asarray(draw_disc(120, 90)[0])).save(tmp_path / f"{name}.png")

    def forget(path: Path) -> Opened:
        if path.name == "b.png":
            path.unlink()
        return read_file(path)

    monkeypatch.setattr("mattework_editor.review_queue.read_file", forget)
    review = start_review(driver, tmp_path)
    wait_for_cuts(driver, review)
    items = review.line.items
    assert [items[str(tmp_path / f"{name}.png")].status for name in "abc"] == ["ready", "failed", "ready"]


def test_a_photo_that_is_replaced_while_it_is_cut_is_cut_again_the_next_time(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "a.png"
    Image.fromarray(np.asarray(draw_disc(120, 90)[0])).save(photo)
    before = photo.stat().st_mtime_ns

    def touch(self: Line, path: Path, *_: object) -> None:
        os.utime(photo, ns=(before + 10**9, before + 10**9))
        keep(self, path, *_)  # type: ignore[arg-type]

    keep = Line.keep_cut
    monkeypatch.setattr(Line, "keep_cut", touch)
    review = start_review(driver, tmp_path)
    wait_for_cuts(driver, review)
    assert review.line.items[str(photo)].stamp == before
    assert open_line([tmp_path]).items[str(photo)].status == "waiting"
