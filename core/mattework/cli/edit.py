"""`mattework edit`: opens the editor's window. Nothing of the editor is imported until then."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

import click

from mattework.cli import ENDINGS, toolkit
from mattework.cli.options import FileName
from mattework.errors import FileNotReadable, UsageError
from mattework.extras import tell_how_to_add

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"""Variables that tell Qt where windows go; without any it would end the process."""

_LACKS_LIBRARY = "The editor cannot start, because its window toolkit (Qt) lacks a system library"


@click.command()
@click.argument("sources", type=FileName(), metavar="[PHOTO...]", nargs=-1)
@click.option(
    "--hand-back",
    "folder",
    type=FileName(),
    metavar="FOLDER",
    help="For host programs: offer Apply in place of Save, and write what was made, and result.json, into FOLDER.",
)
@click.option(
    "--recipe",
    type=FileName(),
    metavar="FILE",
    help="With --hand-back: the recipe of an earlier cut to go on from.",
)
def edit(sources: tuple[str, ...], folder: str | None, recipe: str | None) -> int:
    """Open a photo, or a file that Mattework wrote, in the editor; look through a folder or several photos.

    \b
    mattework edit photo.jpg
    mattework edit photo.cutout.psd
    mattework edit shots/
    """
    for path in sources:
        if not os.path.exists(path):
            raise FileNotReadable(f"There is no file {path}. Check its name and folder.")
    if recipe is not None and not os.path.isfile(recipe):
        raise FileNotReadable(f"There is no file {recipe}. Check its name and folder.")
    if folder is None and recipe is not None:
        raise UsageError(
            "--recipe goes with --hand-back. A file that Mattework wrote carries its own recipe."
        )
    if folder is not None and (
        len(sources) != 1 or not os.path.isfile(sources[0]) or not os.path.isdir(folder)
    ):
        raise UsageError("--hand-back needs a folder that is there, and the picture to work on.")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _SCREENS):
        raise UsageError("There is no screen to open a window on. Use `mattework cut` here, or set DISPLAY.")
    try:
        application = import_module("mattework_editor.app")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("PyQt6", "mattework_editor"):
            raise
        raise UsageError(
            f"The editor is not installed here. Install it with: {tell_how_to_add('PyQt6')}"
        ) from error
    except ImportError as error:
        raise UsageError(f"{_LACKS_LIBRARY}: {error}. {toolkit.INSTALL_PACKAGES}") from error
    missing = toolkit.find_missing_library()
    if missing is not None:
        raise UsageError(f"{_LACKS_LIBRARY}: {missing}. {toolkit.INSTALL_PACKAGES}")
    # Python's own handlers would wait until Qt runs some Python: the window would not close when it is told to. What
    # was not saved is offered again at the next start.
    for number in (signal.SIGINT, *ENDINGS):
        signal.signal(number, signal.SIG_DFL)
    code: int = application.main(
        [Path(one) for one in sources],
        hand_back=None if folder is None else Path(folder),
        recipe=None if recipe is None else Path(recipe),
    )
    return code
