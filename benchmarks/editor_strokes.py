"""The strokes of `benchmarks/editor.py`: from each movement of the hand to its answer on the screen."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from mattework import Rect
from mattework.arrays import Bytes
from mattework_editor.canvas import Canvas
from mattework_editor.window import EditorWindow

LEFT = Qt.MouseButton.LeftButton
TEST: Any = QTest
_STROKE_LENGTH = 136


def wait_until(is_so: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    before = time.perf_counter()
    while not is_so():
        QApplication.processEvents()
        time.sleep(0.001)
    return time.perf_counter() - before


def settle(window: EditorWindow) -> None:
    bench, canvas = window.workbench, window.canvas
    wait_until(lambda: not bench.is_solving and not bench.display.is_working and not canvas.is_incomplete)


def measure_strokes(window: EditorWindow) -> dict[str, float]:
    """A stroke of 256 pixels on the edge, brush of 120: from each movement of the mouse to its answer on the screen (live),
    and from letting go to the solver's at a reduced scale (quick) and to what stays (solved)."""
    bench, canvas = window.workbench, window.canvas
    window.tool_actions[0].trigger()
    canvas.zoom_to(1.0)
    session = bench.session
    assert session is not None
    live: list[float] = []
    quick: list[float] = []
    solved: list[float] = []
    for x, y in find_edge(session.planes.trimap.unpack()):
        canvas.set_radius(60)
        canvas.pan_by(
            *(round(a - b) for a, b in zip(middle_of(canvas), canvas.view.to_screen(x, y), strict=True))
        )
        settle(window)
        at = QPoint(*(round(one) for one in canvas.view.to_screen(x, y)))
        TEST.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at)
        live += [measure_move(window, at + QPoint(_STROKE_LENGTH * step // 8, 0)) for step in range(1, 9)]
        shown: list[float] = []
        watch = Watch()
        connection = bench.display.refreshed.connect(
            lambda _, shown=shown, watch=watch: shown.append(watch.read())
        )
        TEST.mouseRelease(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at + QPoint(_STROKE_LENGTH, 0))
        wait_until(lambda: not bench.is_solving)
        solved.append(watch.read())
        bench.display.refreshed.disconnect(connection)
        # First comes the guided filter's answer, then the solver's; a small stroke needs no quick one.
        quick.append(shown[min(1, len(shown) - 1)])
    return {
        f"{name}_{share}_ms": round(float(np.percentile(times, percent)), 1)
        for name, times in (("live", live), ("quick", quick), ("solved", solved))
        for share, percent in (("p50", 50), ("p95", 95))
    }


def measure_by_hand(window: EditorWindow) -> dict[str, Any]:
    """By diameter of the brush in photo pixels, at two scales."""
    scales = (("100 %", 1.0), ("fit", window.canvas.view.fitting_scale))
    return {
        f"{diameter} px at {name}": measure_hand(window, scale, diameter / 2)
        for name, scale in scales
        for diameter in (40, 120, 240, 400)
    }


def measure_hand(window: EditorWindow, scale: float, radius: float) -> dict[str, float]:
    """Strokes at a hand's pace, a movement every 8 ms whether or not the one before is answered: from each movement until
    the answer under all of the brush is painted on the canvas."""
    bench, canvas = window.workbench, window.canvas
    window.tool_actions[0].trigger()
    session = bench.session
    assert session is not None
    times: list[float] = []
    asked: list[tuple[Watch, Rect]] = []
    answered: list[Watch] = []

    def note(where: Rect) -> None:
        answered.extend(watch for watch, brush in asked if where.contains(brush))
        asked[:] = [one for one in asked if not where.contains(one[1])]

    def paint(self: Canvas, event: QPaintEvent | None) -> None:
        own(self, event)
        if not self.is_incomplete:  # else tiles of it are still old
            times.extend(watch.read() for watch in answered)
            answered.clear()

    own = Canvas.paintEvent
    connection = bench.display.refreshed.connect(note)
    Canvas.paintEvent = paint  # type: ignore[assignment,method-assign]
    cpu = time.process_time()
    for x, y in find_edge(session.planes.trimap.unpack())[::5]:
        canvas.zoom_to(scale)
        canvas.set_radius(radius)
        canvas.pan_by(
            *(round(a - b) for a, b in zip(middle_of(canvas), canvas.view.to_screen(x, y), strict=True))
        )
        settle(window)
        at = QPoint(*(round(one) for one in canvas.view.to_screen(x, y)))
        TEST.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at)
        begun = time.perf_counter()
        for number in range(1, 91):
            wait_until(lambda end=begun + 0.008 * number: time.perf_counter() >= end)  # type: ignore[misc]
            to = at + QPoint(round(250 * np.sin(number / 20)), round(120 * (1 - np.cos(number / 13))))
            TEST.mouseMove(canvas, to)
            px, py = canvas.view.to_photo(to.x(), to.y())
            brush = Rect(int(px - radius), int(py - radius), int(px + radius), int(py + radius))
            asked.append((Watch(), brush.intersect(session.size.rect)))
        wait_until(lambda: not bench.tasks.running)
        canvas.repaint()
        TEST.mouseRelease(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at)
        asked.clear()
        settle(window)
        bench.stepping.undo()
        settle(window)
    Canvas.paintEvent = own  # type: ignore[method-assign]
    bench.display.refreshed.disconnect(connection)
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "cpu_s": round(time.process_time() - cpu, 2),
    }


def measure_move(window: EditorWindow, to: QPoint) -> float:
    """Milliseconds from a movement of the mouse that paints until the answer under it is painted on the canvas."""
    bench, canvas = window.workbench, window.canvas
    place = tuple(int(one) for one in canvas.view.to_photo(to.x(), to.y()))
    answered = False

    def note(where: Rect) -> None:
        nonlocal answered
        answered = answered or (where.left <= place[0] < where.right and where.top <= place[1] < where.bottom)

    connection = bench.display.refreshed.connect(note)
    watch = Watch()
    TEST.mouseMove(canvas, to)
    wait_until(lambda: answered)
    canvas.repaint()
    took = watch.read()
    bench.display.refreshed.disconnect(connection)
    wait_until(lambda: not bench.tasks.running and not canvas.is_incomplete)
    return took


class Watch:
    """Milliseconds since it was made, less what the thread that waited longest stood in line for a processor (on Linux),
    because other programs had it."""

    def __init__(self) -> None:
        self._begun, self._waits = time.perf_counter(), read_waits()

    def read(self) -> float:
        waited = [now - self._waits.get(thread, 0.0) for thread, now in read_waits().items()]
        return (time.perf_counter() - self._begun - max(waited, default=0.0)) * 1000


def read_waits() -> dict[str, float]:
    """Seconds that each thread of this process has stood in line."""
    waits = {}
    for place in Path("/proc/self/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, IndexError):
            waits[place.parent.name] = int(place.read_text(encoding="ascii").split()[1]) / 1e9
    return waits


def find_edge(trimap: Bytes) -> list[tuple[int, int]]:
    """Ten places (x, y) all along the unknown band, a stroke's length from the right border or more. Found with little
    memory, which would be taken for the editor's."""
    trimap = trimap[:, :-_STROKE_LENGTH]
    rows = np.count_nonzero(trimap == 128, axis=1).cumsum()
    places = []
    for number in range(1, 11):
        y = int(np.searchsorted(rows, rows[-1] * number // 12, "right"))
        unknown = np.flatnonzero(trimap[y] == 128)
        places.append((int(unknown[len(unknown) * (number % 4 + 1) // 6]), y))
    return places


def middle_of(canvas: Canvas) -> tuple[float, float]:
    return canvas.view.screen.width / 2, canvas.view.screen.height / 2
