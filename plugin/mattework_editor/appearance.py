"""Dark, light, or as the system has it."""

from __future__ import annotations

from functools import cache
from typing import Literal

from PyQt6.QtCore import QSettings
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication

Appearance = Literal["system", "light", "dark"]
APPEARANCES: tuple[Appearance, ...] = ("system", "light", "dark")

Role = QPalette.ColorRole
# Neutral grays: any tint beside a photograph changes how its colours are seen.
_COLOURS = {
    "dark": {
        Role.Window: 50,
        Role.WindowText: 225,
        Role.Base: 36,
        Role.AlternateBase: 44,
        Role.Text: 225,
        Role.Button: 60,
        Role.ButtonText: 225,
        Role.ToolTipBase: 70,
        Role.ToolTipText: 235,
        Role.BrightText: 255,
        Role.PlaceholderText: 150,
        Role.Light: 90,
        Role.Midlight: 75,
        Role.Mid: 40,
        Role.Dark: 28,
        Role.Shadow: 10,
    },
    "light": {
        Role.Window: 238,
        Role.WindowText: 20,
        Role.Base: 255,
        Role.AlternateBase: 246,
        Role.Text: 20,
        Role.Button: 232,
        Role.ButtonText: 20,
        Role.ToolTipBase: 255,
        Role.ToolTipText: 20,
        Role.BrightText: 255,
        Role.PlaceholderText: 110,
        Role.Light: 255,
        Role.Midlight: 245,
        Role.Mid: 190,
        Role.Dark: 160,
        Role.Shadow: 110,
    },
}
_RIM = {"dark": 225, "light": 165}
"""Fusion draws the rims of round and square marks in two thirds of the window's gray: too faint to be seen on it."""
_HIGHLIGHT = {"dark": QColor(42, 110, 187), "light": QColor(34, 100, 180)}
_LINK = {"dark": QColor(120, 180, 255), "light": QColor(20, 80, 170)}
_FAINT = {"dark": QColor(128, 128, 128), "light": QColor(135, 135, 135)}


def read_appearance(settings: QSettings) -> Appearance:
    stored = settings.value("appearance", "system")
    return next((one for one in APPEARANCES if one == stored), "system")


def show_appearance(appearance: Appearance) -> None:
    """Give the application these colours; "system" gives back what it began with."""
    style, palette = _system_look()
    if appearance == "system":
        QApplication.setStyle(style)
        QApplication.setPalette(palette)
        return
    # Only Fusion draws every part in the colours that it is told.
    QApplication.setStyle("fusion")
    palette = make_palette(appearance)
    QApplication.setPalette(palette)
    rim = _RIM[appearance]
    palette.setColor(Role.Window, QColor(rim, rim, rim))
    for marked in ("QRadioButton", "QCheckBox"):
        QApplication.setPalette(palette, marked)


def make_palette(appearance: Literal["light", "dark"]) -> QPalette:
    palette = QPalette()
    for role, gray in _COLOURS[appearance].items():
        palette.setColor(role, QColor(gray, gray, gray))
    palette.setColor(Role.Highlight, _HIGHLIGHT[appearance])
    palette.setColor(Role.HighlightedText, QColor(255, 255, 255))
    palette.setColor(Role.Link, _LINK[appearance])
    for role in (Role.WindowText, Role.Text, Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, _FAINT[appearance])
    # A slider that cannot be moved is not to shine.
    palette.setColor(QPalette.ColorGroup.Disabled, Role.Highlight, _FAINT[appearance])
    return palette


@cache
def _system_look() -> tuple[str, QPalette]:
    """Style and palette that the application began with; asked for the first time before either is changed."""
    style = QApplication.style()
    assert style is not None
    return style.objectName(), QPalette(QApplication.palette())
