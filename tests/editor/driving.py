"""Drives a real window with real events: what a person does with mouse, pen and keys."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PyQt6.QtGui import (
    QColor,
    QImage,
    QInputDevice,
    QPointingDevice,
    QPointingDeviceUniqueId,
    QTabletEvent,
    QWheelEvent,
)
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QColorDialog,
    QFileDialog,
    QMessageBox,
    QRadioButton,
    QWidget,
)

from mattework.arrays import Bytes
from mattework_editor.canvas import Canvas
from mattework_editor.review_dock import ReviewDock, find_review
from mattework_editor.session import Session
from mattework_editor.window import EditorWindow

Keys = Qt.KeyboardModifier
TEST: Any = QTest  # its functions are static, which the stubs of PyQt6 do not say
Shown = TypeVar("Shown", bound=QWidget)
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def wait_until(is_so: Callable[[], bool], seconds: float = 240.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"it never came to pass; {list_messages()}"
        QApplication.processEvents()
        time.sleep(0.002)


def list_messages() -> str:
    """What the boxes on the screen say: why something never came to pass."""
    boxes = [
        box.text()
        for box in QApplication.topLevelWidgets()
        if isinstance(box, QMessageBox)
        if box.isVisible()
    ]
    return f"on the screen: {boxes}" if boxes else "no message is on the screen"


class Driver:
    """A window and what is done to it."""

    def __init__(self, window: EditorWindow) -> None:
        self.window = window
        self.bench = window.workbench
        self.canvas: Canvas = window.canvas

    @property
    def session(self) -> Session:
        assert self.bench.session is not None
        return self.bench.session

    def open(self, path: Path) -> None:
        self.window.open_path(path)
        self.wait()

    def open_painted(self, path: Path, *, radius: float) -> None:
        """Open a disc and dab its middle as foreground."""
        self.open(path)
        self.key(Qt.Key.Key_B)
        self.canvas.set_radius(radius)
        self.drag((120, 100), (122, 100))

    def wait(self) -> None:
        """Until nothing is worked on any more."""
        wait_until(
            lambda: (
                not self.bench.is_busy
                and not self.bench.is_solving
                and not self.bench.display.is_working
                and not self.bench.clean.is_working
                and not self.window.views.is_working
            )
        )
        QApplication.processEvents()

    def find_shown(self, kind: type[Shown]) -> Shown:
        """The one widget of this kind that is to be seen."""
        QApplication.processEvents()
        (found,) = [one for one in self.window.findChildren(kind) if one.isVisible()]
        return found

    def key(self, key: Qt.Key, modifiers: Keys = Keys.NoModifier, on: QWidget | None = None) -> None:
        TEST.keyClick(on or self.canvas, key, modifiers)

    def hold(self, key: Qt.Key) -> None:
        TEST.keyPress(self.canvas, key)

    def let_go(self, key: Qt.Key) -> None:
        TEST.keyRelease(self.canvas, key)

    def click(self, widget: QWidget) -> None:
        where = widget.rect().center()
        if isinstance(widget, QRadioButton | QCheckBox):
            where.setX(min(where.x(), 8))  # only the mark and its text answer, however wide the panel is
        TEST.mouseClick(widget, LEFT, Keys.NoModifier, where)

    def at(self, x: float, y: float) -> QPoint:
        """Where the photo's (x, y) is in the canvas."""
        sx, sy = self.canvas.view.to_screen(x, y)
        ratio = self.canvas.devicePixelRatioF()
        return QPointF(sx / ratio, sy / ratio).toPoint()

    def see(self, x: float, y: float) -> QColor:
        """What the canvas shows at the photo's (x, y)."""
        place = self.canvas.view.to_screen(x, y)
        return self.canvas.grab().toImage().pixelColor(*map(round, place))

    def drag(
        self,
        *points: tuple[float, float],
        button: Qt.MouseButton = LEFT,
        modifiers: Keys = Keys.NoModifier,
        wait: bool = True,
    ) -> None:
        """Press at the first photo position, move over the others, release at the last."""
        places = [self.at(*point) for point in points]
        TEST.mousePress(self.canvas, button, modifiers, places[0])
        for place in places[1:]:
            TEST.mouseMove(self.canvas, place)
        TEST.mouseRelease(self.canvas, button, modifiers, places[-1])
        if wait:
            self.wait()

    def pen(self, *touches: tuple[float, float, float]) -> None:
        """Drag a pen over photo positions (x, y) with pressure."""
        kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(touches) - 1)]
        for kind, (x, y, pressure) in zip(
            [*kinds, QEvent.Type.TabletRelease], [*touches, (*touches[-1][:2], 0.0)], strict=True
        ):
            place = QPointF(self.at(x, y))
            device = QPointingDevice(
                "pen",
                1,
                QInputDevice.DeviceType.Stylus,
                QPointingDevice.PointerType.Pen,
                QInputDevice.Capability.Pressure | QInputDevice.Capability.Position,
                1,
                1,
                "",
                QPointingDeviceUniqueId(),
            )
            event = QTabletEvent(
                kind,
                device,
                place,
                QPointF(self.canvas.mapToGlobal(place.toPoint())),
                pressure,
                0,
                0,
                0,
                0,
                0,
                Keys.NoModifier,
                LEFT,
                LEFT,
            )
            QApplication.sendEvent(self.canvas, event)
        self.wait()

    def wheel(self, x: float, y: float, turn: int, modifiers: Keys = Keys.NoModifier) -> None:
        place = QPointF(self.at(x, y))
        event = QWheelEvent(
            place,
            QPointF(self.canvas.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

    def close(self) -> None:
        """End without a question."""
        if self.bench.session is not None:
            self.session.history.mark_saved()
        self.wait()
        self.window.close()
        QApplication.processEvents()


@contextmanager
def catch_slot_errors() -> Iterator[list[BaseException]]:
    """Exceptions in slots, which Qt would end the process for."""
    caught: list[BaseException] = []

    def keep(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        caught.append(error.with_traceback(trace))

    before, sys.excepthook = sys.excepthook, keep
    try:
        yield caught
    finally:
        sys.excepthook = before


def save_to(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Answer the file dialog, which is Qt's own, with this path."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "Photoshop (*.psd)"))


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    """Answer questions with this button; gives what was asked."""
    asked: list[str] = []

    def question(_: object, title: str, *__: object) -> QMessageBox.StandardButton:
        asked.append(title)
        return button

    monkeypatch.setattr(QMessageBox, "question", question)
    return asked


def choose_colour(
    monkeypatch: pytest.MonkeyPatch,
    colour: QColor,
    *,
    accepts: bool = True,
    look: Callable[[], object] = lambda: None,
) -> None:
    """Choose a colour in colour dialogs, `look` while it is tried, and take it or give it up."""

    def work(dialog: QColorDialog) -> int:
        dialog.setCurrentColor(colour)
        look()
        return int(accepts)

    monkeypatch.setattr(QColorDialog, "exec", work)


def press_soon(text: str) -> list[str]:
    """Press this button of the message that will be open; gives what it asks, once it is."""
    asked: list[str] = []

    def press(tries: int = 500) -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            asked.append(box.windowTitle())
            next(one for one in box.buttons() if one.text().replace("&", "") == text).click()
        elif tries:
            QTimer.singleShot(10, lambda: press(tries - 1))

    QTimer.singleShot(0, press)
    return asked


def shown(driver: Driver) -> Bytes:
    """What the canvas shows now, (h, w, 3), in screen pixels."""
    wait_until(lambda: not driver.window.views.is_working)
    for _ in range(3):
        QApplication.processEvents()
    wait_until(lambda: not driver.canvas.is_incomplete)
    image = driver.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    assert bits is not None
    rows: Bytes = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8)
    rows = rows.reshape(image.height(), image.bytesPerLine())[:, : image.width() * 3]
    return rows.reshape(image.height(), image.width(), 3)


def pixel(driver: Driver, picture: Bytes, x: float, y: float) -> tuple[int, ...]:
    ratio = driver.canvas.devicePixelRatioF()
    at = driver.at(x, y)
    return tuple(int(one) for one in picture[round(at.y() * ratio), round(at.x() * ratio)])


def start_review(driver: Driver, folder: Path) -> ReviewDock:
    driver.window.open_paths([folder])
    review = find_review(driver.window)
    assert review is not None
    return review


def wait_for_cuts(driver: Driver, review: ReviewDock) -> None:
    wait_until(lambda: not review.queue.is_working and review.line.next_waiting() is None)
    driver.wait()
    wait_until(lambda: review.path is not None)
    driver.wait()
