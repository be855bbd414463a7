"""Hashes of model files as they were first seen, for files whose hash nobody published: they must stay what they were."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from mattework.errors import ModelError, OutputError
from mattework.models.folders import config_folder
from mattework.models.state import State, change_state, read_state


def find_first_sight(name: str) -> str | None:
    """The sha256 under which a file of this name was first seen."""
    seen = read_state(_state_file()).get(name)
    return None if seen is None else str(seen)


def write_first_sight(name: str, sha256: str) -> None:
    """Hold a file to this hash from now on.

    Raises:
        ModelError: the user's settings cannot be written.
    """
    _change(lambda seen: seen | {name: sha256})


def forget_first_sights(names: Collection[str]) -> None:
    """Files of these names may be others when they come again.

    Raises:
        ModelError: the user's settings cannot be written.
    """
    if not read_state(_state_file()).keys().isdisjoint(names):
        _change(lambda seen: {name: sha256 for name, sha256 in seen.items() if name not in names})


def _state_file() -> Path:
    return config_folder() / "hashes-at-import.json"


def _change(change: Callable[[State], State]) -> None:
    try:
        change_state(_state_file(), change)
    except OutputError as error:
        raise ModelError(
            f"{_state_file()} cannot be written, where hashes of model files are kept: {error}"
        ) from error
