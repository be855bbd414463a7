"""What the editor remembers between sessions: recent files, the window's place, the brush. In the platform's own place."""

from __future__ import annotations

import os
from pathlib import Path

from PyQt6.QtCore import QByteArray, QSettings

MOST_RECENT = 10
BUILT_IN = "mattework-subject"
"""The model that finds subjects where no other was chosen."""


def open_settings() -> QSettings:
    """The platform's settings of the editor; MATTEWORK_EDITOR_SETTINGS names a file instead."""
    named = os.environ.get("MATTEWORK_EDITOR_SETTINGS")
    if named:
        return QSettings(named, QSettings.Format.IniFormat)
    return QSettings("Mattework", "Editor")


def list_recent(settings: QSettings) -> list[Path]:
    """Recent files that still exist, newest first."""
    stored = settings.value("recent", [], list) or []
    return [Path(one) for one in stored if Path(one).is_file()]


def add_recent(settings: QSettings, path: Path) -> None:
    known = [one for one in list_recent(settings) if one != path.resolve()]
    settings.setValue("recent", [str(one) for one in [path.resolve(), *known][:MOST_RECENT]])


def read_bytes(settings: QSettings, key: str) -> QByteArray:
    value = settings.value(key)
    return value if isinstance(value, QByteArray) else QByteArray()


def read_number(settings: QSettings, key: str, default: float) -> float:
    try:
        return float(str(settings.value(key, default)))
    except ValueError:
        return default


def read_subject_model(settings: QSettings) -> str | None:
    """The model that Select Subject uses; None for the built-in one."""
    stored = settings.value("subject_model")
    return str(stored) if stored and stored != BUILT_IN else None


def keep_subject_model(settings: QSettings, model: str | None) -> None:
    settings.setValue("subject_model", model or BUILT_IN)
