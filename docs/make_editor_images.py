"""Makes the pictures of docs/editor.md: the real editor, driven through its own commands, on the sample photographs.

QT_QPA_PLATFORM=offscreen .venv/bin/python docs/make_editor_images.py
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QBuffer, QEvent, QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SAMPLES = ROOT / "resources" / "samples"
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
TEST: Any = QTest


def wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        QApplication.processEvents()
        time.sleep(0.002)


def save_picture(widget: QWidget, name: str) -> None:
    """What the widget shows, as a PNG of few colours: screenshots are small so."""
    from io import BytesIO

    from PIL import Image

    end = time.monotonic() + 0.7  # thumbnails and the list of parts come a moment after the rest
    wait_until(lambda: time.monotonic() > end)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    with Image.open(BytesIO(bytes(buffer.data().data()))) as image:
        image.convert("RGB").save(IMAGES / f"{name}.jpg", quality=88, optimize=True)


def make_output_images(window: Any, settle: Callable[[], None]) -> None:
    """A shadow on a gradient, and before and after."""
    background, shadow = window.background, window.shadow
    for dock in window.docks:
        if dock.objectName() == "shadow":
            dock.raise_()
    background.kinds.button(2).click()
    settle()
    shadow.kinds.button(1).click()
    settle()
    save_picture(window, "editor-shadow")
    background.kinds.button(3).click()
    settle()
    window.commands["view.split"].trigger()
    save_picture(window, "editor-split")
    window.commands["view.split"].trigger()


def make_tool_images(window: Any, drag: Callable[..., None], settle: Callable[[], None]) -> None:
    """A box around a thing while it is dragged, and the list of parts of what it selected."""
    window.workbench.session.history.mark_saved()
    window.open_path(SAMPLES / "astronaut.jpg")
    settle()
    window.commands["tool.ObjectBox"].trigger()
    box = ((346, 2), (400, 200), (462, 288))
    drag(*box, release=False)
    save_picture(window, "editor-object")
    TEST.mouseRelease(window.canvas, LEFT, PLAIN, QPoint(*map(round, window.canvas.view.to_screen(*box[-1]))))
    settle()
    for dock in window.docks:
        if dock.objectName() in ("parts", "brush"):
            dock.raise_()
    wait_until(lambda: bool(window.parts.parts) and not window.parts.is_working)
    window.parts.list.setCurrentRow(0)
    QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
    save_picture(window, "editor-parts")


def draw_program(window: Any, settle: Callable[[], None]) -> None:
    """The program around the picture: the Models dialog, and photos that are looked through."""
    from mattework_editor.models_dialog import ModelsDialog
    from mattework_editor.review_dock import find_review

    window.commands["select.models"].trigger()
    dialog = window.findChild(ModelsDialog)
    dialog.select("birefnet-general")
    save_picture(dialog, "editor-models")
    dialog.close()
    window.workbench.session.history.mark_saved()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("astronaut", "chelsea", "coffee"):
            shutil.copy(SAMPLES / f"{name}.jpg", folder)
        window.open_paths([Path(folder)])
        review = find_review(window)
        assert review is not None
        queue, line = review.queue, review.line
        wait_until(lambda: not queue.is_working and line.next_waiting() is None)
        settle()
        review.look_at(Path(folder).resolve() / "coffee.jpg")
        settle()
        save_picture(window, "editor-review")


def main() -> int:
    from mattework_editor.app import make_application
    from mattework_editor.compose import View
    from mattework_editor.translations import install_language
    from mattework_editor.window import EditorWindow

    application = make_application()
    install_language("en")
    IMAGES.mkdir(exist_ok=True)
    window = EditorWindow()
    window.resize(1180, 760)
    window.show()
    bench, canvas = window.workbench, window.canvas

    def settle() -> None:
        wait_until(
            lambda: (
                not (
                    bench.is_busy
                    or bench.is_solving
                    or bench.display.is_working
                    or bench.clean.is_working
                    or canvas.is_incomplete
                    or window.views.is_working
                )
            )
        )

    def screen(x: float, y: float) -> QPoint:
        return QPoint(*(round(one) for one in canvas.view.to_screen(x, y)))

    def drag(*points: tuple[float, float], release: bool = True) -> None:
        TEST.mousePress(canvas, LEFT, PLAIN, screen(*points[0]))
        for point in points[1:]:
            TEST.mouseMove(canvas, screen(*point))
        if release:
            TEST.mouseRelease(canvas, LEFT, PLAIN, screen(*points[-1]))
            settle()

    window.open_path(SAMPLES / "astronaut.jpg")
    settle()
    window.commands["select.subject"].trigger()
    settle()
    save_picture(window, "editor-subject")

    window.tool_actions[2].trigger()  # Background: what the model took for the subject and is none
    canvas.set_radius(34)
    drag((405, 8), (425, 20), (418, 45))
    canvas.set_radius(15)
    drag((4, 400), (4, 505))
    window.tool_actions[1].trigger()  # Foreground: what it missed, the helmet
    canvas.set_radius(62)
    drag((358, 450), (358, 510), (400, 425), (436, 440), (430, 510), (380, 470))
    window.tool_actions[0].trigger()  # Refine Edge: its rim
    canvas.set_radius(15)
    rim = [
        (288, 500),
        (292, 440),
        (320, 395),
        (340, 370),
        (375, 352),
        (415, 350),
        (450, 368),
        (478, 400),
        (490, 440),
        (496, 500),
    ]
    drag(*rim)
    window.show_view(View.OVERLAY)
    save_picture(window, "editor-overlay")

    window.show_view(View.WHITE)
    canvas.zoom_to(3.0)
    left, top = canvas.view.to_screen(225, 105)
    canvas.pan_by(round(canvas.width() / 2 - left), round(canvas.height() / 2 - top))
    canvas.set_radius(12)
    settle()
    hair = [
        (163, 120),
        (158, 95),
        (165, 60),
        (185, 35),
        (215, 20),
        (250, 20),
        (280, 40),
        (298, 75),
        (296, 110),
    ]
    drag(*hair, release=False)
    save_picture(window, "editor-refine")
    TEST.mouseRelease(canvas, LEFT, PLAIN, screen(*hair[-1]))
    settle()
    window.show_view(View.MASK)
    save_picture(window, "editor-mask")

    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    canvas.fit()
    window.edge.shift.box.setValue(-1.0)
    wait_until(lambda: bench.session is not None and bench.session.recipe.edge.shift == -1.0)
    window.background.recipe_chosen.emit("Background", _with_background(window, "#3d6f8e"))
    settle()
    save_picture(window, "editor-background")
    make_output_images(window, settle)
    make_tool_images(window, drag, settle)
    draw_program(window, settle)
    assert bench.session is not None
    bench.session.history.mark_saved()
    window.close()
    application.quit()
    return 0


def _with_background(window: Any, colour: str) -> Any:
    from dataclasses import replace

    return replace(window.workbench.session.recipe, background=colour)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as state:
        os.environ["MATTEWORK_STATE"] = state
        os.environ["MATTEWORK_EDITOR_SETTINGS"] = str(Path(state) / "settings.ini")
        sys.exit(main())
