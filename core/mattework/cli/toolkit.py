"""What the editor's window toolkit (Qt) needs of the system, asked before Qt is: it ends the process where that lacks."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

SYSTEM_PACKAGES = (
    "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0"
)
INSTALL_PACKAGES = f"Install that library (on Debian and Ubuntu: apt install {SYSTEM_PACKAGES})."


def find_missing_library() -> str | None:
    """What the loader says of the library that windows on an X11 screen lack; ``None`` when they lack none.

    Nothing is asked where windows go elsewhere (Wayland, another system, ``QT_QPA_PLATFORM``) or where PyQt6 does
    not carry its own Qt.
    """
    platform = os.environ.get("QT_QPA_PLATFORM") or (
        "wayland" if os.environ.get("WAYLAND_DISPLAY") else "xcb"
    )
    if sys.platform != "linux" or not platform.startswith("xcb") or not os.environ.get("DISPLAY"):
        return None
    spec = find_spec("PyQt6")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        plugin = Path(folder) / "Qt6" / "plugins" / "platforms" / "libqxcb.so"
        if plugin.is_file():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                return str(error)
    return None
