"""In place of `python -m mattework`: the same program, but whoever sits before its editor is this script.

What to do is in the file `editor-mode` of the journeys' folder: paint and apply, apply, cancel, die, or be an installation
without PyQt6. The window is the real one, without a screen.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mattework import Shadow, Stroke
from mattework.cli import main

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

LIMIT = 90.0
MODE = Path(__file__).resolve().parent / "editor-mode"


def sit_before_it(mode: str) -> None:
    from PyQt6.QtCore import QTimer

    from mattework_editor import app
    from mattework_editor.handback_bar import HandBackBar
    from mattework_editor.window import EditorWindow

    make_application = app.make_application
    done: list[str] = []
    began = time.monotonic()

    def look() -> None:
        window: Any = next(
            (one for one in application[0].topLevelWidgets() if isinstance(one, EditorWindow)), None
        )
        bar = None if window is None else window.findChild(HandBackBar)
        if time.monotonic() - began > (LIMIT if "end" not in done else LIMIT / 10):
            os._exit(70)
        bench: Any = getattr(window, "workbench", None)
        if bar is None or bench.session is None or bench.is_busy or bench.is_solving or "end" in done:
            return
        if mode == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "paint" and not done:
            done.append("painted")
            stroke = Stroke(kind="foreground", radius=12, points=((48, 40), (52, 40)))
            bench.paint("Foreground", (stroke,))
        elif mode == "paint" and "chosen" not in done:
            done.append("chosen")
            recipe = replace(bench.session.recipe, background="#102030", shadow=Shadow(kind="drop"))
            bench.change_recipe("Under", recipe)
        elif mode == "cancel":
            done.append("end")
            window.close()
        elif bar.apply_button.isEnabled():
            done.append("end")
            bar.apply()

    application: list[QApplication] = []

    def make(arguments: Sequence[str] = ()) -> QApplication:
        application.append(make_application(arguments))
        timer = QTimer(application[0])
        timer.timeout.connect(look)
        timer.start(100)
        return application[0]

    app.make_application = make


if sys.argv[1] == "edit":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    wanted = MODE.read_text(encoding="utf-8")
    if wanted == "missing":
        sys.modules["PyQt6"] = None  # type: ignore[assignment]
    else:
        sit_before_it(wanted)
main()
