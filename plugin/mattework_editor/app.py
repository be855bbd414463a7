"""The program: one application, one window, and a way out of an error that nobody foresaw."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from mattework_editor.handback_bar import HandBackBar
from mattework_editor.memory import keep_large_arrays_apart
from mattework_editor.preferences import open_settings
from mattework_editor.translations import install_language, read_language
from mattework_editor.window import EditorWindow

PACKAGE = Path(__file__).resolve().parent


def read_icon(package: Path = PACKAGE) -> QIcon:
    """The program's icon in several sizes: from the installed package, else from the source tree around it."""
    installed = package / "resources"
    folder = installed if installed.is_dir() else package.parents[1] / "resources"
    icon = QIcon()
    for path in sorted((folder / "icons").glob("mattework-editor-*.png")):
        icon.addFile(str(path))
    return icon


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The application with its names and its icon."""
    keep_large_arrays_apart()
    application = QApplication(["mattework", *arguments])
    application.setApplicationName("Mattework")
    application.setDesktopFileName("mattework-editor")
    application.setWindowIcon(read_icon())
    return application


def main(paths: Sequence[Path] = (), *, hand_back: Path | None = None, recipe: Path | None = None) -> int:
    """Open the window, with the file that was named, and run until it is closed; gives the exit code.

    A folder, or several files, are looked through. With `hand_back`, a folder, the first path is what a host sent; see
    `mattework.worker.handback`.
    """
    application = make_application()
    install_language(read_language(open_settings()))
    window = EditorWindow()

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        window.show_error(
            window.tr("Mattework has a defect ({kind}: {text}). Save your work under another name.").format(
                kind=kind.__name__, text=error
            )
        )

    sys.excepthook = tell  # Qt would end the program, and the person's work with it
    window.show()
    if hand_back is not None:
        bar = HandBackBar(window, hand_back)
        QTimer.singleShot(0, lambda: bar.open(paths[0], recipe))
    elif paths:
        QTimer.singleShot(0, lambda: window.open_paths(paths))
    else:
        QTimer.singleShot(0, window.filing.offer_drafts)
    return application.exec()
