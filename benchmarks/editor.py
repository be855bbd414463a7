"""The editor at work on a large photo: opening, panning, zooming, painting, refining, undo, memory.

    python benchmarks/editor.py                     # 24 megapixels, from a sample photograph, enlarged
    python benchmarks/editor.py --megapixels 100
    python benchmarks/editor.py --photo my.jpg
    python benchmarks/editor.py --by-hand           # only strokes at a hand's pace, by size of the brush

Frame times are those of the canvas's own paint events, in milliseconds of this program's processor time, so that they do
not depend on what else runs; latencies of strokes are wall time less what our threads waited for a processor. Memory is in
MiB, of this process beyond an empty window; that while a PSD is saved is told apart. Without a screen, set
QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.editor_strokes import LEFT, TEST, measure_by_hand, measure_strokes, settle, wait_until

from mattework import Prompt
from mattework_editor.app import make_application
from mattework_editor.canvas import Canvas
from mattework_editor.engine import Progress
from mattework_editor.exporting import SUFFIXES, Export, export_file
from mattework_editor.session import Session
from mattework_editor.window import EditorWindow

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "samples" / "astronaut.jpg"


class Frames:
    """Times every paint event of the canvas."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._paint = Canvas.paintEvent
        frames = self

        def paint(canvas: Canvas, event: QPaintEvent | None) -> None:
            before = time.thread_time()
            frames._paint(canvas, event)
            frames.times.append((time.thread_time() - before) * 1000)

        Canvas.paintEvent = paint  # type: ignore[assignment,method-assign]

    def take(self) -> dict[str, float]:
        times, self.times = self.times, []
        return {
            "frames": len(times),
            "p50_ms": round(float(np.percentile(times, 50)), 2),
            "p95_ms": round(float(np.percentile(times, 95)), 2),
            "most_ms": round(max(times), 2),
        }


def read_memory(field: str) -> float:
    """Megabytes of this process: VmRSS (now) or VmHWM (the most so far); 0 where Linux does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def forget_most() -> None:
    """Count the most memory from now on, where Linux lets us."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def make_photo(megapixels: float, folder: Path) -> Path:
    """The sample photograph enlarged and given grain, as a JPEG of so many megapixels."""
    with Image.open(SAMPLE) as sample:
        factor = (megapixels * 1e6 / (sample.width * sample.height)) ** 0.5
        large = sample.resize(
            (round(sample.width * factor), round(sample.height * factor)), Image.Resampling.BICUBIC
        )
    pixels = np.asarray(large).astype(np.int16)
    grain = np.random.default_rng(1).integers(-6, 7, pixels.shape[:2], np.int16)
    path = folder / f"photo-{megapixels:g}.jpg"
    Image.fromarray((pixels + grain[..., None]).clip(0, 255).astype(np.uint8)).save(path, quality=92)
    return path


