"""Where model files, their cached hashes and accepted licences lie."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

APP_NAME = "mattework"


@cache
def embedded_folder() -> Path:
    """The models that come with Mattework: inside the installed package, or `resources/models` of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources" / "models"
    checkout = package.parent.parent / "resources" / "models"
    return installed if installed.is_dir() or not checkout.is_dir() else checkout


def user_folder() -> Path:
    """The user's model folder: MATTEWORK_MODELS, else `models` in the platform's data directory."""
    if chosen := os.environ.get("MATTEWORK_MODELS"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)) / "models"


def rembg_folders() -> list[Path]:
    """Where rembg keeps its models: U2NET_HOME, else XDG_DATA_HOME/.u2net, else ~/.u2net. Only those that exist."""
    candidates = []
    if home := os.environ.get("U2NET_HOME"):
        candidates.append(Path(home).expanduser())
    if data := os.environ.get("XDG_DATA_HOME"):
        candidates.append(Path(data).expanduser() / ".u2net")
    candidates.append(Path("~/.u2net").expanduser())
    # Unlike Path.is_dir, this takes a folder that may not be looked into for absent.
    return [folder for folder in dict.fromkeys(candidates) if os.path.isdir(folder)]


def config_folder() -> Path:
    """Where settled questions are kept: MATTEWORK_CONFIG, else the platform's configuration directory."""
    if chosen := os.environ.get("MATTEWORK_CONFIG"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))


def cache_folder() -> Path:
    """Where things lie that can be computed again: MATTEWORK_CACHE, else the platform's cache directory."""
    if chosen := os.environ.get("MATTEWORK_CACHE"):
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))