def measure(path: Path, *, by_hand: bool = False) -> dict[str, Any]:
    frames = Frames()
    window = EditorWindow()
    window.resize(1920, 1080)
    window.show()
    QApplication.processEvents()
    forget_most()  # making the photo took more
    empty = read_memory("VmRSS")
    bench, canvas = window.workbench, window.canvas
    results: dict[str, Any] = {}
    window.open_path(path)
    results["first_picture_s"] = round(
        wait_until(lambda: bench.sources is not None and not canvas.is_incomplete), 2
    )
    results["ready_s"] = round(results["first_picture_s"] + wait_until(lambda: bench.session is not None), 2)
    session = bench.session
    assert session is not None
    size = session.size
    results["photo"] = str(size)
    wait_until(lambda: not bench.tasks.running)
    bench.find_subject()
    results["subject_s"] = round(wait_until(lambda: not bench.is_busy), 2)
    settle(window)
    frames.take()

    if by_hand:
        results = measure_by_hand(window)
        session.history.mark_saved()
        window.close()
        return results
    canvas.zoom_to(1.0)
    settle(window)
    frames.take()
    for number in range(120):
        canvas.pan_by(*((-24, -16) if number % 60 < 30 else (24, 16)))
        QApplication.processEvents()
    results["pan_100"] = frames.take()
    canvas.fit()
    settle(window)
    frames.take()
    for number in range(60):
        canvas.zoom_to(canvas.view.scale * (1.1 if number < 30 else 1 / 1.1))
        QApplication.processEvents()
    results["zoom"] = frames.take()
    canvas.fit()
    settle(window)
    frames.take()
    for number in range(60):
        canvas.turn_to(3.0 * number)
        QApplication.processEvents()
    results["turn"] = frames.take()
    canvas.turn_to(0.0)
    canvas.fit()

    for name, scale in (("fit", canvas.view.fitting_scale), ("100", 1.0)):
        canvas.zoom_to(scale)
        canvas.set_radius(30 / scale)
        settle(window)
        frames.take()
        middle = canvas.rect().center()
        TEST.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, middle)
        for number in range(150):
            TEST.mouseMove(canvas, middle + QPoint(number, int(40 * np.sin(number / 12))))
            QApplication.processEvents()
        results[f"paint_{name}"] = frames.take()
        TEST.mouseRelease(canvas, LEFT, Qt.KeyboardModifier.NoModifier, middle)
        settle(window)
        bench.stepping.undo()
        settle(window)

    results["refine"] = measure_strokes(window)
    settle(window)
    results["by_hand"] = measure_by_hand(window)
    settle(window)
    most = read_memory("VmHWM")
    forget_most()
    with tempfile.TemporaryDirectory() as folder:
        bench.save_file(Path(folder) / "cut.psd", overwrite=False)
        wait_until(lambda: not bench.is_busy)
    saving = read_memory("VmHWM")
    while_exporting = {name: round(most - empty) for name, most in measure_exports(window).items()}
    forget_most()
    before = time.perf_counter()
    bench.stepping.undo()
    results["undo_stroke_ms"] = round((time.perf_counter() - before) * 1000, 1)
    while session.history.last is not None and session.history.last.name != window.tr("Select Subject"):
        bench.stepping.undo()
    before = time.perf_counter()
    bench.stepping.undo()
    wait_until(lambda: not bench.is_busy)
    results["undo_subject_ms"] = round((time.perf_counter() - before) * 1000, 1)
    decoded = session.photo.colour.nbytes / 2**20
    results["memory"] = {
        "decoded_mb": round(decoded),
        "empty_window_mb": round(empty),
        "now_mb": round(read_memory("VmRSS") - empty),
        "most_mb": round(max(most, read_memory("VmHWM")) - empty),
        "most_while_saving_mb": round(saving - empty),
        "most_while_exporting_mb": while_exporting,
        "most_while_selecting_objects_mb": round(measure_objects(window) - empty),
    }
    session.history.mark_saved()
    window.close()
    return results


def measure_exports(window: EditorWindow) -> dict[str, float]:
    """Most memory while the work is exported: cropped, in three formats and shrunk to 2000 pixels."""
    bench = window.workbench
    exports = {"png": Export(), "tiff": Export(kind="tiff"), "webp": Export(kind="webp")}
    most = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, export in {**exports, "png of 2000 pixels": Export(long_side=2000)}.items():
            path = Path(folder) / f"out{SUFFIXES[export.kind]}"
            forget_most()
            write = partial(_write_export, path=path, export=export)
            bench.hand_over("Exporting", write, lambda _: None)
            wait_until(lambda: not bench.is_busy)
            most[name] = read_memory("VmHWM")
    return most


def _write_export(session: Session, progress: Progress, *, path: Path, export: Export) -> None:
    export_file(session, path, export, progress)


def measure_objects(window: EditorWindow) -> float:
    """Most memory while two points, one after the other, select an object."""
    bench = window.workbench
    session = bench.session
    assert session is not None
    forget_most()
    for x, y in ((0.5, 0.4), (0.3, 0.8)):
        place = session.size.width * x, session.size.height * y
        bench.select_object("Select Object", Prompt(kind="point", points=(place,)))
        wait_until(lambda: bench.is_busy or bench.is_solving)
        wait_until(lambda: not (bench.is_busy or bench.is_solving))
        settle(window)
    return read_memory("VmHWM")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megapixels", type=float, default=24.0)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--by-hand", action="store_true", help="measure only strokes at a hand's pace")
    options = parser.parse_args()
    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        path = options.photo or make_photo(options.megapixels, Path(folder))
        print(json.dumps(measure(path, by_hand=options.by_hand), indent=1))
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
